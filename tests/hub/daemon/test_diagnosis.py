"""What the gate collects for a diagnosis: accepted by its closed schema, and no word about people."""

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from drivers.bidcos.devices import models
from hub.contract import DeviceAddress, DeviceAppeared
from hub.daemon.diagnosis import _MACHINES, _model
from hub.daemon.log import BUCKET_S, ErrorCounter, LineFormatter
from privacy.conversation import Declined
from privacy.payload import GROUP_NAMES, Machine, PayloadRefused, build
from tests.hub.home_in_a_box import Home
from tests.hub.lamp import LAMP, describe
from tests.paths import ROOT

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


def test_of_a_library_no_word_is_told_and_of_its_name_the_package() -> None:
    counter = ErrorCounter(lambda: 0.0)
    for area, said in (("asyncio.ada1f2e3", "a1b2c3d4e5f6"), ("ada1f2e3", "link.lost"), ("Ada", "x")):
        counter.handle(_record(area, logging.WARNING, said))
    assert counter.faults() == [
        {"area": "asyncio", "code": "message", "count": 1},
        {"area": "other", "code": "message", "count": 2},
    ]


def test_we_log_constant_names() -> None:
    call = re.compile(r"\blog\.(?:debug|info|warning|error|exception|critical)\(\s*([^,)]*)")
    said = [
        found
        for package in ("hub", "drivers", "privacy")
        for path in (ROOT / package).rglob("*.py")
        for found in call.findall(path.read_text())
    ]
    assert len(said) > 100
    assert [one for one in said if not re.fullmatch(r'"[a-z][a-z0-9_.]{0,47}"', one)] == []


MODELS = {
    "HM-LC-Sw1-Pl": "HM-LC-Sw1-Pl",
    "ZEL STG RM FEP 230V": "ZEL-STG-RM-FEP-230V",
    "263_149_/_263_150": "Type-263-149-263-150",
    "thermometer 00AB": "Unknown-00AB",
    "WDF solar": "Unknown",
    "Lamp of Ada": "Unknown",
    "JEQ0123456": "Unknown",
}


async def test_a_type_whose_name_the_gate_does_not_take_keeps_nothing_here(home: Home) -> None:
    for number, model in enumerate(MODELS):
        description = replace(describe(DeviceAddress("lamp", f"M{number}")), model=model, firmware="1.2-beta")
        home.lamp.context.publish(DeviceAppeared(description=description))
    assert home.front.control is not None
    answer = await home.front.control.ask("collect", activity="diagnosis.remote", groups=["devices"])
    ends = MADE + timedelta(days=1)
    groups = frozenset({"devices"})
    body = build(answer["groups"], groups=groups, ticket="T-1", made=MADE, delete_by=ends)
    told = {row["model"]: row for row in json.loads(body)["groups"]["devices"]}
    assert set(told) == {*MODELS.values(), "TEST-LAMP"}
    assert told["Unknown"]["count"] == 3
    assert told["Unknown"]["firmware"] == "1.2"


def test_every_type_of_the_table_has_a_name_that_the_gate_takes() -> None:
    told = {model.name: _model(model.name) for model in models()}
    assert all(is_taken(name) for name in told.values())
    assert {name for name, made in told.items() if made == "Unknown" and " " in name} <= {"WDF solar"}


def is_taken(model: str) -> bool:
    row = {"model": model, "firmware": "1.0", "count": 1, "unreachable": 0}
    ends = MADE + timedelta(days=1)
    try:
        build({"devices": [row]}, groups=frozenset({"devices"}), ticket="T-1", made=MADE, delete_by=ends)
    except PayloadRefused:
        return False
    return True


def test_the_kinds_of_machines_are_those_that_the_gate_takes() -> None:
    assert {*_MACHINES, "other"} == set(get_args(Machine))


def test_a_log_line_stays_one_line_whatever_is_in_it() -> None:
    record = _record("hub.api", logging.WARNING, "evil\n\x1b[2Jname", value="a\nb\x07")
    line = LineFormatter().format(record)
    assert line == 'warning hub.api evil\\n\\x1b[2Jname value="a\\nb\\u0007"'
