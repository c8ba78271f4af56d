"""Sessions through a real Mosquitto: paired, answered and set by it alone; what is lost comes back."""

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from hub.daemon.command_line import CommandFailed
from hub.daemon.phone.connection import Connection
from hub.home.permits import Moment
from hub.remote import link, mqtt, relay, topics
from hub.remote.admission import LOOK_S
from hub.remote.broker import Broker
from hub.remote.frames import Code
from hub.remote.relay_book import Relay
from hub.remote.relay_records import RelayRow
from hub.remote.visits import Visit
from hub.remote.waiting import MOST_WAITING
from tests.hub.lamp import LAMP
from tests.mosquitto import HOST, Mosquitto, mosquitto

from .phones import operate
from .relay_home import RELAY, WAIT_S, Phone, RelayHome, relay_home, until

STATE = f"{LAMP}:1.STATE"
QUIET_S = 0.5
FULL = 1 << 16  # bytes that may wait where little room is


@pytest.fixture
async def there(tmp_path: Path, broker: Mosquitto) -> AsyncIterator[RelayHome]:
    async with relay_home(tmp_path / "hub", broker) as running:
        yield running


async def switched(connection: Connection, *, on: bool = True) -> bool:
    answer = await connection.ask("datapoints.set", {"id": STATE, "value": on}, os.urandom)
    return bool(json.loads(bytes(answer.body))["value"] is on)


async def switches(phone: Phone) -> bool:
    """Whether the phone gets in now, and switches the lamp."""
    with contextlib.suppress(CommandFailed, Exception):
        async with phone.session() as connection:
            return await switched(connection)
    return False


async def presence(broker: Broker, limit_s: float = WAIT_S) -> bytes:
    async with asyncio.timeout(limit_s):
        async for message in broker.messages():
            if message.topic.endswith("/presence"):
                return message.payload
    raise AssertionError("the broker is gone")


