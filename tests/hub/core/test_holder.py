"""The hub's store as a holder: all shown but secrets, corrected, erased without a trace, restricted."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import insert, select, update

from hub.contract import DeviceAppeared
from hub.core import DeviceRecords, DriverRecords, History, Settings, Store, StoreHolder, erasing, schema
from hub.core.holdings import COPY_DAYS
from hub.core.keyfile import KEY_SIZE
from hub.core.upgrade import copy_name
from hub.daemon.rights_words import GERMAN
from privacy.ports import Holder
from privacy.rights import Cell, Scope
from privacy.vocabulary import DataCategory
from tests.clock import START, ManualClock
from tests.hub.core.home import DESCRIPTION, DEVICE, value
from tests.privacy.decrypted import everything_in

PATIENCE_S = 60.0
MOTION = DEVICE.channel(2).datapoint("MOTION")


NOW_MS = int((START + timedelta(days=2)).timestamp() * 1000)  # of the furnished home


@dataclass
class Furnished:
    """A store with something in every table."""

    store: Store
    history: History
    holder: StoreHolder
    clock: ManualClock


@asynccontextmanager
async def furnished(folder: Path) -> AsyncIterator[Furnished]:
    clock = ManualClock(START + timedelta(days=2))
    async with Store(folder, os.urandom) as store:
        history = History(store, clock, ring_path=folder / "values.ring", random_bytes=os.urandom)
        await history.start()
        holder = StoreHolder(store, history, clock)
        await holder.load()
        await Settings(store).put("language", "de")
        await DriverRecords(store, "bidcos").save({"key": b"radio-key"})
        devices = DeviceRecords(store, clock)
        devices.keep(DeviceAppeared(description=DESCRIPTION))
        await devices.flush()
        people = [
            {"id": 1, "name": "Ada", "role": "owner", "password_hash": "argon-hash", "created_at": 0},
            {"id": 2, "name": "Bob", "role": "guest", "password_hash": "argon-hash", "created_at": 0},
        ]
        sessions = [
            {"token_hash": bytes([n]), "person": n, "role": "owner", "created_at": 0, "expires_at": 5}
            for n in (1, 2)
        ]
        await store.write(lambda c: c.execute(insert(schema.rooms).values(name="Kitchen")))
        detail = {"field": "name", "value": "Ada Lovelace", "changed_at": 0}
        await store.write(lambda c: c.execute(insert(schema.account).values(detail)))
        await store.write(lambda c: c.execute(insert(schema.installation).values(detail)))
        phone = {"key": b"\x01" * 32, "psk": b"phone-psk", "name": "Phone", "role": "owner", "created_at": 0}
        own = {"name": "hub", "private": b"own-key"}
        await store.write(lambda c: c.execute(insert(schema.phones).values(phone)))
        limit = {"phone": b"\x01" * 32, "room": 1}
        await store.write(lambda c: c.execute(insert(schema.phone_rooms).values(limit)))
        await store.write(lambda c: c.execute(insert(schema.pairings).values(id=b"\x02", created_at=NOW_MS)))
        await store.write(lambda c: c.execute(insert(schema.remote_keys).values(own)))
        relay = {"id": 1, "name": "relay", "host": "relay.example.org", "tls_port": 8883, "wss_port": 0}
        relay |= {"route": b"\x03" * 16, "password": "relay-word"}
        slot = {"relay": 1, "number": 0, "password": "slot-word", "taken": 1, "phone": b"\x01" * 32}
        await store.write(lambda c: c.execute(insert(schema.relays).values(relay)))
        await store.write(lambda c: c.execute(insert(schema.relay_slots).values(slot)))
        told = {"kind": "smoke", "subject": str(DEVICE), "begun_at": NOW_MS, "latest_at": NOW_MS, "times": 1}
        told |= {"ended_at": NOW_MS, "acknowledged_at": NOW_MS, "acknowledged_by": "Bob"}
        await store.write(lambda c: c.execute(insert(schema.notifications).values(told)))
        person: dict[str, object] = {"id": 1, "name": "Bob", "ways": "[]", "quiet_from": 0, "quiet_to": 60}
        await store.write(lambda c: c.execute(insert(schema.notification_people).values(person)))
        telling: dict[str, object] = {
            "notification": 1,
            "times": 1,
            "person": 1,
            "step": 0,
            "told_at": NOW_MS,
        }
        telling |= {"transfer": "t", "fate": "sent", "what": ""}
        await store.write(lambda c: c.execute(insert(schema.notification_tellings).values(telling)))
        await store.write(lambda c: c.execute(insert(schema.people), people))
        await store.write(lambda c: c.execute(insert(schema.sessions), sessions))
        for number in range(300):
            history.record(value(number, at=START + timedelta(seconds=number)))
        history.record(value(True, of=MOTION, at=START, category=DataCategory.PRESENCE))
        await history.flush(snapshot=True)
        await history.sweep(clock.now())
        yield Furnished(store=store, history=history, holder=holder, clock=clock)
        await history.close()


async def shown(holder: Holder, name: str, limit: int = 100) -> list[dict[str, Cell]]:
    """All of one holding, page by page."""
    rows: list[dict[str, Cell]] = []
    after: int | None = 0
    while after is not None:
        page = await holder.export(name, after, limit)
        rows += [dict(zip(page.columns, row, strict=True)) for row in page.rows]
        after = page.after
    return rows


@pytest.mark.obligation("T2-a")
async def test_every_column_is_shown_or_named_as_hidden(tmp_path: Path) -> None:
    async with furnished(tmp_path) as home:
        hidden = {(one.holding, one.field) for one in home.holder.hidden()}
        for name, table in schema.metadata.tables.items():
            if name in {"alembic_version", "history", "history_days", "state"}:
                continue  # built by a program; shown as times, datapoints and values
            (first, *_) = await shown(home.holder, f"hub.{name}")
            assert {(f"hub.{name}", str(column.name)) for column in table.c} == hidden & {
                (f"hub.{name}", str(column.name)) for column in table.c
            } | {(f"hub.{name}", column) for column in first}


@pytest.mark.obligation("Q6.2-b")
async def test_no_page_holds_a_secret_and_the_values_are_those_that_were(tmp_path: Path) -> None:
    async with furnished(tmp_path) as home:
        names = {holding.name for holding in home.holder.holdings()}
        told = [row for name in names & set(await home.holder.count()) for row in await _any(home, name)]
        text = msgspec.json.encode(told).decode()
        assert "Kitchen" in text
        secrets = ("argon-hash", "radio-key", "phone-psk", "own-key", "relay-word", "slot-word")
        assert not any(secret in text for secret in secrets)
        values = await shown(home.holder, "hub.history")
        assert [row["value"] for row in values if row["datapoint"] != str(MOTION)] == list(range(300))
        assert {
            "at": "2026-03-01T12:00:00.000Z",
            "datapoint": str(MOTION),
            "value": True,
            "unit": None,
        } in values
        (first, *_) = await shown(home.holder, "hub.history_days")
        assert (first["at"], first["lowest"], first["values"]) == ("2026-03-01T12:00:00.000Z", 0.0, 300)
        with pytest.raises(KeyError):
            await home.holder.export("hub.sqlite_master", 0, 1)


async def _any(home: Furnished, name: str) -> list[dict[str, Cell]]:
    return [] if name == "hub.alembic_version" else await shown(home.holder, name)


@pytest.mark.obligation("T2-b")
async def test_what_people_wrote_can_be_put_right_and_nothing_else(tmp_path: Path) -> None:
    async with furnished(tmp_path) as home:
        assert await home.holder.correct("hub.people", "2", "name", "Robert")
        assert not await home.holder.correct("hub.people", "7", "name", "Nobody")
        assert [row["name"] for row in await shown(home.holder, "hub.people")] == ["Ada", "Robert"]
        with pytest.raises(KeyError):
            await home.holder.correct("hub.people", "2", "password_hash", "x")


@pytest.mark.obligation("T2-e")
async def test_one_category_goes_with_its_past_its_state_and_every_copy(tmp_path: Path) -> None:
    async with furnished(tmp_path) as home:
        copy = copy_name(home.store.path, "0001")
        copy.write_bytes(b"from before an upgrade")
        effects = await home.holder.erase(Scope(category=DataCategory.PRESENCE))
        gone = {one.holding: one.erased for one in effects}
        assert gone == {
            "hub.history": 1,
            "hub.history_days": 1,
            "hub.state": 1,
            "hub.series": 1,
            "hub.copies": 1,
        }
        assert not copy.exists()
        assert all(row["datapoint"] != str(MOTION) for row in await shown(home.holder, "hub.history"))
        assert len(await shown(home.holder, "hub.history")) == 300
        home.history.record(value(True, of=MOTION, at=home.clock.now(), category=DataCategory.PRESENCE))
        await home.history.flush()
        assert len(await shown(home.holder, "hub.history")) == 301


@pytest.mark.obligation("T2-e")
async def test_one_person_goes_and_the_owner_stays_with_a_reason(tmp_path: Path) -> None:
    async with furnished(tmp_path) as home:
        effects = await home.holder.erase(Scope(person="Bob"))
        assert [(one.holding, one.erased) for one in effects[:2]] == [("hub.sessions", 1), ("hub.people", 1)]
        (_, kept, *_) = await home.holder.erase(Scope(person="Ada"))
        assert (kept.erased, kept.stays) == (0, 1)
        assert "deregister" in kept.why
        assert [row["name"] for row in await shown(home.holder, "hub.people")] == ["Ada"]
        assert await shown(home.holder, "hub.notification_people") == []
        assert [row["acknowledged_by"] for row in await shown(home.holder, "hub.notifications")] == [None]


@pytest.mark.obligation("T2-e")
async def test_whose_a_persons_ways_are_is_known_until_they_are_gone_and_what_may_be_theirs_is_named(
    tmp_path: Path,
) -> None:
    async with furnished(tmp_path) as home:
        told = [{"name": "Ada", "ways": '["a", "both"]'}, {"name": "Cleo", "ways": '["c", "both"]'}]
        rows = insert(schema.notification_people)
        await home.store.write(lambda c: c.execute(rows, told))
        await home.store.write(lambda c: c.execute(insert(schema.rooms), [{"name": "Cleos Zimmer"}]))
        phone = update(schema.notifications).values(acknowledged_by="Cleo's phone")
        await home.store.write(lambda c: c.execute(phone))
        assert await home.holder.whose("Cleo") == (True, frozenset({"c", "both"}), frozenset({"a", "both"}))
        assert await home.holder.whose("Nobody") == (False, frozenset(), frozenset({"a", "both", "c"}))
        effects = await home.holder.erase(Scope(person="Cleo"))  # told by messages alone: she has no login
        assert await home.holder.whose("Cleo") == (False, frozenset(), frozenset({"a", "both"}))
        assert [row["name"] for row in await shown(home.holder, "hub.notification_people")] == ["Bob", "Ada"]
        assert {(one.holding, one.stays, one.why) for one in effects if one.stays} == {
            ("hub.phones", 1, erasing.PHONES),
            ("hub.rooms", 1, erasing.NAMED),
            ("hub.notifications", 1, erasing.TOLD),
        }
        assert GERMAN.keys() >= {one.why for one in effects if one.stays}


async def test_what_stays_on_an_erasure_of_everything_is_named_with_its_reason(tmp_path: Path) -> None:
    async with furnished(tmp_path) as home:
        effects = await home.holder.erase(Scope())
        stays = {one.holding: one.why for one in effects if one.stays}
        assert stays.keys() == {
            "hub.people",
            "hub.devices",
            "hub.driver_records",
            "hub.settings",
            "hub.remote_keys",
        }
        assert all(stays.values())
        counts = await home.holder.count()
        assert {name for name, count in counts.items() if count} == {*stays, "hub.alembic_version"}


async def test_free_pages_are_cleaned_at_the_next_start_where_a_power_cut_came_first(tmp_path: Path) -> None:
    async with furnished(tmp_path) as home:
        await home.store.write(lambda c: c.execute(insert(schema.rooms).values(name="CANARY" * 800)))
    async with Store(
        tmp_path, os.urandom
    ) as store:  # an erasure whose process ends before the pages are clean
        await store.write(lambda c: erasing.erase(c, Scope(category=DataCategory.HOUSEHOLD), (), []))
    key = (tmp_path / "hub.key").read_bytes()
    assert len(key) == KEY_SIZE
    assert b"CANARY" in everything_in(tmp_path / "hub.db", key)
    async with furnished_again(tmp_path):
        pass
    assert b"CANARY" not in everything_in(tmp_path / "hub.db", key)


@asynccontextmanager
async def furnished_again(folder: Path) -> AsyncIterator[StoreHolder]:
    clock = ManualClock()
    async with Store(folder, os.urandom) as store:
        history = History(store, clock, ring_path=None, random_bytes=os.urandom)
        await history.start()
        holder = StoreHolder(store, history, clock)
        await holder.load()
        yield holder


@pytest.mark.obligation("T2-f")
async def test_a_restricted_category_is_kept_and_used_for_nothing(tmp_path: Path) -> None:
    async with furnished(tmp_path) as home:
        await home.holder.restrict(frozenset({DataCategory.PRESENCE}))
        home.history.record(value(False, of=MOTION, at=home.clock.now(), category=DataCategory.PRESENCE))
        await home.clock.advance(40 * 86_400)
        await home.history.sweep(home.clock.now())
        await home.clock.advance(2 * 86_400)
        await home.history.sweep(home.clock.now())
        kept = await shown(home.holder, "hub.history")
        assert [row["datapoint"] for row in kept] == [str(MOTION)]  # older than the rest, and still there
        assert home.history.is_restricted(MOTION)
    async with furnished_again(tmp_path) as holder:
        assert holder.restricted == {DataCategory.PRESENCE}  # also after a restart
        await holder.restrict(frozenset())
        assert not holder.restricted


async def test_it_sweeps_at_the_start_and_each_hour(tmp_path: Path) -> None:
    clock = ManualClock()
    async with Store(tmp_path, os.urandom) as store, asyncio.TaskGroup() as tasks:
        history = History(store, clock, ring_path=None, random_bytes=os.urandom)
        await history.start()

        async def record_an_old_value(number: int) -> None:
            history.record(value(number, at=clock.now() - timedelta(days=31)))
            await history.flush()
            assert await _rows(store) == 1

        async def until_none_is_left() -> None:
            async with asyncio.timeout(PATIENCE_S):
                while await _rows(store) or not clock.sleeping:
                    await asyncio.sleep(0.01)

        await record_an_old_value(0)
        run = tasks.create_task(StoreHolder(store, history, clock).run())
        await until_none_is_left()
        for number in (1, 2):
            await record_an_old_value(number)
            await clock.advance(3600)
            await until_none_is_left()
        run.cancel()


async def _rows(store: Store) -> int:
    return len(await store.read(lambda c: c.execute(select(schema.history)).all()))


async def test_a_copy_from_before_an_upgrade_goes_after_thirty_days(tmp_path: Path) -> None:
    clock = ManualClock()
    async with Store(tmp_path, os.urandom) as store:
        history = History(store, clock, ring_path=None, random_bytes=os.urandom)
        holder = StoreHolder(store, history, clock)
        copy = copy_name(store.path, "0000")
        copy.write_bytes(b"before an upgrade")
        os.utime(copy, times=(clock.now().timestamp(),) * 2)
        await clock.advance(COPY_DAYS * 86400 - 1)
        assert (await holder.sweep(clock.now()), copy.exists()) == (0, True)
        await clock.advance(2)
        assert (await holder.sweep(clock.now()), copy.exists()) == (1, False)


@pytest.mark.obligation("Q6.15")
async def test_the_past_rests_while_the_gate_says_that_nobody_confirmed_the_clock(tmp_path: Path) -> None:
    clock, said = ManualClock(), [True, True, False]

    async def held() -> bool | None:
        return said[0]

    async with Store(tmp_path, os.urandom) as store:
        history = History(store, clock, ring_path=None, random_bytes=os.urandom)
        await history.start()
        holder = StoreHolder(store, history, clock, held)
        history.record(value(1, at=clock.now()))
        await history.flush()
        clock.jump(timedelta(days=40))
        while said:
            swept = await holder.sweep(clock.now())
            assert swept == (0 if said.pop(0) else 1)
