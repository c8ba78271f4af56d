"""Rows such as ``[[recipient]]`` in the text of homebase.toml: one put in, one taken out, all else as it was.

Pure. The new text is read again by a parser and compared with what was wanted: only then is it given.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence

Value = str | int | Sequence[str]
Row = Mapping[str, Value]
BY_HAND = "change it by hand"
_ESCAPED = {chr(code): f"\\u{code:04X}" for code in (*range(0x20), 0x7F)} | {'"': '\\"', "\\": "\\\\"}
_TABLE = re.compile(r"[ \t]*\[")
_NOTHING = re.compile(r"[ \t]*(#.*)?$")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")  # splitlines() knows more ends of a line than TOML does


class NotPlain(Exception):
    """The text can't be changed so that it says exactly what was wanted. The text ends with the way out."""


def with_row(text: str, kind: str, row: Row) -> str:
    """Return ``text`` with one more row at its end.

    Raises:
        NotPlain: a value that TOML can't hold, or rows of that kind in another spelling.
        tomllib.TOMLDecodeError: ``text`` is no TOML.
    """
    table, end = tomllib.loads(text), "\r\n" if "\r\n" in text else "\n"
    lines = [f"[[{kind}]]", *(f"{key} = {_spelled(key, value)}" for key, value in row.items())]
    if text.strip():
        lines.insert(0, "")
    begun = text if not text or text.endswith("\n") else text + end
    made = begun + "".join(line + end for line in lines)
    wanted = {**table, kind: [*_rows(table, kind), _read(row)]}
    if not _says(made, wanted):
        raise NotPlain(f"{kind} is not spelled as [[{kind}]] there; {BY_HAND}")
    return made


def without_row(text: str, kind: str, number: int) -> str:
    """Return ``text`` without the row of that number, from 0; comments around it stay.

    Raises:
        NotPlain: it stands there in another spelling.
        tomllib.TOMLDecodeError: ``text`` is no TOML.
    """
    table = tomllib.loads(text)
    left = [row for at, row in enumerate(_rows(table, kind)) if at != number]
    wanted = {**table, kind: left} if left else {key: value for key, value in table.items() if key != kind}
    for made in _candidates(text, kind):
        if _says(made, wanted):
            return made
    raise NotPlain(f"that [[{kind}]] is not spelled as a block of its own; {BY_HAND}")


def _candidates(text: str, kind: str) -> Iterator[str]:
    """The text without each part that may be a row, from its head to the next one; judged by the caller."""
    lines = _LINE.findall(text)
    head = re.compile(rf"""[ \t]*\[\[[ \t]*(?:{kind}|"{kind}"|'{kind}')[ \t]*\]\][ \t]*(#.*)?$""")
    tables = [at for at, line in enumerate(lines) if _TABLE.match(line)]
    for first in (at for at in tables if head.match(lines[at].rstrip("\r\n"))):
        for end in (*(at for at in tables if at > first), len(lines)):
            last = end
            while _NOTHING.match(lines[last - 1].rstrip("\r\n")):
                last -= 1  # what stands before the next head belongs to that
            start, after = first, lines[last:]
            if start and not lines[start - 1].strip() and not (after and after[0].strip()):
                start -= 1
            yield "".join((*lines[:start], *after))


def _rows(table: Mapping[str, object], kind: str) -> list[object]:
    rows = table.get(kind, [])
    if not isinstance(rows, list):
        raise NotPlain(f"{kind} is not spelled as [[{kind}]] there; {BY_HAND}")
    return rows


def _says(text: str, wanted: Mapping[str, object]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _read(row: Row) -> dict[str, object]:
    """``row`` as a parser gives it."""
    return {key: value if isinstance(value, str | int) else list(value) for key, value in row.items()}


def _spelled(key: str, value: Value) -> str:
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str):
        return f"[{', '.join(_spelled(key, one) for one in value)}]"
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise NotPlain(f"{key} = {value!r}; allowed is text in UTF-8")
    return '"' + "".join(_ESCAPED.get(letter, letter) for letter in value) + '"'
