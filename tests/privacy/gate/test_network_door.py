"""The stick in the network at a real store: decided and written down first, carried, watched, cut.

Here it is on this machine's loopback; what only a network can show is in tests/lab/test_stick_in_network.py.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from privacy.conversation import Declined
from privacy.gate.door.door import Door
from privacy.gate.door.refused import Refused
from privacy.gate.stick.network_door import GRACE_S, NAME, SPEND_S, VISIT_S, WATCH_S, NetworkStick
from privacy.gate.storage import amounts, book, counts
from privacy.gate.storage.store import StoreError
from privacy.inside import read_entry
from privacy.ledger import content_of
from privacy.reasons import Reason
from privacy.standing import ENTERED
from tests.clock import ManualClock
from tests.privacy.gate.at_the_door import opened

WAIT_S = 30.0


@dataclass
class Device:
    """A stick at a port of this machine."""

    listening: socket.socket
    lines: list[socket.socket] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.listening.getsockname()[1])

    async def accept(self) -> socket.socket:
        line = (await asyncio.get_running_loop().sock_accept(self.listening))[0]
        self.lines.append(line)
        return line


@dataclass
class Bench:
    door: Door
    stick: NetworkStick
    device: Device
    clock: ManualClock
    said: list[str]

    async def entries(self) -> list[dict[str, Any]]:
        rows = await self.door.desk.store.read(lambda tx: list(book.walk(tx)))
        told = [dict(content) for row in rows if (content := content_of(row)) is not None]
        return [one for one in told if one["kind"] not in {"epoch", "start", "configuration"}]

    async def kinds(self) -> list[str]:
        return [str(one["kind"]) for one in await self.entries()]

    async def open(self) -> int:
        descriptor = (await self.stick.open()).descriptor
        assert descriptor is not None
        return descriptor

    async def line(self) -> tuple[int, socket.socket]:
        async with asyncio.timeout(WAIT_S):
            return await self.open(), await self.device.accept()

    async def refused(self) -> str:
        with pytest.raises(Declined) as declined:
            await self.stick.open()
        return declined.value.code

    async def pass_time(self, seconds: float) -> None:
        """Let time pass, and what the store's thread does with it."""
        await self.clock.advance(seconds)
        for _ in range(4):  # it writes and reads in turns
            await self.door.desk.store.read(lambda tx: None)
            await self.clock.advance(0)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not holds():
            await asyncio.sleep(0.001)


@asynccontextmanager
async def bench(folder: Path, own_port: int = 0) -> AsyncIterator[Bench]:
    clock, said = ManualClock(), list[str]()
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setblocking(False)
    device = Device(listening)
    async with opened(folder, clock) as door:
        entry = read_entry(f"tcp://127.0.0.1:{device.port}")
        stick = NetworkStick(entry, door.desk, said.append, own_port or 1)
        door.ways.stick = stick
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(stick.run())
            await asyncio.sleep(0)
            yield Bench(door, stick, device, clock, said)
            running.cancel()
    for line in (*device.lines, listening):
        line.close()


