"""The fuzzer's target on hypothesis' bytes and on mutilated real lines: short, at every check."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.bidcos_target import one_input

LINES = (
    b"A0CAB86701B0A3A00000000924300\r\n",
    b"A0E1C80021FB74A631963010100801414\r\n",
    b"A1A0D84002370D80000001100A94B4551303633313338364006000000\r\n",
    b"A1129A0022370D86319640489C071FF89C00255\r\n",
)


@settings(max_examples=300)
@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    one_input(data)


def test_mutilated_lines() -> None:
    chance = random.Random(7)
    for _ in range(2000):
        data = bytearray(b"".join(chance.choices(LINES, k=3)))
        for _ in range(chance.randrange(8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        one_input(bytes(data))
