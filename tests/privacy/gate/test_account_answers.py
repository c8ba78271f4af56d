"""The account for the app: phones for messages are entered, corrected, removed, by the owner alone."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from privacy.closed_schema import FieldRefused, check_value
from privacy.gate.account import account_answers, addressees
from privacy.gate.account.account import Account
from privacy.gate.asked import OWNERS
from privacy.gate.door.door import Door
from privacy.gate.front.exchange import Request
from privacy.gate.phones import phone_front
from privacy.gate.phones.phone_front import Sheltered
from privacy.gate.storage.store import overwrite_log
from privacy.register import FieldKind
from tests.paths import ROOT
from tests.privacy.decrypted import everything_in
from tests.privacy.gate.at_the_door import opened

NUMBER, OTHER = "+4915112345678", "+4915112345679"
CASES: Mapping[str, Mapping[str, list[str]]] = {
    field: cases
    for field, cases in json.loads((ROOT / "tests" / "vectors" / "contacts.json").read_text()).items()
    if field != "source"
}


class Owner:
    def __init__(self, door: Door) -> None:
        self.store = door.desk.store
        self.endpoints = account_answers.owners(Account(door, "http://127.0.0.1/"), door, "")

    async def ask(self, method: str, what: str, body: object = None) -> tuple[int, Any]:
        path = f"/gate/v1/account{what}"
        request = Request(
            method=method, path=path, query="lang=en", headers=(), peer="", body=json.dumps(body).encode()
        )
        answer = await self.endpoints[method, path](request, "owner")
        return answer.status, json.loads(answer.body)

    async def keep(self, **body: str) -> tuple[int, Any]:
        return await self.ask("POST", "/contacts", body)


@asynccontextmanager
async def owner(folder: Path) -> AsyncIterator[Owner]:
    async with opened(folder) as door:
        yield Owner(door)


async def test_phones_are_entered_corrected_and_removed(tmp_path: Path) -> None:
    async with owner(tmp_path) as mine:
        await mine.keep(number=NUMBER, label="Ada")
        status, told = await mine.keep(number=NUMBER, device="push-1")
        assert status == 200
        assert told["sms_numbers"] == [{"number": NUMBER, "label": "Ada"}]
        assert told["push_devices"] == [{"device": "push-1", "number": NUMBER, "label": ""}]
        # corrected, each in its own place
        await mine.keep(number=OTHER, label="Ada", replaces=NUMBER)
        _, told = await mine.keep(number=OTHER, device="push-2", label="Ben", replaces="push-1")
        assert told["sms_numbers"] == [{"number": OTHER, "label": "Ada"}]
        assert told["push_devices"] == [{"device": "push-2", "number": OTHER, "label": "Ben"}]
        assert (await mine.ask("GET", ""))[1] == told
        await mine.ask("POST", "/contacts/removals", {"number": OTHER})
        _, told = await mine.ask("POST", "/contacts/removals", {"device": "push-2"})
        assert (told["sms_numbers"], told["push_devices"]) == ([], [])


@pytest.mark.obligation("T2-b")
async def test_a_number_and_an_address_are_put_right_on_the_account_page_and_the_wrong_ones_are_nowhere(
    tmp_path: Path,
) -> None:
    wrong, right = (NUMBER, "wrong@home.example", "Adda"), (OTHER, "right@home.example", "Ada L.")
    async with owner(tmp_path) as mine:

        def seen() -> list[bool]:
            pages = everything_in(tmp_path / "gate.db", (tmp_path / "key").read_bytes())
            return [one.encode() in pages for one in (*wrong, *right)]

        async def enter(number: str, address: str, label: str, replaces: str = "") -> None:
            assert (await mine.keep(number=number, label=label, replaces=replaces))[0] == 200
            assert (await mine.ask("POST", "/email", {"address": address}))[0] == 200

        await enter(*wrong)
        assert seen() == [True] * 3 + [False] * 3  # the control
        await enter(*right, replaces=NUMBER)
        await mine.store.read(overwrite_log)
        assert seen() == [False] * 3 + [True] * 3


async def test_a_correction_that_is_refused_leaves_what_was_there(tmp_path: Path) -> None:
    async with owner(tmp_path) as mine:
        for figure in range(addressees.MOST):
            await mine.keep(number=f"+49151123456{figure:02}")
        first = "+4915112345600"
        for body, code, field in (
            ({"number": "123", "replaces": first}, "number_form", "number"),
            ({"number": OTHER, "label": "a\n", "replaces": first}, "label_form", "label"),
            ({"number": OTHER, "device": "a b"}, "device_form", "device"),
            ({"number": OTHER}, "too_many", "number"),
            ({"number": OTHER, "replaces": "+4900000000"}, "too_many", "number"),
            ({"label": "x"}, "bad_body", "number"),
            ({"number": NUMBER, "country": "DE"}, "bad_body", "country"),
        ):
            status, told = await mine.keep(**body)
            assert (status, told["code"], told["field"]) == (400 if code != "too_many" else 409, code, field)
            assert told["way_out"]
        _, told = await mine.ask("GET", "")
        assert len(told["sms_numbers"]) == addressees.MOST
        # control: with room, in its own place, the very same is taken
        status, told = await mine.keep(number=OTHER, replaces=first)
        assert (status, len(told["sms_numbers"])) == (200, addressees.MOST)
        assert first not in str(told)


@pytest.mark.parametrize("role", ["resident", "guest", "carer"])
async def test_nobody_but_the_owner_sees_or_changes_anything_of_it(tmp_path: Path, role: str) -> None:
    async with owner(tmp_path) as mine:
        await mine.keep(number=NUMBER, label="Ada")
        own = {place: Sheltered(roles=OWNERS, answer=answer) for place, answer in mine.endpoints.items()}

        async def by_phone(role: str, method: str, path: str) -> tuple[int, str]:
            question = {"method": method, "path": path, "query": "", "body": json.dumps({"number": NUMBER})}
            more = {"role": role, "language": "en", "at_home": True}
            answer = await phone_front.table(own)["front.ask"]({**question, **more})
            assert isinstance(answer, Mapping)
            return int(str(answer["status"])), str(answer["content"])

        for place in own:
            status, told = await by_phone(role, *place)
            assert (status, NUMBER in told) == (403, False)
        # control: the owner's phone gets it
        status, told = await by_phone("owner", "GET", "/gate/v1/account")
        assert (status, NUMBER in told) == (200, True)


@pytest.mark.parametrize(("field", "kind"), [("numbers", FieldKind.PHONE), ("devices", FieldKind.CODE)])
def test_the_gate_bounds_them_as_the_app_does(field: str, kind: FieldKind) -> None:
    for value in CASES[field]["good"]:
        check_value(kind, value)
    for value in CASES[field]["bad"]:
        with pytest.raises(FieldRefused):
            check_value(kind, value)


async def test_and_so_it_does_with_their_labels(tmp_path: Path) -> None:
    async with owner(tmp_path) as mine:
        for value in CASES["labels"]["good"]:
            assert (await mine.keep(number=NUMBER, label=value))[0] == 200
        for value in CASES["labels"]["bad"]:
            assert (await mine.keep(number=NUMBER, label=value))[1]["code"] == "label_form"