def gone(descriptor: int) -> bool:
    """Whether the hub sees the end of the line, as of a pulled stick."""
    try:
        return os.read(descriptor, 1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


async def test_the_hub_speaks_with_the_stick_and_the_book_tells_of_it(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        hub, device = await at.line()
        (begin,) = await at.entries()  # on the disk before a byte
        assert begin["kind"] == "transfer_begin"
        assert {key: begin["data"][key] for key in ("activity", "recipient", "host", "port", "mac")} == {
            "activity": ENTERED,
            "recipient": NAME,
            "host": "127.0.0.1",
            "port": at.device.port,
            "mac": "",
        }
        os.write(hub, b"V\r\n")
        await until(lambda: at.stick._unspent == 3)
        assert device.recv(10) == b"V\r\n"
        os.close(hub)
        await until(lambda: at.stick._splice is None)
        await at.pass_time(GRACE_S)
        await at.pass_time(WATCH_S)
        _, end = await at.entries()
        assert end["kind"] == "transfer_end"
        assert end["data"] == {
            "transfer": begin["data"]["transfer"],
            "result": "ended",
            "sent": 3,
            "lines": 1,
            "failed": 0,
            "what": "ended by the hub",
        }


async def test_the_end_is_written_when_the_gate_stops(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        hub, device = await at.line()
    async with opened(tmp_path) as door:
        rows = await door.desk.store.read(lambda tx: list(book.walk(tx)))
    told = [content for row in rows if (content := content_of(row)) is not None]
    (end,) = [one["data"] for one in told if one["kind"] == "transfer_end"]
    assert isinstance(end, dict)
    assert end["what"] == "the gate was stopped"
    assert gone(hub)
    os.close(hub)
    assert device.fileno() == -1


async def test_nothing_is_connected_when_it_can_not_be_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench(tmp_path) as at:
        with monkeypatch.context() as full:

            async def write(*_: object, **__: object) -> None:
                raise StoreError("full", "the disk is full")

            full.setattr(at.door.desk.store, "write", write)
            assert await at.refused() == "ledger_not_writable"
            with pytest.raises(BlockingIOError):
                at.device.listening.accept()
        hub, _ = await at.line()  # the control
        os.close(hub)


async def test_a_broken_line_looks_like_a_pulled_stick_and_the_next_one_comes(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        for round_ in range(3):
            hub, device = await at.line()
            device.send(b"%d" % round_)
            await until(lambda: at.stick._splice is not None)
            device.close()
            await until(lambda hub=hub: gone(hub))  # type: ignore[misc]
            os.close(hub)
        assert await at.kinds() == ["transfer_begin"]  # one visit


async def test_asking_again_hangs_up_the_line_before(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        first, device = await at.line()
        second, _ = await at.line()
        await until(lambda: gone(first))
        with pytest.raises(ConnectionResetError):
            await asyncio.get_running_loop().sock_recv(device, 1)
        assert not gone(second)
        os.close(first)
        os.close(second)


async def test_nobody_at_the_port_is_said_once_and_writes_no_book_full(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        at.device.listening.close()
        for _ in range(50):
            assert await at.refused() == "stick_refuses"
            await at.clock.advance(1.0)
        assert await at.kinds() == ["transfer_begin"]
        assert len(at.said) == 1
        assert "nothing listens at this port" in at.said[0]
        await at.pass_time(VISIT_S)
        await at.refused()
        begin, end, _ = await at.entries()
        assert (begin["kind"], end["kind"]) == ("transfer_begin", "transfer_end")
        assert (end["data"]["result"], end["data"]["failed"]) == ("failed", 50)


async def test_a_withdrawal_cuts_at_once_stays_and_is_undone_at_the_console_only(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        hub, device = await at.line()
        os.write(hub, b"V\r\n")
        await until(lambda: at.stick._unspent == 3)
        withdrawn = await at.door.withdrawing.withdraw(ENTERED)
        assert [(cut.sent, cut.after) for cut in withdrawn.cuts] == [(3, 0)]
        assert await asyncio.get_running_loop().sock_recv(device, 10) == b"V\r\n"
        with pytest.raises(ConnectionResetError):
            await asyncio.get_running_loop().sock_recv(device, 10)
        await until(lambda: gone(hub))
        os.close(hub)
        assert await at.kinds() == ["transfer_begin", "withdrawal", "cut"]
        assert await at.refused() == "withdrawn"
        with pytest.raises(BlockingIOError):
            at.device.listening.accept()
        with pytest.raises(Refused):
            await at.door.reopen("diagnosis.remote")
        await at.door.reopen(ENTERED)
        hub, _ = await at.line()
        os.close(hub)


async def test_a_withdrawal_outlives_the_gate(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        await at.door.withdrawing.withdraw(ENTERED)
    async with bench(tmp_path) as at:
        assert await at.refused() == "withdrawn"
        await at.door.reopen(ENTERED)
    async with bench(tmp_path) as at:
        hub, _ = await at.line()
        os.close(hub)


async def test_a_withdrawal_while_it_connects_wins(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        # a server whose queue is full: the connection hangs
        full = socket.socket()
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        crowd = [socket.socket() for _ in range(4)]
        for one in crowd:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        entry = read_entry(f"tcp://127.0.0.1:{full.getsockname()[1]}")
        at.stick.entry = entry
        asking = asyncio.create_task(at.stick.open())
        await until(lambda: at.stick._connecting is not None)
        await at.door.withdrawing.withdraw(ENTERED)
        with pytest.raises(Declined) as declined:
            await asking
        assert declined.value.code == "withdrawn"
        for one in (*crowd, full):
            one.close()


async def test_a_days_bytes_are_counted_and_over_the_budget_it_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench(tmp_path) as at:
        hub, _ = await at.line()
        os.write(hub, b"12345")
        await until(lambda: at.stick._unspent == 5)
        await at.pass_time(SPEND_S)
        await at.pass_time(WATCH_S)

        async def today() -> int:
            day = at.door.desk.time.instant().at
            return await at.door.desk.store.read(lambda tx: amounts.sent_today(tx, ENTERED, NAME, day))

        assert await today() == 5
        activity = at.door.desk.register.activities[ENTERED]
        day = at.door.desk.time.instant().at
        rest = activity.bytes_per_day - 6
        await at.door.desk.store.write(lambda tx: amounts.spend(tx, ENTERED, NAME, day, rest))
        os.close(hub)
        hub, _ = await at.line()
        os.write(hub, b"1")
        await until(lambda: at.stick._unspent == 1)
        assert not gone(hub)
        os.write(hub, b"2")
        await until(lambda: gone(hub))
        os.close(hub)
        assert await at.refused() == "budget_used_up"


async def test_it_never_connects_to_the_gates_own_door(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        at.stick._own_port = at.device.port
        assert await at.refused() == Reason.SERVES_NETWORK.value
        with pytest.raises(BlockingIOError):
            at.device.listening.accept()


async def test_refusals_are_counted_but_not_each_second(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        await at.door.withdrawing.withdraw(ENTERED)
        for _ in range(90):
            assert await at.refused() == "withdrawn"
            await at.clock.advance(1.0)
        day = at.door.desk.time.instant().at
        refused = await at.door.desk.store.read(lambda tx: counts.refused_since(tx, day))
        assert refused == {ENTERED: 2}
        assert len(at.said) == 1


async def test_an_answer_that_is_never_sent_leaves_nothing_open(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(5):
            asking = asyncio.create_task(at.stick.open())
            await asyncio.sleep(0)
            asking.cancel()
            with suppress(asyncio.CancelledError):
                reply = await asking
                os.close(reply.descriptor or -1)
        await until(lambda: len(list(Path("/proc/self/fd").iterdir())) <= before + 2)
