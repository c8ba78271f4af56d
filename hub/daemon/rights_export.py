"""Writes all that is kept about a home's people into a folder, page by page: JSON, CSV, a page to read.

One JSON and one CSV file per holding; manifest.json describes them; index.html is for people. No more than a
page of one holding is in memory at a time.
"""

import csv
import io
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from .command_line import EXIT_CANT_WRITE, EXIT_USAGE, CommandFailed
from .gate_console import rows_of
from .rights_index import index_page

FORM = "homebase.rights/1"
PAGE = 5000
Answer = Mapping[str, object]
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
    try:
        _make(folder)
        written = [_holding(folder, source, name) for source in sources for name in _shown(source)]
        manifest = _manifest(sources, notices, written)
        _save(folder / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1).encode() + b"\n")
        _save(folder / "index.html", index_page(manifest, notices).encode())
    except OSError as error:
        where = error.filename or folder
        raise CommandFailed(f"{where}: {error.strerror}; choose another folder", EXIT_CANT_WRITE) from error
    return written


def _make(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise CommandFailed(f"{folder} is not empty; name an empty or a new folder", EXIT_USAGE)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "data").mkdir(mode=0o700)


def _shown(source: Source) -> list[str]:
    """The holdings that have records of their own."""
    return [str(row["name"]) for row in rows_of(source.about, "holdings") if row["shown"] and row["records"]]


def _holding(folder: Path, source: Source, name: str) -> Written:
    rows, after = 0, 0
    columns: tuple[str, ...] = ()
    with _tables(folder / "data", name) as tables:
        more: object = 0
        while isinstance(more, int):
            after = more
            page = source.ask(name, after, PAGE)
            columns = tuple(str(column) for column in _list(page, "columns"))
            rows += tables.add(columns, _list(page, "rows"))
            more = page.get("after")
    return Written(name=name, columns=columns, rows=rows)


class _Tables:
    """One holding as JSON and CSV, side by side."""

    def __init__(self, as_json: IO[bytes], as_csv: IO[str]) -> None:
        self._json, self._csv = as_json, csv.writer(as_csv)  # RFC 4180: commas, CRLF, quotes where needed
        self._encode = msgspec.json.Encoder().encode
        self._headed = self._some = False

    def add(self, columns: tuple[str, ...], rows: list[object]) -> int:
        """Append a page; how many rows it had."""
        if not self._headed:
            self._csv.writerow(columns)
            self._headed = True
        cells = [row for row in rows if isinstance(row, list) and len(row) == len(columns)]
        if cells:
            self._csv.writerows(cells)
            lines = b",\n".join([self._encode(dict(zip(columns, row, strict=True))) for row in cells])
            self._json.write(b",\n" + lines if self._some else lines)
            self._some = True
        return len(cells)


@contextmanager
def _tables(folder: Path, name: str) -> Iterator[_Tables]:
    with ExitStack() as stack:
        as_json = stack.enter_context(_open(folder / f"{name}.json"))
        raw = stack.enter_context(_open(folder / f"{name}.csv"))
        as_csv = stack.enter_context(io.TextIOWrapper(raw, encoding="utf-8", newline=""))
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
