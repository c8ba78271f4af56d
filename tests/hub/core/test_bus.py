import asyncio

from hypothesis import given
from hypothesis import strategies as st

from hub.contract import Datapoint, DeviceReachable
from hub.core import Bus, Change, HomeEvent, WhenFull
from tests.clock import settle
from tests.hub.core.home import AT, DEVICE, SWITCH, value


def change(parameter: str, number: int, *, reported: bool = True) -> Change:
    return Change(datapoint=value(number, of=SWITCH.datapoint(parameter)), previous=None, reported=reported)


def device_event() -> DeviceReachable:
    return DeviceReachable(device=DEVICE, at=AT)


def last_values(events: list[HomeEvent]) -> dict[str, Datapoint]:
    return {str(event.datapoint.id): event.datapoint for event in events if isinstance(event, Change)}


async def test_everybody_gets_every_event_in_order() -> None:
    bus = Bus()
    with bus.subscribe("one") as one, bus.subscribe("two") as two:
        sent: list[HomeEvent] = [change("A", 1), device_event(), change("A", 2)]
        for event in sent:
            bus.publish(event)
        assert await one.take() == sent
        assert await two.take() == sent
        assert len(one) == 0


async def test_take_waits_until_something_is_published() -> None:
    bus = Bus()
    got: list[HomeEvent] = []

    async def reader() -> None:
        with bus.subscribe("reader") as subscription:
            got.extend(await subscription.take())

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(reader())
        await settle()
        assert got == []
        bus.publish(change("A", 1))
    assert got == [change("A", 1)]


def test_a_subscriber_that_left_gets_nothing_and_hinders_nobody() -> None:
    bus = Bus()
    with bus.subscribe("gone") as gone:
        pass
    bus.publish(change("A", 1))
    assert gone.take_now() == []


def test_a_full_queue_keeps_the_newest_value_of_each_datapoint_and_that_it_was_reported() -> None:
    bus = Bus()
    with bus.subscribe("slow", capacity=2) as slow, bus.subscribe("fast", capacity=100) as fast:
        bus.publish(change("A", 1, reported=True))
        bus.publish(change("B", 1))
        for number in range(2, 30):
            bus.publish(change("A", number, reported=False))
        assert len(slow) == 2
        assert slow.take_now() == [change("B", 1), change("A", 29, reported=True)]
        assert not slow.lagging
        assert len(fast.take_now()) == 30

        # and then it works in order again
        bus.publish(change("A", 30))
        bus.publish(change("A", 31))
        assert slow.take_now() == [change("A", 30), change("A", 31)]


def test_too_many_other_events_mark_the_subscriber_as_lagging() -> None:
    bus = Bus()
    with bus.subscribe("slow", capacity=3) as slow:
        for _ in range(3):
            bus.publish(device_event())
        bus.publish(change("A", 1))
        before = slow.lagging
        bus.publish(device_event())
        assert (before, slow.lagging) == (False, True)
        assert slow.take_now() == [*[device_event()] * 3, change("A", 1)]


def test_a_subscriber_that_wants_every_event_in_order_loses_the_newest_and_knows_it() -> None:
    bus = Bus()
    with bus.subscribe("rules", capacity=2, when_full=WhenFull.LAG) as rules:
        for number in range(3):
            bus.publish(change("A", number))
        assert rules.lagging
        assert rules.take_now() == [change("A", 0), change("A", 1)]


@given(
    st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(0, 9)), max_size=60),
    st.integers(1, 10),
    st.lists(st.integers(0, 60), max_size=5),
)
def test_whatever_is_taken_when_the_last_values_are_the_published_ones(
    published: list[tuple[str, int]], capacity: int, takes: list[int]
) -> None:
    bus = Bus()
    seen: dict[str, Datapoint] = {}
    with bus.subscribe("any", capacity=capacity) as subscription:
        for index, (parameter, number) in enumerate(published):
            bus.publish(change(parameter, number))
            if index in takes:
                seen |= last_values(subscription.take_now())
            assert len(subscription) <= max(capacity, 4)
        seen |= last_values(subscription.take_now())
    assert {key: datapoint.value for key, datapoint in seen.items()} == {
        str(SWITCH.datapoint(parameter)): number for parameter, number in published
    }
