"""A withdrawal while something is on its way, seen from outside; the control is a gate that does not cut."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from privacy.gate.outbox.deliveries import Deliveries
from tests.lab.gate_at_work import GateAtWork
from tests.lab.outside import Recorder


def withdrawn_under_way(gate: GateAtWork, recorder: Recorder, activity: str) -> dict[str, Any]:
    """Take a consent back while its one transfer runs, and look that nothing with a byte in it leaves then.

    Returns the ledger's entry of the cut. Whoever receives has to be silent meanwhile.
    """
    (running,) = gate.door.deliveries.running()
    recorder.taken()
    done = gate.ask("consent.withdraw", activity=activity)
    assert (done["cut"], done["recorded"], gate.door.deliveries.running()) == (1, True, ())
    assert [packet for packet in recorder.taken() if packet.size] == []
    *_, withdrawal, cut = gate.ask("ledger.list", limit=200)["entries"]
    assert (withdrawal["kind"], withdrawal["data"]["activity"], cut["kind"]) == (
        "withdrawal",
        activity,
        "cut",
    )
    assert cut["data"]["transfer"] == running
    return dict(cut["data"])


@contextmanager
def without_the_cut(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What runs goes on after a withdrawal."""
    with monkeypatch.context() as switched_off:
        switched_off.setattr(Deliveries, "cut", lambda *_: ())
        yield


def until_stalled(gate: GateAtWork, recorder: Recorder) -> str:
    """Wait for a transfer that has said something to a receiver who says nothing; its id."""
    end_s, said = time.monotonic() + 30, False
    while True:
        news = any(packet.size and packet.protocol == "tcp" for packet in recorder.taken())
        if said and not news:
            (running,) = gate.door.deliveries.running()
            return running
        said = said or news
        assert time.monotonic() < end_s, "nothing is on its way"
