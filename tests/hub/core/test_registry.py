from dataclasses import replace

from hub.contract import DeviceAppeared, DeviceChanged, DeviceReachable, DeviceRemoved, DeviceUnreachable
from hub.core import Registry
from tests.hub.core.home import AT, DESCRIPTION, DEVICE, PARAMETERS, STATE, SWITCH


def test_a_device_is_new_once() -> None:
    registry = Registry()
    appeared = DeviceAppeared(description=DESCRIPTION)
    assert registry.apply(appeared) == appeared
    assert registry.apply(appeared) is None
    assert registry.devices[DEVICE].reachable


def test_a_restored_device_that_appears_with_another_firmware_has_changed() -> None:
    registry = Registry()
    registry.restore([DESCRIPTION])
    newer = replace(DESCRIPTION, firmware="2.0")
    assert registry.apply(DeviceAppeared(description=newer)) == DeviceChanged(description=newer)
    assert registry.devices[DEVICE].description.firmware == "2.0"


def test_reachability_is_told_once_and_survives_a_new_description() -> None:
    registry = Registry()
    registry.restore([DESCRIPTION])
    lost = DeviceUnreachable(device=DEVICE, at=AT, reason="no_answer")
    assert registry.apply(lost) == lost
    assert registry.apply(lost) is None
    registry.apply(DeviceChanged(description=replace(DESCRIPTION, firmware="2.0")))
    assert (registry.devices[DEVICE].reachable, registry.devices[DEVICE].unreachable) == (False, "no_answer")
    back = DeviceReachable(device=DEVICE, at=AT)
    assert registry.apply(back) == back
    assert registry.apply(back) is None


def test_an_unknown_device_is_neither_removed_nor_unreachable() -> None:
    registry = Registry()
    assert registry.apply(DeviceRemoved(device=DEVICE)) is None
    assert registry.apply(DeviceUnreachable(device=DEVICE, at=AT, reason="silent")) is None


def test_a_removed_device_is_gone() -> None:
    registry = Registry()
    registry.restore([DESCRIPTION])
    assert registry.apply(DeviceRemoved(device=DEVICE)) is not None
    assert dict(registry.devices) == {}


def test_a_parameter_is_found_by_its_datapoint_id() -> None:
    registry = Registry()
    assert registry.parameter(STATE) is None
    registry.restore([DESCRIPTION])
    assert registry.parameter(STATE) == PARAMETERS["STATE"]
    assert registry.parameter(SWITCH.datapoint("NOTHING")) is None
