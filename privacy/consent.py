"""Consents and what became of them: the owner's yes (Grant) and all of them together (Standing).

Pure. ``propose`` says whether a yes may be given at all, decide.py whether it covers a transfer.
Indexed by activity and recipient, so that the answer takes no longer in a house with a long history.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from privacy.instant import Instant
from privacy.reasons import Reason
from privacy.recipients import Recipient
from privacy.register import Activity, Form, Register
from privacy.vocabulary import DataCategory

TICKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,39}")
RESUME_S = 86_400.0  # a one-time transfer that failed may be tried again for so long, with the same bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The owner's yes to exactly this.

    until, running_until_s: its end by the clock and by running time; the earlier one counts.
    payload_sha256: for ``once``, the bytes that were shown; for ``until`` None.
    via: where it was given; only the console exists so far. began, began_running_s: its one use (``once``).
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
    via: str
    given: datetime
    until: datetime
    running_until_s: float
    payload_sha256: str | None = None
    began: datetime | None = None
    began_running_s: float | None = None
    delivered: bool = False

    def expired(self, at: Instant) -> bool:
        """Whether its time is over by either measure."""
        return at.at >= self.until or at.running_s >= self.running_until_s

    def resumable(self, at: Instant) -> bool:
        """Whether a one-time transfer that began may still be finished."""
        if self.began is None or self.began_running_s is None or self.delivered:
            return False
        wall_s = (at.at - self.began).total_seconds()
        return max(wall_s, at.running_s - self.began_running_s) < RESUME_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody at the console wants to agree to. term: from now on; None for ``once``."""

    activity: str
    recipient: str
    form: Form
    groups: frozenset[str]
    ticket: str
    language: str
    term: timedelta | None = None
    country: str | None = None  # named expressly, for a recipient outside the EEA
    payload_sha256: str | None = None


def propose(
    wish: Wish, register: Register, recipients: Mapping[str, Recipient], at: Instant, number: int
) -> Grant | Reason:
    """Return the grant that ``wish`` would be, numbered ``number``, or why it can't be given."""
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
    term = timedelta(seconds=RESUME_S) if wish.term is None else wish.term
    if wish.form is Form.UNTIL:
        if activity.longest is None or not timedelta(0) < term <= activity.longest:
            return Reason.TERM_TOO_LONG
        if not at.sure:
            return Reason.CLOCK_UNSURE
    elif wish.payload_sha256 is None:
        return Reason.NO_PREVIEW
    return Grant(
        id=number,
        activity=activity.id,
        recipient=recipient.name,
        host=recipient.host,
        country=recipient.country,
        form=wish.form,
        groups=wish.groups,
        categories=categories_of(activity, wish.groups),
        ticket=wish.ticket,
        text_hash=activity.text_hash,
        language=wish.language,
        via="console",
        given=at.at,
        until=at.at + term,
        running_until_s=at.running_s + term.total_seconds(),
        payload_sha256=wish.payload_sha256 if wish.form is Form.ONCE else None,
    )


def _wrong_activity(wish: Wish, activity: Activity) -> Reason | None:
    if not activity.leaves_house:
        return Reason.STAYS_HOME
    if not activity.built:
        return Reason.NOT_BUILT
    if wish.form not in activity.forms:
        return Reason.FORM_NOT_ALLOWED
    if activity.needs_ticket and not TICKET.fullmatch(wish.ticket):
        return Reason.NO_TICKET
    if not wish.groups or not wish.groups <= activity.groups.keys():
        return Reason.UNKNOWN_GROUP
    return None


def wrong_recipient(recipient: Recipient, activity: Activity, country: str | None) -> Reason | None:
    """Why ``recipient`` may not have data of ``activity`` with a consent that names ``country``, or None."""
    if activity.id not in recipient.activities:
        return Reason.RECIPIENT_NOT_DECLARED
    if recipient.role not in activity.roles:
        return Reason.WRONG_ROLE
    if recipient.in_eea:
        return None
    if activity.eea_only:
        return Reason.COUNTRY_FORBIDDEN
    if country != recipient.country or recipient.safeguard is None:
        return Reason.COUNTRY_NEEDS_CONSENT
    return None


