"""What is allowed, in words of people and in their language. Pure, but for its German catalogue.

The layers below say it in plain English, msgspec in words of Python: ``str of length >= 10``.
"""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

_LIMITS = (
    (re.compile(r"^str of length >= (\d+)$"), r"at least \1 characters"),
    (re.compile(r"^str of length <= (\d+)$"), r"at most \1 characters"),
    (re.compile(r"^int >= (\S+)$"), r"whole number ≥ \1"),
    (re.compile(r"^int <= (\S+)$"), r"whole number ≤ \1"),
    (re.compile(r"^float >= (\S+?)(?:\.0)?$"), r"number ≥ \1"),
    (re.compile(r"^float <= (\S+?)(?:\.0)?$"), r"number ≤ \1"),
)
_TYPES = {"bool": "true or false", "int": "whole number", "float": "number", "str": "text"} | {
    "null": "null",
    "object": "object",
    "array": "list",
}


def allowed_words(text: str, language: str) -> str:
    """Return the range ``text`` in English or German; what nobody translated stays as it is."""
    text = _without_python(text)
    if language == "de":
        for pattern, german in _german():
            text = pattern.sub(german, text)
    return text


def _without_python(text: str) -> str:
    for pattern, words in _LIMITS:
        text = pattern.sub(words, text)
    kinds = text.split(" | ")
    if not all(kind in _TYPES for kind in kinds):
        return text
    if "float" in kinds:
        kinds = [kind for kind in kinds if kind != "int"]  # whole numbers are numbers
    return " or ".join(_TYPES[kind] for kind in kinds)


@cache
def _german() -> Sequence[tuple[re.Pattern[str], str]]:
    text = files("hub.api").joinpath("texts", "ranges.de.toml").read_text("utf-8")
    rows: Sequence[tuple[str, str]] = tomllib.loads(text)["words"]
    return [(re.compile(rf"(?<!\w){pattern}(?!\w)"), german) for pattern, german in rows]
