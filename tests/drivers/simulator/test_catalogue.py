"""Every model of the device table can be simulated, and what it sends is what the driver's table reads."""

import random

import pytest

from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.codec.messages import decode_message
from drivers.bidcos.devices import model_by_name, models
from drivers.bidcos.translation.readings import read_message
from drivers.simulator.devices.catalogue import blueprint_of, default_names, named
from drivers.simulator.devices.device import Device
from drivers.simulator.devices.surface import ActRefused
from drivers.simulator.world import World, WorldConfig

from .host import CENTRAL, Host

# what somebody does to one device of each class, and what the driver must read then
ACTS = {
    "HM-LC-Sw4-SM": ("on 3", (3, "STATE"), True),
    "HM-LC-Dim1TPBU-FM": ("level 40", (1, "LEVEL"), 0.4),
    "HM-LC-Bl1PBU-FM": ("level 40", (1, "LEVEL"), 0.4),
    "HM-LC-Ja1PBU-FM": ("level 40", (1, "LEVEL"), 0.4),
    "HM-RC-12": ("press 11", (11, "PRESS_SHORT"), True),
    "HM-RC-19": ("press 17 long", (17, "PRESS_LONG"), True),
    "HM-Sec-SC-2": ("open", (1, "STATE"), True),
    "HM-SCI-3-FM": ("open 3", (3, "STATE"), True),
    "HM-Sec-RHS": ("tilt", (1, "STATE"), "TILTED"),
    "HM-Sec-TiS": ("open", (1, "STATE"), True),
    "HM-Sec-WDS": ("wet", (1, "STATE"), "WATER"),
    "HM-CC-SCD": ("added", (1, "STATE"), "LEVEL_ADDED"),
    "HM-Sen-Wa-Od": ("fill 62.5", (1, "FILLING_LEVEL"), 62),
    "HM-Sen-RD-O": ("rain", (1, "STATE"), True),
    "HM-Sen-MDIR-WM55": ("motion 71", (3, "BRIGHTNESS"), 71),
    "HM-WDS40-TH-I-2": ("weather 21.3 44", (1, "HUMIDITY"), 44),
    "HM-WDS100-C6-O-2": ("weather -2.5 90", (1, "TEMPERATURE"), -2.5),
    "HM-WDC7000": ("weather@10 3.5 70", (10, "AIR_PRESSURE"), 1013),
    "HM-WDS30-OT2-SM": ("weather 20 50", (2, "TEMPERATURE"), 26.5),
    "HM-Sen-LI-O": ("press", (1, "LUX"), None),
    "HM-Sec-SD": ("smoke", (1, "STATE"), True),
    "HM-CC-TC": ("turn 23.5", (2, "SETPOINT"), 23.5),
    "HM-Sec-Key": ("unlock", (1, "STATE"), True),
    "HM-Sec-Win": ("level 30", (1, "LEVEL"), 0.3),
    "HM-ES-TX-WM": ("load 1500", (1, "IEC_POWER"), 1500.0),
    "HM-Sec-SFA-SM": ("on 2", (2, "STATE"), True),
    "HM-OU-CFM-Pl": ("on 2", (2, "STATE"), True),
    "KFM-SENSOR": ("fill 555", (1, "RAW_VALUE"), 555),
}


def home(*names: str) -> tuple[Host, list[Device]]:
    """Paired devices on a manual clock."""
    host = Host(models=names)
    devices = list(host.world.devices.values())
    for device in devices:
        host.pair(device)
    host.listen(3.0)
    return host, devices


def read(device: Device, frames: list[Frame]) -> dict[tuple[int, str], object]:
    model = model_by_name(device.blueprint.name)
    values: dict[tuple[int, str], object] = {}
    for frame in frames:
        for reading in read_message(decode_message(frame), frame, model):
            values[reading.channel, reading.parameter] = reading.value
    return values


@pytest.mark.parametrize("name", ACTS)
def test_what_somebody_does_to_a_device_is_read_by_the_driver(name: str) -> None:
    act, datapoint, expected = ACTS[name]
    host, (device,) = home(name)
    verb, *args = act.split()
    device.act(verb, tuple(args))
    values = read(device, host.listen(35.0, device))
    assert datapoint in values
    if isinstance(expected, str):  # an enumeration: number or text
        assert str(values[datapoint]) in {expected, "1", "2"}
    elif expected is not None:
        assert values[datapoint] == expected


def test_the_stars_are_those_of_the_reference_and_the_whole_table_lives() -> None:
    assert len(named("stars")) == 88
    every = named("all")
    assert len(every) == len(models())
    config = WorldConfig(models=tuple(every), central=CENTRAL)
    world = World(config, uniform=random.Random(3).random, emit=lambda _: None)
    world.power_on()
    world.agenda.run_until(600.0)
    assert world.air.airtime_total_s > 5.0
    for device in world.devices.values():
        assert isinstance(device.state(), dict)


def test_receive_modes_are_those_of_the_table() -> None:
    assert not blueprint_of("HM-LC-Sw1-FM").sleeps
    assert blueprint_of("HM-Sec-Key").burst
    assert blueprint_of("HM-CC-RT-DN").burst_if_set
    remote = blueprint_of("HM-RC-4")
    assert remote.sleeps
    assert not remote.burst
    assert not remote.wakes_up
    assert remote.event_flags == 0xA4
    assert blueprint_of("HM-Sec-SCo").event_flags == 0xA2


def test_models_are_chosen_by_name_other_name_and_code() -> None:
    assert named("hm-rc-4, 00AD,HM-LC-SW1-PL2") == ["HM-RC-4", "HM-TC-IT-WM-W-EU", "HM-LC-Sw1-Pl-2"]
    for wrong in ("HM-None", "FFFF", "", ","):
        with pytest.raises(ValueError, match="stars"):
            named(wrong)


def test_the_packaged_home_begins_with_its_twelve() -> None:
    names = default_names(30)
    assert names[:3] == ["HM-LC-Sw1-Pl-2", "HM-LC-Dim1T-Pl", "HM-LC-Bl1-FM"]
    assert names[12] == names[20] == "HM-WDS40-TH-I"


@pytest.mark.parametrize("name", ["HM-LC-Sw1-FM", "HM-RC-4", "HM-CC-VD", "HM-SEC-CEN"])
def test_no_device_does_what_it_has_no_button_for(name: str) -> None:
    _, (device,) = home(name)
    for verb in ("fly", "press 40", "turn", "level@3 5", "on 9"):
        word, *args = verb.split()
        with pytest.raises(ActRefused, match=r"\w"):
            device.act(word, tuple(args))
