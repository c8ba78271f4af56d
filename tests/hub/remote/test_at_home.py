"""Sessions with a whole hub over its WebSocket: who gets an answer, what is executed, what survives."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import aiohttp
import msgspec
import pytest

from hub.contract import StoreError
from hub.remote.initiator import Dial, Initiator
from hub.remote.keys import AT_HOME, Mode
from hub.remote.messages import Hello, Request
from hub.remote.phone_session import Answered, Welcomed
from hub.remote.store import PhoneRecords
from privacy import base64url
from privacy.rights import Scope
from tests.hub.home_in_a_box import Home, running_home
from tests.hub.lamp import LAMP

from .phones import Shell, ask, asked, operate, paired, session, waiting

WAIT_S = 60.0
HELLO = Hello(client="test", name="Phone")
STATE = f"{LAMP}:1.STATE"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with running_home(tmp_path) as running:
        yield running


async def test_a_paired_phone_asks_what_its_role_may_and_is_known_after_a_restart(tmp_path: Path) -> None:
    async with running_home(tmp_path) as home:
        guest = await paired(home, "guest")
        (listed,) = cast("list[dict[str, object]]", (await operate(home, "GET", ""))["phones"])
        assert listed["last_seen"] is not None  # to be paired is to be here
        async with session(home, guest) as connection:
            assert (await asked(connection, "health", {}))["status"] == "ok"
            assert (await asked(connection, "rooms.add", {"name": "Attic"}))["code"] == "forbidden"
            assert (await asked(connection, "no.such", {}))["code"] == "unknown_path"
            assert (await asked(connection, "datapoints.set", {"id": STATE}))["code"] == "missing_field"
    async with running_home(tmp_path) as home:
        async with session(home, guest) as connection:
            assert (await asked(connection, "session.read", {}))["role"] == "guest"
        (listed,) = cast("list[dict[str, object]]", (await operate(home, "GET", ""))["phones"])
        assert (listed["name"], listed["role"], listed["id"]) == ("Phone", "guest", guest.key[:16])
        assert listed["last_seen"] is not None


async def test_who_has_no_key_gets_no_byte_for_ten_seconds(home: Home) -> None:
    known, stranger, without = await paired(home), Shell(), Shell()
    without.private = known.private

    def opening(shell: Shell) -> bytes:
        psk, hub_key = os.urandom(32), known.hub_key
        dial = Dial(mode=Mode.SESSION, hub_key=hub_key, private=shell.private, psk=psk, route=AT_HOME)
        return Initiator(dial, os.urandom).opening

    async def silence_after(first: bytes) -> None:
        async with home.browser() as browser, browser.ws_connect("/session", autoping=False) as socket:
            await socket.send_bytes(first)
            await socket.ping()
            begin = asyncio.get_running_loop().time()
            message = await socket.receive(timeout=WAIT_S)
            # then the first thing that comes is the end, without a word, and not before ten seconds
            assert asyncio.get_running_loop().time() - begin >= 9.5
            assert message.type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}, message

    async with asyncio.TaskGroup() as tasks:
        for first in (opening(stranger), opening(without), os.urandom(280), b"GET / HTTP/1.1"):
            tasks.create_task(silence_after(first))
    # and the control: the right one is answered
    async with session(home, known):
        pass


async def test_a_pending_phone_may_ask_nothing_and_a_refused_one_is_gone(home: Home) -> None:
    shell, code = Shell(), await ask(home, "phones.code")
    async with shell.connected(home, shell.pairing(code)) as connection:
        assert connection is not None
        await shell.keep(connection)
        row = await waiting(home)
    async with shell.connected(home) as connection:
        assert connection is not None
        event = await connection.next()
        assert isinstance(event, Welcomed)
        assert event.welcome.phone is None
        assert (await asked(connection, "devices.list", {}))["code"] == "no_session"
    await operate(home, "DELETE", f"/waiting/{row['pairing']}")
    late = await operate(home, "PUT", f"/waiting/{row['pairing']}", {"role": "owner"})
    assert late["code"] == "unknown_phone"
    assert (await operate(home, "GET", ""))["phones"] == []
    # to say no once more changes nothing; what never was, or is in, is not "refused"
    assert await operate(home, "DELETE", f"/waiting/{row['pairing']}") == {}
    code = await ask(home, "phones.code")
    async with shell.connected(home, shell.pairing(code)) as connection:
        assert connection is not None
        await shell.keep(connection)
        pairing = (await waiting(home))["pairing"]
        await operate(home, "PUT", f"/waiting/{pairing}", {"role": "guest"})
    for unknown in (pairing, "00112233aabbccdd"):
        told = await operate(home, "DELETE", f"/waiting/{unknown}")
        assert (told["code"], told["value"]) == ("unknown_phone", unknown)
    (row,) = cast("list[dict[str, object]]", (await operate(home, "GET", ""))["phones"])
    assert row["role"] == "guest"


async def test_a_removed_phone_is_out_within_a_second(home: Home) -> None:
    shell = await paired(home)
    async with session(home, shell) as connection:
        begin = asyncio.get_running_loop().time()
        assert (await operate(home, "DELETE", f"/{shell.key[:16]}"))["key"] == "none"
        with pytest.raises(Exception, match="removed at home"):
            await connection.next()
        assert asyncio.get_running_loop().time() - begin < 1.0


async def test_a_command_whose_phone_was_cut_off_is_executed_once(home: Home) -> None:
    shell = await paired(home)
    request_id = base64url.encode(os.urandom(16))
    body = msgspec.Raw(msgspec.json.encode({"name": "Attic"}))
    for turn in range(2):
        async with session(home, shell) as connection:
            connection._session.request(Request(id=request_id, name="rooms.add", body=body))
            await connection.flush()
            if turn == 0:
                continue  # cut off before its answer is read
            event = await connection.next()
            assert isinstance(event, Answered)
            assert event.answer.ok
    # then there is one such room; the control: under another id it is asked again, and refused by its name
    assert [room.name for room in home.house.rooms.all()].count("Attic") == 1
    async with session(home, shell) as connection:
        assert (await asked(connection, "rooms.add", {"name": "Attic"}))["code"] == "name_taken"


async def test_messages_of_the_greatest_size_pass_both_ways(home: Home) -> None:
    # a request and its answer of more than 16 KiB each travel in messages of 65,543 bytes
    async with session(home, await paired(home)) as connection:
        refused = await asked(connection, "datapoints.set", {"id": STATE, "value": "x" * 40_000})
        assert refused["code"] == "wrong_type"
        listed = await asked(connection, "devices.list", {})
        assert listed["devices"]


async def test_events_come_as_they_do_by_the_api(home: Home) -> None:
    shell = await paired(home)
    async with session(home, shell) as connection:
        events = connection.follow(os.urandom)
        first = json.loads(await anext(events))
        assert first["seq"] == 1
        assert "snapshot" in first
        async with session(home, await paired(home)) as other:
            await asked(other, "rooms.add", {"name": "Cellar"})
        while "rooms" not in (told := json.loads(await anext(events))):
            pass
        assert told["rooms"][-1]["name"] == "Cellar"


async def test_a_secret_that_can_not_be_written_as_spent_opens_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise StoreError("full", "the disk is full")

    shell, code = Shell(), await ask(home, "phones.code")
    with monkeypatch.context() as patched:
        patched.setattr(PhoneRecords, "spend", full)
        async with shell.connected(home, shell.pairing(code)) as connection:
            assert connection is not None
            with pytest.raises(Exception, match="ended at home"):
                await connection.next()
    ended = (await operate(home, "GET", "/waiting"))["ended"]
    assert ended == [{"pairing": code["pairing"], "why": "not_written"}]
    # the control: with a disk that writes, the same is a pairing
    assert (await paired(home)).psk


async def test_an_erasure_of_the_installation_ends_phones_too(home: Home) -> None:
    shell = await paired(home)
    async with session(home, shell) as connection:
        await home.house.rights.erase(Scope())
        with pytest.raises(Exception, match="removed at home"):
            await connection.next()
    assert (await operate(home, "GET", ""))["phones"] == []
