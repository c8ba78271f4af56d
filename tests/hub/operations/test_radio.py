"""Frames, send time, signals and keys of a radio, over real HTTP; and what a key must never be seen in."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.contract import (
    AirtimeChanged,
    AirtimeEntry,
    AirtimeReport,
    CheckKeySheet,
    CommandRefused,
    ConfigurationChanged,
    ConfigurationState,
    DeviceKey,
    GetAirtime,
    GetKeySheet,
    KeyReport,
    KeySheet,
    KeyState,
    ListFrames,
    ListKeys,
    ListSignals,
    PairingProgress,
    PairingStage,
    RadioFrame,
    RadioIdentified,
    SendFrame,
    SetSystemKey,
    Signal,
    SignalSample,
    Urgency,
)
from tests.hub.home_in_a_box import PASSWORD, Home
from tests.hub.lamp import LAMP, STATE

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
FRAME = "0A018641ABCDEF00000001"
CANARY = "CANARY-passphrase-7391"


async def ask(home: Home, token: str, method: str, path: str, body: object = None) -> tuple[int, Any]:
    async with home.browser(token) as browser, browser.request(method, "/api/v1" + path, json=body) as answer:
        return answer.status, await answer.json() if answer.status != 204 else None


async def test_frames_are_told_after_a_number_and_one_can_be_sent(home: Home) -> None:
    token = await home.claim()
    home.lamp.answers[ListFrames] = (
        RadioFrame(number=8, at=AT, sent=False, data=FRAME, rssi_dbm=-61.5),
        RadioFrame(number=9, at=AT, sent=True, data=FRAME, rssi_dbm=None, receiver=LAMP),
        RadioFrame(number=10, at=AT, sent=False, data=FRAME, rssi_dbm=-61.5, sender=LAMP, to_us=True),
    )
    status, told = await ask(home, token, "GET", "/radio/lamp/frames?after=7")
    assert status == 200
    assert [(one["number"], one["sent"], one["rssi_dbm"]) for one in told["frames"]] == [
        (8, False, -61.5),
        (9, True, None),
        (10, False, -61.5),
    ]
    assert [(one["sender"], one["receiver"], one["to_us"]) for one in told["frames"]] == [
        (None, None, False),
        (None, str(LAMP), False),
        (str(LAMP), None, True),
    ]
    home.lamp.answers[SendFrame] = CommandRefused("not_supported")
    await ask(home, token, "POST", "/radio/lamp/frames", {"data": FRAME})
    assert home.lamp.asked == [
        ListFrames(interface="lamp", number=7),
        SendFrame(interface="lamp", data=FRAME),
    ]


async def test_the_airtime_report_names_who_used_it_the_largest_first(home: Home) -> None:
    token = await home.claim()
    entries = (
        AirtimeEntry(device=None, urgency=Urgency.BACKGROUND, name="", used_ms=90.0, frames=2, bursts=0),
        AirtimeEntry(device=LAMP, urgency=Urgency.API, name="ab12", used_ms=400.0, frames=3, bursts=1),
    )
    home.lamp.answers[GetAirtime] = AirtimeReport(
        used_ms=29_000.0,
        limit_ms=36_000.0,
        answer_reserve_ms=1_800.0,
        alarm_reserve_ms=3_600.0,
        exhausted_in_s=None,
        entries=entries,
    )
    status, told = await ask(home, token, "GET", "/radio/lamp/airtime")
    assert (status, told["level"]) == (200, "scarce")
    assert [(one["device"], one["cause"], one["name"]) for one in told["entries"]] == [
        (str(LAMP), "api", "ab12"),
        (None, "background", ""),
    ]


async def test_signals_are_told_by_device(home: Home) -> None:
    token = await home.claim()
    samples = (SignalSample(at=AT, dbm=-70.0, frames=4),)
    home.lamp.answers[ListSignals] = (Signal(device=LAMP, last_dbm=-68.0, peer_dbm=None, samples=samples),)
    _, told = await ask(home, token, "GET", "/radio/lamp/signals")
    sample = {"at": "2026-03-01T12:00:00.000Z", "dbm": -70.0, "frames": 4}
    assert told == {
        "signals": [{"device": str(LAMP), "last_dbm": -68.0, "peer_dbm": None, "samples": [sample]}]
    }


async def test_a_radio_that_nobody_has_is_refused_by_name(home: Home) -> None:
    token = await home.claim()
    for path in ("frames", "airtime", "signals", "keys"):
        status, problem = await ask(home, token, "GET", f"/radio/zigbee/{path}")
        assert (status, problem["code"], problem["field"]) == (422, "unknown_interface", "interface")


# keys

KEYS = KeyReport(
    index=1, sheet_checked=False, devices=(DeviceKey(device=LAMP, state=KeyState.SYSTEM, index=1),)
)
SHEET = KeySheet(address="FD1234", index=1, words=("CANARY", "words"), code=CANARY)


async def test_keys_are_told_by_state_and_the_sheet_is_never_kept(home: Home) -> None:
    token = await home.claim()
    home.lamp.answers = {ListKeys: KEYS, GetKeySheet: SHEET, CheckKeySheet: True, SetSystemKey: KEYS}

    _, keys = await ask(home, token, "GET", "/radio/lamp/keys")
    async with home.browser(token) as browser:
        async with browser.post("/api/v1/radio/lamp/keys/sheet", json={}) as answer:
            sheet, kept = await answer.json(), answer.headers["Cache-Control"]
        async with browser.post("/api/v1/radio/lamp/keys/check", json={"text": CANARY}) as answer:
            assert (await answer.json(), answer.headers["Cache-Control"]) == ({"right": True}, "no-store")
        async with browser.put("/api/v1/radio/lamp/keys", json={"passphrase": CANARY}) as answer:
            assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")

    assert keys["devices"] == [{"device": str(LAMP), "state": "system", "index": 1}]
    assert (sheet["words"], sheet["code"], kept) == (["CANARY", "words"], CANARY, "no-store")
    assert home.lamp.asked[-1] == SetSystemKey(interface="lamp", passphrase=CANARY)


ATTACKS: list[tuple[str, str, object]] = [
    ("PUT", "/radio/lamp/keys", {"passphrase": CANARY}),
    ("PUT", "/radio/lamp/keys", {"passphrase": CANARY, "sheet": CANARY}),
    ("PUT", "/radio/lamp/keys", {"passphrase": CANARY * 40}),
    ("PUT", "/radio/lamp/keys", {"sheet": [CANARY]}),
    ("PUT", "/radio/lamp/keys", {CANARY: 1}),
    ("PUT", "/radio/lamp/keys", CANARY),
    ("PUT", "/radio/zigbee/keys", {"passphrase": CANARY}),
    ("POST", "/radio/lamp/keys/check", {"text": CANARY}),
    ("POST", "/radio/lamp/keys/check", {"text": {"a": CANARY}}),
    ("POST", "/radio/lamp/keys/sheet", {"text": CANARY}),
    ("POST", f"/radio/lamp/keys/sheet?text={CANARY}", {}),
]
REFUSALS = [
    CommandRefused("out_of_range", field="passphrase", value=CANARY, allowed="8 to 64 characters"),
    CommandRefused(CANARY, field=CANARY, value=CANARY),
    ValueError(f"no such word: {CANARY}"),
]


@pytest.mark.parametrize("error", REFUSALS)
async def test_a_key_is_in_no_problem_and_no_log(
    home: Home, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    # given a driver that says in its refusals what it was given
    token = await home.claim()
    home.lamp.answers = {SetSystemKey: error, CheckKeySheet: error, GetKeySheet: error}
    caplog.set_level(logging.DEBUG)

    # when the key is sent rightly and in every wrong way
    for method, path, body in ATTACKS:
        status, problem = await ask(home, token, method, path, body)

        # then it comes back in nothing
        assert status >= 400
        assert CANARY not in json.dumps(problem), (method, path, body)
    assert CANARY not in caplog.text
    assert not any(CANARY in str(vars(record)) for record in caplog.records)


async def test_the_control_where_nothing_is_secret_a_value_is_told_back(home: Home) -> None:
    token = await home.claim()
    home.lamp.answers[SendFrame] = CommandRefused("out_of_range", field="data", value=CANARY)
    _, problem = await ask(home, token, "POST", "/radio/lamp/frames", {"data": FRAME})
    assert CANARY in json.dumps(problem)


# whose wish it is


async def test_a_persons_and_a_programs_wishes_are_told_apart(home: Home) -> None:
    person = await home.claim()
    body = {"password": PASSWORD, "program": True}
    async with home.browser() as browser, browser.post("/api/v1/login", json=body) as answer:
        program = (await answer.json())["token"]
    for token in (person, program):
        await ask(home, token, "PUT", f"/datapoints/{STATE}", {"value": True})
        await ask(home, token, "GET", "/radio/lamp/airtime")

    urgencies = [(cause.urgency, bool(cause.name)) for cause in home.lamp.causes]
    assert urgencies == [(Urgency.USER, False)] * 2 + [(Urgency.API, True)] * 2
    name = home.lamp.causes[-1].name
    session = await home.house.access.sessions.find(program)
    assert session is not None
    assert (name, len(name)) == (session.id, 12)
    assert name not in program


# what comes by itself


async def test_news_of_the_radio_reach_followers_and_who_comes_later(home: Home) -> None:
    token = await home.claim()
    publish = home.lamp.context.publish
    async with home.browser(token) as browser, browser.ws_connect("/api/v1/events") as events:
        first = await events.receive_json()
        assert (first["pairing"], first["devices"][0]["configuration"]) == ([], [])

        publish(AirtimeChanged(driver="lamp", used_ms=36_000, limit_ms=36_000, at=AT, exhausted_in_s=0.0))
        publish(
            RadioIdentified(
                driver="lamp",
                kind="module",
                serial="NEQ1",
                hardware="1.2.1",
                hardware_id="usb-bridge_1",
                address="1A2B3C",
                changed=True,
                at=AT,
            )
        )
        publish(
            ConfigurationChanged(
                device=LAMP, channel=1, what="MASTER", state=ConfigurationState.PENDING, at=AT
            )
        )
        step = PairingProgress(interface="lamp", stage=PairingStage.OPEN, at=AT)
        publish(step)
        publish(PairingProgress(interface="lamp", stage=PairingStage.CONFIGURING, at=AT, step=2, steps=7))
        told: dict[str, Any] = {}
        stages: list[dict[str, Any]] = []
        while len(stages) < 2 or {"drivers", "devices"} - told.keys():
            message = await events.receive_json(timeout=60)
            told |= message
            stages += [message["pairing"]] if "pairing" in message else []

    assert [(one["stage"], one["step"], one["steps"]) for one in stages] == [
        ("open", 0, 0),
        ("configuring", 2, 7),
    ]
    _, drivers = await ask(home, token, "GET", "/drivers")
    [driver] = drivers["drivers"]
    assert (driver["airtime"]["level"], driver["airtime"]["exhausted_in_s"]) == ("exhausted", 0.0)
    assert (driver["radio"]["serial"], driver["radio"]["changed"]) == ("NEQ1", True)
    assert (driver["radio"]["hardware_id"], driver["radio"]["address"]) == ("usb-bridge_1", "1A2B3C")
    _, device = await ask(home, token, "GET", f"/devices/{LAMP}")
    [waiting] = device["configuration"]
    assert (waiting["what"], waiting["channel"], waiting["state"]) == ("MASTER", 1, "pending")
    _, trace = await ask(home, token, "GET", "/pairing?interface=lamp")
    assert [one["stage"] for one in trace["steps"]] == ["open", "configuring"]
    async with home.browser(token) as browser, browser.ws_connect("/api/v1/events") as events:
        assert (await events.receive_json())["pairing"] == trace["steps"]


async def test_what_was_taken_waits_no_longer_and_what_failed_says_why(home: Home) -> None:
    token = await home.claim()
    for state in (ConfigurationState.PENDING, ConfigurationState.FAILED):
        home.lamp.context.publish(
            ConfigurationChanged(device=LAMP, channel=1, what="LINK", state=state, at=AT, reason="silent")
        )
    _, device = await ask(home, token, "GET", f"/devices/{LAMP}")
    assert [(one["state"], one["reason"]) for one in device["configuration"]] == [("failed", "silent")]
    home.lamp.context.publish(
        ConfigurationChanged(device=LAMP, channel=1, what="LINK", state=ConfigurationState.VERIFIED, at=AT)
    )
    _, device = await ask(home, token, "GET", f"/devices/{LAMP}")
    assert device["configuration"] == []


async def test_a_device_is_looked_for_by_its_serial(home: Home) -> None:
    token = await home.claim()
    body = {"interface": "lamp", "seconds": 30, "serial": "keq0123456"}
    status, _ = await ask(home, token, "POST", "/pairing", body)
    assert status == 202
    assert [vars_of(command) for command in home.lamp.executed] == [("lamp", 30, "KEQ0123456")]
    status, problem = await ask(home, token, "POST", "/pairing", {"interface": "lamp", "serial": "KEQ"})
    assert (status, problem["code"], problem["field"]) == (422, "out_of_range", "serial")


def vars_of(command: object) -> tuple[object, ...]:
    return tuple(getattr(command, name) for name in ("interface", "seconds", "serial"))
