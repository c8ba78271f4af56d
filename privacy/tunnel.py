"""The hub's end of a tunnel: a byte stream to one host that a grant names. Standard library only.

``GateClient.open`` makes one. What goes in has to be TLS for that host from its first byte on; the gate looks
at the greeting and at nothing else.
"""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from privacy.vocabulary import DataCategory

TICKET_SIZE = 32  # characters, privacy/gate/tunnels/tickets.py
ACCEPTED = b"+"  # the gate's word that the ticket counts, privacy/gate/tunnels/tunnels.py


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a stream shall lead, and what for.

    recipient: its name in homebase.toml, or that of a device in the house. categories: what will be sent.
    addressee: who is meant behind the host. ticket: a support ticket's number, where the activity needs one.
    """

    activity: str
    recipient: str
    categories: frozenset[DataCategory]
    addressee: str = ""
    ticket: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tunnel:
    """One connection. host, port: where it leads; ca_pem: whom to trust there, None for the system's store.

    gate_speaks_tls: with a device that was entered by its certificate; what goes in is plain.
    word: the ticket it was opened with; ``GateClient.outcome`` asks by it. The owner closes ``socket``.
    """

    word: str
    host: str
    port: int
    ca_pem: str | None
    socket: socket.socket
    gate_speaks_tls: bool = False

    def trust(self) -> ssl.SSLContext:
        """What a client of this host needs to check it."""
        context = ssl.create_default_context(cadata=self.ca_pem)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    async def plain(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Speak with a device in the house as it is; closing the writer closes the tunnel."""
        return await asyncio.open_unix_connection(sock=self.socket)

    async def encrypted(
        self, oldest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Speak TLS with the host, whose certificate is checked; closing the writer closes the tunnel.

        oldest: version of TLS that is still spoken; where the gate speaks TLS, it did all of it.

        Raises:
            ssl.SSLError, OSError: it is somebody else, or the gate or the host closed.
        """
        if self.gate_speaks_tls:
            return await self.plain()
        trust = self.trust()
        trust.minimum_version = oldest
        return await asyncio.open_unix_connection(sock=self.socket, ssl=trust, server_hostname=self.host)


class OpensTunnels(Protocol):
    """What a driver has of the gate: ``reader, writer = await context.gate.encrypted(to)``."""

    async def open(self, to: Destination) -> Tunnel:
        """Open a byte stream, under a grant that covers it.

        Raises:
            GateDeclined: none does; the code is the reason's.
            GateLost: no gate answers.
        """
        ...

    async def encrypted(self, to: Destination) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """The same with TLS to the host, whose certificate is checked.

        Raises:
            GateDeclined, GateLost: as ``open``.
            ssl.SSLError, OSError: it is somebody else, or the gate or the host closed.
        """
        ...

    async def outcome(self, tunnel: Tunnel) -> Mapping[str, object]:
        """What became of a tunnel: result, what, code, sent, received; result is ``running`` meanwhile."""
        ...
