"""Where an address is: the kernel's answers read by hand-made messages, and asked for on this machine."""

import socket
import struct
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.gate.machine.netlink import messages
from privacy.gate.network import resolver
from privacy.gate.network.neighbours import Place, find, neighbour_of, route_of, routers_of, serves_network
from privacy.inside import read_address, read_entry

ROUTER_4, ROUTER_6 = ip_address("192.168.1.1"), ip_address("fe80::1")


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def route(*attributes: bytes, kind: int = 1) -> bytes:
    return struct.pack("=8BI", socket.AF_INET, 0, 0, 0, 254, 3, 0, kind, 0) + b"".join(attributes)


def neighbour(address: str, card: bytes, state: int = 2, interface: int = 4) -> bytes:
    head = struct.pack("=BxHiHBB", socket.AF_INET, 0, interface, state, 0, 0)
    return head + attribute(1, ip_address(address).packed) + attribute(2, card)


def test_routers_are_found_however_a_route_names_them() -> None:
    plain = route(attribute(5, ROUTER_4.packed), attribute(4, struct.pack("=i", 4)))
    via = route(attribute(18, struct.pack("=H", socket.AF_INET6) + ROUTER_6.packed))
    hops = b"".join(
        struct.pack("=HBBi", 8 + len(one), 0, 0, 4) + one
        for one in (attribute(5, ROUTER_4.packed), attribute(18, struct.pack("=H", 10) + ROUTER_6.packed))
    )
    assert list(routers_of(plain)) == [ROUTER_4]
    assert list(routers_of(via)) == [ROUTER_6]
    assert list(routers_of(route(attribute(9, hops)))) == [ROUTER_4, ROUTER_6]
    assert list(routers_of(route(attribute(4, struct.pack("=i", 4))))) == []
    assert route_of(plain) == (1, 4, True)
    assert route_of(route(attribute(4, struct.pack("=i", 2)), kind=2)) == (2, 2, False)
    assert route_of(route()) is None


def test_a_neighbour_counts_once_it_has_answered() -> None:
    card = bytes.fromhex("0004a3123456")
    found = (4, ip_address("192.168.1.20"), "00:04:a3:12:34:56")
    for state in (0x02, 0x04, 0x08, 0x10, 0x80):  # reachable, stale, delay, probe, permanent
        assert neighbour_of(neighbour("192.168.1.20", card, state)) == found
    for state in (0x01, 0x20):  # incomplete, failed
        assert neighbour_of(neighbour("192.168.1.20", card, state)) is None
    assert neighbour_of(neighbour("192.168.1.20", b"")) is None


@given(st.binary(max_size=200))
def test_whatever_comes_it_is_read_without_an_error(data: bytes) -> None:
    for _, body in (*messages(data), (0, data)):
        list(routers_of(body))
        route_of(body)
        neighbour_of(body)


@pytest.mark.parametrize("port", ["tcp://127.0.0.1:2323", "tcp://127.8.8.8:2323"])
def test_loopback_is_this_machines_own_and_needs_no_router(port: str) -> None:
    place = find(read_address(port))
    assert (place.interface, place.own, place.direct, place.on_link) == ("lo", True, True, True)


def test_an_interface_that_is_not_there_leads_nowhere() -> None:
    assert not find(read_address("tcp://[fe80::1%none]:2323")).on_link


def test_a_router_or_name_server_is_known_by_its_address_or_card(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resolver, "servers", lambda: ("192.168.1.2", "fe80::2%eth0", "nonsense"))
    place = Place(
        interface="eth0",
        own=False,
        direct=True,
        routers=frozenset({ROUTER_4, ROUTER_6}),
        router_cards=frozenset({"00:11:22:33:44:55"}),
    )

    def serves(port: str, mac: str = "00:04:a3:12:34:56") -> bool:
        return serves_network(read_entry(port, mac), place)

    assert serves("tcp://192.168.1.1:2323")
    assert serves("tcp://[fe80::1%eth0]:2323")
    assert serves("tcp://192.168.1.2:2323")
    assert serves("tcp://[fe80::2%eth0]:2323")
    assert serves("tcp://192.168.1.9:2323", "00:11:22:33:44:55")  # another address of the router's
    assert not serves("tcp://192.168.1.20:2323")
