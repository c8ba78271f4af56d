"""Whom to tell, in which order, when not, and until when: by messages that a gate sends, or refuses."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.contract import DeviceUnreachable, StoreError
from hub.core import Store
from hub.home.errors import Refused
from hub.home.notifications.kinds import Kind
from hub.home.notifications.people import EVERY, MOST_PEOPLE, MOST_STEPS, Person, Quiet, due
from hub.home.notifications.people_records import PeopleRecords
from hub.home.notifications.records import NotificationRecords
from hub.home.notifications.teller import DRILL_AFTER, WAYS_S, Gate, Teller
from privacy import message_text
from privacy.client import GateDeclined, GateLost
from tests.clock import START
from tests.hub.home.test_notifications import DETECTOR, Desk, desk_in, taken, told
from tests.paths import ROOT

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Quiet(from_minute=22 * 60, to_minute=7 * 60)
ADA = Person(id=1, name="Ada", ways=("a1", "a2"), quiet=NIGHT)
BOB = Person(id=2, name="Bob", ways=("b1",))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def test_every_kind_has_words_in_both_languages() -> None:
    assert {kind.value for kind in Kind} | {message_text.TEST} == set(message_text.EVENTS)


@pytest.mark.parametrize(
    ("moment", "kind", "who"),
    [
        ("2026-03-01T12:00", Kind.BATTERY_LOW, ["Ada", "Bob"]),
        ("2026-03-01T21:59", Kind.BATTERY_LOW, ["Ada", "Bob"]),
        ("2026-03-01T22:00", Kind.BATTERY_LOW, ["Bob"]),  # Ada sleeps
        ("2026-03-01T06:59", Kind.BATTERY_LOW, ["Bob"]),
        ("2026-03-01T07:00", Kind.BATTERY_LOW, ["Ada", "Bob"]),
        ("2026-03-01T03:00", Kind.SMOKE, ["Ada", "Bob"]),  # danger wakes everybody
        ("2026-03-01T03:00", Kind.SABOTAGE, ["Ada", "Bob"]),
        ("2026-07-01T06:30", Kind.BATTERY_LOW, ["Bob"]),  # in summer too, by the clock on the wall
    ],
)
def test_quiet_hours_keep_all_but_danger_and_alarm(moment: str, kind: Kind, who: list[str]) -> None:
    one = told(kind=kind, latest=at(moment), begun=at(moment))
    assert [person.name for person, _, _ in due(one, (ADA, BOB), (), at(moment), BERLIN)] == who


def test_danger_goes_by_the_next_way_until_somebody_acknowledges() -> None:
    one = told(kind=Kind.SMOKE)
    sent: set[tuple[int, int]] = set()
    ways = []
    for minutes in range(16):
        for person, step, way in due(one, (ADA, BOB), sent, START + timedelta(minutes=minutes), BERLIN):
            sent.add((person.id, step))
            ways.append((minutes, way))
    assert ways == [
        *((0, "a1"), (0, "b1"), (5, "a2"), (5, "b1")),
        *((10, "a1"), (10, "b1"), (15, "a2"), (15, "b1")),
    ]
    known = told(kind=Kind.SMOKE, acknowledged=START, by="Ada")
    assert not list(due(known, (ADA, BOB), (), START, BERLIN))


def test_danger_that_nobody_acknowledges_is_told_each_five_minutes_then_each_hour_for_a_day() -> None:
    one, sent, at = told(kind=Kind.SMOKE), set[tuple[int, int]](), []
    for minute in range(26 * 60):
        for person, step, _ in due(one, (BOB,), sent, START + timedelta(minutes=minute), BERLIN):
            assert 0 <= step < MOST_STEPS
            sent.add((person.id, step))
            at.append(minute)
    assert at == [*range(0, 120, 5), *range(120, 24 * 60 + 1, 60)]


def test_what_is_no_danger_is_told_once_and_nothing_old_is_told() -> None:
    one = told(kind=Kind.BATTERY_LOW)
    assert [way for _, _, way in due(one, (BOB,), (), START + timedelta(hours=5), None)] == ["b1"]
    assert not list(due(one, (BOB,), {(2, 0)}, START + timedelta(hours=5), None))
    assert not list(due(one, (BOB,), (), START + timedelta(hours=25), None))


@dataclass
class FakeGate:
    """The gate's answers. away: it gives none; declines: code of a refusal; by_way: of that way alone.

    awaited: transfers whose receipt may still come.
    """

    sent: list[tuple[str, str, str]] = field(default_factory=list)
    fates: dict[str, str] = field(default_factory=dict)
    last: str | None = "2026-03-01T00:00:00.000Z"
    erased: set[str] = field(default_factory=set)
    awaited: set[str] = field(default_factory=set)
    away: bool = False
    declines: str = ""
    by_way: dict[str, str] = field(default_factory=dict)

    async def ask(self, op: str, **fields: object) -> Mapping[str, object]:
        if self.away:
            raise GateLost("away")
        match op:
            case "message.ways":
                way = {"id": "b1", "kind": "sms", "label": "", "allowed": True, "last_sent": self.last}
                return {"ways": [way]}
            case "message.send":
                if code := self.declines or self.by_way.get(str(fields["way"])):
                    raise GateDeclined(code, "")
                self.sent.append((str(fields["way"]), str(fields["event"]), str(fields["name"])))
                return {"transfer": f"t{len(self.sent)}"}
            case _:
                asked = fields["transfers"]
                assert isinstance(asked, list)
                fates = {one: self.fates.get(one, "waiting") for one in asked if one not in self.erased}
                told = [
                    {"transfer": t, "fate": f, "what": "", "open": t in self.awaited}
                    for t, f in fates.items()
                ]
                return {"messages": told}


@asynccontextmanager
async def telling(folder: Path, name: str = "Kitchen") -> AsyncIterator[tuple[Desk, Teller, FakeGate]]:
    gate = FakeGate()
    async with desk_in(folder) as desk:
        records = desk.notifications._records
        people = PeopleRecords(records.store)
        await people.put(Person(name="Bob", ways=("b1",)))
        way_out = Gate(ask=gate.ask, name=lambda _: name, zone=lambda: BERLIN)
        yield desk, Teller(desk.notifications, people, way_out, desk.clock), gate


async def test_a_message_is_sent_once_followed_and_kept_over_a_restart(tmp_path: Path) -> None:
    async with telling(tmp_path) as (desk, teller, gate):
        await desk.say(DeviceUnreachable(device=DETECTOR, at=START, reason="silent"))
        for _ in range(3):
            await teller.once()
        assert gate.sent == [("b1", "unreachable", "Kitchen")]
        gate.fates["t1"] = "sent"
        await teller.once()
        (one,) = await teller.records.told([1])
        assert (one.transfer, one.fate, one.person) == ("t1", "sent", 1)
    async with telling(tmp_path) as (desk, teller, gate):
        await teller.once()
        assert gate.sent == []
        await desk.report("STATE", True)
        await teller.once()
        assert gate.sent == [("b1", "smoke", "Kitchen")]  # the control: something else is told


def test_a_kill_between_the_gates_yes_and_the_hubs_own_note_tells_twice_and_never_nobody(
    tmp_path: Path,
) -> None:
    def life(*moment: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "tests.hub.home.killed_telling", str(tmp_path), *moment]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
        return done.returncode, done.stdout.strip()

    assert life("taken") == (-signal.SIGKILL, "")
    assert (tmp_path / "gate").read_text() == "t0\n"
    # nobody knows whether it was told, so it is told; and once, though the hub looks again and again
    assert life() == (0, "2")


async def test_danger_is_told_to_everybody_while_the_store_takes_nothing_and_once(tmp_path: Path) -> None:
    async with telling(tmp_path) as (desk, teller, gate):
        await teller.records.put(Person(name="Ada", ways=("a1",)))
        await teller.once()
        await taken(desk, "OFF")
        await desk.report("STATE", True)
        for _ in range(2):
            await teller.once()
        assert [way for way, _, _ in gate.sent] == ["a1", "b1"]
        await taken(desk, "ON")
        await desk.notifications.tick()
        await teller.once()
        assert len(gate.sent) == 2  # the control
        (smoke,) = desk.notifications.waiting()
        assert {row.transfer for row in await teller.records.told([smoke.id])} == {"t1", "t2"}
        gate.fates["t1"] = "sent"
        await teller.once()
        assert {row.fate for row in await teller.records.told([smoke.id])} == {"sent", "waiting"}


async def test_danger_is_told_though_nobody_can_read_who_was_told_before(tmp_path: Path) -> None:
    async with telling(tmp_path) as (desk, teller, gate):
        await teller.once()
        read = desk.store.read

        async def unreadable(_: object) -> None:
            raise StoreError("io", "a bad block")

        desk.store.read = unreadable  # type: ignore[method-assign, assignment] # a disk on a bad day
        await desk.report("LOWBAT", True)
        await desk.report("STATE", True)
        for _ in range(2):
            with pytest.raises(StoreError):
                await teller.once()
        assert [event for _, event, _ in gate.sent] == ["smoke"]  # once, and the rest waits
        desk.store.read = read  # type: ignore[method-assign]
        await teller.once()
        assert [event for _, event, _ in gate.sent] == ["smoke", "battery_low"]  # the control


async def test_what_was_on_its_way_at_a_restart_is_followed_and_what_the_gate_forgot_expires(
    tmp_path: Path,
) -> None:
    async with telling(tmp_path) as (desk, teller, gate):
        await desk.report("STATE", True)
        await desk.report("LOWBAT", True)
        await teller.once()
        for one in desk.notifications.waiting():
            await desk.notifications.acknowledge(one.id, "Ada")
        await teller.once()
        assert teller._told == {}
    async with telling(tmp_path) as (_, teller, gate):
        gate.fates["t1"] = "sent"
        gate.erased.add("t2")
        await teller.once()
        assert {row.transfer: row.fate for row in await teller.records.told([1, 2])} == {
            "t1": "sent",
            "t2": "expired",
        }


async def test_a_gate_that_is_away_is_asked_again_and_one_that_refuses_is_not(tmp_path: Path) -> None:
    async with telling(tmp_path) as (desk, teller, gate):
        await desk.report("STATE", True)
        gate.away = True
        with pytest.raises(GateLost):
            await teller.once()
        gate.away, gate.declines = False, "no_consent"
        for _ in range(2):
            await teller.once()
        (one,) = await teller.records.told([1])
        assert (one.fate, one.what, gate.sent) == ("refused", "no_consent", [])


@pytest.mark.parametrize("code", ["no_consent", "budget_used_up", "unknown_way"])
async def test_where_the_gate_refuses_a_way_the_next_one_is_tried_at_once(tmp_path: Path, code: str) -> None:
    async with telling(tmp_path) as (desk, teller, gate):
        await teller.records.put(Person(name="Bob", ways=("b1", "b2")))
        gate.by_way["b1"] = code
        await desk.report("STATE", True)
        await desk.report("LOWBAT", True)
        await teller.once()
        assert [(way, event) for way, event, _ in gate.sent] == [("b2", "smoke"), ("b2", "battery_low")]
        await desk.pass_by(seconds=EVERY.total_seconds())
        await teller.once()
        assert [way for way, _, _ in gate.sent] == ["b2"] * 3  # danger goes on, all else was told
        assert {row.fate for row in await teller.records.told([1, 2])} == {"waiting"}
        gate.by_way.clear()
        await desk.pass_by(seconds=EVERY.total_seconds())
        await teller.once()
        assert gate.sent[-1][0] == "b1"  # the control


async def test_danger_whose_receipt_says_that_it_did_not_arrive_goes_by_the_next_way_at_once(
    tmp_path: Path,
) -> None:
    async with telling(tmp_path) as (desk, teller, gate):
        await teller.records.put(Person(name="Bob", ways=("b1", "b2", "b3")))
        await desk.report("STATE", True)
        await desk.report("LOWBAT", True)
        await teller.once()
        gate.fates, gate.awaited = {"t1": "sent", "t2": "sent"}, {"t1", "t2"}
        for _ in range(2):
            await teller.once()
        assert [way for way, _, _ in gate.sent] == ["b1", "b1"]  # taken by the service, no more is known
        gate.fates, gate.awaited = {"t1": "failed", "t2": "failed"}, set()
        for _ in range(2):
            await teller.once()
        assert gate.sent[2:] == [("b2", "smoke", "Kitchen")]  # and of the battery nobody is told again
        gate.fates["t3"] = "failed"
        await teller.once()
        gate.fates["t4"] = "failed"
        for _ in range(2):
            await teller.once()
        assert [way for way, _, _ in gate.sent[2:]] == ["b2", "b3"]  # each once, and no further
        (smoke,) = (one for one in desk.notifications.waiting() if one.kind is Kind.SMOKE)
        rows = await teller.records.told([smoke.id])
        assert [(row.step, row.further, row.fate) for row in rows] == [(0, n, "failed") for n in range(3)]
        await desk.pass_by(seconds=EVERY.total_seconds())
        await teller.once()
        assert [way for way, _, _ in gate.sent[4:]] == ["b2"]  # the order goes on as ever


async def test_a_late_receipt_after_a_restart_tells_nobody_whom_a_later_way_told_already(
    tmp_path: Path,
) -> None:
    async with telling(tmp_path) as (desk, teller, gate):
        await teller.records.put(Person(name="Bob", ways=("b1", "b2")))
        await desk.report("STATE", True)
        await teller.once()
        gate.fates, gate.awaited = {"t1": "sent"}, {"t1"}
        await teller.once()
        people, records = teller.records, desk.notifications
        other = Teller(records, people, teller._gate, desk.clock)  # the hub once more
        await other.once()
        await desk.pass_by(seconds=EVERY.total_seconds())
        await other.once()
        assert [way for way, _, _ in gate.sent] == ["b1", "b2"]
        gate.fates, gate.awaited = {"t1": "failed"}, set()
        await other.once()
        assert [way for way, _, _ in gate.sent] == ["b1", "b2"]
        (smoke,) = desk.notifications.waiting()
        assert [row.fate for row in await people.told([smoke.id])] == ["failed", "waiting"]


async def test_a_name_that_the_gate_would_refuse_keeps_no_alarm_back(tmp_path: Path) -> None:
    async with telling(tmp_path, name="Kitchen\u2028" + "x" * 99) as (desk, teller, gate):
        await desk.report("STATE", True)
        await teller.once()
        ((_, _, name),) = gate.sent
        assert name == "Kitchen " + "x" * (message_text.LONGEST_NAME - 8)


async def test_a_way_that_carried_nothing_for_a_month_is_a_reminder(tmp_path: Path) -> None:
    async with telling(tmp_path) as (desk, teller, gate):
        await teller.once()
        assert await desk.waiting() == []
        await desk.pass_by(seconds=DRILL_AFTER.total_seconds() + 86400)
        await teller.once()
        assert await desk.waiting() == [Kind.DRILL_DUE]
        assert gate.sent == [("b1", "drill_due", "Kitchen")]  # the reminder is the drill of the first way
        gate.last = desk.clock.now().isoformat()
        await desk.pass_by(seconds=WAYS_S)
        await teller.once()
        assert await desk.waiting() == []


async def test_people_are_changed_by_name_removed_and_not_too_many(tmp_path: Path) -> None:
    async with Store(tmp_path, os.urandom) as store:
        people = PeopleRecords(store)
        first = await people.put(Person(name="Ada", ways=("a1",)))
        changed = await people.put(Person(name="Ada", ways=("a2", "a1"), quiet=NIGHT))
        assert (changed.id, await people.people()) == (first.id, (changed,))
        for number in range(MOST_PEOPLE - 1):
            await people.put(Person(name=f"P{number}", ways=()))
        with pytest.raises(Refused, match="too_many_people"):
            await people.put(Person(name="one more", ways=()))
        assert await people.drop(first.id)
        assert not await people.drop(first.id)
        await NotificationRecords(store=store).forget()
