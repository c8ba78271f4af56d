"""What an operation is: a name, a request, an answer, a verb, a reach and a function. Pure types."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from hub.contract import BY_USER, Cause, Urgency
from hub.home.household import Session
from hub.home.permits import Permit
from hub.home.roles import Role, Verb

from .house import House
from .messages import Request

Asked = TypeVar("Asked", bound=Request)


class Reach(Enum):
    """What of a home an operation is about; permission.py holds those to it who are limited to rooms."""

    NOTHING = "nothing"  # the caller alone, or what everybody may know
    DEVICE = "device"  # the device that ``address`` names
    DATAPOINT = "datapoint"  # the datapoint that ``id`` names
    VIEW = "view"  # the function leaves out what the caller does not see
    HOME = "home"  # the whole of it: not for whoever is limited to rooms


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks. peer: text that tells peers apart, for limits only; permit None: no session.

    at_home: what they ask came by no relay. phone: the key of the paired phone whose session it is, or empty.
    """

    peer: str
    permit: Permit | None = None
    session: Session | None = None  # None for the console, which is owner without one
    at_home: bool = True
    phone: bytes = b""

    @property
    def role(self) -> Role | None:
        """Their role."""
        return None if self.permit is None else self.permit.role

    @property
    def cause(self) -> Cause:
        """Whose wish it is, for whoever sends: a person's, or a program's with its session's id."""
        if self.session is not None and self.session.program:
            return Cause(Urgency.API, self.session.id)
        return BY_USER


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Generic[Asked]):
    """One thing that can be asked.

    answer: type of the answer, None when there is nothing to say.
    verb: what it takes; None: anybody, without a session.
    changes: whether it changes the home; such an operation is never repeated by a transport on its own.
    secret: request or answer holds a key: no transport keeps or tells either.
    """

    name: str
    request: type[Asked]
    answer: type | None
    verb: Verb | None
    reach: Reach
    summary: str
    perform: Callable[[House, Caller, Asked], Awaitable[object]]
    changes: bool = False
    secret: bool = False
