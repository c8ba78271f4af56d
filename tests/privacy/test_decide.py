"""The decision: what is let through, and why not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.consent import Standing
from privacy.decide import EgressRequest, Permit, Refusal, decide
from privacy.instant import Instant
from privacy.reasons import Reason
from privacy.register import Form
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
        ({"activity": "backup.cloud"}, Reason.NOT_BUILT),
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
def test_a_withdrawal_ends_both_forms_and_a_new_yes_counts_again() -> None:
    held = standing(Form.ONCE, Form.UNTIL)
    assert len(held.withdraw(house.ACTIVITY)) == 2
    assert answer(held) is Reason.WITHDRAWN
    assert answer(held, house.request(ticket="T-999")) is Reason.WITHDRAWN
    held.give(house.grant(Form.ONCE, number=9))
    assert answer(held) is None


def test_a_withdrawal_for_one_recipient_leaves_the_other() -> None:
    held = standing(Form.ONCE)
    held.give(house.grant(Form.ONCE, number=7, recipient="abroad", country="US"))
    held.withdraw(house.ACTIVITY, "abroad")
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


@pytest.mark.parametrize("reason", [Reason.OBJECTED, Reason.RESTRICTED, Reason.DEREGISTERED])
def test_an_activity_that_was_shut_stays_shut_whatever_the_consents(reason: Reason) -> None:
    held = standing(Form.ONCE, Form.UNTIL)
    held.close(house.ACTIVITY, reason)
    assert answer(held) is reason


@given(st.data())
@pytest.mark.obligation("Q6.6-b")
def test_no_schedule_of_clocks_stretches_fourteen_days(data: st.DataObject) -> None:
    # true time runs on; the wall clock jumps as it likes, power goes off and on
    term = timedelta(days=data.draw(st.integers(1, 14)))
    held = Standing()
    held.give(house.grant(Form.UNTIL, term=term))
    true_s = running_s = offset_s = 0.0
    floor = house.START
    for _ in range(data.draw(st.integers(1, 40))):
        match data.draw(st.sampled_from(["run", "jump", "off"])):
            case "run":
                step = data.draw(st.floats(0, 300_000))
                true_s, running_s = true_s + step, running_s + step
            case "jump":
                offset_s = data.draw(st.floats(-3_000_000, 3_000_000))
            case _:  # off: running time is not counted; the clock is unsure until it is right again
                true_s += data.draw(st.floats(0, 300_000))
                running_s += (
                    60  # the gate counts a whole minute at each start, for the part it could not write
                )
                offset_s = 0.0
        wall = house.START + timedelta(seconds=true_s + offset_s)
        floor = max(floor, wall)
        at = Instant(wall=wall, floor=floor, running_s=running_s, sure=True)
        if answer(held, at=at) is None:
            # valid only by a clock that was set back while running, and then running time bounds it
            assert running_s < term.total_seconds()
            assert offset_s < 0 or true_s < term.total_seconds()
