"""Backups from end to end: made, stored, read back, restored; and writers that are never believed."""

import asyncio
import contextlib
import json
import subprocess
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select

from hub.contract import StoreError
from hub.core import DriverRecords, Settings, schema
from hub.core import backup as hub_backup
from privacy import anonymise, backup_sheet, sealing
from privacy.backup_members import MEMBERS
from privacy.conversation import ConversationLost, Declined
from privacy.decide import Permit, Refusal, decide
from privacy.gate.answers import backup_answers
from privacy.gate.backups import backups as backups_module
from privacy.gate.backups import copies, far_copies, gate_members, making
from privacy.gate.backups.backups import Backups
from privacy.gate.backups.copies import Known, Sending, State
from privacy.gate.backups.folder import FolderTarget
from privacy.gate.backups.making import Made
from privacy.gate.backups.putting_back import Wish
from privacy.gate.backups.restored import Restored
from privacy.gate.backups.shelves import Wrong
from privacy.gate.backups.target import NOTHING, Copy, Landed, Source, Taken
from privacy.gate.front.exchange import Request
from privacy.gate.storage import book, budget, deletions, records
from privacy.gate.storage.store import StoreError as GateStoreError
from privacy.gate.storage.store import Transaction
from privacy.register import Form
from tests.privacy import house
from tests.privacy.decrypted import everything_in
from tests.privacy.gate.backups.home import KEY, SECRET, Home, furnish, home, public


@pytest.fixture
async def lived_in(tmp_path: Path) -> AsyncIterator[Home]:
    async with home(tmp_path / "old", tmp_path / "stick") as old:
        await furnish(old.hub.store)
        await old.sheet()
        yield old


async def test_a_backup_in_the_house_needs_no_consent_and_nothing_goes_to_a_cloud(lived_in: Home) -> None:
    # given a home where nobody agreed to anything
    assert not list(lived_in.door.desk.standing.live())

    # when a backup is made
    (known,) = await lived_in.backups.now()

    # then it lies in the folder, and the cloud was not even asked
    assert known.state is State.VERIFIED
    assert [path.name for path in lived_in.copies] == [known.name]
    assert list(lived_in.backups.shelves.targets) == ["local"]


async def test_a_blank_home_gets_everything_back(lived_in: Home, tmp_path: Path) -> None:
    answered = [anonymise.week_named("2025-W51")]
    await lived_in.door.desk.store.write(lambda tx: budget.assume(tx, answered))
    await lived_in.backups.now()
    async with home(tmp_path / "new", tmp_path / "stick") as new:
        # when the copy is restored onto a blank home with the sheet alone
        restored = await new.restore()

        # then rooms, devices with names and places, people, settings and keys are the same
        assert isinstance(restored, Restored)
        assert (restored.applied, restored.devices) == (True, ("bidcos:JEQ0123456",))
        for table in (schema.rooms, schema.devices, schema.people, schema.settings):
            assert await _rows(lived_in, table) == await _rows(new, table)
        records = await DriverRecords(new.hub.store, "bidcos").load()
        assert records[KEY] == b"\x01" + b"k" * 16

        # and the driver is told that its counters are old, sessions are over, the hub starts anew
        assert "restored" in records
        assert not await new.hub.store.read(lambda c: c.execute(select(schema.sessions)).all())
        assert new.hub.restarts == 1

        # and privacy that was spent is not given back; the running week, which may have been answered, counts
        await new.door.desk.confirm_clock()
        await new.door.telemetry.once()
        this = anonymise.week_of(new.door.desk.time.instant().at).label
        assert await new.door.desk.store.read(budget.answered) == ["2025-W51", this]


async def _rows(one: Home, table: Table) -> list[tuple[object, ...]]:
    def rows(connection: Connection) -> list[tuple[object, ...]]:
        return [tuple(row) for row in connection.execute(select(table))]

    return await one.hub.store.read(rows)


async def test_after_a_restore_the_old_hub_writes_nothing_more(lived_in: Home, tmp_path: Path) -> None:
    await lived_in.backups.now()
    async with home(tmp_path / "new", tmp_path / "stick") as new:
        await new.restore()
        with pytest.raises(StoreError):
            await Settings(new.hub.store).put("a", 2)


