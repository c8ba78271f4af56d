"""The anonymous answer of a week: when it leaves, what it costs, and that nothing of a home is in it."""

import asyncio
import json
import os
import random
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from privacy import anonymise, recipients
from privacy.conversation import Declined
from privacy.gate.console import figure_verbs, tunnel_consents
from privacy.gate.door.door import Door
from privacy.gate.door.holder import GateHolder
from privacy.gate.outbox import figures, sending
from privacy.gate.outbox.figures import NoFigure
from privacy.gate.storage import book, budget, epochs, records
from privacy.gate.storage.budget import ACTIVITY, Asked
from privacy.ledger import content_of
from privacy.rights import Scope
from tests.planted import Search
from tests.privacy import house
from tests.privacy.gate.at_the_door import ManualClock, opened

HOMES = int(os.environ.get("TELEMETRY_SECRETS", "500"))
WHO = {
    "name": "statistics",
    "role": "processor",
    "host": "statistics.example.org",
    "country": "DE",
    "activities": [ACTIVITY],
}
METRICS = house.register().activities[ACTIVITY].metrics


class Hurried(ManualClock):
    """Sleeps by moving the time; remembers how long."""

    def __init__(self) -> None:
        super().__init__()
        self.slept_s: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self.passed_s += seconds
        await asyncio.sleep(0)


@asynccontextmanager
async def at_home(folder: Path, clock: ManualClock) -> AsyncIterator[Door]:
    """A door whose hub counts seven of everything, under consent unless a test takes it back."""
    known, mistakes = recipients.read([WHO], house.register())
    assert not mistakes
    async with opened(folder, clock, rules=(house.register(), known)) as door:
        door.telemetry._collect = seven
        await door.desk.confirm_clock()
        if not figures.live(door.desk, ACTIVITY):
            await tunnel_consents.table(door)["consent.allow"]({"activity": ACTIVITY})
        yield door


async def seven(activity: str, names: list[str]) -> Mapping[str, object]:
    return {"groups": dict.fromkeys(names, 7)}


async def weeks(door: Door) -> list[Asked]:
    return await door.desk.store.read(budget.every)


async def pass_week(door: Door, clock: ManualClock) -> Asked:
    """Rounds of a minute around the planned moment, until the week's message is settled."""
    await door.telemetry.once()
    planned = (await weeks(door))[-1]
    left = planned.at - door.desk.time.instant().at
    if left > timedelta(0):
        clock.passed_s += max(left.total_seconds() - 60, 0)
        await door.telemetry.once()
        while door.telemetry.moments.waiting:
            await asyncio.sleep(0.001)
    else:
        await door.telemetry.once()
    return (await weeks(door))[-1]


def next_week(door: Door, clock: ManualClock) -> None:
    at = door.desk.time.instant().at
    clock.passed_s += (anonymise.week_of(at).ends - at).total_seconds() + 1


async def entries(door: Door, kind: str) -> list[dict[str, Any]]:
    rows = await door.desk.store.read(lambda tx: book.page(tx, -1, 10_000))
    contents = [content_of(row) for row in rows]
    return [dict(one["data"]) for one in contents if one is not None and one["kind"] == kind]  # type: ignore[arg-type]


async def bodies(door: Door) -> list[bytes]:
    def read(tx: Any) -> list[bytes]:
        return [bytes(row[0]) for row in tx.execute("SELECT body FROM sent ORDER BY at_ms")]

    return await door.desk.store.read(read)


async def test_a_week_costs_its_epsilon_once_and_the_book_says_so_before_anything_leaves(
    tmp_path: Path,
) -> None:
    clock = Hurried()
    async with at_home(tmp_path, clock) as door:
        next_week(door, clock)
        await pass_week(door, clock)
        (spent,) = await entries(door, "budget")
        assert (spent["epsilon_milli"], spent["month_milli"], spent["life_milli"]) == (200, 200, 200)
        assert (spent["month_limit_milli"], spent["life_limit_milli"]) == (1000, 12_000)
        kinds = [one for one in await entries_in_order(door) if one in {"budget", "transfer_begin"}]
        assert kinds == ["budget", "transfer_begin"]
        # there is nobody to take it: at another moment of the week, with the very same bytes
        asked = (await weeks(door))[-1]
        assert asked.state == "drawn"
        for _ in range(3):
            await pass_week(door, clock)
        sent = await bodies(door)
        assert len(set(sent)) == 1 < len(sent)
        assert len(await entries(door, "budget")) == 1
        assert len(sent[0]) == anonymise.SIZE


