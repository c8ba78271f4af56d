"""By a relay a phone identifies the home's account in the session, or nothing is executed; with controls."""

import argparse
import asyncio
import base64
import contextlib
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from hub.contract import DatapointId
from hub.daemon.command_line import CommandFailed
from hub.daemon.commands import phone_client
from hub.daemon.phone import keys
from hub.daemon.phone.connection import Connection, SessionLost
from hub.daemon.phone.ways import Closed, opened
from hub.remote.account import AccountMarks, mark_of
from hub.remote.frames import Code, Frame, Kind
from hub.remote.initiator import Dial, Initiator
from hub.remote.keys import Mode, pairing_psk
from hub.remote.messages import Hello, Request, encode, mark_told
from hub.remote.noise import public_key
from hub.remote.phone_session import Event, PhoneSession, Secret, Welcomed
from privacy import base64url
from privacy.rights import Scope
from privacy.system import SystemClock
from privacy.vocabulary import DataCategory
from tests.hub.lamp import LAMP
from tests.mosquitto import Mosquitto

from .phones import Shell, asked, enter_customer_id, operate, session
from .relay_home import Phone, RelayHome, _connected, relay_home, trusted_broker, until
from .test_relay_others import listening

STATE = f"{LAMP}:1.STATE"
CUSTOMER, OTHER = "Kd-4711081547", "Kd-0815"
OUT = "not known by the home's account"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    with trusted_broker(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture
async def there(tmp_path: Path, shared: Mosquitto) -> AsyncIterator[RelayHome]:
    async with relay_home(tmp_path / "hub", shared) as running:
        await running.add()
        await enter_customer_id(running.home, CUSTOMER)
        yield running


def at_home(phone: Phone) -> Shell:
    """The same phone where no relay is between."""
    shell = Shell()
    shell.private, shell.psk, shell.hub_key = phone.private, phone.psk, phone.hub_key
    return shell


async def ended_with(phone: Phone, account: str) -> Exception | None:
    """Why a session by the relay ends with that mark; None: it is welcome, and stays."""
    async with phone.connected(account=account) as connection:
        assert connection is not None
        try:
            welcomed = await connection.next()
            assert isinstance(welcomed, Welcomed)
            assert mark_told(welcomed.welcome.phone) == b"" if welcomed.welcome.phone else True
            assert (await asked(connection, "health", {}))["status"] == "ok"
        except CommandFailed as failed:
            return failed
    return None


async def told_at_home(there: RelayHome, phone: Phone) -> str:
    async with at_home(phone).connected(there.home) as connection:
        assert connection is not None
        return await _told(connection)


async def _told(connection: Connection) -> str:
    event = await connection.next()
    assert isinstance(event, Welcomed)
    assert event.welcome.phone is not None
    return base64url.encode(mark_told(event.welcome.phone))


async def greets_and_asks_in_one_breath(phone: Phone, account: str) -> tuple[list[Event], Code | None]:
    """HELLO and a REQUEST that switches the lamp, in one message: what the hub says to it."""
    handshake, clock = Initiator(phone.dial(), os.urandom), SystemClock()
    body = msgspec.Raw(msgspec.json.encode({"id": STATE, "value": True}))
    request = Request(id=base64url.encode(os.urandom(16)), name="datapoints.set", body=body)
    heard: list[Event] = []
    async with opened(phone.way, handshake.connection, clock, os.urandom) as pipe, asyncio.timeout(60):
        await pipe.send(handshake.opening)
        split = handshake.answer(await pipe.receive())
        assert split is not None
        ours = PhoneSession(split, clock.monotonic())
        stream = ours.channel.streams.next()
        ours.channel.send(
            Frame(kind=Kind.HELLO, body=encode(Hello(client="test", account=account))),
            Frame(kind=Kind.REQUEST, stream=stream, body=encode(request)),
        )
        (message,) = ours.channel.take()
        await pipe.send(message)
        with contextlib.suppress(Closed):
            while ours.ended is None and len(heard) < 2:
                heard += ours.receive(await pipe.receive(), clock.monotonic())
    return heard, None if ours.ended is None else ours.ended.code


def is_on(there: RelayHome) -> bool:
    return _value(there) is True


def _value(there: RelayHome) -> object:
    known = there.home.house.state.values.get(DatapointId.parse(STATE))
    return None if known is None else known.value


@pytest.mark.obligation("Q6.4-a")
async def test_by_a_relay_nothing_is_executed_without_the_mark_or_with_a_wrong_one(there: RelayHome) -> None:
    phone, guest = await there.pair(), await there.pair("guest")
    assert await ended_with(phone, phone.account) is None
    anothers = mark_of(os.urandom(32), CUSTOMER, bytes.fromhex(phone.key))
    there.home.lamp.report(STATE, False)
    await until(lambda: _value(there) is False)
    for wrong in (
        "",
        guest.account,  # of another phone of this home
        base64url.encode(anothers),  # of another home with the same customer
        CUSTOMER,
    ):
        assert await greets_and_asks_in_one_breath(phone, wrong) == ([], Code.ACCOUNT), wrong
    assert not is_on(there)
    # the control: with its mark the same message is executed
    heard, code = await greets_and_asks_in_one_breath(phone, phone.account)
    assert (isinstance(heard[0], Welcomed), code) == (True, None)
    await until(lambda: is_on(there))


@pytest.mark.obligation("Q6.4-a")
async def test_the_relays_full_view_holds_neither_customer_id_nor_mark_nor_any_spelling(
    there: RelayHome,
) -> None:
    async with there.as_owner_of_the_relay() as seeing, listening(seeing, "#") as ears:
        phone = await there.pair()
        async with phone.session() as connection:
            account = await connection.ask("account.read", {}, os.urandom)
            # by a relay it can't be changed to another one, and stays as it is
            refused = await asked(connection, "account.change", {"customer_id": OTHER})
            same = await asked(connection, "account.change", {"customer_id": CUSTOMER, "name": "Ada"})
    assert (refused["code"], same["name"]) == ("customer_id_at_home", "Ada")
    mark = base64url.decode(phone.account)
    assert mark is not None
    spelled = [spelling for secret in (CUSTOMER.encode(), mark) for spelling in _spellings(secret)]
    # the control: inside stand the customer ID, for its owner, and the mark, by which each session begins
    inside = bytes(account.body) + encode(Hello(client="test", account=phone.account))
    assert sum(one in inside for one in spelled) >= 2
    everything = b"\n".join(one.topic.encode() + b" " + one.payload for one in ears.heard)
    assert len(ears.heard) > 12
    said = there.broker.log.encode()
    for one in spelled:
        assert one not in everything
        assert one not in said


def _spellings(secret: bytes) -> Iterator[bytes]:
    digests = [hashlib.new(name, secret).digest() for name in ("md5", "sha1", "sha256", "sha512")]
    for one in (secret, *digests):
        yield one
        yield one.hex().encode()
        yield one.hex().upper().encode()
        for ahead in range(3):  # wherever it stands in a longer text
            encoded = base64.b64encode(bytes(ahead) + one).rstrip(b"=")[4 if ahead else 0 : -1]
            yield encoded
            yield encoded.translate(bytes.maketrans(b"+/", b"-_"))


@pytest.mark.obligation("Q6.4-a")
async def test_another_customer_id_shuts_phones_out_by_the_relay_until_they_were_at_home(
    there: RelayHome, caplog: pytest.LogCaptureFixture
) -> None:
    phone = await there.pair()
    async with phone.session() as far_away, session(there.home, at_home(await there.pair())) as near:
        await enter_customer_id(there.home, OTHER)
        with pytest.raises(CommandFailed, match=OUT):
            await far_away.next()
        with pytest.raises(SessionLost) as lost:
            await near.next()
        assert lost.value.closed_by is Code.DONE  # it comes again, and learns it
    assert "connect once at home, or pair it anew" in str(await ended_with(phone, phone.account))
    assert isinstance(await ended_with(phone, ""), CommandFailed)
    # at home it is told the new mark, and with that it comes in
    fresh = await told_at_home(there, phone)
    assert fresh != phone.account
    assert await ended_with(phone, fresh) is None
    # the old ID again, the old mark again: it is made of nothing else; and an erasure makes it another one
    await enter_customer_id(there.home, CUSTOMER)
    assert await ended_with(phone, phone.account) is None
    await there.home.house.rights.erase(Scope(category=DataCategory.ACCOUNT))
    assert OUT in str(await ended_with(phone, phone.account))
    assert not [
        row for row in caplog.records if CUSTOMER in str(vars(row)) or phone.account in str(vars(row))
    ]


async def test_a_phone_that_was_let_in_while_it_was_away_is_told_once_and_comes_again(
    there: RelayHome,
) -> None:
    code, way = await there.code()
    hub_key, private = bytes.fromhex(code["hub_key"]), os.urandom(32)
    psk = pairing_psk(bytes.fromhex(code["secret"]), hub_key, way.route)
    pairing = bytes.fromhex(code["pairing"])
    dial = Dial(mode=Mode.PAIR, hub_key=hub_key, private=private, psk=psk, route=way.route, pairing=pairing)
    async with _connected(way, dial, Hello(client="test", name="away")) as connection:
        assert connection is not None
        event = await connection.next()
        assert isinstance(event, Secret)
        await connection.kept()
        row = await until(there._waiting)
    phone = Phone(private=private, hub_key=hub_key, psk=event.psk, way=way, account="")
    # while nobody confirmed it, it waits there, is told nothing and may ask nothing
    async with phone.connected() as connection:
        assert connection is not None
        waiting = await connection.next()
        assert isinstance(waiting, Welcomed)
        assert waiting.welcome.phone is None
        assert (await asked(connection, "devices.list", {}))["code"] == "no_session"
    await operate(there.home, "PUT", f"/waiting/{row['pairing']}", {"role": "owner"})
    # then it is told its mark, and executes nothing before it shows it; what is lost is told again
    told: list[str] = []
    for _ in range(2):
        (welcomed,), ended = await greets_and_asks_in_one_breath(phone, "")
        assert isinstance(welcomed, Welcomed)
        assert welcomed.welcome.phone is not None
        assert ended is Code.DONE
        told.append(base64url.encode(mark_told(welcomed.welcome.phone)))
    assert not is_on(there)
    mark, again = told
    assert mark == again
    assert await ended_with(phone, mark) is None
    # from then on no relay tells it
    assert OUT in str(await ended_with(phone, ""))


async def test_a_phone_of_before_there_were_marks_learns_its_own_at_home(
    tmp_path: Path, shared: Mosquitto
) -> None:
    async with relay_home(tmp_path / "hub", shared) as there:  # a home without a customer ID
        await there.add()
        phone = await there.pair()
    async with relay_home(tmp_path / "hub", shared) as there:
        await until(there.is_connected)
        assert OUT in str(await ended_with(phone, ""))
        assert await told_at_home(there, phone) == phone.account
        assert await ended_with(phone, phone.account) is None
        # the shell's phone says it in words, and keeps what it learns
        path = tmp_path / "phone.json"
        own = keys.PhoneKeys(
            hub_key=phone.hub_key, gate_key=bytes(32), private=phone.private, psk=phone.psk, ways=(phone.way,)
        )
        keys.write(path, own)
        options = argparse.Namespace(keys=path, json=True)
        with pytest.raises(CommandFailed, match="connect once at home, or pair it anew"):
            await phone_client._devices(options)
        keys.learn(path, own, base64url.decode(phone.account) or b"")
        assert path.stat().st_mode & 0o777 == 0o600
        await phone_client._devices(options)


def test_what_is_no_mark_identifies_nobody() -> None:
    key, phone = os.urandom(32), public_key(os.urandom(32))
    marks = AccountMarks(key, CUSTOMER)
    right = base64url.encode(marks.mark(phone))
    assert marks.is_shown(phone, right)
    others = (base64url.encode(mark_of(key, text, phone)) for text in ("", CUSTOMER.lower(), OTHER))
    for wrong in ("", right[:-1], right + "A", right + "=", "schön", "A" * 43, CUSTOMER, *others):
        assert not marks.is_shown(phone, wrong), wrong
    assert not marks.is_shown(public_key(os.urandom(32)), right)


def test_a_mark_is_as_long_whatever_the_customer_id_is_and_shows_nothing_of_it() -> None:
    key, phone = os.urandom(32), public_key(os.urandom(32))
    sizes = {len(encode(Hello(client="x", account=base64url.encode(AccountMarks(key, text).mark(phone)))))
             for text in ("", "1", "9" * 40, "ß" * 40)}  # fmt: skip
    assert len(sizes) == 1
    # whoever has a mark and guesses the customer ID can't tell whether the guess is right
    assert AccountMarks(os.urandom(32), CUSTOMER).mark(phone) != AccountMarks(key, CUSTOMER).mark(phone)
    assert CUSTOMER not in repr(AccountMarks(key, CUSTOMER))
