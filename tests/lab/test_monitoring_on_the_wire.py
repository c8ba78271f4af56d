"""Reports of monitoring as two collectors got them: nobody joins them, and OTLP's answers are kept to."""

import gzip
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest

from privacy import anonymise
from privacy.gate.storage import pseudonyms
from tests.lab.figures_fleet import HOSTS, MONITOR, Fleet
from tests.lab.wire_collector import Answer, Seen
from tests.needs import NETWORKS
from tests.otlp_library import decoded
from tests.privacy.gate.test_telemetry import entries

pytestmark = [pytest.mark.lab, NETWORKS]

COUNTED = {"uptime": 3, "memory": 90, "disk": 40, "errors": 0, "unreachable": 12}
BOTH = tuple((MONITOR, host) for host in HOSTS)
RESTARTED = 3  # after so many days


def reports(working: Fleet, folder: Path, days: int, allowed: tuple[tuple[str, str], ...]) -> list[Seen]:
    """What a home's collectors got in so many days from a Monday on; it is started anew meanwhile."""
    working.collector.seen = []
    working.collector.answer = lambda _: (200, {}, b"{}")
    clock = None

    async def live() -> None:
        nonlocal clock
        for part in (min(RESTARTED, days), max(days - RESTARTED, 0)):
            async with working.living(folder, COUNTED, clock, allowed) as home:
                if clock is None:
                    await home.next_week()
                    working.collector.seen.clear()  # of the Sunday before
                clock = home.clock
                monday = home.now().replace(hour=0, minute=0, second=0, microsecond=0)
                await home.pass_reports(monday + timedelta(days=part))

    working.call(live())
    return working.collector.seen


def recipient(seen: Seen) -> str:
    return next(host for host in HOSTS if f"Host: {host}".encode() in seen.head)


def pseudonym(seen: Seen) -> str:
    return decoded(seen.body).resource["service.instance.id"]


def joined(seen: list[Seen], by: Callable[[Seen], object]) -> set[str]:
    """Pseudonyms that stand in messages of more than one kind, as ``by`` sorts them."""
    kinds: dict[str, set[object]] = {}
    for one in seen:
        kinds.setdefault(pseudonym(one), set()).add(by(one))
    return {name for name, found in kinds.items() if len(found) > 1}


def week(seen: Seen) -> str:
    return anonymise.week_of(seen.at).label


