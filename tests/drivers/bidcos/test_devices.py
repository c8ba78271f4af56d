"""The device table holds together."""

import pytest

from drivers.bidcos.devices import describe, kind, model_by_code, model_by_name, models, models_of_name
from hub.contract import DeviceAddress, ParameterType, ReceiveMode

ADDRESS = DeviceAddress("bidcos", "SIM0000001")


def test_there_are_over_a_hundred_models_and_each_describes_itself() -> None:
    assert len(models()) > 100
    for model in models():
        description = describe(model, ADDRESS, "1.0")
        assert description.channels[0].type == "MAINTENANCE"
        assert description.receive_modes or model.name
        for channel in description.channels:
            for parameter in channel.parameters.values():
                assert (parameter.min is None) == (parameter.max is None)
                assert bool(parameter.enum) == (parameter.type is ParameterType.ENUM)


@pytest.mark.parametrize(
    ("name", "channel", "ccu_type"),
    [
        ("HM-LC-Sw1-Pl-2", 1, "SWITCH"),
        ("HM-LC-Dim1T-Pl-3", 1, "DIMMER"),
        ("HM-LC-Bl1PBU-FM", 1, "BLIND"),
        ("HM-TC-IT-WM-W-EU", 2, "THERMALCONTROL_TRANSMIT"),
        ("HM-CC-RT-DN", 4, "CLIMATECONTROL_RT_TRANSCEIVER"),
        ("HM-Sec-SC-2", 1, "SHUTTER_CONTACT"),
        ("HM-Sec-MDIR-2", 1, "MOTION_DETECTOR"),
        ("HM-RC-4-3", 4, "KEY"),
        ("HM-WDS40-TH-I-2", 1, "WEATHER"),
        ("HM-Sec-SD-2", 1, "SMOKE_DETECTOR"),
        ("HM-ES-PMSw1-Pl", 2, "POWERMETER"),
    ],
)
def test_a_common_model_has_its_channel(name: str, channel: int, ccu_type: str) -> None:
    model = model_by_name(name)
    assert model is not None
    assert model.code is not None
    assert model_by_code(model.code) is model
    kind_name = model.kind_at(channel)
    assert kind_name is not None
    assert kind(kind_name).type == ccu_type


def test_a_name_is_found_in_any_spelling_and_by_its_other_name() -> None:
    assert model_by_name("hm-sec-sc") is model_by_name("HM-SEC-SC")
    other = model_by_name("HM-LC-SW1-PL2")
    assert other is not None
    assert other.name == "HM-LC-Sw1-Pl-2"
    assert model_by_name("HM-LC_Dim1TPBU-FM") is model_by_name("HM-LC-Dim1TPBU-FM")
    assert model_by_name("Radiator thermostat (not stated)") is not None
    assert model_by_name("nothing of ours") is None


def test_a_name_of_several_models_gives_them_all() -> None:
    assert [model.code for model in models_of_name("hm-lc-dim1l-cv")] == [0x0012, 0x006E]
    assert [model.code for model in models_of_name("HM-LC-Dim2T-SM")] == [0x005A, 0x0074]
    assert [model.code for model in models_of_name("HM-RC-4-3")] == [0x00D4]
    assert models_of_name("") == ()


def test_devices_of_which_little_is_known_have_their_channels() -> None:
    found = {code: model_by_code(code) for code in (0x004B, 0x009B)}
    assert {code: tuple(model.channels) for code, model in found.items() if model is not None} == {
        0x004B: (1,),
        0x009B: (1, 2, 3),
    }


@pytest.mark.parametrize("name", ["HM-WDC7000", "HM-Sec-SFA-SM"])
def test_a_low_battery_is_described_of_a_device_that_listens_all_the_time(name: str) -> None:
    model = model_by_name(name)
    assert model is not None
    assert "LOWBAT" in describe(model, ADDRESS, "1.0").channels[0].parameters
    assert not model.has_battery


def test_what_devices_say_lies_in_its_range() -> None:
    assert kind("CLIMATE").parameters["HUMIDITY"].max == 100
    assert kind("IT").parameters["ACTUAL_HUMIDITY"].max == 100
    assert kind("REGULATOR").parameters["ADJUSTING_DATA"].max == 255


def test_a_radiator_thermostat_sleeps_and_can_be_woken() -> None:
    model = model_by_name("HM-CC-RT-DN")
    assert model is not None
    assert ReceiveMode.CONDITIONAL_BURST in model.receive_modes
    assert model.has_battery
