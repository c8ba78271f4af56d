"""Writes all that is kept about a home's people into a folder, page by page: JSON, CSV, a page to read.

One JSON and one CSV file per holding; manifest.json describes them; index.html is for people. Two pages of
one holding are in memory at most.
"""

import gc
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from .command_line import EXIT_CANT_WRITE, EXIT_USAGE, CommandFailed
from .gate_console import rows_of
from .rights_index import index_page
from .speech import phrase, system_words

FORM = "homebase.rights/1"
PAGE = 5000
Answer = Mapping[str, object]
_ENCODER = msgspec.json.Encoder()
_OTHER_ESCAPE = re.compile(rb'\\[^"]')
_TO_QUOTES = bytes.maketrans(b"\\", b'"')
AskPage = Callable[[str, int, int], Answer]
"""Asks for a page: holding, where it begins, how many rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One half of the home. about: its holdings; ask: for their pages."""

    about: Answer
    ask: AskPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One holding on the disk. rows: how many."""

    name: str
    columns: tuple[str, ...]
    rows: int


def export(folder: Path, sources: Sequence[Source], notices: Mapping[str, Answer]) -> list[Written]:
    """Write all holdings of all sources. notices: of the gate, by language.

    Raises:
        CommandFailed: the folder is in use or can't be written, or the home does not answer.
    """
    collects = gc.isenabled()
    gc.disable()  # rows make no cycles, and millions of them would be searched for some
    try:
        _make(folder)
        written = [_holding(folder, source, name) for source in sources for name in _shown(source)]
        manifest = _manifest(sources, notices, written)
        _save(folder / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1).encode() + b"\n")
        _save(folder / "index.html", index_page(manifest, notices).encode())
    except OSError as error:
        where = error.filename or folder
        raise CommandFailed(
            phrase("{where}: {what}; choose another folder", where=where, what=system_words(error)),
            EXIT_CANT_WRITE,
        ) from error
    finally:
        if collects:
            gc.enable()
    return written


def _make(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise CommandFailed(
            phrase("{folder} is not empty; name an empty or a new folder", folder=folder), EXIT_USAGE
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "data").mkdir(mode=0o700)


def _shown(source: Source) -> list[str]:
    """The holdings that have records of their own."""
    return [str(row["name"]) for row in rows_of(source.about, "holdings") if row["shown"] and row["records"]]


def _holding(folder: Path, source: Source, name: str) -> Written:
    rows = 0
    columns: tuple[str, ...] = ()
    with _tables(folder / "data", name) as tables, ThreadPoolExecutor(max_workers=1) as asking:
        asked: Future[Answer] | None = asking.submit(source.ask, name, 0, PAGE)
        while asked is not None:
            page = asked.result()
            more = page.get("after")  # the other side makes it while this one is written
            asked = asking.submit(source.ask, name, more, PAGE) if isinstance(more, int) else None
            columns = tuple(str(column) for column in _list(page, "columns"))
            rows += tables.add(columns, _list(page, "rows"))
    return Written(name=name, columns=columns, rows=rows)


class _Tables:
    """One holding as JSON and CSV, side by side."""

    def __init__(self, as_json: IO[bytes], as_csv: IO[bytes]) -> None:
        self._json, self._csv = as_json, as_csv
        self._row: type[msgspec.Struct] | None = None  # written as an object; twice as fast as a dict
        self._some = False

    def add(self, columns: tuple[str, ...], rows: list[object]) -> int:
        """Append a page; how many rows it had."""
        if self._row is None:
            self._csv.write(csv_lines([list(columns)]))
            self._row = _row_of(columns)
        cells = [row for row in rows if isinstance(row, list) and len(row) == len(columns)]
        if cells:
            self._csv.write(csv_lines(cells))
            lines = _ENCODER.encode_lines([self._row(*row) for row in cells])[:-1].replace(b"\n", b",\n")
            self._json.write(b",\n" + lines if self._some else lines)
            self._some = True
        return len(cells)


def _row_of(columns: tuple[str, ...]) -> type[msgspec.Struct]:
    names = {f"cell_{place}": column for place, column in enumerate(columns)}
    return msgspec.defstruct("Row", list(names), rename=names)


def csv_lines(rows: Sequence[list[object]]) -> bytes:
    """Rows (at least one) as RFC 4180 wants them: text in quotes; other cells as in JSON, null as no text.

    A JSON encoder makes them, ten times as fast as csv.writer: a line break never stands bare in JSON, and
    what stays to be done is to double quotes. Text with other escapes is quoted by hand.
    """
    if any([None in row for row in rows]):  # noqa: C419 - a generator takes twice as long
        rows = [["" if cell is None else cell for cell in row] for row in rows]
    lines = _ENCODER.encode_lines(rows)
    if _OTHER_ESCAPE.search(lines):
        return b"".join([",".join(map(_csv_cell, row)).encode() + b"\r\n" for row in rows])
    return lines[1:-2].replace(b"]\n[", b"\r\n").translate(_TO_QUOTES) + b"\r\n"


def _csv_cell(cell: object) -> str:
    if isinstance(cell, str):
        return '"' + cell.replace('"', '""') + '"'
    return '""' if cell is None else _ENCODER.encode(cell).decode()


def loads(body: bytes) -> object:
    """JSON of a page, in a fifth of json.loads' time.

    Raises:
        ValueError: it is none.
    """
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return json.loads(body)  # takes what else we may send: half a surrogate pair's escape


@contextmanager
def _tables(folder: Path, name: str) -> Iterator[_Tables]:
    with ExitStack() as stack:
        as_json = stack.enter_context(_open(folder / f"{name}.json"))
        as_csv = stack.enter_context(_open(folder / f"{name}.csv"))
        as_json.write(b"[\n")
        yield _Tables(as_json, as_csv)
        as_json.write(b"\n]\n")


def _open(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")


def _save(path: Path, data: bytes) -> None:
    with _open(path) as file:
        file.write(data)


def _list(answer: Answer, key: str) -> list[object]:
    value = answer.get(key)
    return value if isinstance(value, list) else []


def _manifest(
    sources: Sequence[Source], notices: Mapping[str, Answer], written: Sequence[Written]
) -> dict[str, object]:
    files = {
        one.name: {
            "json": f"data/{one.name}.json",
            "csv": f"data/{one.name}.csv",
            "columns": list(one.columns),
            "records": one.rows,
        }
        for one in written
    }
    some = next(iter(notices.values()))
    return {
        "form": FORM,
        "at": some.get("at"),
        "description": (
            "One JSON file (an array of objects) and one CSV file (RFC 4180, UTF-8, first line: columns) for"
            " each holding. Times are RFC 3339 UTC, or, in columns named _ms, milliseconds since 1970 UTC."
            " content, body and description hold JSON as text. What is kept and never shown: hidden."
        ),
        "holdings": [
            {**row, "files": files.get(str(row.get("name")))}
            for source in sources
            for row in rows_of(source.about, "holdings")
        ],
        "hidden": [row for source in sources for row in rows_of(source.about, "hidden")],
        "restricted": [name for source in sources for name in _list(source.about, "restricted")],
        "closures": _list(some, "closures"),
        "notice": {language: answer.get("notice") for language, answer in notices.items()},
    }
