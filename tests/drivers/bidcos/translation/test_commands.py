"""What setting a parameter puts on the air, byte by byte."""

from datetime import UTC, datetime

import pytest

from drivers.bidcos.devices import MAINTENANCE_FAMILY, family, kind, maintenance, model_by_name, models
from drivers.bidcos.team_calls import CALLS
from drivers.bidcos.translation.commands import (
    EPOCH_2000,
    is_stored,
    messages_for,
    owner_messages,
    status_channels,
    time_reply,
)
from drivers.bidcos.translation.commands_text import BadText
from hub.contract import ParameterType, Value

NOTHING: dict[str, Value] = {}
HOLIDAY: dict[str, Value] = {
    "PARTY_START_TIME": 630,
    "PARTY_START_DAY": 12,
    "PARTY_START_MONTH": 3,
    "PARTY_START_YEAR": 26,
    "PARTY_STOP_TIME": 1410,
    "PARTY_STOP_DAY": 1,
    "PARTY_STOP_MONTH": 4,
    "PARTY_STOP_YEAR": 26,
}


@pytest.mark.parametrize(
    ("of", "channel", "parameter", "value", "stored", "payload"),
    [
        ("SWITCH", 1, "STATE", True, NOTHING, "0201C80000"),
        ("SWITCH", 1, "STATE", False, NOTHING, "0201000000"),
        ("SWITCH", 2, "STATE", True, {"ON_TIME": 400.0}, "0202C80000FA01"),
        ("SWITCH", 2, "STATE", True, {"ON_TIME": 0.0}, "0202C80000"),
        ("SWITCH", 1, "INHIBIT", True, NOTHING, "0101"),
        ("SPRINKLER", 2, "INACTIVE_MODE", True, NOTHING, "8302"),
        ("DOOR_DRIVE", 1, "STATE", True, NOTHING, "0201C8000000A0"),
        ("DIMMER", 1, "LEVEL", 0.56, NOTHING, "02017000A0"),
        ("DIMMER", 1, "LEVEL", 1.0, {"RAMP_TIME": 0.0, "ON_TIME": 0.5}, "0201C8000000A0"),
        ("DIMMER", 1, "OLD_LEVEL", True, NOTHING, "0201C900A0"),
        ("DIMMER", 1, "RAMP_STOP", True, NOTHING, "0301"),
        ("BLIND", 1, "LEVEL", 0.5, NOTHING, "020164"),
        ("BLIND", 1, "STOP", True, NOTHING, "0301"),
        ("JALOUSIE", 1, "LEVEL_SLATS", 0.5, NOTHING, "8001CA64"),
        ("JALOUSIE", 1, "LEVEL", 0.5, NOTHING, "800164CA"),
        ("JALOUSIE", 1, "LEVEL", 1.005, NOTHING, "8001C9CA"),
        ("JALOUSIE", 1, "LEVEL_COMBINED", "0x64,0xC8", NOTHING, "800164C8"),
        ("COLOUR", 2, "COLOR", 120, NOTHING, "02027800A0"),
        ("COLOUR", 3, "PROGRAM", 4, NOTHING, "02030400A0"),
        ("COLOUR", 2, "ACT_HSV_COLOR_VALUE_STORE", 50, {"ACT_BRIGHTNESS_STORE": 100}, "8002643200A00000"),
        ("COLOUR", 3, "ACT_COLOR_PROGRAM_STORE", 2, {"ACT_MAX_BORDER_STORE": 9}, "8103C802000900A00000"),
        ("RT", 4, "SET_TEMPERATURE", 21.5, NOTHING, "86042B"),
        ("RT", 4, "SET_TEMPERATURE", 4.5, NOTHING, "860409"),
        ("IT", 2, "SET_TEMPERATURE", 30.5, NOTHING, "86023D"),
        ("RT", 4, "MANU_MODE", 20.0, NOTHING, "810428"),
        ("RT", 4, "AUTO_MODE", True, NOTHING, "8004"),
        ("RT", 4, "BOOST_MODE", True, NOTHING, "8304"),
        ("RT", 4, "COMFORT_MODE", True, NOTHING, "8404"),
        ("RT", 4, "LOWERING_MODE", True, NOTHING, "8504"),
        ("RT", 4, "PARTY_MODE_SUBMIT", "17.0,630,12,3,26,1410,1,4,26", NOTHING, "820422150C1A2F011A34"),
        ("IT", 2, "PARTY_TEMPERATURE", 17.0, HOLIDAY, "820222150C1A2F011A34"),
        ("RT", 4, "CLEAR_WINDOW_OPEN_SYMBOL", 1, NOTHING, "880402"),
        (MAINTENANCE_FAMILY, 0, "ADAPTION_DRIVE", True, NOTHING, "8704"),
        (MAINTENANCE_FAMILY, 0, "INHIBIT", True, NOTHING, "0100"),
        (MAINTENANCE_FAMILY, 0, "LED_STATUS", 0xC0000001, NOTHING, "8100C0000001"),
        ("REGULATOR", 2, "SETPOINT", 21.0, NOTHING, "02022A"),
        ("REGULATOR", 2, "SETPOINT", 100.0, NOTHING, "0202C8"),
        ("REGULATOR", 2, "STATE", True, NOTHING, "0202C8"),
        ("KEYMATIC", 1, "STATE", False, NOTHING, "800100FF"),
        ("KEYMATIC", 1, "STATE", True, {"RELOCK_DELAY": 120.0}, "80010158"),
        ("KEYMATIC", 1, "OPEN", True, {"RELOCK_DELAY": 111600.0}, "8001C8FF"),
        ("WINMATIC", 1, "LEVEL", 1.0, {"SPEED": 0.3}, "8101C8FF3C"),
        ("WINMATIC", 1, "LEVEL", -0.005, NOTHING, "8101FFFF64"),
        ("ROOF_WINDOW", 1, "LEVEL", -0.005, NOTHING, "0201FF"),
        ("LED", 3, "LED_STATUS", 2, NOTHING, "800302"),
        ("LED", 3, "ALL_LEDS", "0xAAAAAAAA", NOTHING, "8100AAAAAAAA"),
        ("LED", 1, "LED_SLEEP_MODE", 1, NOTHING, "820101"),
        ("ARMING", 4, "ARMSTATE", 2, NOTHING, "0204C80000"),
        ("MELODY_CHIME", 2, "SUBMIT", "0.5,2,108000,3,7", NOTHING, "800264020307" + "00" * 8 + "83EA"),
        ("MELODY_LED", 1, "SUBMIT", "1,3,0,33,18", NOTHING, "800101032112" + "00" * 8 + "0000"),
        ("REMOTE_DISPLAY", 18, "ALARM_COUNT", 3, NOTHING, "811203"),
        ("REMOTE_DISPLAY", 18, "SERVICE_COUNT", 0, NOTHING, "821200"),
        (
            "REMOTE_DISPLAY",
            18,
            "SUBMIT",
            True,
            {"TEXT": "21,5", "UNIT": 3, "BULB": True, "ARROW_UP": True, "BEEP": 2, "BACKLIGHT": 1},
            "8012" + "20203231" + "35" + "01" + "4A" + "06",
        ),
    ],
)
def test_a_parameter_becomes_its_bytes(
    of: str, channel: int, parameter: str, value: Value, stored: dict[str, Value], payload: str
) -> None:
    messages = messages_for(of, channel, parameter, value, stored)
    assert messages is not None
    assert [message.payload().hex().upper() for message in messages] == [payload]