@pytest.mark.obligation("Q6.12")
def test_two_recipients_are_not_joined_and_of_one_only_the_days_of_a_week(
    working: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = reports(working, tmp_path / "home", 12, BOTH)
    for host in HOSTS:
        own = [one for one in seen if recipient(one) == host]
        by_week = {label: {pseudonym(one) for one in own if week(one) == label} for label in map(week, own)}
        assert [len(names) for names in by_week.values()] == [1, 1]  # the days of a week belong together
        assert len({one.at.date() for one in own}) >= 10
    assert joined(seen, recipient) == set()
    assert joined(seen, week) == set()
    # nor is there anything else: one head, one greeting, and a moment of its own for each
    assert len({one.head.replace(recipient(one).encode(), b"") for one in seen}) == len(
        {len(one.body) for one in seen}
    )
    assert len({one.greeting.order for one in seen}) == 1
    apart = [later.at - earlier.at for earlier, later in pairwise(sorted(seen, key=lambda one: one.at))]
    assert len({step % timedelta(minutes=1) for step in apart}) == len(apart)

    # controls: one pseudonym for all that get something, and one for all weeks
    def of_the_week(key: bytes, recipient: str, week: str) -> str:
        return sha256(week.encode()).hexdigest()[:32]

    def for_good(key: bytes, recipient: str, week: str) -> str:
        return hmac.digest(b"home", recipient.encode(), sha256).hex()[:32]

    monkeypatch.setattr(pseudonyms, "pseudonym", of_the_week)
    assert len(joined(reports(working, tmp_path / "one", 2, BOTH), recipient)) == 1
    monkeypatch.setattr(pseudonyms, "pseudonym", for_good)
    assert len(joined(reports(working, tmp_path / "other", 9, BOTH[:1]), week)) == 1


PARTIAL = {"partialSuccess": {"rejectedDataPoints": "2", "errorMessage": "secret words"}}
WARNING = {"partialSuccess": {"rejectedDataPoints": 0, "errorMessage": "secret words"}}
STATUS = b'{"message":"secret words"}'
JSON = {"Content-Type": "application/json"}
# by day: what the collector answers, what the ledger says of it
DAYS: tuple[tuple[Answer | None, str], ...] = (
    ((200, JSON, b"{}"), "answered 200"),
    ((200, JSON, json.dumps(PARTIAL).encode()), "answered 200: 2 data points refused"),
    ((200, JSON, json.dumps(WARNING).encode()), "answered 200"),
    ((200, {**JSON, "Content-Encoding": "gzip"}, gzip.compress(b"{}")), "answered 200"),
    ((400, JSON, STATUS), "answered 400"),
    ((413, JSON, STATUS), "answered 413"),
    ((502, JSON, STATUS), "answered 502"),
    ((503, {**JSON, "Retry-After": "Fri, 31 Dec 2027 23:59:59 GMT"}, STATUS), "answered 503"),
    ((504, JSON, b""), "answered 504"),
    (None, f"{HOSTS[0]}: closed without an answer"),
    ((429, {**JSON, "Retry-After": "30"}, STATUS), "answered 429"),
)
THREE_DAYS, A_MONTH = 3 * 86_400, 30 * 86_400


def test_whatever_a_collector_answers_nothing_is_repeated(working: Fleet, tmp_path: Path) -> None:
    answers = iter(DAYS)

    async def live() -> list[str]:
        async with working.living(tmp_path / "home", COUNTED, None, BOTH[:1]) as home:
            await home.next_week()
            working.collector.seen.clear()
            working.collector.answer = lambda _: next(answers)[0]
            monday = home.now().replace(hour=0, minute=0, second=0, microsecond=0)
            before = len(await entries(home.door, "transfer_end"))
            # a day may have begun with the message of the Sunday before
            while len(working.collector.seen) < len(DAYS):
                monday += timedelta(days=1)
                await home.pass_reports(monday)
            ends = (await entries(home.door, "transfer_end"))[before:]
            book = json.dumps([await entries(home.door, kind) for kind in ("transfer_begin", "transfer_end")])
            assert "secret words" not in book
            return [f"{end['result']}: {end['what']}" for end in ends]

    told = working.call(live())
    results = ["delivered" if what.startswith("answered 200") else "failed" for _, what in DAYS]
    assert told == [f"{result}: {what}" for result, (_, what) in zip(results, DAYS, strict=True)]
    seen = working.collector.seen
    assert len({one.at.date() for one in seen}) == len(seen) == len(DAYS)  # one a day
    assert len({one.body for one in seen}) > 1
    for one in seen:  # as OTLP/HTTP wants it, in JSON, not compressed
        assert one.head.startswith(b"POST /v1/metrics HTTP/1.1\r\n")
        assert b"\r\nContent-Type: application/json" in one.head
        assert b"-encoding" not in one.head.lower()
        decoded(one.body)


@pytest.mark.parametrize(("asked_s", "days"), [(THREE_DAYS, 3), (A_MONTH, 5)])
def test_a_collector_that_asks_to_be_left_alone_is_until_the_week_is_over(
    working: Fleet, tmp_path: Path, asked_s: int, days: int
) -> None:
    async def live() -> datetime:
        async with working.living(tmp_path / "home", COUNTED, None, BOTH[:1]) as home:
            await home.next_week()
            monday = home.now().replace(hour=0, minute=0, second=0, microsecond=0)
            working.collector.answer = lambda _: (200, {}, b"{}")
            await home.pass_reports(monday + timedelta(days=1))
            working.collector.seen.clear()
            working.collector.answer = lambda _: (429, {"Retry-After": str(asked_s)}, b"")
            while not working.collector.seen:
                monday += timedelta(days=1)
                await home.pass_reports(monday + timedelta(days=1))
            (row,) = (await home.shown("monitor.show"))["next"][:1]
            return datetime.fromisoformat(row["at"])

    leaves = working.call(live())
    refused = working.collector.seen[0].at
    week_over = anonymise.week_of(refused).ends
    asked = min(refused + timedelta(seconds=asked_s), week_over)
    assert asked <= leaves < asked + timedelta(days=2)
    # control: without it, it would be the next day
    assert (leaves.date() - refused.date()).days >= min(days, (week_over.date() - refused.date()).days)