async def test_a_restored_home_begins_a_new_epoch_with_the_old_ledgers_head(
    lived_in: Home, tmp_path: Path
) -> None:
    await lived_in.backups.now()
    before = lived_in.door.desk.standing.epoch
    async with home(tmp_path / "new", tmp_path / "stick") as new:
        was = new.door.desk.standing.epoch
        await new.restore()
        desk = new.door.desk
        assert desk.standing.epoch not in {was, before, ""}
        await desk.checkpoint()
        first = await desk.store.read(lambda tx: book.one(tx, 0))
        assert first is not None
        assert first.content is not None
        assert before.encode() in first.content
        assert not await desk.store.read(lambda tx: book.check(tx, desk.origin, desk.public_key))
        # and the sheet stays right: manifests are signed with the key that it vouches for
        assert await new.backups.signer() == await lived_in.backups.signer()


async def test_consents_come_back_as_proof_and_count_for_nothing_until_they_are_confirmed(
    lived_in: Home, tmp_path: Path
) -> None:
    given = house.grant(Form.UNTIL, lived_in.door.desk.time.instant())
    mine = replace(given, epoch=lived_in.door.desk.standing.epoch, mark="m1")
    await lived_in.door.desk.store.write(lambda tx: records.keep_grant(tx, mine))
    await lived_in.backups.now()
    async with home(tmp_path / "new", tmp_path / "stick") as new:
        await new.restore()
        desk = new.door.desk
        (back,) = desk.standing.live()
        verdict = decide(house.request(), desk.register, desk.recipients, desk.standing, desk.time.instant())
        assert back.mark == "m1"
        assert isinstance(verdict, Refusal)
        # the control: in its own home it holds
        lived_in.door.desk.standing.give(mine)
        desk = lived_in.door.desk
        assert isinstance(
            decide(house.request(), desk.register, desk.recipients, desk.standing, desk.time.instant()),
            Permit,
        )


async def test_who_lives_somewhere_is_not_replaced_unless_that_is_meant(lived_in: Home) -> None:
    await lived_in.backups.now()
    with pytest.raises(Wrong) as wrong:
        await lived_in.restore()
    assert wrong.value.code == "not_blank"
    assert lived_in.hub.restarts == 0
    await lived_in.restore(anyway=True)
    assert lived_in.hub.restarts == 1


async def test_one_room_comes_back_alone(lived_in: Home) -> None:
    await lived_in.backups.now()
    store = lived_in.hub.store
    await store.write(lambda c: c.execute(schema.rooms.delete().where(schema.rooms.c.id == 1)))
    await Settings(store).put("a", 2)

    await lived_in.restore(room="Room 1")

    rows = await store.read(
        lambda c: c.execute(select(schema.rooms.c.name, schema.devices.c.name).join(schema.devices)).all()
    )
    assert [tuple(row) for row in rows] == [("Room 1", "Lamp")]
    assert await Settings(store).get("a") == 2

    # and a trial of it tells of that room alone, with the devices that are still here
    told = await lived_in.restore(room="Room 1", trial=True)
    assert isinstance(told, Restored)
    assert (told.rooms, told.devices) == (("Room 1",), ("bidcos:JEQ0123456",))
    assert (dict(told.records), told.gate) == ({"hub/rooms": 1, "hub/devices": 1}, False)
    told = await lived_in.restore(room="Room 2", trial=True)
    assert isinstance(told, Restored)
    assert (told.rooms, told.devices) == (("Room 2",), ())

    # and one that the copy has not is said to be none, in a trial as in earnest; the copy stays good
    for trial in (True, False):
        with pytest.raises(Wrong, match="no room 'Attic'") as wrong:
            await lived_in.restore(room="Attic", trial=trial)
        assert wrong.value.code == "unknown_room"
    assert (await lived_in.door.desk.store.read(copies.every))[0].state is State.VERIFIED

    # also by a copy that has no devices at all
    await store.write(lambda c: c.execute(schema.devices.delete()))
    lived_in.clock.passed_s += 86_400
    await lived_in.backups.now()
    for trial in (True, False):
        with pytest.raises(Wrong, match="no room 'Attic'"):
            await lived_in.restore(room="Attic", trial=trial)


async def test_a_trial_changes_nothing_and_counts_as_the_quarters_drill(lived_in: Home) -> None:
    await lived_in.backups.now()
    lived_in.clock.passed_s += 100 * 86_400
    assert (await lived_in.backups.told())["drill_due"] is True
    await lived_in.restore(trial=True)
    assert lived_in.hub.restarts == 0
    assert (await lived_in.backups.told())["drill_due"] is False


