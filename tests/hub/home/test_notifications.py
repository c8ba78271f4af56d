"""What people are told: which values mean it, once for one matter, kept, acknowledged, erased in time."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from drivers.bidcos.devices.sensors import SENSORS
from hub.contract import (
    AirtimeChanged,
    ChannelDescription,
    Datapoint,
    DeviceAddress,
    DeviceAppeared,
    DeviceDescription,
    DeviceReachable,
    DeviceRemoved,
    DeviceUnreachable,
    DriverState,
    DriverStateChanged,
    Origin,
    ParameterDescription,
    ParameterType,
    ReceiveMode,
    StoreError,
    Value,
)
from hub.core import Bus, Change, History, HomeEvent, Registry, Store, StoreHolder, schema
from hub.home.errors import Refused
from hub.home.moments import Moments
from hub.home.notifications import model
from hub.home.notifications.centre import AFTER_S, TICK_S, Notifications, Sources
from hub.home.notifications.kinds import AGAIN, CLASSES, SETTLE, Class, Kind, sign
from hub.home.notifications.model import Notification
from hub.home.notifications.records import NotificationRecords
from hub.home.permits import Moment
from hub.home.records import to_ms
from privacy.vocabulary import DataCategory
from tests.clock import START, ManualClock

DETECTOR = DeviceAddress("bidcos", "SIM0000009")
LOW_BATTERY = ParameterDescription(type=ParameterType.BOOL, category=DataCategory.DEVICE)
SMOKE = SENSORS["SMOKE"].parameters["STATE"]


def told(**fields: object) -> Notification:
    values: dict[str, object] = {"kind": Kind.SMOKE, "subject": "x", "begun": START, "latest": START}
    return Notification(**{**values, **fields})  # type: ignore[arg-type] # a table of mixed fields


# which values mean something


@pytest.mark.parametrize(
    ("kind", "parameter", "value", "means"),
    [
        ("SMOKE", "STATE", True, (Kind.SMOKE, True)),
        ("SMOKE", "STATE", False, (Kind.SMOKE, False)),
        ("SIGNED_SMOKE", "STATE", True, (Kind.SMOKE, True)),
        ("WATER", "STATE", 0, (Kind.WATER, False)),
        ("WATER", "STATE", 1, (Kind.WATER, True)),
        ("WATER", "STATE", 2, (Kind.WATER, True)),
        ("CONTACT", "ERROR", 7, (Kind.SABOTAGE, True)),
        ("CONTACT", "ERROR", 0, (Kind.SABOTAGE, False)),
        ("GUARD_MOTION", "ERROR", 7, (Kind.SABOTAGE, True)),
        ("CONTACT", "STATE", True, None),  # an open window is no alarm
        ("RAIN", "STATE", 1, None),
        ("MOTION", "MOTION", True, None),
    ],
)
def test_values_of_the_device_table_mean_what_people_are_told(
    kind: str, parameter: str, value: Value, means: tuple[Kind, bool] | None
) -> None:
    channel = SENSORS[kind]
    assert sign(channel.type, parameter, channel.parameters[parameter], value) == means


def test_a_value_outside_of_its_list_means_nothing_bad() -> None:
    water = SENSORS["WATER"]
    assert sign(water.type, "STATE", water.parameters["STATE"], 99) == (Kind.WATER, False)


def test_every_kind_has_a_class() -> None:
    assert set(CLASSES) == set(Kind)
    assert set(AGAIN) == set(Class)


# one matter


def test_what_lasts_is_told_once_and_what_comes_again_soon_is_the_same_matter() -> None:
    first = model.begin(None, Kind.BATTERY_LOW, "x", START)
    assert first is not None
    assert model.begin(first, Kind.BATTERY_LOW, "x", START) is None
    over = model.end(model.acknowledge(first, "Ada", START), START)
    assert over is not None
    soon, later = START + timedelta(hours=23), START + timedelta(hours=25)
    again = model.begin(over, Kind.BATTERY_LOW, "x", soon)
    assert again is not None
    assert (again.count, again.begun, again.latest, again.by) == (2, START, soon, "Ada")
    another = model.begin(over, Kind.BATTERY_LOW, "x", later)
    assert another is not None
    assert (another.count, another.by, another.id) == (1, "", 0)


def test_smoke_that_comes_again_has_to_be_acknowledged_again() -> None:
    over = told(ended=START, acknowledged=START, by="Ada")
    again = model.begin(over, Kind.SMOKE, "x", START + timedelta(minutes=1))
    assert again is not None
    assert again.waits
    assert again.by == ""


@pytest.mark.parametrize(
    ("kind", "ended", "acknowledged", "waits"),
    [
        (Kind.SMOKE, False, False, True),
        (Kind.SMOKE, True, False, True),  # somebody should know that it burned
        (Kind.SMOKE, False, True, False),
        (Kind.UNREACHABLE, False, False, True),
        (Kind.UNREACHABLE, True, False, False),
    ],
)
def test_what_waits_for_somebody(kind: Kind, ended: bool, acknowledged: bool, waits: bool) -> None:
    one = told(kind=kind, ended=START if ended else None, acknowledged=START if acknowledged else None)
    assert one.waits is waits


# the home


@dataclass
class Desk:
    notifications: Notifications
    registry: Registry
    moments: Moments
    clock: ManualClock
    store: Store
    bus: Bus
    restricted: set[DataCategory] = field(default_factory=set)
    changes: int = 0

    async def say(self, *events: HomeEvent) -> None:
        for event in events:
            await self.notifications.take(event)

    async def waiting(self) -> list[Kind]:
        await self.notifications.tick()
        return [one.kind for one in self.notifications.waiting()]

    async def report(self, parameter: str, value: Value, *, origin: Origin = Origin.REPORTED) -> None:
        point = DETECTOR.channel(1).datapoint(parameter)
        description = self.registry.parameter(point)
        assert description is not None
        datapoint = Datapoint(
            id=point,
            value=value,
            unit=None,
            at=self.clock.now(),
            origin=origin,
            category=description.category,
        )
        await self.say(Change(datapoint=datapoint, previous=None, reported=True))

    async def pass_by(self, **time: float) -> None:
        await self.clock.advance(timedelta(**time).total_seconds())


@asynccontextmanager
async def desk_in(folder: Path, at: datetime = START) -> AsyncIterator[Desk]:
    clock, registry = ManualClock(at), Registry()
    registry.apply(DeviceAppeared(description=_described()))
    restricted: set[DataCategory] = set()
    async with Store(folder, os.urandom) as store:
        moments = Moments(clock, lambda: None)
        sources = Sources(
            bus=(bus := Bus()), registry=registry, moments=moments, restricted=lambda: frozenset(restricted)
        )
        made = Notifications(NotificationRecords(store=store), sources, clock)
        await made.load()
        desk = Desk(made, registry, moments, clock, store, bus, restricted)
        made.changed = lambda: setattr(desk, "changes", desk.changes + 1)
        yield desk


def _described() -> DeviceDescription:
    parameters = {"STATE": SMOKE, "LOWBAT": LOW_BATTERY}
    return DeviceDescription(
        address=DETECTOR,
        model="HM-Sec-SD",
        firmware="1.0",
        serial=DETECTOR.serial,
        receive_modes=frozenset({ReceiveMode.ALWAYS}),
        channels=(ChannelDescription(index=1, type="SMOKE_DETECTOR", parameters=parameters),),
    )


async def test_smoke_is_told_once_and_stays_over_a_restart_until_somebody_knows(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        await desk.report("STATE", True)
        await desk.report("STATE", True)
        (one,) = desk.notifications.waiting()
        assert (one.kind, one.subject, one.count, one.urgency) == (Kind.SMOKE, str(DETECTOR), 1, Class.DANGER)
        assert desk.changes == 1
        await desk.report("STATE", False)
    async with desk_in(tmp_path, START + timedelta(hours=1)) as desk:
        assert await desk.waiting() == [Kind.SMOKE]
        done = await desk.notifications.acknowledge(one.id, "Ada")
        assert (done.by, await desk.waiting()) == ("Ada", [])
        again = await desk.notifications.acknowledge(one.id, "Bob")
        assert again.by == "Ada"  # who knew first stays
    async with desk_in(tmp_path) as desk:
        (kept,) = await desk.notifications.past()
        assert (kept.by, kept.ended, kept.id) == ("Ada", START, one.id)
        with pytest.raises(Refused, match="unknown_notification"):
            await desk.notifications.acknowledge(4711, "Ada")


async def test_smoke_that_comes_while_somebody_acknowledges_the_last_one_waits_again(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        await desk.report("STATE", True)
        await desk.report("STATE", False)
        (one,) = desk.notifications.waiting()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(desk.notifications.acknowledge(one.id, "Ada"))
            tasks.create_task(desk.report("STATE", True))
        (again,) = desk.notifications.waiting()
        assert (again.count, again.ended, again.by) == (2, None, "")
    async with desk_in(tmp_path) as desk:
        assert await desk.waiting() == [Kind.SMOKE]


async def test_what_the_store_does_not_take_waits_all_the_same_and_is_written_later(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        await taken(desk, "OFF")
        await desk.report("LOWBAT", True)
        await desk.report("STATE", True)
        smoke, low = desk.notifications.waiting()
        assert (smoke.kind, smoke.stored, smoke.id == low.id) == (Kind.SMOKE, False, False)
        with pytest.raises(StoreError):
            await desk.notifications.acknowledge(smoke.id, "Ada")
        assert await desk.waiting() == [Kind.SMOKE, Kind.BATTERY_LOW]
        await taken(desk, "ON")
        done = await desk.notifications.acknowledge(smoke.id, "Ada")
        assert (done.stored, done.by) == (True, "Ada")
        assert await desk.waiting() == [Kind.BATTERY_LOW]
        past = await desk.notifications.past()
        assert {(one.kind, one.by) for one in past} == {(Kind.SMOKE, "Ada"), (Kind.BATTERY_LOW, "")}
        assert len(past) == 2
        assert all(one.stored for one in desk.notifications.waiting())


async def test_what_waits_is_found_after_a_restart_behind_a_thousand_that_are_over(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        await desk.report("STATE", True)
        (smoke,) = desk.notifications.waiting()
        values = {"kind": "unreachable", "begun_at": to_ms(START), "latest_at": to_ms(START) + 1, "times": 1}
        rows = [{**values, "ended_at": to_ms(START) + 1, "subject": f"x{n % 9}"} for n in range(1001)]
        table = schema.notifications
        await desk.store.write(lambda connection: connection.execute(table.insert(), rows))
    async with desk_in(tmp_path, START + timedelta(days=3)) as desk:
        assert await desk.waiting() == [Kind.SMOKE]
        over = await desk.notifications.acknowledge(smoke.id + 1, "Ada")
        assert (over.subject, over.by) == ("x0", "Ada")
        await desk.notifications.acknowledge(smoke.id, "Ada")
    async with desk_in(tmp_path, START + timedelta(days=3)) as desk:
        assert await desk.waiting() == []


async def test_a_burst_of_values_is_no_reason_to_look_at_what_takes_time(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk, asyncio.TaskGroup() as tasks:
        running = tasks.create_task(desk.notifications.run())
        await asyncio.sleep(0)
        lost = DriverStateChanged(driver="bidcos", state=DriverState.LOST, at=START, detail="port_missing")
        desk.bus.publish(lost)
        await settled(desk)
        desk.notifications._settling_s[Kind.RADIO_LOST, "bidcos"] -= 3600.0
        desk.bus.publish(DeviceReachable(device=DETECTOR, at=START))
        await settled(desk)
        assert desk.notifications.waiting() == ()
        await desk.pass_by(seconds=TICK_S)  # the control
        desk.bus.publish(DeviceReachable(device=DETECTOR, at=START))
        await settled(desk)
        assert [one.kind for one in desk.notifications.waiting()] == [Kind.RADIO_LOST]
        running.cancel()


async def settled(desk: Desk) -> None:
    """All that was published is taken, and written."""
    await asyncio.sleep(0)
    await asyncio.sleep(2 * AFTER_S)
    for _ in range(3):
        await desk.store.read(lambda connection: None)


async def taken(desk: Desk, word: str) -> None:
    """Whether the store answers and takes what is new: ON or OFF."""

    def job() -> None:
        assert desk.store._engine is not None
        connection = desk.store._engine.raw_connection()
        connection.cursor().execute(f"PRAGMA query_only = {int(word == 'OFF')}")
        connection.close()

    await desk.store._run(job)


async def test_what_was_restored_or_is_restricted_tells_nobody(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        await desk.report("STATE", True, origin=Origin.RESTORED)
        desk.restricted.add(DataCategory.SAFETY)
        await desk.report("STATE", True)
        assert await desk.waiting() == []
        desk.restricted.clear()
        await desk.report("STATE", True)
        assert await desk.waiting() == [Kind.SMOKE]  # the control


async def test_a_device_that_is_silent_or_low_waits_after_what_is_dangerous(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        await desk.report("LOWBAT", True)
        await desk.say(DeviceUnreachable(device=DETECTOR, at=START, reason="silent"))
        await desk.pass_by(seconds=1)
        await desk.report("STATE", True)
        # what it says shows that it is there again
        assert await desk.waiting() == [Kind.SMOKE, Kind.BATTERY_LOW]
        await desk.say(DeviceUnreachable(device=DETECTOR, at=START, reason="silent"))
        assert Kind.UNREACHABLE in await desk.waiting()
        await desk.say(DeviceReachable(device=DETECTOR, at=START))
        assert Kind.UNREACHABLE not in await desk.waiting()
        await desk.say(DeviceRemoved(device=DETECTOR))
        assert await desk.waiting() == [Kind.SMOKE]


async def test_a_stick_that_is_back_within_a_minute_tells_nobody_and_a_lost_one_speaks_for_its_devices(
    tmp_path: Path,
) -> None:
    lost = DriverStateChanged(driver="bidcos", state=DriverState.LOST, at=START, detail="port_missing")
    async with desk_in(tmp_path) as desk:
        await desk.say(lost)
        await desk.pass_by(seconds=30)
        assert await desk.waiting() == []
        await desk.say(replace(lost, state=DriverState.READY))
        await desk.pass_by(seconds=60)
        assert await desk.waiting() == []
        await desk.say(lost)
        await desk.pass_by(seconds=30)
        await desk.say(lost, DeviceUnreachable(device=DETECTOR, at=START, reason="silent"))
        await desk.pass_by(seconds=30)
        assert await desk.waiting() == [Kind.RADIO_LOST]
        await desk.say(replace(lost, state=DriverState.READY))
        assert await desk.waiting() == []


async def test_send_time_and_an_unsure_clock_are_told_and_end_by_themselves(tmp_path: Path) -> None:
    used = AirtimeChanged(driver="bidcos", used_ms=36000.0, limit_ms=36000.0, at=START)
    async with desk_in(tmp_path) as desk:
        await desk.say(used)
        assert await desk.waiting() == [Kind.AIRTIME_USED_UP]
        await desk.say(replace(used, used_ms=0.0))
        for _ in range(2):
            desk.moments.told(Moment(at=START, running_s=0.0, sure=False), desk.clock.monotonic())
            assert await desk.waiting() == []
            await desk.pass_by(seconds=SETTLE[Kind.CLOCK_UNSURE].total_seconds() / 2)
        desk.moments.told(Moment(at=START, running_s=0.0, sure=False), desk.clock.monotonic())
        assert await desk.waiting() == [Kind.CLOCK_UNSURE]
        desk.moments.told(Moment(at=START, running_s=0.0, sure=True), desk.clock.monotonic())
        assert await desk.waiting() == []


@pytest.mark.parametrize("days", [89, 91])
async def test_what_is_over_is_kept_for_ninety_days(tmp_path: Path, days: int) -> None:
    async with desk_in(tmp_path) as desk:
        await desk.report("STATE", True)
        await desk.report("STATE", False)
    clock = ManualClock(START + timedelta(days=days))
    async with Store(tmp_path, os.urandom) as store:
        history = History(store, clock, ring_path=None, random_bytes=os.urandom)
        await history.start()
        holder = StoreHolder(store, history, clock)
        await holder.sweep(clock.now())
        assert len(await NotificationRecords(store=store).latest(10)) == (days < 90)
        await history.close()
