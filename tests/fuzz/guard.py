"""What every fuzz target is held to beside not raising: each input is short work, and nothing of it stays."""

import gc
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

MOST_S = 1.0  # of the processor for one input, instrumented; a wait is what libFuzzer's -timeout finds
WARM_UP = 2_000  # inputs until caches have what they will have
EVERY = 20_000  # inputs between two looks
MOST_BLOCKS = 5_000  # objects of Python more than after the warm-up; libFuzzer's own corpus is none


class Guard:
    """Calls the target and looks at clock and memory."""

    def __init__(self, target: Callable[[bytes], None], every: int = EVERY, warm_up: int = WARM_UP) -> None:
        self._target = target
        self._every = every
        self._warm_up = warm_up
        self._count = 0
        self._blocks = 0

    def __call__(self, data: bytes) -> None:
        """One input."""
        begin = time.process_time()
        self._target(data)
        taken_s = time.process_time() - begin
        assert taken_s < MOST_S, f"{taken_s:.2f} s for {len(data)} bytes"
        self._count += 1
        if self._count == self._warm_up:
            self._blocks = _allocated()
        elif self._count > self._warm_up and self._count % self._every == 0:
            grown = _allocated() - self._blocks
            assert grown < MOST_BLOCKS, f"{grown} objects stay after {self._count} inputs"


def _allocated() -> int:
    gc.collect()
    return sys.getallocatedblocks()


def fuzz(load: Callable[[], Callable[[bytes], None]], seeds: Sequence[bytes]) -> None:
    """Fuzz until stopped; arguments are libFuzzer's. load: imports the target, instrumented by that."""
    import tempfile

    import atheris

    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    with atheris.instrument_imports(include=["drivers", "hub", "privacy"]):
        target = load()
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(seeds):
            (Path(corpus) / str(number)).write_bytes(seed)
        atheris.Setup([*sys.argv, corpus], Guard(target))
        atheris.Fuzz()