def categories_of(activity: Activity, groups: Iterable[str]) -> frozenset[DataCategory]:
    """What kinds of data these groups hold."""
    return frozenset[DataCategory]().union(*(activity.groups[name].categories for name in groups))


@dataclass(slots=True)
class _Pair:
    """All consents for one activity and one recipient."""

    live: dict[tuple[str, Form], Grant] = field(default_factory=dict)
    ended: dict[str, Reason] = field(default_factory=dict)  # by ticket: why the latest consent for it ended
    withdrawn: int = 0


class Standing:
    """What holds right now. One writer, the gate's desk; closing takes effect here before it is on disk."""

    def __init__(self) -> None:
        self._pairs: dict[tuple[str, str], _Pair] = {}
        self._closed: dict[str, Reason] = {}

    def give(self, grant: Grant) -> Grant | None:
        """Let ``grant`` live; return the one of the same ticket and form that it takes the place of."""
        pair = self._pairs.setdefault((grant.activity, grant.recipient), _Pair())
        earlier = pair.live.get((grant.ticket, grant.form))
        pair.live[grant.ticket, grant.form] = grant
        pair.ended.pop(grant.ticket, None)
        return earlier

    def began(self, grant: Grant, at: Instant) -> Grant:
        """Use up a one-time consent: its transfer begins at ``at``. Returns it as it is now."""
        if grant.form is not Form.ONCE or grant.began is not None:
            return grant
        return self._change(replace(grant, began=at.at, began_running_s=at.running_s))

    def delivered(self, grant: Grant) -> Grant:
        """A one-time transfer has arrived: nothing of it may be sent again."""
        return self._change(replace(grant, delivered=True)) if grant.form is Form.ONCE else grant

    def end(self, grant: Grant, reason: Reason) -> None:
        """Take ``grant`` out; later questions get ``reason``."""
        pair = self._pairs.setdefault((grant.activity, grant.recipient), _Pair())
        live = pair.live.get((grant.ticket, grant.form))
        if live is not None and live.id == grant.id:
            del pair.live[grant.ticket, grant.form]
        pair.ended[grant.ticket] = reason

    def withdraw(self, activity: str, recipient: str | None = None) -> tuple[Grant, ...]:
        """End every consent of ``activity`` (for one recipient, or all) at once; return them."""
        gone = tuple(
            grant
            for grant in self.live()
            if grant.activity == activity and recipient in {None, grant.recipient}
        )
        for grant in gone:
            self.end(grant, Reason.WITHDRAWN)
            self._pairs[grant.activity, grant.recipient].withdrawn += 1
        return gone

    def close(self, activity: str, reason: Reason) -> None:
        """Shut an activity whatever the consents: objected, restricted, deregistered."""
        self._closed[activity] = reason

    def closed(self, activity: str) -> Reason | None:
        """Why the activity is shut, or None."""
        return self._closed.get(activity)

    def live(self) -> Iterator[Grant]:
        """All consents that were neither withdrawn nor ended; some may have expired."""
        for pair in list(self._pairs.values()):
            yield from list(pair.live.values())

    def covering(self, activity: str, recipient: str, ticket: str, payload_sha256: str) -> Grant | Reason:
        """The consent to look at for such a transfer: the one-time one for these bytes first."""
        pair = self._pairs.get((activity, recipient))
        if pair is None:
            return Reason.NO_CONSENT
        once = pair.live.get((ticket, Form.ONCE))
        if once is not None and once.payload_sha256 == payload_sha256:
            return once
        until = pair.live.get((ticket, Form.UNTIL))
        if until is not None:
            return until
        if once is not None:
            return Reason.OTHER_PAYLOAD
        if (ended := pair.ended.get(ticket)) is not None:
            return ended
        if pair.live:
            return Reason.OTHER_TICKET
        return Reason.WITHDRAWN if pair.withdrawn else Reason.NO_CONSENT

    def _change(self, grant: Grant) -> Grant:
        pair = self._pairs[grant.activity, grant.recipient]
        pair.live[grant.ticket, grant.form] = grant
        return grant
