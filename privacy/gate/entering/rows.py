"""Rows such as ``[[recipient]]`` in homebase.toml: one put in, taken out or changed, all else as it was.

Pure. The new text is read again by a parser and compared with what was wanted: only then is it given.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence

Value = str | int | Sequence[str]
Row = Mapping[str, Value]
BY_HAND = "change it by hand"
MOST_LINES = 64  # that one value may fill
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
    for made in _candidates(text, kind, number):
        if _says(made, wanted):
            return made
    raise NotPlain(f"that [[{kind}]] is not spelled as a block of its own; {BY_HAND}")


def with_value(text: str, kind: str, number: int, key: str, value: Value | None) -> str:
    """Return ``text`` with another value of ``key`` in the row of that number, from 0; None: without it.

    Raises:
        NotPlain: a value that TOML can't hold, or the row stands there in another spelling.
        tomllib.TOMLDecodeError: ``text`` is no TOML.
    """
    table, end = tomllib.loads(text), "\r\n" if "\r\n" in text else "\n"
    rows = _rows(table, kind)
    row = rows[number]
    if not isinstance(row, dict):
        raise NotPlain(f"{kind} is not spelled as [[{kind}]] there; {BY_HAND}")
    kept = {name: known for name, known in row.items() if name != key}
    changed = kept if value is None else {**kept, **_read({key: value})}
    wanted = {**table, kind: [changed if at == number else known for at, known in enumerate(rows)]}
    line = "" if value is None else f"{key} = {_spelled(key, value)}{end}"
    spellings = _replaced(text, key, line) if key in row else _inserted(text, kind, line, end)
    for made in spellings:
        if _says(made, wanted):
            return made
    raise NotPlain(f"{key} of that [[{kind}]] is not spelled as a line of its own; {BY_HAND}")


def _replaced(text: str, key: str, line: str) -> Iterator[str]:
    """The text with ``line`` for each part that may be the value of ``key``; judged by the caller."""
    lines = _LINE.findall(text)
    head = re.compile(rf"""[ \t]*(?:{key}|"{key}"|'{key}')[ \t]*=""")
    for first in (at for at, known in enumerate(lines) if head.match(known)):
        for last in range(first + 1, min(first + MOST_LINES, len(lines)) + 1):
            yield "".join((*lines[:first], line, *lines[last:]))


def _inserted(text: str, kind: str, line: str, end: str) -> Iterator[str]:
    """The text with ``line`` behind the last value of each part that may be a row, or behind its head."""
    lines = _LINE.findall(text if text.endswith("\n") else text + end)
    head = _head(kind)
    tables = [at for at, known in enumerate(lines) if _TABLE.match(known)]
    for first in (at for at in tables if head.match(lines[at].rstrip("\r\n"))):
        last = next((at for at in tables if at > first), len(lines))
        while _NOTHING.match(lines[last - 1].rstrip("\r\n")):
            last -= 1
        for at in (last, first + 1):
            yield "".join((*lines[:at], line, *lines[at:]))


def _head(kind: str) -> re.Pattern[str]:
    return re.compile(rf"""[ \t]*\[\[[ \t]*(?:{kind}|"{kind}"|'{kind}')[ \t]*\]\][ \t]*(#.*)?$""")


def _candidates(text: str, kind: str, number: int) -> Iterator[str]:
    """The text without each part that may be a row, from its head to the next one; judged by the caller.

    The likeliest comes first: of two rows that say the same, the one that was meant goes.
    """
    lines = _LINE.findall(text)
    head = _head(kind)
    tables = [at for at, line in enumerate(lines) if _TABLE.match(line)]
    heads = [at for at in tables if head.match(lines[at].rstrip("\r\n"))]
    for first in (*heads[number:], *heads[:number]):
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
