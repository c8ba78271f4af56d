"""Which interfaces are the home's, and who is on their links."""

import socket
import struct
from ipaddress import ip_address, ip_interface, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.gate.lan.interfaces import (
    Interface,
    Surroundings,
    address_of,
    homes,
    is_let_in,
    is_on_link,
    look,
    way_out,
)

UP = 0x1043  # up, broadcast, running, multicast


def interface(name: str, *addresses: str, index: int = 2, kind: int = 1, flags: int = UP) -> Interface:
    own = tuple(ip_interface(text) for text in addresses)
    return Interface(
        name=name, index=index, kind=kind, flags=flags, addresses=own, steady=tuple(one.ip for one in own)
    )


LOOPBACK = interface("lo", "127.0.0.1/8", index=1, kind=772, flags=0x49)
CABLE = interface("eth0", "192.168.1.5/24", "fe80::5/64", index=2)
WLAN = interface("wlan0", "192.168.1.6/24", index=3)
BRIDGE = interface("docker0", "172.17.0.1/16", index=4)
TUNNEL = interface("wg0", "10.8.0.2/24", index=5, kind=65534, flags=0x91)
OPEN = interface("eth1", "9.9.9.5/24", index=6)
DOWN = interface("eth2", "192.168.3.5/24", index=7, flags=0x1002)
ALL = (LOOPBACK, CABLE, WLAN, BRIDGE, TUNNEL, OPEN, DOWN)


@pytest.mark.parametrize(
    ("ways_out", "wanted", "names"),
    [
        ({2}, (), ["eth0"]),
        ({2, 3}, (), ["eth0", "wlan0"]),
        ({5}, (), ["eth0", "wlan0", "docker0"]),  # a way out by a tunnel says nothing about the home
        (set(), (), ["eth0", "wlan0", "docker0"]),
        ({6}, (), ["eth0", "wlan0", "docker0"]),  # never the open internet unasked
        ({2}, ("wlan0",), ["wlan0"]),
        ({2}, ("eth1", "eth2"), ["eth1"]),
        ({2}, ("gone",), []),
    ],
)
def test_the_homes_interfaces(ways_out: set[int], wanted: tuple[str, ...], names: list[str]) -> None:
    around = Surroundings(interfaces=ALL, ways_out=frozenset(ways_out))
    assert [one.name for one in homes(around, wanted)] == names


def test_an_interface_with_an_address_of_the_internet_is_not_the_homes() -> None:
    both = interface("eth0", "192.168.1.5/24", "9.9.9.5/24")
    assert homes(Surroundings(interfaces=(both,), ways_out=frozenset({2})), ()) == ()
    six = interface("eth0", "2a00::5/64", "fd00::5/64")
    assert homes(Surroundings(interfaces=(six,), ways_out=frozenset({2})), ()) == (six,)


@pytest.mark.parametrize(
    ("peer", "on_link"),
    [
        ("192.168.1.77", True),
        ("192.168.2.77", False),
        ("9.9.9.9", False),
        ("fe80::1%eth0", True),
        ("fd00::1", False),
        ("127.0.0.1", False),
        ("::ffff:192.168.1.77", False),
    ],
)
def test_who_is_on_the_link(peer: str, on_link: bool) -> None:
    assert is_on_link(ip_address(peer), CABLE) is on_link


def test_the_owner_lets_another_network_in() -> None:
    also = (ip_network("192.168.2.0/24"), ip_network("fd00:2::/64"))
    assert is_let_in(ip_address("192.168.2.77"), also)
    assert is_let_in(ip_address("fd00:2::9"), also)
    assert not is_let_in(ip_address("192.168.3.77"), also)


def test_this_machine_is_seen_as_it_is() -> None:
    around = look()
    lo = next(one for one in around.interfaces if one.name == "lo")
    assert ip_interface("127.0.0.1/8") in lo.addresses
    assert lo.index == socket.if_nametoindex("lo")
    assert {one.name for one in around.interfaces} == {name for _, name in socket.if_nameindex()}


def test_addresses_that_go_again_are_not_steady() -> None:
    def row(flags: int, *more: bytes) -> bytes:
        return struct.pack("=BBBBI", socket.AF_INET6, 64, flags, 0, 3) + b"".join(more)

    own = struct.pack("=HH", 20, 1) + ip_address("fd00::5").packed
    assert address_of(row(0x80, own)) == (3, ip_interface("fd00::5/64"), True)
    assert address_of(row(0x01, own)) == (3, ip_interface("fd00::5/64"), False)
    wide = struct.pack("=HHI", 8, 8, 0x20)
    assert address_of(row(0x80, own, wide)) == (3, ip_interface("fd00::5/64"), False)


@given(st.binary(max_size=200))
def test_foreign_bytes_are_no_address_and_no_route(data: bytes) -> None:
    found, out = address_of(data), way_out(data)
    assert found is None or len(found) == 3
    assert out is None or out >= 0
