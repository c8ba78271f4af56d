"""The owner's yes to one thing (Grant), and whether it may be given at all (``propose``).

Pure. standing.py keeps all of them together, decide.py says whether one covers a transfer.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from privacy.canonical import Json
from privacy.instant import Instant
from privacy.reasons import Reason
from privacy.recipients import Recipient
from privacy.register import Activity, Form, Mode, Register, Role
from privacy.vocabulary import DataCategory

TICKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,39}")
ADDRESSEE_LIMIT = 512  # characters; a push endpoint or a bucket's address is the longest
RESUME_S = 86_400.0  # a one-time transfer that failed may be tried again for so long, with the same bytes
# a changed text of these counts from the next visit at home, so that nobody is locked out while away
AWAY_ACTIVITIES = frozenset({"remote.access"})
AWAY_S = 30 * 86_400.0  # or after so long


class Via(Enum):
    """Where a yes was given."""

    CONSOLE = "console"
    PHONE = "phone"  # signed with a key of an owner's phone


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The owner's yes to exactly this.

    addressee: who is meant behind the host, "" where nobody is. role: what the recipient was to the house.
    until, running_until_s: its end by the clock and by running time; the earlier one counts; None: standing.
    payload_sha256: for ``once``, the bytes that were shown; for the others None.
    epoch: of the gate that it was given to. mark: names it for good, also after a restore: the challenge that
    it was signed over, or one of the gate's own at the console. key: the id of the key that signed it, or "".
    began, began_running_s: its one use (``once``).
    stale_since, stale_running_s: when its text was found changed, for AWAY_ACTIVITIES; visited: a phone was
    at home since.
    """

    id: int
    activity: str
    recipient: str
    host: str
    country: str
    form: Form
    groups: frozenset[str]
    categories: frozenset[DataCategory]
    ticket: str
    text_hash: str
    language: str
    via: Via
    given: datetime
    until: datetime | None
    running_until_s: float | None
    addressee: str = ""
    role: Role = Role.PROCESSOR
    payload_sha256: str | None = None
    epoch: str = ""
    mark: str = ""
    key: str = ""
    began: datetime | None = None
    began_running_s: float | None = None
    delivered: bool = False
    stale_since: datetime | None = None
    stale_running_s: float | None = None
    visited: bool = False

    def agreed(self) -> dict[str, Json]:
        """What was agreed to, with whom and how, as the ledger and phones are told alike."""
        return {
            "mark": self.mark,
            "activity": self.activity,
            "recipient": self.recipient,
            "addressee": self.addressee,
            "host": self.host,
            "country": self.country,
            "form": self.form.value,
            "groups": sorted(self.groups),
            "categories": sorted(category.value for category in self.categories),
            "ticket": self.ticket,
            "language": self.language,
            "via": self.via.value,
            "key": self.key,
        }

    def expired(self, at: Instant) -> bool:
        """Whether its time is over by either measure."""
        return (self.until is not None and at.at >= self.until) or (
            self.running_until_s is not None and at.running_s >= self.running_until_s
        )

    def resumable(self, at: Instant) -> bool:
        """Whether a one-time transfer that began may still be finished."""
        if self.began is None or self.began_running_s is None or self.delivered:
            return False
        return _since_s(self.began, self.began_running_s, at) < RESUME_S

    def agrees_with(self, activity: Activity, at: Instant) -> bool:
        """Whether it was said to the text of today, or may still count for somebody who is away."""
        if self.text_hash == activity.text_hash:
            return True
        if activity.id not in AWAY_ACTIVITIES or self.visited:
            return False
        if self.stale_since is None or self.stale_running_s is None:
            return False
        return _since_s(self.stale_since, self.stale_running_s, at) < AWAY_S


