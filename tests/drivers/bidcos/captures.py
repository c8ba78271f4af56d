"""The captured frames, for the tests that read them; skips where they are not there."""

import json
from typing import Any

import pytest

from drivers.bidcos.codec.frames import Frame, decode_frame
from tests.paths import PROTOCOL

FILE = PROTOCOL / "bidcos_frames.jsonl"

needs_captures = pytest.mark.skipif(
    not FILE.exists(), reason="captures are not beside this checkout; set HOMEBASE_PROTOCOL"
)


def captures() -> list[dict[str, Any]]:
    """All captures, in the order of the file."""
    with FILE.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def frame(capture: dict[str, Any]) -> Frame:
    """The frame of a capture."""
    decoded = decode_frame(bytes.fromhex(capture["raw"]))
    assert isinstance(decoded, Frame)
    return decoded
