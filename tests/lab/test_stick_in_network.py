"""A stick in the network: the gate reaches it and nothing else, and the hub has no way out by what it gets.

Each attack has its control: the same without the guard succeeds.
"""

import os
import select
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address

import pytest

from privacy.conversation import Declined
from privacy.gate.doctor.doctor_finding import Finding
from privacy.gate.doctor.doctor_network import in_network
from privacy.gate.network import inside_line
from privacy.inside import InsideEntry
from tests.lab.home_network import (
    BEHIND,
    PORT,
    PROXIED,
    PUBLIC,
    RESOLVER,
    ROUTER,
    ROUTER_MAC,
    ROUTER_TOO,
    STICK,
    STICK_6,
    STICK_MAC,
    HomeRecorder,
    Network,
    Server,
    ip,
    plain,
)
from tests.lab.outside import enter, made_in
from tests.lab.stick_at_work import StickAtWork
from tests.needs import NETWORKS

pytestmark = [pytest.mark.lab, NETWORKS]

WAIT_S = 30.0
ANSWER = b"V 1.67 CUNO868\r\n"


def until(holds: Callable[[], object]) -> None:
    end_s = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < end_s
        time.sleep(0.01)


def ask(hub: int, question: bytes = b"V\r\n") -> bytes:
    """Ask the stick by the hub's end, until its line is whole."""
    os.write(hub, question)
    answer = b""
    while not answer.endswith(b"\n"):
        assert select.select([hub], [], [], WAIT_S)[0]
        answer += os.read(hub, 100)
    return answer


