"""What the app is answered about privacy: it can look and close, never open."""

import json
from pathlib import Path
from typing import Any

import pytest

from privacy.gate.answers import answers
from privacy.gate.door.door import Door
from privacy.gate.front.exchange import Request
from privacy.gate.stick.network_door import NetworkStick
from privacy.inside import read_entry
from tests.privacy import house
from tests.privacy.gate.at_the_door import opened


async def asked(door: Door, method: str, path: str, query: str = "", body: object = None) -> tuple[int, Any]:
    endpoint = answers.table(door)[method, path]
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request(method=method, path=path, query=query, headers=(), peer="127.0.0.1", body=data)
    answer = await endpoint(request, "owner")
    return answer.status, json.loads(answer.body)


async def previewed(door: Door, **changes: object) -> tuple[int, Any]:
    body = {"activity": house.ACTIVITY, "groups": ["system", "errors"], "ticket": "T-123"} | changes
    return await asked(door, "POST", "/gate/v1/previews", body=body)


@pytest.mark.obligation("Q6.6-f")
async def test_a_preview_shows_exact_bytes_and_the_command_that_allows_them(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        status, shown = await previewed(door)
    assert status == 200
    assert len(shown["text"].encode()) == shown["bytes"]
    assert json.loads(shown["text"])["ticket"] == "T-123"
    assert shown["command"] == (
        f"homebase consent give diagnosis.remote --ticket T-123 --once --preview {shown['preview']}"
    )


async def test_the_command_names_a_home_that_would_not_be_found_by_itself(tmp_path: Path) -> None:
    body = json.dumps({"activity": house.ACTIVITY, "groups": ["system"], "ticket": "T-1"}).encode()
    async with opened(tmp_path) as door:
        preview = answers.table(door, "--state '/srv/my home'")["POST", "/gate/v1/previews"]
        request = Request(
            method="POST", path="/gate/v1/previews", query="", headers=(), peer="127.0.0.1", body=body
        )
        shown = json.loads((await preview(request, "owner")).body)
    assert shown["command"].endswith(f"--preview {shown['preview']} --state '/srv/my home'")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"activity": "nothing"}, 409, "unknown_activity"),
        ({"activity": "camera.cloud"}, 409, "not_built"),
        ({"activity": "portal.access_log"}, 409, "stays_home"),
        ({"groups": ["rooms"]}, 409, "unknown_group"),
        ({"groups": []}, 409, "unknown_group"),
        ({"ticket": ""}, 409, "no_ticket"),
        ({"ticket": 5}, 400, "bad_body"),
        ({"extra": 1}, 400, "bad_body"),
    ],
)
async def test_a_wrong_question_is_answered_with_its_reason(
    tmp_path: Path, changes: dict[str, object], status: int, code: str
) -> None:
    async with opened(tmp_path) as door:
        answered, problem = await previewed(door, **changes)
    assert (answered, problem["code"]) == (status, code)


async def test_what_is_no_json_is_said_to_be_none(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        status, problem = await asked(door, "POST", "/gate/v1/previews", body=b"{")
        assert (status, problem["code"]) == (400, "bad_body")
        status, problem = await asked(door, "GET", "/gate/v1/ledger", query="after=x")
        assert (status, problem["code"]) == (400, "bad_query")
        status, problem = await asked(door, "GET", "/gate/v1/ledger", query=f"after={2**63}")
        assert (status, problem["code"]) == (400, "bad_query")
        status, problem = await asked(door, "POST", "/gate/v1/previews", body=b'{"activity":"\xff"}')
        assert (status, problem["code"]) == (400, "bad_body")
        status, problem = await asked(door, "POST", "/gate/v1/withdrawals", body={"activity": "nothing"})
        assert (status, problem["code"]) == (409, "unknown_activity")


async def test_activities_say_their_state_in_the_language_asked_for(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        await previewed(door, ticket="")

        async def row(language: str) -> Any:
            _, content = await asked(door, "GET", "/gate/v1/activities", query=f"lang={language}")
            return next(row for row in content["activities"] if row["id"] == house.ACTIVITY)

        german, english = await row("de"), await row("en")
        assert german["title"] == "Ferndiagnose"
        assert english["title"] == "Remote diagnosis"
        assert english["state"] == "off"
        assert english["grants"] == []
        assert english["last_transfer"] is None
        assert english["refused_today"] == 1
        assert {who["name"] for who in english["recipients"]} == {"support", "abroad"}

        door.desk.standing.give(house.grant(at=door.desk.time.instant()))
        active = await row("en")
        assert active["state"] == "active"
        assert [one["ticket"] for one in active["grants"]] == ["T-123"]

        status, done = await asked(door, "POST", "/gate/v1/withdrawals", body={"activity": house.ACTIVITY})
        assert (status, done["cut"], done["recorded"]) == (200, 0, True)
        assert (await row("en"))["state"] == "withdrawn"


async def test_the_ledger_is_read_in_pages(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        await asked(door, "POST", "/gate/v1/withdrawals", body={"activity": house.ACTIVITY})
        _, first = await asked(door, "GET", "/gate/v1/ledger", query="limit=2")
        assert [entry["kind"] for entry in first["entries"]] == ["epoch", "start"]
        _, rest = await asked(door, "GET", "/gate/v1/ledger", query="after=1")
        assert [entry["kind"] for entry in rest["entries"]] == ["configuration", "withdrawal"]
        assert rest["size"] == 4
        status = answers.status(door, {"version": "0.1.0"})
        request = Request(method="GET", path="/gate/v1/status", query="", headers=(), peer="127.0.0.1")
        told = json.loads((await status(request, "guest")).body)
        assert told["ledger"]["size"] == 4


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"activity": house.ACTIVITY, "ticket": "T-1"}, "groups"),
        ({"activity": house.ACTIVITY, "ticket": "T-1", "groups": ["system"], "more": 1}, "more"),
        ({"activity": house.ACTIVITY, "ticket": 5, "groups": ["system"]}, "ticket"),
    ],
)
async def test_the_field_that_is_missing_unknown_or_wrong_is_named(
    tmp_path: Path, body: object, field: str
) -> None:
    async with opened(tmp_path) as door:
        status, problem = await asked(door, "POST", "/gate/v1/previews", body=body)
    assert (status, problem["code"], problem["field"]) == (400, "bad_body", field)


async def test_a_device_of_the_house_is_shown_by_its_entry_and_closed_with_a_tap(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:

        async def state() -> tuple[str, bool]:
            _, shown = await asked(door, "GET", "/gate/v1/activities")
            row = next(row for row in shown["activities"] if row["id"] == "local.device")
            return row["state"], row["leaves_house"]

        assert await state() == ("off", False)
        entry = read_entry("tcp://127.0.0.1:2323")
        door.ways.stick = NetworkStick(entry, door.desk, lambda line: None, 1)
        assert await state() == ("active", False)
        status, _ = await asked(door, "POST", "/gate/v1/withdrawals", body={"activity": "local.device"})
        assert (status, await state()) == (200, ("withdrawn", False))
