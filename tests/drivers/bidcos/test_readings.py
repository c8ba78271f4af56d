"""Payloads of each class of device, by hand from the protocol page: their words and their parameters."""

import tomllib
from typing import Any

import pytest

from drivers.bidcos.devices import kind, model_by_name
from drivers.bidcos.frames import Frame
from drivers.bidcos.meaning import meaning
from drivers.bidcos.messages import decode_message
from drivers.bidcos.readings import read_message
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
