"""Devices in the house that the owner entered, for the hub's tunnels: where each is, who it is, a line to it.

The rules are the stick's (network_door.py): an address in figures, its card, on this link only, never a
router, a name server, or their ports. Whether an entry holds at all is decide.py's; a certificate that was
entered is looked at where TLS is spoken (device_tls.py).
"""

import socket
from collections.abc import Mapping

from privacy.gate.desk import Desk
from privacy.gate.network import neighbours
from privacy.gate.network.inside_line import open_line
from privacy.gate.network.neighbours import Place
from privacy.inside import InsideEntry
from privacy.reasons import Reason
from privacy.standing import ENTERED, OwnerEntry
from privacy.whereabouts import Situation, misplaced


class Devices:
    """The entries by name. own_port: where the gate itself listens on loopback."""

    def __init__(self, entries: Mapping[str, InsideEntry], desk: Desk, own_port: int) -> None:
        self._entries, self._desk, self._own_port = entries, desk, own_port
        if ENTERED not in desk.struck:
            self.enter()

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def enter(self) -> None:
        """Let the entries of homebase.toml count; until they are withdrawn."""
        for name, entry in self._entries.items():
            self._desk.standing.enter(
                OwnerEntry(
                    name=name,
                    activity=ENTERED,
                    address=str(entry.address),
                    port=entry.port,
                    mac=entry.mac or None,
                    certificate_sha256=entry.certificate_sha256 or None,
                )
            )

    def strike(self) -> None:
        """Let them count no more."""
        for name in self._entries:
            self._desk.standing.strike(name)

    def certificate(self, name: str) -> str | None:
        """The SHA-256 of the certificate that was entered for it, in hexadecimal digits, or None."""
        return self._entries[name].certificate_sha256 or None

    def look(self, name: str) -> Place | Reason:
        """Where it is now, before anybody is asked; or why it is not spoken with there."""
        return self._judged(name, None)

    def look_again(self, name: str) -> Reason | None:
        """The same with who answers there; an idle neighbour that the kernel forgot is not another one."""
        entry = self._entries[name]
        try:
            place = neighbours.find(entry)
            card = "" if place.own else neighbours.card_of(entry, place.interface) or None
        except OSError:
            return Reason.NOT_ON_LINK
        found = self._judged(name, card)
        return found if isinstance(found, Reason) else None

    async def connect(self, name: str, place: Place) -> socket.socket:
        """A line that can get nowhere else.

        Raises:
            NoLine: it can't be reached, or nothing listens there.
        """
        return await open_line(self._entries[name], place.interface)

    def answers(self, name: str, place: Place) -> Reason | None:
        """Whether it is the device itself that has answered on that line, or why not."""
        entry = self._entries[name]
        try:
            card = "" if place.own else neighbours.card_of(entry, place.interface)
        except OSError:
            return Reason.NOT_ON_LINK
        found = self._judged(name, card)
        return found if isinstance(found, Reason) else None

    def _judged(self, name: str, card: str | None) -> Place | Reason:
        entry = self._entries[name]
        try:
            place = neighbours.find(entry)
            our_door = entry.address.is_loopback and entry.port == self._own_port
            situation = Situation(
                # an address of this machine in its network is not a device's
                on_link=place.on_link and place.own == entry.address.is_loopback,
                serves_network=our_door or neighbours.serves_network(entry, place),
                mac=card,
            )
        except OSError:
            return Reason.NOT_ON_LINK
        return misplaced(entry, situation) or place
