"""What an owner's phone signs about the whole home, through a hub that is not trusted; with controls."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from privacy import report
from privacy.conversation import ConversationLost
from privacy.gate.door.door import Door
from privacy.gate.door.holder import GateHolder
from privacy.gate.front.exchange import Request
from privacy.gate.phones.phones import Phones
from privacy.gate.rights import rights_answers
from privacy.gate.rights.erasing import Erasing
from privacy.gate.rights.rights import RightsDesk
from privacy.reasons import Reason
from privacy.vocabulary import DataCategory
from tests.privacy import house
from tests.privacy.gate.at_the_door import opened
from tests.privacy.gate.test_answers import asked
from tests.privacy.gate.test_console_verbs import ask
from tests.privacy.gate.test_phones import paired, way_to
from tests.privacy.phone import NotConfirmed, Phone

PEOPLE = [
    {"holding": "hub.people", "erased": 2, "stays": 0, "why": ""},
    {"holding": "hub.sessions", "erased": 3, "stays": 0, "why": ""},
]


class AskedHub:
    """The hub's half. away: it answers nothing any more from that question on."""

    def __init__(self, away: str = "") -> None:
        self.asked: list[str] = []
        self.away = away

    async def __call__(self, op: str, within_s: float = 0.0, /, **fields: object) -> Mapping[str, object]:
        self.asked.append(op)
        if op == self.away:
            raise ConversationLost("the hub is not connected")
        return {"effects": PEOPLE if op == "deregister" else []}


def signed_home(door: Door, hub: AskedHub) -> Phones:
    return Phones(door, Erasing(RightsDesk(door, GateHolder(door.desk)), hub))


async def stated(phone: Phone, word: str, /, **members: object) -> Mapping[str, object]:
    challenge = (await phone.challenge())["challenge"]
    return await phone.state(phone.sign(phone.stated(word, challenge, **members)))


async def rights_in_the_book(door: Door) -> list[str]:
    entries = (await ask(door, "ledger.list"))["entries"]
    return [row["data"]["right"] for row in entries if row["kind"] == "right"]


