"""Orders for sleepers: they survive the hub, not the hour; nobody is told that they wait before they do."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from drivers.bidcos import orders
from drivers.bidcos.orders import ORDERS_PREFIX, VALID_S
from hub.contract import (
    ConfigurationChanged,
    ConfigurationState,
    Datapoint,
    DatapointChanged,
    Origin,
    PutParamset,
    SetValue,
    StoreError,
    Unpair,
    Value,
)

from .home import Home


@asynccontextmanager
async def bedroom() -> AsyncIterator[Home]:
    """A thermostat that no burst wakes, so that orders wait for its next report; not running."""
    with Home("HM-CC-RT-DN") as place:
        place.world.power_on()
        async with place.running():
            await place.pair(1)
            put = PutParamset(channel=place.name(1).channel(0), paramset="MASTER", values={"BURST_RX": False})
            await place.ask(put)
            await place.wait(30.0)
        yield place


def _command(place: Home, parameter: str, value: Value) -> SetValue:
    return SetValue(channel=place.name(1).channel(4), parameter=parameter, value=value)


async def _order(place: Home, value: Value, parameter: str = "SET_TEMPERATURE") -> Datapoint:
    return (await place.wait_for(place.driver.execute(_command(place, parameter, value))))[0]


def _kept(place: Home) -> list[str]:
    return [key for key in place.store.records if key.startswith(ORDERS_PREFIX)]


def _told(place: Home) -> list[tuple[ConfigurationState, str]]:
    return [
        (event.state, event.reason)
        for event in place.events
        if isinstance(event, ConfigurationChanged) and event.what == "VALUES"
    ]


async def test_an_order_that_waits_survives_a_restart_of_the_hub_and_is_carried_out_once() -> None:
    async with bedroom() as place:
        async with place.running():
            waiting = await _order(place, 23.5)
            assert (waiting.value, waiting.origin) == (23.5, Origin.WAITING)
            assert _kept(place)
        assert place.device(1).state()["set"] != 23.5
        place.restart()
        place.events.clear()
        async with place.running():
            await place.until(lambda: place.device(1).state()["set"] == 23.5, 400.0)
            await place.wait(2.0)
            shown = [
                each.datapoint for each in place.of(DatapointChanged) if isinstance(each, DatapointChanged)
            ]
            assert (23.5, Origin.WAITING) in [
                (each.value, each.origin) for each in shown if each.id.parameter == "SET_TEMPERATURE"
            ]
            assert not _kept(place)
            assert _told(place)[-1] == (ConfigurationState.VERIFIED, "")
            place.device(1).act("turn", ("18",))
        place.restart()
        async with place.running():  # it is not carried out again over what somebody turned since
            await place.wait(400.0)
            assert place.device(1).state()["set"] == 18.0


async def test_an_order_of_yesterday_surprises_nobody() -> None:
    async with bedroom() as place:
        async with place.running():
            await _order(place, 28.0)
        place.clock.jump(timedelta(seconds=VALID_S + 1))
        place.restart()
        async with place.running():
            await place.wait(400.0)
            assert place.device(1).state()["set"] != 28.0
            assert not _kept(place)


async def test_how_old_an_order_is_after_the_clock_went_back_nobody_knows() -> None:
    async with bedroom() as place:
        async with place.running():
            await _order(place, 28.0)
        place.clock.jump(-timedelta(hours=2))
        place.restart()
        async with place.running():
            await place.wait(400.0)
            assert place.device(1).state()["set"] != 28.0


async def test_a_device_that_does_not_wake_is_not_ordered_any_more_when_its_time_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(orders, "VALID_S", 60.0)  # an hour of a whole home takes long
    async with bedroom() as place, place.running():
        sounds = place.device(1).transmit
        place.device(1).transmit = lambda data: None  # type: ignore[method-assign]  # too far away
        await _order(place, 28.0)
        assert place.pending(1)
        await place.wait(65.0)
        assert _told(place) == [(ConfigurationState.PENDING, ""), (ConfigurationState.FAILED, "too_old")]
        assert not place.pending(1)
        assert not _kept(place)
        place.device(1).transmit = sounds  # type: ignore[method-assign]
        await place.wait(400.0)
        assert place.device(1).state()["set"] != 28.0


async def test_the_last_of_several_orders_counts_after_a_restart_too() -> None:
    async with bedroom() as place:
        async with place.running():
            await _order(place, 23.5)
            await _order(place, 19.0)
            states = [state for state, _ in _told(place)]
            assert states[-1] is ConfigurationState.PENDING
            assert ConfigurationState.FAILED not in states
        place.restart()
        async with place.running():
            await place.until(lambda: place.device(1).state()["set"] == 19.0, 400.0)
            await place.wait(400.0)
            assert place.device(1).state()["set"] == 19.0


async def test_an_order_that_cannot_be_written_down_is_refused_and_not_sent() -> None:
    async with bedroom() as place, place.running():
        save = place.store.save

        async def refuse(records: Mapping[str, bytes | None]) -> None:
            if any(key.startswith(ORDERS_PREFIX) for key in records):
                raise StoreError("full", "orders")
            await save(records)

        place.store.save = refuse  # type: ignore[method-assign]
        with pytest.raises(StoreError):
            await _order(place, 28.0)
        place.store.save = save  # type: ignore[method-assign]
        await place.wait(400.0)
        assert place.device(1).state()["set"] != 28.0


async def test_nobody_is_told_that_an_order_waits_before_it_is_on_disk() -> None:
    async with bedroom() as place, place.running():
        save, reached, go_on = place.store.save, asyncio.Event(), asyncio.Event()

        async def slowly(records: Mapping[str, bytes | None]) -> None:
            if any(key.startswith(ORDERS_PREFIX) for key in records):
                reached.set()
                await go_on.wait()
            await save(records)

        place.store.save = slowly  # type: ignore[method-assign]
        asked = asyncio.ensure_future(place.driver.execute(_command(place, "SET_TEMPERATURE", 23.5)))
        await place.until(reached.is_set)
        assert not asked.done()
        go_on.set()
        assert (await place.wait_for(asked))[0].origin is Origin.WAITING
        assert _kept(place)


async def test_a_device_that_leaves_takes_its_orders_along() -> None:
    async with bedroom() as place:
        async with place.running():
            await _order(place, 23.5)
            await place.wait_for(place.driver.execute(Unpair(device=place.name(1), forget_only=True)))
            await place.wait(2.0)
            assert not _kept(place)
        # given one nobody belongs to, and one that can't be read, the next start drops both
        place.store.records |= {f"{ORDERS_PREFIX}123456": b"\x01[{}]", f"{ORDERS_PREFIX}xyz": b"\x02"}
        place.restart()
        async with place.running():
            await place.wait(2.0)
            assert f"{ORDERS_PREFIX}123456" not in place.store.records