def test_a_long_display_goes_in_parts() -> None:
    text = ",".join(["0x02", *["0x41"] * 13, "0x03"])
    messages = messages_for("DISPLAY", 3, "SUBMIT", text, NOTHING)
    assert messages is not None
    assert [message.payload().hex() for message in messages] == ["800302" + "41" * 13, "800303"]


@pytest.mark.parametrize(
    ("of", "parameter", "value"),
    [
        ("RT", "PARTY_MODE_SUBMIT", "17.0,630,12,3,26"),
        ("RT", "PARTY_MODE_SUBMIT", "17.0,630,31,2,26,1410,1,4,26"),
        ("RT", "PARTY_MODE_SUBMIT", "17.0,1440,12,3,26,1410,1,4,26"),
        ("RT", "PARTY_MODE_SUBMIT", "40,630,12,3,26,1410,1,4,26"),
        ("RT", "PARTY_MODE_SUBMIT", "17.0,630,1,4,26,600,1,4,26"),
        ("RT", "PARTY_MODE_SUBMIT", "nan,630,12,3,26,1410,1,4,26"),
        ("RT", "PARTY_MODE_SUBMIT", "17.0,630,12,3,99999999999999999999,1410,1,4,26"),
        ("RT", "PARTY_MODE_SUBMIT", ""),
        ("RT", "PARTY_TEMPERATURE", 17.0),
        ("MELODY_CHIME", "SUBMIT", "0.5"),
        ("MELODY_CHIME", "SUBMIT", "1.5,1,1,1"),
        ("MELODY_CHIME", "SUBMIT", "1,1,1"),
        ("MELODY_CHIME", "SUBMIT", "1,1,1,0"),
        ("MELODY_CHIME", "SUBMIT", "1,1,1,1,2,3,4,5,6,7,8,9,10,11"),
        ("JALOUSIE", "LEVEL_COMBINED", "0x64"),
        ("JALOUSIE", "LEVEL_COMBINED", "0x64,0xFF"),
        ("JALOUSIE", "LEVEL_COMBINED", "half"),
        ("LED", "ALL_LEDS", "red"),
        ("LED", "ALL_LEDS", "-1"),
        ("DISPLAY", "SUBMIT", "0x41"),
        ("DISPLAY", "SUBMIT", "0x02," + "0x41," * 150 + "0x03"),
        ("REMOTE_DISPLAY", "SUBMIT", True),
    ],
)
def test_a_text_in_a_wrong_format_is_refused_with_the_format(of: str, parameter: str, value: Value) -> None:
    with pytest.raises(BadText) as refusal:
        messages_for(of, 1, parameter, value, {"TEXT": "too long"})
    assert refusal.value.allowed


