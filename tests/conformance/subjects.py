"""How each driver is brought to life for the suite: with obedient hardware, and a way to take it away."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.codec.messages import Ack, AckStatus, SetLevel, decode_message
from hub.contract import ChannelAddress, Driver, Event, SetValue
from tests.drivers.bidcos.bench import Bench, MemoryStore, PlayedStick, paired


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A driver with one paired device. order: a command that its hardware confirms."""

    driver: Driver
    events: list[Event]
    order: SetValue
    until: Callable[[Callable[[], bool]], Awaitable[None]]
    take_away: Callable[[], None]


@asynccontextmanager
async def bidcos() -> AsyncIterator[Subject]:
    stick = PlayedStick()
    bench = Bench(stick, MemoryStore(paired("HM-LC-Sw1-Pl-2")))

    def obey(frame: Frame) -> None:
        if frame.kind == 0x02:
            return
        message = decode_message(frame)
        if isinstance(message, SetLevel):
            status = AckStatus(channel=1, value=message.level, flags=0, tail=b"\x30")
            stick.tell(status, sender=frame.receiver, counter=frame.counter, flags=0x80)
        else:
            stick.tell(Ack(), sender=frame.receiver, counter=frame.counter, flags=0x80)

    there = [True]

    def pull() -> None:
        if there.pop():
            stick.pull()
        there.append(False)

    stick.on_frame = obey
    switch = ChannelAddress.parse("bidcos:SIM0000001:1")
    yield Subject(
        driver=bench.driver,
        events=bench.events,
        order=SetValue(channel=switch, parameter="STATE", value=True),
        until=bench.until,
        take_away=pull,
    )
    pull()


SUBJECTS: Mapping[str, Callable[[], AbstractAsyncContextManager[Subject]]] = {"bidcos": bidcos}
