"""What setting a parameter puts on the air, byte by byte."""

import pytest

from drivers.bidcos.commands import Times, message_for, owner_messages
from hub.contract import Value


@pytest.mark.parametrize(
    ("kind", "channel", "parameter", "value", "times", "payload"),
    [
        ("SWITCH", 1, "STATE", True, Times(), "0201C80000"),
        ("SWITCH", 1, "STATE", False, Times(), "0201000000"),
        ("SWITCH", 2, "STATE", True, Times(on_s=400.0), "0202C80000FA01"),
        ("SWITCH", 1, "INHIBIT", True, Times(), "0101"),
        ("DIMMER", 1, "LEVEL", 0.56, Times(), "02017000A0"),
        ("DIMMER", 1, "LEVEL", 1.0, Times(ramp_s=0.0, on_s=0.5), "0201C8000000A0"),
        ("DIMMER", 1, "STOP", True, Times(), "0301"),
        ("BLIND", 1, "LEVEL", 0.5, Times(), "020164"),
        ("JALOUSIE", 1, "LEVEL_SLATS", 0.5, Times(), "8001CA64"),
        ("JALOUSIE", 1, "LEVEL", 0.5, Times(), "800164CA"),
        ("RT", 4, "SET_TEMPERATURE", 21.5, Times(), "86042B"),
        ("RT", 4, "SET_TEMPERATURE", 4.5, Times(), "860409"),
        ("IT", 2, "SET_TEMPERATURE", 30.5, Times(), "86023D"),
        ("RT", 4, "MANU_MODE", 20.0, Times(), "810428"),
        ("RT", 4, "AUTO_MODE", True, Times(), "8004"),
        ("RT", 4, "BOOST_MODE", True, Times(), "8304"),
        ("RT", 4, "COMFORT_MODE", True, Times(), "8404"),
        ("RT", 4, "LOWERING_MODE", True, Times(), "8504"),
        ("REGULATOR", 2, "SETPOINT", 21.0, Times(), "02022A"),
        ("KEYMATIC", 1, "STATE", False, Times(), "800100FF"),
        ("KEYMATIC", 1, "STATE", True, Times(), "800101FF"),
        ("KEYMATIC", 1, "OPEN", True, Times(), "8001C8FF"),
        ("LED", 3, "LED_STATUS", 2, Times(), "800302"),
        ("ARMING", 4, "ARMSTATE", 2, Times(), "0204C80000"),
    ],
)
def test_a_parameter_becomes_its_bytes(
    kind: str, channel: int, parameter: str, value: Value, times: Times, payload: str
) -> None:
    message = message_for(kind, channel, parameter, value, times)
    assert message is not None
    assert message.payload().hex().upper() == payload


def test_what_cannot_be_set_has_no_message() -> None:
    assert message_for("CONTACT", 1, "STATE", True, Times()) is None


def test_an_owner_is_written_and_erased() -> None:
    start, write, end = owner_messages(b"\x63\x19\x64", owned=True)
    assert [part.payload().hex().upper() for part in (start, write, end)] == [
        "00050000000000",
        "000802010A630B190C64",
        "0006",
    ]
    assert owner_messages(b"\x63\x19\x64", owned=False)[1].payload().hex() == "000802000a000b000c00"
