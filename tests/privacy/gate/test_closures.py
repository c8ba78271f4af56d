"""Objections, restrictions and a deregistration: kept, obeyed together, lifted one by one."""

from pathlib import Path

import pytest

from privacy.decide import Refusal, decide
from privacy.gate.storage import closures
from privacy.gate.storage.closures import Closure, ClosureKind, Closures
from privacy.reasons import Reason
from privacy.standing import Standing
from tests.privacy import house
from tests.privacy.gate.at_the_door import opened


def closure(kind: ClosureKind, subject: str = "") -> Closure:
    return Closure(kind=kind, subject=subject, at=house.START)


def verdict(*rows: Closure) -> Reason | None:
    found = Closures()
    standing = Standing()
    standing.give(house.grant())
    found.load(rows, standing)
    answer = decide(house.request(), house.register(), house.known(), standing, house.moment())
    return answer.reason if isinstance(answer, Refusal) else None


@pytest.mark.obligation("T2-d")
@pytest.mark.obligation("T2-f")
@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (closure(ClosureKind.OBJECTED, house.ACTIVITY), Reason.OBJECTED),
        (closure(ClosureKind.OBJECTED, "training"), None),
        (closure(ClosureKind.RESTRICTED, "radio"), Reason.RESTRICTED),
        (closure(ClosureKind.RESTRICTED, "climate"), None),
        (closure(ClosureKind.DEREGISTERED), Reason.DEREGISTERED),
    ],
)
def test_each_closes_exactly_what_it_is_about(row: Closure, reason: Reason | None) -> None:
    assert verdict() is None  # the control
    assert verdict(row) is reason


def test_lifting_one_opens_nothing_that_another_closes() -> None:
    standing, found = Standing(), Closures()
    standing.give(house.grant())
    activity = house.register().activities[house.ACTIVITY]
    rows = (closure(ClosureKind.OBJECTED, house.ACTIVITY), closure(ClosureKind.RESTRICTED, "radio"))
    found.load((*rows, closure(ClosureKind.DEREGISTERED)), standing)
    found.lift(ClosureKind.DEREGISTERED, "", standing)
    assert standing.closed(activity, activity.categories) is Reason.OBJECTED
    found.lift(ClosureKind.OBJECTED, house.ACTIVITY, standing)
    assert standing.closed(activity, activity.categories) is Reason.RESTRICTED
    found.lift(ClosureKind.RESTRICTED, "radio", standing)
    assert standing.closed(activity, activity.categories) is None


async def test_they_close_again_after_a_restart(tmp_path: Path) -> None:
    row = Closure(kind=ClosureKind.OBJECTED, subject=house.ACTIVITY, at=house.START, note="mine")
    async with opened(tmp_path) as door:
        await door.desk.store.write(lambda tx: closures.keep(tx, row))
    async with opened(tmp_path) as door:
        activity = door.desk.register.activities[house.ACTIVITY]
        assert door.desk.standing.closed(activity, activity.categories) is Reason.OBJECTED
        assert door.desk.closures.all() == (row,)
        assert await door.desk.store.write(lambda tx: closures.drop(tx, row.kind, row.subject)) == 1
    async with opened(tmp_path) as door:
        assert door.desk.standing.closed(activity, activity.categories) is None
