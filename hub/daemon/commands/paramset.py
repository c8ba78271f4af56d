"""``homebase paramset``: what a device remembers, read, described and changed."""

import argparse
import json
from collections.abc import Mapping

from ..command_line import EXIT_USAGE, CommandFailed, printable
from ..gate_console import part_of, print_table, rows_of
from ..speech import as_word, phrase
from .set import value_of
from .verbs import Answer, Verbs, ask, print_json, run_verb, written_words

run = run_verb


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    verbs = Verbs(parser)
    for name, summary, perform in (
        ("get", "show the parameters of a channel", _get),
        ("describe", "show what each parameter may hold", _describe),
    ):
        added = verbs.add(name, summary, perform)
        _add_channel(added)
        added.add_argument("--refresh", action="store_true", help="read them from the device anew")
    change = verbs.add("set", "change parameters, read them back, show old and new", _set)
    _add_channel(change)
    change.add_argument("values", nargs="+", metavar="NAME=VALUE", help="for example CYCLIC_INFO_MSG=on")
    change.add_argument("--dry-run", action="store_true", help="only show what would be written")


def _add_channel(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("channel", help="for example bidcos:JEQ0123456:1; :0 is the device itself")
    parser.add_argument("--peer", metavar="CHANNEL", help="the parameters of the link with this channel")


def pairs_of(words: list[str]) -> Mapping[str, object]:
    """Values by name from NAME=VALUE.

    Raises:
        CommandFailed: another form, or a name twice.
    """
    values: dict[str, object] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name or name in values:
            text = phrase(
                "{word!r}: allowed is NAME=VALUE, each name once; homebase paramset describe lists them",
                word=word,
            )
            raise CommandFailed(text, EXIT_USAGE)
        values[name] = value_of(value)
    return values


def _paramset(options: argparse.Namespace) -> tuple[str, ...]:
    return ("channels", options.channel, "paramsets", "LINK" if options.peer else "MASTER")


def _read(options: argparse.Namespace) -> Answer:
    return ask(options, "GET", *_paramset(options), peer=options.peer, refresh=options.refresh)


def _get(options: argparse.Namespace) -> int:
    answer = _read(options)
    if options.json:
        return print_json(answer)
    values, pending, described = (part_of(answer, key) for key in ("values", "pending", "parameters"))
    told_at = part_of(answer, "told_at")
    rows = [
        (
            name,
            _told(values.get(name), part_of(described, name)),
            f"-> {_told(pending[name], part_of(described, name))}" if name in pending else "",
            printable(told_at.get(name) or as_word("assumed")) if name in values else "",
        )
        for name in sorted({*values, *pending})
    ]
    print_table(("PARAMETER", "VALUE", "PENDING", "TOLD"), rows)
    if answer.get("reading"):
        print(phrase(_READING))
    else:
        print(
            phrase("read from the device at {read_at}", read_at=printable(answer["read_at"]))
            if answer.get("read_at")
            else phrase(_ASSUMED)
        )
    return 0


_ASSUMED = "not all read from the device yet: the others are assumed as from the factory; --refresh reads"
_READING = "the device sleeps: shown is what was known before; it is read when the device wakes"


def _describe(options: argparse.Namespace) -> int:
    answer = _read(options)
    if options.json:
        return print_json(part_of(answer, "parameters"))
    described = part_of(answer, "parameters")
    rows = []
    for name in sorted(described):
        one = part_of(described, name)
        rows.append(
            (name, one.get("type"), _allowed(one), "" if one.get("writable") else phrase("read-only"))
        )
    print_table(("PARAMETER", "TYPE", "ALLOWED", ""), rows)
    return 0


def _set(options: argparse.Namespace) -> int:
    body = {"values": pairs_of(options.values), "dry_run": options.dry_run}
    if options.peer:
        body["peer"] = options.peer
    answer = ask(options, "PUT", *_paramset(options), body=body)
    if options.json:
        return print_json(answer)
    for change in rows_of(answer, "changes"):
        old = "?" if change.get("old") is None else json.dumps(change["old"], ensure_ascii=False)
        new = json.dumps(change.get("new"), ensure_ascii=False)
        print(printable(f"{change.get('name')}: {old} -> {new}"))
    print(written_words(answer.get("written")))
    return 0


def _told(value: object, described: Answer) -> str:
    """A value for people: the name of a choice, the unit of a number."""
    choices = described.get("enum")
    if value is None:
        return "?"
    if isinstance(value, bool):
        return phrase("on") if value else phrase("off")
    if isinstance(value, int) and isinstance(choices, list) and 0 <= value < len(choices):
        return f"{choices[value]} ({value})"
    text = phrase("{amount:g}", amount=value) if isinstance(value, float) else str(value)
    return f"{text} {described['unit']}" if described.get("unit") else text


def _allowed(described: Answer) -> str:
    choices, special = described.get("enum"), part_of(described, "special")
    if isinstance(choices, list) and choices:
        return ", ".join(f"{choice} ({index})" for index, choice in enumerate(choices))
    if described.get("type") in {"BOOL", "ACTION"}:
        return phrase("on, off") if described.get("type") == "BOOL" else phrase("on")
    low, high, step = (described.get(key) for key in ("min", "max", "step"))
    text = "" if low is None and high is None else f"{_number(low)}..{_number(high)}"
    text += f" {described['unit']}" if described.get("unit") else ""
    text += phrase(" in steps of {number}", number=_number(step)) if step else ""
    return (
        text
        + "".join(
            phrase(", or {name} ({number})", name=name, number=_number(value))
            for name, value in special.items()
        )
    ).strip()


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else ""
