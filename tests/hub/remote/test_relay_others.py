"""Who else is at the relay: guests, strangers, its owner. None reads, writes or disturbs; with controls."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.daemon.command_line import CommandFailed
from hub.daemon.phone import connection as phones
from hub.remote import mqtt, relay, topics
from hub.remote.broker import Broker, BrokerLost, BrokerRefused
from hub.remote.initiator import Dial, Initiator
from hub.remote.keys import CONNECTION_SIZE, Mode, pairing_psk
from hub.remote.phone_session import Welcomed
from hub.remote.transport import MOST_WIRE, WIRE_SIZES
from hub.remote.waiting import MOST_WAITING, Waiting
from privacy import base64url
from tests.hub.lamp import LAMP
from tests.mosquitto import Mosquitto

from .phones import enter_customer_id, enter_without_room
from .relay_home import Phone, RelayHome, relay_home, until

STATE = f"{LAMP}:1.STATE"
CANARY = "Kanarienvogel-8155"
CUSTOMER = "4711081547"
QUIET_S = 1.0


@pytest.fixture
async def there(tmp_path: Path, broker: Mosquitto) -> AsyncIterator[RelayHome]:
    async with relay_home(tmp_path / "hub", broker) as running:
        await running.add()
        yield running


class Ears:
    """What a user of the broker hears."""

    def __init__(self) -> None:
        self.heard: list[mqtt.Message] = []

    async def listen(self, broker: Broker) -> None:
        with contextlib.suppress(BrokerLost):
            async for message in broker.messages():
                self.heard.append(message)


@contextlib.asynccontextmanager
async def listening(broker: Broker, *wanted: str) -> AsyncIterator[Ears]:
    """Everything that comes meanwhile."""
    ears = Ears()
    await broker.subscribe(*wanted)
    assert isinstance(await broker.next(), mqtt.Subscribed)
    async with asyncio.TaskGroup() as tasks:
        hearing = tasks.create_task(ears.listen(broker))
        yield ears
        await asyncio.sleep(QUIET_S)
        hearing.cancel()


def as_slot(there: RelayHome, phone: Phone) -> contextlib.AbstractAsyncContextManager[Broker]:
    """With what the phone's code holds, by a client of the attacker's own."""
    return there.log_in(topics.user(phone.way.route, phone.way.slot), phone.way.password)


async def works(phone: Phone) -> None:
    async with phone.session() as connection:
        answer = await connection.ask("datapoints.set", {"id": STATE, "value": True}, os.urandom)
        assert answer.ok


# a guest with a client of its own


async def test_a_guest_reads_nothing_of_another_slot(there: RelayHome) -> None:
    owner, guest = await there.pair(), await there.pair("guest")
    route = base64url.encode(owner.way.route)
    wanted = ("#", "+/#", f"hb1/{route}/#", f"hb1/{route}/{owner.way.slot}/+/d", f"hb1/{route}/+/+/u")
    async with as_slot(there, guest) as spying, listening(spying, *wanted) as ears:
        await works(owner)
    assert [message.topic for message in ears.heard if not message.topic.endswith("/presence")] == []


async def test_with_one_shared_password_a_guest_reads_the_owners_frames(there: RelayHome) -> None:
    # the control: the same broker and the same spying, but a user who may read the whole route
    owner = await there.pair()
    route = base64url.encode(owner.way.route)
    there.broker.add_user("shared", "one password for all of them", f"topic readwrite hb1/{route}/#")
    async with (
        there.log_in("shared", "one password for all of them") as spying,
        listening(spying, f"hb1/{route}/#") as ears,
    ):
        await works(owner)
    ways = {message.topic[-2:] for message in ears.heard}
    assert {"/u", "/d"} <= ways


async def test_a_guest_writes_into_no_other_slot(there: RelayHome) -> None:
    owner, guest = await there.pair(), await there.pair("guest")
    connection = os.urandom(CONNECTION_SIZE)
    places = [
        topics.up(owner.way.route, owner.way.slot, connection),
        topics.down(owner.way.route, owner.way.slot, connection),
        topics.down(owner.way.route, guest.way.slot, connection),
        topics.presence(owner.way.route),
    ]
    async with there.as_owner_of_the_relay() as seeing, listening(seeing, "hb1/#") as ears:
        async with as_slot(there, guest) as writing:
            for place in places:
                await writing.publish(place, os.urandom(280))
            # what it may write does arrive: it was connected all the while
            await writing.publish(topics.up(guest.way.route, guest.way.slot, connection), bytes(280))
            await asyncio.sleep(QUIET_S)
        # given the control: the relay's owner, who may, is heard at each of these places
        for place in places:
            await seeing.publish(place, bytes(1))
    own = topics.up(guest.way.route, guest.way.slot, connection)
    assert [message.topic for message in ears.heard] == [own, *places]
    await works(owner)


async def test_a_guest_retains_nothing_and_sends_nothing_larger_than_a_message(there: RelayHome) -> None:
    guest = await there.pair("guest")
    place = topics.up(guest.way.route, guest.way.slot, os.urandom(CONNECTION_SIZE))
    retained = bytearray(mqtt.publish(place, bytes(280)))
    retained[0] |= 1
    for packet in (bytes(retained), mqtt.publish(place, bytes(MOST_WIRE + 1))):
        async with (
            as_slot(there, guest) as writing,
            there.as_owner_of_the_relay() as seeing,
            listening(seeing, "hb1/#") as ears,
        ):
            with contextlib.suppress(BrokerLost):
                await writing.send(packet)
        assert ears.heard == []


async def test_nobody_throws_the_hub_out_and_who_knows_a_client_id_could(there: RelayHome) -> None:
    owner, guest = await there.pair(), await there.pair("guest")
    user = topics.user(guest.way.route, guest.way.slot)
    async with owner.session() as connection:
        guesses = [topics.user(owner.way.route), topics.user(owner.way.route, owner.way.slot), "homebase", ""]
        for client_id in [*guesses, *(base64url.encode(os.urandom(16)) for _ in range(20))]:
            with contextlib.suppress(BrokerLost, BrokerRefused):
                async with there.log_in(user, guest.way.password, client_id or None):
                    pass
        answer = await connection.ask("health", {}, os.urandom)
        assert answer.ok
        assert await there.is_connected()
    # the control: a client id that somebody else knows is enough to end that client's connection
    async with there.log_in(user, guest.way.password, "known-to-others") as victim:
        async with there.as_owner_of_the_relay() as other:
            await other.subscribe("hb1/#")
        async with there.log_in(
            topics.user(owner.way.route, owner.way.slot), owner.way.password, "known-to-others"
        ):
            with pytest.raises(BrokerLost):
                async with asyncio.timeout(60):
                    await victim.next()


# strangers


async def test_no_password_no_entry(there: RelayHome) -> None:
    guest = await there.pair("guest")
    user = topics.user(guest.way.route, guest.way.slot)
    for name, password in ((user, "wrong"), ("", ""), ("nobody", "x"), (user + "x", guest.way.password)):
        with pytest.raises((BrokerRefused, BrokerLost)):
            async with there.log_in(name, password):
                pass
    async with there.log_in(user, guest.way.password):
        pass


async def test_who_has_no_key_gets_no_byte_back(there: RelayHome) -> None:
    owner, guest = await there.pair(), await there.pair("guest")
    code, way = await there.code()

    def opening(dial: Dial) -> Initiator:
        return Initiator(dial, os.urandom)

    hub_key = owner.hub_key
    stranger = Dial(
        mode=Mode.SESSION, hub_key=hub_key, private=os.urandom(32), psk=os.urandom(32), route=way.route
    )
    secret = bytes.fromhex(code["secret"])
    wrong = Dial(
        mode=Mode.PAIR,
        hub_key=hub_key,
        private=os.urandom(32),
        psk=pairing_psk(os.urandom(16), hub_key, way.route),
        route=way.route,
        pairing=bytes.fromhex(code["pairing"]),
    )
    right = Dial(
        mode=Mode.PAIR,
        hub_key=hub_key,
        private=os.urandom(32),
        psk=pairing_psk(secret, hub_key, way.route),
        route=way.route,
        pairing=bytes.fromhex(code["pairing"]),
    )
    tries = [
        (stranger, guest.way.slot),  # with a slot's password, without a key
        (guest.dial(), owner.way.slot),  # a guest's key in the owner's slot
        (owner.dial(), way.slot),  # and the owner's in the slot of a code
        (wrong, way.slot),  # another secret
        (right, guest.way.slot),  # the right one, in another slot
    ]
    async with there.as_owner_of_the_relay() as seeing, listening(seeing, "hb1/#") as ears:
        for dial, slot in tries:
            handshake = opening(dial)
            # by the relay itself, which may write everywhere
            place = topics.up(dial.route, slot, handshake.connection)
            await seeing.publish(place, handshake.opening)
            await seeing.publish(
                topics.up(dial.route, slot, os.urandom(16)), handshake.opening
            )  # another topic
        await asyncio.sleep(QUIET_S)
        assert [message for message in ears.heard if message.topic.endswith("/d")] == []
        # the control: in its place the right one is answered
        handshake = opening(right)
        await seeing.publish(topics.up(right.route, way.slot, handshake.connection), handshake.opening)
        answered = await until(lambda: [one for one in ears.heard if one.topic.endswith("/d")])
        assert handshake.answer(answered[0].payload) is not None


# the relay itself


@pytest.mark.obligation("Q6.4-b")
async def test_the_relays_full_view_holds_nothing_but_five_sizes(there: RelayHome) -> None:
    await enter_customer_id(there.home, CUSTOMER)
    async with there.as_owner_of_the_relay() as seeing, listening(seeing, "#") as ears:
        phone = await there.pair(name=CANARY)
        async with phone.session() as connection:
            told: list[bytes] = []
            for name, body in (
                ("rooms.add", {"name": CANARY}),
                ("account.read", {}),
                ("rooms.list", {}),
                ("devices.list", {}),
                ("datapoints.set", {"id": STATE, "value": True}),
            ):
                answer = await connection.ask(name, body, os.urandom)
                told.append(bytes(answer.body if answer.ok else answer.problem))
    plain = b"".join(told)
    # the control: the phone was told all of it
    assert CANARY.encode() in plain
    assert CUSTOMER.encode() in plain
    assert b"LAMP000001" in plain
    heard = [message for message in ears.heard if not message.topic.endswith("/presence")]
    assert len(heard) > 12
    assert {len(message.payload) for message in heard} <= WIRE_SIZES
    everything = b"\n".join(one.topic.encode() + b" " + one.payload for one in ears.heard)
    for secret in (CANARY, CUSTOMER, "LAMP000001", "STATE", phone.way.password, "Homebase", "owner"):
        assert secret.encode() not in everything
    for key in (phone.hub_key, phone.psk, bytes.fromhex(phone.key)):
        assert key not in everything
    log = there.broker.log
    assert CANARY not in log
    assert base64url.encode(phone.way.route) not in log


# floods


async def test_a_slot_that_floods_is_not_listened_to_and_the_others_go_on(
    there: RelayHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "DEAF_S", 3.0)
    owner, guest = await there.pair(), await there.pair("guest")
    async with owner.session() as connection, guest.session() as guests, as_slot(there, guest) as flooding:
        place = topics.up(guest.way.route, guest.way.slot, os.urandom(CONNECTION_SIZE))
        for _ in range(2000):
            await flooding.publish(place, bytes(280))
        # its own session ends, and the owner's is answered
        with pytest.raises(CommandFailed, match=r"lost|too much at once"):
            async with asyncio.timeout(60):
                await guests.next()
        for _ in range(5):
            assert (await connection.ask("health", {}, os.urandom)).ok
    # and after a while it is listened to again
    async with asyncio.timeout(120):
        while True:
            async with guest.connected() as again:
                if again is not None and isinstance(await again.next(), Welcomed):
                    break


async def test_control_without_the_pace_a_slot_that_floods_goes_on(
    there: RelayHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "MESSAGES", 1e9)
    guest = await there.pair("guest")
    async with guest.session() as guests, as_slot(there, guest) as flooding:
        place = topics.up(guest.way.route, guest.way.slot, os.urandom(CONNECTION_SIZE))
        for _ in range(2000):
            await flooding.publish(place, bytes(280))
        assert (await guests.ask("health", {}, os.urandom)).ok


async def test_a_flood_of_openings_keeps_nobody_else_out(there: RelayHome) -> None:
    owner, guest = await there.pair(), await there.pair("guest")
    async with as_slot(there, guest) as flooding:
        await flood_of_openings(guest, flooding)
        async with asyncio.timeout(60), owner.session() as connection:
            answer = await connection.ask("rooms.list", {}, os.urandom)
            assert json.loads(bytes(answer.body)) is not None


async def test_control_without_pace_and_room_openings_keep_the_owner_out(
    there: RelayHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "OPENINGS", 1e9)
    monkeypatch.setattr(Waiting, "enter", enter_without_room)
    monkeypatch.setattr(phones, "ANSWER_S", 4.0)  # without a flood it is well under one
    owner, guest = await there.pair(), await there.pair("guest")
    async with as_slot(there, guest) as flooding:
        await flood_of_openings(guest, flooding)
        async with owner.connected() as answered:
            assert answered is None


@pytest.mark.parametrize("makes_room", [True, False], ids=["room", "control"])
async def test_more_connections_than_there_are_places_keep_nobody_else_out(
    there: RelayHome, monkeypatch: pytest.MonkeyPatch, makes_room: bool
) -> None:
    owner, guests = await there.pair(), [await there.pair("guest") for _ in range(3)]
    if not makes_room:
        monkeypatch.setattr(Waiting, "enter", enter_without_room)
        monkeypatch.setattr(phones, "ANSWER_S", 4.0)

    async def is_flooded() -> bool:
        return bool((await there.state())["sessions"] >= MOST_WAITING)

    # when each slot opens as many at once as it may, in all half as many again as there are places
    async with contextlib.AsyncExitStack() as stack:
        for guest in guests:
            flooding = await stack.enter_async_context(as_slot(there, guest))
            await flood_of_openings(guest, flooding, int(relay.OPENINGS))
        await until(is_flooded)
        async with owner.connected() as answered:
            assert (answered is not None) is makes_room


async def flood_of_openings(guest: Phone, flooding: Broker, number: int = 300) -> None:
    for _ in range(number):
        handshake = Initiator(guest.dial(), os.urandom)  # each of them authentic
        await flooding.publish(
            topics.up(guest.way.route, guest.way.slot, handshake.connection), handshake.opening
        )
