"""The values of a household: people, their sessions, rooms, names of devices. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from .permits import Permit
from .roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may log in. password_hash: Argon2id in PHC form."""

    id: int
    name: str
    role: Role
    password_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One log-in. key: SHA-256 of its token; program: a program uses it, not a person."""

    key: bytes
    person: int
    role: Role
    created_at: datetime
    expires_at: datetime
    program: bool = False

    @property
    def permit(self) -> Permit:
        """What it may: all that its role may, everywhere."""
        return Permit(role=self.role)

    @property
    def id(self) -> str:
        """What tells it from others and opens nothing: 12 hex digits."""
        return self.key[:6].hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room. id: a number as text."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What people added to a device: a name and a room's id, or None."""

    name: str | None = None
    room: str | None = None

    def named(self, name: str) -> "Label":
        """The same with another name."""
        return replace(self, name=name)
