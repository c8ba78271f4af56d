"""What leaves is held against the closed schema of its activity once more, byte for byte."""

import json
from typing import Any

import pytest

from privacy import canonical
from privacy.closed_schema import FieldRefused
from privacy.delivered import check_body
from privacy.payload import PayloadRefused
from tests.privacy import house
from tests.privacy.test_payload import made

ASKED = {"ticket": "T-123", "transfer": "00112233445566ff"}
ROWS = house.register().activities


def bundle(**changes: Any) -> bytes:
    return canonical.encode(json.loads(made()) | changes)


def test_what_is_declared_passes() -> None:
    check_body(ROWS["deletion.request"], canonical.encode(ASKED))
    check_body(ROWS["diagnosis.remote"], made())


@pytest.mark.parametrize(
    "body",
    [
        canonical.encode({**ASKED, "name": "Ada"}),
        canonical.encode({"ticket": "T-123"}),
        canonical.encode({**ASKED, "transfer": "Ada Lovelace"}),
        json.dumps(ASKED).encode(),
        b'{"ticket":"Ada","ticket":"T-123","transfer":"00112233445566ff"}',
        b"[" * 100_000,
        b"\xff",
        b"",
    ],
    ids=["more", "less", "other", "blanks", "twice", "deep", "no text", "nothing"],
)
def test_a_request_for_deletion_holds_its_two_fields_and_nothing_else(body: bytes) -> None:
    with pytest.raises(FieldRefused):
        check_body(ROWS["deletion.request"], body)


@pytest.mark.parametrize(
    "body",
    [
        bundle(name="Ada"),
        bundle(purpose="advertising"),
        bundle(ticket="to Ada"),
        bundle(groups={"system": {"name": "Ada"}}),
        bundle(groups={"devices": [{"model": "HM-ABC1234567", "firmware": "2.4", "count": 1}]}),
        made() + b" ",
        b"[" * 100_000,
    ],
    ids=["more", "purpose", "ticket", "group", "serial", "blank", "deep"],
)
def test_a_bundle_is_what_was_built_and_nothing_else(body: bytes) -> None:
    with pytest.raises(PayloadRefused):
        check_body(ROWS["diagnosis.remote"], body)


def test_what_has_no_closed_schema_here_is_not_delivered() -> None:
    with pytest.raises(FieldRefused, match="no closed list"):
        check_body(ROWS["remote.access"], b"{}")
