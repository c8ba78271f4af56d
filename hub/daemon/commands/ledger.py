"""``homebase ledger``: the record of all that left, its entries, its proofs, its check."""

import argparse
import base64
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ..command_line import EXIT_CANT_WRITE, EXIT_IO, EXIT_USAGE, CommandFailed
from ..gate_console import ask_gate, part_of, print_table, rows_of
from ..speech import as_word, phrase, system_words
from ..which_home import Named, add_home
from .start import between

PAGE = 200
NUMBER = between(int, 0, 2**53)
TOLD = (
    *("activity", "recipient", "ticket", "reason", "name", "result", "receipt", "transfer", "cut", "after"),
    *("right", "scope", "category", "lifted"),
)
Answer = Mapping[str, object]


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=phrase("VERB"))
    shared = argparse.ArgumentParser(add_help=False)
    add_home(shared)
    shared.add_argument("--json", action="store_true", help="for programs")

    def verb(name: str, summary: str) -> argparse.ArgumentParser:
        return verbs.add_parser(
            name,
            help=phrase(summary),
            description=summary,
            parents=[shared],
        )

    listing = verb("list", "the entries, oldest first")
    listing.add_argument(
        "--after", type=between(int, -1, 2**53), default=-1, metavar="N", help="only entries after number N"
    )
    verb("show", "one entry").add_argument("number", type=NUMBER, help="of the entry")
    verify = verb("verify", "read the whole ledger against its signed checkpoint")
    verify.add_argument(
        "--checkpoint", type=Path, metavar="FILE", help="also against this one, which you kept earlier"
    )
    prove = verb("prove", "a proof that an entry is in it, or that it only grew")
    prove.add_argument("number", type=NUMBER, nargs="?", help="of the entry")
    prove.add_argument(
        "--from", dest="old", type=between(int, 1, 2**53), metavar="SIZE", help="since it had so many entries"
    )
    export = verb("export", "everything, one JSON object per line, checkpoint last")
    export.add_argument("--to", type=Path, metavar="FILE", help="default: standard output")


def run(options: argparse.Namespace) -> int:
    """Do one verb."""
    verbs: Mapping[str, Callable[[argparse.Namespace], int]] = {
        "list": _list,
        "show": _show,
        "verify": _verify,
        "prove": _prove,
        "export": _export,
    }
    return verbs[options.verb](options)


def _entries(home: Named | None, after: int = -1) -> Iterator[Answer]:
    while rows := rows_of(ask_gate(home, "ledger.list", after=after, limit=PAGE), "entries"):
        yield from rows
        after = int(str(rows[-1]["seq"]))


def _list(options: argparse.Namespace) -> int:
    entries = list(_entries(options.home, options.after))
    if options.json:
        for entry in entries:
            print(json.dumps(entry, ensure_ascii=False))
        return 0
    print_table(("NUMBER", "AT", "KIND", "WHAT"), [_row(entry) for entry in entries])
    return 0


def _row(entry: Answer) -> tuple[object, ...]:
    if entry.get("erased"):
        return (entry.get("seq"), "-", as_word("erased"), phrase("the content was deleted; its hash stays"))
    data = part_of(entry, "data")
    told = " ".join(f"{phrase(key)}={data[key]}" for key in TOLD if data.get(key) not in {None, ""})
    return (entry.get("seq"), entry.get("at"), as_word(entry.get("kind")), told[:120])


def _show(options: argparse.Namespace) -> int:
    answer = ask_gate(options.home, "ledger.show", number=options.number)
    print(json.dumps(answer["entry"], ensure_ascii=False, indent=None if options.json else 2))
    return 0


def _verify(options: argparse.Namespace) -> int:
    answer = ask_gate(options.home, "ledger.verify")
    findings = rows_of(answer, "findings")
    if options.checkpoint is not None:
        findings += _witnessed(options)
    if options.json:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        for finding in findings:
            print(phrase("entry {seq}: {what}", seq=finding.get("seq"), what=finding.get("what")))
        size, root = answer.get("size"), base64.b64decode(str(answer.get("root"))).hex()
        print(
            phrase(
                "{size} entries, root {root}…: {state}",
                size=size,
                root=root[:16],
                state=phrase("NOT SOUND") if findings else phrase("sound"),
            )
        )
        print(answer.get("checkpoint"), end="")
    return EXIT_IO if findings else 0


def _witnessed(options: argparse.Namespace) -> list[Answer]:
    """What is wrong for somebody who kept a checkpoint elsewhere."""
    try:
        note = options.checkpoint.read_text()
    except (OSError, UnicodeError) as error:
        why = system_words(error) if isinstance(error, OSError) else phrase("no text")
        raise CommandFailed(
            phrase("{checkpoint}: {why}; name a checkpoint's file", checkpoint=options.checkpoint, why=why),
            EXIT_USAGE,
        ) from error
    wrong = ask_gate(options.home, "ledger.witness", checkpoint=note).get("wrong")
    return [] if wrong is None else [{"seq": None, "what": wrong}]


def _prove(options: argparse.Namespace) -> int:
    if options.old is None and options.number is None:
        raise CommandFailed(
            phrase("ledger prove: name an entry, or --from SIZE; see homebase ledger prove --help"),
            EXIT_USAGE,
        )
    if options.old is not None:
        answer = ask_gate(options.home, "ledger.prove", old=options.old)
    else:
        answer = ask_gate(options.home, "ledger.prove", number=options.number)
    print(json.dumps(answer, ensure_ascii=False, indent=None if options.json else 2))
    return 0


def _export(options: argparse.Namespace) -> int:
    lines = [json.dumps(entry, ensure_ascii=False) for entry in _entries(options.home)]
    verified = ask_gate(options.home, "ledger.verify")
    lines.append(
        json.dumps({"checkpoint": verified["checkpoint"], "key": verified["key"]}, ensure_ascii=False)
    )
    text = "\n".join(lines) + "\n"
    if options.to is None:
        print(text, end="")
        return 0
    try:
        options.to.write_text(text)
    except OSError as error:
        raise CommandFailed(
            phrase("{to}: {strerror}; choose another file", to=options.to, strerror=system_words(error)),
            EXIT_CANT_WRITE,
        ) from error
    print(phrase("{lines} entries written to {to}", lines=len(lines) - 1, to=options.to))
    return 0
