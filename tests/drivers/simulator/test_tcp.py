"""The simulated stick in a network: lines over TCP, one host at a time, pulled and plugged in again."""

import socket
import time
from collections.abc import Callable, Iterator

import pytest

from drivers.simulator.pty import PENDING_MAX_AGE_S
from drivers.simulator.tcp import TcpPort, read_place

WAIT_S = 30.0


@pytest.fixture
def port() -> Iterator[TcpPort]:
    made = TcpPort("127.0.0.1", 0)
    made.plug()
    yield made
    made.pull()


def connect(port: TcpPort) -> socket.socket:
    host = socket.create_connection(("127.0.0.1", int(port.link.rpartition(":")[2])), timeout=WAIT_S)
    until(lambda: port.read() == b"" and port.write(b"", 0.0))
    return host


def until(holds: Callable[[], object]) -> None:
    end_s = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < end_s
        time.sleep(0.001)


def read(port: TcpPort) -> bytes:
    data = b""

    def more() -> bool:
        nonlocal data
        data += port.read()
        return data.endswith(b"\n")

    until(more)
    return data


def test_a_host_speaks_with_the_stick(port: TcpPort) -> None:
    with connect(port) as host:
        host.sendall(b"V\r\n")
        assert read(port) == b"V\r\n"
        assert port.write(b"V 1.67\r\n", 0.0)
        assert host.recv(100) == b"V 1.67\r\n"


def test_a_new_host_takes_the_place_of_one_that_was_there(port: TcpPort) -> None:
    with connect(port) as first, connect(port) as second:
        assert first.recv(1) == b""
        second.sendall(b"V\n")
        assert read(port) == b"V\n"


def test_pulled_it_is_gone_and_plugged_in_it_is_at_the_same_place(port: TcpPort) -> None:
    link = port.link
    with connect(port) as host:
        port.pull()
        assert host.recv(1) == b""
    assert (port.is_plugged, port.fileno(), port.link) == (False, -1, link)
    port.plug()
    assert port.link == link
    connect(port).close()


def test_what_a_host_does_not_read_is_dropped_after_a_second(port: TcpPort) -> None:
    assert port.write(b"nobody is there\n", 0.0)
    with connect(port):
        while port.write(bytes(1 << 16), 0.0):
            pass
        port.flush(PENDING_MAX_AGE_S / 2)
        assert (port.has_pending, port.dropped) == (True, 0)
        port.flush(PENDING_MAX_AGE_S * 2)
        assert (port.has_pending, port.dropped) == (False, 1)


def test_a_place_is_an_address_in_figures() -> None:
    assert read_place("127.0.0.1:2323") == ("127.0.0.1", 2323)
    assert read_place("[::1]:0") == ("::1", 0)
    for text in ("localhost:1", "127.0.0.1", "127.0.0.1:65536", "::1:5", "[127.0.0.1:5", "1.2.3:5", ""):
        with pytest.raises(ValueError, match=r"address in figures|not appear|[Oo]ctet|[Cc]olon|Expected"):
            read_place(text)


def test_by_ipv6_its_link_has_brackets() -> None:
    port = TcpPort("::1", 0)
    port.plug()
    assert port.link.startswith("tcp://[::1]:")
    port.pull()
