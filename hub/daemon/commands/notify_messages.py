"""The verbs of ``homebase notify`` about messages that leave, each by a consent of its own at the gate."""

import argparse
import getpass
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from ..command_line import EXIT_IO, EXIT_USAGE, CommandFailed, printable
from ..gate_console import ask_gate, part_of, print_table, rows_of
from ..speech import as_word, phrase
from .radio_keys import secret_in
from .verbs import Verbs, print_json

Answer = Mapping[str, object]
MESSAGES = ("mail.send", "sms.send", "push.send")
WAIT_S, LOOK_S = 30.0, 0.5  # for the fate of a test
RESULTS = {
    "delivered": "sent",
    "failed": "not sent",
    "refused": "refused",
    "cut": "cut",
    "running": "on its way",
}
_LEFT = frozenset({"sent", "delivered", "unknown"})  # fates of what a service took


def configure(verbs: Verbs) -> None:
    """The verbs with their options."""
    verbs.add("ways", "addresses and numbers that messages may go to, and whether you agreed", _ways)
    allow = verbs.add(
        "allow", "look at a test message, then allow messages to that address; it is sent", _allow
    )
    allow.add_argument("way", help="ID of homebase notify ways, or the address or number itself")
    allow.add_argument(
        "--recipient", metavar="NAME", help="the service; default: the only one, of a browser its own"
    )
    allow.add_argument("--country", help="of the service, where it is outside the EEA")
    allow.add_argument("--yes", action="store_true", help="do not ask")
    test = verbs.add(
        "test", "send a test message to all whom you allowed, and wait for what becomes of it", _test
    )
    test.add_argument("way", nargs="?", help="one of them")
    verbs.add("sent", "messages that left, or were to, and what became of each", _sent)
    forget = verbs.add("forget", "erase the messages that were sent", _forget)
    forget.add_argument(
        "activity",
        nargs="?",
        choices=MESSAGES,
        metavar="ACTIVITY",
        help="only these: mail.send, sms.send, push.send",
    )
    service = verbs.add("service", "how to log in to a service; of a push service its contact", _service)
    service.add_argument("recipient", metavar="NAME")
    service.add_argument("--sender", default="", help="mail address, or the number or name an SMS comes from")
    service.add_argument("--user", default="", help="empty: the secret is a bearer token")
    service.add_argument(
        "--contact", metavar="URL", help="of a push service, which is told it with each message; or: none"
    )
    service.add_argument("--file", type=Path, help="holds the secret, mode 0600; else it is asked for")


def _ways(options: argparse.Namespace) -> int:
    answer = ask_gate(options.home, "messages.ways")
    if options.json:
        return print_json(answer)
    rows = rows_of(answer, "ways")
    if not rows:
        print(
            phrase(
                "none; confirm your e-mail address (homebase account confirm), enter a number"
                " (homebase account contact add), or a browser: More, Notifications in the app"
                " there"
            )
        )
        return 0
    print_table(
        ("ID", "KIND", "TO", "WHOSE", "ALLOWED", "LAST SENT"),
        [
            (
                row.get("id"),
                as_word(row.get("kind")),
                row.get("addressee"),
                row.get("label"),
                phrase("yes") if row.get("allowed") else phrase("no"),
                row.get("last_sent"),
            )
            for row in rows
        ],
    )
    return 0


def _allow(options: argparse.Namespace) -> int:
    to = {"way": _way(options, options.way), "recipient": options.recipient}
    shown = ask_gate(options.home, "messages.preview", **to)
    if not options.json:
        _show(options, shown)
    if not options.yes:
        if not sys.stdin.isatty():
            raise CommandFailed(phrase("nobody to ask here; look at the preview and add --yes"), EXIT_USAGE)
        if input(phrase("Allow this until you take it back? Type yes: ")).strip().lower() not in {
            "yes",
            "ja",
        }:
            print(phrase("nothing was allowed"))
            return 0
    given = ask_gate(
        options.home,
        "messages.give",
        **to,
        preview=shown["preview"],
        country=options.country,
    )
    if options.json:
        return print_json(given)
    print(
        phrase(
            "allowed until you take it back: homebase consent withdraw {activity}",
            activity=printable(shown.get("activity")),
        )
    )
    delivery = part_of(given, "delivery")
    result = phrase(RESULTS.get(str(delivery.get("result")), str(delivery.get("result"))))
    again = phrase("; it is tried again") if delivery.get("retried") else ""
    print(
        phrase(
            "test message: {result}; {what}{again}",
            result=result,
            what=printable(delivery.get("what")),
            again=again,
        )
    )
    return 0


def _show(options: argparse.Namespace, shown: Answer) -> None:
    told = part_of(shown, "activity_text")
    for key in ("title", "purpose", "data", "storage"):
        print(printable(told.get(key)))
    for row in rows_of(told, "recipients"):
        print(
            phrase(
                "  to {name} ({role}, {host}, {country})",
                **{key: row.get(key) for key in ("name", "role", "host", "country")},
            )
        )
    told_bytes = {"bytes": len(str(shown.get("text")).encode()), "sha256": shown.get("sha256")}
    print(phrase("These {bytes} bytes, SHA-256 {sha256}:", **told_bytes))
    print(printable(shown.get("text")))
    for name, contact in part_of(shown, "contacts").items():
        print(
            phrase(
                "With each message {name} is told whom it may ask: {contact}",
                name=printable(name),
                contact=printable(contact),
            )
        )
    if mail := part_of(shown, "mail"):
        print(*map(printable, str(mail.get("text")).splitlines()), sep="\n")


