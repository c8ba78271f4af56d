"""What the fuzzer and the short test throw at frames, messages of every class, their words and readings."""

from typing import get_args

from drivers.bidcos.codec.frames import Damaged, Frame, decode_frame, encode_frame
from drivers.bidcos.codec.messages import (
    KeyPress,
    TeamAlarm,
    decode_message,
    message_frame,
    parse_climate_order,
)
from drivers.bidcos.codec.messages_measure import ClassMeasurement
from drivers.bidcos.codec.messages_order import ClassOrder
from drivers.bidcos.devices import Model, kind, model_by_code, models
from drivers.bidcos.meaning.meaning import meaning
from drivers.bidcos.meaning.session import Session
from drivers.bidcos.translation.readings import read_held, read_message


def one_input(data: bytes) -> None:
    """Nothing raises; what is read is written again; readings are described by the model's kinds."""
    frame = decode_frame(data)
    if isinstance(frame, Damaged):
        frame = decode_frame(bytes((len(data[:63]),)) + data[:63])
    if isinstance(frame, Damaged):
        return
    assert decode_frame(encode_frame(frame)) == frame
    message = decode_message(frame)
    head = {"counter": frame.counter, "flags": frame.flags}
    assert message_frame(message, **head, sender=frame.sender, receiver=frame.receiver) == frame
    _class_messages(frame)
    session = Session((bytes(16),))
    for model in (None, model_by_code(int.from_bytes(data[:2], "big")), models()[data[0] % len(models())]):
        assert isinstance(meaning(frame, model, session.secrets(frame)), dict)
        readings = read_message(message, frame, model)
        if model is None:
            continue
        if isinstance(message, KeyPress):
            readings += read_held(message, frame, model)
        for reading in readings:
            _described(model, reading.channel, reading.parameter)


def _described(model: Model, channel: int, parameter: str) -> None:
    if channel:
        name = model.kind_at(channel)
        assert name is not None
        assert parameter in kind(name).parameters


def _class_messages(frame: Frame) -> None:
    payload = frame.payload
    for order in get_args(ClassOrder):
        if (read := order.parse(payload)) is not None:
            assert read.payload() == payload
    for measured in get_args(ClassMeasurement):
        if (read := measured.parse(payload, cyclic=True)) is not None:
            assert read.payload() == payload
    if (alarm := TeamAlarm.parse(payload)) is not None:
        assert alarm.payload() == payload
    if (told := parse_climate_order(payload)) is not None:
        assert parse_climate_order(told.payload()) == told
