"""Answers that tell about all homes and hardly anything about one: randomised response, counted in ε. Pure.

One figure a week, the same for every home; the true answer is one of few (``Metric.answer``), the one that
leaves is drawn: the true one with e^ε / (e^ε + k - 1), else each other one alike. Whoever sees it can't tell
two homes apart by more than the factor e^ε. The calendar week is all that it says of time, its length and
everything else is alike for all. Source: docs/protocols/telemetry.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from privacy import canonical
from privacy.activity import Metric
from privacy.ports import RandomBytes

EPSILON_MILLI = 200  # thousandths of ε that one answer costs
MONTH_MILLI = 1000  # of a home in a month, over all figures: five weeks at most begin a month's share
LIFE_MILLI = 12_000  # of a home for good; then it answers no more
MOST_ANSWERS = LIFE_MILLI // EPSILON_MILLI
SIZE = 112  # bytes of every message
_WORD = 8  # bytes of one draw
_WHOLE = 1 << (8 * _WORD)
_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One ISO week (UTC). number: of weeks since 5 January 1970; month: that of its Thursday."""

    label: str
    month: str
    number: int
    begins: datetime

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return self.begins + timedelta(days=7)


def week_of(at: datetime) -> Week:
    """The week that ``at`` is in."""
    number = (at - _MONDAY) // timedelta(days=7)
    begins = _MONDAY + timedelta(days=7 * number)
    year, week, _ = begins.isocalendar()
    thursday = begins + timedelta(days=3)
    return Week(label=f"{year}-W{week:02}", month=f"{thursday:%Y-%m}", number=number, begins=begins)


def week_named(label: str) -> Week:
    """The week of that label.

    Raises:
        ValueError: it is none.
    """
    found = week_of(datetime.strptime(f"{label}-1", "%G-W%V-%u").replace(tzinfo=UTC))
    if found.label != label:
        raise ValueError(label)
    return found


def asked_in(week: Week, metrics: Sequence[Metric]) -> Metric:
    """The one figure of that week: which it is says nothing about a home."""
    return metrics[week.number % len(metrics)]


def may_spend(month_milli: int, life_milli: int) -> bool:
    """Whether one more answer stays within both budgets. What was spent before: of this month, and ever."""
    return month_milli + EPSILON_MILLI <= MONTH_MILLI and life_milli + EPSILON_MILLI <= LIFE_MILLI


def keeps(answers: int, epsilon_milli: int = EPSILON_MILLI) -> int:
    """In how many of 2^64 draws the true one of ``answers`` leaves; rounded down, so that ε is never more."""
    grown = math.exp(epsilon_milli / 1000)
    return int(grown / (grown + answers - 1) * (1 << 53)) << 11


def respond(truth: int, answers: int, random_bytes: RandomBytes) -> int:
    """The answer that leaves. truth: the true one, from 0; answers: how many there are.

    Drawn anew it could be averaged: whoever asks twice for one week keeps the first (storage/budget.py).
    """
    if not 0 <= truth < answers:
        raise ValueError(f"answer {truth} of {answers}")
    if _draw(_WHOLE, random_bytes) < keeps(answers):
        return truth
    other = _draw(answers - 1, random_bytes)
    return other + (other >= truth)


def moment(begin: datetime, end: datetime, random_bytes: RandomBytes) -> datetime:
    """A moment from ``begin`` on and before ``end``, each millisecond alike."""
    span = (end - begin) // timedelta(milliseconds=1)
    return begin + timedelta(milliseconds=_draw(span, random_bytes))


def message(metric: Metric, week: Week, answer: int) -> bytes:
    """The bytes that leave: SIZE of them, whatever they say."""
    told: dict[str, canonical.Json] = {"answer": answer, "metric": metric.name, "pad": "", "week": week.label}
    missing = SIZE - len(canonical.encode(told))
    return canonical.encode({**told, "pad": "0" * missing})


def guess_permille(epsilon_milli: int) -> int:
    """How often who knows all else guesses one fact of two right: e^ε / (1 + e^ε); 500 is chance."""
    return math.ceil(1000 / (1 + math.exp(-epsilon_milli / 1000)))


def _draw(below: int, random_bytes: RandomBytes) -> int:
    """A number from 0 and below ``below``, each alike."""
    fair = _WHOLE - _WHOLE % below  # what lies above would favour the small ones
    while (drawn := int.from_bytes(random_bytes(_WORD))) >= fair:
        pass
    return drawn % below