def _test(options: argparse.Namespace) -> int:
    rows = rows_of(ask_gate(options.home, "messages.ways"), "ways")
    wanted = None if options.way is None else _way(options, options.way)
    chosen = [row for row in rows if row.get("id") == wanted or (wanted is None and row.get("allowed"))]
    if not chosen:
        raise CommandFailed(
            phrase("nobody is allowed to get messages; homebase notify allow, see homebase notify ways"),
            EXIT_USAGE,
        )
    begun = [(row, _begun(options, row)) for row in chosen]
    found = _fates(options, [str(one["transfer"]) for _, one in begun if "transfer" in one])
    told = [
        {"addressee": row.get("addressee"), **found.get(str(one.get("transfer")), one)} for row, one in begun
    ]
    if options.json:
        print_json({"messages": told})
    else:
        for one in told:
            print(f"{printable(one['addressee'])}: {as_word(one.get('fate'))}; {printable(one.get('what'))}")
    return 0 if all(one.get("fate") in _LEFT for one in told) else EXIT_IO


def _begun(options: argparse.Namespace, row: Answer) -> Answer:
    """A test on its way; one that the gate refuses keeps no other back."""
    try:
        answer = ask_gate(options.home, "messages.send", way=row["id"], event="test")
    except CommandFailed as failed:
        if not failed.reason:  # nobody answers
            raise
        return {"fate": "refused", "what": str(failed)}
    return {"transfer": str(answer["transfer"]), "fate": "waiting", "what": ""}


def _fates(options: argparse.Namespace, transfers: list[str]) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    for _ in range(int(WAIT_S / LOOK_S) if transfers else 0):
        rows = rows_of(ask_gate(options.home, "messages.fates", transfers=transfers), "messages")
        found = {str(row["transfer"]): row for row in rows}
        if all(row.get("fate") != "waiting" or row.get("what") for row in rows):
            break
        time.sleep(LOOK_S)
    return found


def _sent(options: argparse.Namespace) -> int:
    answer = ask_gate(options.home, "messages.list")
    if options.json:
        return print_json(answer)
    if not (rows := rows_of(answer, "messages")):
        print(phrase("none was sent, or they were erased"))
        return 0
    names = ("at", "addressee", "recipient", "fate", "receipt", "what", "text")
    rows = [{**row, "fate": as_word(row.get("fate"))} for row in rows]
    print_table(
        ("AT", "TO", "BY", "FATE", "RECEIPT", "WHAT", "TEXT"),
        [tuple(row.get(name) for name in names) for row in rows],
    )
    return 0


def _forget(options: argparse.Namespace) -> int:
    answer = ask_gate(options.home, "messages.forget", activity=options.activity)
    if options.json:
        return print_json(answer)
    print(
        phrase(
            "erased: {forgotten}; numbers stay until homebase account contact remove NUMBER",
            forgotten=answer.get("forgotten"),
        )
    )
    return 0


def _service(options: argparse.Namespace) -> int:
    if options.contact is not None:
        return _contact(options)
    if options.file is None and not sys.stdin.isatty():
        raise CommandFailed(phrase("nobody to ask here; name a file of mode 0600 with --file"), EXIT_USAGE)
    secret = getpass.getpass(phrase("Secret: ")) if options.file is None else secret_in(options.file)
    answer = ask_gate(
        options.home,
        "messages.access",
        recipient=options.recipient,
        sender=options.sender,
        user=options.user,
        password=secret,
    )
    if options.json:
        return print_json(answer)
    print(phrase("kept, encrypted, by the gate"))
    return 0


def _contact(options: argparse.Namespace) -> int:
    if options.sender or options.user or options.file:
        raise CommandFailed(phrase("--contact stands alone: a push service has no log-in"), EXIT_USAGE)
    contact = "" if options.contact == "none" else options.contact
    answer = ask_gate(options.home, "messages.contact", recipient=options.recipient, contact=contact)
    if options.json:
        return print_json(answer)
    name = printable(options.recipient)
    print(
        phrase("{name} is told {contact} with each message", name=name, contact=printable(contact))
        if contact
        else phrase("{name} is told no contact", name=name)
    )
    if answer.get("ended"):
        print(
            phrase(
                "allow its browsers again, {ended} had to end: homebase notify ways", ended=answer["ended"]
            )
        )
    return 0


def _way(options: argparse.Namespace, named: str) -> str:
    rows = rows_of(ask_gate(options.home, "messages.ways"), "ways")
    found = [str(row["id"]) for row in rows if named in {row.get("id"), row.get("addressee")}]
    if not found:
        raise CommandFailed(
            phrase("{named}: no such way; homebase notify ways lists them", named=printable(named)),
            EXIT_USAGE,
        )
    return found[0]