def test_a_display_without_latin_letters_is_refused() -> None:
    with pytest.raises(BadText):
        messages_for("REMOTE_DISPLAY", 18, "SUBMIT", True, {"TEXT": "温度"})


def test_what_cannot_be_set_has_no_message() -> None:
    assert messages_for("CONTACT", 1, "STATE", True, NOTHING) is None
    assert messages_for("", 0, "UNREACH", True, NOTHING) is None


def test_what_goes_along_with_the_next_order_sends_nothing() -> None:
    assert is_stored("SWITCH", "ON_TIME")
    assert is_stored("DIMMER", "RAMP_TIME")
    assert is_stored("WINMATIC", "SPEED")
    assert is_stored("RT", "PARTY_STOP_DAY")
    assert is_stored("REMOTE_DISPLAY", "BULB")
    assert not is_stored("REMOTE_DISPLAY", "SUBMIT")
    assert not is_stored("WINMATIC", "LEVEL")


_TEXTS = {
    "PARTY_MODE_SUBMIT": "17.0,630,12,3,26,1410,1,4,26",
    "LEVEL_COMBINED": "0x64,0xC8",
    "ALL_LEDS": "7",
}
_TEXTS_BY_FAMILY = {"MELODY_CHIME": "1,1,1,1", "MELODY_LED": "1,1,1,1", "DISPLAY": "0x02,0x0A,0x03"}


def test_every_writable_parameter_of_every_model_is_stored_or_has_messages() -> None:
    count = 0
    for model in models():
        names = model.channels.values()
        channels = [(MAINTENANCE_FAMILY, 0, maintenance(names, battery=False))]
        channels += [(family(name), index, kind(name).parameters) for index, name in model.channels.items()]
        for of, index, parameters in channels:
            for parameter, description in parameters.items():
                if not description.writable or is_stored(of, parameter) or parameter in CALLS:
                    continue
                value: Value = True
                if description.type in {ParameterType.FLOAT, ParameterType.INTEGER, ParameterType.ENUM}:
                    value = description.max or 0
                elif description.type is ParameterType.STRING:
                    value = _TEXTS.get(parameter) or _TEXTS_BY_FAMILY[of]
                messages = messages_for(of, index, parameter, value, HOLIDAY)
                assert messages, f"{model.name} {index} {parameter}"
                count += sum(len(message.payload()) > 1 for message in messages)
    assert count > 800


def test_actuators_are_asked_and_sleepers_are_not() -> None:
    for name, channels in (
        ("HM-LC-Sw4-DR", (1, 2, 3, 4)),
        ("HM-Sec-SC", ()),
        ("HM-LC-Dim1T-Pl-3", (1, 2, 3)),
    ):
        model = model_by_name(name)
        assert model is not None
        assert status_channels(model) == channels


def test_an_owner_is_written_and_erased() -> None:
    start, write, end = owner_messages(b"\x63\x19\x64", owned=True)
    assert [part.payload().hex().upper() for part in (start, write, end)] == [
        "00050000000000",
        "000802010A630B190C64",
        "0006",
    ]
    assert owner_messages(b"\x63\x19\x64", owned=False)[1].payload().hex() == "000802000a000b000c00"


def test_only_our_bit_of_the_owners_register_is_written() -> None:
    for others in (0x80, 0x81):
        _, write, _ = owner_messages(b"\x63\x19\x64", owned=True, others=others)
        assert write.payload().hex() == "000802810a630b190c64"
        _, erase, _ = owner_messages(b"\x63\x19\x64", owned=False, others=others)
        assert erase.payload().hex() == "000802800a000b000c00"


def test_the_time_is_told_in_seconds_since_2000_with_the_houses_zone() -> None:
    now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    reply = time_reply(now)
    assert reply.seconds == (now - EPOCH_2000).total_seconds()
    assert -24 <= reply.zone <= 28
    assert time_reply(datetime(1999, 1, 1, tzinfo=UTC)).seconds == 0
