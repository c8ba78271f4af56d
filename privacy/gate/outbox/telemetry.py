"""Anonymous usage statistics (clause 6.13): one drawn answer a week, at a random moment, to whoever may.

Read downwards: once → _plan → _send. The moment is slept for (moments.py), and nothing is repeated at once,
as its second would tell the home; what failed leaves at another random moment of the week, with the same
answer. What it costs is on the disk, in the book too, before the answer may leave.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from privacy import anonymise, canonical
from privacy.activity import Metric
from privacy.anonymise import Week
from privacy.gate.desk import Desk
from privacy.gate.outbox import figures
from privacy.gate.outbox.deliveries import Deliveries
from privacy.gate.outbox.figures import Collect
from privacy.gate.outbox.moments import AHEAD, Moments
from privacy.gate.storage import budget
from privacy.gate.storage.attempt import Result
from privacy.gate.storage.book import News
from privacy.gate.storage.budget import ACTIVITY, Asked, Spent
from privacy.gate.storage.store import Transaction
from privacy.ledger import Kind
from privacy.payload import LONGEST_KEPT

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What people are told. week: the running one; asked: the figure of it."""

    week: Week
    asked: Metric
    spent: Spent
    weeks: tuple[Asked, ...]


class Telemetry:
    """One per door; ``once`` is called by the upkeep each minute."""

    def __init__(self, desk: Desk, deliveries: Deliveries, collect: Collect) -> None:
        self._desk, self._collect = desk, collect
        self.moments = Moments(desk, deliveries, "telemetry")
        self._used_up: str | None = None  # the week that the budget has no room for

    async def state(self) -> State:
        """Where it stands."""
        week = anonymise.week_of(self._desk.time.instant().at)
        spent, weeks = await self._desk.store.read(
            lambda tx: (budget.spent(tx, week.month), budget.every(tx))
        )
        asked = anonymise.asked_in(week, self._metrics())
        return State(week=week, asked=asked, spent=spent, weeks=tuple(weeks))

    async def once(self) -> None:
        """Plan this week's moment, and wait for it when it is near.

        Raises:
            StoreError: the store can't be read or written; nothing leaves then.
        """
        desk = self._desk
        if not desk.time.sure:
            return
        at = desk.time.instant().at
        week = anonymise.week_of(at)
        doubted, asked = await desk.store.read(lambda tx: (budget.doubted(tx), budget.find(tx, week.label)))
        if doubted is not None:
            asked = await desk.store.write(lambda tx: self._count_on(tx, week, at))
        if not figures.live(desk, ACTIVITY):
            return
        if asked is None and self._used_up != week.label:
            asked = await desk.store.write(lambda tx: self._plan(tx, week))
            self._used_up = week.label if asked is None else None
        if asked is None or asked.state not in {"planned", "drawn"} or week.label in self.moments.waiting:
            return
        if asked.at < at:
            await desk.store.write(lambda tx: self._late(tx, week, asked, at))
        else:
            self.moments.wait_for(week.label, asked.at, partial(self._send, week))

    def _count_on(self, tx: Transaction, week: Week, at: datetime) -> Asked | None:
        """After a copy of before was put back: each week that it can't know of counts as answered."""
        count = budget.settle_doubt(tx, at)
        after = budget.spent(tx, week.month)
        cost = count * anonymise.EPSILON_MILLI
        self._desk.append(tx, News(kind=Kind.BUDGET, data=_told(week, "", cost, after)))
        return budget.find(tx, week.label)

    def _plan(self, tx: Transaction, week: Week) -> Asked | None:
        """A moment of the whole week, whenever the yes came: what is past already is left out."""
        budget.close_others(tx, week.label)
        spent = budget.spent(tx, week.month)
        if not anonymise.may_spend(spent.month_milli, spent.life_milli):
            return None
        asked = Asked(
            week=week.label,
            month=week.month,
            metric=anonymise.asked_in(week, self._metrics()).name,
            at=anonymise.moment(week.begins, week.ends, self._desk.random_bytes),
            answer=None,
            epsilon_milli=0,
            state="planned",
        )
        budget.plan(tx, asked)
        return asked

    def _late(self, tx: Transaction, week: Week, asked: Asked, at: datetime) -> None:
        """Its moment is past: the home was off, or nobody took it. A drawn answer gets another one."""
        if asked.answer is None:
            budget.settle(tx, week.label, "missed")
        elif week.ends - at > AHEAD:
            budget.later(tx, week.label, anonymise.moment(at + AHEAD, week.ends, self._desk.random_bytes))

    async def _send(self, week: Week) -> None:
        desk, metrics = self._desk, self._metrics()
        grants = figures.live(desk, ACTIVITY)
        if not grants or not desk.time.sure or anonymise.week_of(desk.time.instant().at) != week:
            return
        metric = anonymise.asked_in(week, metrics)
        truth = (await figures.answers(self._collect, ACTIVITY, [metric]))[metric.name]
        answer = await desk.store.write(lambda tx: self._drawn(tx, week, metric, truth))
        if answer is None:
            return
        body = anonymise.message(metric, week, answer)
        delete_by = desk.time.instant().at + LONGEST_KEPT
        outcomes = [await self.moments.delivered(grant, body, delete_by) for grant in grants]
        if any(one is not None and one.result is Result.DELIVERED for one in outcomes):
            await desk.store.write(lambda tx: budget.settle(tx, week.label, "sent"))

    def _drawn(self, tx: Transaction, week: Week, metric: Metric, truth: int) -> int | None:
        """The answer of this week: the one that was kept, else a new one, paid for in the same moment."""
        asked = budget.find(tx, week.label)
        if asked is None or asked.state not in {"planned", "drawn"}:
            return None
        if asked.answer is not None:
            return asked.answer
        before = budget.spent(tx, week.month)
        if not anonymise.may_spend(before.month_milli, before.life_milli):
            return None
        answer = anonymise.respond(truth, len(metric.limits), self._desk.random_bytes)
        budget.draw(tx, week.label, answer, anonymise.EPSILON_MILLI)
        after = budget.spent(tx, week.month)
        data = _told(week, metric.name, anonymise.EPSILON_MILLI, after)
        self._desk.append(tx, News(kind=Kind.BUDGET, data=data))
        return answer

    def _metrics(self) -> tuple[Metric, ...]:
        return self._desk.register.activities[ACTIVITY].metrics


def _told(week: Week, metric: str, cost: int, spent: Spent) -> Mapping[str, canonical.Json]:
    """metric: "" for weeks that count after a copy of before was put back."""
    return {
        "activity": ACTIVITY,
        "metric": metric,
        "week": week.label,
        "month": week.month,
        "epsilon_milli": cost,
        "month_milli": spent.month_milli,
        "month_limit_milli": anonymise.MONTH_MILLI,
        "life_milli": spent.life_milli,
        "life_limit_milli": anonymise.LIFE_MILLI,
    }
