"""The export's folder: complete, readable by stock readers, a page in both languages, never a secret."""

import asyncio
import csv
import io
import json
import os
from collections.abc import Awaitable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import insert

from hub.core import History, Store, StoreHolder, schema
from hub.core.holdings import holdings
from hub.daemon.command_line import CommandFailed
from hub.daemon.rights_export import Source, csv_lines, export
from hub.daemon.rights_words import GERMAN, category
from privacy.gate.door.holder import GateHolder
from privacy.gate.rights.rights import RightsDesk
from privacy.gate.rights.rights_verbs import table
from privacy.gate.storage.schema import COPIES, HIDDEN, HOLDINGS, PARTS
from privacy.rights import Page
from privacy.vocabulary import DataCategory
from tests.clock import ManualClock
from tests.hub.core.home import value
from tests.privacy.gate.at_the_door import opened

ODD = 'Küche, "unten"\n=1+1'  # commas, quotes, lines: what a CSV reader has to cope with


def as_answer(page: Page) -> dict[str, Any]:
    decoded: dict[str, Any] = msgspec.json.decode(
        msgspec.json.encode({"columns": page.columns, "rows": page.rows, "after": page.after})
    )
    return decoded


def told(holder: StoreHolder, counts: Mapping[str, int]) -> dict[str, Any]:
    """As the API tells it."""
    names = dict.fromkeys(holding.name for holding in holder.holdings())
    rows = [{"name": name, "records": counts.get(name), "shown": name in holder.shown()} for name in names]
    return {"holdings": rows, "hidden": [], "restricted": []}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export of a small home, made from its real holders."""
    return asyncio.run(exported(tmp_path_factory.mktemp("home")))


async def exported(place: Path) -> Path:
    clock = ManualClock()
    (place / "gate").mkdir()
    async with Store(place, os.urandom) as store, opened(place / "gate") as door:
        history = History(store, clock, ring_path=None, random_bytes=os.urandom)
        await history.start()
        for number in range(12):
            history.record(value(number / 2, at=clock.now()))
            await clock.advance(60)
        person = {"id": 1, "name": ODD, "role": "owner", "password_hash": "argon-hash", "created_at": 0}
        await store.write(lambda c: c.execute(insert(schema.people).values(**person)))
        holder, rights = StoreHolder(store, history, clock), RightsDesk(door, GateHolder(door.desk))
        verbs = table(rights, door.desk)
        loop = asyncio.get_running_loop()

        def of_hub(name: str, after: int, limit: int) -> Mapping[str, object]:
            page = asyncio.run_coroutine_threadsafe(holder.export(name, after, 5), loop).result()
            return as_answer(page)

        def of_gate(name: str, after: int, limit: int) -> Mapping[str, object]:
            asked = verbs["rights.page"]({"holding": name, "after": after, "limit": 2})
            answer: object = asyncio.run_coroutine_threadsafe(_reply(asked), loop).result()
            return msgspec.json.decode(msgspec.json.encode(answer), type=dict[str, Any])

        notices: dict[str, Any] = {
            language: await verbs["rights.about"]({"language": language}) for language in ("de", "en")
        }
        hub = told(holder, await holder.count())
        sources = (Source(about=hub, ask=of_hub), Source(about=notices["en"], ask=of_gate))
        await asyncio.to_thread(export, place / "out", sources, notices)
    return place / "out"


async def _reply(asked: Awaitable[object]) -> object:
    return await asked


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return found


def in_csv(cell: object) -> str:
    if cell is None or isinstance(cell, str):
        return cell or ""
    return json.dumps(cell)


CELLS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9) | st.text(max_size=12)


def tables(width: int) -> st.SearchStrategy[list[list[object]]]:
    return st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=5)


@given(st.integers(1, 4).flatmap(tables))
@example([['a"b', "c"], ["\\", '\\"']])
@example([["]\n[", "\r\n"], [None, "null"]])
def test_a_stock_reader_gets_every_cell_back_whatever_is_in_it(rows: list[list[object]]) -> None:
    read = list(csv.reader(io.StringIO(csv_lines(rows).decode(), newline="")))
    assert len(read) == len(rows)
    for cells, texts in zip(rows, read, strict=True):
        for cell, text in zip(cells, texts, strict=True):
            if isinstance(cell, float):
                assert float(text) == cell
            else:
                assert text == in_csv(cell)


@pytest.mark.obligation("T2-g")
def test_every_file_says_the_same_to_a_stock_csv_and_a_stock_json_reader(folder: Path) -> None:
    files = [row["files"] for row in manifest(folder)["holdings"] if row["files"]]
    assert len(files) >= 5
    for one in files:
        rows = json.loads((folder / one["json"]).read_text())
        with (folder / one["csv"]).open(newline="") as file:
            table = list(csv.DictReader(file))
        assert len(rows) == len(table) == one["records"] > 0
        assert list(table[0]) == list(rows[0]) == one["columns"]
        for row, text in zip(rows, table, strict=True):
            assert {key: in_csv(cell) for key, cell in row.items()} == text


def test_what_people_wrote_comes_out_as_they_wrote_it(folder: Path) -> None:
    (person,) = json.loads((folder / "data/hub.people.json").read_text())
    assert person["name"] == ODD
    with (folder / "data/hub.people.csv").open(newline="") as file:
        assert next(csv.DictReader(file))["name"] == ODD


@pytest.mark.obligation("T2-a")
def test_purposes_recipients_terms_and_the_description_of_the_format_stand_in_it(folder: Path) -> None:
    found = manifest(folder)
    assert found["form"] == "homebase.rights/1"
    assert "RFC 4180" in found["description"]
    assert {row["id"] for row in found["notice"]["de"]["activities"]} >= {"diagnosis.remote", "remote.access"}
    named = {row["name"] for row in found["holdings"]}
    assert named >= {f"gate.{name}" for name in HOLDINGS}
    assert len(json.loads((folder / "data/hub.history.json").read_text())) == 12


def test_nothing_secret_is_in_any_file_and_all_are_their_owners_alone(folder: Path) -> None:
    for path in folder.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0 or path.is_dir()
        if path.is_file():
            assert b"argon-hash" not in path.read_bytes()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.sections: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.tags.add(tag)
        if tag == "section":
            self.sections.append(str(said["lang"]))
        if tag == "a":
            self.links.append(str(said["href"]))


@pytest.mark.obligation("T2-h")
def test_the_page_is_in_both_languages_runs_nothing_and_its_links_lead_somewhere(folder: Path) -> None:
    reader = _Reader()
    text = (folder / "index.html").read_text()
    reader.feed(text)
    assert reader.sections == ["de", "en"]
    assert "script" not in reader.tags
    local = {link for link in reader.links if not link.startswith(("https://", "#"))}
    assert local
    assert all((folder / link).is_file() for link in local)
    assert reader.links.count("https://www.ldi.nrw.de") == 2
    assert "Ferndiagnose" in text
    assert "<li>Portability: take your data with you as JSON and CSV" in text
    assert "{&#x27;term" not in text
    assert "Remote diagnosis" in text


def test_every_word_of_a_holding_has_a_german_one() -> None:
    held = (*holdings(), *HOLDINGS.values(), *COPIES, *(part for part, _ in PARTS))
    words = {word for one in held for word in (one.purpose, one.reason, one.stays) if word}
    words |= {one.why for one in HIDDEN}
    assert sorted(words - GERMAN.keys()) == []
    for kind in DataCategory:
        assert category(kind.value, "de") != kind.value or kind is DataCategory.SYSTEM


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    with pytest.raises(CommandFailed, match="not empty"):
        export(tmp_path, (), {})
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
