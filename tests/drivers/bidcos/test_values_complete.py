"""Every value of every model is told by some frame: no parameter is only described."""

import pytest

from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.codec.messages import (
    AckStatus,
    ClimateEvent,
    FillingMeasurement,
    GasMeasurement,
    IecEvent,
    ItInfo,
    KeyPress,
    LightMeasurement,
    Message,
    PowerEvent,
    RtInfo,
    SensorEvent,
    Status,
    TemperatureMeasurement,
    ThermalControl,
    Weather,
    decode_message,
    message_frame,
)
from drivers.bidcos.devices import Model, kind, models
from drivers.bidcos.translation.readings import read_held, read_message

PARTY = bytes.fromhex("0C1A141C1A3328")
OF_DEVICE: tuple[Message, ...] = (
    RtInfo(
        set_half_degrees=40,
        actual_tenths=200,
        fault=0,
        battery_tenths=10,
        valve=20,
        mode=2,
        low6=20,
        party=PARTY,
    ),
    ItInfo(set_half_degrees=40, actual_tenths=200, battery=10, mode=2, low6=20, party=PARTY),
    ThermalControl(set_half_degrees=40, actual_tenths=200, humidity=50),
    ClimateEvent(command=0, valve=10),
    PowerEvent(cyclic=True, boot=False, energy=1, power=1, current=1, voltage=1, frequency=1),
    Weather(temperature=200, humidity=50, tail=bytes(7)),
    LightMeasurement(cyclic=True, counter=0, hundredths=100),
    GasMeasurement(cyclic=True, volume=1, flow=1),
    TemperatureMeasurement(cyclic=True, tenths=((1, 1), (2, 1), (3, 1), (4, 1))),
    FillingMeasurement(cyclic=True, sequence=1, echo=1),
)


def _of_channel(channel: int) -> tuple[Message, ...]:
    return (
        Status(channel=channel, value=0xC8, flags=0, tail=bytes((0x30, 0x64, 0x01))),
        AckStatus(channel=channel, value=0x28, flags=0, tail=bytes((0x30, 0x94)) + PARTY),
        SensorEvent(channel=channel, counter=1, value=0xC8, tail=b"\x80"),
        KeyPress(channel=channel, counter=1),
        KeyPress(channel=channel, counter=2, long=True),
        IecEvent(cyclic=True, channel=channel, energy=1, power=1),
    )


def _told(model: Model) -> set[tuple[int, str]]:
    told: set[tuple[int, str]] = set()
    messages = [*OF_DEVICE, *(message for channel in model.channels for message in _of_channel(channel))]
    soil = (bytes((0, channel, 5, 0, 0, 0, 1)) for channel in model.channels)
    frames = [
        message_frame(message, counter=1, flags=flags, sender=b"abc", receiver=b"def")
        for message in messages
        for flags in (0x84, 0xA0)
    ]
    frames += [
        Frame(counter=1, flags=0x80, kind=0x54, sender=b"abc", receiver=b"def", payload=data) for data in soil
    ]
    for frame in frames:
        message = decode_message(frame)
        readings = read_message(message, frame, model)
        if isinstance(message, KeyPress):
            readings += read_held(message, frame, model)
        told |= {(reading.channel, reading.parameter) for reading in readings}
    return told


@pytest.mark.parametrize("model", models(), ids=lambda model: model.name)
def test_every_value_that_a_model_is_said_to_tell_is_told_by_a_frame(model: Model) -> None:
    described = {
        (index, name)
        for index, of in model.channels.items()
        for name, parameter in kind(of).parameters.items()
        if parameter.event
    }
    assert described - _told(model) == set()
    assert ((0, "LOWBAT") in _told(model)) == model.tells_low_battery
