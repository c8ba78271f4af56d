"""What phones ask beside the table: the gate's own answers pass the hub unread; reasons come in words."""

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from privacy.conversation import Declined
from tests.hub.home_in_a_box import Home, running_home

from .phones import asked, paired, session


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with running_home(tmp_path) as running:
        yield running


class Gate:
    """Answers ``front.ask``; keeps what was asked."""

    def __init__(self, home: Home) -> None:
        self.asked: list[Mapping[str, object]] = []
        home.front.handlers["front.ask"] = self.answer
        self.away = False

    async def answer(self, question: Mapping[str, object]) -> Mapping[str, object]:
        self.asked.append(question)
        if self.away:
            raise Declined("busy")
        return {"status": 409, "content": '{"signed": {"text": "t", "signature": "s"}}'}


async def test_a_question_to_the_gate_and_its_answer_pass_unread(home: Home) -> None:
    gate = Gate(home)
    body = json.dumps({"jws": "a.b.c", "nonce": "n"})
    phone = await paired(home, "resident")
    async with session(home, phone) as connection:
        told = await asked(
            connection, "gate.act", {"path": "/gate/v1/statements", "query": "lang=de", "body": body}
        )
        assert told == {"status": 409, "content": '{"signed": {"text": "t", "signature": "s"}}'}
        await asked(connection, "gate.read", {"path": "/gate/v1/activities"})
    act, read = gate.asked
    named = ("method", "path", "query", "body", "role", "at_home")
    assert [act[name] for name in named] == ["POST", "/gate/v1/statements", "lang=de", body, "resident", True]
    assert act["session_key"] == read["session_key"] == phone.key
    assert [read[name] for name in named[:4]] == ["GET", "/gate/v1/activities", "", ""]


async def test_a_gate_that_is_away_or_asked_wrongly_is_told(home: Home) -> None:
    gate = Gate(home)
    gate.away = True
    async with session(home, await paired(home)) as connection:
        assert (await asked(connection, "gate.read", {"path": "/gate/v1/status"}))["code"] == "gate_away"
        assert (await asked(connection, "gate.read", {"path": 1}))["code"] == "wrong_type"
        assert (await asked(connection, "gate.read", {"pat": ""}))["code"] == "unknown_field"
        assert (await asked(connection, "gate.read", {"path": "", "body": ""}))["code"] == "unknown_field"
        long = {"path": "/gate/v1/statements", "body": "x" * 32_769}
        assert (await asked(connection, "gate.act", long))["code"] == "out_of_range"


@pytest.mark.parametrize(("name", "times"), [("gate.act", 1), ("gate.read", 2)])
async def test_what_may_act_is_asked_once_however_often_the_phone_repeats_it(
    home: Home, name: str, times: int
) -> None:
    gate = Gate(home)
    shell = await paired(home)
    for _ in range(2):
        async with session(home, shell) as connection:
            await connection.ask(name, {"path": "/gate/v1/standing"}, bytes)  # the same id each time
    assert len(gate.asked) == times


async def test_reasons_come_in_words(home: Home) -> None:
    async with session(home, await paired(home)) as connection:
        told = await asked(connection, "reasons.read", {})
    assert isinstance(told["pairing"], dict)
    assert told["pairing"]["other"]["title"]


async def test_whoever_is_limited_to_rooms_asks_the_gate_as_a_guest(home: Home) -> None:
    gate = Gate(home)
    room = await home.house.rooms.add("Kitchen")
    for limits in ({}, {"rooms": [room.id]}):
        async with session(home, await paired(home, "resident", **limits)) as connection:
            await asked(connection, "gate.read", {"path": "/gate/v1/ledger"})
    # the control is the one without a limit
    assert [question["role"] for question in gate.asked] == ["resident", "guest"]
