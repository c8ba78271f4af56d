"""A hub and its phones with a real Mosquitto between them; the gate's end of tunnels is the test's."""

import asyncio
import contextlib
import os
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.daemon.phone.connection import Connection, opened_session
from hub.daemon.phone.ways import opened
from hub.remote import mqtt
from hub.remote.broker import Broker, BrokerLost, BrokerRefused, logged_in
from hub.remote.initiator import Dial, Initiator
from hub.remote.keys import Mode, pairing_psk
from hub.remote.messages import Hello, mark_told
from hub.remote.noise import public_key
from hub.remote.phone_session import Paired, Secret, Welcomed
from hub.remote.qr import RelayWay
from hub.remote.words import words
from privacy import base64url
from privacy.system import SystemClock
from tests.hub.home_in_a_box import Home, running_home
from tests.hub.remote.phones import operate
from tests.mosquitto import ADMIN, ADMIN_PASSWORD, HOST, Mosquitto, mosquitto

WAIT_S = 60.0
RELAY = "relay"


async def until(true: Callable[[], Any], limit_s: float = WAIT_S) -> Any:
    """Wait for it; a coroutine function is awaited. Returns what came."""
    async with asyncio.timeout(limit_s):
        while True:
            found = true()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(0.02)


@dataclass(kw_only=True)
class Phone:
    """A phone that came by a code: its keys, and its way."""

    private: bytes
    hub_key: bytes
    psk: bytes
    way: RelayWay
    account: str

    @property
    def key(self) -> str:
        return public_key(self.private).hex()

    def dial(self) -> Dial:
        return Dial(
            mode=Mode.SESSION,
            hub_key=self.hub_key,
            private=self.private,
            psk=self.psk,
            route=self.way.route,
        )

    @contextlib.asynccontextmanager
    async def connected(
        self, way: RelayWay | None = None, account: str | None = None
    ) -> AsyncIterator[Connection | None]:
        """By its own way, or another one, with its mark, or another one; None: nobody answers."""
        hello = Hello(client="test", account=self.account if account is None else account)
        async with _connected(way or self.way, self.dial(), hello) as connection:
            yield connection

    @contextlib.asynccontextmanager
    async def session(self) -> AsyncIterator[Connection]:
        async with self.connected() as connection:
            assert connection is not None
            assert isinstance(await connection.next(), Welcomed)
            yield connection


@contextlib.asynccontextmanager
async def _connected(way: RelayWay, dial: Dial, hello: Hello) -> AsyncIterator[Connection | None]:
    handshake = Initiator(dial, os.urandom)
    async with opened(way, handshake.connection, SystemClock(), os.urandom) as pipe:
        yield await opened_session(pipe, handshake, hello, SystemClock())


@dataclass(kw_only=True)
class RelayHome:
    """The hub (``home``) and its relay."""

    home: Home
    broker: Mosquitto
    name: str = RELAY

    async def ask(self, question: str, **fields: object) -> dict[str, Any]:
        """What the gate's console asks the hub."""
        assert self.home.front.control is not None
        return await self.home.front.control.ask(question, **fields)

    async def state(self) -> dict[str, Any]:
        rows = (await self.ask("relays.list"))["relays"]
        return dict(next(row for row in rows if row["name"] == self.name))

    async def is_connected(self) -> bool:
        return bool((await self.state())["state"] == "connected")

    async def add(self) -> dict[str, Any]:
        made = await self.ask(
            "relays.add", name=self.name, host=HOST, tls_port=self.broker.port, wss_port=self.broker.wss_port
        )
        self.broker.learn(made["passwords"], made["acl"])
        return made

    async def code(self) -> tuple[dict[str, Any], RelayWay]:
        code = await self.ask("phones.code")
        row = next(row for row in code["relays"] if row["relay"] == self.name)
        way = RelayWay(
            host=HOST,
            tls_port=self.broker.port,
            wss_port=self.broker.wss_port,
            route=bytes.fromhex(row["route"]),
            slot=row["slot"],
            password=row["password"],
        )
        await until(self.is_connected)
        return code, way

    async def pair(self, role: str = "owner", name: str = "Phone") -> Phone:
        """A phone comes in by the relay alone."""
        code, way = await self.code()
        hub_key, private = bytes.fromhex(code["hub_key"]), os.urandom(32)
        dial = Dial(
            mode=Mode.PAIR,
            hub_key=hub_key,
            private=private,
            psk=pairing_psk(bytes.fromhex(code["secret"]), hub_key, way.route),
            route=way.route,
            pairing=bytes.fromhex(code["pairing"]),
        )
        async with _connected(way, dial, Hello(client="test", name=name)) as connection:
            assert connection is not None
            event = await connection.next()
            assert isinstance(event, Secret)
            await connection.kept()
            row = await until(self._waiting)
            assert row["words"] == list(words(connection.hash))
            await operate(self.home, "PUT", f"/waiting/{row['pairing']}", {"role": role})
            paired = await connection.next()
            assert isinstance(paired, Paired)
        account = base64url.encode(mark_told(paired.facts))
        return Phone(private=private, hub_key=hub_key, psk=event.psk, way=way, account=account)

    async def _waiting(self) -> dict[str, Any] | None:
        rows = (await operate(self.home, "GET", "/waiting"))["waiting"]
        assert isinstance(rows, list)
        return rows[0] if rows else None

    def log_in(
        self, user: str, password: str, client_id: str | None = None, will: tuple[str, bytes] | None = None
    ) -> contextlib.AbstractAsyncContextManager[Broker]:
        """Any user of the broker, by our own client."""
        return broker_user(self.broker, user, password, client_id, will)

    def as_owner_of_the_relay(self) -> contextlib.AbstractAsyncContextManager[Broker]:
        return self.log_in(ADMIN, ADMIN_PASSWORD)


@contextlib.asynccontextmanager
async def broker_user(
    broker: Mosquitto,
    user: str,
    password: str,
    client_id: str | None = None,
    will: tuple[str, bytes] | None = None,
) -> AsyncIterator[Broker]:
    trust = ssl.create_default_context(cafile=str(broker.ca_file))
    reader, writer = await asyncio.open_connection(HOST, broker.port, ssl=trust)
    try:
        known = client_id or base64url.encode(os.urandom(16))
        login = mqtt.Login(client_id=known, user=user, password=password, will=will)
        yield await logged_in(reader, writer, login, SystemClock())
    finally:
        writer.transport.abort()


async def knows(broker: Mosquitto, user: str, password: str) -> bool:
    """Whether the broker lets it in. One that reads its files may close a connection meanwhile."""
    with contextlib.suppress(BrokerRefused, BrokerLost, ConnectionError):
        async with broker_user(broker, user, password):
            return True
    return False


@contextlib.asynccontextmanager
async def relay_home(folder: Path, broker: Mosquitto) -> AsyncIterator[RelayHome]:
    """A hub whose gate allows the relay."""
    folder.mkdir(parents=True, exist_ok=True)
    async with running_home(folder) as home:
        home.front.relays[RELAY] = (HOST, broker.port, broker.ca_file.read_text())
        yield RelayHome(home=home, broker=broker)


@contextlib.contextmanager
def trusted_broker(folder: Path) -> Iterator[Mosquitto]:
    """A broker whose certificate this process trusts, as a phone trusts those of the web."""
    with mosquitto(folder) as broker:
        before = os.environ.get("SSL_CERT_FILE")
        os.environ["SSL_CERT_FILE"] = str(broker.ca_file)
        try:
            yield broker
        finally:
            os.environ.pop("SSL_CERT_FILE")
            if before is not None:
                os.environ["SSL_CERT_FILE"] = before
