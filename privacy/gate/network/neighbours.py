"""Where an address of the house is, as the kernel knows it: by which interface, behind a router, whose card.

Asks the kernel's routing and neighbour tables by netlink; sends nothing to the network. Parsing is apart from
asking. Source: rtnetlink(7), linux/rtnetlink.h, linux/neighbour.h.
"""

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from privacy.gate.machine.netlink import (
    FAMILIES,
    GET_ROUTE,
    NEW_ROUTE,
    ORDER,
    PIECE,
    REQUEST,
    ROUTE,
    aligned,
    asking,
    attribute,
    attributes,
    dump,
    messages,
    send,
)
from privacy.gate.network import resolver
from privacy.inside import Address, InsideEntry

_GET_NEIGHBOUR, _NEW_NEIGHBOUR = 30, 28
_DESTINATION, _INTERFACE, _GATEWAY, _MULTIPATH, _VIA = 1, 4, 5, 9, 18  # RTA_*
_CARD = 2  # NDA_LLADDR
_UNICAST, _LOCAL = 1, 2  # RTN_*: to a neighbour or by a router; to this machine
_UNKNOWN_STATES = 0x01 | 0x20  # NUD_INCOMPLETE, NUD_FAILED
_NEIGHBOUR, _HOP = (struct.Struct(f"={text}") for text in ("BxHiHBB", "HBBi"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an address is. interface: its name, "" when there is no way to it. own: this machine's own.

    direct: no router in between. routers: every address that some route of this machine leads through;
    router_cards: their MAC addresses, as far as they were met, by which a router is known at its others, too.
    """

    interface: str
    own: bool
    direct: bool
    routers: frozenset[Address]
    router_cards: frozenset[str] = frozenset()

    @property
    def on_link(self) -> bool:
        """Whether it is there without a router in between."""
        return self.interface != "" and self.direct


def find(entry: InsideEntry) -> Place:
    """Look ``entry`` up in the routing tables.

    Raises:
        OSError: they can't be read.
    """
    with asking() as kernel:
        routers = frozenset(
            router
            for family in FAMILIES
            for body in dump(kernel, GET_ROUTE, NEW_ROUTE, ROUTE.pack(family, *[0] * 8))
            for router in routers_of(body)
        )
        cards = frozenset(
            found[2]
            for family in FAMILIES
            for body in dump(kernel, _GET_NEIGHBOUR, _NEW_NEIGHBOUR, _NEIGHBOUR.pack(family, *[0] * 5))
            if (found := neighbour_of(body)) is not None and found[1] in routers
        )
        route = _route_to(kernel, entry)
    if route is None:
        return Place(interface="", own=False, direct=False, routers=routers, router_cards=cards)
    kind, number, has_router = route
    return Place(
        interface=socket.if_indextoname(number),
        own=kind == _LOCAL,
        direct=kind in {_UNICAST, _LOCAL} and not has_router,
        routers=routers,
        router_cards=cards,
    )


def card_of(entry: InsideEntry, interface: str) -> str:
    """The MAC address that answers for ``entry`` on ``interface``; "" when the kernel knows none.

    Raises:
        OSError: the table can't be read.
    """
    number = socket.if_nametoindex(interface)
    family = socket.AF_INET6 if isinstance(entry.address, IPv6Address) else socket.AF_INET
    asked = _NEIGHBOUR.pack(family, 0, number, 0, 0, 0)
    with asking() as kernel:
        for body in dump(kernel, _GET_NEIGHBOUR, _NEW_NEIGHBOUR, asked):
            if (found := neighbour_of(body)) is not None and found[:2] == (number, _bare(entry.address)):
                return found[2]
    return ""


def serves_network(entry: InsideEntry, place: Place) -> bool:
    """Whether the address is a router's or a name server's of this machine."""
    servers = set()
    for text in resolver.servers():
        try:
            servers.add(_bare(ip_address(text)))
        except ValueError:
            continue  # not an address: nothing can sit there
    return _bare(entry.address) in place.routers | servers or entry.mac in place.router_cards


# the kernel's answers, pure


def routers_of(body: bytes) -> Iterator[Address]:
    """The routers that one route leads through."""
    for kind, value in attributes(body[ROUTE.size :]):
        yield from _routers_in(kind, value)


def _routers_in(kind: int, value: bytes) -> Iterator[Address]:
    if kind == _GATEWAY and len(value) in {4, 16}:
        yield _address(value)
    elif kind == _VIA and len(value) in {2 + 4, 2 + 16}:  # a family in front: IPv4 by a router with IPv6
        yield _address(value[2:])
    elif kind == _MULTIPATH:
        while len(value) >= _HOP.size:
            size = _HOP.unpack_from(value)[0]
            for inner, part in attributes(value[_HOP.size : size]):
                yield from _routers_in(inner, part)
            value = value[max(aligned(size), _HOP.size) :]


def route_of(body: bytes) -> tuple[int, int, bool] | None:
    """Kind, interface and whether a router is in between, of the route that the kernel would take."""
    if len(body) < ROUTE.size:
        return None
    found = dict(attributes(body[ROUTE.size :]))
    if len(number := found.get(_INTERFACE, b"")) != 4:
        return None
    return body[7], int.from_bytes(number, ORDER), any(True for _ in routers_of(body))


def neighbour_of(body: bytes) -> tuple[int, Address, str] | None:
    """Interface, address and MAC address of one known neighbour."""
    if len(body) < _NEIGHBOUR.size:
        return None
    _, _, number, state, _, _ = _NEIGHBOUR.unpack_from(body)
    found = dict(attributes(body[_NEIGHBOUR.size :]))
    address, card = found.get(_DESTINATION, b""), found.get(_CARD, b"")
    if state & _UNKNOWN_STATES or len(address) not in {4, 16} or len(card) != 6:
        return None
    return number, _address(address), card.hex(":")


def _address(packed: bytes) -> Address:
    return IPv4Address(packed) if len(packed) == 4 else IPv6Address(packed)


def _bare(address: Address) -> Address:
    """Without the name of an interface."""
    return address if isinstance(address, IPv4Address) else IPv6Address(int(address))


# asking


def _route_to(kernel: socket.socket, entry: InsideEntry) -> tuple[int, int, bool] | None:
    family = socket.AF_INET6 if isinstance(entry.address, IPv6Address) else socket.AF_INET
    packed = entry.address.packed
    body = ROUTE.pack(family, len(packed) * 8, *[0] * 7) + attribute(_DESTINATION, packed)
    if entry.scope:
        try:
            number = socket.if_nametoindex(entry.scope)
        except OSError:
            return None  # no such interface, so no way to it
        body += attribute(_INTERFACE, number.to_bytes(4, ORDER))
    send(kernel, GET_ROUTE, REQUEST, body)
    for kind, answer in messages(kernel.recv(PIECE)):
        if kind == NEW_ROUTE:
            return route_of(answer)
    return None  # an error: no route
