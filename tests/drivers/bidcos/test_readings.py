"""Payloads of each class of device, by hand from the protocol page: their words and their parameters."""

import tomllib
from typing import Any

import pytest

from drivers.bidcos.devices import kind, model_by_name, models
from drivers.bidcos.frames import Frame
from drivers.bidcos.meaning import meaning
from drivers.bidcos.messages import decode_message
from drivers.bidcos.readings import read_message
from hub.contract import ParameterType
from tests.paths import ROOT

VECTORS: list[dict[str, Any]] = tomllib.loads((ROOT / "tests/vectors/bidcos.toml").read_text())["frame"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['model']}-{vector['payload']}")
def test_a_payload_means_what_the_protocol_page_says(vector: dict[str, Any]) -> None:
    model = model_by_name(vector["model"])
    assert model is not None
    payload = bytes.fromhex(vector["payload"])
    frame = Frame(counter=1, flags=0x80, kind=vector["type"], sender=b"abc", receiver=b"def", payload=payload)

    said = meaning(frame, model)
    read = {
        f"{reading.channel}.{reading.parameter}": reading.value
        for reading in read_message(decode_message(frame), frame, model)
    }

    words = {key: None if value == "(none)" else value for key, value in vector["words"].items()}
    assert {key: said.get(key) for key in words} == words
    assert {key: read.get(key) for key in vector["parameters"]} == vector["parameters"]
    for key in read:
        channel, parameter = key.split(".")
        if channel != "0":
            channel_kind = model.kind_at(int(channel))
            assert channel_kind is not None
            assert parameter in kind(channel_kind).parameters, f"{key} is not described"


def test_every_writable_parameter_of_every_model_has_a_message() -> None:
    from drivers.bidcos.commands import TIME_PARAMETERS, Times, message_for

    for model in models():
        for index, name in model.channels.items():
            for parameter, description in kind(name).parameters.items():
                if not description.writable or parameter in TIME_PARAMETERS:
                    continue
                value: bool | float | int = True
                if description.type in {ParameterType.FLOAT, ParameterType.INTEGER, ParameterType.ENUM}:
                    value = description.max or 0
                message = message_for(name, index, parameter, value, Times())
                assert message is not None, f"{model.name} {index} {parameter}"
                message.payload()
