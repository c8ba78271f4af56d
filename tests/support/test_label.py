"""What is taken and what is not, by its labels."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.exchange import Request
from support.label import ASKEW, Deletion, Delivery, Refused, StateAsked, mismatch, read
from tests.clock import START
from tests.privacy.house import SUPPORT_KEY

from .receiving import TRANSFER, bundle, deletion, delivery, question, report

GOOD = delivery(SUPPORT_KEY, "T-1", START)


def relabelled(request: Request, **headers: str | None) -> Request:
    changed = {f"homebase-{name.replace('_', '-')}": value for name, value in headers.items()}
    return replace(request, headers={**request.headers, **changed})


def test_a_labelled_delivery_and_a_request_for_deletion_are_taken() -> None:
    found = read(GOOD, START)
    assert isinstance(found, Delivery)
    assert (found.ticket, found.transfer) == ("T-1", TRANSFER)
    assert found.delete_by == START + timedelta(days=28)
    assert read(deletion("T-1"), START) == Deletion(ticket="T-1", transfer=TRANSFER)
    assert read(question("T-1"), START) == StateAsked(ticket="T-1", transfer=TRANSFER)
    found = read(report(SUPPORT_KEY, START), START)
    assert isinstance(found, Delivery)
    assert (found.ticket, found.opens) == ("", True)


@pytest.mark.obligation("Q6.6-c")
@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (replace(GOOD, method="GET"), "no_such_place"),
        (replace(GOOD, path="/"), "no_such_place"),
        (relabelled(GOOD, activity=None), "label"),
        (relabelled(GOOD, activity="monitoring.device"), "purpose"),
        (relabelled(GOOD, ticket=None), "label"),
        (relabelled(GOOD, ticket="T 1"), "label"),
        (relabelled(GOOD, transfer="zz"), "label"),
        (relabelled(GOOD, delete_by="tomorrow"), "label"),
        (relabelled(GOOD, delete_by="2026-02-30T12:00:00.000Z"), "label"),
        (relabelled(GOOD, delete_by="2026-03-01T12:00:00.000Z"), "too_long"),  # now: over already
        (delivery(SUPPORT_KEY, "T-1", START + ASKEW + timedelta(seconds=1)), "too_long"),
        (replace(deletion("T-1"), body=b"{}"), "label"),
        (replace(deletion("T-1"), body=b"[" * 4000), "label"),
        (relabelled(deletion("T-1"), ticket="T-2"), "label"),
        (relabelled(question("T-1"), ticket="T-2"), "label"),
        (
            relabelled(report(SUPPORT_KEY, START), ticket="T-1"),
            "label",
        ),  # the number is the receiver's to give
    ],
)
def test_what_lacks_a_label_or_is_for_another_purpose_is_refused(request_: Request, code: str) -> None:
    assert read(request_, START) == Refused(code=code)


def test_a_home_whose_clock_is_ahead_gets_no_longer_term() -> None:
    found = read(delivery(SUPPORT_KEY, "T-1", START + ASKEW), START)
    assert isinstance(found, Delivery)
    assert found.delete_by == START + timedelta(days=28)


@pytest.mark.obligation("Q6.6-c")
def test_inside_has_to_be_a_diagnosis_for_the_same_ticket_and_date() -> None:
    assert mismatch(GOOD, bundle("T-1", START)) is None
    assert mismatch(GOOD, bundle("T-2", START)) == "not_as_labelled"
    assert mismatch(GOOD, bundle("T-1", START, days=27)) == "not_as_labelled"
    assert mismatch(GOOD, b"holiday pictures") == "not_a_diagnosis"
    assert mismatch(GOOD, bundle("T-1", START).replace(b"HM-LC-Sw1-Pl", b"JEQ0123456")) == "not_a_diagnosis"


@given(
    st.dictionaries(
        st.sampled_from(["homebase-activity", "homebase-ticket", "homebase-transfer", "homebase-delete-by"]),
        st.none()
        | st.binary(max_size=50).map(lambda data: data.decode("latin-1"))
        | st.just("diagnosis.remote")
        | st.just("deletion.request"),
    ),
    st.binary(max_size=200),
)
def test_any_labels_are_taken_or_refused_by_a_code(headers: dict[str, str | None], body: bytes) -> None:
    found = read(Request(method="POST", path="/homebase/1", headers=headers, body=body), START)
    assert isinstance(found, Delivery | Deletion | Refused)
