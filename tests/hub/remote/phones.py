"""Phones that tests pair with a whole hub, by its WebSocket; and what owners ask of phones, by HTTP."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator

from hub.daemon.phone.connection import Connection, opened_session
from hub.daemon.phone.ways import Closed, SocketPipe
from hub.remote.initiator import Dial, Initiator
from hub.remote.keys import AT_HOME, Mode, pairing_psk
from hub.remote.messages import Hello
from hub.remote.noise import public_key
from hub.remote.phone_session import Paired, Secret, Welcomed
from hub.remote.waiting import MOST_WAITING, Place, Waiting
from hub.remote.words import words
from privacy.system import SystemClock
from tests.hub.home_in_a_box import Home

WAIT_S = 60.0
HELLO = Hello(client="test", name="Phone")


_enter = Waiting.enter


def enter_without_room(self: Waiting, deadline: asyncio.Timeout) -> Place:
    """The guard switched off: in the place of ``Waiting.enter``, where all are taken nobody goes."""
    if len(self._places) >= MOST_WAITING:
        raise ConnectionResetError
    return _enter(self, deadline)


async def ask(home: Home, question: str, **fields: object) -> dict[str, object]:
    """What the gate's console asks the hub."""
    assert home.front.control is not None
    return await home.front.control.ask(question, **fields)


async def operate(home: Home, method: str, path: str, body: object = None) -> dict[str, object]:
    """What an owner asks of phones."""
    async with (
        home.browser(peer="console") as browser,
        browser.request(method, f"/api/v1/phones{path}", json=body) as answer,
    ):
        told = await answer.json() if answer.status != 204 else {}
        assert isinstance(told, dict)
        return told


async def enter_customer_id(home: Home, text: str) -> None:
    """What the owner enters at home."""
    async with (
        home.browser(peer="console") as browser,
        browser.patch("/api/v1/account", json={"customer_id": text}) as answer,
    ):
        assert (await answer.json())["customer_id"] == text


class Shell:
    """A phone: its keys, and how it comes in."""

    def __init__(self) -> None:
        self.private = os.urandom(32)
        self.psk = b""
        self.hub_key = b""

    @property
    def key(self) -> str:
        return public_key(self.private).hex()

    @property
    def id(self) -> str:
        return self.key[:16]

    @contextlib.asynccontextmanager
    async def connected(self, home: Home, dial: Dial | None = None) -> AsyncIterator[Connection | None]:
        dial = dial or Dial(
            mode=Mode.SESSION, hub_key=self.hub_key, private=self.private, psk=self.psk, route=AT_HOME
        )
        async with home.browser() as browser, browser.ws_connect("/session", autoping=False) as socket:
            found = None
            with contextlib.suppress(Closed):  # whoever gives up first: nobody is answered
                pipe = SocketPipe(socket)
                found = await opened_session(pipe, Initiator(dial, os.urandom), HELLO, SystemClock())
            yield found

    def pairing(self, code: dict[str, object]) -> Dial:
        self.hub_key = bytes.fromhex(str(code["hub_key"]))
        return Dial(
            mode=Mode.PAIR,
            hub_key=self.hub_key,
            private=self.private,
            psk=pairing_psk(bytes.fromhex(str(code["secret"])), self.hub_key, AT_HOME),
            route=AT_HOME,
            pairing=bytes.fromhex(str(code["pairing"])),
        )

    async def keep(self, connection: Connection) -> None:
        event = await connection.next()
        assert isinstance(event, Secret)
        self.psk = event.psk
        await connection.kept()


async def waiting(home: Home) -> dict[str, object]:
    async with asyncio.timeout(WAIT_S):
        while True:
            rows = (await operate(home, "GET", "/waiting"))["waiting"]
            assert isinstance(rows, list)
            if rows:
                return dict(rows[0])
            await asyncio.sleep(0.01)


async def paired(home: Home, role: str = "owner", **limits: object) -> Shell:
    shell, code = Shell(), await ask(home, "phones.code")
    async with shell.connected(home, shell.pairing(code)) as connection:
        assert connection is not None
        await shell.keep(connection)
        row = await waiting(home)
        assert row["words"] == list(words(connection.hash))
        admitted = await operate(home, "PUT", f"/waiting/{row['pairing']}", {"role": role, **limits})
        assert admitted.get("role") == role, admitted
        event = await connection.next()
        assert isinstance(event, Paired)
        assert event.facts.role == role
    return shell


async def asked(connection: Connection, name: str, body: object) -> dict[str, object]:
    answer = await connection.ask(name, body, os.urandom)
    told = json.loads(bytes(answer.body if answer.ok else answer.problem))
    return dict(told) if isinstance(told, dict) else {"list": told}


@contextlib.asynccontextmanager
async def session(home: Home, shell: Shell) -> AsyncIterator[Connection]:
    async with shell.connected(home) as connection:
        assert connection is not None
        assert isinstance(await connection.next(), Welcomed)
        yield connection
