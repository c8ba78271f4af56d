"""What a recipient's answer says, and what it does not say."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy import received
from privacy.received import Deleted, Unconfirmed

TRANSFER = "00112233445566ff"
GONE = Deleted(receipt="D-1", transfer=TRANSFER, state="deleted", deleted_at="2026-03-01T12:00:00.000Z")


def test_a_deletion_is_confirmed_by_its_receipt_state_and_transfer() -> None:
    assert received.deleted(received.as_deleted(GONE), TRANSFER, had=True) == "D-1"
    absent = Deleted(receipt="D-2", transfer=TRANSFER, state="absent")
    assert received.deleted(received.as_deleted(absent), TRANSFER, had=False) == "D-2"


@pytest.mark.obligation("Q6.6-d")
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"receipt":"R-1"}', "no_confirmation"),  # what it says to anything
        (b"", "no_confirmation"),
        (b"[" * 5000, "no_confirmation"),
        (json.dumps({"receipt": "R", "transfer": TRANSFER, "state": "kept"}).encode(), "no_confirmation"),
        (json.dumps({"receipt": "", "transfer": TRANSFER, "state": "deleted"}).encode(), "no_confirmation"),
        (json.dumps({"receipt": "\n", "transfer": TRANSFER, "state": "deleted"}).encode(), "no_confirmation"),
        (json.dumps({"receipt": "R", "transfer": "ab" * 8, "state": "deleted"}).encode(), "other_transfer"),
        (json.dumps({"receipt": "R", "transfer": TRANSFER, "state": "absent"}).encode(), "denied"),
    ],
)
def test_a_lie_that_can_be_seen_and_an_answer_to_another_question_confirm_nothing(
    body: bytes, code: str
) -> None:
    assert received.deleted(body, TRANSFER, had=True) == Unconfirmed(code=code)


def test_a_refusal_is_told_in_our_words_and_never_in_theirs() -> None:
    known = received.answered(403, received.as_refused("ticket_not_open"))
    assert known == "answered 403: no such ticket is open there"
    assert received.answered(403, b'{"refused":"call 0900 for help"}') == "answered 403"
    assert received.answered(200, b"{}", fits=False) == "answered 200 without a receipt"
    with pytest.raises(ValueError, match="rude"):
        received.as_refused("rude")


@given(st.binary(max_size=300))
def test_any_bytes_are_an_answer_and_confirm_nothing(body: bytes) -> None:
    assert isinstance(received.deleted(body, TRANSFER, had=True), Unconfirmed)
    assert received.refusal(body) is None
