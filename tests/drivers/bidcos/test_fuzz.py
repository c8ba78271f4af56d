"""The fuzzers' targets on hypothesis' bytes and on mutilated seeds: short, at every check."""

import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz import bidcos_target, lines_target, messages_target, uart_target
from tests.fuzz.guard import MOST_S, Guard
from tests.fuzz.seeds import SEEDS

TARGETS: dict[str, Callable[[bytes], None]] = {
    "bidcos": bidcos_target.one_input,
    "lines": lines_target.one_input,
    "messages": messages_target.one_input,
    "uart": uart_target.one_input,
}


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=400))
def test_any_bytes(name: str, data: bytes) -> None:
    TARGETS[name](data)


@pytest.mark.parametrize("name", TARGETS)
def test_mutilated_seeds_neither_raise_nor_take_long_nor_stay(name: str) -> None:
    chance = random.Random(7)
    guarded = Guard(TARGETS[name], every=300, warm_up=300)
    for _ in range(1201):
        data = bytearray(b"".join(chance.choices(SEEDS[name], k=1 + chance.randrange(3))))
        for _ in range(chance.randrange(8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        guarded(bytes(data[: chance.randrange(1, len(data) + 1)]))


def test_the_guard_sees_what_stays() -> None:
    kept: list[bytes] = []
    every = 200
    leaking = Guard(
        lambda data: kept.extend(bytes((at % 256,)) * 40 for at in range(50)), every=every, warm_up=10
    )
    for _ in range(every - 1):
        leaking(b"")
    with pytest.raises(AssertionError, match="stay"):
        leaking(b"")


def test_the_guard_sees_what_takes_long() -> None:
    def slow(_data: bytes) -> None:
        end_s = time.process_time() + MOST_S + 0.1
        while time.process_time() < end_s:
            pass

    with pytest.raises(AssertionError, match="s for"):
        Guard(slow)(b"")
