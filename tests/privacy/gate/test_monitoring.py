"""The report of a day: one pseudonym for each recipient and week, whose key is gone when its time is over."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from privacy import anonymise, recipients
from privacy.gate.console import figure_verbs, tunnel_consents
from privacy.gate.door.door import Door
from privacy.gate.door.holder import GateHolder
from privacy.gate.outbox import figures
from privacy.gate.phones import phone_front
from privacy.gate.rights.rights import RightsDesk
from privacy.gate.storage import pseudonyms, records
from privacy.gate.storage.pseudonyms import ACTIVITY
from privacy.gate.storage.store import overwrite_log
from tests.privacy import house
from tests.privacy.decrypted import everything_in
from tests.privacy.gate.at_the_door import ManualClock, opened
from tests.privacy.gate.test_telemetry import Hurried, always_hashed, bodies, entries, next_week, seven
from tests.privacy.gate.test_usage_history import app

NAMES = ("monitor", "other")
ROWS = [
    {
        "name": name,
        "role": "processor",
        "host": f"{name}.example.org",
        "country": "DE",
        "activities": [ACTIVITY],
    }
    for name in NAMES
]


@asynccontextmanager
async def at_home(folder: Path, clock: ManualClock, *agreed: str) -> AsyncIterator[Door]:
    """A door with two recipients, whose hub counts seven of everything. agreed: who may get the reports."""
    known, mistakes = recipients.read(ROWS, house.register())
    assert not mistakes
    async with opened(folder, clock, rules=(house.register(), known)) as door:
        door.monitoring._collect = seven
        await door.desk.confirm_clock()
        for name in agreed:
            await allow(door, name)
        yield door


async def allow(door: Door, name: str) -> None:
    await tunnel_consents.table(door)["consent.allow"]({"activity": ACTIVITY, "recipient": name})


async def pseudonym(door: Door, name: str) -> str:
    return said(await door.monitoring.prepared(name))


def said(kept: pseudonyms.Prepared) -> str:
    (resource,) = json.loads(kept.body)["resourceMetrics"]
    told = {one["key"]: one["value"]["stringValue"] for one in resource["resource"]["attributes"]}
    return str(told["service.instance.id"])


async def shown(door: Door) -> list[dict[str, Any]]:
    told = await figure_verbs.table(door)["monitor.show"]({})
    assert isinstance(told, Mapping)
    found: list[dict[str, Any]] = told["next"]  # type: ignore[assignment]
    return found


async def keys(door: Door) -> dict[str, bytes]:
    found = {name: await door.desk.store.read(lambda tx, n=name: pseudonyms.find(tx, n)) for name in NAMES}  # type: ignore[misc]
    return {name: row.key for name, row in found.items() if row is not None}


async def pass_moment(door: Door, clock: ManualClock, name: str) -> None:
    kept = await door.monitoring.prepared(name)
    clock.passed_s += max((kept.at - door.desk.time.instant().at).total_seconds() - 60, 0)
    await door.monitoring.once()
    await settled(door)


async def settled(door: Door) -> None:
    while door.monitoring.moments.waiting:
        await asyncio.sleep(0.001)


@pytest.mark.parametrize("role", ["resident", "guest", "carer"])
async def test_the_owners_app_is_told_what_the_console_is_and_nobody_else_is(
    tmp_path: Path, role: str
) -> None:
    clock = Hurried()
    async with at_home(tmp_path, clock, "monitor") as door:
        own = app(door).own()

        async def by_app(role: str, name: str, language: str) -> tuple[int, dict[str, Any]]:
            question = {"method": "GET", "path": f"/gate/v1/{name}", "query": f"lang={language}", "body": ""}
            more = {"role": role, "language": language, "at_home": True}
            answer = await phone_front.table(own)["front.ask"]({**question, **more})
            assert isinstance(answer, Mapping)
            return int(str(answer["status"])), json.loads(str(answer["content"]))

        for name in ("telemetry", "monitor"):
            for language in ("de", "en"):
                told = await figure_verbs.table(door)[f"{name}.show"]({"language": language})
                assert await by_app("owner", name, language) == (200, told)
            status, said_no = await by_app(role, name, "en")
            assert (status, "metrics" in said_no) == (403, False)
        # a hub that counts something else is said to the app as to the console, in its language
        door.monitoring._collect = nothing
        clock.passed_s += timedelta(weeks=2).total_seconds()  # another one is made
        status, said_no = await by_app("owner", "monitor", "de")
        assert (status, said_no["code"]) == (503, "figure_not_counted")
        assert "zählte uptime nicht" in said_no["detail"]


async def nothing(activity: str, names: list[str]) -> Mapping[str, object]:
    return {"groups": {}}


@pytest.mark.obligation("Q6.12")
async def test_two_recipients_can_not_join_what_they_have(tmp_path: Path) -> None:
    async with at_home(tmp_path, Hurried(), *NAMES) as door:
        await door.monitoring.once()
        one, other = [await door.monitoring.prepared(name) for name in NAMES]
        assert said(one) != said(other)
        assert one.at != other.at  # nor by the moment
        # control: with one key for all it would be one pseudonym under a name that both know
        assert pseudonyms.pseudonym(one.key, "monitor", one.week) == said(one)
        assert pseudonyms.pseudonym(other.key, "monitor", one.week) != said(one)


@pytest.mark.obligation("Q6.12")
async def test_one_week_has_one_pseudonym(tmp_path: Path) -> None:
    clock = Hurried()
    async with at_home(tmp_path, clock, "monitor") as door:
        next_week(door, clock)
        await door.monitoring.once()
        first, seen = await pseudonym(door, "monitor"), set[str]()
        for _ in range(3):
            await pass_moment(door, clock, "monitor")
            seen.add(await pseudonym(door, "monitor"))
        assert seen == {first}
        last = await door.desk.store.read(lambda tx: records.latest_sent(tx, ACTIVITY))
        assert last is not None
        assert first in last.body.decode()


async def test_what_is_shown_on_a_sunday_leaves_on_monday_under_that_weeks_pseudonym(tmp_path: Path) -> None:
    clock = Hurried()
    async with at_home(tmp_path, clock, "monitor") as door:
        next_week(door, clock)
        clock.passed_s += timedelta(days=6, hours=12).total_seconds()
        await door.monitoring.once()
        before = await door.monitoring.prepared("monitor")
        await door.monitoring._next(before)
        (seen,) = [one for one in await shown(door) if one["recipient"] == "monitor"]
        assert seen["week"] == anonymise.week_of(datetime.fromisoformat(seen["at"])).label
        await door.monitoring.once()  # the key of a week to come is not one of the past
        await pass_moment(door, clock, "monitor")
        last = await door.desk.store.read(lambda tx: records.latest_sent(tx, ACTIVITY))
        assert last is not None
        assert last.body.decode() == seen["text"]


@pytest.mark.obligation("Q6.12")
async def test_the_next_week_has_another_pseudonym_and_the_key_of_before_is_gone(tmp_path: Path) -> None:
    clock = Hurried()
    async with at_home(tmp_path, clock, "monitor") as door:
        next_week(door, clock)  # the day it starts is a Sunday: what is made then may be the next week's
        await door.monitoring.once()
        before, key = await pseudonym(door, "monitor"), (await keys(door))["monitor"]
        folder = door.desk.store.folder
        file, secret = folder / "gate.db", (folder / "key").read_bytes()
        await door.desk.store.read(lambda tx: tx.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
        assert key in everything_in(file, secret)  # control: it is found while it counts
        next_week(door, clock)
        await door.monitoring.once()
        assert await pseudonym(door, "monitor") != before
        assert key not in everything_in(file, secret)
        assert before.encode() not in everything_in(file, secret)


@pytest.mark.obligation("Q6.12")
async def test_who_has_the_book_and_the_recipients_messages_joins_no_weeks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Hurried()
    async with at_home(tmp_path, clock, "monitor") as door:

        async def joined() -> int:
            text = json.dumps(await entries(door, "transfer_begin"))
            return sum(sha256(body).hexdigest() in text for body in await bodies(door))

        async def weeks_pass() -> None:
            for _ in range(2):
                next_week(door, clock)
                await door.monitoring.once()
                await pass_moment(door, clock, "monitor")

        await weeks_pass()
        assert (len(await bodies(door)), await joined()) == (2, 0)
        always_hashed(monkeypatch)  # the control: with a hash of the bytes the attack works
        await weeks_pass()
        assert await joined() == 2


@pytest.mark.obligation("Q6.12")
async def test_a_withdrawal_takes_key_and_copies_off_the_disk(tmp_path: Path) -> None:
    clock = Hurried()
    async with at_home(tmp_path, clock, *NAMES) as door:
        next_week(door, clock)
        await door.monitoring.once()
        for name in NAMES:
            await pass_moment(door, clock, name)
        before = {name: (await pseudonym(door, name)).encode() for name in NAMES}
        held, folder = await keys(door), door.desk.store.folder
        file, secret = folder / "gate.db", (folder / "key").read_bytes()
        await door.desk.store.read(overwrite_log)
        there = everything_in(file, secret)
        assert [one in there for name in NAMES for one in (held[name], before[name])] == [True] * 4  # control
        await door.withdrawing.withdraw(ACTIVITY, recipient="monitor")
        there = everything_in(file, secret)
        left = [(name, held[name] in there, before[name] in there) for name in NAMES]
        assert left == [("monitor", False, False), ("other", True, True)]


async def test_a_key_that_is_withdrawn_while_the_next_message_is_made_does_not_come_back(
    tmp_path: Path,
) -> None:
    clock = Hurried()
    async with at_home(tmp_path, clock, "monitor") as door:
        next_week(door, clock)  # on a Sunday the next message may have another key
        kept = await door.monitoring.prepared("monitor")
        await door.monitoring._next(kept)
        assert (await keys(door))["monitor"] == kept.key  # the control: under a consent it is kept

        async def withdrawn_meanwhile(activity: str, names: list[str]) -> Mapping[str, object]:
            await door.withdrawing.withdraw(ACTIVITY)
            return await seven(activity, names)

        door.monitoring._collect = withdrawn_meanwhile
        await door.monitoring._next(kept)
        assert await keys(door) == {}


async def test_a_withdrawal_destroys_the_key_at_once_and_an_objection_within_a_round(tmp_path: Path) -> None:
    async with at_home(tmp_path, Hurried(), *NAMES) as door:
        await door.monitoring.once()
        await door.withdrawing.withdraw(ACTIVITY, recipient="other")
        assert set(await keys(door)) == {"monitor"}
        await allow(door, "other")
        await door.monitoring.once()
        marks = {grant.recipient: grant.mark for grant in door.desk.standing.live()}
        await door.withdrawing.withdraw(ACTIVITY, via="browser", marks=frozenset({marks["other"]}))
        assert set(await keys(door)) == {"monitor"}  # by an app, which names the consent alone
        rights = RightsDesk(door, GateHolder(door.desk))
        await rights.object_to(ACTIVITY, "", "console")
        assert figures.live(door.desk, ACTIVITY) == []
        await door.monitoring.once()
        assert await keys(door) == {}


async def test_what_is_shown_before_the_yes_is_what_leaves_after_it(tmp_path: Path) -> None:
    clock = Hurried()
    async with at_home(tmp_path, clock) as door:
        next_week(door, clock)
        before = {row["recipient"]: row["text"] for row in await shown(door)}
        assert set(before) == set(NAMES)
        await door.monitoring.once()  # nobody agreed: nothing is sent, what was shown stays for a while
        await allow(door, "monitor")
        await pass_moment(door, clock, "monitor")
        last = await door.desk.store.read(lambda tx: records.latest_sent(tx, ACTIVITY))
        assert last is not None
        assert last.body.decode() == before["monitor"]
        clock.passed_s += records.PREVIEW_KEPT.total_seconds()  # the moment may have been a minute ahead
        await door.monitoring.once()
        await settled(door)
        assert "other" not in await keys(door)  # shown, not agreed to: gone after half an hour


async def test_each_day_has_its_own_moment(tmp_path: Path) -> None:
    clock = Hurried()
    async with at_home(tmp_path, clock, "monitor") as door:
        next_week(door, clock)
        moments = []
        for _ in range(4):
            await pass_moment(door, clock, "monitor")
            moments.append((await door.monitoring.prepared("monitor")).at)
        days = {moment.date() for moment in moments}
        assert len(days) == 4
        times = [moment - moment.replace(hour=0, minute=0, second=0, microsecond=0) for moment in moments]
        assert len(set(times)) == 4
        assert all(later - earlier > timedelta(0) for earlier, later in pairwise(moments))
        assert len({anonymise.week_of(moment).label for moment in moments}) <= 2


async def test_a_moment_that_passed_while_the_home_was_off_is_left_out(tmp_path: Path) -> None:
    clock = Hurried()
    async with at_home(tmp_path, clock, "monitor") as door:
        next_week(door, clock)
        await door.monitoring.once()
        kept = await door.monitoring.prepared("monitor")
        clock.passed_s += (kept.at - door.desk.time.instant().at).total_seconds() + 61
        await door.monitoring.once()
        await settled(door)
        assert (await door.monitoring.prepared("monitor")).at > kept.at
        assert await door.desk.store.read(lambda tx: records.latest_sent(tx, ACTIVITY)) is None
