"""What the receiver tells whoever helps: open tickets, opened deliveries, lines of its log. No logic."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """An open ticket. delete_by: of the delivery that stays longest, None without one."""

    number: str
    opened: datetime
    deliveries: int
    delete_by: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One delivery, opened for whoever helps."""

    transfer: str
    received: datetime
    delete_by: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the log. times: how often it came; note: why."""

    at: datetime
    what: str
    ticket: str
    transfer: str
    who: str
    note: str
    times: int
