"""The decision: what is let through, and why not."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from privacy import recipients
from privacy.consent import Grant, Via, Wish, propose
from privacy.decide import EgressRequest, Permit, Refusal, decide
from privacy.instant import Instant
from privacy.reasons import Reason
from privacy.recipients import Recipient
from privacy.register import Form, Register, Role
from privacy.standing import LEAVING, EarlierTransfer, OwnerEntry, Standing
from privacy.vocabulary import DataCategory
from tests.privacy import house


def answer(
    standing: Standing, request: EgressRequest | None = None, at: Instant | None = None
) -> Reason | None:
    verdict = decide(
        request or house.request(), house.register(), house.known(), standing, at or house.moment()
    )
    match verdict:
        case Refusal():
            return verdict.reason
        case Permit():
            return None


def standing(*forms: Form, at: Instant | None = None) -> Standing:
    result = Standing()
    for number, form in enumerate(forms):
        result.give(house.grant(form, at, number))
    return result


@pytest.mark.obligation("T1-b")
def test_without_a_consent_the_answer_is_no_and_with_one_it_is_yes() -> None:
    assert answer(Standing()) is Reason.NO_CONSENT
    assert answer(standing(Form.ONCE)) is None
    assert answer(standing(Form.UNTIL)) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"activity": "diagnosis.other"}, Reason.UNKNOWN_ACTIVITY),
        ({"activity": "camera.cloud"}, Reason.NOT_BUILT),
        ({"activity": "portal.access_log"}, Reason.STAYS_HOME),
        ({"categories": frozenset({DataCategory.DEVICE_NAME})}, Reason.CATEGORY_NOT_DECLARED),
        ({"categories": frozenset({DataCategory.ACCESS_LOG})}, Reason.CATEGORY_NOT_DECLARED),
        ({"recipient": "stranger"}, Reason.UNKNOWN_RECIPIENT),
        ({"recipient": "abroad"}, Reason.NO_CONSENT),
        ({"ticket": ""}, Reason.NO_TICKET),
        ({"ticket": "T-999"}, Reason.OTHER_TICKET),
        ({"groups": frozenset({"rooms"})}, Reason.GROUP_NOT_CONSENTED),
        ({"sent_today": 2_097_152}, Reason.BUDGET_USED_UP),
    ],
)
@pytest.mark.obligation("Q4-a")
@pytest.mark.obligation("Q6.6-a")
def test_what_the_consent_does_not_say_is_refused(change: dict[str, object], reason: Reason) -> None:
    assert answer(standing(Form.UNTIL), house.request(**change)) is reason


@pytest.mark.obligation("Q6.6-c")
def test_one_time_holds_for_the_bytes_that_were_shown() -> None:
    assert answer(standing(Form.ONCE), house.request(payload_sha256="00" * 32)) is Reason.OTHER_PAYLOAD


@pytest.mark.obligation("Q6.6-b")
def test_one_time_is_used_up_by_its_beginning_and_resumable_for_a_day() -> None:
    held = standing(Form.ONCE)
    used = held.began(house.grant(Form.ONCE, number=0), house.moment())
    assert answer(held) is None
    assert answer(held, at=house.moment(timedelta(hours=23, minutes=59))) is None
    assert answer(held, at=house.moment(timedelta(hours=24))) is Reason.USED_UP
    held.delivered(used)
    assert answer(held) is Reason.USED_UP


@pytest.mark.obligation("Q6.6-b")
def test_a_limited_consent_ends_by_clock_floor_and_running_time() -> None:
    held, three_days = standing(Form.UNTIL), timedelta(days=3)
    just_before, after = house.moment(three_days - timedelta(seconds=1)), house.moment(three_days)
    assert answer(held, at=just_before) is None
    assert answer(held, at=after) is Reason.EXPIRED
    # the clock set back gains nothing: floor and running time remember
    assert (
        answer(held, at=replace(after, wall=house.START, running_s=0.0, floor=after.wall)) is Reason.EXPIRED
    )
    assert answer(held, at=replace(after, wall=house.START)) is Reason.EXPIRED


def test_a_limited_consent_rests_while_the_clock_is_unsure() -> None:
    assert answer(standing(Form.UNTIL), at=house.moment(sure=False)) is Reason.CLOCK_UNSURE
    assert answer(standing(Form.ONCE), at=house.moment(sure=False)) is None


@pytest.mark.obligation("T2-c")
@pytest.mark.obligation("Q6.6-e")
def test_a_withdrawal_ends_both_forms_and_a_new_yes_counts_again() -> None:
    held = standing(Form.ONCE, Form.UNTIL)
    assert len(held.withdraw(lambda one: one.activity == house.ACTIVITY)) == 2
    assert answer(held) is Reason.WITHDRAWN
    assert answer(held, house.request(ticket="T-999")) is Reason.WITHDRAWN
    held.give(house.grant(Form.ONCE, number=9))
    assert answer(held) is None


def test_a_withdrawal_for_one_recipient_leaves_the_other() -> None:
    held = standing(Form.ONCE)
    held.give(house.grant(Form.ONCE, number=7, recipient="abroad", country="US"))
    held.withdraw(lambda one: one.recipient == "abroad")
    assert answer(held) is None
    assert answer(held, house.request(recipient="abroad")) is Reason.WITHDRAWN


@pytest.mark.obligation("Q5-b")
def test_a_recipient_that_moved_abroad_needs_a_new_consent() -> None:
    moved = replace(house.known()["support"], country="US", safeguard="SCC 2021/914")
    verdict = decide(
        house.request(), house.register(), {"support": moved}, standing(Form.ONCE), house.moment()
    )
    assert isinstance(verdict, Refusal)
    assert verdict.reason is Reason.COUNTRY_NEEDS_CONSENT


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"host": "other.example.org"}, Reason.OTHER_HOST),
        ({"activities": frozenset[str]()}, Reason.RECIPIENT_NOT_DECLARED),
    ],
)
def test_a_recipient_that_changed_is_not_the_one_agreed_to(change: dict[str, object], reason: Reason) -> None:
    other = replace(house.known()["support"], **change)  # type: ignore[arg-type]  # fields by name
    verdict = decide(
        house.request(), house.register(), {"support": other}, standing(Form.ONCE), house.moment()
    )
    assert isinstance(verdict, Refusal)
    assert verdict.reason is reason


def test_another_text_makes_the_consent_stale() -> None:
    held = Standing()
    held.give(replace(house.grant(Form.ONCE), text_hash="0" * 64))
    assert answer(held) is Reason.NOTICE_CHANGED


@pytest.mark.obligation("Q6.13-b")
@pytest.mark.obligation("T1-c")
@pytest.mark.obligation("T2-d")
def test_an_objection_wins_over_a_consent_given_before_or_after_until_it_is_taken_back() -> None:
    held = standing(Form.ONCE)
    held.close(house.ACTIVITY, Reason.OBJECTED)
    assert answer(held) is Reason.OBJECTED
    held.give(house.grant(Form.UNTIL, number=5))
    assert answer(held) is Reason.OBJECTED
    held.close(house.ACTIVITY, Reason.RESTRICTED)
    held.reopen(house.ACTIVITY, Reason.OBJECTED)
    assert answer(held) is Reason.RESTRICTED
    held.reopen(house.ACTIVITY, Reason.RESTRICTED)
    assert answer(held) is None


@pytest.mark.obligation("T2-f")
def test_a_restricted_kind_of_data_stays_while_the_others_may_go() -> None:
    held = standing(Form.UNTIL)
    held.restrict(DataCategory.DEVICE)
    assert answer(held) is Reason.RESTRICTED
    others = house.request(categories=frozenset({DataCategory.SYSTEM}), groups=frozenset({"system"}))
    assert answer(held, others) is None
    held.unrestrict(DataCategory.DEVICE)
    assert answer(held) is None


@pytest.mark.obligation("T1-a")
def test_a_deregistered_home_sends_nothing_but_requests_for_deletion() -> None:
    held = standing(Form.UNTIL)
    held.deregistered = True
    assert answer(held) is Reason.DEREGISTERED
    held.sent(EarlierTransfer(id="t1", recipient="support", ticket="T-123"))
    assert deletion(held) is None


def deletion(held: Standing, **changes: object) -> Reason | None:
    plain: dict[str, object] = {
        "activity": "deletion.request",
        "categories": frozenset({DataCategory.CONSENT_RECORD}),
        "groups": frozenset[str](),
        "transfer": "t1",
    }
    register = house.register_with("deletion.request")
    return verdict(house.request(**(plain | changes)), register, house.known(), held)


def verdict(
    request: EgressRequest, register: Register, known: Mapping[str, Recipient], held: Standing
) -> Reason | None:
    said = decide(request, register, known, held, house.moment())
    return said.reason if isinstance(said, Refusal) else None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"transfer": "t2"}, Reason.NO_TRANSFER),
        ({"transfer": ""}, Reason.NO_TRANSFER),
        ({"ticket": "T-9"}, Reason.NO_TRANSFER),
        ({"recipient": "abroad"}, Reason.NO_TRANSFER),
        ({"recipient": "stranger"}, Reason.UNKNOWN_RECIPIENT),
    ],
)
def test_deletion_is_asked_of_whoever_got_that_very_transfer(
    change: dict[str, object], reason: Reason | None
) -> None:
    held = Standing()
    held.sent(EarlierTransfer(id="t1", recipient="support", ticket="T-123"))
    assert deletion(held, **change) is reason


DEVICE = OwnerEntry(
    name="gateway-upstairs",
    activity="local.device",
    address="192.168.1.20",
    port=2001,
    mac="02:00:00:00:00:01",
    certificate_sha256=None,
)


def local(held: Standing, **changes: object) -> Reason | None:
    plain: dict[str, object] = {
        "activity": "local.device",
        "recipient": DEVICE.name,
        "categories": frozenset({DataCategory.CLIMATE}),
        "groups": frozenset[str](),
        "ticket": "",
        "payload_sha256": None,
        "size": 0,
    }
    return verdict(house.request(**(plain | changes)), house.register_with("local.device"), {}, held)


def test_a_device_in_the_house_needs_the_owners_entry_and_no_consent() -> None:
    held = Standing()
    assert local(held) is Reason.UNKNOWN_RECIPIENT
    held.enter(DEVICE)
    assert local(held) is None
    assert local(held, payload_sha256=house.SHA) is Reason.WRONG_MODE
    assert local(held, sent_today=1_073_741_824) is Reason.BUDGET_USED_UP
    assert held.strike(DEVICE.name) == DEVICE
    assert local(held) is Reason.UNKNOWN_RECIPIENT


def relay_house() -> tuple[Register, Mapping[str, Recipient], Grant]:
    register = house.register_with("remote.access")
    row = house.SUPPORT | {"name": "relay", "role": "own", "activities": ["remote.access"]}
    known, _ = recipients.read([row], register)
    wish = Wish(
        activity="remote.access",
        recipient="relay",
        form=Form.STANDING,
        groups=frozenset(),
        categories=frozenset({DataCategory.CLIMATE}),
        ticket="",
        language="de",
    )
    given = propose(wish, register, known, house.moment(), 1)
    assert isinstance(given, Grant)
    return register, known, given


def tunnel(**changes: object) -> EgressRequest:
    plain = EgressRequest(
        activity="remote.access",
        recipient="relay",
        categories=frozenset({DataCategory.CLIMATE}),
        payload_sha256=None,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # fields by name


def test_a_tunnel_is_decided_without_bytes_to_look_at() -> None:
    register, known, given = relay_house()
    held = Standing()
    assert verdict(tunnel(), register, known, held) is Reason.NO_CONSENT
    held.give(given)
    assert verdict(tunnel(), register, known, held) is None
    assert verdict(tunnel(sent_today=1 << 30), register, known, held) is Reason.BUDGET_USED_UP
    assert verdict(tunnel(payload_sha256=house.SHA), register, known, held) is Reason.WRONG_MODE
    more = frozenset({DataCategory.CLIMATE, DataCategory.PRESENCE})
    assert verdict(tunnel(categories=more), register, known, held) is Reason.GROUP_NOT_CONSENTED
    assert verdict(tunnel(categories=frozenset()), register, known, held) is Reason.CATEGORY_NOT_DECLARED
    held.withdraw(lambda one: one.activity == "remote.access")
    assert verdict(tunnel(), register, known, held) is Reason.WITHDRAWN


def test_a_standing_consent_has_no_end_and_does_not_rest_while_the_clock_is_unsure() -> None:
    register, known, given = relay_house()
    held = Standing()
    held.give(given)
    years = house.moment(timedelta(days=2000), sure=False)
    assert isinstance(decide(tunnel(), register, known, held, years), Permit)


def test_a_changed_text_locks_nobody_out_who_is_away_until_a_visit_or_thirty_days() -> None:
    # given a consent to another text of remote access, found changed now
    register, known, given = relay_house()
    held = Standing()
    old = replace(given, text_hash="0" * 64)
    held.give(old)
    assert verdict(tunnel(), register, known, held) is Reason.NOTICE_CHANGED
    found = held.change(replace(old, stale_since=house.START, stale_running_s=0.0))

    def at(after: timedelta) -> Permit | Refusal:
        return decide(tunnel(), register, known, held, house.moment(after))

    assert isinstance(at(timedelta(days=30, seconds=-1)), Permit)
    assert isinstance(at(timedelta(days=30)), Refusal)
    held.change(replace(found, visited=True))
    assert isinstance(at(timedelta(0)), Refusal)


def test_no_other_activity_has_that_grace() -> None:
    held = Standing()
    stale = replace(house.grant(), text_hash="0" * 64, stale_since=house.START, stale_running_s=0.0)
    held.give(stale)
    assert answer(held) is Reason.NOTICE_CHANGED


def test_the_consent_is_for_one_addressee_behind_the_host() -> None:
    held, register = Standing(), house.register_with(house.ACTIVITY, encrypted=False)
    asked = house.wish(Form.UNTIL, addressee="+4915112345678")
    given = propose(asked, register, house.known(), house.moment(), 1)
    assert isinstance(given, Grant)
    held.give(given)
    right, wrong = (house.request(addressee=who) for who in ("+4915112345678", "+4915187654321"))
    assert verdict(right, register, house.known(), held) is None
    assert verdict(wrong, register, house.known(), held) is Reason.ADDRESSEE_NOT_DECLARED
    assert (
        verdict(house.request(addressee=""), register, house.known(), held) is Reason.ADDRESSEE_NOT_DECLARED
    )


def test_what_is_encrypted_goes_to_the_key_that_was_agreed_to_and_not_to_a_newer_one() -> None:
    held, key = standing(Form.UNTIL), "age1" + "q" * 58
    assert answer(held) is None
    assert answer(held, house.request(addressee=key)) is Reason.ADDRESSEE_NOT_DECLARED
    renewed = {"support": replace(house.known()["support"], keys=(key,))}
    assert verdict(house.request(), house.register(), renewed, held) is Reason.ADDRESSEE_NOT_DECLARED


def test_a_consent_of_another_epoch_rests_until_it_is_confirmed() -> None:
    held = Standing("after the restore")
    old = house.grant()
    held.give(old)
    assert answer(held) is Reason.NOT_CONFIRMED
    held.change(replace(old, epoch="after the restore"))
    assert answer(held) is None


@pytest.mark.obligation("Q4-b")
def test_a_partner_needs_a_consent_that_was_given_to_a_partner() -> None:
    # given a row that allows partners too, and a recipient that was a processor when the owner agreed
    register = house.register_with(house.ACTIVITY, roles=frozenset({Role.PROCESSOR, Role.PARTNER}))
    partner = {"support": replace(house.known()["support"], role=Role.PARTNER)}
    held = standing(Form.ONCE)
    given = next(held.live())
    held.change(replace(given, text_hash=register.activities[house.ACTIVITY].text_hash))
    assert verdict(house.request(), register, house.known(), held) is None
    assert verdict(house.request(), register, partner, held) is Reason.WRONG_ROLE
    assert verdict(house.request(), register, partner, Standing()) is Reason.NO_CONSENT
    asked = propose(house.wish(), register, partner, house.moment(), 2)
    assert isinstance(asked, Grant)
    held.give(asked)
    assert verdict(house.request(), register, partner, held) is None


@pytest.mark.obligation("Q4-c")
def test_an_authority_gets_something_by_an_act_at_the_console_only() -> None:
    register = house.register_with(house.ACTIVITY, roles=frozenset({Role.AUTHORITY}))
    authority = {"support": replace(house.known()["support"], role=Role.AUTHORITY)}
    by_phone = propose(house.wish(via=Via.PHONE), register, authority, house.moment(), 1)
    assert by_phone is Reason.CONSOLE_ONLY
    at_console = propose(house.wish(), register, authority, house.moment(), 1)
    assert isinstance(at_console, Grant)
    held = Standing()
    held.give(at_console)
    assert verdict(house.request(), register, authority, held) is None
    held.change(replace(at_console, via=Via.PHONE))
    assert verdict(house.request(), register, authority, held) is Reason.CONSOLE_ONLY


@pytest.mark.obligation("Q6.14")
def test_the_message_that_ends_the_service_waits_until_all_permissions_have_ended() -> None:
    row = house.register().activities[LEAVING]
    to = replace(house.known()["support"], activities=frozenset({LEAVING}))
    plain = house.wish(Form.ONCE, activity=LEAVING, groups=frozenset(), ticket="", addressee="")
    asked = house.request(
        activity=LEAVING, groups=frozenset(), ticket="", addressee="", categories=row.categories
    )
    known = {"support": to}
    given = propose(replace(plain, categories=row.categories), house.register(), known, house.moment(), 1)
    assert isinstance(given, Grant)
    standing = Standing()
    standing.give(given)
    early = decide(asked, house.register(), known, standing, house.moment())
    assert isinstance(early, Refusal)
    assert early.reason is Reason.NOT_LEFT
    standing.deregistered = True
    assert isinstance(decide(asked, house.register(), known, standing, house.moment()), Permit)  # the control
    standing.close(LEAVING, Reason.OBJECTED)
    late = decide(asked, house.register(), known, standing, house.moment())
    assert isinstance(late, Refusal)
    assert late.reason is Reason.OBJECTED
