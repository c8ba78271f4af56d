"""Attacks on anonymous answers by somebody who has every message, and never the address that it came from.

A world of homes sends what the gate would send (``ours``), or something that looks anonymous and is not. The
attacker is handed the messages, the truth of every home where an attack says so, and what is known of our
code. Each attack returns how often it was right, and how often chance alone would be.
"""

import hashlib
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from privacy import anonymise
from tests.privacy import house

METRICS = house.register().activities["telemetry.usage"].metrics
FIRST = datetime(2026, 1, 5, tzinfo=UTC)
AMONG = 200  # homes that a message may be of
MONTH = len(METRICS)  # weeks until a figure is asked for again


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a receiver sees. home: for counting only; the attacker never looks."""

    home: int
    week: int
    at: datetime
    answer: int
    size: int
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """right: share of right guesses; most: what it may be at the most, 999 times of 1000; chance: without."""

    right: float
    most: float
    chance: float


Format = Callable[["World", int, int], Message]


class World:
    """homes: how many, each with its true answers, which are as uneven as in life."""

    def __init__(self, homes: int, weeks: int, shape: Format, seed: int) -> None:
        self.chance = random.Random(seed)
        self.homes, self.weeks = homes, weeks
        self.truths = [[self._truth(len(one.limits)) for one in METRICS] for _ in range(homes)]
        self.seconds = [self.chance.uniform(0, 60) for _ in range(homes)]
        self.offsets_s = [self.chance.uniform(0, 6 * 86_400) for _ in range(homes)]
        self.sent = [[shape(self, home, week) for week in range(weeks)] for home in range(homes)]

    def truth(self, home: int, week: int) -> int:
        return self.truths[home][self._figure(week)]

    def drawn(self, home: int, week: int) -> tuple[int, int]:
        """Our answer, and the length of its message."""
        begins = anonymise.week_of(FIRST + timedelta(days=7 * week))
        metric = anonymise.asked_in(begins, METRICS)
        answer = anonymise.respond(self.truth(home, week), len(metric.limits), self.chance.randbytes)
        return answer, anonymise.SIZE

    def moment(self, week: int) -> datetime:
        begins = anonymise.week_of(FIRST + timedelta(days=7 * week))
        return anonymise.moment(begins.begins, begins.ends, self.chance.randbytes)

    def _figure(self, week: int) -> int:
        return METRICS.index(anonymise.asked_in(anonymise.week_of(FIRST + timedelta(days=7 * week)), METRICS))

    def _truth(self, answers: int) -> int:
        return min(int(self.chance.expovariate(0.8)), answers - 1)


def ours(world: World, home: int, week: int) -> Message:
    """What the gate sends."""
    answer, size = world.drawn(home, week)
    return Message(home=home, week=week, at=world.moment(week), answer=answer, size=size, mark="")


def with_hash(world: World, home: int, week: int) -> Message:
    """A hash in the place of the customer's number: who has the list of numbers has the home."""
    answer, size = world.drawn(home, week)
    return Message(
        home=home, week=week, at=world.moment(week), answer=answer, size=size, mark=hashed(customer(home))
    )


def by_the_minute(world: World, home: int, week: int) -> Message:
    """Ours, but sent by the round of a minute, whose second is the home's own."""
    answer, size = world.drawn(home, week)
    at = world.moment(week).replace(second=0, microsecond=0) + timedelta(seconds=world.seconds[home])
    return Message(home=home, week=week, at=at, answer=answer, size=size, mark="")


def one_offset(world: World, home: int, week: int) -> Message:
    """Ours, but each home's times are moved by one random value that stays."""
    answer, size = world.drawn(home, week)
    at = FIRST + timedelta(days=7 * week, seconds=world.offsets_s[home])
    return Message(home=home, week=week, at=at, answer=answer, size=size, mark="")


def without_chance(world: World, home: int, week: int) -> Message:
    """The true answer, as exact as the home counts."""
    exact = 1000 * home + world.truth(home, week)
    return Message(home=home, week=week, at=world.moment(week), answer=exact, size=128, mark="")


