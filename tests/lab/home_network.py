"""A home's network in namespaces: this machine, a stick, a router, and what is behind the router.

    home 192.168.77.2 ──┐
                        ├── bridge of the router, 192.168.77.1 ── beyond: 192.168.99.9, 9.9.9.9, 192.168.77.99
    stick 192.168.77.20 ┘

``beyond`` lies behind the router; for its last address the router plays proxy, so it looks like a neighbour.
"""

import os
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from tests.lab.outside import Listening, made_in

HOME, STICK, ROUTER, ROUTER_TOO = "192.168.77.2", "192.168.77.20", "192.168.77.1", "192.168.77.254"
RESOLVER, BEHIND, PUBLIC, PROXIED = "192.168.77.53", "192.168.99.9", "9.9.9.9", "192.168.77.99"
STICK_6 = "fd00:77::20"
STICK_MAC, ROUTER_MAC = "02:00:00:00:77:20", "02:00:00:00:77:01"
PORT = 2323


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Names of the four namespaces."""

    home: str
    stick: str
    router: str
    beyond: str


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def home_network() -> Iterator[Network]:
    pid = os.getpid()
    names = Network(
        home=f"hb-home-{pid}", stick=f"hb-stick-{pid}", router=f"hb-router-{pid}", beyond=f"hb-beyond-{pid}"
    )
    with ExitStack() as stack:
        for name in (names.home, names.stick, names.router, names.beyond):
            ip("netns", "add", name)
            stack.callback(subprocess.run, ["ip", "netns", "delete", name], check=False)
            ip("-n", name, "link", "set", "lo", "up")
        _wire(names)
        yield names


def _wire(names: Network) -> None:
    router, home, stick, beyond = names.router, names.home, names.stick, names.beyond
    ip("-n", router, "link", "add", "lan", "address", ROUTER_MAC, "type", "bridge")
    for name, end in ((home, "home"), (stick, "stick"), (beyond, "beyond")):
        ip("link", "add", end, "netns", router, "type", "veth", "peer", "name", "wire", "netns", name)
        ip("-n", router, "link", "set", end, "up")
    ip("-n", stick, "link", "set", "wire", "address", STICK_MAC)
    for end in ("home", "stick"):
        ip("-n", router, "link", "set", end, "master", "lan")
    addresses = (
        (router, "lan", [f"{ROUTER}/24", f"{ROUTER_TOO}/24", "fd00:77::1/64"]),
        (router, "beyond", ["192.168.99.1/24", "9.9.9.1/24"]),
        (home, "wire", [f"{HOME}/24", "fd00:77::2/64"]),
        (stick, "wire", [f"{STICK}/24", f"{RESOLVER}/24", f"{STICK_6}/64"]),
        (beyond, "wire", [f"{BEHIND}/24", f"{PUBLIC}/24", f"{PROXIED}/32"]),
    )
    for name, device, given in addresses:
        ip("-n", name, "link", "set", device, "up")
        for one in given:
            ip("-n", name, "address", "add", one, "dev", device, *(["nodad"] if ":" in one else []))
    for name in (home, stick):
        ip("-n", name, "route", "add", "default", "via", ROUTER)
    ip("-n", beyond, "route", "add", "default", "via", "192.168.99.1")
    ip("-n", router, "route", "add", f"{PROXIED}/32", "dev", "beyond")
    forward = "echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv4/conf/lan/proxy_arp"
    # by the home's routes the proxied address is a neighbour's; by the router's it is on its other side
    forward += (
        "; echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter; echo 0 > /proc/sys/net/ipv4/conf/lan/rp_filter"
    )
    ip("netns", "exec", router, "sh", "-c", forward)


class Server(Listening):
    """A device that takes lines, keeps what it is told and answers ``V`` as a CUL does."""

    def __init__(self, namespace: str, address: str, port: int = PORT) -> None:
        self._place = (address, port)
        self.lines: list[socket.socket] = []
        self.heard = b""
        super().__init__(namespace, self._open)

    def close(self) -> None:
        super().close()
        for line in self.lines:
            line.close()

    def _open(self) -> socket.socket:
        return socket.create_server(
            self._place, family=socket.AF_INET6 if ":" in self._place[0] else socket.AF_INET
        )

    def take(self) -> None:
        with suppress(TimeoutError):
            line, _ = self._socket.accept()
            line.settimeout(0.02)
            self.lines.append(line)
        for line in self.lines:
            with suppress(TimeoutError, OSError):
                if data := line.recv(1 << 16):
                    self.heard += data
                    if data.startswith(b"V"):
                        line.sendall(b"V 1.67 CUNO868\r\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One IPv4 packet of TCP that the home sent. size: of the payload."""

    to: str
    port: int
    hops: int
    size: int


class HomeRecorder(Listening):
    """Sees every IPv4 packet that leaves the home, where it enters the router's bridge."""

    def __init__(self, network: Network) -> None:
        self._seen: list[Seen] = []
        super().__init__(network.router, self._open)

    def taken(self) -> list[Seen]:
        """All since the last call."""
        time.sleep(0.05)  # what was sent before this call is through the wire then
        seen, self._seen = self._seen, []
        return seen

    def _open(self) -> socket.socket:
        # all kinds: a bridge takes packets away before those who ask for one kind see them
        taken = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        taken.bind(("home", 3))
        return taken

    def take(self) -> None:
        frame, address = self._socket.recvfrom(65536)
        packet = frame[14:]
        is_ip = frame[12:14] == b"\x08\x00"
        if address[2] == socket.PACKET_OUTGOING or not is_ip or packet[9] != socket.IPPROTO_TCP:
            return
        head, total = (packet[0] & 15) * 4, struct.unpack_from(">H", packet, 2)[0]
        body = packet[head:total]
        self._seen.append(
            Seen(
                to=socket.inet_ntoa(packet[16:20]),
                port=struct.unpack_from(">H", body, 2)[0],
                hops=packet[8],
                size=len(body) - (body[12] >> 4) * 4,
            )
        )


def plain(network: Network, address: str, port: int = PORT) -> bytes:
    """The control: what any program of the home gets that connects there and asks ``V``."""
    made = made_in(network.home, lambda: socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET))
    with made as line:
        line.settimeout(10)
        line.connect((address, port))
        line.sendall(b"V\r\n")
        return line.recv(100)
