"""A whole house with --lan in a home's network: neighbours get in by TLS, nobody from behind the router does.

The network is that of home_network.py. Each refusal has its control: what the same machine reaches there
when a plain server listens, or when the owner lets its network in.
"""

import json
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.journeys.houses import RunningHouse, demo_house
from tests.lab.home_network import BEHIND, HOME, PROXIED, PUBLIC, Network, Server, ip
from tests.lab.outside import made_in
from tests.needs import NETWORKS

pytestmark = [pytest.mark.lab, NETWORKS, pytest.mark.timeout(180)]
HOME_6, PORT, PLAIN = "fd00:77::2", 8443, 9443
READY = re.compile(r"homebase ready: https://([a-z]{8}\.local):8443/ and http://127\.0\.0\.1:\d+/#setup=\S+")


@contextmanager
def house_in(network: Network, folder: Path, settings: str = "") -> Iterator[RunningHouse]:
    arguments = ["--devices", "1", "--lan"]
    if settings:
        folder.mkdir(exist_ok=True)
        (folder / "settings.toml").write_text(settings)
        arguments += ["--config", str(folder / "settings.toml")]
    with demo_house(folder, *arguments, around=("ip", "netns", "exec", network.home)) as house:
        yield house


def trusting(house: RunningHouse) -> tuple[ssl.SSLContext, str]:
    """A client's context that trusts this home's CA, and its name."""
    table = json.loads((house.state / "gate/lan.json").read_text())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=bytes.fromhex(table["ca"]))
    return context, table["names"][0]


def connected(namespace: str, address: str, *, source: str = "", port: int = PORT) -> socket.socket:
    """A connection of a machine of that namespace. source: which of its addresses it comes from."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    line = made_in(namespace, lambda: socket.socket(family))
    line.settimeout(3)
    try:
        if source:
            line.bind((source, 0))
        line.connect((address, port))
    except OSError:
        line.close()
        raise
    line.settimeout(60)
    return line


def page(house: RunningHouse, line: socket.socket) -> bytes:
    context, name = trusting(house)
    with line, context.wrap_socket(line, server_hostname=name) as browser:
        browser.sendall(f"GET / HTTP/1.1\r\nHost: {name}:{PORT}\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: browser.recv(1 << 16), b""))


@pytest.fixture(scope="module")
def house(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    with house_in(network, tmp_path_factory.mktemp("lan")) as running:
        yield running


@pytest.fixture(scope="module")
def plain(network: Network) -> Iterator[Server]:
    """The control: any server of the home, without a guard."""
    server = Server(network.home, "0.0.0.0", PLAIN)
    yield server
    server.close()


def test_the_first_line_says_what_to_open_in_the_network_and_here(house: RunningHouse) -> None:
    found = READY.fullmatch(house.ready)
    assert found is not None, house.ready
    assert found[1] == trusting(house)[1]


@pytest.mark.parametrize("address", [HOME, HOME_6])
def test_a_neighbour_gets_the_app(house: RunningHouse, network: Network, address: str) -> None:
    answer = page(house, connected(network.stick, address))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"<title>homebase</title>" in answer


def test_loopback_is_not_open_to_the_network(house: RunningHouse, network: Network) -> None:
    with pytest.raises(ConnectionRefusedError):
        connected(network.stick, HOME, port=house.port)


@pytest.mark.parametrize("source", [BEHIND, PUBLIC, PROXIED])
def test_who_is_behind_the_router_gets_not_even_an_answer(
    house: RunningHouse, network: Network, plain: Server, source: str
) -> None:
    with pytest.raises(TimeoutError):
        connected(network.beyond, HOME, source=source)
    # the control: the same machine reaches a server that has no guard, from the same address
    connected(network.beyond, HOME, source=source, port=PLAIN).close()


def test_the_owner_lets_one_other_network_in_and_no_more(
    network: Network, tmp_path: Path, house: RunningHouse
) -> None:
    settings = '[lan]\nport = 8444\nalso = ["192.168.99.0/24"]\n'
    with house_in(network, tmp_path / "h", settings) as other:
        context, name = trusting(other)
        line = connected(network.beyond, HOME, source=BEHIND, port=8444)
        with line, context.wrap_socket(line, server_hostname=name) as browser:
            assert browser.version() == "TLSv1.3"
        foreign = connected(network.beyond, HOME, source=PUBLIC, port=8444)
        with foreign, pytest.raises((ConnectionResetError, ssl.SSLEOFError)):
            context.wrap_socket(foreign, server_hostname=name)


def test_the_network_may_come_and_go(network: Network, tmp_path: Path) -> None:
    ip("-n", network.home, "link", "set", "wire", "down")
    try:
        with house_in(network, tmp_path / "h", "[lan]\nport = 8445\n") as house:
            assert house.ready.startswith("homebase ready: http://127.0.0.1:"), house.ready
            assert "plug the network in" in house.errors.read_text()
            ip("-n", network.home, "link", "set", "wire", "up")
            _until_reached(network, 8445)
            ip("-n", network.home, "link", "set", "wire", "down")
            time.sleep(0.2)
            ip("-n", network.home, "link", "set", "wire", "up")
            _until_reached(network, 8445)
    finally:
        ip("-n", network.home, "link", "set", "wire", "up")
        _give_back(network)


def _until_reached(network: Network, port: int) -> None:
    deadline = time.monotonic() + 90
    while True:
        try:
            connected(network.stick, HOME, port=port).close()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        else:
            return


def _give_back(network: Network) -> None:
    """What an interface loses when it goes down."""
    ip("-n", network.home, "address", "replace", f"{HOME_6}/64", "dev", "wire", "nodad")
    ip("-n", network.home, "route", "replace", "default", "via", "192.168.77.1")
