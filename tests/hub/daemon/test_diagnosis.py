"""What the gate collects for a diagnosis: accepted by its closed schema, and no word about people."""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from hub.daemon.log import BUCKET_S, ErrorCounter, LineFormatter
from privacy.conversation import Declined
from privacy.payload import GROUP_NAMES, build
from tests.hub.home_in_a_box import Home
from tests.hub.lamp import LAMP

MADE = datetime(2026, 3, 1, tzinfo=UTC)


async def test_the_gate_accepts_all_that_is_collected(home: Home) -> None:
    # given a home whose people named everything
    token = await home.claim()
    async with home.browser(token) as browser:
        async with browser.post("/api/v1/rooms", json={"name": "Nursery of Ada"}) as answer:
            room = (await answer.json())["id"]
        change = {"name": "Ada's lamp", "room": room}
        async with browser.patch(f"/api/v1/devices/{LAMP}", json=change) as answer:
            assert answer.status == 200

    # when the gate collects everything
    assert home.front.control is not None
    groups = sorted(GROUP_NAMES)
    answer_ = await home.front.control.ask("collect", activity="diagnosis.remote", groups=groups)
    data = build(
        answer_["groups"],
        groups=GROUP_NAMES,
        ticket="T-123",
        made=MADE,
        delete_by=MADE + timedelta(days=1),
    )

    # then its schema takes it, and neither names nor serial numbers are in it
    found = json.loads(data)["groups"]
    assert found["devices"] == [{"model": "TEST-LAMP", "firmware": "1.0", "count": 1, "unreachable": 0}]
    assert found["radio"][0]["driver"] == "lamp"
    assert found["radio"][0]["state"] == "ready"
    assert found["system"]["memory_kib"] > 1000
    for word in (b"Ada", b"Nursery", b"LAMP000001", b"127.0.0.1"):
        assert word not in data


async def test_only_the_groups_that_were_asked_for_are_collected(home: Home) -> None:
    assert home.front.control is not None
    answer = await home.front.control.ask("collect", activity="diagnosis.remote", groups=["devices"])
    groups = answer["groups"]
    assert isinstance(groups, Mapping)
    assert list(groups) == ["devices"]
    with pytest.raises(Declined):
        await home.front.control.ask("collect", activity="diagnosis.remote", groups=["rooms"])


def _record(name: str, level: int, message: str, **extra: object) -> logging.LogRecord:
    record = logging.LogRecord(name, level, "x.py", 1, message, (), None)
    vars(record).update(extra)
    return record


def test_errors_are_counted_by_name_for_a_day_and_nothing_else_of_them() -> None:
    now_s = 0.0
    counter = ErrorCounter(lambda: now_s)
    for _ in range(3):
        counter.handle(_record("hub.core", logging.WARNING, "link.lost", driver="bidcos"))
    counter.handle(_record("hub.core", logging.ERROR, "Ada's lamp at 192.168.0.7 failed"))
    counted = [
        {"area": "hub.core", "code": "link.lost", "count": 3},
        {"area": "hub.core", "code": "message", "count": 1},
    ]
    assert counter.faults() == counted
    now_s = 23 * BUCKET_S
    assert counter.faults() == counted
    now_s = 25 * BUCKET_S
    assert counter.faults() == []


def test_a_log_line_stays_one_line_whatever_is_in_it() -> None:
    record = _record("hub.api", logging.WARNING, "evil\n\x1b[2Jname", value="a\nb\x07")
    line = LineFormatter().format(record)
    assert line == 'warning hub.api evil\\n\\x1b[2Jname value="a\\nb\\u0007"'
