"""What phones ask the gate through the hub: the front's answers, for the front's roles."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from privacy import attest
from privacy.conversation import Declined
from privacy.gate.answers import answers
from privacy.gate.answers.vouched import vouched
from privacy.gate.door.holder import GateHolder
from privacy.gate.phones import phone_answers, phone_front
from privacy.gate.phones.phone_front import Sheltered
from privacy.gate.phones.phones import Phones
from privacy.gate.rights.erasing import Erasing
from privacy.gate.rights.rights import RightsDesk
from tests.privacy.gate.at_the_door import opened

NONCE = "A" * 22


def question(path: str, **fields: object) -> Mapping[str, object]:
    asked = {"method": "GET", "path": path, "query": "", "body": "", "role": "owner", "language": "en"}
    return {**asked, "at_home": True, **fields}


async def asked(folder: Path, *questions: Mapping[str, object]) -> list[tuple[int, dict[str, Any]]]:
    async with opened(folder) as door:

        async def no_hub(*_: object, **__: object) -> Mapping[str, object]:
            return {}

        phones = Phones(door, Erasing(RightsDesk(door, GateHolder(door.desk, lambda: None)), no_hub))
        own = {
            place: Sheltered(roles=answers.HOUSEHOLD, answer=vouched(endpoint, door.desk.seed))
            for place, endpoint in {**answers.table(door), **phone_answers.table(door, phones)}.items()
        }
        ask = phone_front.table(own)["front.ask"]
        told = []
        for one in questions:
            answer = await ask(one)
            assert isinstance(answer, Mapping)
            told.append((int(str(answer["status"])), json.loads(str(answer["content"]))))
        told.append((0, {"key": door.desk.public_key.hex()}))
        return told


async def test_a_page_comes_as_the_front_gives_it_signed_for_the_phones_nonce(tmp_path: Path) -> None:
    query = f"lang=en&nonce={NONCE}"
    page, gate = await asked(tmp_path, question("/gate/v1/activities", query=query))
    assert page[0] == 200
    body = attest.verify(page[1]["signed"], "page", NONCE, bytes.fromhex(str(gate[1]["key"])))
    assert (body["path"], body["query"]) == ("/gate/v1/activities", query)
    assert json.loads(str(page[1]["text"]))["activities"]


async def test_a_guest_and_an_unknown_path_are_refused_in_the_phones_language(tmp_path: Path) -> None:
    guest, unknown, _ = await asked(
        tmp_path,
        question("/gate/v1/activities", role="guest"),
        question("/gate/v1/nothing", language="de"),
    )
    assert (guest[0], guest[1]["code"]) == (403, "role")
    assert (unknown[0], unknown[1]["code"]) == (404, "not_found")


async def test_what_is_no_question_is_declined() -> None:
    for wrong in ({"method": "DELETE"}, {"role": 7}, {"query": "x" * 4097}):
        with pytest.raises(Declined, match="bad_question"):
            await phone_front.table({})["front.ask"](question("/gate/v1/activities", **wrong))


@pytest.mark.parametrize(("at_home", "visits"), [(True, 1), (False, 0)], ids=["at home", "by a relay"])
async def test_only_who_asks_at_home_visits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_home: bool, visits: int
) -> None:
    counted: list[object] = []

    async def visit(desk: object) -> None:
        counted.append(desk)

    monkeypatch.setattr("privacy.gate.desk.Desk.visit", visit)
    body = json.dumps({"nonce": NONCE})
    standing = question("/gate/v1/standing", method="POST", body=body, at_home=at_home)
    (answer, _) = await asked(tmp_path, standing)
    assert answer[0] == 200
    assert len(counted) == visits
