"""Keeps the garbage collector's pauses short: the peer's worst latency (277 ms) were full collections."""

import gc

YOUNG = 20_000  # allocations between collections of the youngest generation; Python's default is 700
MIDDLE = 20
OLD = 50


def settle_garbage() -> None:
    """Call once when the hub has started and everything long-lived exists.

    What exists now is never looked at again, so a full collection walks only over what came since.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
