"""How long devices may be silent: by their model, and as their owner set them up."""

from datetime import UTC, datetime

import pytest

from drivers.bidcos.devices import Model, model_by_name, models, reporting
from drivers.bidcos.members.household import Member, member_of
from drivers.bidcos.members.records import DeviceRecord
from drivers.bidcos.memory.learned import silence_s
from drivers.bidcos.memory.registers import OWNER_LIST, Registers

RADIO = bytes.fromhex("1FB74A")
AT = datetime(2026, 11, 28, tzinfo=UTC)
LIMITED = [model for model in models() if model.silence_s is not None]


@pytest.mark.parametrize("model", LIMITED, ids=lambda model: model.name)
def test_no_limit_is_shorter_than_what_a_living_device_may_need(model: Model) -> None:
    spoken = reporting(model)
    assert spoken is not None
    assert model.silence_s is not None
    assert model.silence_s >= spoken.silence_min_s


def test_who_reports_in_a_cycle_has_a_limit() -> None:
    cyclic = {
        "C",
        "CO2",
        "F",
        "KS",
        "M",
        "OT2",
        "P",
        "PT",
        "R",
        "RD",
        "RT",
        "SD",
        "SD2",
        "T",
        "TC",
        "TCIT",
        "W",
    }
    assert {model.cls for model in LIMITED} >= cyclic
    assert [model.name for model in models() if model.cls in cyclic and model.silence_s is None] == []
    switch = model_by_name("HM-LC-Sw1-Pl-2")
    assert switch is not None
    assert reporting(switch) is None


def _member(name: str, firmware: int = 0x24) -> Member:
    model = model_by_name(name)
    assert model is not None
    assert model.code is not None
    record = DeviceRecord(address=RADIO, model=model.code, firmware=firmware, serial="SIM0000001", counter=1)
    member = member_of(record)
    assert member is not None
    return member


@pytest.mark.parametrize(
    ("name", "registers", "limit_s"),
    [
        ("HM-Sec-SC-2", None, 100_800.0),  # it has not told
        ("HM-Sec-SC-2", {0x09: 0xFF}, 100_800.0),
        ("HM-Sec-SC-2", {0x09: 0x00}, None),  # its owner wants no reports
        ("HM-Sec-SC-2", {0x0A: 0x12}, 100_800.0),
        ("HM-CC-RT-DN", {0x09: 0x01, 0x11: 0}, 1_200.0),
        ("HM-CC-RT-DN", {0x09: 0x01, 0x11: 3}, 4_800.0),  # three of four reports are left out
        ("HM-CC-RT-DN", {0x09: 0x00, 0x11: 3}, None),
        ("HM-Sen-Wa-Od", {0x11: 6}, 100_800.0),  # as every central sets it
        ("HM-Sen-Wa-Od", {0x11: 0}, 100_800.0),
        ("HM-Sen-Wa-Od", {0x11: 13}, 201_600.0),
        ("HM-LC-Sw1-Pl-2", {0x09: 0x00}, None),
    ],
)
def test_the_owner_may_let_a_device_say_less(
    name: str, registers: dict[int, int] | None, limit_s: float | None
) -> None:
    known = Registers(lambda *_: None)
    if registers is not None:
        known.note_list(RADIO, OWNER_LIST, registers, AT)
    assert silence_s(_member(name), known) == limit_s
