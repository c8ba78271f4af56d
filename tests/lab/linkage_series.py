"""Homes that answer week after week, their messages taken from the wire, and the attacks on them in full.

``python -m tests.lab.linkage_series`` is what script/nightly runs: as many homes as it takes to show a bound
of one percentage point (``linkage.pairs_needed``). Needs root, for network namespaces.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from hashlib import sha256
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path

import pytest

from privacy import anonymise
from tests.lab import linkage_leaks, outside
from tests.lab.figures_fleet import Fleet, JumpingClock, fleet, place
from tests.lab.wire_collector import Seen
from tests.privacy import house, linkage
from tests.privacy.linkage import Message, Rate, Search, Truths

METRICS = house.register().activities["telemetry.usage"].metrics
BOUND = 0.01  # above chance
KEY_SHARE, TICKET, RESUMED = 51, 35, 41  # TLS extensions, RFC 8446 4.2
LIVES = 5  # a moment may be in the minute before the week's first round, once in ten thousand weeks
SHORT = 8  # weeks
KNOWN = 8  # one of so many homes teaches the attack


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """sent: by home, the message of each week; truths: its true answers; offered: who offered to resume."""

    sent: list[list[Message]]
    truths: list[Truths]
    offered: int


def lived(
    working: Fleet, weeks: int, truths: Sequence[Truths], plant: linkage_leaks.Plant | None = None
) -> World:
    """Have homes live so many weeks, one for each of ``truths``. plant: what their gates do wrong."""
    messages, texts, offered = list[Message](), list[bytes](), 0
    with pytest.MonkeyPatch.context() as patch:
        if plant is not None:
            plant(patch, lambda: working.home)
        for number, truth in enumerate(truths):
            seen = _life(working, number, truth, weeks)
            messages += [_message(number, one) for one in seen]
            texts += [one.head + one.body for one in seen]
            offered += sum(map(_offers, seen))
    told = linkage.with_rare(messages, texts)
    sent = [told[number * weeks : (number + 1) * weeks] for number in range(len(truths))]
    return World(sent=sent, truths=list(truths), offered=offered)


def drawn_truths(homes: int, chance: random.Random) -> list[Truths]:
    """True answers, as uneven as in life."""
    return [
        {one.name: min(int(chance.expovariate(0.8)), len(one.limits) - 1) for one in METRICS}
        for _ in range(homes)
    ]


def _life(working: Fleet, number: int, truth: Truths, weeks: int) -> list[Seen]:
    """A home that was on at the moment of each week; one that missed a moment lives once more."""
    counted = {one.name: one.limits[truth[one.name]] for one in METRICS}
    for _ in range(LIVES):
        working.home, working.collector.seen = number, []
        folder = place(number)
        try:
            working.call(_weeks(working, folder, counted, weeks))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if len(working.collector.seen) == weeks:
            return working.collector.seen
    raise AssertionError(f"{len(working.collector.seen)} messages in {weeks} weeks, {LIVES} times")


async def _weeks(working: Fleet, folder: Path, counted: Mapping[str, int], weeks: int) -> None:
    clock, first = JumpingClock(), weeks // 2 if weeks > SHORT else weeks
    clock.passed_s = 7.3 * (working.home % 8)  # the second of its rounds
    for part in filter(None, (first, weeks - first)):  # a long life is started anew in the middle
        async with working.living(folder, counted, clock) as home:
            for _ in range(part):
                await home.pass_week()


def _message(home: int, seen: Seen) -> Message:
    """All that came, but for address and port."""
    lines, told, hello = seen.head.split(b"\r\n"), json.loads(seen.body), seen.greeting
    fixed = tuple(sorted((kind, data) for kind, data in hello.extensions.items() if kind != KEY_SHARE))
    return Message(
        home=home,
        at_s=seen.at.timestamp(),
        metric=told["metric"],
        answer=told["answer"],
        traits=(
            lines[0],
            tuple(line.partition(b":")[0] for line in lines[1:]),
            seen.head,
            len(seen.body),
            (*told, *sorted(set(told["pad"]))),
            _short((hello.size, hello.version, fixed)),
            _short(hello.order),
            hello.session[:12],
            hello.random[:12],
            hello.extensions[KEY_SHARE][-12:],
            seen.records,
            seen.tls,
        ),
    )


def _short(value: object) -> bytes:
    """The same in every process, as ``hash`` is not."""
    return sha256(repr(value).encode()).digest()[:8]


def _offers(seen: Seen) -> bool:
    """Whether it offered to go on where an earlier connection ended: its ticket would name it."""
    return RESUMED in seen.greeting.extensions or bool(seen.greeting.extensions.get(TICKET))


# in full


def _part(homes: int, weeks: int, seed: int, leak: str) -> World:
    """In a process of its own, with networks of its own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        working = stack.enter_context(fleet(folder, stack.enter_context(outside.network())))
        truths = drawn_truths(homes, random.Random(seed))
        return lived(working, weeks, truths, linkage_leaks.LEAKS.get(leak))


