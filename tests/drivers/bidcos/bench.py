"""A driver on a real pty, with a stick that the test plays, a store in memory and a real clock."""

import asyncio
import os
import time
import tty
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from drivers.bidcos import BidcosDriver
from drivers.bidcos.codec.frames import Frame, decode_frame, encode_frame
from drivers.bidcos.codec.messages import Message, message_frame
from drivers.bidcos.devices import model_by_name
from drivers.bidcos.members.records import DeviceRecord, write_central, write_device
from hub.contract import DatapointChanged, DriverContext, Event, LinkLost, OpenedPort, Value
from tests.gate import NO_GATE

CENTRAL = bytes.fromhex("631964")
SWITCH = bytes.fromhex("1FB74A")


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(seconds, 0))


class MemoryStore:
    def __init__(self, records: Mapping[str, bytes] = {}) -> None:
        self.records = dict(records)

    async def load(self) -> Mapping[str, bytes]:
        return dict(self.records)

    async def save(self, records: Mapping[str, bytes | None]) -> None:
        for key, value in records.items():
            if value is None:
                self.records.pop(key, None)
            else:
                self.records[key] = value


class PlayedStick:
    """The far end of the pty: answers V, keeps As lines with their time, says what the test wants."""

    def __init__(self) -> None:
        self.master, slave = os.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        os.close(slave)
        os.set_blocking(self.master, False)
        self.lines: list[tuple[float, bytes]] = []
        self.version: bytes | None = b"V 1.67 nanoCUL868\r\n"
        self.hardware_id = ""
        self.on_frame: Callable[[Frame], None] = lambda _frame: None
        self._rest = b""
        self._arrived = asyncio.Event()
        asyncio.get_running_loop().add_reader(self.master, self._readable)

    def _readable(self) -> None:
        try:
            data = os.read(self.master, 4096)
        except OSError:
            return
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if not line:
                continue
            self.lines.append((time.monotonic(), line))
            if line == b"V" and self.version:
                os.write(self.master, self.version)
            if line.startswith(b"As"):
                frame = decode_frame(bytes.fromhex(line[2:].decode()))
                assert isinstance(frame, Frame)
                self.on_frame(frame)
        self._arrived.set()

    @property
    def sent(self) -> list[Frame]:
        frames = [
            decode_frame(bytes.fromhex(line[2:].decode())) for _, line in self.lines if line[:2] == b"As"
        ]
        return [frame for frame in frames if isinstance(frame, Frame)]

    def say(self, frame: Frame, rssi: int = 0xF2) -> float:
        os.write(self.master, b"A" + encode_frame(frame).hex().upper().encode() + f"{rssi:02X}\r\n".encode())
        return time.monotonic()

    def tell(
        self, message: Message, *, sender: bytes = SWITCH, receiver: bytes = CENTRAL, counter: int, flags: int
    ) -> float:
        return self.say(
            message_frame(message, counter=counter, flags=flags, sender=sender, receiver=receiver)
        )

    async def until_sent(self, count: int, seconds: float = 60.0) -> Frame:
        async with asyncio.timeout(seconds):
            while len(self.sent) < count:
                self._arrived.clear()
                await self._arrived.wait()
        return self.sent[count - 1]

    def pull(self) -> None:
        asyncio.get_running_loop().remove_reader(self.master)
        os.close(self.master)


class Port:
    def __init__(self, stick: PlayedStick) -> None:
        self._stick = stick

    async def open(self) -> OpenedPort:
        try:
            descriptor = os.open(self._stick.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError as error:
            raise LinkLost("port_missing") from error
        return OpenedPort(descriptor=descriptor, hardware_id=self._stick.hardware_id)


class Bench:
    def __init__(self, stick: PlayedStick, store: MemoryStore) -> None:
        self.stick = stick
        self.store = store
        self.events: list[Event] = []
        self.clock = RealClock()
        self._told = asyncio.Event()
        self.driver = BidcosDriver(
            DriverContext(
                clock=self.clock,
                random_bytes=os.urandom,
                serial=Port(stick),
                gate=NO_GATE,
                store=store,
                publish=self._publish,
                settings={},
            )
        )

    def _publish(self, event: Event) -> None:
        self.events.append(event)
        self._told.set()

    def of(self, kind: type) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    def values(self) -> dict[str, Value]:
        return {
            str(event.datapoint.id): event.datapoint.value
            for event in self.events
            if isinstance(event, DatapointChanged)
        }

    async def until(self, condition: Callable[[], bool], seconds: float = 60.0) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                self._told.clear()
                await self._told.wait()


def paired(name: str, address: bytes = SWITCH, serial: str = "SIM0000001") -> dict[str, bytes]:
    model = model_by_name(name)
    assert model is not None
    assert model.code is not None
    record = DeviceRecord(address=address, model=model.code, firmware=0x24, serial=serial, counter=7)
    return {"central": write_central(CENTRAL), record.key: write_device(record)}


@asynccontextmanager
async def running(
    records: Mapping[str, bytes], version: bytes = b"", hardware_id: str = ""
) -> AsyncIterator[Bench]:
    """A driver that runs until the block ends."""
    stick = PlayedStick()
    stick.version, stick.hardware_id = version or stick.version, hardware_id
    bench = Bench(stick, MemoryStore(records))
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(bench.driver.run(), name="driver")
        await bench.until(lambda: any(type(event).__name__ == "DriverStateChanged" for event in bench.events))
        yield bench
        task.cancel()
    stick.pull()
