"""Two sockets joined: everything passes, nothing piles up, and stop is stop."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from privacy.splice import PIECE, Splice, SpliceBroken, Unlimited

SCRATCH = memoryview(bytearray(PIECE))
PATIENCE_S = 30.0


@dataclass(slots=True)
class Ends:
    """The ends that a test holds: the hub's and the recipient's; ``splice`` joins their other ends."""

    hub: socket.socket
    recipient: socket.socket
    near: socket.socket
    far: socket.socket

    def splice(self, allowance: "Unlimited | Counted | None" = None) -> Splice:
        return Splice(self.near, self.far, SCRATCH, allowance or Unlimited())


class Counted:
    """So many bytes and no more."""

    def __init__(self, left: int) -> None:
        self.left = left

    def room(self) -> int:
        return self.left

    def take(self, amount: int) -> None:
        self.left -= amount


@pytest.fixture
async def ends() -> AsyncIterator[Ends]:
    hub, near = socket.socketpair()
    with socket.create_server(("127.0.0.1", 0)) as server:
        far = socket.create_connection(server.getsockname())
        recipient, _ = server.accept()
    for one in (hub, near, far, recipient):
        one.setblocking(False)
    yield Ends(hub, recipient, near, far)
    for one in (hub, near, far, recipient):
        one.close()


async def send(end: socket.socket, data: bytes) -> None:
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.get_running_loop().sock_sendall(end, data)


async def receive(end: socket.socket, count: int) -> bytes:
    data = b""
    async with asyncio.timeout(PATIENCE_S):
        while len(data) < count and (piece := await asyncio.get_running_loop().sock_recv(end, PIECE)):
            data += piece
    return data


async def test_everything_passes_in_order_both_ways(ends: Ends) -> None:
    up, down = bytes(range(256)) * 8000, bytes(range(255, -1, -1)) * 5000
    splice = ends.splice()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(splice.run(b"first"))
        tasks.create_task(send(ends.hub, up))
        tasks.create_task(send(ends.recipient, down))
        arrived_up = tasks.create_task(receive(ends.recipient, len(up) + 5))
        arrived_down = tasks.create_task(receive(ends.hub, len(down)))
        await asyncio.wait([arrived_up, arrived_down])
        assert not running.done()
        ends.hub.shutdown(socket.SHUT_WR)
        assert await receive(ends.recipient, 1) == b""
        ends.recipient.shutdown(socket.SHUT_WR)
    assert arrived_up.result() == b"first" + up
    assert arrived_down.result() == down
    assert (splice.outward, splice.inward) == (len(up) + 5, len(down))


async def test_one_side_may_end_and_still_be_answered(ends: Ends) -> None:
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(ends.splice().run())
        await send(ends.hub, b"question")
        ends.hub.shutdown(socket.SHUT_WR)
        assert await receive(ends.recipient, 99) == b"question"
        await send(ends.recipient, b"answer")
        ends.recipient.close()
        assert await receive(ends.hub, 99) == b"answer"
        await running


async def test_who_takes_nothing_slows_the_other_side_down(ends: Ends) -> None:
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(ends.splice().run())
        sent = blocked = 0
        while blocked < 2:  # until neither kernel nor splice takes any more
            try:
                sent += ends.hub.send(bytes(PIECE))
                blocked = 0
            except BlockingIOError:
                blocked += 1
                for _ in range(20):
                    await asyncio.sleep(0)
        assert sent < 16 << 20
        assert len(await receive(ends.recipient, sent)) == sent
        running.cancel()


async def test_no_more_passes_than_is_allowed_until_there_is_room_again(ends: Ends) -> None:
    purse = Counted(1000)
    splice = ends.splice(purse)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(splice.run())
        await send(ends.hub, bytes(3000))
        assert len(await receive(ends.recipient, 1000)) == 1000
        for _ in range(50):
            await asyncio.sleep(0)
        assert splice.outward == 1000
        purse.left = 2000
        splice.resume()
        assert len(await receive(ends.recipient, 2000)) == 2000
        running.cancel()


async def test_a_reset_ends_both_sides_with_its_reason(ends: Ends) -> None:
    ends.recipient.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    running = asyncio.ensure_future(ends.splice().run())
    await asyncio.sleep(0)
    ends.recipient.close()
    with pytest.raises(SpliceBroken, match="reset"):
        await asyncio.wait_for(running, PATIENCE_S)


async def test_after_stop_not_a_byte_passes(ends: Ends) -> None:
    splice = ends.splice()
    running = asyncio.ensure_future(splice.run())
    await send(ends.hub, b"before")
    assert await receive(ends.recipient, 6) == b"before"
    splice.stop()
    splice.resume()
    await send(ends.hub, b"after")
    for _ in range(50):
        await asyncio.sleep(0)
    with pytest.raises(BlockingIOError):
        ends.recipient.recv(1)
    running.cancel()
