"""With every row of the register built: what no consent for something else opens, whatever the basis is."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

import pytest

from privacy.consent import Grant, Wish, propose
from privacy.decide import EgressRequest, Permit, decide
from privacy.reasons import Reason
from privacy.recipients import Recipient
from privacy.register import Activity, Condition, Form, Mode, Register, Role
from privacy.standing import LEAVING, Standing
from privacy.vocabulary import DataCategory
from tests.privacy import house


@cache
def register() -> Register:
    """As if every flow were built."""
    rows = {name: replace(row, built=True) for name, row in house.register().activities.items()}
    return replace(house.register(), activities=rows)


def asked_for() -> list[Activity]:
    """Rows that a consent opens."""
    return [row for row in register().activities.values() if row.condition is Condition.CONSENT]


def everybody() -> dict[str, Recipient]:
    """A recipient of each role that may get all that its role may."""
    plain = house.known()["support"]
    return {
        role.value: replace(
            plain,
            name=role.value,
            role=role,
            activities=frozenset(row.id for row in register().activities.values() if role in row.roles),
        )
        for role in Role
    }


def addressee(row: Activity) -> str:
    return house.known()["support"].addressee_of(row) or ""


def grant(row: Activity, role: Role, number: int = 1, payload: str = house.SHA) -> Grant:
    form = next(form for form in (Form.ONCE, Form.STANDING, Form.UNTIL) if form in row.forms)
    wish = Wish(
        activity=row.id,
        recipient=role.value,
        form=form,
        groups=frozenset(row.groups),
        ticket="T-123" if row.needs_ticket else "",
        language="de",
        categories=frozenset() if row.groups else row.categories,
        term=row.longest if form is Form.UNTIL else None,
        payload_sha256=payload,
        addressee=addressee(row),
    )
    given = propose(wish, register(), everybody(), house.moment(), number)
    assert isinstance(given, Grant), (row.id, given)
    return given


def request(row: Activity, role: Role, payload: str = house.SHA) -> EgressRequest:
    return EgressRequest(
        activity=row.id,
        recipient=role.value,
        categories=row.categories,
        payload_sha256=None if row.mode is Mode.TUNNELLED else payload,
        groups=frozenset(row.groups),
        ticket="T-123" if row.needs_ticket else "",
        addressee=addressee(row),
        size=100,
    )


def answer(row: Activity, role: Role, held: Standing, payload: str = house.SHA) -> Reason | None:
    verdict = decide(request(row, role, payload), register(), everybody(), held, house.moment())
    return None if isinstance(verdict, Permit) else verdict.reason


def all_but(names: Iterable[str]) -> Standing:
    """Every consent there can be, for every role, but those of these activities."""
    left_out, held = set(names), Standing()
    for number, row in enumerate(asked_for()):
        for role in sorted(row.roles, key=lambda role: role.value):
            if row.id not in left_out:
                held.give(grant(row, role, number * 10 + len(role.value)))
    return held


PAIRS = [(row.id, role) for row in asked_for() for role in sorted(row.roles, key=lambda one: one.value)]


@pytest.mark.obligation("Q4-b")
@pytest.mark.obligation("Q6.10")
@pytest.mark.obligation("T4-b")
@pytest.mark.obligation("T5-c")
@pytest.mark.parametrize(("name", "role"), PAIRS)
def test_an_activity_is_opened_by_its_own_consent_and_by_no_other(name: str, role: Role) -> None:
    row, others, all_of_them = register().activities[name], all_but([name]), all_but([])
    others.deregistered = all_of_them.deregistered = name == LEAVING  # which leaves once that is so
    assert answer(row, role, others) is Reason.NO_CONSENT
    assert answer(row, role, all_of_them) is None  # the control: with its own it is open


@pytest.mark.obligation("T4-a")
def test_no_payload_but_that_of_advertising_is_for_advertising() -> None:
    for row in register().activities.values():
        meant = row.purpose in {"dpv:Advertising", "dpv:DirectMarketing"}
        assert meant == row.id.startswith("advertising"), row.id
    contact = register().activities["advertising.contact"]
    assert set(contact.groups) == {"mail", "sms", "call"}  # each way by itself
    by_mail = replace(grant(contact, Role.PROCESSOR), groups=frozenset({"mail"}))
    held = Standing()
    held.give(by_mail)
    assert answer(contact, Role.PROCESSOR, held) is Reason.GROUP_NOT_CONSENTED


@pytest.mark.obligation("T4-a")
def test_an_objection_to_advertising_counts_before_any_consent() -> None:
    contact, held = register().activities["advertising.contact"], all_but([])
    assert answer(contact, Role.PROCESSOR, held) is None
    held.close(contact.id, Reason.OBJECTED)
    assert answer(contact, Role.PROCESSOR, held) is Reason.OBJECTED


@pytest.mark.obligation("T5-b")
def test_an_automatic_text_leaves_only_as_it_was_confirmed() -> None:
    row, held = register().activities["support.summary"], Standing()
    assert DataCategory.SUMMARY in row.categories
    assert answer(row, Role.PROCESSOR, held) is Reason.NO_CONSENT  # a draft
    held.give(grant(row, Role.PROCESSOR, payload="aa" * 32))
    assert answer(row, Role.PROCESSOR, held, payload="bb" * 32) is Reason.OTHER_PAYLOAD
    assert answer(row, Role.PROCESSOR, held, payload="aa" * 32) is None


@pytest.mark.obligation("Q4-c")
@pytest.mark.obligation("T1-d")
def test_nothing_goes_to_an_authority_through_the_door() -> None:
    rows = [row for row in register().activities.values() if Role.AUTHORITY in row.roles]
    assert [row.id for row in rows] == ["disclosure.authority"]
    (row,) = rows
    assert (row.mode, row.condition) == (Mode.LOCAL, Condition.CONSOLE_ACT)
    assert answer(row, Role.AUTHORITY, all_but([])) is Reason.STAYS_HOME


@pytest.mark.obligation("Q6.8-c")
def test_images_are_stored_inside_the_eea_only_whatever_the_consent() -> None:
    row = register().activities["camera.cloud"]
    abroad = replace(everybody()["own"], country="US", safeguard="SCC 2021/914")
    wish = Wish(
        activity=row.id,
        recipient="own",
        form=Form.STANDING,
        groups=frozenset(),
        ticket="",
        language="de",
        categories=row.categories,
        country="US",
    )
    assert propose(wish, register(), {"own": abroad}, house.moment(), 1) is Reason.COUNTRY_FORBIDDEN


@pytest.mark.obligation("Q6.8-d")
def test_a_security_firm_sees_nothing_without_an_order_with_an_end() -> None:
    row = register().activities["camera.security_firm"]
    assert row.forms == {Form.UNTIL}
    assert answer(row, Role.PARTNER, all_but([row.id])) is Reason.NO_CONSENT


@pytest.mark.obligation("Q6.7-b")
def test_a_kind_of_data_that_was_not_ticked_never_leaves() -> None:
    row, held = register().activities["device_cloud.generic"], Standing()
    held.give(replace(grant(row, Role.PARTNER), categories=frozenset({DataCategory.CLIMATE})))
    assert answer(row, Role.PARTNER, held) is Reason.GROUP_NOT_CONSENTED


@pytest.mark.obligation("Q6.5-a")
def test_a_backup_stays_at_home_until_the_owner_chooses_the_cloud() -> None:
    assert not register().activities["backup.local"].leaves_house
    assert answer(register().activities["backup.cloud"], Role.OWN, Standing()) is Reason.NO_CONSENT
