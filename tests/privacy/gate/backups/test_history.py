"""History in backups: only where it is wanted, whole, proven as all else, and back in its place."""

import json
import tarfile
from collections.abc import AsyncIterator, Mapping
from io import BytesIO
from pathlib import Path

import pytest

from hub.core import backup_history
from hub.core.history_tables import key_of
from privacy import backup_sheet
from privacy.gate.answers import backup_answers
from privacy.gate.backups import backup_verbs
from privacy.gate.backups.restored import Restored
from privacy.gate.backups.shelves import Wrong
from privacy.gate.front.exchange import Request
from tests.privacy.gate.backups.history import BEGUN_MS, known, remember
from tests.privacy.gate.backups.home import SECRET, Home, furnish, home

ROWS = 60_000  # about 3 MB, six pages


@pytest.fixture
async def old(tmp_path: Path) -> AsyncIterator[Home]:
    async with home(tmp_path / "old", tmp_path / "stick") as made:
        await furnish(made.hub.store)
        await remember(made.hub.store, ROWS)
        await made.sheet()
        yield made


def _names(copy: Path) -> list[str]:
    import pyrage

    identity = pyrage.x25519.Identity.from_str(backup_sheet.identity_of(SECRET))
    with tarfile.open(fileobj=BytesIO(pyrage.decrypt(copy.read_bytes(), [identity]))) as tar:
        return tar.getnames()


async def test_history_is_in_a_backup_once_the_owner_wants_it_and_comes_back_whole(
    old: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given nobody's choice, when a backup is made, then no history is in it
    await old.backups.now()
    assert not [name for name in _names(old.copies[0]) if "history" in name or "series" in name]
    old.copies[0].unlink()

    # when the owner wants it, then it is in the next one, page by page, and that one is proven
    assert await backup_verbs.table(old.backups)["backup.history"]({"history": True}) == {"history": True}
    told: list[tuple[str, int, int]] = []
    tell = old.backups.progress.tell

    def told_and_kept(_: object, stage: str, done: int, of: int) -> None:
        told.append((stage, done, of))
        tell(stage, done, of)

    monkeypatch.setattr(type(old.backups.progress), "tell", told_and_kept)
    (good,) = await old.backups.now()
    assert (good.state.value, good.why) == ("verified", "")
    names = _names(old.copies[0])
    pages = [name for name in names if name.startswith("hub/history/")]
    assert pages == [f"hub/history/{number:06}.jsonl" for number in range(len(pages))]
    assert len(pages) > 3
    collected = [(done, of) for stage, done, of in told if stage == "collecting"]
    assert all(done <= of for done, of in collected)
    assert [done for done, _ in collected] == sorted(done for done, _ in collected)
    assert {stage for stage, _, _ in told} >= {"collecting", "storing", "checking"}

    # and onto a blank home all of it comes back, with the rest, and leaves no file behind
    async with home(tmp_path / "new", tmp_path / "stick") as new:
        restored = await new.restore()
        assert isinstance(restored, Restored)
        assert restored.records["hub/history"] == ROWS
        assert await known(new.hub.store) == await known(old.hub.store)
        assert new.hub.restarts == 1
        assert not list((tmp_path / "new" / "hub").glob("restore*"))

    # and "off" ends it
    await old.backups.keep_history(wanted=False)
    old.copies[0].unlink()
    await old.backups.now()
    assert not [name for name in _names(old.copies[0]) if "history" in name or "series" in name]


async def test_a_trial_and_a_room_touch_no_history_and_a_copy_without_leaves_it(
    old: Home, tmp_path: Path
) -> None:
    await old.backups.now()
    before = await known(old.hub.store)
    await old.backups.keep_history(wanted=True)
    for copy in old.copies:
        copy.unlink()
    await old.backups.now()
    await remember_more(old)
    after = await known(old.hub.store)
    assert after != before
    await old.restore(trial=True)
    await old.restore(room="Room 1")
    assert await known(old.hub.store) == after
    assert not list((tmp_path / "old" / "hub").glob("restore*"))

    # a copy without history over a home that has one: charts stay as they are
    await old.backups.keep_history(wanted=False)
    for copy in old.copies:
        copy.unlink()
    await old.backups.now()
    await old.restore(anyway=True)
    assert (await known(old.hub.store))[2] == after[2]


async def remember_more(one: Home) -> None:
    await one.hub.store.write(
        lambda connection: connection.exec_driver_sql(
            "INSERT INTO history (key, value) VALUES (?, 1)", (key_of(BEGUN_MS + 10**10, 1),)
        )
    )


async def test_what_came_of_a_series_that_was_erased_meanwhile_is_given_to_no_other(
    old: Home, tmp_path: Path
) -> None:
    ask = old.hub.ask

    async def erasing(op: str, within_s: float = 0.0, /, **fields: object) -> Mapping[str, object]:
        if op == "backup.rest":
            await old.hub.store.write(lambda c: c.exec_driver_sql("DELETE FROM series WHERE id = 7"))
        return await ask(op, within_s, **fields)

    await old.backups.keep_history(wanted=True)
    old.backups.ask = erasing
    await old.backups.now()
    async with home(tmp_path / "new", tmp_path / "stick") as new:
        await new.restore()
        series, _, history, days = await known(new.hub.store)
        assert 7 not in {row[0] for row in series}
        assert not [row for row in (*history, *days) if int(str(row[0])) & 0xFFFFF == 7]
        assert len(history) == ROWS - ROWS // 40


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (b'{"key":5,"value":1}\n{"key":5,"value":2}\n', "keys do not ascend"),
        (b'{"key":5,"value":null}\n', "history, after 0 rows"),
        (b'{"key":5,"value":1,"more":1}\n', "history, after 0 rows"),
        (b'{"key":99999999999999999999,"value":1}\n', "history, after 0 rows"),
    ],
)
async def test_rows_that_are_none_make_no_good_copy(old: Home, page: bytes, said: str) -> None:
    from base64 import b64encode

    ask, given = old.hub.ask, []

    async def lying(op: str, within_s: float = 0.0, /, **fields: object) -> Mapping[str, object]:
        if op == "backup.rows" and fields["member"] == "history":
            given.append(op)
            return {"data": b64encode(page if len(given) == 1 else b"").decode(), "last": 5, "share": 1.0}
        return await ask(op, within_s, **fields)

    await old.backups.keep_history(wanted=True)
    old.backups.ask = lying
    with pytest.raises(Wrong, match=said):
        await old.backups.now()
    assert old.copies == []


