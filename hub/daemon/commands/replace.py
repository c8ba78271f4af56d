"""``homebase replace``: let a new device take a broken one's place: settings, links, name, room, past."""

import argparse

from ..command_line import printable
from ..gate_console import rows_of
from ..speech import phrase
from .verbs import Answer, add_home_options, ask, print_json, reason_words, written_words


def configure(parser: argparse.ArgumentParser) -> None:
    """Options and arguments."""
    parser.add_argument("old", help="the broken device: bidcos:JEQ0123456")
    parser.add_argument("new", help="a device of a like model that is paired already: bidcos:KEQ0654321")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--dry-run", action="store_true", help="only show what would be carried over")
    form.add_argument("--undo", action="store_true", help="give the old device its place back")
    add_home_options(parser)


def run(options: argparse.Namespace) -> int:
    """Replace, or look, or undo; print what is carried over."""
    place = ("devices", options.old, "replacement")
    if options.undo:
        answer = ask(options, "DELETE", *place, new=options.new)
    else:
        answer = ask(options, "POST", *place, body={"new": options.new, "dry_run": options.dry_run})
    if options.json:
        return print_json(answer)
    for line in _lines(options, answer):
        print(printable(line))
    print(written_words(answer.get("written")))
    return 0


def _lines(options: argparse.Namespace, answer: Answer) -> list[str]:
    carried = f"{answer.get('old')} -> {answer.get('new')}"
    if options.undo:
        carried = phrase(
            "{old} takes its place back from {new}", old=answer.get("old"), new=answer.get("new")
        )
    lines = [
        carried,
        phrase(
            "name: {name}, room: {room}",
            name=answer.get("name") or "-",
            room=_room(options, answer.get("room")),
        ),
        phrase(
            "parameters: {parameters}, datapoints with a past: {series}",
            parameters=answer.get("parameters"),
            series=answer.get("series"),
        ),
    ]
    lines += [
        phrase("link: {sender} -> {receiver}", sender=row.get("sender"), receiver=row.get("receiver"))
        for row in rows_of(answer, "peerings")
    ]
    left_out = answer.get("left_out")
    for told in left_out if isinstance(left_out, list) else []:
        code, _, what = str(told).partition(":")
        lines.append(
            phrase(
                "left out: {what}: {reason_words}",
                what=what or code,
                reason_words=reason_words(options, "left_out", code),
            )
        )
    return lines


def _room(options: argparse.Namespace, number: object) -> str:
    rooms = rows_of(ask(options, "GET", "rooms"), "rooms") if number else []
    return next((str(room.get("name")) for room in rooms if room.get("id") == number), "-")
