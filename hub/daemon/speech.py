"""The language of one command: its sentences stand in the code in English, their German in german/*.json.

A process runs one command, which speaks one language: ``speaking`` says which, ``phrase`` speaks it. What a
sentence names is given by name, so that each language puts it where it belongs. One JSON file per area of the
command line; tests/hub/daemon/test_speech.py finds a sentence without German, and German without a sentence.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from string import Formatter

LANGUAGES = ("de", "en")
OPTION = "--lang"
_spoken: ContextVar[str] = ContextVar("spoken", default="en")


def language() -> str:
    """The language of this command, "de" or "en"."""
    return _spoken.get()


@contextmanager
def speaking(wanted: str) -> Iterator[None]:
    """Speak ``wanted``, "de" or "en", until the end of the block."""
    before = _spoken.set(wanted)
    try:
        yield
    finally:
        _spoken.reset(before)


def phrase(english: str, /, **fields: object) -> str:
    """The sentence in the language of this command, with its fields; without fields braces stay as they are.

    What has no German stays English: it is told, if not as it should be.
    """
    is_german = language() == "de"
    text = german().get(english, english) if is_german else english
    return _FORMATTERS[is_german].vformat(text, (), fields) if fields else text


def as_word(code: object) -> str:
    """A code of the gate or the hub as a word: in English it is one. None and "" are "-"."""
    return phrase(str(code)) if code not in {None, ""} else "-"


def system_words(error: OSError) -> str:
    """What the system says of a file or a line."""
    return phrase(error.strerror) if error.strerror else str(error)


def language_of(variables: Mapping[str, str]) -> str:
    """The language of a locale, as POSIX orders its variables: German where it is German, else English."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    said = next((variables[name] for name in names if variables.get(name)), "")
    return "de" if said.lower().startswith("de") else "en"


def asked_language(arguments: Sequence[str], default: str) -> tuple[str, list[str]]:
    """The language that --lang names, wherever it stands before a "--", and the other arguments.

    Another value than "de" or "en" stays among them, where the parser of the command says what is allowed.
    """
    wanted, rest = default, []
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            rest += [word, *waiting]
            break
        option, equals, value = word.partition("=")
        if option != OPTION:
            rest.append(word)
        elif equals and value in LANGUAGES:
            wanted = value
        elif not equals and waiting and waiting[0] in LANGUAGES:
            wanted = waiting.pop(0)
        else:
            rest.append(word)
    return wanted, rest


@cache
def german() -> Mapping[str, str]:
    """All sentences, English to German, of all areas. Read when German is spoken first."""
    folder = files("hub.daemon") / "german"
    found: dict[str, str] = {}
    for area in sorted(folder.iterdir(), key=lambda one: one.name):
        if area.name.endswith(".json"):
            found |= json.loads(area.read_text("utf-8"))
    return found


class _GermanFormatter(Formatter):
    """Numbers with a decimal comma."""

    def format_field(self, value: object, format_spec: str) -> str:
        text = str(super().format_field(value, format_spec))
        return text.replace(".", ",") if isinstance(value, float) else text


_FORMATTERS = (Formatter(), _GermanFormatter())
