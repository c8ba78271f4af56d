"""Attacks on anonymous answers by somebody who has every message as it came, but for the address.

Nothing here knows how the gate makes a message. A ``Message`` is all that came by the wire, in traits that
two messages have alike or not; what of it tells homes apart is learnt from homes whose messages are known,
and tried on others. Each attack returns how often it was right, and how often chance alone would be.
"""

import math
import random
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

TRAITS = (
    "request line",
    "names of the head, in turn",
    "head",
    "length of the body",
    "form of the body",
    "greeting",
    "order of the greeting",
    "session",
    "random of the greeting",
    "key share",
    "records",
    "agreed TLS",
)
PERIODS_S = {"second": 60, "minute": 3600, "time of day": 86_400, "time of week": 7 * 86_400}
THINGS = (*TRAITS, "answer", "pieces of text", *PERIODS_S)  # that two messages have alike or not
APART_S = (0.01, 0.1, 1, 5, 30, 300, 1800, 3600, 4 * 3600, 12 * 3600, 86_400)
GRAM, RARE = 6, 0.1  # bytes in a row that two messages share; seen in at most that part of all
DOUBT = 3  # pairs that are taken to have been seen of each value, as few say little
TAUGHT = 64  # pairs of a home that is known, at most
SURE = 3.1  # standard deviations: 999 of 1000, of one side
POWER = 2.33  # 99 of 100
LEAK = 0.0008  # of a pair's rate: the most that an answer drawn by ε = 0.2 gives away, at half of the pairs

