"""Every bad input is answered by a problem that names field, value and allowed range, and changes nothing."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from hub.contract import SetValue
from tests.hub.home_in_a_box import Home
from tests.hub.lamp import FAULTS, LEVEL, STATE, TEMPERATURE

JSON = {"Content-Type": "application/json"}


async def _ask(
    home: Home,
    token: str | None,
    method: str,
    path: str,
    data: bytes = b"",
    headers: Mapping[str, str] = JSON,
) -> tuple[int, dict[str, Any]]:
    async with (
        home.browser(token) as browser,
        browser.request(method, path, data=data or None, headers=headers) as answer,
    ):
        assert answer.content_type == "application/problem+json"
        problem: dict[str, Any] = await answer.json()
    assert problem["status"] == answer.status
    assert problem["type"].startswith("urn:homebase:problem:")
    assert problem["title"]
    assert problem["way_out"]
    assert "Traceback" not in str(problem)
    return answer.status, problem


CASES = [
    ("PUT", f"/datapoints/{LEVEL}", {"value": 1.5}, 422, "out_of_range", "value"),
    ("PUT", f"/datapoints/{LEVEL}", {"value": "on"}, 422, "wrong_type", "value"),
    ("PUT", f"/datapoints/{LEVEL}", {"value": None}, 422, "wrong_type", "value"),
    ("PUT", f"/datapoints/{STATE}", {"value": 1}, 422, "wrong_type", "value"),
    ("PUT", f"/datapoints/{STATE}", {}, 422, "missing_field", "value"),
    ("PUT", f"/datapoints/{STATE}", {"value": True, "more": 1}, 422, "unknown_field", "more"),
    ("PUT", f"/datapoints/{STATE}", {"value": True, "id": "x"}, 422, "unknown_field", "id"),
    ("PUT", f"/datapoints/{STATE}?value=true", {"value": True}, 422, "unknown_field", "value"),
    ("PUT", f"/datapoints/{TEMPERATURE}", {"value": 20.0}, 422, "not_writable", None),
    ("PUT", "/datapoints/lamp:GONE:1.STATE", {"value": True}, 404, "unknown_device", None),
    ("PUT", "/datapoints/lamp:LAMP000001:9.STATE", {"value": True}, 404, "unknown_channel", None),
    ("PUT", "/datapoints/lamp:LAMP000001:1.NONE", {"value": True}, 404, "unknown_parameter", None),
    ("PUT", "/datapoints/nonsense", {"value": True}, 404, "unknown_datapoint", "id"),
    ("GET", "/devices/lamp:GONE", None, 404, "unknown_device", "address"),
    ("GET", "/devices/%00%ff", None, 404, "unknown_device", "address"),
    ("PATCH", "/devices/lamp:LAMP000001", {"room": "99"}, 404, "unknown_room", "room"),
    ("PATCH", "/devices/lamp:LAMP000001", {"name": ""}, 422, "out_of_range", "name"),
    ("DELETE", "/devices/lamp:GONE", None, 404, "unknown_device", "address"),
    ("DELETE", "/devices/lamp:LAMP000001?forget=perhaps", None, 422, "wrong_type", "forget"),
    ("POST", "/rooms", {"name": "x" * 65}, 422, "out_of_range", "name"),
    ("POST", "/rooms", {"name": "   "}, 422, "out_of_range", "name"),
    ("POST", "/rooms", {"name": "Attic\u202enehctik"}, 422, "out_of_range", "name"),
    ("POST", "/rooms", {"name": "Attic\nDELETE"}, 422, "out_of_range", "name"),
    ("PATCH", "/rooms/7", {"name": "Attic"}, 404, "unknown_room", "id"),
    ("DELETE", "/rooms/seven", None, 404, "unknown_room", "id"),
    ("GET", "/history/lamp:GONE:1.STATE", None, 404, "unknown_datapoint", "id"),
    ("GET", f"/history/{LEVEL}?points=0", None, 422, "out_of_range", "points"),
    ("GET", f"/history/{LEVEL}?from=yesterday", None, 422, "wrong_type", "from"),
    (
        "GET",
        f"/history/{LEVEL}?to=2026-01-01T00:00:00Z&from=2026-02-01T00:00:00Z",
        None,
        422,
        "out_of_range",
        "from",
    ),
    ("POST", "/pairing", {"interface": "lamp", "seconds": 0}, 422, "out_of_range", "seconds"),
    ("POST", "/pairing", {"interface": "zigbee"}, 422, "unknown_interface", "interface"),
    ("GET", "/nothing", None, 404, "unknown_path", None),
    ("POST", "/devices", {}, 405, "wrong_method", None),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "code", "field"), CASES)
async def test_bad_input_is_refused_by_name(
    home: Home, method: str, path: str, body: object, status: int, code: str, field: str | None
) -> None:
    token = await home.claim()
    data = b"" if body is None else json.dumps(body).encode()
    answered, problem = await _ask(home, token, method, "/api/v1" + path, data)
    assert (answered, problem["code"]) == (status, code)
    if field is not None:
        assert problem["field"] == field
    assert not [command for command in home.lamp.executed if isinstance(command, SetValue)]


async def test_an_unreadable_body_is_refused(home: Home) -> None:
    token = await home.claim()
    path = f"/api/v1/datapoints/{STATE}"
    for data in (b"{", b'{"value":tru', b"\xff\xfe", b'{"value":1e999}', b"[" * 60_000, b" "):
        assert (await _ask(home, token, "PUT", path, data))[0] == 400, data[:20]
    for data in (b"[]", b"7", b'"text"', b"null"):
        assert (await _ask(home, token, "PUT", path, data))[1]["code"] == "wrong_type"
    assert not home.lamp.executed


async def test_an_oversized_body_is_refused(home: Home) -> None:
    token = await home.claim()
    body = b'{"value":"' + b"x" * 70_000 + b'"}'
    status, problem = await _ask(home, token, "PUT", f"/api/v1/datapoints/{STATE}", body)
    assert (status, problem["code"], problem["allowed"]) == (413, "too_large", "at most 65536 bytes")


async def test_another_content_type_is_refused(home: Home) -> None:
    token = await home.claim()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
        headers = {"Content-Type": kind}
        status, problem = await _ask(
            home, token, "PUT", f"/api/v1/datapoints/{STATE}", b'{"value":true}', headers
        )
        assert (status, problem["code"], problem["value"]) == (415, "not_json", kind)


@pytest.mark.parametrize("token", ["", "x", "x" * 4000, "ü"])
async def test_a_wrong_token_opens_nothing(home: Home, token: str) -> None:
    await home.claim()
    status, problem = await _ask(home, token or None, "GET", "/api/v1/devices")
    assert (status, problem["code"]) == (401, "no_session")


@pytest.mark.parametrize(("code", "status"), [("device_unreachable", 504), ("radio_lost", 503)])
async def test_what_the_radio_could_not_do_is_said(home: Home, code: str, status: int) -> None:
    token = await home.claim()
    home.lamp.fault = FAULTS[code]()
    answered, problem = await _ask(home, token, "PUT", f"/api/v1/datapoints/{STATE}", b'{"value":true}')
    assert (answered, problem["code"]) == (status, code)


async def test_a_fault_of_ours_is_a_problem_without_its_trace(home: Home) -> None:
    token = await home.claim()
    home.lamp.fault = RuntimeError("secret detail")
    status, problem = await _ask(home, token, "PUT", f"/api/v1/datapoints/{STATE}", b'{"value":true}')
    assert (status, problem["code"]) == (500, "internal")
    assert "secret detail" not in str(problem)


@pytest.mark.parametrize(
    ("accept", "title"),
    [("de-DE,de;q=0.9", "Unbekanntes Gerät"), ("en", "Unknown device"), ("fr, xx", "Unknown device")],
)
async def test_problems_speak_the_language_of_the_client(home: Home, accept: str, title: str) -> None:
    token = await home.claim()
    headers = {"Accept-Language": accept}
    _, problem = await _ask(home, token, "GET", "/api/v1/devices/lamp:GONE", headers=headers)
    assert problem["title"] == title