def _since_s(begin: datetime, begin_running_s: float, at: Instant) -> float:
    """Seconds from then to ``at`` by the measure that says more."""
    return max((at.at - begin).total_seconds(), at.running_s - begin_running_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to agree to.

    groups: of an activity that has some; categories: of one that has none. term: for ``until``.
    country: named expressly, for a recipient outside the EEA.
    """

    activity: str
    recipient: str
    form: Form
    groups: frozenset[str]
    ticket: str
    language: str
    addressee: str = ""
    categories: frozenset[DataCategory] = frozenset()
    term: timedelta | None = None
    country: str | None = None
    payload_sha256: str | None = None
    via: Via = Via.CONSOLE


def propose(
    wish: Wish, register: Register, recipients: Mapping[str, Recipient], at: Instant, number: int
) -> Grant | Reason:
    """Return the grant that ``wish`` would be, numbered ``number`` and counted from ``at``, or why not."""
    activity = register.get(wish.activity)
    if activity is None:
        return Reason.UNKNOWN_ACTIVITY
    if (wrong := _wrong_activity(wish, activity)) is not None:
        return wrong
    recipient = recipients.get(wish.recipient)
    if recipient is None:
        return Reason.UNKNOWN_RECIPIENT
    if (wrong := wrong_recipient(recipient, activity, wish.country)) is not None:
        return wrong
    if recipient.addressee_of(activity) not in {None, wish.addressee}:
        return Reason.ADDRESSEE_NOT_DECLARED
    if recipient.role is Role.AUTHORITY and wish.via is not Via.CONSOLE:
        return Reason.CONSOLE_ONLY
    if (wrong := _wrong_form(wish, activity, at)) is not None:
        return wrong
    term = _term(wish)
    return Grant(
        id=number,
        activity=activity.id,
        recipient=recipient.name,
        host=recipient.host,
        country=recipient.country,
        form=wish.form,
        groups=wish.groups,
        categories=categories_of(activity, wish.groups) if activity.groups else wish.categories,
        ticket=wish.ticket,
        text_hash=activity.text_hash,
        language=wish.language,
        via=wish.via,
        given=at.at,
        until=None if term is None else at.at + term,
        running_until_s=None if term is None else at.running_s + term.total_seconds(),
        addressee=wish.addressee,
        role=recipient.role,
        payload_sha256=wish.payload_sha256 if wish.form is Form.ONCE else None,
    )


def _term(wish: Wish) -> timedelta | None:
    match wish.form:
        case Form.ONCE:
            return timedelta(seconds=RESUME_S)
        case Form.UNTIL:
            return wish.term
        case Form.STANDING:
            return None


def _wrong_activity(wish: Wish, activity: Activity) -> Reason | None:
    if not activity.leaves_house:
        return Reason.STAYS_HOME
    if not activity.built:
        return Reason.NOT_BUILT
    if wish.form not in activity.forms:
        return Reason.FORM_NOT_ALLOWED
    if activity.needs_ticket and not TICKET.fullmatch(wish.ticket):
        return Reason.NO_TICKET
    if not wish.groups <= activity.groups.keys() or bool(wish.groups) != bool(activity.groups):
        return Reason.UNKNOWN_GROUP
    if not activity.groups and not (wish.categories and wish.categories <= activity.categories):
        return Reason.CATEGORY_NOT_DECLARED
    if len(wish.addressee) > ADDRESSEE_LIMIT or not wish.addressee.isprintable():
        return Reason.ADDRESSEE_NOT_DECLARED
    return None


def _wrong_form(wish: Wish, activity: Activity, at: Instant) -> Reason | None:
    if wish.form is Form.UNTIL:
        if wish.term is None or activity.longest is None or not timedelta(0) < wish.term <= activity.longest:
            return Reason.TERM_TOO_LONG
        if not at.sure:
            return Reason.CLOCK_UNSURE
    if wish.form is Form.ONCE and wish.payload_sha256 is None:
        return Reason.NO_PREVIEW if activity.mode is Mode.DELIVERED else Reason.FORM_NOT_ALLOWED
    return None


def confirmed(grant: Grant, epoch: str, at: Instant) -> Grant:
    """The same consent in a new epoch, for no longer than is left of it by the clock."""
    if grant.until is None or grant.running_until_s is None:
        return replace(grant, epoch=epoch)
    left_s = (grant.until - at.at).total_seconds()
    return replace(grant, epoch=epoch, running_until_s=min(grant.running_until_s, at.running_s + left_s))


def wrong_recipient(recipient: Recipient, activity: Activity, country: str | None) -> Reason | None:
    """Why ``recipient`` may not have data of ``activity`` with a consent that names ``country``, or None."""
    if activity.id not in recipient.activities:
        return Reason.RECIPIENT_NOT_DECLARED
    if recipient.is_far and not recipient.behind:  # nobody knows yet whose account it is
        return Reason.ADDRESSEE_NOT_DECLARED
    if recipient.role not in activity.roles:
        return Reason.WRONG_ROLE
    if recipient.in_eea:
        return None
    if activity.eea_only:
        return Reason.COUNTRY_FORBIDDEN
    if country != recipient.country or recipient.safeguard is None:
        return Reason.COUNTRY_NEEDS_CONSENT
    return None


def not_as_agreed(
    recipient: Recipient, activity: Activity, *, role: Role, country: str, host: str, addressee: str | None
) -> Reason | None:
    """Why a consent that named all of this does not hold for ``recipient`` as it is now, or None."""
    if (wrong := wrong_recipient(recipient, activity, country)) is not None:
        return wrong
    if recipient.role is not role:  # a partner needs a yes that was said to a partner (clause 4)
        return Reason.WRONG_ROLE
    if recipient.host != host:
        return Reason.OTHER_HOST
    if recipient.addressee_of(activity) not in {None, addressee}:  # another key than was agreed to
        return Reason.ADDRESSEE_NOT_DECLARED
    return None


def categories_of(activity: Activity, groups: Iterable[str]) -> frozenset[DataCategory]:
    """What kinds of data these groups hold."""
    return frozenset[DataCategory]().union(*(activity.groups[name].categories for name in groups))
