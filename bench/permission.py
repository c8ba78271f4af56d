"""What it costs to ask whether somebody may: per request, and per message of events to one limited to rooms.

1,000 devices in 20 rooms, in a hub wired as always. The guest sees one room, at hours of each day, for a day.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from bench.result import Figure, Result, percentile
from hub.contract import DatapointId, DeviceAddress, DeviceAppeared
from hub.home.household import Label
from hub.home.permits import Hours, Moment, Permit, term_from
from hub.home.roles import Role
from hub.operations import BY_NAME, Caller, House, permission
from hub.operations.messages import SetDatapoint
from hub.operations.news import Narrow, News, told
from hub.operations.view import View, view_of
from tests.hub.home_in_a_box import Home, running_home
from tests.hub.lamp import describe

DEVICES, ROOMS, CHANGES, TURNS, AT_ONCE = 1000, 20, 50, 200, 100
BUDGET_US = 50.0  # as the gate's decision


async def furnish(home: Home) -> list[str]:
    """Devices with a value each; the ids of the rooms that they are in, turn by turn."""
    rooms = [(await home.house.rooms.add(f"Room {number}")).id for number in range(ROOMS)]
    for number in range(DEVICES):
        address = DeviceAddress("lamp", f"L{number:09}")
        home.lamp.context.publish(DeviceAppeared(description=describe(address)))
        home.lamp.report(f"{address}:1.STATE", False)
        label = Label(room=rooms[number % ROOMS])
        home.house.rooms._labels[address] = label
        if number % 100 == 0:
            await asyncio.sleep(0.05)  # the history takes them in
    return rooms


def each_us(act: Callable[[], object]) -> list[float]:
    """Microseconds of one, many times; each sample is the mean of AT_ONCE in a row."""
    samples = []
    for _ in range(TURNS):
        begin = time.perf_counter()
        for _ in range(AT_ONCE):
            act()
        samples.append((time.perf_counter() - begin) * 1e6 / AT_ONCE)
    return samples


def permits(house: House, rooms: list[str]) -> tuple[Caller, Caller]:
    """An owner, and a guest with every limit that there is."""
    now = datetime.now(UTC)
    moment = Moment(at=now, running_s=1.0, sure=True)
    house.moments.told(moment, house.clock.monotonic())
    always = Hours(days=frozenset(range(7)), from_minute=0, to_minute=1440)
    guest = Permit(
        role=Role.GUEST,
        rooms=frozenset(rooms[:1]),
        hours=always,
        term=term_from(now + timedelta(days=1), moment),
    )
    return Caller(peer="", permit=Permit(role=Role.OWNER)), Caller(peer="", permit=guest)


async def measure(folder: Path) -> Result:
    """All of it in one process, without a network."""
    async with running_home(folder) as home:
        rooms, house = await furnish(home), home.house
        await house.installation.change({"timezone": "Europe/Berlin"})
        owner, guest = permits(house, rooms)
        operation = BY_NAME["datapoints.set"]
        asked = SetDatapoint(id="lamp:L000000000:1.STATE", value=True)

        def may(caller: Caller) -> None:
            permission.check(house, caller, operation)
            permission._check_reach(house, caller, operation, asked)

        values = house.state.values
        names = [DatapointId.parse(f"lamp:L{number:09}:1.STATE") for number in range(CHANGES)]
        news = News(values={name: values[name] for name in names})
        whole, view = View(labels=house.rooms), view_of(house.rooms, guest.permit)
        narrow = Narrow(house, view)
        encoder = msgspec.json.Encoder()
        figures = {
            "request of an owner": each_us(lambda: may(owner)),
            "request of a guest with rooms, hours and an end": each_us(lambda: may(guest)),
        }
        messages = {
            "message of 50 changes for all who see everything": each_us(
                lambda: encoder.encode(told(house, news, whole)[0])
            ),
            "the same news for one who sees a room": each_us(
                lambda: encoder.encode(told(house, narrow.of(news), view)[0])
            ),
        }
    return Result(
        name="permission",
        figures={
            **{
                name: Figure(percentile(samples, 50), "µs", at_most=BUDGET_US)
                for name, samples in figures.items()
            },
            **{name: Figure(percentile(samples, 50), "µs") for name, samples in messages.items()},
        },
        conditions={"devices": DEVICES, "rooms": ROOMS, "samples": TURNS, "each the mean of": AT_ONCE},
        samples=figures | messages,
    )


def main() -> None:
    """Run it and print the result."""
    with tempfile.TemporaryDirectory(prefix="hb") as name:
        asyncio.run(measure(Path(name))).print()


if __name__ == "__main__":
    main()
