"""What the app's privacy centre is shown beside the activities: consents, deletions, records."""

import json
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from privacy.gate.control import control_verbs
from privacy.gate.door.door import Door
from privacy.gate.door.holder import GateHolder
from privacy.gate.front.exchange import Request
from privacy.gate.phones.phones import Phones
from privacy.gate.rights import centre
from privacy.gate.rights.rights import RightsDesk
from privacy.gate.storage import amounts, counts, deletions, records
from privacy.gate.storage.store import Transaction
from privacy.payload import timestamp
from privacy.register import Language
from tests.privacy import house
from tests.privacy.gate.at_the_door import opened
from tests.privacy.gate.test_answers import asked as asked_of
from tests.privacy.gate.test_phones import paired
from tests.privacy.gate.test_upkeep import copy


def desk_of(door: Door) -> RightsDesk:
    return RightsDesk(door, GateHolder(door.desk, lambda: None))


async def asked(door: Door, method: str, path: str, query: str = "", body: object = None) -> tuple[int, Any]:
    endpoints = {**centre.looking(door), **centre.owning(door, desk_of(door))}
    request = Request(
        method=method, path=path, query=query, headers=(), peer="", body=json.dumps(body).encode()
    )
    answer = await endpoints[method, path](request, "owner")
    return answer.status, json.loads(answer.body)


async def test_all_consents_are_listed_the_newest_first_those_that_ended_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phone = await paired(door, Phones(door))
        for ticket in ("T-1", "T-2"):
            _, sha = await phone.preview(ticket=ticket)
            await phone.agree(payload=sha, ticket=ticket)
            if ticket == "T-1":
                await phone.withdraw()
        status, told = await asked(door, "GET", "/gate/v1/consents")
    assert (status, told["all"]) == (200, 2)
    assert [(one["ticket"], one["state"], one["via"]) for one in told["consents"]] == [
        ("T-2", "active", "phone"),
        ("T-1", "withdrawn", "phone"),
    ]
    assert told["consents"][0]["key"] == phone.kid
    assert told["consents"][0]["title"] == "Ferndiagnose"


async def test_a_closed_ticket_asks_for_deletion_and_drops_our_copy(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        sent = copy(door)

        def job(tx: Transaction) -> None:
            records.keep_sent(tx, sent)
            deletions.expect(tx, sent.transfer, sent.recipient, sent.ticket, sent.delete_by)

        await door.desk.store.write(job)
        status, told = await asked(door, "GET", "/gate/v1/deletions")
        assert status == 200
        before = told["deletions"]
        status, done = await asked(door, "POST", "/gate/v1/tickets", body={"ticket": before[0]["ticket"]})
        assert (status, done) == (200, {"deletions": 1})
        _, after = await asked(door, "GET", "/gate/v1/deletions")
        left = await door.desk.store.read(lambda tx: records.latest_sent(tx, house.ACTIVITY))
    assert before[0]["state"] == "waiting"
    assert after["deletions"][0]["due"] < before[0]["due"]
    assert left is None


async def test_what_has_no_ticket_says_what_it_was_for_and_no_closed_ticket_ends_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        sent, activity = copy(door), "history.cloud.display"
        known = (sent.recipient, activity, sent.delete_by, activity)
        await door.desk.store.write(lambda tx: deletions.expect(tx, "ab" * 8, *known))
        for ticket in (activity, "T-1"):
            _, done = await asked(door, "POST", "/gate/v1/tickets", body={"ticket": ticket})
            assert done == {"deletions": 0}
        _, told = await asked(door, "GET", "/gate/v1/deletions")
        (row,) = told["deletions"]
        assert (row["ticket"], row["activity"]) == ("", activity)
        assert row["title"] == door.desk.register.activities[activity].texts[Language.DE].title
        assert row["due"] == timestamp(sent.delete_by)


async def test_records_of_the_gate_come_in_pages_and_an_unknown_holding_is_named(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        status, first = await asked(door, "GET", "/gate/v1/records", "holding=gate.entries&limit=1")
        assert (status, len(first["rows"])) == (200, 1)
        status, wrong = await asked(door, "GET", "/gate/v1/records", "holding=gate.meta2&after=x")
        assert (status, wrong["code"]) == (404, "unknown_holding")
        status, wrong = await asked(door, "POST", "/gate/v1/tickets", body={"ticket": ""})
        assert (status, wrong["code"]) == (400, "bad_body")


async def test_what_left_today_stands_with_its_recipient_and_refusals_with_none_are_counted(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as door:
        at = door.desk.time.instant().at
        await door.desk.store.write(lambda tx: amounts.spend(tx, house.ACTIVITY, "support", at, 77))
        await asked_of(
            door,
            "POST",
            "/gate/v1/previews",
            body={"activity": "no.such", "groups": ["system"], "ticket": "T-1"},
        )
        status, told = await asked_of(door, "GET", "/gate/v1/activities")
    assert status == 200
    (row,) = (row for row in told["activities"] if row["id"] == house.ACTIVITY)
    assert row["today"] == [{"recipient": "support", "bytes": 77}]
    assert told["refused_elsewhere"] == 1
    assert told["day_began"] == timestamp(at.replace(hour=0, minute=0, second=0, microsecond=0))
    assert told["timezone"] == "UTC"


@pytest.mark.parametrize(
    ("zone", "began", "left"),
    [
        ("", "2026-03-01T00:00:00.000Z", 6),
        ("Europe/Berlin", "2026-02-28T23:00:00.000Z", 14),
        ("Asia/Kathmandu", "2026-02-28T18:15:00.000Z", 30),
        ("No/Where", "2026-03-01T00:00:00.000Z", 6),
        ("../../etc/passwd", "2026-03-01T00:00:00.000Z", 6),
    ],
)
async def test_today_is_the_homes_day_and_the_allowance_goes_by_no_zone(
    tmp_path: Path, zone: str, began: str, left: int
) -> None:
    async with opened(tmp_path) as door:
        for amount, hours_before in ((2, 1), (4, 11), (8, 12.25), (16, 17.5), (32, 18)):
            at = house.START - timedelta(hours=hours_before)
            await door.desk.store.write(
                partial(amounts.spend, activity=house.ACTIVITY, recipient="support", at=at, amount=amount)
            )
        await control_verbs.table(door)["clock"]({"timezone": zone})
        _, told = await asked_of(door, "GET", "/gate/v1/activities")
        spent = await door.desk.store.read(
            lambda tx: amounts.sent_today(tx, house.ACTIVITY, "support", house.START)
        )
    (row,) = (row for row in told["activities"] if row["id"] == house.ACTIVITY)
    assert (told["day_began"], row["today"][0]["bytes"]) == (began, left)
    assert told["timezone"] == (zone if zone in {"Europe/Berlin", "Asia/Kathmandu"} else "UTC")
    assert spent == 6


async def test_what_was_given_back_is_taken_off_the_newest(tmp_path: Path) -> None:
    pair = (house.ACTIVITY, "support")
    midnight = house.START.replace(hour=0)
    async with opened(tmp_path) as door:
        store = door.desk.store
        for amount, at in ((5, midnight - timedelta(hours=1)), (10, midnight), (20, house.START)):
            await store.write(
                partial(amounts.spend, activity=pair[0], recipient=pair[1], at=at, amount=amount)
            )
        await store.write(lambda tx: amounts.give_back(tx, *pair, amounts.day_of(house.START), 23))
        assert await store.read(lambda tx: counts.spent_since(tx, midnight)) == {pair[0]: {pair[1]: 7}}
        assert await store.read(lambda tx: amounts.sent_today(tx, *pair, house.START)) == 7
