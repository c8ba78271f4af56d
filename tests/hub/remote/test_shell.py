"""The shell's phone on bad days: what it says, what it keeps, and how it comes back."""

import argparse
import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.daemon.command_line import CommandFailed
from hub.daemon.commands import phone_client
from hub.daemon.phone import keys
from hub.daemon.phone.connection import SessionLost, connected
from hub.remote import topics
from hub.remote.account import AccountMarks
from hub.remote.frames import Code
from hub.remote.initiator import Dial
from hub.remote.keys import Mode
from hub.remote.noise import public_key
from hub.remote.phone_session import Welcomed
from hub.remote.qr import Home as AtHome
from privacy import base64url
from privacy.system import SystemClock
from tests.hub.home_in_a_box import Home, running_home
from tests.hub.lamp import LAMP
from tests.mosquitto import Mosquitto

from .phones import HELLO, WAIT_S, enter_customer_id, paired, session
from .relay_home import Phone, relay_home, trusted_broker, until

STATE = f"{LAMP}:1.STATE"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with trusted_broker(tmp_path / "broker") as running:
        yield running


def kept(phone: Phone, path: Path) -> argparse.Namespace:
    """Options of a command of that phone."""
    own = keys.PhoneKeys(
        hub_key=phone.hub_key,
        gate_key=bytes(32),
        private=phone.private,
        psk=phone.psk,
        ways=(phone.way,),
        account=base64url.decode(phone.account) or b"",
    )
    keys.write(path, own)
    return argparse.Namespace(keys=path, json=True)


async def test_an_opening_that_was_sent_before_the_home_came_is_answered_when_it_comes(
    tmp_path: Path, broker: Mosquitto
) -> None:
    async with relay_home(tmp_path / "hub", broker) as there:
        await there.add()
        phone = await there.pair()
        # given a home that is not at the relay
        there.home.front.refuses = "withdrawn"
        there.home.front.cut_tunnels()
        await until(lambda: there.home.front.tunnels == [])

        async def comes_back() -> None:
            async with there.as_owner_of_the_relay() as watching:
                await watching.subscribe(f"hb1/+/{phone.way.slot}/+/u")
                async for message in watching.messages():
                    if topics.read_up(message.topic, phone.way.route) is not None:
                        break
            there.home.front.refuses = ""
            await until(there.is_connected)

        # when the phone spoke first, then it is answered all the same
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(comes_back())
            await asyncio.sleep(0.3)
            async with phone.connected() as connection:
                assert connection is not None
                assert isinstance(await connection.next(), Welcomed)


async def test_who_watches_is_told_again_after_the_home_left_the_relay_and_came(
    tmp_path: Path, broker: Mosquitto, capsys: pytest.CaptureFixture[str]
) -> None:
    async with relay_home(tmp_path / "hub", broker) as there:
        await there.add()
        options = kept(await there.pair(), tmp_path / "phone.json")
        there.home.lamp.report(STATE, False)
        watching = asyncio.create_task(phone_client._watch(options))
        said, errors = "", ""

        def told(value: bool) -> bool:
            nonlocal said, errors
            out, err = capsys.readouterr()
            said, errors = said + out, errors + err
            return any(json.loads(line)["value"] is value for line in said.splitlines())

        try:
            await until(lambda: told(False))
            there.home.front.cut_tunnels()
            await until(lambda: there.home.front.tunnels == [])
            await until(there.is_connected)
            there.home.lamp.report(STATE, True)
            await until(lambda: told(True))
            assert errors == "homebase: the connection with the home was lost; trying again\n"
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching


async def test_a_phone_at_the_wrong_hour_is_told_so(tmp_path: Path) -> None:
    async with running_home(tmp_path) as home:
        shell = await paired(home, "guest")
        async with session(home, shell) as connection:
            phones: Any = home.house.phones
            phones._desk._admission._visits.end(bytes.fromhex(shell.key), Code.NOT_NOW)
            with pytest.raises(CommandFailed, match="none of this phone's hours") as failed:
                await connection.next()
            assert not isinstance(failed.value, SessionLost)


async def test_where_nobody_answers_every_way_is_named_and_what_to_do() -> None:
    def dial(route: bytes) -> Dial:
        key = public_key(os.urandom(32))
        return Dial(mode=Mode.SESSION, hub_key=key, private=os.urandom(32), psk=bytes(32), route=route)

    ways = (AtHome(origin="http://127.0.0.1:1"), AtHome(origin="http://127.0.0.1:2"))
    async with asyncio.timeout(WAIT_S):
        with pytest.raises(CommandFailed, match=r"127\.0\.0\.1:1: .*127\.0\.0\.1:2: .*try again later"):
            async with connected(dial, ways, HELLO, SystemClock(), os.urandom):
                raise AssertionError("nobody is there")


