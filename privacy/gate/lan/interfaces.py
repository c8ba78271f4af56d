"""This machine's interfaces, which of them are the home's, and who is on their links.

``look`` asks the kernel by netlink and sends nothing; the rest is pure. Source: rtnetlink(7).
"""

import socket
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface, ip_interface

from privacy.gate.lan.settings import Network
from privacy.gate.machine.netlink import (
    FAMILIES,
    GET_ROUTE,
    NEW_ROUTE,
    ORDER,
    ROUTE,
    asking,
    attributes,
    dump,
)
from privacy.inside import is_inside

_GET_LINK, _NEW_LINK, _GET_ADDRESS, _NEW_ADDRESS = 18, 16, 22, 20
_LINK, _ADDRESS = struct.Struct("=BxHiII"), struct.Struct("=BBBBI")  # ifinfomsg, ifaddrmsg
_NAME, _OWN, _LOCAL, _FLAGS, _OUT = 3, 1, 2, 8, 4  # IFLA_IFNAME, IFA_ADDRESS, IFA_LOCAL, IFA_FLAGS, RTA_OIF
_UP, _LOOPBACK, _POINT_TO_POINT, _MULTICAST = 0x1, 0x8, 0x10, 0x1000  # IFF_*
_ETHERNET = 1  # ARPHRD_ETHER: cables and WLAN
_UNSTEADY = 0x01 | 0x08 | 0x20 | 0x40  # IFA_F_TEMPORARY, _DADFAILED, _DEPRECATED, _TENTATIVE
Address = IPv4Address | IPv6Address
OwnAddress = IPv4Interface | IPv6Interface


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """One interface. flags: IFF_*; addresses: with their networks; steady: those that stay for a while."""

    name: str
    index: int
    kind: int
    flags: int
    addresses: tuple[OwnAddress, ...] = ()
    steady: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the kernel knows. ways_out: indexes of the interfaces that default routes lead through."""

    interfaces: tuple[Interface, ...]
    ways_out: frozenset[int]


def look() -> Surroundings:
    """Ask the kernel.

    Raises:
        OSError: its tables can't be read.
    """
    with asking() as kernel:
        links = list(dump(kernel, _GET_LINK, _NEW_LINK, _LINK.pack(socket.AF_UNSPEC, 0, 0, 0, 0)))
        rows = list(dump(kernel, _GET_ADDRESS, _NEW_ADDRESS, _ADDRESS.pack(socket.AF_UNSPEC, 0, 0, 0, 0)))
        routes = [
            body
            for family in FAMILIES
            for body in dump(kernel, GET_ROUTE, NEW_ROUTE, ROUTE.pack(family, *[0] * 8))
        ]
    addresses = [found for row in rows if (found := address_of(row)) is not None]
    interfaces = [one for body in links if (one := _interface(body, addresses)) is not None]
    return Surroundings(
        interfaces=tuple(interfaces),
        ways_out=frozenset(index for body in routes if (index := way_out(body)) is not None),
    )


# which, and who: pure


def homes(around: Surroundings, wanted: Sequence[str]) -> tuple[Interface, ...]:
    """The home's interfaces: those that the owner names; else where the way out is, or all if there is none.

    An interface is the home's by itself only with a private address: a machine that stands in the open
    internet opens nothing unasked.
    """
    up = [one for one in around.interfaces if one.flags & _UP and one.addresses]
    if wanted:
        return tuple(one for one in up if one.name in wanted)
    private = [
        one
        for one in up
        if one.kind == _ETHERNET
        and one.flags & _MULTICAST
        and not one.flags & (_LOOPBACK | _POINT_TO_POINT)
        and _is_private(one)
    ]
    return tuple([one for one in private if one.index in around.ways_out] or private)


def is_on_link(peer: Address, interface: Interface) -> bool:
    """Whether no router stands between ``peer`` and us on ``interface``, by the networks of its addresses."""
    bare = peer if isinstance(peer, IPv4Address) else IPv6Address(int(peer))  # without the interface's name
    return any(bare.version == own.version and bare in own.network for own in interface.addresses)


def is_let_in(peer: Address, also: Iterable[Network]) -> bool:
    """Whether the owner lets ``peer`` in from behind a router."""
    return any(peer.version == network.version and peer in network for network in also)


def _is_private(interface: Interface) -> bool:
    fours = [own.ip for own in interface.addresses if own.version == 4]
    if fours:
        return all(is_inside(address) for address in fours)
    return any(own.version == 6 and is_inside(own.ip) for own in interface.addresses)


# the kernel's answers, pure


def _interface(body: bytes, rows: Sequence[tuple[int, OwnAddress, bool]]) -> Interface | None:
    if len(body) < _LINK.size:
        return None
    _, kind, index, flags, _ = _LINK.unpack_from(body)
    name = next((value for key, value in attributes(body[_LINK.size :]) if key == _NAME), b"")
    return Interface(
        name=name.rstrip(b"\0").decode("ascii", "replace"),
        index=index,
        kind=kind,
        flags=flags,
        addresses=tuple(address for at, address, _ in rows if at == index),
        steady=tuple(address.ip for at, address, steady in rows if at == index and steady),
    )


def address_of(body: bytes) -> tuple[int, OwnAddress, bool] | None:
    """Index of the interface, its address with the network, and whether that address stays for a while."""
    if len(body) < _ADDRESS.size:
        return None
    _, bits, flags, _, index = _ADDRESS.unpack_from(body)
    found = dict(attributes(body[_ADDRESS.size :]))
    packed = found.get(_LOCAL) or found.get(_OWN, b"")
    if len(packed) not in {4, 16} or bits > len(packed) * 8:
        return None
    if len(more := found.get(_FLAGS, b"")) == 4:
        flags |= int.from_bytes(more, ORDER)
    return index, ip_interface((packed, bits)), not flags & _UNSTEADY


def way_out(body: bytes) -> int | None:
    """The interface of a default route; None for every other route."""
    if len(body) < ROUTE.size or body[1] != 0:
        return None
    out = next((value for key, value in attributes(body[ROUTE.size :]) if key == _OUT), b"")
    return int.from_bytes(out, ORDER) if len(out) == 4 and body[7] == 1 else None
