"""One tunnel: what belongs to it, what became of it, and how the ledger tells that."""

import asyncio
import socket
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from privacy import canonical
from privacy.consent import Grant
from privacy.decide import Permit
from privacy.gate.storage import transfers
from privacy.gate.storage.book import News
from privacy.gate.tunnels.tickets import Ticket
from privacy.ledger import Kind
from privacy.reasons import Reason
from privacy.recipients import Recipient
from privacy.standing import OwnerEntry

if TYPE_CHECKING:
    from privacy.splice import Splice


class Ending(Enum):
    """How a tunnel ended."""

    CLOSED = "closed"
    FAILED = "failed"
    REFUSED = "refused"
    CUT = "cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a ticket. what: one line for people; sent, received: bytes."""

    ending: Ending
    what: str
    reason: Reason | None = None
    sent: int = 0
    received: int = 0


class Failed(Exception):
    """It began, and did not come about or broke. reason: where it is one of ours."""

    def __init__(self, what: str, reason: Reason | None = None) -> None:
        super().__init__(what)
        self.what, self.reason = what, reason


@dataclass(slots=True, kw_only=True, eq=False)
class Tunnel:
    """One that runs. near: the hub's end; far: the recipient's, at ``address``.

    begun: its begin entry is on the disk, or on its way there. starved: nothing was left for it by then.
    """

    id: str
    ticket: Ticket
    permit: Permit
    near: socket.socket
    task: "asyncio.Task[object] | None"
    begun: bool = False
    starved: bool = False
    far: socket.socket | None = None
    address: str | None = None
    splice: "Splice | None" = None
    greeted: int = 0  # bytes that left before the splice began
    answered: int = 0  # and that came

    @property
    def sent(self) -> int:
        """Bytes that left."""
        return self.greeted + (0 if self.splice is None else self.splice.outward)

    @property
    def received(self) -> int:
        """Bytes that came."""
        return self.answered + (0 if self.splice is None else self.splice.inward)

    @property
    def grant(self) -> Grant | None:
        """What it rests on; None for a device in the house, which rests on the owner's entry."""
        return self.permit.ground if isinstance(self.permit.ground, Grant) else None

    @property
    def device(self) -> str | None:
        """The name of the device in the house that it leads to; None where it leads outside."""
        return self.permit.recipient.name if isinstance(self.permit.recipient, OwnerEntry) else None

    @property
    def recipient(self) -> Recipient:
        """Whom it leads to."""
        assert isinstance(self.permit.recipient, Recipient)
        return self.permit.recipient

    def outcome(self, ending: Ending, what: str, reason: Reason | None = None) -> Outcome:
        """What became of it, with what passed so far."""
        return Outcome(ending=ending, what=what, reason=reason, sent=self.sent, received=self.received)

    # as the ledger tells it

    def begin(self, servers: tuple[str, ...]) -> tuple[News, ...]:
        """What stands in the book before the first byte: that it begins, and who is asked for the name."""
        if isinstance(self.permit.recipient, OwnerEntry):
            return (self._begin_inside(self.permit.recipient),)
        to, asked, grant = self.recipient, self.permit.request, self.grant
        assert grant is not None
        told: dict[str, canonical.Json] = {
            "mode": "tunnelled",
            "activity": asked.activity,
            "grant": grant.id,
            "addressee": asked.addressee,
            "ticket": asked.ticket,
            "categories": sorted(category.value for category in asked.categories),
        }
        return transfers.begun(self.id, to, servers, told)

    def _begin_inside(self, to: OwnerEntry) -> News:
        told: dict[str, canonical.Json] = {
            "transfer": self.id,
            "mode": "tunnelled",
            "activity": self.permit.request.activity,
            "recipient": to.name,
            "host": to.host,
            "port": to.port,
            "mac": to.mac,
            "certificate_sha256": to.certificate_sha256,
            "categories": sorted(category.value for category in self.permit.request.categories),
        }
        return News(kind=Kind.TRANSFER_BEGIN, data=told)

    def end(self, outcome: Outcome) -> News:
        """That it is over, and what passed."""
        told: dict[str, canonical.Json] = {
            "transfer": self.id,
            "result": outcome.ending.value,
            "what": outcome.what[: transfers.LONGEST_TOLD],
            "sent": outcome.sent,
            "received": outcome.received,
            "address": self.address,
        }
        return News(kind=Kind.TRANSFER_END, data=told)