Truths = Mapping[str, int]
Table = tuple[Mapping[int, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a receiver has. home: for counting only; no attack looks. at_s: Unix time, to the millisecond."""

    home: int
    at_s: float
    metric: str
    answer: int
    traits: tuple[Hashable, ...]
    rare: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """right: share of right guesses of ``tried``; chance: without any knowledge.

    least, most: 998 of 1000 times it is between. by: the thing that said most, where one was learnt.
    """

    right: float
    least: float
    most: float
    chance: float
    tried: int
    by: str = ""

    def __str__(self) -> str:
        return (
            f"{self.right:.2%} of {self.tried} right, between {self.least:.2%} and {self.most:.2%}"
            f" (998 of 1000 times); by chance {self.chance:.2%}"
            + (f"; above all by: {self.by}" if self.by else "")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """off: how far the value may be off, 998 of 1000 times."""

    value: float
    off: float


def with_rare(messages: Sequence[Message], texts: Sequence[bytes]) -> list[Message]:
    """Those messages with the pieces of text that few of them have. texts: of the same messages."""
    grams = {text: {text[at : at + GRAM] for at in range(len(text) - GRAM + 1)} for text in set(texts)}
    seen: dict[bytes, int] = defaultdict(int)
    for text in texts:
        for gram in grams[text]:
            seen[gram] += 1
    limit = RARE * len(texts)
    rare = {text: frozenset(one for one in found if seen[one] <= limit) for text, found in grams.items()}
    return [replace(one, rare=rare[text]) for one, text in zip(messages, texts, strict=True)]


def alike(first: Message, second: Message) -> tuple[int, ...]:
    """How far two messages are alike in each thing that a receiver sees, as small numbers."""
    apart_s = second.at_s - first.at_s
    rare = len(first.rare & second.rare)
    return (
        *(int(one == other) for one, other in zip(first.traits, second.traits, strict=True)),
        2 * (first.metric == second.metric) + (first.answer == second.answer),
        0 if rare == 0 else min(rare.bit_length(), 4),
        *(_step(apart_s, period_s) for period_s in PERIODS_S.values()),
    )


def _step(apart_s: float, period_s: int) -> int:
    """Between which two of APART_S they are apart by the hand of a clock of that period."""
    hand_s = apart_s % period_s
    near_s = min(hand_s, period_s - hand_s)
    return sum(near_s >= limit_s for limit_s in APART_S)


def learnt(same: Sequence[tuple[int, ...]], other: Sequence[tuple[int, ...]]) -> Table:
    """What each thing that is alike says for one home, as a logarithm; of pairs whose homes are known."""
    table = []
    for place in range(len(same[0])):
        values = {pair[place] for pair in (*same, *other)}
        counts = [dict.fromkeys(values, DOUBT) for _ in range(2)]
        for count, pairs in zip(counts, (same, other), strict=True):
            for pair in pairs:
                count[pair[place]] += 1
        table.append({value: math.log(counts[0][value] / counts[1][value]) for value in values})
    return tuple(table)


def score(table: Table, pair: tuple[int, ...]) -> float:
    """Above nought: rather one home."""
    return sum(known.get(value, 0.0) for known, value in zip(table, pair, strict=True))


def pairs_of(
    sent: Sequence[Sequence[Message]], chance: random.Random
) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """Pairs of one home, and pairs of two, from the same pairs of weeks; each message is in one of either.

    sent: by home, the message of each week in turn.
    """
    weeks = len(sent[0])
    same, other = [], []
    for earlier, later in _matched(weeks, chance):
        for number, messages in enumerate(sent):
            same.append(alike(messages[earlier], messages[later]))
            other.append(alike(messages[earlier], sent[number - 1][later]))
    return same, other


def taught(sent: Sequence[Sequence[Message]], chance: random.Random) -> Table:
    """What is learnt from homes that are known, by pairs of any two of their weeks."""
    same, other = [], []
    for number, messages in enumerate(sent):
        pairs = list(combinations(range(len(messages)), 2))
        for earlier, later in chance.sample(pairs, min(TAUGHT, len(pairs))):
            same.append(alike(messages[earlier], messages[later]))
            other.append(alike(messages[earlier], sent[number - 1][later]))
    return learnt(same, other)


def _matched(weeks: int, chance: random.Random) -> list[tuple[int, int]]:
    """Two weeks each, of eight in a row: half of them four apart, so that one figure is asked for twice."""
    found = []
    for begin in range(0, weeks - 7, 8):
        one, two, three, four = chance.sample(range(begin, begin + 4), 4)
        found += [(one, one + 4), (two, two + 4), (min(three, four), max(three, four))]
        found.append((min(three, four) + 4, max(three, four) + 4))
    return found


def paired(sent: Sequence[Sequence[Message]], known: int, chance: random.Random) -> Rate:
    """Tell two messages of one home from those of two. known: how many homes teach what to go by."""
    table = taught(sent[:known], chance)
    same, other = pairs_of(sent[known:], chance)
    right = sum(_says_one(table, pair, chance) for pair in same)
    right += sum(not _says_one(table, pair, chance) for pair in other)
    return replace(rate(right, len(same) + len(other), 0.5), by=_says_most(table))


def _says_most(table: Table) -> str:
    weights = [max(map(abs, known.values())) for known in table]
    return THINGS[weights.index(max(weights))]


def _says_one(table: Table, pair: tuple[int, ...], chance: random.Random) -> bool:
    value = score(table, pair)
    return value > 0 or (value == 0 and chance.random() < 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """among: homes that a message may be of; by: messages of each that are known; tries: how often."""

    among: int
    by: int
    tries: int


def followed(sent: Sequence[Sequence[Message]], known: int, search: Search, chance: random.Random) -> Rate:
    """Name the home of a message, with earlier messages of each home at hand, seen with its address."""
    table = taught(sent[:known], chance)
    half, right = len(sent[0]) // 2, 0
    for _ in range(search.tries):
        homes = chance.sample(range(known, len(sent)), search.among)  # the first is the one that is sought
        sought = sent[homes[0]][chance.randrange(half, len(sent[0]))]
        weeks = chance.sample(range(half), min(search.by, half))
        chance.shuffle(homes)  # among equals, chance chooses
        told = [sum(score(table, alike(sent[home][week], sought)) for week in weeks) for home in homes]
        right += sent[homes[told.index(max(told))]][0].home == sought.home
    return rate(right, search.tries, 1 / search.among)


def named(sent: Sequence[Sequence[Message]], truths: Sequence[Truths], chance: random.Random) -> Rate:
    """Name the home of each message, with the true answers of every home at hand, by number of the home."""
    by_truth: dict[tuple[str, int], list[int]] = defaultdict(list)
    for home, truth in enumerate(truths):
        for metric, answer in truth.items():
            by_truth[metric, answer].append(home)
    right = tried = 0
    for messages in sent:
        for message in messages:
            # the likeliest home is one of those whose true answer it is
            likely = by_truth.get((message.metric, message.answer)) or range(len(truths))
            right, tried = right + (chance.choice(likely) == message.home), tried + 1
    return rate(right, tried, 1 / len(truths))


def epsilon(
    sent: Sequence[Sequence[Message]], truths: Sequence[Truths], figure: str, answers: int
) -> Estimate:
    """ε of a figure with so many answers, by what homes sent whose truth is known."""
    chosen = [
        message.answer == truth[figure]
        for messages, truth in zip(sent, truths, strict=True)
        for message in messages
        if message.metric == figure
    ]
    true = (sum(chosen) + 0.5) / (len(chosen) + 1)
    off = SURE / math.sqrt(len(chosen) * true * (1 - true))
    return Estimate(value=math.log(true * (answers - 1) / (1 - true)), off=off)


def pairs_needed(bound: float) -> int:
    """How many pairs show SURE-ly that no more than chance + ``bound`` are told, POWER-fully if it is so."""
    return math.ceil(((SURE + POWER) * 0.5 / (bound - LEAK)) ** 2)


def rate(right: int, tried: int, chance: float) -> Rate:
    """least, most: the ends of Wilson's interval at SURE standard deviations."""
    share = right / tried
    middle = share + SURE * SURE / (2 * tried)
    wide = SURE * ((share * (1 - share) + SURE * SURE / (4 * tried)) / tried) ** 0.5
    least, most = ((middle + sign * wide) / (1 + SURE * SURE / tried) for sign in (-1, 1))
    return Rate(right=share, least=least, most=most, chance=chance, tried=tried)
