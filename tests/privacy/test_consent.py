"""What may be agreed to at all."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.consent import propose, wrong_recipient
from privacy.reasons import Reason
from privacy.register import Form, Language, Role
from privacy.standing import Standing
from tests.privacy import house

FORTNIGHT = timedelta(days=14)


@pytest.mark.obligation("Q6.6-b")
def test_fourteen_days_may_be_agreed_to_and_not_one_second_more() -> None:
    given = house.grant(Form.UNTIL, term=FORTNIGHT)
    assert given.until == given.given + FORTNIGHT
    longer = house.wish(Form.UNTIL, term=FORTNIGHT + timedelta(seconds=1))
    assert propose(longer, house.register(), house.known(), house.moment(), 1) is Reason.TERM_TOO_LONG


@pytest.mark.parametrize(
    ("form", "change", "reason"),
    [
        (Form.ONCE, {"activity": "nothing"}, Reason.UNKNOWN_ACTIVITY),
        (Form.ONCE, {"activity": "portal.access_log"}, Reason.STAYS_HOME),
        (Form.ONCE, {"activity": "support.summary"}, Reason.NOT_BUILT),
        (Form.STANDING, {}, Reason.FORM_NOT_ALLOWED),
        (Form.ONCE, {"ticket": ""}, Reason.NO_TICKET),
        (Form.ONCE, {"ticket": "T 1\r\nX-Header: a"}, Reason.NO_TICKET),
        (Form.ONCE, {"groups": frozenset({"rooms"})}, Reason.UNKNOWN_GROUP),
        (Form.ONCE, {"groups": frozenset[str]()}, Reason.UNKNOWN_GROUP),
        (Form.ONCE, {"recipient": "stranger"}, Reason.UNKNOWN_RECIPIENT),
        (Form.ONCE, {"recipient": "abroad"}, Reason.COUNTRY_NEEDS_CONSENT),
        (Form.ONCE, {"recipient": "abroad", "country": "CH"}, Reason.COUNTRY_NEEDS_CONSENT),
        (Form.ONCE, {"payload_sha256": None}, Reason.NO_PREVIEW),
        (Form.ONCE, {"addressee": "a\nb"}, Reason.ADDRESSEE_NOT_DECLARED),
        (Form.ONCE, {"addressee": "a" * 513}, Reason.ADDRESSEE_NOT_DECLARED),
        (Form.ONCE, {"addressee": ""}, Reason.ADDRESSEE_NOT_DECLARED),
        (Form.ONCE, {"addressee": "age1" + "q" * 58}, Reason.ADDRESSEE_NOT_DECLARED),
        (Form.UNTIL, {"term": timedelta(0)}, Reason.TERM_TOO_LONG),
    ],
)
@pytest.mark.obligation("Q6.6-a")
@pytest.mark.obligation("Q5-b")
def test_what_may_not_be_agreed_to(form: Form, change: dict[str, object], reason: Reason) -> None:
    assert propose(house.wish(form, **change), house.register(), house.known(), house.moment(), 1) is reason


@pytest.mark.obligation("Q5-b")
def test_a_country_outside_the_eea_is_agreed_to_by_its_name() -> None:
    assert house.grant(recipient="abroad", country="US").country == "US"


@pytest.mark.parametrize(
    ("changes", "activity", "reason"),
    [
        ({"role": Role.PARTNER}, {}, Reason.WRONG_ROLE),
        ({"country": "US", "safeguard": "SCC"}, {"eea_only": True}, Reason.COUNTRY_FORBIDDEN),
        ({"activities": frozenset[str]()}, {}, Reason.RECIPIENT_NOT_DECLARED),
    ],
)
@pytest.mark.obligation("Q4-b")
@pytest.mark.obligation("Q6.8-c")
def test_a_recipient_has_to_fit_whatever_is_agreed_to(
    changes: dict[str, Any], activity: dict[str, Any], reason: Reason
) -> None:
    row = replace(house.register().activities[house.ACTIVITY], **activity)
    recipient = replace(house.known()["support"], **changes)
    assert wrong_recipient(recipient, row, "US") is reason


def test_ending_one_consent_leaves_a_newer_one_of_the_same_ticket() -> None:
    held, old, new = Standing(), house.grant(number=1), house.grant(number=2)
    held.give(new)
    held.end(old, Reason.EXPIRED)
    assert list(held.live()) == [new]
    assert held.began(house.grant(Form.UNTIL), house.moment()).began is None
    assert held.delivered(house.grant(Form.UNTIL)).delivered is False


def test_an_end_needs_a_clock_that_somebody_vouches_for() -> None:
    unsure = house.moment(sure=False)
    wish = house.wish(Form.UNTIL)
    assert propose(wish, house.register(), house.known(), unsure, 1) is Reason.CLOCK_UNSURE


def test_a_new_yes_for_the_same_ticket_takes_the_place_of_the_old() -> None:
    held, first, second = Standing(), house.grant(number=1), house.grant(number=2)
    assert held.give(first) is None
    assert held.give(second) == first
    assert list(held.live()) == [second]


def test_what_ended_stays_ended_for_its_reason() -> None:
    held, given = Standing(), house.grant()
    held.give(given)
    held.end(given, Reason.EXPIRED)
    assert not list(held.live())
    assert held.covering(house.ACTIVITY, "support", "T-123", house.SUPPORT_KEY, house.SHA) is Reason.EXPIRED


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from([Form.ONCE, Form.UNTIL]), st.integers(0, 2)), max_size=30
    )
)
def test_what_is_covered_is_what_was_given_last_and_not_taken_back(
    steps: list[tuple[int, Form, int]],
) -> None:
    # given any order of yes, end and withdrawal over three tickets
    held, model = Standing(), dict[tuple[str, Form], int]()
    for number, (action, form, ticket_number) in enumerate(steps):
        ticket = f"T-{ticket_number}"
        match action:
            case 0 | 1:
                held.give(replace(house.grant(form, number=number), ticket=ticket))
                model[ticket, form] = number
            case 2:
                given = held.covering(house.ACTIVITY, "support", ticket, house.SUPPORT_KEY, house.SHA)
                if not isinstance(given, Reason):
                    held.end(given, Reason.EXPIRED)
                    del model[ticket, given.form]
            case _:
                held.withdraw(lambda one: one.activity == house.ACTIVITY)
                model.clear()
    # then exactly the model's consents live, and each ticket is covered by them or refused
    assert {(one.ticket, one.form): one.id for one in held.live()} == model
    for ticket in ("T-0", "T-1", "T-2"):
        covering = held.covering(house.ACTIVITY, "support", ticket, house.SUPPORT_KEY, house.SHA)
        known = [model[ticket, form] for form in (Form.ONCE, Form.UNTIL) if (ticket, form) in model]
        assert isinstance(covering, Reason) == (not known)
        assert isinstance(covering, Reason) or covering.id in known


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_its_sentence_in_both_languages(reason: Reason) -> None:
    german, english = reason.text(Language.DE), reason.text(Language.EN)
    assert german.endswith((".", ")."))
    assert english.endswith((".", ")."))
    assert german != english
