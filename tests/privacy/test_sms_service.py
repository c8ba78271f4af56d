"""How SMS services are spoken with: the settings of docs/notifications.md, with answers of each service."""

import json
import re
import tomllib
from typing import Any
from urllib.parse import parse_qs

import msgspec
import pytest

from privacy import recipients, sms_service
from privacy.gate.desk import packaged_register
from privacy.gate.messages.receipt_words import RECEIPT_WORDS
from privacy.sms_service import NOT_YET, REASONS, Said, SmsService
from tests.paths import ROOT

TO, TEXT = "+4915112345678", 'GEFAHR: "Rauch" & {from} - Küche'
PAGE = (ROOT / "docs" / "notifications.md").read_text()
ROWS = [
    row
    for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    for row in tomllib.loads(block)["recipient"]
]
DELIVERED = Said(arrived=True)


def service(name: str) -> SmsService:
    known, mistakes = recipients.read([row for row in ROWS if row["name"] == name], packaged_register())
    assert not mistakes
    found = known[name].sms
    assert found is not None
    return found


def failed(why: str) -> Said:
    return Said(arrived=False, why=why)


BIRD = {"id": "e8077d803532c0b5937c639b60216938", "recipients": {"items": [{"status": "sent"}]}}
# name: what its request holds, its answer, the id, where it is asked, and what it says then
SERVICES: dict[str, tuple[object, object, str, str, list[tuple[object, Said]]]] = {
    "seven": (
        {"to": [TO], "from": ["Home"], "text": [TEXT]},
        {"success": "100", "messages": [{"id": "77231715575", "success": True}]},
        "77231715575",
        "/api/journal/outbound?id=77231715575",
        [
            ([{"id": "77231715575", "dlr": "DELIVERED"}], DELIVERED),
            ([{"id": "77231715575", "dlr": "TRANSMITTED"}], NOT_YET),
            ([], NOT_YET),
            ([{"dlr": "NOTDELIVERED"}], failed("receipt_failed NOTDELIVERED")),
            ([{"dlr": "EXPIRED"}], failed("receipt_expired EXPIRED")),
        ],
    ),
    "twilio": (
        {"To": [TO], "From": ["Home"], "Body": [TEXT]},
        {"sid": "SM0123456789abcdef", "status": "queued", "error_code": None},
        "SM0123456789abcdef",
        "/2010-04-01/Accounts/AC0123456789abcdef/Messages/SM0123456789abcdef.json",
        [
            ({"status": "delivered", "error_code": None}, DELIVERED),
            ({"status": "sent", "error_code": None}, NOT_YET),
            ({"status": "undelivered", "error_code": 30003}, failed("receipt_unreachable 30003")),
            ({"status": "failed", "error_code": 30999}, failed("receipt_failed 30999")),
        ],
    ),
    "bird": (
        {"originator": "Home", "body": TEXT, "recipients": [TO[1:]]},
        BIRD,
        "e8077d803532c0b5937c639b60216938",
        "/messages/e8077d803532c0b5937c639b60216938",
        [
            (BIRD, NOT_YET),
            ({"recipients": {"items": [{"status": "delivered"}]}}, DELIVERED),
            ({"recipients": {"items": [{"status": "expired"}]}}, failed("receipt_expired expired")),
            (
                {"recipients": {"items": [{"status": "delivery_failed", "statusErrorCode": 1}]}},
                failed("receipt_failed 1"),
            ),
        ],
    ),
    "clicksend": (
        {"messages": [{"to": TO, "from": "Home", "body": TEXT, "source": "homebase"}]},
        {"http_code": 200, "data": {"messages": [{"message_id": "BF7AD270-0DE2", "status": "SUCCESS"}]}},
        "BF7AD270-0DE2",
        "/v3/sms/receipts/BF7AD270-0DE2",
        [
            ({"data": {"status_code": "201"}}, DELIVERED),
            ({"data": {"status_code": 200}}, NOT_YET),
            ({"data": {"status_code": "301"}}, failed("receipt_failed 301")),
        ],
    ),
}


@pytest.mark.parametrize("name", list(SERVICES))
def test_a_service_of_the_page_is_spoken_with_by_its_settings_alone(name: str) -> None:
    request, answer, number, path, told = SERVICES[name]
    row = service(name)
    body, kind = sms_service.body(row, to=TO, sender="Home", text=TEXT)
    sent: Any = parse_qs(body.decode()) if kind == sms_service.FORM else json.loads(body)
    assert sent == request
    assert sms_service.id_in(row, json.dumps(answer).encode()) == number
    assert sms_service.status_path(row, number) == path
    assert row.tells
    for said, means in told:
        assert sms_service.said(row, json.dumps(said).encode()) == means


