"""Answers with chance in them: what ε is by the draws, by the wire and on the screen, and what it costs."""

import json
import math
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from privacy import anonymise, notice
from privacy.activity import Metric
from privacy.anonymise import EPSILON_MILLI, LIFE_MILLI, MONTH_MILLI, SIZE
from privacy.delivered import check_body
from privacy.register import Language
from tests.privacy import house

METRICS = house.register().activities["telemetry.usage"].metrics
EPSILON = EPSILON_MILLI / 1000
START = datetime(2026, 1, 1, tzinfo=UTC)
DRAWS = 30_000
SURE = 3.3  # standard deviations: 999 of 1000


@pytest.mark.parametrize(
    ("at", "label", "month"),
    [
        ("2026-01-01T00:00:00Z", "2026-W01", "2026-01"),
        ("2025-12-29T00:00:00Z", "2026-W01", "2026-01"),  # its Thursday is New Year
        ("2027-01-03T23:59:59Z", "2026-W53", "2026-12"),
        ("2026-11-30T12:00:00Z", "2026-W49", "2026-12"),
    ],
)
def test_a_week_belongs_to_the_month_of_its_thursday(at: str, label: str, month: str) -> None:
    week = anonymise.week_of(datetime.fromisoformat(at))
    assert (week.label, week.month) == (label, month)
    assert week.begins <= datetime.fromisoformat(at) < week.ends


def test_all_homes_are_asked_for_one_figure_a_week_in_turn() -> None:
    weeks = [anonymise.week_of(START + timedelta(days=7 * number)) for number in range(60)]
    asked = [anonymise.asked_in(week, METRICS).name for week in weeks]
    for number in range(60 - len(METRICS)):
        assert len(set(asked[number : number + len(METRICS)])) == len(METRICS)


def test_no_month_of_forty_years_and_no_life_costs_more_than_its_budget() -> None:
    months = Counter(anonymise.week_of(START + timedelta(days=7 * number)).month for number in range(2087))
    assert max(months.values()) * EPSILON_MILLI <= MONTH_MILLI == 1000
    spent = answers = 0
    while anonymise.may_spend(0, spent):
        spent, answers = spent + EPSILON_MILLI, answers + 1
    assert spent <= LIFE_MILLI == 12_000
    assert answers == 60
    assert not anonymise.may_spend(MONTH_MILLI, 0)


@pytest.mark.parametrize("answers", range(2, 11))
def test_epsilon_of_the_draws_is_never_more_than_what_is_told(answers: int) -> None:
    true = anonymise.keeps(answers) / 2**64
    other = (1 - true) / (answers - 1)
    assert math.log(true / other) <= EPSILON + 1e-12
    assert math.log(true / other) == pytest.approx(EPSILON, abs=1e-9)


def estimated(metric: Metric, chosen: Callable[[int], int]) -> tuple[float, float]:
    """ε by the messages of homes that all have one truth, and how far that may be off."""
    week, answers = anonymise.week_of(START), len(metric.limits)
    wires = [anonymise.message(metric, week, answer) for answer in range(answers)]
    seen = Counter(json.loads(wires[chosen(answers)])["answer"] for _ in range(DRAWS))
    true, others = seen[0] / DRAWS, (DRAWS - seen[0]) / DRAWS
    off = math.sqrt((1 - true) / (DRAWS * true) + (1 - others) / (DRAWS * others) + 2 / DRAWS)
    return math.log(true * (answers - 1) / others), SURE * off


@pytest.mark.obligation("Q6.13-a")
@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_epsilon_by_the_wire_is_the_one_on_the_screen(metric: Metric) -> None:
    chance = random.Random(7)
    found, off = estimated(metric, lambda answers: anonymise.respond(0, answers, chance.randbytes))
    assert abs(found - EPSILON) < off < 0.07

    # control: the true answer half as often again is found
    def leaky(answers: int) -> int:
        return (
            0
            if chance.random() < 1.5 * anonymise.keeps(answers) / 2**64
            else 1 + chance.randrange(answers - 1)
        )

    found, off = estimated(metric, leaky)
    assert abs(found - EPSILON) > off


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_between_two_truths_nobody_guesses_better_than_the_screen_says(metric: Metric) -> None:
    answers = len(metric.limits)
    true = anonymise.keeps(answers) / 2**64
    other = (1 - true) / (answers - 1)
    # the best guess: what was said, and a coin where it is neither of the two
    right = true + (1 - true - other) / 2
    assert 0.5 < right <= anonymise.guess_permille(EPSILON_MILLI) / 1000 == 0.55


def test_every_other_answer_is_drawn_alike() -> None:
    chance = random.Random(3)
    seen = Counter(anonymise.respond(2, 5, chance.randbytes) for _ in range(50_000))
    others = [seen[number] for number in (0, 1, 3, 4)]
    assert max(others) - min(others) < 6 * math.sqrt(min(others))
    assert seen[2] > max(others)
    with pytest.raises(ValueError, match="answer 5 of 5"):
        anonymise.respond(5, 5, chance.randbytes)


def test_every_message_has_one_length_and_the_declared_fields_alone() -> None:
    week = anonymise.week_of(START)
    for metric in METRICS:
        for answer in range(len(metric.limits)):
            body = anonymise.message(metric, week, answer)
            assert len(body) == SIZE
            check_body(house.register().activities["telemetry.usage"], body)
            assert sorted(json.loads(body)) == ["answer", "metric", "pad", "week"]


def test_a_moment_is_anywhere_in_its_span() -> None:
    chance, week = random.Random(5), anonymise.week_of(START)
    moments = [anonymise.moment(week.begins, week.ends, chance.randbytes) for _ in range(7000)]
    assert all(week.begins <= at < week.ends for at in moments)
    days = Counter(at.weekday() for at in moments)
    assert all(abs(days[day] - 1000) < 150 for day in range(7))
    seconds = Counter(at.second for at in moments)
    assert all(abs(count - 7000 / 60) < 60 for count in seconds.values())


def test_figures_become_answers_by_their_limits() -> None:
    devices = METRICS[0]
    assert [devices.answer(value) for value in (0, 4, 5, 14, 15, 39, 40, 10**12)] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert notice.answers(devices) == "0-4, 5-14, 15-39, 40+"


def test_what_people_read_is_what_is_spent() -> None:
    told = {
        language: house.register().activities["telemetry.usage"].texts[language].data for language in Language
    }
    answer, month = (
        math.ceil(anonymise.guess_permille(spent) / 10) for spent in (EPSILON_MILLI, MONTH_MILLI)
    )
    assert f"{EPSILON:g} for an answer, {MONTH_MILLI / 1000:g} at most" in told[Language.EN]
    assert f"and {LIFE_MILLI / 1000:g} for good" in told[Language.EN]
    assert f"in {answer} instead of 50 of 100 cases by one answer, in {month} at most" in told[Language.EN]
    assert "0,2 je Antwort, höchstens 1 im Monat und 12 insgesamt" in told[Language.DE]
    assert (
        f"in {answer} statt 50 von 100 Fällen, aus denen eines Monats in höchstens {month}"
        in told[Language.DE]
    )