@pytest.mark.obligation("Q6.5-c")
async def test_neither_hub_nor_gate_nor_another_sheet_can_open_a_copy(
    lived_in: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyrage

    # given the throw-away key, caught as it is made
    thrown_away: list[Made] = []
    real = making.make

    async def caught(*parts: Any) -> Made:
        thrown_away.append(await real(*parts))
        return thrown_away[-1]

    monkeypatch.setattr(backups_module, "make", caught)
    await lived_in.backups.now()
    data, (made,) = lived_in.copies[0].read_bytes(), thrown_away
    assert pyrage.decrypt(data, [made.opens])  # the control: it opens the copy

    # then neither it nor the sheet's lies anywhere in the home, as text or as bytes: stores and logs opened
    sheet = pyrage.x25519.Identity.from_str(backup_sheet.identity_of(SECRET))
    keys = {SECRET, *_spelled(made.opens), *_spelled(sheet)}
    folder = tmp_path / "old"
    assert not _kept(folder, keys | {b"AGE-SECRET-KEY"})

    # and had one of them been written, it would be found: each control in its own store
    text, raw = _spelled(made.opens)
    await lived_in.door.desk.store.write(lambda tx: records.set_meta(tx, "kept", text))
    assert _kept(folder, keys) == {text}
    await DriverRecords(lived_in.hub.store, "bidcos").save({"kept": raw})
    assert _kept(folder, keys) == {text, raw}

    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(data, [pyrage.x25519.Identity.generate()])
    with pytest.raises(Wrong) as wrong:
        await lived_in.restore(bytes(32 * [7]))
    assert wrong.value.code == "backup_not_good"
    # the control: the sheet opens it
    assert pyrage.decrypt(data, [sheet])


def _spelled(identity: object) -> tuple[bytes, bytes]:
    """A secret key of age: its text, and the 32 bytes that are spelled in it (Bech32)."""
    text = str(identity)
    letters = text.lower().rpartition("1")[2][:-6]
    number = 0
    for letter in letters:
        number = number << 5 | "qpzry9x8gf2tvdw0s3jn54khce6mua7l".index(letter)
    return text.encode(), (number >> 5 * len(letters) - 256).to_bytes(32, "big")


def _kept(folder: Path, keys: set[bytes]) -> set[bytes]:
    """Which of these lie in any file of the home, or in any page of its stores, opened with their keys."""
    files = b"\0".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    hub = everything_in(folder / "hub/hub.db", (folder / "hub/hub.key").read_bytes())
    gate = everything_in(folder / "gate/gate.db", (folder / "gate/key").read_bytes())
    assert b"Room 1" in hub  # they were opened
    assert public(SECRET).encode() in gate
    return {key for key in keys if key in files + hub + gate}


async def test_a_copy_that_somebody_made_with_the_public_key_is_not_restored(
    lived_in: Home, tmp_path: Path
) -> None:
    # given another home that knows the sheet's public key and says so, and signs by itself
    async with home(tmp_path / "evil", tmp_path / "stick2") as evil:
        await evil.backups.keep_sheet(
            public(SECRET), backup_sheet.vouch(bytes(32), await evil.backups.signer())
        )
        await evil.backups.now()
        with pytest.raises(Wrong) as wrong:
            await evil.restore()
    assert wrong.value.code == "signer_unknown"


async def test_age_and_tar_open_a_copy_without_us(lived_in: Home, tmp_path: Path) -> None:
    await lived_in.backups.now()
    (tmp_path / "key").write_text(backup_sheet.identity_of(SECRET) + "\n")
    done = await asyncio.to_thread(
        subprocess.run,
        f"age -d -i {tmp_path}/key {lived_in.copies[0]} | tar x -C {tmp_path}/stick",
        shell=True,
        check=True,
    )
    assert done.returncode == 0
    assert sorted(
        str(path.relative_to(tmp_path / "stick")) for path in (tmp_path / "stick").rglob("*.jsonl")
    ) == sorted(member.file for member in MEMBERS.values())
    rooms = (tmp_path / "stick/hub/rooms.jsonl").read_text().splitlines()
    assert rooms[0] == '{"id":1,"name":"Room 1"}'


# writers and places that are not what they should be: never shown as good

Break = Callable[[bytes], bytes]


class Meddling:
    """A place that keeps something else than it was given."""

    def __init__(self, target: object, meddle: Break) -> None:
        self._target, self._meddle = target, meddle

    async def put(self, name: str, source: Source, landed: Landed, taken: Taken = NOTHING) -> None:
        source.path.write_bytes(self._meddle(source.path.read_bytes()))
        size = source.path.stat().st_size
        await self._target.put(name, Source(path=source.path, size=size, sha256=""), landed)  # type: ignore[attr-defined]

    def read(self, name: str, offset: int = 0) -> AsyncIterator[bytes]:
        return self._target.read(name, offset)  # type: ignore[attr-defined, no-any-return]

    async def copies(self) -> tuple[Copy, ...]:
        return await self._target.copies()  # type: ignore[attr-defined, no-any-return]

    async def remove(self, name: str) -> None:
        await self._target.remove(name)  # type: ignore[attr-defined]

    async def tidy(self) -> int:
        return 0

    async def free(self) -> int | None:
        return None


def _flip(place: float) -> Break:
    def flipped(data: bytes) -> bytes:
        at = min(int(place * len(data)), len(data) - 1)
        return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]

    return flipped


