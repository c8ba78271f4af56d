"""Messages in the app: what the owner sees, agrees to by a phone's key, tries, takes back, each by itself."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from privacy import recipients
from privacy.gate.account import account_answers
from privacy.gate.account.account import Account
from privacy.gate.desk import packaged_register
from privacy.gate.door.door import Door
from privacy.gate.front.exchange import Request
from privacy.gate.messages import message_answers
from privacy.gate.messages.message_verbs import for_console
from privacy.gate.messages.messages import Messages
from privacy.gate.phones.phones import Phones
from tests.privacy.gate.at_the_door import opened
from tests.privacy.gate.test_phones import paired
from tests.privacy.phone import Phone

SHARED = {"role": "own", "host": "messages.example.org", "country": "DE"}
ROWS = [
    SHARED | {"name": "mail", "transport": "smtp", "activities": ["mail.send"]},
    SHARED | {"name": "sms", "path": "/messages", "activities": ["sms.send"]},
]
NUMBER, OTHER = "+4915112345678", "+4915187654321"


@dataclass
class Owner:
    door: Door
    messages: Messages
    phone: Phone

    async def ask(self, method: str, what: str, **body: str | None) -> tuple[int, Any]:
        places = {
            **message_answers.owners(self.messages, "--home demo"),
            **account_answers.owners(Account(self.door, "http://127.0.0.1/"), self.door, ""),
        }
        path = f"/gate/v1/{what}"
        content = json.dumps(body).encode()
        asked = Request(method=method, path=path, query="lang=de", headers=(), peer="", body=content)
        answer = await places[method, path](asked, "owner")
        return answer.status, json.loads(answer.body)

    async def way(self, number: str = NUMBER) -> Any:
        _, told = await self.ask("GET", "messages")
        return next(way for way in told["ways"] if way["addressee"] == number)

    async def preview(self, number: str = NUMBER) -> Any:
        status, told = await self.ask("POST", "messages/previews", way=(await self.way(number))["id"])
        assert status == 200
        return told

    async def agree(self, number: str, sha256: str, **changes: Any) -> Any:
        """The yes as the app signs it."""
        row, to = self.door.desk.register.activities["sms.send"], self.door.desk.recipients["sms"]
        yes = {
            "activity": row.id,
            "addressee": number,
            "categories": sorted(one.value for one in row.categories),
            "country": to.country,
            "form": "standing",
            "groups": [],
            "host": to.host,
            "payload": sha256,
            "recipient": to.name,
            "text": row.text_hash,
            "ticket": "",
        }
        return await self.phone.agree(**yes | changes)


@asynccontextmanager
async def owner(folder: Path) -> AsyncIterator[Owner]:
    register = packaged_register()
    known, mistakes = recipients.read(ROWS, register)
    assert not mistakes
    async with opened(folder, rules=(register, known)) as door:
        mine = Owner(door, Messages(door), await paired(door, Phones(door)))
        for number, label in ((NUMBER, "Ada"), (OTHER, "Ben")):
            await mine.ask("POST", "account/contacts", number=number, label=label)
        yield mine


async def until_told(mine: Owner, number: str) -> Any:
    """The newest message to a number, once it is no longer tried for the first time."""
    while not (last := (await mine.way(number))["last"])["what"]:
        await asyncio.sleep(0.01)
    return last


async def test_the_yes_of_a_phone_sends_exactly_the_test_that_was_shown_and_each_ends_by_itself(
    tmp_path: Path,
) -> None:
    async with owner(tmp_path) as mine:
        _, told = await mine.ask("GET", "messages")
        assert [(way["label"], way["consent"], way["last"]) for way in told["ways"]] == [
            ("Ada", None, None),
            ("Ben", None, None),
        ]
        assert told["services"] == {
            "email": [{"name": "mail", "ready": False}],
            "sms": [{"name": "sms", "ready": False}],
            "push": [],
        }
        assert (await mine.preview())["contacts"] == {}
        await for_console(mine.messages)["messages.access"]({"recipient": "sms", "password": "a token"})
        _, told = await mine.ask("GET", "messages")
        assert told["services"]["sms"] == [{"name": "sms", "ready": True}]
        # what is shown is what is signed, and what leaves
        for number in (NUMBER, OTHER):
            shown = await mine.preview(number)
            words = json.loads(shown["text"])
            assert words["number"] == number
            assert (
                shown["command"]
                == f"homebase notify allow {(await mine.way(number))['id']} --lang de --home demo"
            )
            done = await mine.agree(number, shown["sha256"])
            way = await mine.way(number)
            assert (way["consent"]["mark"], way["consent"]["recipient"]) == (done["mark"], "sms")
            assert (await until_told(mine, number))["text"] == words["text"]
        # another test, under the consent that stands
        status, sent = await mine.ask("POST", "messages/tests", way=(await mine.way())["id"])
        assert status == 201
        (one,) = await mine.messages.fates([sent["transfer"]])
        assert (one.addressee, one.text[:5]) == (NUMBER, "Test:")
        # one ends, the other stays
        mark = (await mine.way())["consent"]["mark"]
        await mine.phone.withdraw("sms.send", marks=[mark])
        assert (await mine.way())["consent"] is None
        assert (await mine.way(OTHER))["consent"] is not None
        status, refused = await mine.ask("POST", "messages/tests", way=(await mine.way())["id"])
        assert (status, refused["code"]) == (409, "no_consent")


async def test_what_was_sent_is_listed_as_by_command_and_erased_of_one_way_or_of_all(tmp_path: Path) -> None:
    async with owner(tmp_path) as mine:
        for number in (NUMBER, OTHER):
            await mine.agree(number, (await mine.preview(number))["sha256"])
            await until_told(mine, number)
        status, told = await mine.ask("GET", "messages/sent")
        console = await for_console(mine.messages)["messages.list"]({"language": "de"})
        by_command = [{key: one[key] for key in one if key != "kind"} for one in told["messages"]]
        assert (status, console) == (200, {"messages": by_command})
        assert {one["addressee"] for one in told["messages"]} == {NUMBER, OTHER}
        assert (await mine.ask("POST", "messages/erasures", way="0" * 12))[1]["code"] == "unknown_way"
        way = (await mine.way())["id"]
        # what waits to be tried again stays; what is over goes, of this way alone
        assert await mine.ask("POST", "messages/erasures", way=way) == (200, {"forgotten": 0})
        await mine.phone.withdraw("sms.send")
        assert await mine.ask("POST", "messages/erasures", way=way) == (200, {"forgotten": 1})
        _, told = await mine.ask("GET", "messages/sent")
        assert [(one["addressee"], one["fate"]) for one in told["messages"]] == [(OTHER, "withdrawn")]
        assert await mine.ask("POST", "messages/erasures", way=None) == (200, {"forgotten": 1})
        assert (await mine.ask("GET", "messages/sent"))[1] == {"messages": []}


@pytest.mark.parametrize("form", ["until", "once"])
async def test_a_yes_to_anything_but_the_shown_test_is_none(tmp_path: Path, form: str) -> None:
    async with owner(tmp_path) as mine:
        status, told = await mine.ask("POST", "messages/previews", way="0" * 12)
        assert (status, told["code"], told["way_out"]) == (
            422,
            "unknown_way",
            "homebase notify ways nennt alle",
        )
        shown = await mine.preview()
        for number, sha256, changes, reason in (
            (NUMBER, "0" * 64, {}, "no_preview"),
            (OTHER, shown["sha256"], {}, "addressee_not_declared"),
            (
                NUMBER,
                shown["sha256"],
                {"form": form},
                {"until": "bad_statement", "once": "form_not_allowed"}[form],
            ),
            (NUMBER, shown["sha256"], {"text": "0" * 64}, "notice_changed"),
        ):
            refused = await mine.agree(number, sha256, **changes)
            assert (refused["done"], refused["reason"]) == (False, reason)
            assert (await mine.way(number))["consent"] is None
            assert (await mine.way(number))["last"] is None
        assert (await mine.agree(NUMBER, shown["sha256"]))["done"]  # the control
