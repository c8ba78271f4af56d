"""May this leave the house? One pure function, read it from top to bottom. The default is no.

The gate writes the answer into the ledger before it opens anything; it asks again for every single transfer.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from privacy.consent import Grant, Standing, wrong_recipient
from privacy.instant import Instant
from privacy.reasons import Reason
from privacy.recipients import Recipient
from privacy.register import Activity, Condition, Form, Register
from privacy.vocabulary import DataCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class EgressRequest:
    """One transfer that somebody wants.

    size: bytes that would be sent; sent_today: bytes sent today to this recipient for this activity.
    """

    activity: str
    recipient: str
    ticket: str
    groups: frozenset[str]
    categories: frozenset[DataCategory]
    payload_sha256: str
    size: int
    sent_today: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Yes, by this grant, to this recipient, at this moment."""

    request: EgressRequest
    recipient: Recipient
    grant: Grant


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
    recipient = recipients.get(request.recipient)
    if recipient is None:
        return Refusal(request=request, reason=Reason.UNKNOWN_RECIPIENT)
    grant = standing.covering(activity.id, recipient.name, request.ticket, request.payload_sha256)
    if isinstance(grant, Reason):
        return Refusal(request=request, reason=grant)
    if (lacking := _lacking(request, activity, recipient, grant)) is not None:
        return Refusal(request=request, reason=lacking)
    if (over := _over(grant, at)) is not None:
        return Refusal(request=request, reason=over)
    if request.sent_today + request.size > activity.bytes_per_day:
        return Refusal(request=request, reason=Reason.BUDGET_USED_UP)
    return Permit(request=request, recipient=recipient, grant=grant)


def _shut(request: EgressRequest, activity: Activity, standing: Standing) -> Reason | None:
    """Why nothing of the activity may pass, whatever the consents."""
    if not activity.leaves_house:
        return Reason.STAYS_HOME
    if not activity.built or activity.condition is not Condition.CONSENT:
        return Reason.NOT_BUILT
    if not request.categories <= activity.categories:
        return Reason.CATEGORY_NOT_DECLARED
    if activity.needs_ticket and not request.ticket:
        return Reason.NO_TICKET
    return standing.closed(activity.id)  # objected, restricted, deregistered


def _lacking(request: EgressRequest, activity: Activity, recipient: Recipient, grant: Grant) -> Reason | None:
    """What the consent does not cover."""
    if (wrong := wrong_recipient(recipient, activity, grant.country)) is not None:
        return wrong
    if grant.host != recipient.host:
        return Reason.OTHER_HOST
    if grant.text_hash != activity.text_hash:
        return Reason.NOTICE_CHANGED
    if not (request.categories <= grant.categories and request.groups <= grant.groups):
        return Reason.GROUP_NOT_CONSENTED
    return None


def _over(grant: Grant, at: Instant) -> Reason | None:
    """Why the grant's time is over or does not count now."""
    if grant.form is Form.ONCE and grant.began is not None:
        return None if grant.resumable(at) else Reason.USED_UP
    if grant.expired(at):
        return Reason.EXPIRED
    if grant.form is not Form.ONCE and not at.sure:
        return Reason.CLOCK_UNSURE
    return None
