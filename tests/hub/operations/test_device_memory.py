"""Paramsets, direct links and week programs on the way between browser and driver, over real HTTP."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hub.contract import (
    AddPeering,
    ChannelAddress,
    CommandRefused,
    DutyCycleExhausted,
    GetParamset,
    GetWeekProgram,
    LinkProfile,
    ListLinkProfiles,
    ListPeerings,
    ParameterChange,
    ParameterDescription,
    ParameterType,
    Paramset,
    ParamsetChange,
    Peering,
    PeeringPartners,
    Period,
    PutParamset,
    PutWeekProgram,
    RemovePeering,
    WeekProgram,
    Written,
    WrongKey,
)
from privacy.vocabulary import DataCategory
from tests.hub.home_in_a_box import Home
from tests.hub.lamp import LAMP

CHANNEL = LAMP.channel(1)
BUTTON = LAMP.channel(0)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
MASTER = f"/channels/{CHANNEL}/paramsets/MASTER"
DESCRIPTIONS = {
    "TRANSMIT_TRY_MAX": ParameterDescription(
        type=ParameterType.INTEGER, category=DataCategory.DEVICE, min=1, max=10, writable=True
    )
}
DAY = (Period(360, 17.0), Period(1440, 21.0))
DAY_SENT = [
    {"until_minutes": 360, "temperature_celsius": 17.0},
    {"until_minutes": 1440, "temperature_celsius": 21.0},
]


async def ask(home: Home, token: str, method: str, path: str, body: object = None) -> tuple[int, Any]:
    async with home.browser(token) as browser, browser.request(method, "/api/v1" + path, json=body) as answer:
        return answer.status, await answer.json() if answer.status != 204 else None


async def test_a_paramset_is_told_with_what_is_pending_and_what_is_allowed(home: Home) -> None:
    token = await home.claim()
    home.lamp.answers[GetParamset] = Paramset(
        channel=CHANNEL,
        paramset="MASTER",
        values={"TRANSMIT_TRY_MAX": 6},
        descriptions=DESCRIPTIONS,
        read_at=AT,
        told_at={"TRANSMIT_TRY_MAX": AT},
        reading=True,
        pending={"TRANSMIT_TRY_MAX": 3},
    )

    status, told = await ask(home, token, "GET", MASTER + "?refresh=true")

    assert status == 200
    assert (told["values"], told["pending"]) == ({"TRANSMIT_TRY_MAX": 6}, {"TRANSMIT_TRY_MAX": 3})
    assert (told["peer"], told["read_at"]) == (None, "2026-03-01T12:00:00.000Z")
    assert (told["told_at"], told["reading"]) == ({"TRANSMIT_TRY_MAX": told["read_at"]}, True)
    assert told["parameters"]["TRANSMIT_TRY_MAX"]["max"] == 10
    assert home.lamp.asked == [GetParamset(channel=CHANNEL, paramset="MASTER", refresh=True)]


async def test_a_write_is_told_old_and_new_and_a_dry_run_is_asked_as_one(home: Home) -> None:
    token = await home.claim()
    change = ParameterChange(name="TRANSMIT_TRY_MAX", old=None, new=3)
    home.lamp.answers[PutParamset] = ParamsetChange(changes=(change,), written=Written.DRY_RUN)

    sent = {"values": {"TRANSMIT_TRY_MAX": 3}, "dry_run": True}
    status, told = await ask(home, token, "PUT", MASTER, sent)

    assert (status, told["written"]) == (200, "dry_run")
    assert told["changes"] == [{"name": "TRANSMIT_TRY_MAX", "old": None, "new": 3}]
    [query] = home.lamp.asked
    assert query == PutParamset(
        channel=CHANNEL, paramset="MASTER", values={"TRANSMIT_TRY_MAX": 3}, dry_run=True
    )


async def test_direct_links_are_listed_made_and_taken_away(home: Home) -> None:
    token = await home.claim()
    peering = Peering(sender=BUTTON, receiver=CHANNEL, sender_knows=True, receiver_knows=False)
    home.lamp.answers = {
        ListPeerings: (peering,),
        PeeringPartners: (CHANNEL,),
        ListLinkProfiles: (LinkProfile(name="on_off", names={"de": "Ein/Aus", "en": "On/off"}),),
        AddPeering: Written.PENDING,
        RemovePeering: Written.VERIFIED,
    }
    pair = f"?sender={BUTTON}&receiver={CHANNEL}"

    listed = await ask(home, token, "GET", f"/devices/{LAMP}/peerings")
    partners = await ask(home, token, "GET", f"/channels/{BUTTON}/partners")
    profiles = await ask(home, token, "GET", "/peerings/profiles" + pair)
    sent = {"sender": str(BUTTON), "receiver": str(CHANNEL), "profile": "on_off"}
    added = await ask(home, token, "POST", "/peerings", sent)
    removed = await ask(home, token, "DELETE", "/peerings" + pair)

    ends = {"sender": str(BUTTON), "receiver": str(CHANNEL)}
    row = {**ends, "sender_knows": True, "receiver_knows": False, "foreign": False, "pending": False}
    assert listed == (200, {"peerings": [row]})
    assert partners == (200, {"partners": [str(CHANNEL)]})
    assert profiles[1]["profiles"] == [{"name": "on_off", "names": {"de": "Ein/Aus", "en": "On/off"}}]
    assert added == (201, {"written": "pending"})
    assert removed == (200, {"written": "verified"})


async def test_a_week_program_goes_to_the_thermostat_and_back(home: Home) -> None:
    token = await home.claim()
    week = WeekProgram(days=(DAY,) * 7)
    home.lamp.answers = {GetWeekProgram: week, PutWeekProgram: Written.VERIFIED}
    path = f"/channels/{CHANNEL}/weeks/2"

    status, told = await ask(home, token, "GET", path)
    written = await ask(home, token, "PUT", path, {"days": told["days"]})

    assert (status, told["program"], told["days"]) == (200, 2, [DAY_SENT] * 7)
    assert written == (200, {"written": "verified"})
    assert home.lamp.asked[-1] == PutWeekProgram(channel=CHANNEL, week=week, program=2)


TOO_LATE = [DAY_SENT[1], DAY_SENT[0]]
BAD: list[tuple[str, str, object, int, str, str]] = [
    ("GET", "/channels/lamp:LAMP000001:9/paramsets/MASTER", None, 404, "unknown_channel", "channel"),
    ("GET", "/channels/nonsense/paramsets/MASTER", None, 404, "unknown_channel", "channel"),
    ("GET", f"/channels/{CHANNEL}/paramsets/VALUES", None, 422, "out_of_range", "paramset"),
    ("GET", f"/channels/{CHANNEL}/paramsets/LINK", None, 422, "missing_field", "peer"),
    ("GET", f"/channels/{CHANNEL}/paramsets/MASTER?peer={CHANNEL}", None, 422, "unknown_field", "peer"),
    ("PUT", MASTER, {"values": {}}, 422, "out_of_range", "values"),
    ("PUT", MASTER, {"values": {"A": None}}, 422, "wrong_type", "values[...]"),
    ("PUT", MASTER, {"values": [1]}, 422, "wrong_type", "values"),
    ("POST", "/peerings", {"sender": "x", "receiver": str(CHANNEL)}, 404, "unknown_channel", "sender"),
    ("POST", "/peerings", {"sender": str(CHANNEL)}, 422, "missing_field", "receiver"),
    ("GET", "/devices/lamp:GONE/peerings", None, 404, "unknown_device", "address"),
    ("GET", f"/channels/{CHANNEL}/weeks/4", None, 422, "out_of_range", "program"),
    ("GET", f"/channels/{CHANNEL}/weeks/x", None, 422, "wrong_type", "program"),
    ("PUT", f"/channels/{CHANNEL}/weeks/1", {"days": [DAY_SENT] * 6}, 422, "out_of_range", "days"),
    ("PUT", f"/channels/{CHANNEL}/weeks/1", {"days": [TOO_LATE] * 7}, 422, "out_of_range", "days[0]"),
    ("PUT", f"/channels/{CHANNEL}/weeks/1", {"days": [DAY_SENT[:1]] * 7}, 422, "out_of_range", "days[0]"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "code", "field"), BAD)
async def test_nonsense_is_refused_by_name_and_no_driver_hears_of_it(
    home: Home, method: str, path: str, body: object, status: int, code: str, field: str
) -> None:
    token = await home.claim()
    answered, problem = await ask(home, token, method, path, body)
    assert (answered, problem["code"], problem["field"]) == (status, code, field)
    assert problem["way_out"]
    assert not home.lamp.asked


@pytest.mark.parametrize(
    ("refused", "status", "code"),
    [
        (WrongKey(LAMP), 409, "wrong_key"),
        (CommandRefused("peers_full", field="receiver", value=str(LAMP)), 409, "peers_full"),
        (CommandRefused("not_listening", field="device", value=str(LAMP)), 409, "not_listening"),
        (CommandRefused("not_supported", value="AddPeering"), 422, "not_supported"),
    ],
)
async def test_what_a_driver_refuses_reaches_the_person_in_words(
    home: Home, refused: Exception, status: int, code: str
) -> None:
    token = await home.claim()
    home.lamp.answers[AddPeering] = refused
    sent = {"sender": str(BUTTON), "receiver": str(CHANNEL)}
    answered, problem = await ask(home, token, "POST", "/peerings", sent)
    assert (answered, problem["code"]) == (status, code)
    assert problem["title"] != "Not possible"


async def test_used_up_send_time_says_when_it_will_go(home: Home) -> None:
    token = await home.claim()
    home.lamp.answers[RemovePeering] = DutyCycleExhausted(754.2)
    path = f"/api/v1/peerings?sender={BUTTON}&receiver={CHANNEL}"
    async with home.browser(token) as browser, browser.delete(path) as answer:
        problem = await answer.json()
    assert (answer.status, answer.headers["Retry-After"]) == (503, "755")
    assert problem["retry_after_s"] == 754.2
    assert "13 min" in problem["way_out"]


def test_a_channel_has_one_spelling() -> None:
    with pytest.raises(ValueError, match="not a channel"):
        ChannelAddress.parse("lamp:LAMP000001:01")
