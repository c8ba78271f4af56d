"""Answers for this home's name on one interface by multicast DNS, and for nothing else.

Bound to the interface; multicast of 224.0.0.0/24 and ff02::/16 is never routed, and answers to one asker go
to the same link alone. Asks for nothing but whether its name is free.
Source: RFC 6762, sections 6.7, 8, 10.1 and 11.
"""

import asyncio
import logging
import socket
import struct
from collections.abc import Callable
from ipaddress import ip_address

from privacy.gate.lan.interfaces import Address, Interface, is_on_link
from privacy.gate.lan.mdns_message import Message, announcement, answer, contradicts, probe, read
from privacy.ports import Clock

log = logging.getLogger(__name__)

PORT = 5353
GROUP_4, GROUP_6 = "224.0.0.251", "ff02::fb"
HOPS = 255  # older askers believe no other: it shows that no router was in between
PROBES, PROBE_S, ANNOUNCE_S = 3, 0.25, 1.0
LOOK_S = 5.0  # between two looks whether the addresses changed
AGAIN_S = 1.0  # between two answers to all
DEFEND_S = 10.0
EACH_S, BURST = 10.0, 30.0  # answers to single askers a second, and after a pause
_PIECE = 9001


def listen(interface: Interface, family: socket.AddressFamily) -> socket.socket:
    """A socket that hears what is asked on the link of ``interface``; others of this machine may, too.

    Raises:
        OSError: the interface is gone, or somebody keeps the port for himself.
    """
    listening = socket.socket(family, socket.SOCK_DGRAM)
    six = family == socket.AF_INET6
    try:
        listening.setblocking(False)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.name.encode() + b"\0")
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_DONTROUTE, 1)
        if six:
            level, index = socket.IPPROTO_IPV6, struct.pack("=I", interface.index)
            listening.setsockopt(level, socket.IPV6_V6ONLY, 1)
            group = socket.inet_pton(family, GROUP_6)
            listening.setsockopt(level, socket.IPV6_JOIN_GROUP, group + index)
            listening.setsockopt(level, socket.IPV6_MULTICAST_IF, index)
            listening.setsockopt(level, socket.IPV6_MULTICAST_HOPS, HOPS)
            listening.setsockopt(level, socket.IPV6_UNICAST_HOPS, HOPS)
            listening.setsockopt(level, socket.IPV6_MULTICAST_LOOP, 0)
        else:
            level, place = (
                socket.IPPROTO_IP,
                struct.pack("=4si", bytes(4), interface.index),
            )  # struct ip_mreqn
            group = socket.inet_aton(GROUP_4)
            listening.setsockopt(level, socket.IP_ADD_MEMBERSHIP, group + place)
            listening.setsockopt(level, socket.IP_MULTICAST_IF, bytes(4) + place)
            listening.setsockopt(level, socket.IP_MULTICAST_TTL, HOPS)
            listening.setsockopt(level, socket.IP_TTL, HOPS)
            listening.setsockopt(level, socket.IP_MULTICAST_LOOP, 0)
        listening.bind(("::" if six else "0.0.0.0", PORT))  # noqa: S104 - of one interface, see above
    except OSError:
        listening.close()
        raise
    return listening


class Responder:
    """One socket of one interface. name: in .local. interface: as it is now; tell: says one line."""

    def __init__(
        self, name: str, interface: Callable[[], Interface], clock: Clock, tell: Callable[[str], None]
    ) -> None:
        self._name, self._interface, self._clock, self._tell = name, interface, clock, tell
        self._to_all_s = self._defended_s = -DEFEND_S
        self._left, self._left_at_s = BURST, clock.monotonic()
        self._told = False

    async def run(self, listening: socket.socket) -> None:
        """Ask whether the name is free, say who is here, answer; goodbye at the end."""
        loop = asyncio.get_running_loop()
        loop.add_reader(listening, self._hear, listening)
        said: tuple[Address, ...] = ()
        try:
            for _ in range(PROBES):
                self._send(listening, probe(self._name, self._addresses()))
                await self._clock.sleep(PROBE_S)
            while True:
                if (now := self._addresses()) != said:
                    said = now
                    for _ in range(2):
                        self._send(listening, announcement(self._name, now))
                        await self._clock.sleep(ANNOUNCE_S)
                await self._clock.sleep(LOOK_S)
        finally:
            loop.remove_reader(listening)
            self._send(listening, announcement(self._name, self._addresses(), life_s=0))

    def _addresses(self) -> tuple[Address, ...]:
        """What is told: addresses that last, and mean something without the name of an interface."""
        return tuple(address for address in self._interface().steady if not address.is_link_local)

    def _hear(self, listening: socket.socket) -> None:
        try:
            data, sender = listening.recvfrom(_PIECE)
        except OSError:
            return
        source, port = ip_address(sender[0]), sender[1]
        message = read(data)
        if message is None or not is_on_link(source, self._interface()):
            return
        if message.response:
            self._defend(listening, message)
            return
        plain = port != PORT
        reply = answer(message, self._name, self._addresses(), plain=plain)
        if reply is None:
            return
        alone = plain or all(one.unicast for one in message.questions if one.name == self._name)
        if alone and self._has_room():
            self._send(listening, reply, sender)
        elif not alone and self._clock.monotonic() - self._to_all_s >= AGAIN_S:
            self._send(listening, reply)

    def _defend(self, listening: socket.socket, message: Message) -> None:
        """Another one claims the name. Our certificate is for it, so it is kept: the other one has no key."""
        now_s = self._clock.monotonic()
        addresses = self._addresses()
        if not contradicts(message, self._name, addresses) or now_s - self._defended_s < DEFEND_S:
            return
        self._defended_s = now_s
        self._send(listening, announcement(self._name, addresses))
        if not self._told:
            self._told = True
            self._tell(
                f"another machine answers for {self._name}; browsers warn of it, as it has no certificate"
            )

    def _has_room(self) -> bool:
        now_s = self._clock.monotonic()
        self._left = min(BURST, self._left + (now_s - self._left_at_s) * EACH_S)
        self._left_at_s = now_s
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True

    def _send(self, listening: socket.socket, data: bytes, to: tuple[str, int] | None = None) -> None:
        if to is None:
            self._to_all_s = self._clock.monotonic()
            to = (GROUP_4 if listening.family == socket.AF_INET else GROUP_6, PORT)
        try:
            listening.sendto(data, to)
        except OSError as error:  # the cable is out, or the buffer full: whoever asks will ask again
            log.debug("mdns.unsent", extra={"reason": error.strerror})


def is_local(name: str) -> bool:
    """Whether multicast DNS is for ``name``: one label in .local."""
    return name.endswith(".local") and name.count(".") == 1
