"""What the devices send is what the driver reads: simulator and codec agree, each by the reference."""

from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.codec.messages import decode_message
from drivers.bidcos.devices import Model, model_by_name
from drivers.bidcos.translation.readings import read_message
from drivers.simulator.devices.device import Device

from .host import Host

Values = dict[tuple[int, str], object]


def model_of(device: Device) -> Model:
    model = model_by_name(device.blueprint.name)
    assert model is not None, device.blueprint.name
    return model


def heard(host: Host, device: Device, seconds: float) -> Values:
    values: Values = {}
    for frame in host.listen(seconds, device):
        for reading in read_message(decode_message(frame), frame, model_of(device)):
            values[reading.channel, reading.parameter] = reading.value
    return values


def test_every_device_is_in_the_drivers_table_under_its_code() -> None:
    host = Host(devices=20)
    for device in host.world.devices.values():
        assert model_of(device).code == device.blueprint.code


def test_every_kind_is_read_as_what_it_is() -> None:
    # given a paired home in which something happens everywhere
    host = Host()
    for device in host.world.devices.values():
        host.pair(device)
    host.listen(10.0)
    frames: list[Frame] = []
    for number, event in (
        (1, "on"),
        (2, "level 40"),
        (3, "level 50"),
        (4, "turn 21.5"),
        (5, "turn 19"),
        (6, "open"),
        (7, "motion 66"),
        (8, "press 3"),
        (9, "weather -3.5 81"),
        (10, "smoke"),
        (11, "load 60"),
        (12, "on"),
    ):
        verb, *args = event.split()
        host.device(number).act(verb, tuple(args))
        frames += host.listen(0.3)
    host.device(11).act("on", ())

    # when the hub listens to all of it
    values: dict[int, Values] = {}
    for frame in frames + host.listen(20.0):
        number = frame.sender[2]
        model = model_of(host.device(number))
        for reading in read_message(decode_message(frame), frame, model):
            values.setdefault(number, {})[reading.channel, reading.parameter] = reading.value

    # then each value is what somebody there would see
    assert values[1][1, "STATE"] is True
    assert values[2][1, "LEVEL"] == 0.4
    assert values[3][1, "LEVEL"] == 0.5
    assert values[4][2, "SET_TEMPERATURE"] == 21.5
    assert values[5][4, "SET_TEMPERATURE"] == 19.0
    assert values[5][4, "CONTROL_MODE"] in {0, "AUTO-MODE"}
    assert values[5][4, "BATTERY_STATE"] == 3.0
    assert values[6][1, "STATE"] is True
    assert values[7][1, "MOTION"] is True
    assert values[7][1, "BRIGHTNESS"] == 66
    assert values[8][3, "PRESS_SHORT"] is True
    assert values[9][1, "TEMPERATURE"] == -3.5
    assert values[9][1, "HUMIDITY"] == 81
    assert values[10][1, "STATE"] is True
    assert values[11][2, "POWER"] == 60.0
    assert values[12][1, "STATE"] is True


def test_low_batteries_are_read_as_such() -> None:
    host = Host()
    for number in (5, 6, 7, 9, 10):
        device = host.device(number)
        host.pair(device)
        host.listen(2.0)
        device.act("battery", ("low",))
        assert heard(host, device, 5.0)[0, "LOWBAT"] is True, device.blueprint.name
