"""``homebase disclosure``: what an authority may demand by law, written into the ledger, then into a folder.

Nothing is sent: the owner hands the folder over. The gate's console alone knows these verbs.
"""

import argparse
import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path

from ..command_line import EXIT_USAGE, CommandFailed, printable
from ..gate_console import ask_gate, part_of, print_table, rows_of
from ..rights_export import Source, export
from ..speech import LANGUAGES, phrase
from .rights import gate_pages, hub_pages
from .verbs import Verbs, ask, print_json, run_verb

Answer = Mapping[str, object]


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    verbs = Verbs(parser)
    make = verbs.add("make", "write what an authority may demand into a folder, for you to hand over", _make)
    make.add_argument("folder", type=Path, help="a new or empty folder")
    make.add_argument("--authority", required=True, help="who demands it")
    make.add_argument("--law", required=True, metavar="PROVISION", help="that obliges you")
    make.add_argument("--reference", required=True, metavar="NUMBER", help="of the authority's file")
    what = "what is demanded and no more; can be repeated; homebase rights holdings lists them"
    make.add_argument("--holding", action="append", required=True, metavar="NAME", help=what)
    make.add_argument("--yes", action="store_true", help="do not ask")
    verbs.add("list", "what was disclosed, to whom, by which provision", _list)


def run(options: argparse.Namespace) -> int:
    """Do one verb."""
    return run_verb(options)


def _make(options: argparse.Namespace) -> int:
    wanted = set(options.holding)
    notices = {language: ask_gate(options.home, "rights.about", language=language) for language in LANGUAGES}
    hub = ask(options, "GET", "rights", "holdings")
    known = {
        str(row["name"]) for half in (hub, notices["en"]) for row in rows_of(half, "holdings") if row["shown"]
    }
    if unknown := sorted(wanted - known):
        text = phrase(
            "--holding {unknown}: allowed is {known}",
            unknown=printable(unknown[0]),
            known=", ".join(sorted(known)),
        )
        raise CommandFailed(text, EXIT_USAGE)
    if not options.yes and not _agrees(options):
        print(phrase("nothing was written"))
        return 1
    begun = ask_gate(
        options.home,
        "disclosure.begin",
        authority=options.authority,
        law=options.law,
        reference=options.reference,
        holdings=sorted(wanted),
    )
    sources = (
        Source(about=_only(hub, wanted), ask=hub_pages(options.home)),
        Source(about=_only(notices["en"], wanted), ask=gate_pages(options.home)),
    )
    written = export(options.folder, sources, notices)
    count = sum(one.rows for one in written)
    digest = hashlib.sha256((options.folder / "manifest.json").read_bytes()).hexdigest()
    made = ask_gate(options.home, "disclosure.made", of=begun.get("entry"), sha256=digest, records=count)
    if options.json:
        return print_json({"begun": begun.get("entry"), "made": made.get("entry"), "records": count})
    print(
        phrase(
            "{count} records in {folder}; ledger entries {begun} and {made}",
            count=count,
            folder=options.folder,
            begun=begun.get("entry"),
            made=made.get("entry"),
        )
    )
    return 0


def _only(about: Answer, wanted: set[str]) -> Answer:
    return {
        **about,
        "holdings": [row for row in rows_of(about, "holdings") if row["name"] in wanted],
        "hidden": [row for row in rows_of(about, "hidden") if row["holding"] in wanted],
    }


def _agrees(options: argparse.Namespace) -> bool:
    if not sys.stdin.isatty():
        raise CommandFailed(phrase("nobody to ask here; add --yes"), EXIT_USAGE)
    told = ", ".join(sorted(set(options.holding)))
    question = phrase(
        "Write {told} into {folder} for {authority}? Type yes: ",
        told=told,
        folder=options.folder,
        authority=printable(options.authority),
    )
    return input(question).strip().lower() in {"yes", "ja"}


def _list(options: argparse.Namespace) -> int:
    answer = ask_gate(options.home, "disclosure.list")
    if options.json:
        return print_json(answer)
    made = {}
    rows: list[tuple[object, ...]] = []
    for entry in rows_of(answer, "disclosures"):
        data = part_of(entry, "data")
        if "of" in data:
            made[data["of"]] = data.get("records")
            continue
        held = data.get("holdings")
        what = ", ".join(map(str, held if isinstance(held, list) else []))
        rows.append(
            (
                entry.get("seq"),
                entry.get("at"),
                data.get("authority"),
                data.get("law"),
                data.get("reference"),
                what,
            )
        )
    if not rows:
        print(phrase("nothing was disclosed to an authority"))
        return 0
    print_table(
        ("ENTRY", "AT", "AUTHORITY", "BY", "REFERENCE", "HOLDINGS", "RECORDS"),
        [(*row, made.get(row[0], phrase("not written"))) for row in rows],
    )
    return 0
