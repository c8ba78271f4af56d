"""May this leave the house? One pure function, read it from top to bottom. The default is no.

The gate writes the answer into the ledger before it opens anything; it asks again for every single transfer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from privacy.consent import Grant, Via, not_as_agreed
from privacy.instant import Instant
from privacy.reasons import Reason
from privacy.recipients import Recipient
from privacy.register import Activity, Condition, Form, Mode, Register, Role
from privacy.standing import LEAVING, EarlierTransfer, OwnerEntry, Standing
from privacy.vocabulary import DataCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class EgressRequest:
    """One transfer that somebody wants.

    recipient: its name in homebase.toml, or that of an owner's entry. addressee: who is meant behind it.
    payload_sha256: of what would be delivered; None for a stream, whose bytes are counted as they pass.
    size: bytes that would be sent, 0 for a stream that opens; sent_today: bytes sent today to this recipient
    for this activity. transfer: the earlier one that this is about (``deletion.request``).
    """

    activity: str
    recipient: str
    categories: frozenset[DataCategory]
    payload_sha256: str | None
    groups: frozenset[str] = frozenset()
    ticket: str = ""
    addressee: str = ""
    size: int = 0
    sent_today: int = 0
    transfer: str = ""


Ground = Grant | EarlierTransfer | OwnerEntry
"""What a permit rests on: the activity's condition says which of them it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Yes, on this ground, to this recipient, at this moment."""

    request: EgressRequest
    recipient: Recipient | OwnerEntry
    ground: Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """No. A normal answer, not an error."""

    request: EgressRequest
    reason: Reason


def decide(
    request: EgressRequest,
    register: Register,
    recipients: Mapping[str, Recipient],
    standing: Standing,
    at: Instant,
) -> Permit | Refusal:
    """Say whether ``request`` may leave the house at ``at``."""
    activity = register.get(request.activity)
    if activity is None:
        return Refusal(request=request, reason=Reason.UNKNOWN_ACTIVITY)
    if (shut := _shut(request, activity, standing)) is not None:
        return Refusal(request=request, reason=shut)
    recipient: Recipient | OwnerEntry | None = (
        standing.entry(request.recipient)
        if activity.condition is Condition.OWNER_ENTRY
        else recipients.get(request.recipient)
    )
    if recipient is None:
        return Refusal(request=request, reason=Reason.UNKNOWN_RECIPIENT)
    ground = _ground(request, activity, recipient, standing, at)
    if isinstance(ground, Reason):
        return Refusal(request=request, reason=ground)
    if request.sent_today + max(request.size, 1) > activity.bytes_per_day:
        return Refusal(request=request, reason=Reason.BUDGET_USED_UP)
    return Permit(request=request, recipient=recipient, ground=ground)


def _shut(request: EgressRequest, activity: Activity, standing: Standing) -> Reason | None:
    """Why nothing of the activity may pass, whatever the consents."""
    if not activity.leaves_house or activity.condition is Condition.STAYS_HOME:
        return Reason.STAYS_HOME
    if not activity.built:
        return Reason.NOT_BUILT
    if (activity.mode is Mode.TUNNELLED) != (request.payload_sha256 is None):
        return Reason.WRONG_MODE
    if not request.categories or not request.categories <= activity.categories:
        return Reason.CATEGORY_NOT_DECLARED
    if activity.needs_ticket and not request.ticket:
        return Reason.NO_TICKET
    if activity.id == LEAVING and not standing.deregistered:
        return Reason.NOT_LEFT
    return standing.closed(activity, request.categories)  # deregistered, objected, restricted


def _ground(
    request: EgressRequest,
    activity: Activity,
    recipient: Recipient | OwnerEntry,
    standing: Standing,
    at: Instant,
) -> Ground | Reason:
    """What the transfer may rest on, by the activity's condition."""
    if isinstance(recipient, OwnerEntry):
        return recipient if recipient.activity == activity.id else Reason.RECIPIENT_NOT_DECLARED
    match activity.condition:
        case Condition.CONSENT:
            return _consent(request, activity, recipient, standing, at)
        case Condition.TRANSFER:
            return _earlier(request, activity, recipient, standing)
        case Condition.OWNER_ENTRY | Condition.STAYS_HOME | Condition.CONSOLE_ACT:
            return Reason.NO_CONSENT  # decide asked for them before; a new condition opens nothing here
        case _:
            assert_never(activity.condition)


def _consent(
    request: EgressRequest, activity: Activity, recipient: Recipient, standing: Standing, at: Instant
) -> Grant | Reason:
    grant = standing.covering(
        activity.id, recipient.name, request.ticket, request.addressee, request.payload_sha256
    )
    if isinstance(grant, Reason):
        return grant
    if (lacking := _lacking(request, activity, recipient, grant)) is not None:
        return lacking
    if grant.epoch != standing.epoch:
        return Reason.NOT_CONFIRMED
    if not grant.agrees_with(activity, at):
        return Reason.NOTICE_CHANGED
    return _over(grant, at) or grant


def _earlier(
    request: EgressRequest, activity: Activity, recipient: Recipient, standing: Standing
) -> EarlierTransfer | Reason:
    """Only to whoever got that very transfer, under its own ticket."""
    if recipient.role not in activity.roles:
        return Reason.WRONG_ROLE
    before = standing.earlier(request.transfer)
    if before is None or (before.recipient, before.ticket) != (recipient.name, request.ticket):
        return Reason.NO_TRANSFER
    return before


def _lacking(request: EgressRequest, activity: Activity, recipient: Recipient, grant: Grant) -> Reason | None:
    """What the consent does not cover."""
    other = not_as_agreed(
        recipient,
        activity,
        role=grant.role,
        country=grant.country,
        host=grant.host,
        addressee=grant.addressee,
    )
    if other is not None:
        return other
    if recipient.role is Role.AUTHORITY and grant.via is not Via.CONSOLE:
        return Reason.CONSOLE_ONLY
    if not (request.categories <= grant.categories and request.groups <= grant.groups):
        return Reason.GROUP_NOT_CONSENTED
    return None


def _over(grant: Grant, at: Instant) -> Reason | None:
    """Why the grant's time is over or does not count now."""
    if grant.form is Form.ONCE and grant.began is not None:
        return None if grant.resumable(at) else Reason.USED_UP
    if grant.expired(at):
        return Reason.EXPIRED
    if grant.form is Form.UNTIL and not at.sure:
        return Reason.CLOCK_UNSURE
    return None