async def test_what_the_scratch_store_gives_otherwise_is_found(
    old: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    await old.backups.keep_history(wanted=True)
    real = backup_history._Value.cells.fget  # type: ignore[attr-defined]
    with monkeypatch.context() as broken:
        broken.setattr(backup_history._Value, "cells", property(lambda row: (row.key, str(real(row)[1]))))
        with pytest.raises(Wrong, match="hub/history: what is restored is not what was saved"):
            await old.backups.now()
    await old.backups.now()  # the control


async def test_a_restore_that_is_killed_leaves_nothing_that_the_next_start_keeps(
    old: Home, tmp_path: Path
) -> None:
    folder = tmp_path / "old" / "hub"
    (folder / backup_history.SCRATCH_NAME).write_bytes(b"of a kill")
    backup_history.forget(folder)
    assert not (folder / backup_history.SCRATCH_NAME).exists()


async def test_the_page_tells_the_choice_and_takes_it(old: Home) -> None:
    endpoints = backup_answers.table(old.door, old.backups)

    async def asked(method: str, path: str, body: bytes = b"") -> tuple[int, dict[str, object]]:
        request = Request(method=method, path=path, query="", headers=(), peer="", body=body)
        answer = await endpoints[method, path](request, "owner")
        return answer.status, json.loads(answer.body)

    assert (await asked("GET", "/gate/v1/backups"))[1]["history"] is False
    assert (await asked("POST", "/gate/v1/backups/history", b'{"history":true}'))[0] == 200
    assert (await asked("GET", "/gate/v1/backups"))[1]["history"] is True
    assert (await asked("POST", "/gate/v1/backups/history", b'{"history":1}'))[0] == 400
