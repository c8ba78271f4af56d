"""What the answers of a home cost, by its messages on the wire, and what screen, API and command say of it.

The accountant knows the wire alone: the weeks that were answered, and how an answer is drawn, which is
measured by steering the gate's chance until the true answer just leaves. Each new answer of a week costs what
that measurement says; the same one, sent once more, costs nothing.
"""

import json
import math
import os
import shutil
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.daemon.command_line import parse
from hub.daemon.commands import telemetry
from privacy import anonymise
from privacy.gate.phones import phone_front
from privacy.gate.storage import budget, epochs
from tests.lab.figures_fleet import HOSTS, TELEMETRY, Fleet, Home, JumpingClock
from tests.lab.linkage_series import METRICS
from tests.lab.wire_collector import Seen
from tests.needs import NETWORKS
from tests.privacy.gate.test_usage_history import app

pytestmark = [pytest.mark.lab, NETWORKS, pytest.mark.obligation("Q6.13-a")]

LIFE = 60  # answers
TRUTH = 1
COUNTED = {one.name: one.limits[TRUTH] for one in METRICS}
ANSWERS = {one.name: len(one.limits) for one in METRICS}
WORD = 8  # bytes of one draw
ALL = 1 << (8 * WORD)


class Steered:
    """The kernel's chance, but for the next draw. word: the one that it gets."""

    def __init__(self) -> None:
        self.word: int | None = None

    def __call__(self, size: int) -> bytes:
        if self.word is None or size != WORD:
            return os.urandom(size)
        word, self.word = self.word, None
        return word.to_bytes(WORD)


class Accountant:
    """Counts what a home's messages cost, in thousandths of ε."""

    def __init__(self, answer_milli: int) -> None:
        self._answer_milli = answer_milli
        self._said: dict[str, set[int]] = defaultdict(set)

    def take(self, seen: Seen) -> None:
        told = json.loads(seen.body)
        self._said[told["week"]].add(told["answer"])

    @property
    def life_milli(self) -> int:
        return sum(map(len, self._said.values())) * self._answer_milli

    def month_milli(self, month: str) -> int:
        of_it = (len(said) for week, said in self._said.items() if _month(week) == month)
        return sum(of_it) * self._answer_milli


def _month(week: str) -> str:
    year, number = week.split("-W")
    return f"{date.fromisocalendar(int(year), int(number), 4):%Y-%m}"


async def told(home: Home) -> Mapping[str, Any]:
    """What the console is told, which is what the owner's app is."""
    shown = await home.shown("telemetry.show")
    question = {"method": "GET", "path": "/gate/v1/telemetry", "query": "lang=en", "body": ""}
    who = {"role": "owner", "language": "en", "at_home": True}
    answer = await phone_front.table(app(home.door).own())["front.ask"]({**question, **who})
    assert isinstance(answer, Mapping)
    assert json.loads(str(answer["content"])) == shown
    return shown


def spent(shown: Mapping[str, Any]) -> tuple[int, int]:
    return shown["epsilon"]["month_milli"], shown["epsilon"]["life_milli"]


