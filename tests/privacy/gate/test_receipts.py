"""For other people's programs and eyes: the notice as a page and linked, and each consent's receipt."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from privacy.conversation import Declined
from privacy.gate.console.console_verbs import table
from privacy.gate.door.door import Door
from privacy.gate.storage import records
from privacy.register import Form
from tests.privacy import house
from tests.privacy.gate.at_the_door import ManualClock, opened
from tests.privacy.gate.test_answers import asked
from tests.privacy.linked_rules import receipt_faults


async def ask(door: Door, verb: str, **fields: object) -> dict[str, Any]:
    reply = await table(door)[verb](fields)
    assert isinstance(reply, dict)
    return reply


async def test_the_notice_is_also_a_page_and_linked_data(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        page = (await ask(door, "notice.page", language="en"))["page"]
        assert page.startswith('<!doctype html>\n<html lang="en">')
        assert (await ask(door, "notice.linked"))["linked"]["@type"] == "dpv:PrivacyNotice"


async def test_a_consent_has_its_receipt_from_the_first_yes_to_its_end(tmp_path: Path) -> None:
    clock = ManualClock()
    async with opened(tmp_path, clock) as door:
        with pytest.raises(Declined, match="no_entry"):
            await ask(door, "consent.receipt", number=1)
        door.desk.time.confirm()
        grant = house.grant(Form.UNTIL, at=door.desk.time.instant(), term=timedelta(days=3))
        await door.desk.store.write(lambda tx: records.keep_grant(tx, grant))
        door.desk.standing.give(grant)

        async def states() -> list[str]:
            node = (await ask(door, "consent.receipt", number=1))["receipt"]
            assert receipt_faults(node) == []
            return [str(one["@type"]) for one in node["dpv:hasRecordOfActivity"]["dpv:hasConsentStatus"]]

        assert len(await states()) == 1
        clock.passed_s = 3 * 86_400.0
        assert (await states())[1:] == ["dpv:ConsentExpired"]
        await door.withdrawing.withdraw(house.ACTIVITY)
        assert (await states())[1:] == ["dpv:ConsentWithdrawn"]


async def test_a_one_time_consent_that_was_used_has_expired(tmp_path: Path) -> None:
    clock = ManualClock()
    async with opened(tmp_path, clock) as door:
        grant = house.grant(Form.ONCE, at=door.desk.time.instant())
        used = replace(grant, began=clock.now(), began_running_s=0.0, delivered=True)
        await door.desk.store.write(lambda tx: records.keep_grant(tx, used))
        node = (await ask(door, "consent.receipt", number=1))["receipt"]
    assert node["dpv:hasRecordOfActivity"]["dpv:hasConsentStatus"][1]["dct:description"] == "used_up"


async def test_the_app_reads_the_notice_and_a_receipt(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        status, notice = await asked(door, "GET", "/gate/v1/notice", "lang=en")
        assert (status, len(notice["authorities"]), len(notice["rights"])) == (200, 2, 8)
        for query in ("consent=1", "consent=", "consent=-1", "consent=99999999999999999999", ""):
            assert (await asked(door, "GET", "/gate/v1/receipts", query))[0] == 404
        door.desk.time.confirm()
        grant = house.grant(Form.UNTIL, at=door.desk.time.instant())
        await door.desk.store.write(lambda tx: records.keep_grant(tx, grant))
        status, node = await asked(door, "GET", "/gate/v1/receipts", "consent=1")
    assert status == 200
    assert receipt_faults(node) == []
