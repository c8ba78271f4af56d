"""Payloads of each class of device, by hand from the protocol page: their words and their parameters."""

import tomllib
from typing import Any

import pytest

from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.codec.messages import KeyPress, decode_message
from drivers.bidcos.devices import kind, model_by_name
from drivers.bidcos.meaning.meaning import meaning
from drivers.bidcos.translation.readings import read_held, read_message
from tests.paths import ROOT

VECTORS: list[dict[str, Any]] = tomllib.loads((ROOT / "tests/vectors/bidcos.toml").read_text())["frame"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['model']}-{vector['payload']}")
def test_a_payload_means_what_the_protocol_page_says(vector: dict[str, Any]) -> None:
    model = model_by_name(vector["model"])
    assert model is not None
    payload = bytes.fromhex(vector["payload"])
    frame = Frame(
        counter=1,
        flags=vector.get("flags", 0x80),
        kind=vector["type"],
        sender=b"abc",
        receiver=b"def",
        payload=payload,
    )

    said = meaning(frame, model)
    read = {
        f"{reading.channel}.{reading.parameter}": reading.value
        for reading in read_message(decode_message(frame), frame, model)
    }

    words = {key: None if value == "(none)" else value for key, value in vector["words"].items()}
    assert {key: said.get(key) for key in words} == words
    wanted = {key: None if value == "(none)" else value for key, value in vector["parameters"].items()}
    assert {key: read.get(key) for key in wanted} == wanted
    for key in read:
        channel, parameter = key.split(".")
        if channel != "0":
            channel_kind = model.kind_at(int(channel))
            assert channel_kind is not None
            assert parameter in kind(channel_kind).parameters, f"{key} is not described"


def test_a_payload_that_was_cut_anywhere_is_read_without_a_failure() -> None:
    for vector in VECTORS:
        payload = bytes.fromhex(vector["payload"])
        for size in range(len(payload) + 1):
            frame = Frame(
                counter=1,
                flags=0x80,
                kind=vector["type"],
                sender=b"abc",
                receiver=bytes(3),
                payload=payload[:size],
            )
            message = decode_message(frame)
            assert message.payload() == frame.payload
            for model in (model_by_name(vector["model"]), None):
                assert meaning(frame, model)["broadcast"] is True
                read_message(message, frame, model)


def test_without_a_model_only_what_every_class_would_say_is_read() -> None:
    def read(kind: int, payload: str) -> dict[str, Any]:
        frame = Frame(
            counter=1, flags=0, kind=kind, sender=b"abc", receiver=b"def", payload=bytes.fromhex(payload)
        )
        return {
            f"{reading.channel}.{reading.parameter}": reading.value
            for reading in read_message(decode_message(frame), frame, None)
        }

    assert read(0x10, "0601C800") == {"1.STATE": True}
    assert read(0x10, "06016400") == {"1.LEVEL": 0.5}
    assert read(0x41, "8101C8") == {"1.STATE": True, "0.LOWBAT": True}
    assert read(0x41, "010164") == {}
    assert read(0x40, "4101") == {"1.PRESS_LONG": True}
    assert read(0x53, "810500002710") == {}
    assert read(0x59, "A9") == {"2.SET_TEMPERATURE": 21.0, "2.CONTROL_MODE": 1}
    assert read(0x70, "00D32E") == {"1.TEMPERATURE": 21.1, "1.HUMIDITY": 46}
    assert read(0x12, "") == {}


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ("010500003039", {"channel": 1, "low_battery": False, "lux": 123.45}),
        ("810500003039", {"channel": 1, "low_battery": True, "lux": 123.45}),
        ("00003039000064", {"boot": False, "gas_volume_m3": 12.345, "gas_flow_m3_h": 0.1}),
        ("01470200B06C45", {"low_battery": False, "sequence": 7, "raw_value": 20}),
        ("00410D0C42FFF6", {"channel": 0, "low_battery": False, "temperatures_c": {"1": 334.0, "2": -1.0}}),
        ("00410D0C41FFF6", {"boot": False, "gas_volume_m3": 4263.18, "gas_flow_m3_h": 4325.366}),
        ("0003010203", {"low_battery": False}),
    ],
)
def test_a_measurement_of_an_unknown_class_is_guessed_by_its_whole_length(
    payload: str, words: dict[str, Any]
) -> None:
    data = bytes.fromhex(payload)
    frame = Frame(counter=1, flags=0x80, kind=0x53, sender=b"abc", receiver=b"def", payload=data)
    assert meaning(frame) == words


def test_a_held_short_press_says_nothing_more() -> None:
    model = model_by_name("HM-RC-4-3")
    assert model is not None
    frame = Frame(counter=1, flags=0x84, kind=0x40, sender=b"abc", receiver=b"def", payload=b"\x01\x05")
    message = decode_message(frame)
    assert isinstance(message, KeyPress)
    assert read_held(message, frame, model) == []
    timer = model_by_name("ST6-SH")
    assert timer is not None
    held = KeyPress(channel=5, counter=5, long=True)
    assert read_held(held, frame, timer) == []
