"""The fuzzer's target on hypothesis' bytes and on mutilated seeds: short, at every check."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz import remote_target
from tests.fuzz.guard import Guard
from tests.fuzz.seeds import SEEDS


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    remote_target.one_input(data)


def test_mutilated_seeds_neither_raise_nor_take_long_nor_stay() -> None:
    chance = random.Random(7)
    guarded = Guard(remote_target.one_input, every=300, warm_up=300)
    for _ in range(1201):
        data = bytearray(b"".join(chance.choices(SEEDS["remote"], k=1 + chance.randrange(3))))
        for _ in range(chance.randrange(8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        guarded(bytes(data[: chance.randrange(1, len(data) + 1)]))
