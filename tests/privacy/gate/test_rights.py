"""Rights at the gate: objection, restriction, erasure with a signed report, deregistration; in the book."""

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from privacy import report
from privacy.conversation import Declined
from privacy.decide import Refusal, decide
from privacy.gate.door.door import Door
from privacy.gate.door.holder import GateHolder
from privacy.gate.front.exchange import Request
from privacy.gate.phones.phones import Phones
from privacy.gate.rights import rights_answers
from privacy.gate.rights.rights import RightsDesk
from privacy.gate.rights.rights_verbs import table
from privacy.gate.storage import book, key_records, records
from privacy.gate.storage.store import StoreError, Transaction
from privacy.gate.storage.tombstones import Tomb, Tombstone, Tombstones
from privacy.ledger import content_of
from privacy.reasons import Reason
from tests.privacy import house
from tests.privacy.gate.at_the_door import ManualClock, opened
from tests.privacy.gate.test_phones import paired, way_to
from tests.privacy.gate.test_upkeep import copy
from tests.privacy.phone import Phone


@dataclass
class Gate:
    """A door with a consent and a copy of what left, and its rights desk."""

    door: Door
    rights: RightsDesk

    async def ask(self, verb: str, **fields: object) -> dict[str, Any]:
        reply = await table(self.rights, self.door.desk)[f"rights.{verb}"](fields)
        assert isinstance(reply, dict)
        return reply

    async def request(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        desk = self.door.desk
        answers = {**rights_answers.looking(self.rights, desk), **rights_answers.closing(self.rights, desk)}
        asked = Request(
            method=method, path=path, query="lang=en", headers=(), peer="", body=json.dumps(body).encode()
        )
        answer = await answers[method, path](asked, "owner")
        return answer.status, json.loads(answer.body)

    def verdict(self) -> Reason | None:
        desk = self.door.desk
        found = decide(house.request(), desk.register, desk.recipients, desk.standing, house.moment())
        return found.reason if isinstance(found, Refusal) else None

    async def book(self) -> list[dict[str, Any]]:
        rows = await self.door.desk.store.read(lambda tx: list(book.walk(tx)))
        return [dict(content_of(row) or {}) for row in rows]


@pytest.fixture
async def gate(tmp_path: Path) -> AsyncIterator[Gate]:
    async with opened(tmp_path, ManualClock()) as door:
        grant = replace(house.grant(), epoch=door.desk.standing.epoch)
        door.desk.standing.give(grant)

        def job(tx: Transaction) -> None:
            records.keep_grant(tx, grant)
            records.keep_sent(tx, copy(door))

        await door.desk.store.write(job)
        yield Gate(door=door, rights=RightsDesk(door, GateHolder(door.desk)))


@pytest.mark.obligation("T2-d")
@pytest.mark.obligation("Q6.13-b")
@pytest.mark.obligation("T1-c")
async def test_an_objection_wins_over_a_consent_and_its_reason_stands_in_the_export_alone(gate: Gate) -> None:
    assert gate.verdict() is None  # the control
    answer = await gate.ask("object", activity=house.ACTIVITY, reason="It is nobody's business.")
    assert (answer["recorded"], gate.verdict()) == (True, Reason.OBJECTED)
    (entry,) = [entry for entry in await gate.book() if entry["kind"] == "objection"]
    assert entry["data"] == {"activity": house.ACTIVITY, "via": "console"}
    assert "nobody's business" not in json.dumps(
        [await gate.book(), await gate.ask("about"), await gate.ask("status")]
    )
    shown = await gate.ask("page", holding="gate.closures")
    assert "It is nobody's business." in shown["rows"][0]
    assert (await gate.ask("lift", kind="objected", activity=house.ACTIVITY))["lifted"] is True
    assert gate.verdict() is None
    assert (await gate.ask("lift", kind="objected", activity=house.ACTIVITY))["lifted"] is False


@pytest.mark.obligation("T2-f")
async def test_a_restricted_category_leaves_no_more_until_that_is_taken_back(gate: Gate) -> None:
    await gate.ask("restrict", category="radio")
    assert gate.verdict() is Reason.RESTRICTED
    await gate.ask("lift", kind="restricted", category="radio")
    assert gate.verdict() is None
    kinds = [entry["kind"] for entry in await gate.book()]
    assert kinds.count("restriction") == 2


async def test_the_app_can_look_and_close_and_is_told_what_is_wrong(gate: Gate) -> None:
    status, told = await gate.request("GET", "/gate/v1/rights")
    assert status == 200
    assert {row["name"] for row in told["holdings"]} >= {"gate.entries", "gate.sent", "gate.access_log"}
    assert len(told["notice"]["authorities"]) == 2
    bad = [{"activity": "nothing"}, {"activity": house.ACTIVITY, "reason": "x" * 1001}, {"x": 1}, []]
    for body in bad:
        assert (await gate.request("POST", "/gate/v1/objections", body))[0] == 400
    assert (await gate.request("POST", "/gate/v1/restrictions", {"category": "moods"}))[0] == 400
    assert gate.verdict() is None
    assert (await gate.request("POST", "/gate/v1/objections", {"activity": house.ACTIVITY}))[0] == 200
    assert gate.verdict() is Reason.OBJECTED
    assert (await gate.request("POST", "/gate/v1/restrictions", {"category": "radio"}))[0] == 200


async def test_what_can_not_be_written_closes_all_the_same(gate: Gate, monkeypatch: Any) -> None:
    def full(job: object, *, closing: bool = False) -> object:
        raise StoreError("full", "the disk is full")

    monkeypatch.setattr(gate.door.desk.store, "write", full)  # the disk's fault, at the border to the file
    answer = await gate.ask("object", activity=house.ACTIVITY)
    assert (answer["recorded"], gate.verdict()) == (False, Reason.OBJECTED)
    assert len(gate.door.desk.unwritten) == 1
    noted = Tombstones(gate.door.desk.store.folder / "tombstones").remembered()
    assert noted == (Tombstone(tomb=Tomb.OBJECTED, subject=house.ACTIVITY),)


@pytest.mark.obligation("T2-e")
async def test_an_erasure_is_reported_under_the_gates_signature_without_a_value(gate: Gate) -> None:
    hub = [{"holding": "hub.people", "erased": 1, "stays": 0, "why": ""}]
    answer = await gate.ask("erase", person="Bob", hub=hub)
    key = gate.door.desk.public_key
    told = report.verify(answer["report"], answer["signature"], key)
    assert told["effects"] == hub
    assert (told["scope"], told["entry"], "Bob" in answer["report"]) == ("person", answer["entry"], False)
    (entry,) = [entry for entry in await gate.book() if entry["kind"] == "right"]
    assert entry["data"] == {"right": "erasure", "scope": "person", "erased": 1, "stays": 0}
    assert (await gate.ask("erase"))["entry"] > answer["entry"]
    assert await gate.door.desk.store.read(lambda tx: records.latest_sent(tx, house.ACTIVITY)) is None
    forged = answer["report"].replace('"erased":1', '"erased":7')
    for text, mark in (
        (forged, answer["signature"]),
        (answer["report"], base64.b64encode(os.urandom(64)).decode()),
        (answer["report"], "no base64"),
    ):
        with pytest.raises(report.BadReport):
            report.verify(text, mark, key)


@pytest.mark.obligation("Q6.14")
@pytest.mark.obligation("T1-a")
async def test_a_deregistration_ends_links_to_partners_first_and_the_book_shows_the_order(gate: Gate) -> None:
    people = [
        {"holding": "hub.people", "erased": 2, "stays": 0, "why": ""},
        {"holding": "hub.sessions", "erased": 3, "stays": 0, "why": ""},
    ]
    first = await gate.ask("deregister", step="authorisations", hub=people)
    assert (first["consents"], gate.verdict()) == (1, Reason.DEREGISTERED)
    assert await gate.door.desk.store.read(records.live_grants) == []
    last = await gate.ask("deregister", step="data", hub=[])
    told = [entry["data"] for entry in await gate.book() if entry["kind"] == "right"]
    assert [row["right"] for row in told] == ["deregistration: authorisations", "deregistration: data"]
    assert (told[0]["people"], told[0]["sessions"], told[0]["consents"]) == (2, 3, 1)
    content = report.verify(last["report"], last["signature"], gate.door.desk.public_key)
    stays = {row["holding"] for row in content["effects"] if row["stays"]}  # type: ignore[union-attr,index,call-overload]
    assert {"gate.entries", "gate.grants"} <= stays


@pytest.mark.obligation("Q6.14")
async def test_paired_phones_end_first_and_one_that_was_enrolled_before_is_refused(gate: Gate) -> None:
    phones = Phones(gate.door)
    phone, open_claim = await paired(gate.door, phones), phones.claim()
    asked = (await phone.challenge())["challenge"]
    assert (await phone.agree(payload=(await phone.preview())[1]))["done"]  # the control
    answer = await gate.ask("deregister", step="authorisations")
    assert (answer["phones"], gate.door.desk.keys.all()) == (1, ())
    assert not (await phone.state(phone.sign(phone.yes(asked))))["done"]
    assert (await phone.agree())["reason"] == "unknown_key"
    assert (await Phone(way_to(gate.door, phones)).enrol(open_claim))["reason"] == "claim_wrong"
    # each key stands in the book before the consents
    told = [entry for entry in await gate.book() if entry["kind"] in {"key", "right"}]
    assert [(row["kind"], row["data"].get("by")) for row in told] == [
        ("key", "claim"),
        ("key", "deregistration"),
        ("right", None),
    ]
    assert told[1]["data"]["key"] == phone.kid
    assert await gate.door.desk.store.read(key_records.live_keys) == []
    assert await gate.door.desk.store.read(records.live_grants) == []


@pytest.mark.obligation("Q6.14")
async def test_a_phone_that_enrols_during_a_deregistration_is_none(gate: Gate) -> None:
    phones = Phones(gate.door)
    qr = phones.claim()
    enrolling = asyncio.ensure_future(Phone(way_to(gate.door, phones)).enrol(qr))
    while gate.door.desk.claim.is_open:
        await asyncio.sleep(0)
    await gate.ask("deregister", step="authorisations")  # its key is being written
    assert (await enrolling)["reason"] == "deregistered"
    assert gate.door.desk.keys.all() == ()
    assert await gate.door.desk.store.read(key_records.live_keys) == []


@pytest.mark.obligation("T2-h")
@pytest.mark.parametrize(("language", "words"), [("de", "Bundesbeauftragte"), ("en", "Federal Commissioner")])
async def test_both_authorities_are_named_with_a_link(gate: Gate, language: str, words: str) -> None:
    authorities = (await gate.ask("about", language=language))["notice"]["authorities"]
    assert [row["contact"] for row in authorities] == ["https://www.bfdi.bund.de", "https://www.ldi.nrw.de"]
    assert words in authorities[0]["name"]


@pytest.mark.parametrize(
    ("verb", "fields", "code"),
    [
        ("page", {"holding": "gate.sqlite_master"}, "unknown_holding"),
        ("page", {"holding": "gate.salts"}, "unknown_holding"),
        ("object", {"activity": "nothing"}, "unknown_activity"),
        ("restrict", {}, "bad_question"),
        ("restrict", {"category": "moods"}, "bad_question"),
        ("erase", {"person": "a", "category": "radio"}, "bad_question"),
        ("lift", {"kind": "opened"}, "bad_question"),
    ],
)
async def test_a_wrong_question_is_declined(
    gate: Gate, verb: str, fields: dict[str, object], code: str
) -> None:
    with pytest.raises(Declined) as declined:
        await gate.ask(verb, **fields)
    assert declined.value.code == code