async def test_a_phone_that_follows_a_quiet_home_stays_connected(
    there: RelayHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.daemon.phone.connection.PING_S", 0.1)
    await there.add()
    phone, other = await there.pair(), await there.pair("guest")
    async with phone.session() as connection, asyncio.timeout(WAIT_S):
        told = connection.follow(os.urandom)
        await anext(told)

        async def switch_later() -> None:
            await asyncio.sleep(1.5)  # fifteen times nothing came
            assert await switches(other)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(switch_later())
            while STATE not in (await anext(told)).decode():
                pass


async def test_a_relay_that_says_nothing_any_more_is_left(
    there: RelayHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.remote.mqtt.KEEP_ALIVE_S", 1)
    monkeypatch.setattr("hub.remote.broker.PONG_S", 0.5)
    await there.add()
    phone = await there.pair()
    assert there.broker.process is not None
    there.broker.process.send_signal(signal.SIGSTOP)
    try:
        await until(lambda: _lost(there))
    finally:
        there.broker.process.send_signal(signal.SIGCONT)
    await until(there.is_connected, 120.0)
    assert await switches(phone)


@pytest.mark.obligation("Q6.4-b")
async def test_a_phone_is_paired_and_switches_a_lamp_by_the_relay_alone(there: RelayHome) -> None:
    await there.add()
    phone = await there.pair()
    async with phone.session() as connection:
        assert await switched(connection)
        state = await there.state()
        assert (state["used"], state["burned"]) == ([phone.way.slot], [])
        assert state["sessions"] == 1
    assert len(there.home.lamp.causes) == 1


@pytest.mark.parametrize("room", [FULL, relay.WAITING], ids=["full", "control"])
async def test_what_finds_no_room_ends_the_session_which_is_told(
    there: RelayHome, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    await there.add()
    phone, reads = await there.pair(), asyncio.Event()
    reads.set()

    async def held(_: Visit) -> None:
        await reads.wait()

    monkeypatch.setattr(Visit, "room", held)
    monkeypatch.setattr(relay, "WAITING", room)
    async with phone.session() as connection, asyncio.timeout(WAIT_S):
        reads.clear()  # the hub reads no further, as where too much waits to be sent
        for _ in range(300):  # 84,000 bytes, and well more than 64 messages
            connection._session.ping()
            await connection.flush()
        if room == FULL:
            with pytest.raises(CommandFailed, match="lost"):
                await connection.next()
            ended = connection._session.ended
            assert ended is not None
            assert (ended.code, ended.by_peer) == (Code.GAP, True)
        else:
            await asyncio.sleep(QUIET_S)
            reads.set()
            assert await switched(connection)  # nothing was missing
    reads.set()
    assert await switches(phone)


async def test_strangers_at_home_keep_nobody_out_who_comes_by_a_relay(
    there: RelayHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "HALF_OPEN_S", 120.0)  # none of them goes by itself
    await there.add()
    phone, waiting = await there.pair(), list[aiohttp.ClientWebSocketResponse]()
    async with contextlib.AsyncExitStack() as stack:
        browser = await stack.enter_async_context(there.home.browser())
        for _ in range(MOST_WAITING):
            waiting.append(await stack.enter_async_context(browser.ws_connect("/session")))
        assert await switches(phone)
        # and nobody made room: with one count for both the oldest would be out
        with pytest.raises(TimeoutError):
            await waiting[0].receive(0.5)


async def test_a_relay_that_nobody_has_a_slot_at_is_not_spoken_with(there: RelayHome) -> None:
    await there.add()
    await asyncio.sleep(0.5)
    assert (await there.state())["state"] == "unused"
    assert there.home.front.tunnels == []
    # when a code is shown, it is; and no longer once the code is over and its slot burned
    code, way = await there.code()
    await operate(there.home, "DELETE", f"/waiting/{code['pairing']}")
    await until(lambda: there.home.front.tunnels == [])
    state = await there.state()
    assert (state["used"], state["burned"]) == ([], [way.slot])


async def test_without_a_yes_nothing_connects_and_a_withdrawal_ends_sessions_at_once(
    there: RelayHome,
) -> None:
    await there.add()
    there.home.front.refuses = "no_consent"
    await there.ask("phones.code")
    await until(lambda: _refused(there, "no_consent"))
    there.home.front.refuses = ""
    phone = await there.pair()
    async with phone.session() as connection:
        assert await switched(connection)
        # when the gate cuts
        there.home.front.refuses = "withdrawn"
        there.home.front.cut_tunnels()
        begin = time.monotonic()
        with pytest.raises(CommandFailed, match="lost"):
            await connection.next()
        assert time.monotonic() - begin < WAIT_S
    await until(lambda: _refused(there, "withdrawn"))
    assert not await switches(phone)
    # and a new yes lets it in again
    there.home.front.refuses = ""
    await until(there.is_connected)
    assert await switches(phone)


async def _refused(there: RelayHome, code: str) -> bool:
    state = await there.state()
    return bool((state["state"], state["reason"]) == ("refused", code))


async def test_what_the_hub_says_of_itself_comes_and_goes_with_it(there: RelayHome) -> None:
    await there.add()
    phone = await there.pair()
    async with there.as_owner_of_the_relay() as watching:
        await watching.subscribe(topics.presence(phone.way.route))
        assert isinstance(await watching.next(), mqtt.Subscribed)
        async with phone.session() as connection:
            there.home.front.cut_tunnels()
            assert await presence(watching) == topics.GONE
            # the phone does not wait for a time-out
            with pytest.raises(CommandFailed, match="lost"):
                await connection.next()
        await there.state()
        assert await presence(watching) == topics.HERE


async def test_a_connection_that_was_lost_unheard_ends_no_session_of_the_next_one(there: RelayHome) -> None:
    await there.add()
    phone = await there.pair()
    async with there.as_owner_of_the_relay() as watching:
        await watching.subscribe(topics.presence(phone.way.route))
        assert isinstance(await watching.next(), mqtt.Subscribed)
        unheard = there.home.front.lose_tunnels()
        await there.state()
        assert [await presence(watching), await presence(watching)] == [topics.GONE, topics.HERE]
        async with phone.session() as connection:
            for one in unheard:
                one.close()
            assert await switched(connection)
            with pytest.raises(TimeoutError):
                await presence(watching, QUIET_S)


def test_a_hub_has_the_same_client_id_after_a_power_cut_and_another_one_with_another_password() -> None:
    row = RelayRow(
        name="relay", route=bytes(16), password="a password", host=HOST, tls_port=8883, wss_port=8884
    )
    ids = [relay.client_id(Relay(row=one)) for one in (row, row, replace(row, password="another"))]
    assert ids[0] == ids[1] != ids[2]
    assert len(ids[0]) == 22


@pytest.mark.parametrize(("follower", "said"), [("first", [b"will"]), ("second", [])])
async def test_a_broker_says_the_will_of_a_lost_connection_at_once_to_who_has_its_name(
    there: RelayHome, follower: str, said: list[bytes]
) -> None:
    there.broker.add_user("user", "a password", "topic readwrite place/#")
    async with there.as_owner_of_the_relay() as watching:
        await watching.subscribe("place/#")
        assert isinstance(await watching.next(), mqtt.Subscribed)
        async with (
            there.log_in("user", "a password", "first", ("place/presence", b"will")),
            there.log_in("user", "a password", follower) as second,
        ):
            await second.publish("place/presence", b"here")
            heard = [await presence(watching)]
            while heard[-1] != b"here":
                heard.append(await presence(watching))
            assert heard == [*said, b"here"]


async def test_after_a_restart_of_the_broker_hub_and_phone_come_back(there: RelayHome) -> None:
    await there.add()
    phone = await there.pair()
    async with phone.session() as connection:
        there.broker.kill()
        with pytest.raises(CommandFailed, match="lost"):
            await connection.next()
    state = await until(lambda: _lost(there))
    assert state
    there.broker.start()
    await until(there.is_connected, 120.0)
    assert await switches(phone)


async def _lost(there: RelayHome) -> bool:
    return bool((await there.state())["state"] == "lost")


async def test_who_lost_one_relay_gets_in_by_the_other(there: RelayHome, tmp_path: Path) -> None:
    with mosquitto(tmp_path / "second") as second:
        there.home.front.relays["second"] = (HOST, second.port, second.ca_file.read_text())
        other = RelayHome(home=there.home, broker=second, name="second")
        await there.add()
        await other.add()
        # one code, a slot at each
        code = await there.ask("phones.code")
        assert sorted(row["relay"] for row in code["relays"]) == [RELAY, "second"]
        await until(other.is_connected)
        await until(there.is_connected)
        there.broker.kill()
        await until(lambda: _lost(there))
        os.environ["SSL_CERT_FILE"] = str(second.ca_file)
        phone = await other.pair()
        assert await switches(phone)


async def test_a_phone_that_is_removed_is_out_within_a_second_and_its_slot_is_burned(
    there: RelayHome,
) -> None:
    await there.add()
    guest, owner = await there.pair("guest"), await there.pair()
    async with guest.session() as connection, owner.session() as stays:
        assert await switched(connection)
        begin = time.monotonic()
        await operate(there.home, "DELETE", f"/{guest.key[:16]}")
        with pytest.raises(CommandFailed, match="removed at home"):
            await connection.next()
        assert time.monotonic() - begin < 1.0
        # whoever stays is not disturbed
        assert await switched(stays, on=False)
    state = await there.state()
    assert (state["used"], state["burned"]) == ([owner.way.slot], [guest.way.slot])
    # the slot is good for nobody: not for the guest, and not for a phone that is known
    assert not await switches(guest)
    async with owner.connected(guest.way) as connection_there:
        assert connection_there is None
    # with a new password it is free again
    renewed = await there.ask("relays.renew", name=RELAY)
    assert renewed["renewed"] == [guest.way.slot]
    assert len(renewed["passwords"]) == 2  # the hub's own and the slot's
    assert (await there.state())["burned"] == []


async def test_a_stay_that_is_over_is_shown_for_two_weeks_and_then_gone_with_its_slot(
    there: RelayHome,
) -> None:
    await there.add()
    home, guest, again = there.home, await there.pair("guest"), await there.pair("guest")
    now = home.house.moments.now()
    assert now is not None
    for phone in (guest, again):
        ends = {"expires": (now.at + timedelta(hours=1)).isoformat()}
        await operate(home, "PATCH", f"/{phone.key[:16]}", ends)

    def later(days: float) -> None:
        at = Moment(at=now.at + timedelta(days=days), running_s=now.running_s, sure=True)
        home.house.moments.told(at, home.house.clock.monotonic())

    async def states() -> dict[str, str]:
        rows = (await operate(home, "GET", ""))["phones"]
        assert isinstance(rows, list)
        return {row["id"]: row["state"] for row in rows}

    known, other = guest.key[:16], again.key[:16]
    later(14)
    await asyncio.sleep(2 * LOOK_S)
    assert await states() == {known: "over", other: "over"}
    # one gets another end meanwhile
    ends = {"expires": (now.at + timedelta(days=30)).isoformat()}
    assert (await operate(home, "PATCH", f"/{other}", ends))["state"] == "open"
    home.front.removed.clear()
    later(14.1)

    async def is_gone() -> bool:
        return await states() == {other: "open"}

    await until(is_gone)
    assert (await there.state())["burned"] == [guest.way.slot]
    await until(lambda: guest.key in home.front.removed)
    async with guest.connected() as refused:
        assert refused is None
    async with again.session() as connection:
        assert (await connection.ask("health", {}, os.urandom)).ok


async def test_slots_and_routes_outlive_a_restart_and_codes_do_not(broker: Mosquitto, tmp_path: Path) -> None:
    async with relay_home(tmp_path / "hub", broker) as there:
        await there.add()
        phone = await there.pair()
        _, shown = await there.code()
        route = (await there.state())["route"]
    async with relay_home(tmp_path / "hub", broker) as there:
        await until(there.is_connected)
        assert await switches(phone)
        state = await there.state()
        assert state["route"] == route
        assert (state["used"], state["burned"]) == ([phone.way.slot], [shown.slot])


async def test_a_relay_that_is_given_up_is_left_at_once_and_an_erasure_forgets_all(there: RelayHome) -> None:
    await there.add()
    phone = await there.pair()
    async with phone.session() as connection:
        await there.ask("relays.remove", name=RELAY)
        with pytest.raises(CommandFailed, match="lost"):
            await connection.next()
    assert (await there.ask("relays.list"))["relays"] == []
    await until(lambda: there.home.front.tunnels == [])
    made = await there.add()
    assert made["route"] != phone.way.route
    await there.pair()
    await there.home.house.rights.end_authorisations()
    assert (await there.ask("relays.list"))["relays"] == []
