"""What a phone may cost its hub: memory for what it does not read, and places where others wait."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest

from hub.daemon.command_line import CommandFailed
from hub.daemon.phone.connection import Connection
from hub.remote import channel, link, phones, visits
from hub.remote.frames import Code, Frame, Kind
from hub.remote.initiator import Dial, Initiator
from hub.remote.keys import AT_HOME, Mode
from hub.remote.once import Once
from hub.remote.phone_session import Secret, Welcomed
from hub.remote.responder import Half
from hub.remote.visits import Line, Visit, Visits
from hub.remote.waiting import MOST_WAITING, Place, Waiting
from tests.hub.home_in_a_box import running_home

from .ends import Hub, Phone, connected, known
from .phones import Shell, ask, asked, enter_without_room, operate, paired, session

BOUND = 128 << 10
PINGS = 9_000  # beyond what the sockets between take by themselves


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Visit]:
    """Every session that begins at the hub."""
    begun: list[Visit] = []
    enter = Visits.enter

    def entered(self: Visits, visit: Visit) -> None:
        begun.append(visit)
        enter(self, visit)

    monkeypatch.setattr(Visits, "enter", entered)
    return begun


async def flood(connection: Connection, visit: Visit) -> int:
    """Ask on and read nothing; returns how much waited at most."""
    phone, most = connection._session, 0
    for _ in range(PINGS):
        phone.ping()
        for wire in phone.channel.take():
            await connection._pipe.send(wire)
        most = max(most, visit.session.channel.unsent)
    return most


@contextlib.asynccontextmanager
async def flooding(connection: Connection, visit: Visit) -> AsyncIterator[asyncio.Task[int]]:
    """It does so until nothing more is taken."""
    task = asyncio.create_task(flood(connection, visit))
    with contextlib.suppress(TimeoutError, ConnectionError, CommandFailed):
        await asyncio.wait_for(asyncio.shield(task), 5.0)
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(BaseException):
            await task


@pytest.mark.parametrize("bound", [BOUND, 1 << 40], ids=["bound", "control"])
async def test_a_phone_that_reads_nothing_does_not_fill_the_hubs_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: list[Visit], bound: int
) -> None:
    monkeypatch.setattr(visits, "MOST_UNSENT", bound)
    async with running_home(tmp_path) as home:
        guest = await paired(home, "guest")
        async with session(home, guest) as connection, flooding(connection, seen[-1]) as asking:
            # then little waits for it; without the bound more than four times as much
            most = seen[-1].session.channel.unsent
            assert most <= BOUND + 65_543 if bound == BOUND else most > 4 * BOUND
            # and nothing was lost: once it reads, all is answered
            assert seen[-1].session.channel.ended is None
            answer = await asked(connection, "health", {})
            assert answer["status"] == "ok"
            await asking


@pytest.mark.parametrize("limit_s", [visits.END_S, 60.0], ids=["limit", "control"])
async def test_a_removed_phone_that_reads_nothing_is_out_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: list[Visit], limit_s: float
) -> None:
    monkeypatch.setattr(visits, "MOST_UNSENT", BOUND)
    monkeypatch.setattr(visits, "END_S", limit_s)
    async with running_home(tmp_path) as home:
        guest = await paired(home, "guest")
        async with session(home, guest) as connection, flooding(connection, seen[-1]):
            transport = transport_of(seen[-1])
            await operate(home, "DELETE", f"/{guest.id}")
            await asyncio.sleep(visits.END_S + 1.0 if limit_s < 60.0 else 2.0)
            is_gone = transport.is_closing() and transport.get_write_buffer_size() == 0
            assert is_gone is (limit_s < 60.0)


async def test_what_takes_no_message_is_closed_with_what_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: list[Visit]
) -> None:
    monkeypatch.setattr(visits, "MOST_UNSENT", BOUND)
    monkeypatch.setattr(link, "SEND_S", 1.0)
    async with running_home(tmp_path) as home:
        guest = await paired(home, "guest")
        async with session(home, guest) as connection:
            transport = transport_of(seen[-1])
            async with flooding(connection, seen[-1]), asyncio.timeout(30.0):
                while not transport.is_closing():
                    await asyncio.sleep(0.1)
                assert transport.get_write_buffer_size() == 0


class SlowLine:
    """A transport that takes a message each 0.25 s."""

    def __init__(self, line: Line) -> None:
        self._line, self.close = line, line.close

    async def send(self, message: bytes) -> None:
        await asyncio.sleep(0.25)
        await self._line.send(message)


@pytest.mark.parametrize("counts", [False, True], ids=["rule", "control"])
async def test_the_time_in_which_a_phone_is_not_read_is_no_silence_of_its(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: list[Visit], counts: bool
) -> None:
    if counts:
        monkeypatch.setattr(channel.Channel, "not_listening", lambda *_: None)
    async with running_home(tmp_path) as home:
        guest = await paired(home, "guest")
        monkeypatch.setattr(channel, "SILENCE_S", 1.5)
        async with session(home, guest) as connection:
            visit = seen[-1]
            visit.line = SlowLine(visit.line)
            monkeypatch.setattr(visits, "MOST_UNSENT", 500)
            # when what waits for it takes three seconds, and it says one thing in the beginning
            for _ in range(12):
                visit.session.channel.send(Frame(kind=Kind.PONG, body=bytes(8)))
            connection._session.ping()
            await connection.flush()
            async with asyncio.timeout(30.0):
                while visit.session.ended is None and visit.session.channel.unsent > visits.MOST_UNSENT:
                    await asyncio.sleep(0.05)
            # then it lives; where that counted as silence it would be over
            ended = visit.session.ended
            assert (ended and ended.code) == (Code.SILENT if counts else None)


async def test_what_needs_credit_is_queued_once_there_is_room_and_not_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hub, phone = Hub(), Phone()
    known(hub, phone)
    half = connected(hub, phone).half
    assert half is not None
    visit = Visit(half, cast("Line", None), Once(), at_home=True)
    out, waited = visit.session.channel, list[int]()
    out.streams.open(1)
    for _ in range(4):
        out.send(Frame(kind=Kind.PONG, body=bytes(8)))
    monkeypatch.setattr(visits, "MOST_UNSENT", 1000)

    def queue() -> bool:
        waited.append(out.unsent)
        return visit.session.event(1, b"{}")

    task = asyncio.create_task(visit.put(1, queue))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert (waited, out.unsent) == ([], 1120)
    assert out.next() is not None
    visit.sent()
    await task
    assert (waited, out.unsent) == ([840], 1120)
    # the control: with room it is queued at once, whoever takes nothing
    monkeypatch.setattr(visits, "MOST_UNSENT", 1120)
    await visit.put(1, queue)
    assert waited == [840, 1120]


def transport_of(visit: Visit) -> asyncio.WriteTransport:
    transport = visit.line._request.transport  # type: ignore[attr-defined]
    assert isinstance(transport, asyncio.WriteTransport)
    return transport


@pytest.mark.parametrize("makes_room", [True, False], ids=["room", "control"])
async def test_strangers_that_wait_do_not_keep_a_phone_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, makes_room: bool
) -> None:
    async with running_home(tmp_path) as home:
        known = await paired(home)
        if not makes_room:
            monkeypatch.setattr(Waiting, "enter", enter_without_room)
        async with contextlib.AsyncExitStack() as stack:
            browser = await stack.enter_async_context(home.browser())
            for _ in range(MOST_WAITING):
                await stack.enter_async_context(browser.ws_connect("/session"))
            async with known.connected(home) as connection:
                assert (connection is not None) is makes_room
                if connection is not None:
                    assert isinstance(await connection.next(), Welcomed)


async def test_who_has_a_half_open_handshake_makes_no_room_until_it_is_displaced() -> None:
    is_open = True
    waiting = Waiting(lambda _: is_open)
    async with contextlib.AsyncExitStack() as stack:

        async def place() -> Place:
            return waiting.enter(await stack.enter_async_context(asyncio.timeout(60.0)))

        phone = await place()
        phone.half = cast("Half", object())  # only whether there is one counts
        strangers = [await place() for _ in range(MOST_WAITING - 1)]
        newer = await place()
        assert strangers[0] not in waiting._places
        assert phone in waiting._places
        is_open = False
        last = await place()
        assert phone not in waiting._places
        assert {newer, last} < set(waiting._places)
        assert len(waiting._places) == MOST_WAITING
        stack.pop_all()  # their time is up


@pytest.mark.parametrize("anew", [True, False], ids=["anew", "control"])
async def test_the_time_for_the_first_message_begins_at_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, anew: bool
) -> None:
    async with running_home(tmp_path) as home:
        known = await paired(home)
        monkeypatch.setattr(link, "HALF_OPEN_S", 1.5)
        if not anew:
            monkeypatch.setattr(Place, "answered", lambda *_: None)
        async with home.browser() as browser, browser.ws_connect("/session", autoping=False) as socket:
            dial = Dial(
                mode=Mode.SESSION, hub_key=known.hub_key, private=known.private, psk=known.psk, route=AT_HOME
            )
            await asyncio.sleep(1.0)
            await socket.send_bytes(Initiator(dial, os.urandom).opening)
            assert len(await socket.receive_bytes()) == 280
            begin = asyncio.get_running_loop().time()
            await socket.receive(timeout=10.0)
            waited_s = asyncio.get_running_loop().time() - begin
            assert (waited_s > 1.2) is anew


async def test_a_home_that_is_full_of_phones_makes_no_code_and_says_so_where_two_race(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_home(tmp_path) as home:
        late, code = Shell(), await ask(home, "phones.code")
        owner = await paired(home)
        monkeypatch.setattr(phones, "MOST", 1)
        # a code that was made before is told why nobody comes in by it
        async with late.connected(home, late.pairing(code)) as connection:
            assert connection is not None
            assert isinstance(await connection.next(), Secret)
            await connection.kept()
            with pytest.raises(Exception, match="ended at home"):
                await connection.next()
        ended = (await operate(home, "GET", "/waiting"))["ended"]
        assert ended == [{"pairing": code["pairing"], "why": "full"}]
        # no further one is made; the control: after one went it is
        with pytest.raises(Exception, match="64 phones"):
            await ask(home, "phones.code")
        await operate(home, "DELETE", f"/{owner.id}")
        assert (await ask(home, "phones.code"))["pairing"]