def is_gone(hub: int) -> bool:
    try:
        return os.read(hub, 1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def refusal(gate: StickAtWork) -> str:
    with pytest.raises(Declined) as declined:
        gate.open()
    return declined.value.code


def test_the_stick_is_reached_and_every_packet_has_its_entry(
    gate: StickAtWork, recorder: HomeRecorder
) -> None:
    recorder.taken()
    assert gate.entries("transfer_begin") == []
    hub = gate.open()
    assert ask(hub) == ANSWER
    packets = recorder.taken()
    assert {(packet.to, packet.port, packet.hops) for packet in packets} == {(STICK, PORT, 1)}
    (begin,) = gate.entries("transfer_begin")
    assert (begin["host"], begin["port"], begin["mac"]) == (STICK, PORT, STICK_MAC)
    os.close(hub)
    until(lambda: gate.entries("transfer_end"))
    (end,) = gate.entries("transfer_end")
    assert end["transfer"] == begin["transfer"]
    assert end["sent"] == len(b"V\r\n") + len(ANSWER)


def test_by_ipv6_as_well(gate: StickAtWork) -> None:
    gate.enter(STICK_6)
    hub = gate.open()
    assert ask(hub) == ANSWER
    os.close(hub)


def test_a_stick_of_the_link_alone_by_its_interface(gate: StickAtWork, network: Network) -> None:
    mac = bytes.fromhex(STICK_MAC.replace(":", ""))
    address = f"fe80::{mac[0] ^ 2:x}{mac[1]:02x}:{mac[2]:02x}ff:fe{mac[3]:02x}:{mac[4]:02x}{mac[5]:02x}"
    server = Server(network.stick, "::", PORT + 1)
    until(lambda: b"tentative" not in _addresses(network.stick))
    gate.enter(f"{address}%wire", port=PORT + 1)
    hub = gate.open()
    assert ask(hub) == ANSWER
    os.close(hub)
    server.close()


def _addresses(namespace: str) -> bytes:
    command = ["ip", "-n", namespace, "-6", "address"]
    return subprocess.run(command, check=True, capture_output=True).stdout


@pytest.mark.parametrize(
    ("address", "mac", "code"),
    [
        (ROUTER, ROUTER_MAC, "serves_network"),
        (ROUTER_TOO, ROUTER_MAC, "serves_network"),  # known by its card
        (RESOLVER, STICK_MAC, "serves_network"),
        (BEHIND, STICK_MAC, "not_on_link"),
        (PUBLIC, STICK_MAC, "not_on_link"),
    ],
)
def test_neither_router_nor_resolver_nor_anything_behind_is_connected_to(
    gate: StickAtWork, network: Network, recorder: HomeRecorder, address: str, mac: str, code: str
) -> None:
    assert plain(network, ROUTER) == ANSWER  # also: the home has met its router
    recorder.taken()
    assert plain(network, address) == ANSWER  # the control
    assert {packet.to for packet in recorder.taken()} == {address}
    gate.enter(address, mac)
    assert refusal(gate) == code
    assert recorder.taken() == []
    assert gate.entries("transfer_begin") == []
    (refused,) = gate.entries("refusal")
    assert refused["reason"] == code


@pytest.mark.parametrize("address", [BEHIND, PUBLIC])
def test_a_line_can_not_be_routed_even_if_nobody_had_decided(
    gate: StickAtWork, network: Network, servers: dict[str, Server], recorder: HomeRecorder, address: str
) -> None:
    recorder.taken()
    assert plain(network, address) == ANSWER  # the control
    assert {packet.to for packet in recorder.taken()} == {address}
    lines = len(servers[address].lines)
    entry = InsideEntry(address=ip_address(address), port=PORT)
    with pytest.raises(inside_line.NoLine, match="unreachable"):
        gate.do(lambda: inside_line.open_line(entry, "wire"))
    # a router that plays every neighbour, as here, is asked for the address; what it gets it has to drop
    assert {(packet.hops, packet.size) for packet in recorder.taken()} <= {(1, 0)}
    assert len(servers[address].lines) == lines


def test_a_router_that_plays_the_neighbour_has_to_drop_it(
    gate: StickAtWork, network: Network, servers: dict[str, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inside_line, "CONNECT_S", 0.5)
    assert plain(network, PROXIED) == ANSWER  # the control: a hop limit of 64 gets there
    lines = len(servers[PROXIED].lines)
    gate.enter(PROXIED, ROUTER_MAC.replace("01", "02"))
    assert refusal(gate) == "stick_unreachable"
    assert len(servers[PROXIED].lines) == lines


def test_another_device_at_the_address_gets_no_byte(
    gate: StickAtWork, network: Network, servers: dict[str, Server], recorder: HomeRecorder
) -> None:
    heard = len(servers[STICK].heard)
    recorder.taken()
    gate.enter(STICK, "02:00:00:00:77:21")
    assert refusal(gate) == "other_device"
    assert sum(packet.size for packet in recorder.taken()) == 0
    assert len(servers[STICK].heard) == heard
    gate.enter(STICK)  # the control
    hub = gate.open()
    assert ask(hub) == ANSWER
    os.close(hub)


def test_an_address_that_goes_to_another_device_later_is_cut(gate: StickAtWork, network: Network) -> None:
    hub = gate.open()
    assert ask(hub) == ANSWER
    time.sleep(0.3)
    assert not is_gone(hub)  # the control: it was looked at and goes on
    ip("-n", network.home, "neighbour", "replace", STICK, "lladdr", "02:00:00:00:77:66", "dev", "wire")
    try:
        until(lambda: is_gone(hub))
    finally:
        ip("-n", network.home, "neighbour", "delete", STICK, "dev", "wire")
    os.close(hub)
    assert gate.entries("refusal")[0]["reason"] == "other_device"


def test_an_address_that_becomes_the_routers_later_is_cut(gate: StickAtWork, network: Network) -> None:
    hub = gate.open()
    assert ask(hub) == ANSWER
    ip("-n", network.home, "route", "add", "10.99.0.0/16", "via", STICK)
    try:
        until(lambda: is_gone(hub))
        assert refusal(gate) == "serves_network"
    finally:
        ip("-n", network.home, "route", "delete", "10.99.0.0/16")
    os.close(hub)
    hub = gate.open()  # the control
    os.close(hub)


def test_a_withdrawal_cuts_on_the_wire_and_nothing_follows(gate: StickAtWork, recorder: HomeRecorder) -> None:
    hub = gate.open()
    assert ask(hub) == ANSWER
    gate.do(lambda: gate.door.withdrawing.withdraw("local.device"))
    recorder.taken()
    with suppress(OSError):
        os.write(hub, b"As0B01\r\n" * 100)
    assert refusal(gate) == "withdrawn"
    assert sum(packet.size for packet in recorder.taken()) == 0
    os.close(hub)
    gate.do(lambda: gate.door.reopen("local.device"))
    hub = gate.open()  # the control
    assert ask(hub) == ANSWER
    os.close(hub)


def test_a_stick_without_power_is_noticed_by_its_silence(
    gate: StickAtWork, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inside_line, "IDLE_S", 1)
    monkeypatch.setattr(inside_line, "PROBE_S", 1)
    monkeypatch.setattr(inside_line, "PROBES", 2)
    monkeypatch.setattr(inside_line, "UNACKNOWLEDGED_MS", 1000)
    hub = gate.open()
    assert ask(hub) == ANSWER
    idle = made_in(network.home, lambda: socket.create_connection((STICK, PORT), timeout=WAIT_S))
    with idle as other:  # the control: a line without keep-alive never hears of it
        ip("-n", network.router, "link", "set", "stick", "down")
        try:
            until(lambda: is_gone(hub))
            assert not select.select([other], [], [], 0)[0]
        finally:
            ip("-n", network.router, "link", "set", "stick", "up")
    os.close(hub)
    until(lambda: _comes_back(gate))


def _comes_back(gate: StickAtWork) -> bool:
    try:
        hub = gate.open()
    except Declined:
        return False
    os.close(hub)
    return True


@pytest.mark.parametrize(
    ("address", "port", "mac", "level", "says"),
    [
        (STICK, PORT, STICK_MAC, "ok", "tcp://192.168.77.20:2323: V 1.67 CUNO868"),
        (STICK, PORT, "", "fail", f"tcp://192.168.77.20:2323 is at {STICK_MAC}"),
        (STICK, PORT, "02:00:00:00:77:21", "fail", "Another device"),
        (STICK, PORT + 7, STICK_MAC, "fail", "Connection refused"),
        (ROUTER, PORT, ROUTER_MAC, "fail", "belongs to the router"),
        (BEHIND, PORT, STICK_MAC, "fail", "a router stands in between"),
    ],
)
def test_the_doctor_names_the_stick_and_why_it_can_not_be_reached(
    network: Network, servers: dict[str, Server], address: str, port: int, mac: str, level: str, says: str
) -> None:
    found: list[Finding] = []
    entry = InsideEntry(address=ip_address(address), port=port, mac=mac)

    def look() -> None:
        enter(network.home)
        found.extend(in_network(entry, runs=False))

    looking = threading.Thread(target=look)
    looking.start()
    looking.join(WAIT_S)
    (one,) = found
    assert (one.level, says in one.text) == (level, True), one
    assert one.level == "ok" or one.way_out
