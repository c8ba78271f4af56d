"""``homebase consent``: look at what would be sent, agree to exactly that, take it back.

Only the gate decides; this file asks it and prints. ``give`` shows the bytes before it asks.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping

from ..command_line import EXIT_USAGE, CommandFailed, printable
from ..gate_console import ask_gate, part_of, print_table, rows_of
from ..speech import as_word, phrase
from ..which_home import add_home
from .start import between

BY_ENTRY = "local."  # opened by an entry in homebase.toml, so there is nothing to preview
MESSAGES = frozenset({"mail.send", "sms.send", "push.send"})
_UNITS_S = {"h": 3600, "d": 86_400}
Answer = Mapping[str, object]
_CLOCK = {True: "{now} (UTC), confirmed", False: "{now} (UTC), not confirmed; add --confirm if this is right"}


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=phrase("VERB"))
    shared = argparse.ArgumentParser(add_help=False)
    add_home(shared)
    shared.add_argument("--json", action="store_true", help="for programs")

    def verb(name: str, summary: str, *, activity: bool = True) -> argparse.ArgumentParser:
        added = verbs.add_parser(
            name,
            help=phrase(summary),
            description=summary,
            parents=[shared],
        )
        if activity:
            added.add_argument("activity", help="for example diagnosis.remote; homebase notice lists them")
        return added

    give = verb("give", "show exactly what would be sent, ask, and allow it")
    for added in (give, verb("preview", "show exactly what would be sent, and send nothing")):
        added.add_argument("--ticket", default="", help="number of the ticket that it is for")
        added.add_argument("--groups", help="comma-separated; default: all groups of the activity")
    give.add_argument("--recipient", help="name in homebase.toml; default: the only one")
    give.add_argument("--country", help="its country, where it is outside the EEA")
    form = give.add_mutually_exclusive_group()
    form.add_argument("--once", action="store_true", help="one transfer (the default)")
    form.add_argument("--for", dest="term", type=term, metavar="TIME", help="such as 12h or 3d, 14d at most")
    form.add_argument(
        "--standing",
        action="store_true",
        help="until you take it back: remote.access, monitor.device, history.cloud.display and the like",
    )
    give.add_argument("--preview", metavar="ID", help="of what was shown before, for example in the app")
    give.add_argument("--yes", action="store_true", help="do not ask (what is sent is printed all the same)")
    withdraw = verb("withdraw", "stop at once, running transfers too")
    withdraw.add_argument("--recipient", help="only for this one")
    verb("send", "send fresh data now, under a consent that lasts")
    verb("last", "show exactly what was sent last")
    verb("list", "all consents and their state", activity=False)
    receipt = verb("receipt", "the receipt of a consent, ISO/IEC TS 27560 as JSON-LD", activity=False)
    receipt.add_argument(
        "number",
        type=between(int, 0, 2**53),
        metavar="ID",
        help="of the consent; homebase consent list shows it",
    )
    clock = verb("clock", "is the clock right? time-limited consents need one", activity=False)
    clock.add_argument("--confirm", action="store_true", help="yes, it is right")


def term(text: str) -> int:
    """Seconds of 12h or 3d.

    Raises:
        ArgumentTypeError: another form.
    """
    unit = _UNITS_S.get(text[-1:])
    if unit is None or not text[:-1].isascii() or not text[:-1].isdigit() or len(text) > 5:
        raise argparse.ArgumentTypeError(
            phrase("{text!r}: allowed are hours and days, such as 12h or 3d", text=text)
        )
    return int(text[:-1]) * unit


def run(options: argparse.Namespace) -> int:
    """Do one verb."""
    verbs: Mapping[str, Callable[[argparse.Namespace], int]] = {
        "give": _give,
        "preview": _preview,
        "withdraw": _withdraw,
        "send": _send,
        "last": _last,
        "list": _list,
        "receipt": _receipt,
        "clock": _clock,
    }
    try:
        return verbs[options.verb](options)
    except CommandFailed as error:
        if error.reason != "no_ticket":
            raise
        raise CommandFailed(
            phrase("{said} Name the ticket that it is for: --ticket NUMBER", said=error), error.code
        ) from error


def _show(options: argparse.Namespace) -> Answer:
    """Ask for a preview (or an earlier one) and print it."""
    if getattr(options, "preview", None):
        shown = ask_gate(options.home, "consent.shown", preview=options.preview)
    else:
        groups = options.groups.split(",") if options.groups else None
        shown = ask_gate(
            options.home,
            "consent.preview",
            activity=options.activity,
            ticket=options.ticket,
            groups=groups,
            recipient=getattr(options, "recipient", None),
            country=getattr(options, "country", None),
        )
    if options.json:
        return shown
    about = part_of(shown, "activity_text")
    print(f"{about.get('title')}: {about.get('purpose')}")
    for row in rows_of(about, "recipients"):
        told = {key: row.get(key) for key in ("name", "role", "host", "country")}
        print(phrase("  to {name} ({role}, {host}, {country})", **told))
        if row.get("addressee"):
            print(phrase("  encrypted to {addressee}", addressee=printable(row.get("addressee"))))
    print(
        phrase(
            "  kept there until {until} at the latest; {storage}",
            until=shown.get("delete_by"),
            storage=about.get("storage"),
        )
    )
    print(
        phrase("These {bytes} bytes, SHA-256 {sha256}:", bytes=shown.get("bytes"), sha256=shown.get("sha256"))
    )
    print(printable(shown.get("text")))
    return shown


def _preview(options: argparse.Namespace) -> int:
    shown = _show(options)
    if options.json:
        print(json.dumps(shown, ensure_ascii=False))
    else:
        home = f" {options.home}" if options.home else ""
        command = (
            f"homebase consent give {options.activity}"
            f" --ticket {options.ticket} --once --preview {shown.get('preview')}{home}"
        )
        print(phrase("nothing was sent; to allow it: {command}", command=command))
    return 0


def _give(options: argparse.Namespace) -> int:
    if options.activity.startswith(BY_ENTRY):
        return _open_again(options)
    if options.standing:
        return _allow(options)
    shown = _show(options)
    if not options.yes and not _agrees(options):
        print(phrase("nothing was sent"))
        return 1
    lasts = options.term is not None
    answer = ask_gate(
        options.home,
        "consent.give",
        activity=options.activity,
        ticket=options.ticket or shown.get("ticket"),
        recipient=options.recipient,
        country=options.country,
        form="until" if lasts else "once",
        term_s=options.term,
        preview=shown.get("preview"),
    )
    delivery = part_of(answer, "delivery")
    if options.json:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        until = part_of(answer, "grant").get("until")
        print(phrase("allowed until {until}", until=until) if lasts else phrase("allowed once"))
        _print_delivery(delivery)
    return 0 if delivery.get("result") in {"delivered", "running"} else 74


def _allow(options: argparse.Namespace) -> int:
    """Streams and figures: there are no bytes to agree to, but what it is, in detail, and to whom."""
    named = {key: getattr(options, key) for key in ("activity", "recipient", "country")}
    told = ask_gate(options.home, "consent.about", **named)
    if not options.json:
        about = part_of(told, "activity_text")
        print(f"{about.get('title')}: {about.get('purpose')}\n{about.get('data')}")
        for row in rows_of(about, "fields"):  # of figures each with its answers and why
            print(f"  - {row.get('text')}")
        for row in rows_of(about, "recipients"):
            if row.get("name") == told.get("recipient"):
                shown = {key: row.get(key) for key in ("name", "role", "host", "country")}
                print(phrase("  to {name} ({role}, {host}, {country})", **shown))
        if told.get("addressee"):
            print(phrase("  there: {addressee}", addressee=printable(told.get("addressee"))))
    if not options.yes and not _agrees(options):
        print(phrase("nothing was allowed"))
        return 1
    answer = ask_gate(options.home, "consent.allow", **named)
    if options.json:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        print(
            phrase(
                "allowed until you take it back: homebase consent withdraw {activity}",
                activity=options.activity,
            )
        )
    return 0


def _open_again(options: argparse.Namespace) -> int:
    """What an entry in homebase.toml allows, after it was withdrawn."""
    answer = ask_gate(options.home, "consent.reopen", activity=options.activity)
    if options.json:
        print(json.dumps(answer))
    else:
        print(
            phrase(
                "allowed again, by the entry in homebase.toml; ledger entry {entry}",
                entry=answer.get("entry"),
            )
        )
    return 0


def _agrees(options: argparse.Namespace) -> bool:
    if not sys.stdin.isatty():
        raise CommandFailed(phrase("nobody to ask here; look at the preview and add --yes"), EXIT_USAGE)
    if options.standing:
        question = phrase("Allow this until you take it back? Type yes: ")
    elif options.term is None:
        question = phrase("Send this once? Type yes: ")
    else:
        hours = options.term // 3600
        question = phrase("Send this for {hours} hours, daily? Type yes: ", hours=hours)
    return input(question).strip().lower() in {"yes", "ja"}


def _print_delivery(row: Answer) -> None:
    if row.get("result") == "delivered":
        print(phrase("delivered, receipt {receipt}", receipt=printable(row.get("receipt"))))
    elif row.get("result") == "running":
        print(phrase("still running; homebase consent withdraw stops it"))
    else:
        again = phrase("; it is tried again within 24 hours") if row.get("retried") else ""
        print(f"{as_word(row.get('result'))}: {printable(row.get('what'))}{again}")


def _withdraw(options: argparse.Namespace) -> int:
    answer = ask_gate(
        options.home,
        "consent.withdraw",
        activity=options.activity,
        recipient=options.recipient,
    )
    if options.json:
        print(json.dumps(answer))
    elif answer.get("recorded"):
        told = {"cut": answer.get("cut"), "after": answer.get("bytes_after"), "entry": answer.get("entry")}
        print(
            phrase(
                "withdrawn: {ended} consents ended, {cut} transfers cut, {after} bytes after"
                " the decision; ledger entry {entry}",
                ended=len(list_of(answer, "grants")),
                **told,
            )
        )
        if options.activity in MESSAGES:
            print(
                phrase(
                    "the messages that were sent are still here; to erase them: homebase notify"
                    " forget {activity}",
                    activity=options.activity,
                )
            )
    else:
        print(
            phrase(
                "withdrawn and closed, but not yet recorded: the disk can't be written;"
                " nothing leaves meanwhile"
            )
        )
    return 0


def list_of(answer: Answer, key: str) -> list[object]:
    """A list in an answer."""
    value = answer.get(key)
    return value if isinstance(value, list) else []


def _send(options: argparse.Namespace) -> int:
    answer = ask_gate(options.home, "consent.send", activity=options.activity)
    deliveries = rows_of(answer, "deliveries")
    if options.json:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        for row in deliveries:
            _print_delivery(row)
    return 0 if all(row.get("result") == "delivered" for row in deliveries) else 74


def _last(options: argparse.Namespace) -> int:
    last = part_of(ask_gate(options.home, "consent.last", activity=options.activity), "last")
    if options.json:
        print(json.dumps(last or None, ensure_ascii=False))
    elif not last:
        print(phrase("nothing was sent, or its copy is deleted already"))
    else:
        told = {key: last.get(key) for key in ("at", "recipient", "ticket", "result")}
        receipt, until = printable(last.get("receipt")), last.get("delete_by")
        print(
            phrase(
                "{at} to {recipient}, ticket {ticket}: {result}, receipt {receipt}; copy kept until {until}",
                **told,
                receipt=receipt,
                until=until,
            )
        )
        print(printable(last.get("text")))
    return 0


def _list(options: argparse.Namespace) -> int:
    answer = ask_gate(options.home, "consent.list")
    if options.json:
        print(json.dumps(answer, ensure_ascii=False))
        return 0
    fields = ("id", "activity", "recipient", "ticket", "form", "since", "until", "state")
    rows = [tuple(map(_cell, fields, map(row.get, fields))) for row in rows_of(answer, "consents")]
    if rows:
        print_table(("ID", "ACTIVITY", "RECIPIENT", "TICKET", "FORM", "SINCE", "UNTIL", "STATE"), rows)
    else:
        print(phrase("none was given; homebase notice says what one can be given for"))
    if not answer.get("clock_sure"):
        print(phrase("the clock is not confirmed: time-limited consents rest; see homebase consent clock"))
    return 0


def _cell(field: str, value: object) -> object:
    return as_word(value) if field in {"form", "state"} else value


def _receipt(options: argparse.Namespace) -> int:
    answer = ask_gate(options.home, "consent.receipt", number=options.number)
    print(json.dumps(answer["receipt"], ensure_ascii=False, indent=2))
    return 0


def _clock(options: argparse.Namespace) -> int:
    verb = "consent.confirm_clock" if options.confirm else "consent.clock"
    answer = ask_gate(options.home, verb)
    if options.json:
        print(json.dumps(answer))
    else:
        print(phrase(_CLOCK[answer.get("sure") is True], now=answer.get("now")))
        if answer.get("held"):
            print(
                phrase("it jumped ahead: what is kept for you is not erased by time until you add --confirm")
            )
    return 0
