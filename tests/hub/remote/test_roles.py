"""Roles, rooms, hours and ends, held to on every way in: HTTP, its WebSocket, and a phone's session."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hub.contract import DeviceAddress, DeviceAppeared
from hub.daemon.command_line import CommandFailed
from hub.daemon.phone.connection import Connection
from hub.home.household import Label, Person, Session
from hub.home.permits import Moment, Permit
from hub.home.roles import Role
from hub.operations import OPERATIONS, Operation, Reach
from hub.operations import permission as permission_module
from hub.remote.frames import Code
from hub.remote.hub_session import Event
from hub.remote.phone_session import Welcomed
from hub.remote.responder import Half, Responder
from tests.hub.home_in_a_box import Home, running_home
from tests.hub.lamp import LAMP, describe
from tests.hub.operations.test_table import MAY

from .phones import WAIT_S, Shell, asked, operate, paired, session

OTHER = DeviceAddress("lamp", "LAMP000002")
NOBODY = "lamp:LAMP000009"  # no such device
SECRETS = (b"LAMP000002", b"Bedroom", b"lamp two")
NO = {"forbidden", "no_session", "rooms_only", "not_now", "stay_over"}
Ask = Callable[[str, Mapping[str, object]], Awaitable[dict[str, object]]]


@contextlib.asynccontextmanager
async def furnished(tmp_path: Path) -> AsyncIterator[tuple[Home, dict[str, str]]]:
    """A lamp in the kitchen, another in the bedroom; ids of rooms by name."""
    async with running_home(tmp_path) as home:
        rooms = {name: (await home.house.rooms.add(name)).id for name in ("Kitchen", "Bedroom")}
        home.lamp.context.publish(DeviceAppeared(description=describe(OTHER)))
        for device, name, room in ((LAMP, "lamp one", "Kitchen"), (OTHER, "lamp two", "Bedroom")):
            await home.house.rooms.relabel(device, partial(labelled, name, rooms[room]))
            home.lamp.report(f"{device}:1.STATE", False)
        async with asyncio.timeout(WAIT_S):
            while home.house.moments.now() is None:  # the gate is asked a moment after the start
                await asyncio.sleep(0.01)
        yield home, rooms


def labelled(name: str, room: str, _: Label) -> Label:
    return Label(name=name, room=room)


def by_session(connection: Connection) -> Ask:
    async def ask(name: str, body: Mapping[str, object]) -> dict[str, object]:
        return await asked(connection, name, body)

    return ask


def may(permit: Permit, operation: Operation[Any]) -> bool:
    """What was decided, said once more."""
    if operation.verb is None:
        return True
    return operation.verb in MAY[permit.role] and (permit.rooms is None or operation.reach is not Reach.HOME)


async def refused_of(ask: Ask) -> set[str]:
    """The operations that somebody is refused for who they are; none of them is done."""
    refused = set()
    for number, operation in enumerate(OPERATIONS):
        if operation.name != "session.end":
            code = (await ask(operation.name, {"nothing": number})).get("code")
            refused |= {operation.name} if code in NO else set()
    return refused


EVERYBODY = [
    (role, in_rooms) for role in Role for in_rooms in (False, True) if role is not Role.OWNER or not in_rooms
]


@pytest.mark.parametrize(("role", "in_rooms"), EVERYBODY, ids=str)
async def test_a_phone_may_exactly_what_was_decided(tmp_path: Path, role: Role, in_rooms: bool) -> None:
    async with furnished(tmp_path) as (home, rooms):
        limits: dict[str, object] = {"rooms": [rooms["Kitchen"]]} if in_rooms else {}
        phone = await paired(home, role.value, **limits)
        permit = Permit(role=role, rooms=frozenset({rooms["Kitchen"]}) if in_rooms else None)
        async with session(home, phone) as connection:
            refused = await refused_of(by_session(connection))
        names = {one.name for one in OPERATIONS if one.name != "session.end"}
        assert refused == {one.name for one in OPERATIONS if one.name in names and not may(permit, one)}
        assert not home.lamp.executed


async def test_the_control_without_the_guard_a_guest_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with furnished(tmp_path) as (home, rooms):
        guest = await paired(home, "guest", rooms=[rooms["Kitchen"]])
        monkeypatch.setattr(permission_module, "check", lambda *_: None)
        monkeypatch.setattr(permission_module, "_check_reach", lambda *_: None)
        monkeypatch.setattr("hub.api.by_name.check", lambda *_: None)
        async with session(home, guest) as connection:
            assert (await asked(connection, "rooms.add", {"name": "Attic"}))["name"] == "Attic"
            assert (await asked(connection, "datapoints.set", {"id": f"{OTHER}:1.STATE", "value": True}))[
                "value"
            ]


# rooms


async def everything_told(ask: Ask) -> bytes:
    told = [await ask(name, {}) for name in ("devices.list", "datapoints.list", "rooms.list", "session.read")]
    return json.dumps(told).encode()


def named(request: Mapping[str, object], device: str) -> dict[str, object]:
    return {key: value.format(device) if isinstance(value, str) else value for key, value in request.items()}


async def assert_other_rooms_are_not_there(ask: Ask) -> None:
    text = await everything_told(ask)
    assert b"LAMP000001" in text
    assert not [secret for secret in SECRETS if secret in text]
    # then each refusal for a device of another room is that for a device that does not exist
    for name, request in (
        ("devices.read", {"address": "{}"}),
        ("datapoints.set", {"id": "{}:1.STATE", "value": True}),
        ("datapoints.set", {"id": "{}:1.STATE", "value": "x"}),
        ("datapoints.set", {"id": "{}:1.NOTHING", "value": 1}),
        ("datapoints.set", {"id": "{}:9.STATE", "value": True}),
        ("history.read", {"id": "{}:1.TEMPERATURE"}),
        ("history.read", {"id": "{}:1.TEMPERATURE", "from": "x"}),
    ):
        hidden, missing = [
            json.dumps(await ask(name, named(request, str(device)))).replace(str(device), "DEVICE")
            for device in (OTHER, NOBODY)
        ]
        assert hidden == missing, name
        assert "code" in json.loads(hidden)


@pytest.mark.parametrize("role", ["guest", "resident", "carer"])
async def test_by_session_another_room_is_as_one_that_does_not_exist(tmp_path: Path, role: str) -> None:
    async with furnished(tmp_path) as (home, rooms):
        phone = await paired(home, role, rooms=[rooms["Kitchen"]])
        async with session(home, phone) as connection:
            await assert_other_rooms_are_not_there(by_session(connection))
        assert not home.lamp.executed
        # the control: without the limit all of it is told
        async with session(home, await paired(home, role)) as connection:
            text = await everything_told(by_session(connection))
            assert all(secret in text for secret in SECRETS)


@contextlib.asynccontextmanager
async def browser_in(
    home: Home, role: Role, room: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[str, Ask]]:
    """A session by HTTP that is limited to a room: nobody opens one so far, and it would be held to it."""
    await home.claim()
    token, opened = await home.house.access.sessions.start(
        Person(id=1, name="somebody", role=role, password_hash="")
    )
    limited = Permit(role=role, rooms=frozenset({room}))
    monkeypatch.setattr(
        Session,
        "permit",
        property(lambda one: limited if one.key == opened.key else Permit(role=one.role)),
    )
    places = {
        "devices.list": ("GET", "/devices"),
        "datapoints.list": ("GET", "/datapoints"),
        "rooms.list": ("GET", "/rooms"),
        "session.read": ("GET", "/session"),
        "devices.read": ("GET", "/devices/{address}"),
        "datapoints.set": ("PUT", "/datapoints/{id}"),
        "history.read": ("GET", "/history/{id}"),
    }

    async def ask(name: str, body: Mapping[str, object]) -> dict[str, object]:
        method, path = places[name]
        place = "/api/v1" + path.format_map(body)
        rest = {key: value for key, value in body.items() if f"{{{key}}}" not in path}
        given = {"json": rest} if method == "PUT" else {"params": rest}
        async with home.browser(token) as browser, browser.request(method, place, **given) as answer:  # type: ignore[arg-type]
            return dict(await answer.json())

    yield token, ask


async def test_by_http_another_room_is_as_one_that_does_not_exist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        furnished(tmp_path) as (home, rooms),
        browser_in(home, Role.GUEST, rooms["Kitchen"], monkeypatch) as (_, ask),
    ):
        await assert_other_rooms_are_not_there(ask)
        assert not home.lamp.executed


# events

Next = Callable[[], Awaitable[bytes]]


async def assert_events_are_of_one_room(home: Home, rooms: Mapping[str, str], following: Next) -> None:
    first = await following()
    told = json.loads(first)
    assert [device["address"] for device in told["devices"]] == [str(LAMP)]
    assert [room["name"] for room in told["rooms"]] == ["Kitchen"]
    assert (told["drivers"], told["pairing"]) == ([], [])
    assert not [secret for secret in SECRETS if secret in first]

    # when things happen in the other room, then in this one
    await home.house.rooms.rename(rooms["Bedroom"], "Bedroom two")
    await home.house.rooms.relabel(OTHER, lambda label: label.named("lamp two b"))
    home.lamp.report(f"{OTHER}:1.STATE", True)
    await asyncio.sleep(0.1)
    home.lamp.report(f"{LAMP}:1.STATE", True)
    message = await following()
    # then only the latter is told, and nothing came in between
    assert json.loads(message)["seq"] == 2
    assert [one["id"] for one in json.loads(message)["changes"]] == [f"{LAMP}:1.STATE"]
    assert not [secret for secret in SECRETS if secret in message]

    # when the other device is carried into this room, it is there with its values; carried out, it is gone
    kitchen, bedroom = rooms["Kitchen"], rooms["Bedroom"]
    await home.house.rooms.relabel(OTHER, lambda _: Label(name="guest's lamp", room=kitchen))
    told = json.loads(await following())
    assert [device["address"] for device in told["devices"]] == [str(OTHER)]
    assert f"{OTHER}:1.STATE" in [one["id"] for one in told["changes"]]
    await home.house.rooms.relabel(OTHER, lambda _: Label(name="lamp two", room=bedroom))
    message = await following()
    assert json.loads(message)["removed"] == [str(OTHER)]
    assert b"Bedroom" not in message
    assert b"lamp two" not in message
    home.lamp.report(f"{OTHER}:1.STATE", False)
    await asyncio.sleep(0.1)
    home.lamp.report(f"{LAMP}:1.STATE", False)
    assert [one["id"] for one in json.loads(await following())["changes"]] == [f"{LAMP}:1.STATE"]


async def test_a_phones_events_are_those_of_its_rooms(tmp_path: Path) -> None:
    async with furnished(tmp_path) as (home, rooms):
        guest = await paired(home, "guest", rooms=[rooms["Kitchen"]])
        async with session(home, guest) as connection:
            events = connection.follow(os.urandom)
            await assert_events_are_of_one_room(home, rooms, lambda: anext(events))
        # the control: whoever is not limited is told of the other room
        async with session(home, await paired(home, "guest")) as connection:
            first = await anext(connection.follow(os.urandom))
            assert all(secret in first for secret in SECRETS[:2])


async def test_a_browsers_events_are_those_of_its_rooms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        furnished(tmp_path) as (home, rooms),
        browser_in(home, Role.GUEST, rooms["Kitchen"], monkeypatch) as (token, _),
        home.browser(token) as browser,
        browser.ws_connect("/api/v1/events") as socket,
    ):

        async def following() -> bytes:
            return (await socket.receive_str(timeout=WAIT_S)).encode()

        await assert_events_are_of_one_room(home, rooms, following)


# carers


async def test_a_carer_sets_what_warms_and_sees_neither_past_nor_radio(tmp_path: Path) -> None:
    async with furnished(tmp_path) as (home, _), session(home, await paired(home, "carer")) as connection:
        ask = by_session(connection)
        assert (await ask("datapoints.set", {"id": f"{LAMP}:1.STATE", "value": True}))[
            "code"
        ] == "kind_forbidden"
        # what warms gets as far as the device's own limits: this lamp's thermometer can't be set
        warm = await ask("datapoints.set", {"id": f"{LAMP}:1.TEMPERATURE", "value": 20.0})
        assert warm["code"] == "not_writable"
        for name, body in (
            ("history.read", {"id": f"{LAMP}:1.TEMPERATURE"}),
            ("radio.frames", {"interface": "lamp"}),
            ("drivers.list", {}),
        ):
            assert (await ask(name, body))["code"] == "forbidden"


# changes, hours and ends


async def ended_with(connection: Connection) -> Code | None:
    async with asyncio.timeout(WAIT_S):
        while True:
            try:
                await connection.next()
            except CommandFailed:
                ended = connection._session.ended
                return None if ended is None else ended.code


async def test_other_rights_count_at_once_and_survive_a_restart(tmp_path: Path) -> None:
    async with furnished(tmp_path) as (home, rooms):
        phone = await paired(home, "resident")
        async with session(home, phone) as connection:
            assert (await by_session(connection)("rooms.add", {"name": "Attic"}))["name"] == "Attic"
            change = {"role": "guest", "rooms": [rooms["Kitchen"]], "name": "Anna's"}
            told = await operate(home, "PATCH", f"/{phone.id}", change)
            assert (told["role"], told["rooms"], told["name"]) == ("guest", [rooms["Kitchen"]], "Anna's")
            assert await ended_with(connection) is Code.DONE
        async with session(home, phone) as connection:
            await assert_other_rooms_are_not_there(by_session(connection))
    async with running_home(tmp_path) as home, phone.connected(home) as reconnected:
        assert reconnected is not None
        event = await reconnected.next()
        assert isinstance(event, Welcomed)
        assert event.welcome.phone is not None
        assert event.welcome.phone.rooms == (rooms["Kitchen"],)
        assert event.welcome.phone.role == "guest"


async def test_a_room_that_takes_the_number_of_one_that_went_is_another_room(tmp_path: Path) -> None:
    async with furnished(tmp_path) as (home, rooms):
        phone = await paired(home, "guest", rooms=[rooms["Bedroom"]])
        async with session(home, phone) as connection:
            await home.house.rooms.remove(rooms["Bedroom"])
            assert await ended_with(connection) is Code.DONE
        again = await home.house.rooms.add("Study")
        assert again.id == rooms["Bedroom"]
        await home.house.rooms.relabel(LAMP, lambda _: Label(room=again.id))
        async with session(home, phone) as connection:
            assert json.loads(json.dumps(await asked(connection, "rooms.list", {}))) == {"rooms": []}
            assert (await asked(connection, "devices.list", {})) == {"devices": []}
    async with running_home(tmp_path) as home, session(home, phone) as connection:
        assert (await asked(connection, "devices.list", {})) == {"devices": []}


async def test_a_stay_ends_when_it_comes_also_where_somebody_sets_the_clock_back(tmp_path: Path) -> None:
    async with furnished(tmp_path) as (home, _):
        until = datetime.now(UTC) + timedelta(seconds=4)
        guest = await paired(home, "guest", expires=until.isoformat())
        always = await paired(home, "guest")
        now = home.house.moments.now()
        assert now is not None
        async with session(home, guest) as connection, session(home, always) as control:
            # when the clock is set back by a day
            back = Moment(at=now.at - timedelta(days=1), running_s=now.running_s, sure=True)
            home.house.moments.told(back, home.house.clock.monotonic())
            # then it ends all the same, and nobody gets in by it any more
            assert await ended_with(connection) is Code.OVER
            assert home.house.moments.now() is not None
            assert (await asked(control, "session.read", {}))["role"] == "guest"
        (row,) = [one for one in listed(await operate(home, "GET", "")) if one["id"] == guest.id]
        assert row["state"] == "over"
        async with guest.connected(home) as connection_again:
            assert connection_again is None
        # and the gate is told, whose key for it counts no more
        async with asyncio.timeout(WAIT_S):
            while guest.key not in home.front.removed:
                await asyncio.sleep(0.05)
        assert always.key not in home.front.removed
        # and with another end it comes in by the keys that it kept; told it were removed it would have none
        later = (datetime.now(UTC) + timedelta(days=2)).isoformat()
        assert (await operate(home, "PATCH", f"/{guest.id}", {"expires": later}))["state"] == "open"
        async with session(home, guest) as connection:
            assert (await asked(connection, "session.read", {}))["role"] == "guest"


async def test_a_stay_that_ends_before_the_greeting_is_told_so_and_not_to_come_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with furnished(tmp_path) as (home, _):
        until = datetime.now(UTC) + timedelta(hours=1)
        guest = await paired(home, "guest", expires=until.isoformat())
        now, first = home.house.moments.now(), Responder.first
        assert now is not None
        after = Moment(at=now.at + timedelta(hours=2), running_s=now.running_s, sure=True)

        def late(self: Responder, half: Half, wire: bytes, now_s: float) -> list[Event] | None:
            home.house.moments.told(after, home.house.clock.monotonic())
            return first(self, half, wire, now_s)

        # when its opening is answered and the time is over before its HELLO is read
        monkeypatch.setattr(Responder, "first", late)
        async with guest.connected(home) as connection:
            assert connection is not None
            assert await ended_with(connection) is Code.OVER


async def test_who_has_an_end_waits_while_nobody_vouches_for_the_clock(tmp_path: Path) -> None:
    async with furnished(tmp_path) as (home, _):
        until = datetime.now(UTC) + timedelta(days=2)
        guest, always = await paired(home, "guest", expires=until.isoformat()), await paired(home, "guest")
        now = home.house.moments.now()
        assert now is not None
        unsure = Moment(at=now.at, running_s=now.running_s, sure=False)
        async with session(home, guest) as connection:
            home.house.moments.told(unsure, home.house.clock.monotonic())
            assert (await asked(connection, "devices.list", {}))["code"] == "not_now"
            assert await ended_with(connection) is Code.NOT_NOW
        async with guest.connected(home) as refused:
            assert refused is not None
            assert await ended_with(refused) is Code.NOT_NOW
        async with session(home, always) as control:
            assert "devices" in await asked(control, "devices.list", {})
        late = await operate(home, "PATCH", f"/{always.id}", {"expires": until.isoformat()})
        assert late["code"] == "clock_unsure"


def listed(answer: Mapping[str, object]) -> list[dict[str, object]]:
    rows = answer["phones"]
    assert isinstance(rows, list)
    return rows


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"role": "owner", "rooms": ["1"]}, "owner_limited"),
        ({"role": "owner", "expires": "2999-01-01T00:00:00Z"}, "out_of_range"),
        ({"role": "guest", "rooms": ["99"]}, "unknown_room"),
        ({"role": "guest", "rooms": []}, "out_of_range"),
        ({"role": "guest", "expires": "2020-01-01T00:00:00Z"}, "out_of_range"),
        ({"role": "guest", "expires": "tomorrow"}, "wrong_type"),
        ({"role": "guest", "hours": {"days": [1], "from_minutes": 480, "to_minutes": 720}}, "no_timezone"),
        ({"role": "guest", "hours": {"days": [8], "from_minutes": 480, "to_minutes": 720}}, "out_of_range"),
        ({"role": "guest", "hours": {"days": [1], "from_minutes": 720, "to_minutes": 480}}, "out_of_range"),
    ],
    ids=str,
)
async def test_limits_that_make_no_sense_are_refused(
    tmp_path: Path, limits: Mapping[str, object], code: str
) -> None:
    async with furnished(tmp_path) as (home, _):
        phone = await paired(home, "guest")
        assert (await operate(home, "PATCH", f"/{phone.id}", limits))["code"] == code
        (row,) = listed(await operate(home, "GET", ""))
        assert (row["role"], row["rooms"], row["expires"]) == ("guest", None, None)


# an owner's phone lets the next one in


async def test_a_paired_owners_phone_draws_a_code_and_confirms_the_words(tmp_path: Path) -> None:
    async with furnished(tmp_path) as (home, rooms), session(home, await paired(home)) as owner:
        code = await asked(owner, "phones.code", {})
        assert code["ways"] == ["h,http://127.0.0.1:8480"]
        later = Shell()
        made: dict[str, object] = {
            name: base64_hex(str(code[name])) for name in ("hub_key", "pairing", "secret")
        }
        async with later.connected(home, later.pairing(made)) as connection:
            assert connection is not None
            await later.keep(connection)
            rows: list[dict[str, object]] = []
            async with asyncio.timeout(WAIT_S):
                while not rows:
                    told = (await asked(owner, "phones.waiting", {}))["waiting"]
                    assert isinstance(told, list)
                    rows = told
            assert rows[0]["pairing"] == code["pairing_id"]
            body = {"pairing": rows[0]["pairing"], "role": "guest", "rooms": [rooms["Kitchen"]]}
            assert (await asked(owner, "phones.admit", body))["rooms"] == [rooms["Kitchen"]]
        async with session(home, later) as connection:
            assert (await asked(connection, "phones.list", {}))["code"] == "forbidden"
            await asked(owner, "phones.remove", {"id": later.id})
            assert await ended_with(connection) is Code.REVOKED


def base64_hex(text: str) -> str:
    import base64

    return base64.urlsafe_b64decode(text + "==").hex()
