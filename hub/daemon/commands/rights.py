"""``homebase rights``: what is kept about people, a copy of it, having it put right, erased, restricted.

The hub's half goes by its API, the gate's by its console; one report names both.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

from privacy.vocabulary import DataCategory

from ..command_line import EXIT_CANT_WRITE, EXIT_USAGE, CommandFailed, printable
from ..gate_console import ask_gate, part_of, print_table, rows_of
from ..home import ask_home, home_socket
from ..rights_export import AskPage, Source, export, loads
from ..rights_words import category, said
from ..speech import LANGUAGES, as_word, phrase, system_words
from ..which_home import Named
from . import letters
from .notify_messages import RESULTS
from .verbs import Verbs, ask, print_json, run_verb

Answer = Mapping[str, object]
LEAVING = "account.deregister"


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    verbs = Verbs(parser)
    verbs.add("status", "what is closed, restricted, unknown", _status)
    verbs.add("holdings", "what is kept, for what, how long, how much", _holdings)
    copy = verbs.add("export", "a copy of everything, as JSON, CSV and a page to read", _export)
    copy.add_argument("folder", type=Path, help="a new or empty folder")
    right = verbs.add("correct", "put a name right", _correct)
    right.add_argument("holding", help="hub.people, hub.rooms or hub.devices")
    right.add_argument("record", help="id of the person or room, or address of the device")
    right.add_argument("name", help="what is right")
    erase = verbs.add("erase", "erase one person, one category or everything, for good", _erase)
    what = erase.add_mutually_exclusive_group(required=True)
    what.add_argument("--person", metavar="NAME")
    what.add_argument(
        "--category", type=_category, metavar="NAME", help="homebase rights holdings lists them"
    )
    what.add_argument("--everything", action="store_true")
    leave = verbs.add("deregister", "end every authorisation, then erase the data (clause 6.14)", _deregister)
    for added in (erase, leave):
        added.add_argument("--yes", action="store_true", help="do not ask")
        added.add_argument("--report", type=Path, metavar="FILE", help="keep the signed report there")
    leave.add_argument(
        "--tell", action="store_true", help="have the account's company told, as the last thing"
    )
    leave.add_argument("--recipient", metavar="NAME", help="of that message; default: the only one")
    leave.add_argument("--country", help="of that recipient, where it is outside the EEA")
    leave.add_argument("--preview", metavar="ID", help="of the message, as it was shown before")
    closed = verbs.add("closed", "a ticket is closed: delete what left for it, here and there", _closed)
    closed.add_argument("ticket")
    restrict = verbs.add("restrict", "keep a category and use it for nothing", _restrict)
    restrict.add_argument("category", type=_category, help="homebase rights holdings lists them")
    objection = verbs.add("object", "object to an activity; a reason is welcome and not needed", _object)
    objection.add_argument("activity", help="homebase notice lists them")
    objection.add_argument("--reason", default="", help="stands in your exports and nowhere else")
    lift = verbs.add("lift", "take an objection, a restriction or a deregistration back", _lift)
    lift.add_argument("kind", choices=["objected", "restricted", "deregistered"])
    lift.add_argument("subject", nargs="?", default="", help="the activity or the category")
    verbs.add("complain", "the authorities that you can complain to", _complain)


def _category(text: str) -> str:
    names = [each.value for each in DataCategory]
    if text not in names:
        raise argparse.ArgumentTypeError(
            phrase("{text!r}: allowed is {names}", text=text, names=", ".join(names))
        )
    return text


def run(options: argparse.Namespace) -> int:
    """Do one verb."""
    return run_verb(options)


# look


def _status(options: argparse.Namespace) -> int:
    answer = {**ask_gate(options.home, "rights.status"), "hub": ask(options, "GET", "rights", "holdings")}
    if options.json:
        return print_json(answer)
    if not any(_list(answer, key) for key in ("closures", "unknown_files", "deletions")):
        print(phrase("nothing is closed, restricted or unknown; no deletion is asked for"))
    for row in rows_of(answer, "closures"):
        print(
            phrase(
                "{kind} {subject} since {since}",
                kind=as_word(row.get("kind")),
                subject=row.get("subject"),
                since=row.get("since"),
            )
        )
    for name in _list(answer, "unknown_files"):
        print(phrase("unknown file {name}: nothing leaves the house until it is gone", name=printable(name)))
    for row in rows_of(answer, "deletions"):
        if row.get("state") != "confirmed":
            word = (
                phrase("not confirmed: {answer}", answer=row.get("answer"))
                if row.get("attempts")
                else phrase("asked by {due}", due=row.get("due"))
            )
            print(
                phrase(
                    "deletion of {transfer} at {recipient}: {word}",
                    transfer=row.get("transfer"),
                    recipient=row.get("recipient"),
                    word=printable(word),
                )
            )
    for name in _list(part_of(answer, "hub"), "restricted"):
        print(phrase("restricted {name}: kept in the hub and used for nothing", name=name))
    return 0


def _holdings(options: argparse.Namespace) -> int:
    halves = (ask(options, "GET", "rights", "holdings"), ask_gate(options.home, "rights.about"))
    rows = [row for half in halves for row in rows_of(half, "holdings")]
    if options.json:
        return print_json({"holdings": rows, "hidden": [r for h in halves for r in rows_of(h, "hidden")]})
    told = [
        (
            row.get("name"),
            row.get("records"),
            days(row.get("retention_days")),
            said(str(row.get("purpose")), options.lang),
            ", ".join(category(str(name), options.lang) for name in _list(row, "categories")),
        )
        for row in rows
    ]
    print_table(("HOLDING", "RECORDS", "KEPT FOR", "PURPOSE", "KINDS OF DATA"), told)
    names = sorted({str(name) for row in rows for name in _list(row, "categories")})
    print(phrase("names of kinds, for erase --category and restrict:"))
    print("\n".join(f"  {name}: {category(name, options.lang)}" for name in names))
    return 0


def days(value: object) -> str:
    """How long something is kept: ``30 d``, ``1 h``; without an end ``-``."""
    if not isinstance(value, int | float):
        return "-"
    return phrase("{amount:g} d", amount=value) if value >= 1 else phrase("{amount:g} h", amount=value * 24)


def _export(options: argparse.Namespace) -> int:
    notices = {language: ask_gate(options.home, "rights.about", language=language) for language in LANGUAGES}
    sources = (
        Source(about=ask(options, "GET", "rights", "holdings"), ask=hub_pages(options.home)),
        Source(about=notices["en"], ask=gate_pages(options.home)),
    )
    written = export(options.folder, sources, notices)
    if options.json:
        return print_json({"holdings": {one.name: one.rows for one in written}})
    print(
        phrase(
            "{count} records in {folder}; open index.html there",
            count=sum(one.rows for one in written),
            folder=options.folder,
        )
    )
    return 0


def hub_pages(home: Named | None) -> AskPage:
    """Asks the hub for pages of its holdings."""
    path = home_socket(home)

    def page(name: str, after: int, limit: int) -> Answer:
        query = urlencode({"after": after, "limit": limit})
        return ask_home(path, "GET", f"/api/v1/rights/holdings/{name}?{query}", loads=loads)

    return page


def gate_pages(home: Named | None) -> AskPage:
    """Asks the gate for pages of its holdings."""

    def page(name: str, after: int, limit: int) -> Answer:
        return ask_gate(home, "rights.page", loads, holding=name, after=after, limit=limit)

    return page


def _complain(options: argparse.Namespace) -> int:
    if options.json:
        asked = [ask_gate(options.home, "rights.about", language=language) for language in LANGUAGES]
        return print_json({"authorities": [rows_of(part_of(one, "notice"), "authorities") for one in asked]})
    for row in rows_of(part_of(ask_gate(options.home, "rights.about"), "notice"), "authorities"):
        print(f"{row.get('name')}: {row.get('contact')}")
    return 0


# change


def _correct(options: argparse.Namespace) -> int:
    body = {"record": options.record, "field": "name", "value": options.name}
    ask(options, "PATCH", "rights", "holdings", options.holding, body=body)
    return print_json({}) if options.json else _say(phrase("put right"))


def _erase(options: argparse.Namespace) -> int:
    body = {"person": options.person, "category": options.category, "everything": options.everything}
    _confirm(options, phrase("This can't be taken back."))
    # of a person the gate's half first: the hub knows which numbers are theirs, also when this is repeated
    here = _erase_person_at_the_gate(options)
    try:
        hub = rows_of(ask(options, "POST", "rights", "erasures", body=body), "effects")
    except CommandFailed as refused:
        if refused.reason != "unknown_person" or not any(row.get("erased") for row in here):
            raise
        hub = []
    answer = ask_gate(
        options.home, "rights.erase", person=options.person, category=options.category, hub=[*hub, *here]
    )
    return _print_report(options, answer)


def _erase_person_at_the_gate(options: argparse.Namespace) -> list[Answer]:
    if options.person is None:
        return []
    return rows_of(ask_gate(options.home, "rights.erase_person", person=options.person), "effects")


def _deregister(options: argparse.Namespace) -> int:
    tells = options.tell or options.preview
    if tells and letters.sent(options, LEAVING, "ask_leaving", {}) is None:
        return 1
    _confirm(options, phrase("Everybody is logged out, all consents end, then all data is erased."))
    ended = _step(options, "authorisations")
    if message := part_of(ended, "message"):
        told = phrase(
            "the message that ends the service: {result}; {what}{again}",
            result=phrase(RESULTS.get(str(message.get("result")), str(message.get("result")))),
            what=printable(message.get("what")),
            again=phrase("; it is tried again within 24 hours") if message.get("retried") else "",
        )
        print(told, file=sys.stderr if options.json else sys.stdout)
    return _print_report(options, _step(options, "data"))


def _step(options: argparse.Namespace, step: str) -> Answer:
    hub = ask(options, "POST", "rights", "deregistration", body={"step": step})
    return ask_gate(options.home, "rights.deregister", step=step, hub=rows_of(hub, "effects"))


def _restrict(options: argparse.Namespace) -> int:
    answer = ask_gate(options.home, "rights.restrict", category=options.category)
    now = set(_list(ask(options, "GET", "rights", "holdings"), "restricted")) | {options.category}
    try:
        ask(options, "PUT", "rights", "restrictions", body={"categories": sorted(map(str, now))})
    except CommandFailed as refused:
        print(phrase("the door is closed for it; the hub: {refused}", refused=refused), file=sys.stderr)
    return _print_closed(options, answer)


def _closed(options: argparse.Namespace) -> int:
    answer = ask_gate(options.home, "rights.ticket_closed", ticket=options.ticket)
    if options.json:
        return print_json(answer)
    if not answer.get("deletions"):
        ticket = printable(options.ticket)
        return _say(
            phrase(
                "nothing left for the ticket {ticket}, or it was closed before; see homebase ledger list",
                ticket=ticket,
            )
        )
    return _say(
        phrase(
            "{deletions} transfers: our copies are gone, their recipients are asked now",
            deletions=answer.get("deletions"),
        )
    )


def _object(options: argparse.Namespace) -> int:
    answer = ask_gate(options.home, "rights.object", activity=options.activity, reason=options.reason)
    return _print_closed(options, answer)


def _lift(options: argparse.Namespace) -> int:
    named = {"category" if options.kind == "restricted" else "activity": options.subject}
    if options.kind == "restricted" and not options.subject:
        raise CommandFailed(phrase("rights lift restricted: name the category"), EXIT_USAGE)
    answer = ask_gate(options.home, "rights.lift", kind=options.kind, **named)
    if options.kind == "restricted":
        now = set(_list(ask(options, "GET", "rights", "holdings"), "restricted")) - {options.subject}
        ask(options, "PUT", "rights", "restrictions", body={"categories": sorted(map(str, now))})
    if options.json:
        return print_json(answer)
    return _say(phrase("taken back") if answer.get("lifted") else phrase("there was none"))


def _confirm(options: argparse.Namespace, text: str) -> None:
    if options.yes:
        return
    if not sys.stdin.isatty():
        raise CommandFailed(phrase("{text} Nobody to ask here; add --yes", text=text), EXIT_USAGE)
    if input(phrase("{text} Type yes: ", text=text)).strip().lower() not in {"yes", "ja"}:
        raise CommandFailed(phrase("nothing was erased"), 1)


def _print_report(options: argparse.Namespace, answer: Answer) -> int:
    signed = {key: answer.get(key) for key in ("report", "signature", "key")}
    if options.report is not None:
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
            with os.fdopen(os.open(options.report, flags, 0o600), "w") as file:
                file.write(json.dumps(signed) + "\n")
        except OSError as error:
            raise CommandFailed(f"{options.report}: {system_words(error)}", EXIT_CANT_WRITE) from error
    if options.json:
        return print_json(signed)
    for row in rows_of(json.loads(str(answer.get("report") or "{}")), "effects"):
        why = said(str(row.get("why")), options.lang)
        stays = phrase(", {stays} stay: {why}", stays=row.get("stays"), why=why) if row.get("stays") else ""
        print(
            phrase(
                "{holding}: {erased} erased{stays}",
                holding=row.get("holding"),
                erased=row.get("erased"),
                stays=stays,
            )
        )
    return _say(phrase("signed report of ledger entry {entry}", entry=answer.get("entry")))


def _print_closed(options: argparse.Namespace, answer: Answer) -> int:
    if options.json:
        return print_json(answer)
    if not answer.get("recorded"):
        return _say(
            phrase("closed, but not yet recorded: the disk can't be written; nothing leaves meanwhile")
        )
    return _say(
        phrase(
            "closed: {cut} transfers cut; ledger entry {entry}",
            cut=answer.get("cut"),
            entry=answer.get("entry"),
        )
    )


def _list(answer: Answer, key: str) -> list[object]:
    value = answer.get(key)
    return value if isinstance(value, list) else []


def _say(text: str) -> int:
    print(text)
    return 0