async def entries_in_order(door: Door) -> list[str]:
    rows = await door.desk.store.read(lambda tx: book.page(tx, -1, 10_000))
    return [str(content["kind"]) for row in rows if (content := content_of(row)) is not None]


@pytest.mark.obligation("Q6.13-a")
async def test_who_tries_all_answers_against_the_book_learns_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Hurried()
    async with at_home(tmp_path, clock) as door:

        async def tried() -> list[int]:
            text = json.dumps(await entries(door, "transfer_begin"))
            asked = (await weeks(door))[-1]
            week, metric = (
                anonymise.week_of(asked.at),
                next(one for one in METRICS if one.name == asked.metric),
            )
            said = [anonymise.message(metric, week, number) for number in range(len(metric.limits))]
            return [number for number, body in enumerate(said) if sha256(body).hexdigest() in text]

        next_week(door, clock)
        drawn = (await pass_week(door, clock)).answer
        assert (await tried(), len(await entries(door, "transfer_begin"))) == ([], 1)
        always_hashed(monkeypatch)  # the control: with a hash of the bytes the attack works
        for _ in range(3):
            await pass_week(door, clock)
        assert await tried() == [drawn]


def always_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The book without its guard."""
    told = sending._told
    monkeypatch.setattr(sending, "_told", lambda running, hashed: told(running, hashed=True))


async def test_it_leaves_at_the_planned_millisecond_and_not_with_the_round(tmp_path: Path) -> None:
    clock = Hurried()
    async with at_home(tmp_path, clock) as door:
        for _ in range(4):
            next_week(door, clock)
            await door.telemetry.once()
            planned = (await weeks(door))[-1]
            clock.passed_s += (planned.at - door.desk.time.instant().at).total_seconds() - 75.5
            await door.telemetry.once()
            while door.telemetry.moments.waiting:
                await asyncio.sleep(0.001)
            last = await door.desk.store.read(lambda tx: records.latest_sent(tx, ACTIVITY))
            assert last is not None
            assert abs((last.at - planned.at).total_seconds()) < 0.002


async def test_a_crash_between_drawing_and_sending_gives_no_second_answer_and_no_second_price(
    tmp_path: Path,
) -> None:
    clock = Hurried()
    async with at_home(tmp_path, clock) as door:
        next_week(door, clock)
        await door.telemetry.once()
        week = anonymise.week_of(door.desk.time.instant().at)
        metric = anonymise.asked_in(week, METRICS)
        drawn = await door.desk.store.write(lambda tx: door.telemetry._drawn(tx, week, metric, 1))
    # the process is gone here, before the first byte
    async with at_home(tmp_path, clock) as door:
        for _ in range(20):  # asked again and again, whatever the truth is by then
            again = await door.desk.store.write(lambda tx: door.telemetry._drawn(tx, week, metric, 0))
            assert again == drawn
        spent = await door.desk.store.read(lambda tx: budget.spent(tx, week.month))
        assert (spent.month_milli, spent.life_milli) == (200, 200)
        # control: drawn anew, twenty answers would differ, and their mean would tell the truth
        anew = {anonymise.respond(1, len(metric.limits), os.urandom) for _ in range(40)}
        assert len(anew) > 1


async def test_after_withdrawal_nothing_leaves_and_a_new_yes_in_the_same_week_finds_the_same_answer(
    tmp_path: Path,
) -> None:
    clock = Hurried()
    async with at_home(tmp_path, clock) as door:
        next_week(door, clock)
        await pass_week(door, clock)
        sent = await bodies(door)
        await door.withdrawing.withdraw(ACTIVITY)
        for _ in range(3):
            next_week(door, clock)
            await door.telemetry.once()
        assert await bodies(door) == sent
        assert len(await weeks(door)) == 1
        # control: agreed to again it goes on, and what was spent is not forgotten
        await tunnel_consents.table(door)["consent.allow"]({"activity": ACTIVITY})
        next_week(door, clock)
        await pass_week(door, clock)
        assert len(await bodies(door)) > len(sent)
        assert (await door.telemetry.state()).spent.life_milli == 400


async def test_withdrawn_while_its_moment_is_waited_for_it_does_not_leave(tmp_path: Path) -> None:
    clock = Hurried()
    async with at_home(tmp_path, clock) as door:
        next_week(door, clock)
        await door.telemetry.once()
        week = anonymise.week_of(door.desk.time.instant().at)
        await door.withdrawing.withdraw(ACTIVITY)
        await door.telemetry._send(week)
        assert await bodies(door) == []
        assert await entries(door, "budget") == []


async def test_the_budgets_end_it_for_the_month_and_for_good(tmp_path: Path) -> None:
    clock = Hurried()
    async with at_home(tmp_path, clock) as door:
        for _ in range(70):
            next_week(door, clock)
            await door.telemetry.once()
            at = door.desk.time.instant().at
            week = anonymise.week_of(at)
            metric = anonymise.asked_in(week, METRICS)
            await door.desk.store.write(lambda tx, w=week, m=metric: door.telemetry._drawn(tx, w, m, 0))  # type: ignore[misc]
            spent = await door.desk.store.read(lambda tx, w=week: budget.spent(tx, w.month))  # type: ignore[misc]
            assert spent.month_milli <= anonymise.MONTH_MILLI
        assert (await door.telemetry.state()).spent.life_milli == anonymise.LIFE_MILLI
        assert len(await weeks(door)) == 60
        # what is spent outlasts an erasure; answers are gone with their weeks
        await GateHolder(door.desk).erase(Scope())
        assert len(await weeks(door)) == 60
        assert sum(row.answer is not None for row in await weeks(door)) <= 1
        told = await figure_verbs.table(door)["telemetry.show"]({})
        assert isinstance(told, Mapping)
        assert told["epsilon"]["life_milli"] == told["epsilon"]["life_limit_milli"]  # type: ignore[index]


async def test_the_screen_says_what_is_asked_why_and_what_it_means(tmp_path: Path) -> None:
    async with at_home(tmp_path, Hurried()) as door:
        show = figure_verbs.table(door)["telemetry.show"]
        english, german = [await show({"language": language}) for language in ("en", "de")]
        assert isinstance(english, Mapping)
        assert isinstance(german, Mapping)
        assert [row["name"] for row in english["metrics"]] == [metric.name for metric in METRICS]  # type: ignore[attr-defined]
        assert all(row["reason"] and row["answers"] for row in english["metrics"])  # type: ignore[attr-defined]
        assert english["recipients"] == ["statistics"]
        assert "550 of 1000" in english["epsilon"]["meaning"]  # type: ignore[index]
        assert "550 von 1000" in german["epsilon"]["meaning"]  # type: ignore[index]
        assert german["metrics"] != english["metrics"]


async def test_a_moment_that_passed_while_the_home_was_off_costs_nothing(tmp_path: Path) -> None:
    clock = Hurried()
    async with at_home(tmp_path, clock) as door:
        next_week(door, clock)
        await door.telemetry.once()
        planned = (await weeks(door))[-1]
        clock.passed_s += (planned.at - door.desk.time.instant().at).total_seconds() + 61
        await door.telemetry.once()
        assert (await weeks(door))[-1].state in {"missed", "planned"}  # planned: of the week after
        assert await bodies(door) == []
        assert (await door.telemetry.state()).spent.life_milli == 0


@pytest.mark.obligation("Q6.13-a")
async def test_going_back_to_an_older_store_gives_nothing_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, copy = Hurried(), tmp_path / "copy"

    async def answers() -> int:
        for _ in range(3):
            next_week(door, clock)
            await pass_week(door, clock)
        spent = (await door.telemetry.state()).spent.life_milli
        await door.desk.store.write(door.desk.time.tick)
        epochs.remember_head(tmp_path / "home", await door.desk.store.read(epochs.head))
        return spent

    (tmp_path / "home").mkdir()
    async with at_home(tmp_path / "home", clock) as door:
        assert await answers() == 600
        await door.desk.store.read(lambda tx: tx.execute("VACUUM INTO ?", (str(copy),)))
        assert await answers() == 1200

    def put_back() -> None:
        for path in (tmp_path / "home").glob("gate.db-*"):
            path.unlink()
        shutil.copy(copy, tmp_path / "home" / "gate.db")

    async def spent() -> tuple[int, bool]:
        async with at_home(tmp_path / "home", clock) as door:
            await door.telemetry.once()
            return (await door.telemetry.state()).spent.life_milli, (await weeks(door))[-1].state == "assumed"

    put_back()
    assert await spent() == (1200, True)
    put_back()
    monkeypatch.setattr(budget, "doubt", lambda tx, since: None)  # the control: three weeks are given back
    assert await spent() == (600, False)


SECRETS: tuple[tuple[str, Callable[[random.Random], str]], ...] = (
    ("name", lambda chance: f"Ada-{chance.randbytes(4).hex()}"),
    ("mac", lambda chance: chance.randbytes(6).hex(":")),
    ("mail", lambda chance: f"ada.{chance.randbytes(3).hex()}@example.org"),
    ("place", lambda chance: f"{chance.uniform(47, 55):.5f},{chance.uniform(6, 15):.5f}"),
    ("key", lambda chance: chance.randbytes(16).hex()),
    ("phone", lambda chance: f"49151{chance.randrange(10**7):07}"),
)


@pytest.mark.obligation("Q6.13-a")
async def test_no_secret_that_a_hub_plants_is_ever_in_a_message() -> None:
    chance, week, refused = random.Random(9), anonymise.week_of(house.START), 0
    for number in range(HOMES):
        planted = {name: make(chance) for name, make in SECRETS}
        metric = METRICS[number % len(METRICS)]
        where = list(planted)[number % len(planted)]
        secret = planted[where]
        says: object = [chance.randrange(60), secret, int(planted["phone"]), {secret: 1}][number % 4]

        async def hub(activity: str, names: list[str], says: object = says, planted: object = planted) -> Any:
            return {"groups": {**dict.fromkeys(names, says), **planted}, "more": planted}  # type: ignore[dict-item]

        try:
            truth = (await figures.answers(hub, ACTIVITY, [metric]))[metric.name]
        except NoFigure:
            refused += 1
            continue
        body = anonymise.message(metric, week, anonymise.respond(truth, len(metric.limits), chance.randbytes))
        assert Search(planted).found(body) == set()
        # control: what the hub said would have shown them
        assert secret.encode() in json.dumps((await hub(ACTIVITY, [metric.name]))["more"]).encode()
    assert 0 < refused < HOMES


async def test_a_consent_for_bytes_that_are_looked_at_first_is_not_given_so(tmp_path: Path) -> None:
    async with at_home(tmp_path, Hurried()) as door:
        with pytest.raises(Declined) as declined:
            await tunnel_consents.table(door)["consent.allow"]({"activity": "diagnosis.remote"})
        assert declined.value.code == "wrong_mode"


@pytest.mark.parametrize(
    ("activity", "code", "way"),
    [
        ("sms.send", "wrong_mode", "homebase notify allow"),
        ("setup.timezone", "wrong_mode", "homebase account timezone"),
        ("advertising", "not_built", ""),
        ("license.check", "stays_home", ""),
        ("backup.cloud", "unknown_recipient", "homebase recipient add"),
    ],
)
async def test_a_yes_that_is_given_elsewhere_names_where(
    tmp_path: Path, activity: str, code: str, way: str
) -> None:
    async with at_home(tmp_path, Hurried()) as door:
        with pytest.raises(Declined) as declined:
            await tunnel_consents.table(door)["consent.allow"]({"activity": activity})
        assert (declined.value.code, way in str(declined.value)) == (code, True)
