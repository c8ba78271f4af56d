"""From a phone's signed yes to a grant: everything that was signed has to be what the gate would do.

Pure. The signature was looked at and the challenge taken before; terms count from the challenge, and from the
phone's own clock too, so that a gate whose clock is wrong gains nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from privacy.challenges import LIFE_S, Challenge
from privacy.consent import Grant, Via, Wish, categories_of, propose
from privacy.instant import Instant
from privacy.reasons import Reason
from privacy.recipients import Recipient
from privacy.register import Form, Register
from privacy.statements import GrantStatement, moment

APART = timedelta(minutes=5)  # that two clocks may differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A statement whose signature is right, the challenge that it took, and the key that made it."""

    stated: GrantStatement
    challenge: Challenge
    kid: str


def propose_signed(
    signed: Signed, register: Register, recipients: Mapping[str, Recipient], at: Instant, number: int
) -> Grant | Reason:
    """Return the grant, or why it can't be given. at: now."""
    stated, asked = signed.stated, signed.challenge
    if (wrong := _not_ours(stated, register, recipients)) is not None:
        return wrong
    term: timedelta | None = None
    if stated.until is not None:
        found = _term(stated, moment(stated.until), asked, register, at)
        if isinstance(found, Reason):
            return found
        term = found
    wish = Wish(
        activity=stated.activity,
        recipient=stated.recipient,
        form=stated.form,
        groups=frozenset(stated.groups),
        ticket=stated.ticket,
        language=stated.language.value,
        addressee=stated.addressee,
        categories=frozenset(stated.categories),
        term=term,
        country=stated.country,
        payload_sha256=stated.payload,
        via=Via.PHONE,
    )
    given = propose(wish, register, recipients, replace(asked.at, sure=at.sure), number)
    if isinstance(given, Reason):
        return given
    return replace(given, mark=asked.nonce, key=signed.kid)


def _not_ours(
    stated: GrantStatement, register: Register, recipients: Mapping[str, Recipient]
) -> Reason | None:
    """What was shown and signed has to be what is so here."""
    activity, recipient = register.get(stated.activity), recipients.get(stated.recipient)
    if activity is None:
        return Reason.UNKNOWN_ACTIVITY
    if recipient is None:
        return Reason.UNKNOWN_RECIPIENT
    if stated.text != activity.text_hash:
        return Reason.NOTICE_CHANGED
    if stated.host != recipient.host:
        return Reason.OTHER_HOST
    if stated.country != recipient.country:
        return Reason.COUNTRY_NEEDS_CONSENT
    if not activity.groups.keys() >= set(stated.groups):
        return Reason.UNKNOWN_GROUP
    if activity.groups and frozenset(stated.categories) != categories_of(activity, stated.groups):
        return Reason.CATEGORY_NOT_DECLARED
    return None


def _term(
    stated: GrantStatement, until: datetime, asked: Challenge, register: Register, at: Instant
) -> timedelta | Reason:
    if not at.sure:
        return Reason.CLOCK_UNSURE
    phone = moment(stated.at)
    if not asked.at.at - APART <= phone <= asked.at.at + timedelta(seconds=LIFE_S) + APART:
        return Reason.CLOCKS_DIFFER
    longest = register.activities[stated.activity].longest
    if stated.form is not Form.UNTIL or longest is None:
        return Reason.FORM_NOT_ALLOWED
    if until - phone > longest:
        return Reason.TERM_TOO_LONG
    return until - asked.at.at