def _report(words: str, found: Rate, good: bool) -> bool:
    print(f"{'ok' if good else 'FAILED'}: {words}: {found}", flush=True)
    return good


def _homes(options: argparse.Namespace, seed: int) -> list[bool]:
    share, workers = -(-options.homes // options.workers), options.workers
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(_part, share, options.weeks, seed + number, "") for number in range(workers)]
        worlds = [job.result() for job in jobs]
    sent = [messages for world in worlds for messages in world.sent]
    sent = [[replace(one, home=number) for one in messages] for number, messages in enumerate(sent)]
    truths = [truth for world in worlds for truth in world.truths]
    chance, known = random.Random(seed), len(sent) // KNOWN
    print(f"{sum(map(len, sent))} messages of {len(sent)} homes, {known} of them known", flush=True)
    search = Search(among=min(50, len(sent) - known), by=8, tries=options.tries)
    found = {
        "two messages of one home told from those of two": linkage.paired(sent, known, chance),
        "a home followed by its earlier messages": linkage.followed(sent, known, search, chance),
        "a home named by its true answers": linkage.named(sent, truths, chance),
    }
    good = [_report(words, one, one.most <= one.chance + BOUND) for words, one in found.items()]
    for metric in METRICS:
        told = linkage.epsilon(sent, truths, metric.name, len(metric.limits))
        shown = anonymise.EPSILON_MILLI / 1000
        good.append(abs(told.value - shown) <= told.off)
        print(
            f"ε of {metric.name} by the wire: {told.value:.3f} ± {told.off:.3f}, shown: {shown}", flush=True
        )
    offered = sum(world.offered for world in worlds)
    print(f"greetings that offer to resume: {offered}", flush=True)
    return [*good, offered == 0]


def _leaks(seed: int) -> list[bool]:
    good = []
    for words in linkage_leaks.LEAKS:
        world = _part(16, 16, seed, words)
        found = linkage.paired(world.sent, 8, random.Random(seed))
        good.append(_report(f"control, {words}", found, found.least > found.chance + BOUND))
    return good


def main() -> int:
    """0: nobody gets further than the bound, and each leak is found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--homes", type=int, default=2100)
    parser.add_argument("--weeks", type=int, default=48, help="a multiple of 8, 60 at most; default: 48")
    parser.add_argument("--tries", type=int, default=5000, help="how often a home is followed; default: 5000")
    parser.add_argument("--workers", type=int, default=cpu_count() or 1)
    parser.add_argument("--no-controls", action="store_true", help="leave the planted leaks out")
    parser.add_argument("--seed", type=int, default=1, help="of true answers and of pairs, not of the gates")
    options = parser.parse_args()
    print(f"pairs for a bound of {BOUND:.0%}: {linkage.pairs_needed(BOUND)}", flush=True)
    controls = [] if options.no_controls else _leaks(options.seed)
    return 0 if all([*controls, *_homes(options, options.seed)]) else 1


if __name__ == "__main__":
    sys.exit(main())
