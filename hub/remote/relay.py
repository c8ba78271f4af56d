"""The transport by relays: one connection to each broker, by the gate; a topic for each phone's own. I/O.

Read downwards: Relays.run → _keep → _connected → _take → _Line. A relay is asked for the slots in use and
for no others; a slot that floods is not listened to for a while, and disturbs nobody else.
Source: docs/protocols/remote.md, "Relay" and "Presence".
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial

from hub.core import apart
from privacy import base64url
from privacy.client import Destination, GateDeclined, GateLost, OpensTunnels
from privacy.ports import Clock, RandomBytes
from privacy.vocabulary import DataCategory

from . import mqtt, opening, topics
from .broker import Broker, BrokerLost, BrokerRefused, logged_in
from .frames import Code
from .keys import hkdf
from .link import Remote
from .pace import Pace, pause_s
from .relay_book import Relay, RelayBook

log = logging.getLogger(__name__)

ACTIVITY = "remote.access"
CATEGORIES = frozenset(
    {
        DataCategory.ACTUATOR_STATE,
        DataCategory.CLIMATE,
        DataCategory.PRESENCE,
        DataCategory.SAFETY,
        DataCategory.ENERGY,
        DataCategory.HOUSEHOLD,
        DataCategory.DEVICE_NAME,
    }
)
SETTLED_S = 60.0  # a connection that held so long was a good one: the next pause is a short one again
CLIENT_ID_SIZE = 16
WAITING = 4 << 20  # bytes of one connection that its session did not take yet; more ends it
OPENINGS, OPENINGS_PER_S = 8.0, 0.5  # of one slot
MESSAGES, MESSAGES_PER_S = 400.0, 200.0
DEAF_S = 60.0  # so long a slot that floods is not listened to


class _Line:
    """One phone's connection. Follows visits.Line."""

    def __init__(self, broker: Broker, topic: str) -> None:
        self._broker, self._topic = broker, topic
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._size = 0  # of what waits
        self._over = False

    async def send(self, message: bytes) -> None:
        if self._over:
            raise ConnectionResetError
        await self._broker.publish(self._topic, message)

    def close(self, *, at_once: bool = False) -> None:
        if not self._over:
            self._over = True
            self._waiting.put_nowait(None)

    def put(self, message: bytes) -> bool:
        """A message came; False: it finds no room, and is missing."""
        if self._size + len(message) > WAITING:
            return False
        if not self._over:
            self._size += len(message)
            self._waiting.put_nowait(message)
        return True

    async def messages(self) -> AsyncIterator[bytes]:
        """Messages until it ends."""
        while (message := await self._waiting.get()) is not None:
            self._size -= len(message)
            yield message


@dataclass(slots=True, kw_only=True)
class _Slot:
    """What one slot may still send. deaf_until_s: it floods and is not listened to."""

    openings: Pace
    messages: Pace
    deaf_until_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class _Connection:
    """One connection with a broker."""

    relay: Relay
    broker: Broker
    tasks: asyncio.TaskGroup
    lines: dict[tuple[int, bytes], _Line] = field(default_factory=dict)
    places: dict[str, tuple[int, bytes]] = field(default_factory=dict)  # of lines, by their topics
    slots: dict[int, _Slot] = field(default_factory=dict)
    listening: frozenset[int] = frozenset()


@dataclass(slots=True, kw_only=True)
class Way:
    """How it is with a relay. state: unused, waiting, connected, refused (code says by what), lost."""

    state: str = "unused"
    code: str = ""
    sessions: int = 0


def client_id(relay: Relay) -> str:
    """Told to nobody else, and the same each time, also after a power cut.

    A broker that still holds a lost connection of ours ends it, and says its will, before the new one says
    that we are here, and not a minute after.
    """
    made = hkdf(relay.row.password.encode(), relay.route, b"homebase/1 client id", CLIENT_ID_SIZE)
    return base64url.encode(made)