def printed(shown: Mapping[str, Any], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(telemetry, "ask_gate", lambda *_, **__: shown)
        assert parse(["telemetry", "show"]) == 0
    return capsys.readouterr().out


@dataclass(slots=True, kw_only=True)
class Limits:
    """Between which two draws the true answer of each figure ceases to leave."""

    low: dict[str, int]
    high: dict[str, int]

    def milli(self) -> dict[str, int]:
        """ε of each figure, in thousandths."""
        shares = {name: low / ALL for name, low in self.low.items()}
        found = {
            name: math.log(share * (ANSWERS[name] - 1) / (1 - share))
            for name, share in shares.items()
            if share
        }
        return {name: round(1000 * value) for name, value in found.items()}


def measured(working: Fleet, folder: Path, limits: Limits, lives: int) -> list[Mapping[str, Any]]:
    """Narrow ``limits`` by what one home sends, fifteen weeks at a time; what it was told after each message.

    It is started anew in between, and agrees once more: nothing is forgotten by that.
    """
    low, high = limits.low, limits.high
    clock, chance, all_told = JumpingClock(), Steered(), list[Mapping[str, Any]]()
    accountant = Accountant(200)

    async def weeks(count: int) -> None:
        async with working.living(folder, COUNTED, clock) as home:
            home.door.desk.random_bytes = chance
            for _ in range(count):
                working.collector.seen.clear()
                await home.next_week()
                asked = await home.shown("telemetry.show")
                name = asked["asked"]
                chance.word = middle = (low[name] + high[name]) // 2
                await home.pass_moment((await home.door.telemetry.state()).weeks[-1].at)
                (seen,) = working.collector.seen
                kept = json.loads(seen.body)["answer"] == TRUTH
                (low if kept else high)[name] = middle
                accountant.take(seen)
                shown = await told(home)
                month = shown["epsilon"]["month"]
                assert spent(shown) == (accountant.month_milli(month), accountant.life_milli)
                all_told.append(shown)
            # taken back and agreed to in the same week: no second answer, and no other sum
            await home.door.withdrawing.withdraw(TELEMETRY)
            await home.allow(TELEMETRY, HOSTS[0])
            await home.round()
            assert spent(await told(home)) == spent(all_told[-1])
            assert len(working.collector.seen) == 1

    for _ in range(lives):
        working.call(weeks(15))
    return all_told


@pytest.mark.timeout(300)
def test_epsilon_by_the_wire_is_the_one_that_people_are_told_after_each_message(
    working: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    limits = Limits(low=dict.fromkeys(ANSWERS, 0), high=dict.fromkeys(ANSWERS, ALL))
    shown = measured(working, tmp_path / "home", limits, LIFE // 15)
    assert limits.milli() == dict.fromkeys(ANSWERS, shown[0]["epsilon"]["answer_milli"])
    for number, one in enumerate(shown, 1):
        month_milli, life_milli = spent(one)
        month, life = (f"{milli / 1000:g}" for milli in (month_milli, life_milli))
        said = f"ε {month} of 1 in {one['epsilon']['month']}, {life} of 12 for good"
        assert said in printed(one, capsys)
        assert life_milli == 200 * number
    assert spent(shown[-1])[1] == 12_000

    # that was its life: nothing leaves any more
    async def afterwards() -> None:
        async with working.living(tmp_path / "home", COUNTED, working.clock) as home:
            await home.pass_week()

    working.collector.seen.clear()
    working.call(afterwards())
    assert working.collector.seen == []

    # control: a gate that draws by another ε than it tells
    keeps = anonymise.keeps
    monkeypatch.setattr(anonymise, "keeps", lambda answers: keeps(answers, 250))
    limits.high = {name: low + ALL // 256 for name, low in limits.low.items()}
    measured(working, tmp_path / "other", limits, 1)
    assert min(limits.milli().values()) > 210


def test_going_back_to_an_earlier_copy_is_told_as_the_wire_has_it(
    working: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, copy, clock, accountant = tmp_path / "home", tmp_path / "copy", JumpingClock(), Accountant(200)
    folder.mkdir()

    async def answer(count: int, home: Home) -> tuple[int, int]:
        for _ in range(count):
            working.collector.seen.clear()
            await home.pass_week()
            for seen in working.collector.seen:
                accountant.take(seen)
        desk = home.door.desk
        await desk.store.write(desk.time.tick)
        epochs.remember_head(folder, await desk.store.read(epochs.head))
        return spent(await told(home))

    async def before() -> tuple[int, int]:
        async with working.living(folder, COUNTED, clock) as home:
            await answer(3, home)
            await home.door.desk.store.read(lambda tx: tx.execute("VACUUM INTO ?", (str(copy),)))
            return await answer(3, home)

    async def back(weeks: int) -> tuple[int, int]:
        for path in folder.glob("gate.db-*"):
            path.unlink()
        shutil.copy(copy, folder / "gate.db")
        async with working.living(folder, COUNTED, clock) as home:
            await home.round()
            return await answer(weeks, home)

    assert working.call(before())[1] == accountant.life_milli == 1200
    assert working.call(back(0))[1] == accountant.life_milli
    assert working.call(back(2))[1] == accountant.life_milli == 1600
    clock.passed_s += timedelta(
        weeks=1
    ).total_seconds()  # what the week to come cost can't be known: it counts
    assert working.call(back(0))[1] == accountant.life_milli + 200
    monkeypatch.setattr(budget, "doubt", lambda tx, since: None)  # the control
    assert working.call(back(0))[1] == 600 < accountant.life_milli
