"""What left is asked to be deleted where it went, on time; the answer is in the book."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from privacy.gate.door.holder import GateHolder
from privacy.gate.rights.rights import RightsDesk
from privacy.gate.storage import deletions
from tests.lab.test_diagnosis import ACTIVITY, Lab, at_work
from tests.needs import NETWORKS

pytestmark = [pytest.mark.lab, NETWORKS]


@pytest.fixture
def lab(wire: tuple[str, str], tmp_path: Path) -> Iterator[Lab]:
    yield from at_work(wire, tmp_path, tmp_path / "gate")


def state(lab: Lab) -> list[tuple[str, int]]:
    async def read() -> list[deletions.DeletionRequest]:
        return await lab.gate.door.desk.store.read(deletions.every)

    return [(row.state, row.attempts) for row in lab.gate.call(read())]


def answers(lab: Lab) -> list[str]:
    async def read() -> list[deletions.DeletionRequest]:
        return await lab.gate.door.desk.store.read(deletions.every)

    return [row.answer for row in lab.gate.call(read())]


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


@pytest.mark.obligation("Q6.6-d")
def test_a_receiver_that_says_yes_to_everything_or_denies_all_is_flagged_and_asked_again(lab: Lab) -> None:
    lab.give()
    (first,) = lab.receiver.arrived
    lab.gate.call(RightsDesk(lab.gate.door, GateHolder(lab.gate.door.desk)).close_ticket("T-123"))
    for days, said, code in (
        (0, {"state": "yes"}, "no_confirmation"),
        (1, {"transfer": "ab" * 8}, "other_transfer"),
        (2, {"state": "absent"}, "denied"),  # it gave a receipt for it
    ):
        lab.receiver.says = said
        lab.gate.clock.ahead = timedelta(days=days, seconds=60)
        lab.gate.call(lab.gate.upkeep.once())
        assert state(lab) == [("asked", days + 1)]
        assert answers(lab) == [code]
    lab.receiver.says = {}  # control: the truth ends it
    lab.gate.clock.ahead = timedelta(days=3, seconds=60)
    lab.gate.call(lab.gate.upkeep.once())
    assert state(lab) == [("confirmed", 4)]
    transfer = lab.entries("transfer_begin")[0]["transfer"]
    assert first.headers["homebase-transfer"] == transfer


@pytest.mark.obligation("Q6.6-d")
@pytest.mark.parametrize(("mode", "code"), [("no_receipt", "denied"), ("unfit", "R-1")])
def test_who_took_all_bytes_without_a_receipt_can_not_say_that_nothing_came(
    lab: Lab, mode: str, code: str
) -> None:
    lab.receiver.mode = mode
    lab.give("until", ticket="T-1")
    lab.receiver.mode, lab.receiver.says = "ok", {"state": "absent", "receipt": "R-1"}
    lab.gate.call(RightsDesk(lab.gate.door, GateHolder(lab.gate.door.desk)).close_ticket("T-1"))
    lab.gate.call(lab.gate.upkeep.once())
    assert answers(lab) == [code]  # the control: who said that it refuses it is believed


@pytest.mark.obligation("Q6.6-d")
@pytest.mark.obligation("Q6.6-e")
def test_a_withdrawal_asks_for_deletion_and_a_closed_ticket_ends_its_consents(lab: Lab) -> None:
    lab.give("until", ticket="T-1")
    lab.give("until", ticket="T-2")
    desk = RightsDesk(lab.gate.door, GateHolder(lab.gate.door.desk))
    assert lab.gate.call(desk.close_ticket("T-1")) == 1
    assert [
        row["ticket"] for row in lab.gate.ask("consent.list")["consents"] if row["state"] == "active"
    ] == ["T-2"]
    lab.gate.call(lab.gate.upkeep.once())
    assert sorted(state(lab)) == [("confirmed", 1), ("waiting", 0)]  # control: the other ticket's stays
    lab.gate.ask("consent.withdraw", activity=ACTIVITY)
    lab.gate.call(lab.gate.upkeep.once())
    assert state(lab) == [("confirmed", 1), ("confirmed", 1)]
    lab.gate.clock.ahead = timedelta(days=1, minutes=1)
    lab.gate.call(lab.gate.upkeep.once())
    sent = [arrived for arrived in lab.receiver.arrived if arrived.headers["homebase-activity"] == ACTIVITY]
    assert len(sent) == 2  # nothing daily any more
    assert lab.is_sound()