class Relays:
    """All relays of a home. ways: how it is with each."""

    def __init__(
        self, remote: Remote, book: RelayBook, gate: OpensTunnels, clock: Clock, random_bytes: RandomBytes
    ) -> None:
        self._remote, self._book, self._gate = remote, book, gate
        self._clock, self._random_bytes = clock, random_bytes
        self._changed: dict[str, asyncio.Event] = {}
        self._news = asyncio.Event()
        self.ways: dict[str, Way] = {}
        book.changed = self.look

    def look(self) -> None:
        """Something changed, or somebody asks: relays that wait try at once."""
        self._news.set()
        for changed in self._changed.values():
            changed.set()

    async def run(self) -> None:
        """Keep a connection with each relay that has a slot in use, until cancelled."""
        kept: dict[bytes, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._news.clear()
                known = {relay.route: relay for relay in self._book.all()}
                for route in kept.keys() - known.keys():
                    kept.pop(route).cancel()
                for route, relay in known.items():
                    if route not in kept:
                        kept[route] = tasks.create_task(self._keep(relay), name="remote.relay")
                await self._news.wait()

    # one relay

    async def _keep(self, relay: Relay) -> None:
        changed = self._changed[relay.name] = asyncio.Event()
        way = self.ways[relay.name] = Way()
        attempts = 0
        try:
            while True:
                changed.clear()
                if not relay.used():
                    way.state, way.code = "unused", ""
                    await changed.wait()
                    continue
                began_s = self._clock.monotonic()
                await apart(self._attempt(relay, way), "remote.attempt")
                held = self._clock.monotonic() - began_s >= SETTLED_S
                attempts = 0 if held else attempts + 1
                await self._pause(attempts, changed)
        finally:
            if self._changed.get(relay.name) is changed:
                del self._changed[relay.name], self.ways[relay.name]

    async def _pause(self, attempts: int, changed: asyncio.Event) -> None:
        """Wait by chance; whoever looks, or pairs a phone, ends the waiting."""
        try:
            async with asyncio.timeout(pause_s(attempts, self._random_bytes)):
                await changed.wait()
        except TimeoutError:
            return

    async def _attempt(self, relay: Relay, way: Way) -> None:
        """One connection to its end, and what became of it in ``way``; logged where it is news."""
        before = (way.state, way.code)
        way.state = "waiting" if way.state == "unused" else way.state
        try:
            await self._connected(relay, way)
        except GateDeclined as declined:
            now = ("refused", declined.code)
        except GateLost:
            now = ("lost", "gate_away")
        except BrokerRefused as refused:
            now = ("refused", refused.what)
        except ssl.SSLCertVerificationError:
            now = ("refused", "its certificate is not trusted")
        except BrokerLost as lost:
            now = ("lost", str(lost))
        except (OSError, ssl.SSLError) as error:  # the gate cut it, or could not reach the host
            now = ("lost", type(error).__name__)
        else:
            now = ("unused", "")
        way.state, way.code, way.sessions = *now, 0
        if now != before:
            log.warning("relay.away", extra={"relay": relay.name, "state": now[0], "reason": now[1]})

    async def _connected(self, relay: Relay, way: Way) -> None:
        """Returns once no slot is in use; raises when the connection is over before."""
        to = Destination(activity=ACTIVITY, recipient=relay.name, categories=CATEGORIES)
        tunnel = await self._gate.open(to)
        try:
            reader, writer = await tunnel.encrypted(ssl.TLSVersion.TLSv1_3)
        except BaseException:
            tunnel.socket.close()
            raise
        presence = topics.presence(relay.route)
        login = mqtt.Login(
            client_id=client_id(relay),
            user=topics.user(relay.route),
            password=relay.row.password,
            will=(presence, topics.GONE),
        )
        try:
            broker = await logged_in(reader, writer, login, self._clock)
            await self._talk(relay, broker, way)
        finally:
            writer.transport.abort()  # the broker says our will

    async def _talk(self, relay: Relay, broker: Broker, way: Way) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                connection = _Connection(relay=relay, broker=broker, tasks=tasks)
                await self._listen(connection)
                await broker.publish(topics.presence(relay.route), topics.HERE)
                log.info("relay.connected", extra={"relay": relay.name})
                way.state, way.code = "connected", ""
                beside = (
                    tasks.create_task(self._read(connection, way), name="remote.messages"),
                    tasks.create_task(broker.keep(), name="remote.keep"),
                )
                await self._follow(connection)  # returns when nobody needs the relay any more
                for task in beside:
                    task.cancel()
                for line in connection.lines.values():
                    line.close()
        except* BrokerLost as lost:
            raise lost.exceptions[0] from lost

    async def _follow(self, connection: _Connection) -> None:
        """Listen to the slots in use, as they change, until there are none."""
        changed = self._changed[connection.relay.name]
        while connection.relay.used():
            changed.clear()  # what changes from here on is looked at in the next round
            await self._listen(connection)
            deaf = [slot.deaf_until_s for slot in connection.slots.values() if slot.deaf_until_s]
            try:
                async with asyncio.timeout(min(deaf) - self._clock.monotonic() + 0.1 if deaf else None):
                    await changed.wait()
            except TimeoutError:
                continue

    async def _listen(self, connection: _Connection) -> None:
        """Ask the broker for what the slots in use send, and no longer for others."""
        now_s, relay = self._clock.monotonic(), connection.relay
        for slot in connection.slots.values():
            if 0.0 < slot.deaf_until_s <= now_s:
                slot.deaf_until_s = 0.0
        wanted = frozenset(
            number
            for number in relay.used()
            if number not in connection.slots or not connection.slots[number].deaf_until_s
        )
        if fresh := wanted - connection.listening:
            await connection.broker.subscribe(*(topics.up(relay.route, slot) for slot in sorted(fresh)))
        if gone := connection.listening - wanted:
            await connection.broker.unsubscribe(*(topics.up(relay.route, slot) for slot in sorted(gone)))
            for place, line in connection.lines.items():
                if place[0] in gone and relay.slots[place[0]].phone is None:
                    line.close()
        connection.listening = wanted

    # messages

    async def _read(self, connection: _Connection, way: Way) -> None:
        async for message in connection.broker.messages():
            place = connection.places.get(message.topic)
            if place is None:
                place = topics.read_up(message.topic, connection.relay.route)
            if place is None or place[0] not in connection.listening:
                continue
            self._take(connection, place, message.payload)
            way.sessions = len(connection.lines)

    def _take(self, connection: _Connection, place: tuple[int, bytes], payload: bytes) -> None:
        now_s = self._clock.monotonic()
        slot = connection.slots.setdefault(
            place[0],
            _Slot(
                openings=Pace(OPENINGS, OPENINGS_PER_S, now_s), messages=Pace(MESSAGES, MESSAGES_PER_S, now_s)
            ),
        )
        line = connection.lines.get(place)
        if not slot.messages.admits(now_s):
            self._stop_listening(connection, place[0], now_s)
        elif line is not None:
            if not line.put(payload):
                self._remote.end_on(line, Code.GAP)
        elif (
            opening.connection_of(payload) == place[1]
            and not self._remote.is_stopped
            and slot.openings.admits(now_s)
        ):
            self._begin(connection, place, payload)

    def _begin(self, connection: _Connection, place: tuple[int, bytes], payload: bytes) -> None:
        relay, (number, phone_connection) = connection.relay, place
        line = _Line(connection.broker, topics.down(relay.route, number, phone_connection))
        connection.lines[place] = line
        connection.places[topics.up(relay.route, number, phone_connection)] = place
        _ = line.put(payload)
        connection.tasks.create_task(self._serve(connection, place, line), name="remote.phone")

    async def _serve(self, connection: _Connection, place: tuple[int, bytes], line: _Line) -> None:
        relay = connection.relay
        try:
            await self._remote.serve(line, line.messages(), relay.route, partial(relay.admits, place[0]))
        finally:
            line.close()
            del connection.lines[place], connection.places[topics.up(relay.route, *place)]

    def _stop_listening(self, connection: _Connection, number: int, now_s: float) -> None:
        """A slot floods: its sessions end, and the broker is asked for its messages no more for a while."""
        slot = connection.slots[number]
        if not slot.deaf_until_s:
            slot.deaf_until_s = now_s + DEAF_S
            log.warning("relay.flooded", extra={"relay": connection.relay.name, "slot": number})
            for place, line in connection.lines.items():
                if place[0] == number:
                    self._remote.end_on(line, Code.TOO_FAST)  # told, then its transport is closed
            self._changed[connection.relay.name].set()
