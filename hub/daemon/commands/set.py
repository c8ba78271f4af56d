"""``homebase set``: give a datapoint a value and wait until the device confirmed it."""

import argparse
import json
import math
import re
from urllib.parse import quote

from ..command_line import EXIT_USAGE, CommandFailed, printable
from ..home import ask_home, home_socket
from ..speech import as_word, language, phrase
from ..which_home import add_home

_WORDS: dict[str, object] = {"on": True, "off": False, "true": True, "false": False}
_GERMAN: dict[str, object] = {"an": True, "aus": False}
_COMMA = re.compile(r"(-?[0-9]+),([0-9]+)")


def configure(parser: argparse.ArgumentParser) -> None:
    """Options and arguments."""
    parser.add_argument(
        "datapoint", help="for example bidcos:SIM0000001:1.STATE; homebase watch --all shows them"
    )
    parser.add_argument("value", help="on, off, a number, or the name of a choice")
    add_home(parser)


def run(options: argparse.Namespace) -> int:
    """Set it; print what the device confirmed."""
    if options.datapoint.count(":") != 2 or "." not in options.datapoint:
        text = phrase(
            "datapoint = {datapoint!r}: allowed is a name such as bidcos:SIM0000001:1.STATE",
            datapoint=options.datapoint,
        )
        raise CommandFailed(phrase("{text}; homebase watch --all shows them", text=text), EXIT_USAGE)
    target = f"/api/v1/datapoints/{quote(options.datapoint, safe=':')}"
    answer = ask_home(home_socket(options.home), "PUT", target, {"value": value_of(options.value)})
    unit = f" {answer['unit']}" if answer.get("unit") else ""
    line = f"{answer.get('id')} = {json.dumps(answer.get('value'))}{unit} ({as_word(answer.get('origin'))})"
    print(printable(line))
    return 0


def value_of(word: str) -> object:
    """The value that a word of the command line means: on, off, a number, else the text itself.

    Who is spoken to in German may answer so: an, aus, 20,5.
    """
    words = {**_WORDS, **_GERMAN} if language() == "de" else _WORDS
    if word.lower() in words:
        return words[word.lower()]
    if language() == "de":
        word = _COMMA.sub(r"\1.\2", word) if _COMMA.fullmatch(word) else word
    for kind in (int, float):
        try:
            number = kind(word)
        except ValueError:
            continue
        return number if math.isfinite(number) else word  # JSON has no nan and no inf
    return word