MEDDLINGS: Mapping[str, Break] = {
    "head": _flip(0.001),
    "middle": _flip(0.5),
    "end": _flip(1.0),
    "short": lambda data: data[:-1],
    "empty": lambda data: b"",
    "long": lambda data: data + b"x",
}


async def test_a_byte_that_is_not_as_it_was_is_never_good(lived_in: Home) -> None:
    shelves = lived_in.backups.shelves
    real = shelves.targets["local"]
    for what, meddle in MEDDLINGS.items():
        shelves.targets["local"] = Meddling(real, meddle)
        with pytest.raises(Wrong) as wrong:
            await lived_in.backups.now()
        assert wrong.value.code == "backup_not_good", what
        known = await lived_in.door.desk.store.read(copies.every)
        assert {(one.state, one.verified_ms) for one in known} == {(State.FAILED, None)}, what
        assert lived_in.copies == [], what

    # the control: the same place without the meddling
    shelves.targets["local"] = real
    (good, *_) = await lived_in.backups.now()
    assert good.state is State.VERIFIED


async def test_a_writer_that_does_not_encrypt_is_never_good(
    lived_in: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plain(source: object, to: str, sink: object) -> None:
        while data := source.read(65_536):  # type: ignore[attr-defined]
            sink.write(data)  # type: ignore[attr-defined]

    with monkeypatch.context() as broken:
        broken.setattr(sealing, "seal_stream", plain)
        with pytest.raises(Wrong) as wrong:
            await lived_in.backups.now()
    assert "not encrypted" in wrong.value.what
    assert (await lived_in.door.desk.store.read(copies.every))[0].state is State.FAILED
    await lived_in.backups.now()
    assert b"Room 1" not in lived_in.copies[-1].read_bytes()


async def test_a_writer_that_forgets_the_sheet_or_adds_a_key_is_never_good(
    lived_in: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sealing.seal_stream
    other = public(bytes(32 * [9]))
    for change in (lambda to: to.split(" "), lambda to: [*to.split(" "), other]):

        def meddled(
            source: sealing.Source, to: str, sink: sealing.Sink, change: Callable[[str], list[str]] = change
        ) -> None:
            keys = change(to)
            keys = [key for key in keys if key != public(SECRET)] if other not in keys else keys
            real(source, " ".join(sorted(keys)), sink)

        with monkeypatch.context() as broken:
            broken.setattr(sealing, "seal_stream", meddled)
            with pytest.raises(Wrong) as wrong:
                await lived_in.backups.now()
        assert "keys" in wrong.value.what


async def test_a_hub_that_restores_other_than_it_saved_is_never_good(lived_in: Home) -> None:
    ask = lived_in.hub.ask

    async def lying(op: str, within_s: float = 0.0, /, **fields: object) -> object:
        told = await ask(op, within_s, **fields)
        if op == "restore.check":
            return {**told, "members": {**told["members"], "rooms": "0" * 64}}  # type: ignore[dict-item]
        return told

    lived_in.backups.shelves.ask = lying  # type: ignore[assignment]
    with pytest.raises(Wrong) as wrong:
        await lived_in.backups.now()
    assert "what is restored is not what was saved" in wrong.value.what


async def test_so_many_stay_and_only_ours_go(lived_in: Home) -> None:
    lived_in.backups.shelves.settings = lived_in.backups.settings.__class__(
        folder=str(lived_in.folder), keep=2
    )
    (lived_in.folder / "homebase-20200101t000000z-0000000000000000.age").write_bytes(b"another home's")
    for _ in range(4):
        lived_in.clock.passed_s += 86_400
        await lived_in.backups.now()
    names = [path.name for path in lived_in.copies]
    assert len(names) == 3
    assert names[0].startswith("homebase-2020")
    assert len(await lived_in.door.desk.store.read(copies.every)) == 2


async def test_a_copy_that_is_away_takes_no_place_of_those_that_stay(lived_in: Home, tmp_path: Path) -> None:
    lived_in.backups.shelves.settings = lived_in.backups.settings.__class__(
        folder=str(lived_in.folder), keep=2
    )
    for _ in range(2):
        lived_in.clock.passed_s += 86_400
        await lived_in.backups.now()
    stays, away = lived_in.copies
    away.rename(tmp_path / "away")
    await lived_in.backups.told()
    lived_in.clock.passed_s += 86_400
    await lived_in.backups.now()
    assert stays.exists()
    assert len(lived_in.copies) == 2


async def test_a_stick_that_is_out_or_another_one_gets_nothing(lived_in: Home, tmp_path: Path) -> None:
    await lived_in.backups.now()
    lived_in.folder.rename(tmp_path / "in-a-drawer")
    with pytest.raises(Wrong, match="plugged in"):
        await lived_in.backups.now()
    lived_in.folder.mkdir()  # the empty folder that a stick is mounted on
    with pytest.raises(Wrong, match="another stick, or none"):
        await lived_in.backups.now()
    assert list(lived_in.folder.iterdir()) == []

    # until the owner says so
    await lived_in.backups.shelves.forget_folder()
    await lived_in.backups.now()
    assert len(lived_in.copies) == 1


async def test_too_large_a_backup_is_not_made(tmp_path: Path) -> None:
    async with home(tmp_path / "old", tmp_path / "stick", most_mib=1) as old:
        await furnish(old.hub.store)
        await DriverRecords(old.hub.store, "bidcos").save({"big": bytes(1 << 20)})
        await old.sheet()
        with pytest.raises(Wrong, match="most_mib") as wrong:
            await old.backups.now()
        assert wrong.value.code == "too_large"
        assert list(old.folder.glob("*.age")) == []


async def test_what_a_backup_needs_is_named_where_it_is_missing(tmp_path: Path) -> None:
    async with home(tmp_path / "old", tmp_path / "stick") as old:
        with pytest.raises(Wrong) as wrong:
            await old.backups.now()
        assert wrong.value.code == "no_sheet"
        # one that is over at once: who began it waits for a number that is not the one it was given
        running = asyncio.ensure_future(old.backups.run())
        ended = old.backups.progress.runs
        assert await old.backups.start() == ended  # right after a start, too: it waits for the places
        while old.backups.progress.runs == ended:
            await asyncio.sleep(0.01)

        # where there is no place, that is said, by the command as by itself, and not that something goes on
        old.backups.shelves.targets.clear()
        for begin in (old.backups.start, old.backups.now):
            with pytest.raises(Wrong) as wrong:
                await begin()
            assert wrong.value.code == "no_target"
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def test_the_app_is_told_what_the_command_is_told_and_begins_one(lived_in: Home) -> None:
    async def asked(method: str) -> tuple[int, Any]:
        request = Request(method=method, path="/gate/v1/backups", query="", headers=(), peer="")
        answer = await endpoints[method, "/gate/v1/backups"](request, "owner")
        return answer.status, json.loads(answer.body)

    endpoints = backup_answers.table(lived_in.door, lived_in.backups)
    running = asyncio.ensure_future(lived_in.backups.run())
    await asyncio.sleep(0)
    while lived_in.backups._tasks is None:
        await asyncio.sleep(0.01)
    status, before = await asked("GET")
    assert (status, before["copies"], before["sheet"]["key"]) == (200, [], public(SECRET))
    assert before["next"] == "2026-03-02T03:30:00.000Z"
    assert before["plan"] == {"at": "03:30", "every_days": 1, "keep": 8, "keep_days": 0}

    assert await asked("POST") == (200, {"runs": 0})
    assert (await asked("POST"))[0] == 409
    while (told := (await asked("GET"))[1])["progress"]["runs"] == 0:
        await asyncio.sleep(0.05)
    assert [(one["target"], one["state"]) for one in told["copies"]] == [("local", "verified")]
    assert told["next"] == "2026-03-02T03:30:00.000Z"
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def _due(backups: Backups) -> bool:
    upcoming = await backups._next()
    return upcoming is not None and upcoming.at <= backups.desk.time.instant().at


async def test_one_is_made_by_itself_when_it_is_time_and_an_hour_after_one_that_failed(
    lived_in: Home,
) -> None:
    backups, clock = lived_in.backups, lived_in.clock
    assert await _due(backups) is False  # noon; the night comes at 03:30
    clock.passed_s += 15.5 * 3600
    await backups.now()
    assert await _due(backups) is False
    clock.passed_s += 86_400
    assert await _due(backups) is True

    # given a stick that is out: it is tried again after an hour, and not each minute
    lived_in.folder.rename(lived_in.folder.with_name("away"))
    await backups._quietly()
    assert backups.progress.wrong.startswith("local: target_not_found: ")  # the app has its own words for it
    assert await _due(backups) is False
    clock.passed_s += 3600
    assert await _due(backups) is True
    lived_in.folder.with_name("away").rename(lived_in.folder)
    await backups._quietly()
    assert backups.progress.wrong == ""


async def test_a_place_that_has_its_copy_gets_no_more_because_another_fails(
    lived_in: Home, tmp_path: Path
) -> None:
    backups, clock = lived_in.backups, lived_in.clock
    stick = tmp_path / "second"
    backups.shelves.targets["second"] = FolderTarget(stick, lambda: "")
    clock.passed_s += 15.5 * 3600
    await backups._quietly()
    for attempts in range(4):
        assert backups.progress.runs == 1 + attempts
        assert backups.progress.wrong.startswith("second: target_not_found")
        assert len(lived_in.copies) == 1
        clock.passed_s += 3600
        await backups._round()

    # it is back: it alone gets what it missed, and the next night's goes everywhere again
    stick.mkdir()
    clock.passed_s += 3600
    await backups._round()
    assert (backups.progress.wrong, len(lived_in.copies), len(list(stick.glob("*.age")))) == ("", 1, 1)
    clock.passed_s += 3600
    await backups._round()
    assert len(list(stick.glob("*.age"))) == 1
    clock.passed_s += 86_400
    await backups._round()
    assert (len(lived_in.copies), len(list(stick.glob("*.age")))) == (2, 2)


async def test_a_place_that_fails_for_days_keeps_none_of_the_others_from_its_nights(
    lived_in: Home, tmp_path: Path
) -> None:
    backups, clock = lived_in.backups, lived_in.clock
    backups.shelves.targets["second"] = FolderTarget(tmp_path / "second", lambda: "")
    for _ in range(3 * 24):
        clock.passed_s += 3600
        await backups._round()
    assert len(lived_in.copies) == 3

    # and the tries of all these hours are told as one row
    rows = await lived_in.door.desk.store.read(lambda tx: copies.every(tx, "second"))
    assert [row.state for row in rows] == [State.FAILED]

    # a gate that starts anew knows as much: the good place gets none before its night
    again = Backups(
        desk=backups.desk, ask=backups.ask, settings=backups.settings, version="0.1.0", cut=backups.cut
    )
    again.shelves.targets = backups.shelves.targets
    clock.passed_s += 3600
    await again._round()
    assert len(lived_in.copies) == 3
    assert again.progress.wrong.startswith("second: ")


async def test_a_folder_that_cannot_be_marked_keeps_no_other_place_from_its_copy(
    lived_in: Home, tmp_path: Path
) -> None:
    (tmp_path / "second").mkdir()
    targets = lived_in.backups.shelves.targets
    targets["second"] = FolderTarget(tmp_path / "second", lambda: "")
    (lived_in.folder / "homebase-backups").mkdir()  # what no mark can be written to
    with pytest.raises(Wrong, match=r"local: target_no_access: .*plugged in, and writable"):
        await lived_in.backups.now()
    assert len(list((tmp_path / "second").glob("*.age"))) == 1


async def test_a_store_that_fails_in_a_backup_ends_that_backup_and_no_more(lived_in: Home) -> None:
    backups, store = lived_in.backups, lived_in.door.desk.store
    running = asyncio.ensure_future(backups.run())
    await backups._begun.wait()
    write = store.write

    async def full(job: object, **more: object) -> object:
        raise GateStoreError("full", "the disk is full")

    store.write = full  # type: ignore[assignment]
    try:
        ended = await backups.start()
        while backups.progress.runs == ended:
            await asyncio.sleep(0.01)
    finally:
        store.write = write  # type: ignore[method-assign]
    assert backups.progress.code == "disk"
    assert "the disk is full" in backups.progress.wrong
    assert not running.done()

    # the control: with room again it goes on
    ended = await backups.start()
    while backups.progress.runs == ended:
        await asyncio.sleep(0.01)
    assert backups.progress.wrong == ""
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def test_a_hub_whose_member_is_too_large_is_told_as_that(lived_in: Home) -> None:
    for code, told in (("member_too_large", "member_too_large"), ("busy", "hub_away")):

        async def declining(op: str, *_: object, code: str = code, **__: object) -> Mapping[str, object]:
            await asyncio.sleep(0.01)
            if op == "backup.begin":
                raise Declined(code, "devices: 17000000 bytes, 16777216 at most")
            return {}

        lived_in.backups.ask = declining  # type: ignore[assignment]
        with pytest.raises(Wrong, match="17000000 bytes") as wrong:
            await lived_in.backups.now()
        assert wrong.value.code == told


async def test_a_restored_home_goes_on_making_backups_that_its_sheet_opens(
    lived_in: Home, tmp_path: Path
) -> None:
    await lived_in.backups.now()
    async with home(tmp_path / "new", tmp_path / "stick") as new:
        assert await new.backups._next() is None
        await new.restore()
        upcoming = await new.backups._next()
        assert upcoming is not None
        new.clock.passed_s += 86_400
        await new.backups._round()
        assert new.backups.progress.wrong == ""
        assert len(new.copies) == 2
        await new.restore(trial=True)


async def test_a_gate_without_a_sheet_that_keeps_its_own_signer_gets_one_that_opens_what_it_makes(
    lived_in: Home, tmp_path: Path
) -> None:
    await lived_in.backups.now()
    async with home(tmp_path / "new", tmp_path / "stick") as new:
        mine = replace(house.grant(Form.UNTIL, new.door.desk.time.instant()), mark="m1")
        await new.door.desk.store.write(lambda tx: records.keep_grant(tx, mine))
        await new.restore()
        new.clock.passed_s += 86_400
        await new.backups.now()
        await new.restore(trial=True)
        assert await new.backups.signer() != await lived_in.backups.signer()


async def test_the_gate_closes_before_the_hub_is_replaced(lived_in: Home, tmp_path: Path) -> None:
    await lived_in.backups.now()
    async with home(tmp_path / "new", tmp_path / "stick") as new:
        ask, was, then = new.backups.shelves.ask, new.door.desk.standing.epoch, []

        async def killed(op: str, *within: float, **fields: object) -> Mapping[str, object]:
            if op == "restore.put":
                then.append(new.door.desk.standing.epoch)
                raise ConversationLost("killed")
            return await ask(op, *within, **fields)

        new.backups.shelves.ask = killed  # type: ignore[assignment]
        with pytest.raises(Wrong):
            await new.restore()
        assert then
        assert then[0] not in {was, ""}
        assert new.hub.restarts == 0

        # and done again, it is as it would have been
        new.backups.shelves.ask = ask
        await new.restore()
        assert await _rows(lived_in, schema.people) == await _rows(new, schema.people)
        assert await new.backups.signer() == await lived_in.backups.signer()


@pytest.mark.parametrize("name", ["../outside.age", "homebase-backups", "/etc/passwd", ""])
async def test_no_name_of_a_copy_leads_out_of_its_folder(lived_in: Home, tmp_path: Path, name: str) -> None:
    await lived_in.backups.now()
    lived_in.copies[0].rename(tmp_path / "outside.age")
    with pytest.raises(Wrong) as wrong:
        await lived_in.backups.restore(Wish(where="local", name=name, secret=SECRET))
    assert wrong.value.code == "bad_name"
    if name.startswith(".."):  # the control: the place itself would give it
        pieces = [piece async for piece in lived_in.backups.shelves.targets["local"].read(name)]
        assert b"".join(pieces) == (tmp_path / "outside.age").read_bytes()


async def test_a_copy_that_is_away_is_gone_and_one_that_comes_back_is_not_deleted(
    lived_in: Home, tmp_path: Path
) -> None:
    async def states() -> list[object]:
        told = await lived_in.backups.told()
        assert isinstance(told["copies"], list)
        assert told["trouble"] is None
        return [row["state"] for row in told["copies"]]

    await lived_in.backups.now()
    (copy,) = lived_in.copies
    copy.rename(tmp_path / "kept")
    assert await states() == ["gone"]
    (tmp_path / "kept").rename(copy)
    assert await states() == ["stored"]  # somewhere else meanwhile, and not read back since

    # and the next ones, for which nobody looks, delete neither it nor what is away for a moment
    lived_in.clock.passed_s += 86_400
    await lived_in.backups.now()
    assert await states() == ["verified", "stored"]
    for path in lived_in.copies:
        path.rename(tmp_path / path.name)
    assert await states() == ["gone", "gone"]
    for path in tmp_path.glob("*.age"):
        path.rename(lived_in.folder / path.name)
    lived_in.clock.passed_s += 86_400
    await lived_in.backups.now()
    assert len(lived_in.copies) == 3
    assert await states() == ["verified", "stored", "stored"]

    # a stick that is out says nothing about its copies, and that it is out, with the way out
    lived_in.folder.rename(tmp_path / "drawer")
    told = await lived_in.backups.told()
    assert [row["state"] for row in told["copies"]][:1] == ["verified"]  # type: ignore[attr-defined]
    assert told["trouble"] == {
        "target": "local",
        "code": "target_not_found",
        "text": "The folder or the copy is not at the target; check the target's address. "
        "the folder is not there; is the stick plugged in?",
    }
    # and while one is made, nobody looks there
    lived_in.backups.progress.tell("storing", 1, 2)
    assert (await lived_in.backups.told())["trouble"] is None


async def test_a_place_that_is_none_is_said_to_be_none(lived_in: Home) -> None:
    with pytest.raises(Wrong, match="'vault' is no place for backups; places: local") as wrong:
        await lived_in.backups.told("vault")
    assert wrong.value.code == "no_target"


async def test_while_a_copy_is_proven_hub_and_gate_do_other_things(
    lived_in: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    main, seen = threading.get_ident(), {}
    for module in (hub_backup, gate_members):
        real = module.scratched

        def scratched(members: Any, real: Any = real, name: str = module.__name__) -> Any:
            seen[name] = threading.get_ident()
            return real(members)

        monkeypatch.setattr(module, "scratched", scratched)
    await lived_in.backups.now()
    assert len(seen) == 2
    assert main not in seen.values()


async def test_a_copy_that_waits_for_its_next_parts_is_given_up_with_its_sheet_and_asked_back(
    lived_in: Home,
) -> None:
    # given one on its way, and one that arrived whole
    store, name, whole = lived_in.door.desk.store, "homebase-waits.age", "homebase-whole.age"

    def waiting(tx: Transaction) -> None:
        for place, copy, arrived in (("far", name, False), ("farther", whole, True)):
            far_copies.begun(tx, f"to-{place}", place, copy)
            copies.keep(tx, Known(target=place, name=copy, made_ms=1, size=9, sha256="00"))
            copies.keep_sending(
                tx, place, Sending(name=copy, sheet=public(SECRET), next_ms=1, landed=5, arrived=arrived)
            )

    await store.write(waiting)

    # when the sheet is replaced
    await lived_in.sheet(bytes(32 * [9]))

    # then the parts of the first are asked back, and nothing goes on
    asked = await store.read(deletions.every)
    assert [(row.transfer, row.recipient, row.state) for row in asked] == [("to-far", "far", "waiting")]
    assert await store.read(copies.sending) == {}
    known = await store.read(copies.every)
    assert {(one.name, one.state, one.size) for one in known} == {
        (name, State.FAILED, 0),
        (whole, State.STORED, 9),
    }
