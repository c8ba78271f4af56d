"""The doors' fuzz target on hypothesis' bytes and on mutilated real ones: short, in every run."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.doors_target import one_input
from tests.fuzz.fuzz_doors import SEEDS


@settings(max_examples=300)
@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    one_input(data)


def test_mutilated_messages() -> None:
    chance = random.Random(7)
    for _ in range(3000):
        data = bytearray(chance.choice(SEEDS))
        for _ in range(chance.randrange(6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        one_input(bytes(data))
