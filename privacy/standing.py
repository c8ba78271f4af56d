"""All that holds right now: consents, withdrawals, objections, restrictions, the owner's entries (Standing).

Pure. Indexed by activity and recipient, so that the answer takes no longer in a house with a long history.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from privacy.consent import Grant
from privacy.instant import Instant
from privacy.reasons import Reason
from privacy.register import Activity, Condition, Form
from privacy.vocabulary import DataCategory

LEAVING = "account.deregister"  # the one message that goes once all permissions have ended, and not before
ENTERED = "local.device"  # the activity of what an owner's entry opens


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerEntry:
    """A device in the house that the owner entered, under a name of its own; one thing of two tells it.

    address: an IP address; mac: six lower-case hex pairs with ":"; certificate_sha256: hex, of its TLS
    certificate.
    """

    name: str
    activity: str
    address: str
    port: int
    mac: str | None
    certificate_sha256: str | None

    @property
    def host(self) -> str:
        """Where to connect: the address, never a name that somebody else answers for."""
        return self.address


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierTransfer:
    """Something that left before; its recipient may be asked to delete it."""

    id: str
    recipient: str
    ticket: str


@dataclass(slots=True)
class _Pair:
    """All consents for one activity and one recipient; keys are ticket and addressee."""

    live: dict[tuple[str, str, Form], Grant] = field(default_factory=dict)
    ended: dict[tuple[str, str], Reason] = field(default_factory=dict)  # why the latest consent for it ended
    withdrawn: int = 0


class Standing:
    """What holds. One writer, the gate's desk; closing takes effect here before it is on disk.

    epoch: of this gate; a consent of another one counts only after the owner confirmed it.
    """

    def __init__(self, epoch: str = "") -> None:
        self.epoch = epoch
        self._pairs: dict[tuple[str, str], _Pair] = {}
        self._shut: dict[str, set[Reason]] = {}  # by activity: objected, restricted
        self._restricted: set[DataCategory] = set()
        self._entries: dict[str, OwnerEntry] = {}
        self._transfers: dict[str, EarlierTransfer] = {}
        self.deregistered = False
        self.shut: Reason | None = None  # why nothing may leave the house: an unknown file lies there

    # consents

    def give(self, grant: Grant) -> Grant | None:
        """Let ``grant`` live; return the one of the same place that it takes."""
        pair = self._pairs.setdefault((grant.activity, grant.recipient), _Pair())
        earlier = pair.live.get(_place(grant))
        pair.live[_place(grant)] = grant
        pair.ended.pop((grant.ticket, grant.addressee), None)
        return earlier

    def began(self, grant: Grant, at: Instant) -> Grant:
        """Use up a one-time consent: its transfer begins at ``at``. Returns it as it is now."""
        if grant.form is not Form.ONCE or grant.began is not None:
            return grant
        return self.change(replace(grant, began=at.at, began_running_s=at.running_s))

    def delivered(self, grant: Grant) -> Grant:
        """A one-time transfer has arrived: nothing of it may be sent again."""
        return self.change(replace(grant, delivered=True)) if grant.form is Form.ONCE else grant

    def change(self, grant: Grant) -> Grant:
        """Put ``grant`` in the place of what it was; it has to live."""
        self._pairs[grant.activity, grant.recipient].live[_place(grant)] = grant
        return grant

    def end(self, grant: Grant, reason: Reason) -> None:
        """Take ``grant`` out; later questions get ``reason``."""
        pair = self._pairs.setdefault((grant.activity, grant.recipient), _Pair())
        live = pair.live.get(_place(grant))
        if live is not None and live.id == grant.id:
            del pair.live[_place(grant)]
        pair.ended[grant.ticket, grant.addressee] = reason

    def withdraw(self, concerns: Callable[[Grant], bool]) -> tuple[Grant, ...]:
        """End every consent that ``concerns`` names at once; return them."""
        gone = tuple(grant for grant in self.live() if concerns(grant))
        for grant in gone:
            self.end(grant, Reason.WITHDRAWN)
            self._pairs[grant.activity, grant.recipient].withdrawn += 1
        return gone

    def live(self) -> Iterator[Grant]:
        """All consents that were neither withdrawn nor ended; some may have expired."""
        for pair in list(self._pairs.values()):
            yield from list(pair.live.values())

    def covering(
        self, activity: str, recipient: str, ticket: str, addressee: str, payload_sha256: str | None
    ) -> Grant | Reason:
        """The consent to look at for such a transfer: the one-time one for these bytes first."""
        pair = self._pairs.get((activity, recipient))
        if pair is None:
            return Reason.NO_CONSENT
        once = pair.live.get((ticket, addressee, Form.ONCE))
        if once is not None and once.payload_sha256 == payload_sha256:
            return once
        for form in (Form.UNTIL, Form.STANDING):
            if (longer := pair.live.get((ticket, addressee, form))) is not None:
                return longer
        if once is not None:
            return Reason.OTHER_PAYLOAD
        if (ended := pair.ended.get((ticket, addressee))) is not None:
            return ended
        if pair.live:
            other = any(key[0] == ticket for key in pair.live)
            return Reason.ADDRESSEE_NOT_DECLARED if other else Reason.OTHER_TICKET
        return Reason.WITHDRAWN if pair.withdrawn else Reason.NO_CONSENT

    # what shuts an activity, whatever the consents

    def close(self, activity: str, reason: Reason) -> None:
        """Shut it: OBJECTED or RESTRICTED."""
        self._shut.setdefault(activity, set()).add(reason)

    def reopen(self, activity: str, reason: Reason) -> None:
        """The owner takes an objection or a restriction back; what else shuts it stays."""
        self._shut.get(activity, set()).discard(reason)

    def restrict(self, category: DataCategory) -> None:
        """Let no data of this kind leave (Art. 18)."""
        self._restricted.add(category)

    def unrestrict(self, category: DataCategory) -> None:
        """The owner takes that back."""
        self._restricted.discard(category)

    def closed(self, activity: Activity, categories: frozenset[DataCategory]) -> Reason | None:
        """Why the activity is shut for such data, or None.

        A deregistered home still asks for deletions and still speaks with its own devices.
        """
        if self.shut is not None and activity.condition is not Condition.OWNER_ENTRY:
            return self.shut
        if self._has_left(activity):
            return Reason.DEREGISTERED
        shut = self._shut.get(activity.id, ())
        if Reason.OBJECTED in shut:
            return Reason.OBJECTED
        if Reason.RESTRICTED in shut or not self._restricted.isdisjoint(categories):
            return Reason.RESTRICTED
        return None

    def refused_for_good(self, activity: Activity) -> bool:
        """Whether the owner objected, or took the home out of the register: as if there were no consent."""
        return Reason.OBJECTED in self._shut.get(activity.id, ()) or (self._has_left(activity))

    def _has_left(self, activity: Activity) -> bool:
        """Whether a deregistration ended it: all that needs a consent, but for the message about it."""
        return self.deregistered and activity.condition is Condition.CONSENT and activity.id != LEAVING

    # what stands in a consent's place

    def enter(self, entry: OwnerEntry) -> None:
        """The owner entered a device of the house."""
        self._entries[entry.name] = entry

    def strike(self, name: str) -> OwnerEntry | None:
        """The owner took an entry out; return what it was."""
        return self._entries.pop(name, None)

    def entry(self, name: str) -> OwnerEntry | None:
        """The owner's entry of that name, or None."""
        return self._entries.get(name)

    def entries(self) -> tuple[OwnerEntry, ...]:
        """All entries of the owner."""
        return tuple(self._entries.values())

    def sent(self, transfer: EarlierTransfer) -> None:
        """Remember what left, so that its deletion can be asked for."""
        self._transfers[transfer.id] = transfer

    def earlier(self, transfer: str) -> EarlierTransfer | None:
        """The transfer of that id, or None."""
        return self._transfers.get(transfer)


def _place(grant: Grant) -> tuple[str, str, Form]:
    return (grant.ticket, grant.addressee, grant.form)