def customer(home: int) -> str:
    return f"{4_100_000_000 + 7919 * home}"


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def named(world: World) -> Rate:
    """Name the home of each message. Known: the truth of every home, the list of customers, our ε."""
    hashes = {hashed(customer(home)): home for home in range(world.homes)}
    by_truth: dict[tuple[int, int], list[int]] = defaultdict(list)
    for home in range(world.homes):
        for week in range(world.weeks):
            by_truth[week, world.truth(home, week)].append(home)
    right = tried = 0
    for sent in world.sent:
        for message in sent:
            # the likeliest home is one of those whose true answer it is
            likely = by_truth.get((message.week, message.answer % 1000)) or range(world.homes)
            guess = hashes.get(message.mark, world.chance.choice(likely))
            right, tried = right + (guess == message.home), tried + 1
    return _rate(right, tried, 1 / world.homes)


def followed(world: World, weeks: int, tries: int) -> Rate:
    """Of a message name that of the same home ``weeks`` later among AMONG, by all that it shows."""
    right = 0
    for _ in range(tries):
        homes = world.chance.sample(range(world.homes), AMONG)  # the first is the one that is sought
        first = world.sent[homes[0]][world.chance.randrange(world.weeks - weeks)]
        later = [world.sent[home][first.week + weeks] for home in homes]
        world.chance.shuffle(later)  # among equals, chance chooses
        guess = max(later, key=lambda one, first=first: _likeness(first, one))  # type: ignore[misc]
        right += guess.home == first.home
    return _rate(right, tries, 1 / AMONG)


def paired(world: World, pairs: int) -> Rate:
    """Tell two messages of one home from those of two. Half of them teach the attacker what to go by."""
    samples: list[tuple[float, ...]] = []
    same: list[bool] = []
    for number in range(2 * pairs):
        one = world.chance.randrange(world.homes)
        first_week = world.chance.randrange(world.weeks - MONTH)
        other = one if number % 2 else (one + 1 + world.chance.randrange(world.homes - 1)) % world.homes
        # one figure twice, and two figures
        second_week = first_week + (MONTH if number % 4 < 2 else 1 + world.chance.randrange(MONTH - 1))
        samples.append(_alike(world.sent[one][first_week], world.sent[other][second_week]))
        same.append(one == other)
    rules = [(place, limit) for place in range(len(samples[0])) for limit in (0.5, 2.0, 60.0, 600.0, 3600.0)]
    best = max(rules, key=lambda rule: abs(_score(rule, samples[:pairs], same[:pairs]) - 0.5))
    learnt, tested = (_score(best, samples[part], same[part]) for part in (slice(pairs), slice(pairs, None)))
    return _rate(round((tested if learnt >= 0.5 else 1 - tested) * pairs), pairs, 0.5)


def _score(rule: tuple[int, float], samples: Sequence[tuple[float, ...]], same: Sequence[bool]) -> float:
    place, limit = rule
    return sum((sample[place] < limit) == one for sample, one in zip(samples, same, strict=True)) / len(same)


def _alike(first: Message, second: Message) -> tuple[float, ...]:
    """How far two messages are apart by each thing that a receiver sees."""
    apart_s = (second.at - first.at).total_seconds() % (7 * 86_400)
    return (
        float(first.answer != second.answer),
        float(first.mark != second.mark),
        float(first.size != second.size),
        min(apart_s % 60, -apart_s % 60),
        min(apart_s % 3600, -apart_s % 3600),
        min(apart_s % 86_400, -apart_s % 86_400),
        min(apart_s, 7 * 86_400 - apart_s),
    )


def _likeness(first: Message, second: Message) -> tuple[float, ...]:
    """The stronger trait first."""
    apart_s = (second.at - first.at).total_seconds() % (7 * 86_400)
    return (
        first.mark == second.mark,
        first.size == second.size,
        first.answer == second.answer,
        -min(apart_s, 7 * 86_400 - apart_s),
    )


def _rate(right: int, tried: int, chance: float) -> Rate:
    """most: the upper end by Wilson's interval at 3.1 standard deviations."""
    z, share = 3.1, right / tried
    middle = share + z * z / (2 * tried)
    wide = z * ((share * (1 - share) + z * z / (4 * tried)) / tried) ** 0.5
    return Rate(right=share, most=(middle + wide) / (1 + z * z / tried), chance=chance)
