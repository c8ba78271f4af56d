"""A paired phone: its keys, its name and what it may. Pure."""

from dataclasses import dataclass, field
from datetime import datetime

from hub.home.permits import Permit


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """One phone. key: its X25519 key; psk: of its sessions; permit: None while nobody confirmed it.

    seen: of its latest session; its pairing is the first.
    """

    key: bytes
    psk: bytes = field(repr=False)
    name: str
    permit: Permit | None
    since: datetime
    seen: datetime | None = None
