"""What left is asked to be deleted where it went, on time; the answer is in the book."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from privacy.gate.door.holder import GateHolder
from privacy.gate.outbox import deletion_requests
from privacy.gate.rights.rights import RightsDesk
from tests.lab.test_diagnosis import ACTIVITY, Lab, at_work
from tests.needs import NETWORKS

pytestmark = [pytest.mark.lab, NETWORKS]


@pytest.fixture
def lab(wire: tuple[str, str], tmp_path: Path) -> Iterator[Lab]:
    yield from at_work(wire, tmp_path, tmp_path / "gate")


def state(lab: Lab) -> list[tuple[str, int]]:
    async def read() -> list[deletion_requests.DeletionRequest]:
        return await lab.gate.door.desk.store.read(deletion_requests.every)

    return [(row.state, row.attempts) for row in lab.gate.call(read())]


@pytest.mark.obligation("Q6.6-d")
def test_deletion_is_asked_after_28_days_and_again_until_it_is_confirmed(lab: Lab) -> None:
    lab.give()
    (first,) = lab.receiver.arrived
    assert state(lab) == [("waiting", 0)]
    lab.gate.clock.ahead = timedelta(days=28, seconds=-60)
    lab.gate.call(lab.gate.upkeep.once())
    assert len(lab.receiver.arrived) == 1  # the control: not before its time
    lab.receiver.mode = "error"
    lab.gate.clock.ahead = timedelta(days=28, seconds=60)
    lab.gate.call(lab.gate.upkeep.once())
    assert state(lab) == [("asked", 1)]
    lab.receiver.mode = "ok"
    lab.gate.call(lab.gate.upkeep.once())
    assert state(lab) == [("asked", 1)]  # again tomorrow
    lab.gate.clock.ahead += timedelta(days=1)
    lab.gate.call(lab.gate.upkeep.once())
    assert state(lab) == [("confirmed", 2)]
    asked = lab.receiver.arrived[-1]
    assert asked.headers["homebase-activity"] == "deletion.request"
    begun, unconfirmed, _, confirmed = lab.entries("deletion")
    assert asked.body == (b'{"ticket":"T-123","transfer":"%s"}' % str(begun["transfer"]).encode())
    assert (unconfirmed["result"], confirmed["result"]) == ("unconfirmed", "confirmed")
    assert confirmed["receipt"]
    assert first.headers["homebase-activity"] == ACTIVITY
    assert lab.is_sound()


@pytest.mark.obligation("Q6.6-d")
def test_a_closed_ticket_asks_at_once_and_a_deregistered_home_still_asks(lab: Lab) -> None:
    lab.give()
    desk = RightsDesk(lab.gate.door, GateHolder(lab.gate.door.desk))
    lab.gate.call(desk.deregister("authorisations", []))
    assert lab.gate.call(desk.close_ticket("T-124")) == 0
    assert lab.gate.call(desk.close_ticket("T-123")) == 1
    assert lab.gate.ask("consent.last", activity=ACTIVITY)["last"] is None  # our own copy is gone
    lab.gate.call(lab.gate.upkeep.once())
    assert state(lab) == [("confirmed", 1)]