@pytest.mark.obligation("Q6.14")
async def test_a_phone_deregisters_the_home_under_its_signature(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        hub = AskedHub()
        phone = await paired(door, signed_home(door, hub))
        door.desk.standing.give(house.grant(at=door.desk.time.instant()))
        told = await stated(phone, "deregister")
        assert (told["done"], told["finished"], told["phones"], told["consents"]) == (True, True, 1, 1)
        assert hub.asked == ["deregister", "erase"]  # access first, then the data
        assert await rights_in_the_book(door) == ["deregistration: authorisations", "deregistration: data"]
        said = report.verify(str(told["report"]), str(told["signature"]), door.desk.public_key)
        assert said["entry"] == told["entry"]
        assert door.desk.standing.deregistered
        assert (await phone.agree())["reason"] == "unknown_key"


@pytest.mark.parametrize(("away", "questions"), [("deregister", 1), ("erase", 2)])
async def test_a_hub_that_swallows_it_keeps_nothing_open_and_the_phone_learns_it(
    tmp_path: Path, away: str, questions: int
) -> None:
    async with opened(tmp_path) as door:
        hub = AskedHub(away)
        phone = await paired(door, signed_home(door, hub))
        door.desk.standing.give(house.grant(at=door.desk.time.instant()))
        told = await stated(phone, "deregister")
        assert (told["done"], told["finished"], told["report"]) == (True, False, "")
        assert len(hub.asked) == questions
        assert door.desk.standing.deregistered
        assert (list(door.desk.standing.live()), door.desk.keys.all()) == ([], ())
        assert await rights_in_the_book(door) == ["deregistration: authorisations"]


@pytest.mark.parametrize("kind", ["erase", "deregister", "lift"])
async def test_without_an_owners_signature_nothing_of_it_happens(tmp_path: Path, kind: str) -> None:
    members: dict[str, dict[str, object]] = {
        "erase": {"person": None, "category": None},
        "lift": {"kind": "objected", "subject": house.ACTIVITY},
    }
    async with opened(tmp_path) as door:
        hub = AskedHub()
        phones = signed_home(door, hub)
        owner = await paired(door, phones)
        rights = RightsDesk(door, GateHolder(door.desk))
        await rights.object_to(house.ACTIVITY, "", "browser")
        stranger = Phone(owner.ask, gate=owner.gate)
        assert (await stated(stranger, kind, **members.get(kind, {})))["reason"] == "unknown_key"
        helper = Phone(owner.ask, gate=owner.gate)
        assert (await owner.name(await helper.offer(), may_grant=False))["done"]
        assert (await stated(helper, kind, **members.get(kind, {})))["reason"] == "key_may_not"
        # and a signed one is good once
        challenge = (await owner.challenge())["challenge"]
        text = owner.sign(owner.stated(kind, challenge, **members.get(kind, {})))
        assert not hub.asked
        assert door.desk.closures.all()
        assert (await owner.state(text))["done"]
        again = await way_to(door, phones)("statements", {"nonce": "A" * 22, "jws": text})
        assert json.loads(again[1]["signed"]["text"])["body"]["done"] is False


@pytest.mark.obligation("T2-d")
@pytest.mark.obligation("T2-f")
@pytest.mark.parametrize(
    ("kind", "subject"), [("objected", house.ACTIVITY), ("restricted", DataCategory.DEVICE.value)]
)
async def test_taking_back_needs_the_signature_that_closing_does_not(
    tmp_path: Path, kind: str, subject: str
) -> None:
    async with opened(tmp_path) as door:
        phone = await paired(door, signed_home(door, AskedHub()))
        rights = RightsDesk(door, GateHolder(door.desk))
        if kind == "objected":
            await rights.object_to(subject, "I do not want it", "browser")
        else:
            await rights.restrict(DataCategory(subject), "browser")
        row = door.desk.register.activities[house.ACTIVITY]
        shut = door.desk.standing.closed(row, frozenset({DataCategory.DEVICE}))
        assert shut is Reason(kind)
        # a browser's question can close, and has no way to open
        table = rights_answers.closing(rights, door.desk)
        assert {path for _, path in table} == {"/gate/v1/objections", "/gate/v1/restrictions"}
        request = Request(
            method="POST",
            path="/gate/v1/objections",
            query="",
            headers=(),
            peer="",
            body=b'{"activity":"%s","lift":true}' % house.ACTIVITY.encode(),
        )
        assert (await table["POST", "/gate/v1/objections"](request, "owner")).status == 400
        assert (await stated(phone, "lift", kind=kind, subject=subject))["lifted"] is True
        assert door.desk.standing.closed(row, frozenset({DataCategory.DEVICE})) is None
        assert (await stated(phone, "lift", kind=kind, subject=subject))["lifted"] is False
        lifted = [
            row["data"] for row in (await ask(door, "ledger.list"))["entries"] if "lifted" in row["data"]
        ]
        assert [(row["lifted"], row["subject"], row["via"]) for row in lifted] == [(kind, subject, phone.kid)]


async def test_a_deregistration_is_taken_back_at_the_console_alone(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phone = await paired(door, signed_home(door, AskedHub()))
        assert (await stated(phone, "lift", kind="deregistered", subject=""))["reason"] == "bad_statement"


async def test_a_refused_preview_is_the_gates_signed_word(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phone = await paired(door, Phones(door))
        wanted = {"activity": house.ACTIVITY, "groups": ["system"], "ticket": ""}
        told = await phone.believed("previews", "preview", wanted)
        assert told == {"done": False, "reason": "no_ticket"}
        # one that a hub invents is not: the phone believes nothing of it
        real = phone.ask

        async def lying(path: str, body: Mapping[str, object]) -> tuple[int, object]:
            status, content = await real(path, body)
            return status, content if path != "previews" else {"code": "deregistered", "status": 409}

        phone.ask = lying
        with pytest.raises(NotConfirmed):
            await phone.believed("previews", "preview", {**wanted, "ticket": "T-1"})


async def test_all_consents_of_an_activity_are_told(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        at = door.desk.time.instant()
        for number, ticket in ((1, "T-123"), (2, "T-2")):
            door.desk.standing.give(replace(house.grant(at=at, number=number), ticket=ticket))
        _, content = await asked(door, "GET", "/gate/v1/activities")
        row = next(row for row in content["activities"] if row["id"] == house.ACTIVITY)
        assert [(one["ticket"], one["state"]) for one in row["grants"]] == [
            ("T-123", "active"),
            ("T-2", "active"),
        ]