def test_a_service_without_receipts_is_asked_nothing() -> None:
    row = service("sipgate")
    assert not row.tells
    body, _ = sms_service.body(row, to=TO, sender="", text=TEXT)
    assert json.loads(body) == {"smsId": "s0", "recipient": TO, "message": TEXT}
    assert {f"receipt_{reason}" for reason in REASONS} < RECEIPT_WORDS.keys()


@pytest.mark.parametrize(
    "answer",
    [
        *(b"", b"\xff", b"[" * 5000, b"null", b'{"sid": null}', b'{"sid": true}', b'{"sid": ""}'),
        *(b'{"sid": ".."}', b'{"sid": {"a": 1}}', b'{"sid": "a\\nb"}', b'[{"sid": "x"}]'),
        b'{"sid": "' + b"x" * 201 + b'"}',
    ],
)
def test_a_foreign_answer_without_an_id_that_can_be_used_is_none(answer: bytes) -> None:
    row = service("twilio")
    assert sms_service.id_in(row, answer) is None
    assert sms_service.said(row, answer) == NOT_YET
    assert sms_service.id_in(row, b'{"sid": "x"}') == "x"  # the control


def test_an_id_leads_nowhere_but_behind_its_place() -> None:
    path = sms_service.status_path(service("twilio"), "../x?y#z\u00fc/{id}")
    assert path.endswith("/Messages/..%2Fx%3Fy%23z%C3%BC%2F%7Bid%7D.json")


BASE: dict[str, Any] = {
    "name": "sms",
    "role": "processor",
    "host": "sms.example.org",
    "country": "DE",
    "activities": ["sms.send"],
}
TELLS: dict[str, Any] = {"id": "/id", "status": "/s/{id}", "state": "/state", "delivered": ["ok"]}


@pytest.mark.parametrize(
    ("settings", "mistake"),
    [
        (TELLS, ""),
        ({"request": {"To": "{to}"}}, "needs"),
        ({"request": {"t": "{text}", "to": "{digits}", "x": 1.5}}, "whole numbers"),
        ({"request": {"t": "{text}", "to": ["{to}"]}, "form": True}, "no lists"),
        ({"request": {"t": "{text}", "to": "{to}", "x": [[[[[[1]]]]]]}}, "levels deep"),
        ({"header": "X-Api-Key: abc"}, "{secret}"),
        ({"header": "Host: {secret}"}, "{secret}"),
        ({"header": "X-Key: {secret}\r\nX-Other: 1"}, "sms.header"),
        ({"status": "/s"}, "{id}"),
        ({"status": "/s/{id}/{id}"}, "{id}"),
        ({"status": "https://elsewhere.example.org/{id}"}, "sms.status"),
        ({"status": "//elsewhere/{id}"}, "goes with"),
        ({"status": "/s/{id} HTTP/1.1"}, "sms.status"),
        ({"status": "/s/{id}"}, "goes with"),
        (TELLS | {"failed": ["OK"]}, "both have ok"),
        (TELLS | {"reasons": {"1": "dead"}}, "'dead'; allowed are blocked"),
        ({"id": "id"}, "sms.id"),
        ({"colour": 1}, "sms"),
    ],
)
def test_settings_that_do_not_fit_are_named_at_the_start(settings: dict[str, Any], mistake: str) -> None:
    _, mistakes = recipients.read([BASE | {"sms": settings}], packaged_register())
    assert (mistake in " ".join(mistakes) and mistakes) if mistake else not mistakes


def test_settings_go_with_an_sms_service_by_https_alone() -> None:
    modem: dict[str, Any] = {"name": "sim", "role": "processor", "country": "DE", "activities": ["sms.send"]}
    modem |= {"transport": "modem", "device": "/dev/ttyUSB2", "sms": TELLS}
    for row in (modem, BASE | {"activities": ["push.send"], "sms": TELLS}):
        _, mistakes = recipients.read([row], packaged_register())
        assert "sms goes with sms.send by https" in " ".join(mistakes)
    assert msgspec.convert(TELLS, SmsService).tells  # the control