async def test_a_code_is_not_spent_where_keys_are_already(tmp_path: Path) -> None:
    path = tmp_path / "phone.json"
    path.touch(0o600)
    with pytest.raises(CommandFailed, match="there already; use --keys"):  # standard input is not even read
        await phone_client._pair(argparse.Namespace(keys=path, name="x"))


# the account's mark


@contextlib.asynccontextmanager
async def door_of(home: Home) -> AsyncIterator[AtHome]:
    """The way at home: a port that leads to the hub as the gate's does, and says who comes."""

    async def pass_on(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await source.read(65536):
                to.write(data)
                await to.drain()
        to.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outward = await asyncio.open_unix_connection(home.front.run_folder / "front.sock")
        outward.write(await reader.readline() + b"Homebase-Peer: 127.0.0.1\r\n")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(pass_on(reader, outward))
            tasks.create_task(pass_on(inner, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield AtHome(origin=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")


def without_mark(phone: Phone, path: Path, way: Any) -> argparse.Namespace:
    options = kept(phone, path)
    keys.write(path.with_suffix(".new"), replace(keys.read(path), ways=(way,), account=b""))
    path.with_suffix(".new").replace(path)
    return options


async def test_the_mark_that_welcome_tells_at_home_is_kept_and_opens_a_relay(
    tmp_path: Path, broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with relay_home(tmp_path / "hub", broker) as there:
        await there.add()
        await enter_customer_id(there.home, "Kd-4711081547")
        phone, path = await there.pair(), tmp_path / "phone.json"
        async with door_of(there.home) as way:
            options = without_mark(phone, path, way)
            await phone_client._devices(options)
            learned = keys.read(path)
            assert learned.account == base64url.decode(phone.account)
            # the control: of a hub that tells another mark, that one is kept, and it opens nothing
            with monkeypatch.context() as hostile:
                hostile.setattr(AccountMarks, "mark", lambda *_: bytes(32))
                await phone_client._devices(options)
            assert keys.read(path).account == bytes(32)
            anothers = keys.read(path)
            # and one that tells none, an older one, is a home without marks
            with monkeypatch.context() as older:
                older.setattr(AccountMarks, "mark", lambda *_: b"")
                await phone_client._devices(options)
            assert keys.read(path).account == b""
        for name, mine in (("right", learned), ("wrong", anothers)):
            far = tmp_path / f"{name}.json"
            keys.write(far, replace(mine, ways=(phone.way,)))
            outcome = (
                contextlib.nullcontext()
                if name == "right"
                else pytest.raises(CommandFailed, match="not known")
            )
            with outcome:
                await phone_client._devices(argparse.Namespace(keys=far, json=True))


async def test_a_mark_that_a_relay_tells_since_paired_was_lost_is_kept(
    tmp_path: Path, broker: Mosquitto
) -> None:
    async with relay_home(tmp_path / "hub", broker) as there:
        await there.add()
        phone, path = await there.pair(), tmp_path / "phone.json"
        options = without_mark(phone, path, phone.way)
        with pytest.raises(SessionLost):  # it is told, and asked nothing
            await phone_client._devices(options)
        assert keys.read(path).account == base64url.decode(phone.account)
        await phone_client._devices(options)
        # the control: once it showed its mark no relay tells it, and nothing is learned
        forgetful = without_mark(phone, tmp_path / "forgetful.json", phone.way)
        with pytest.raises(CommandFailed, match="not known"):
            await phone_client._devices(forgetful)
        assert keys.read(forgetful.keys).account == b""


async def test_devices_are_the_table_that_is_printed_at_home_too(
    tmp_path: Path, broker: Mosquitto, capsys: pytest.CaptureFixture[str]
) -> None:
    async with relay_home(tmp_path / "hub", broker) as there:
        await there.add()
        options = kept(await there.pair(), tmp_path / "phone.json")
        options.json = False
        there.home.lamp.report(STATE, True)
        await phone_client._devices(options)
        told = capsys.readouterr().out
        head, *rows = told.splitlines()
        assert head.split() == ["ADDRESS", "MODEL", "FIRMWARE", "NAME", "STATE", "VALUES"]
        assert [row.split()[0] for row in rows] == sorted(row.split()[0] for row in rows)
        assert any(row.startswith(str(LAMP)) and "1.STATE on (" in row for row in rows)
