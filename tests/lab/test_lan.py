"""A whole house with --lan in a home's network: neighbours get in by TLS, nobody from behind the router does.

The network is that of home_network.py. Each refusal has its control: what the same machine reaches there
when a plain server listens, or when the owner lets its network in.
"""

import contextlib
import json
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.remote.qr import Home, decode
from tests.journeys.houses import RunningHouse, demo_house
from tests.lab.home_network import BEHIND, HOME, PROXIED, PUBLIC, Network, Server, ip
from tests.lab.outside import made_in
from tests.needs import NETWORKS

pytestmark = [pytest.mark.lab, NETWORKS, pytest.mark.timeout(180)]
HOME_6, PORT, PLAIN = "fd00:77::2", 8443, 9443
_RECEIVE_HOPS = 12  # IP_RECVTTL, ip(7); not named by the socket module
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


def answer_to_a_greeting(line: socket.socket, context: ssl.SSLContext, name: str) -> bytes:
    """The first byte that comes for a greeting; empty: the line was shut."""
    outgoing = ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name).do_handshake()
    try:
        line.sendall(outgoing.read())
        return line.recv(1)
    except (BrokenPipeError, ConnectionResetError):
        return b""


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


def test_the_code_of_a_phone_names_both_too(house: RunningHouse) -> None:
    code = decode(json.loads(house.ok("phone", "code", "--json"))["text"])
    _, name = trusting(house)
    here = f"http://127.0.0.1:{house.port}"
    assert code.ways == (Home(origin=here), Home(origin=f"https://{name}:{PORT}"))


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
        again = connected(network.beyond, HOME, source=BEHIND, port=8444)
        foreign = connected(network.beyond, HOME, source=PUBLIC, port=8444)
        with again, foreign:
            assert answer_to_a_greeting(again, context, name) != b""
            assert answer_to_a_greeting(foreign, context, name) == b""


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


# by which name


def mdns(
    house: RunningHouse, namespace: str, to: str, *, source: str = "", plain: bool = True
) -> list[bytes]:
    """Ask for the home's addresses by hand; the answers of two seconds. to: an address or the group's."""
    name = trusting(house)[1].split(".")
    question = b"".join(bytes([len(label)]) + label.encode() for label in name) + b"\0\0\1\0\1"
    line = made_in(namespace, lambda: _asker(plain))
    with line:
        if source:
            line.bind((source, 0))
        line.sendto(b"\xbe\xef\0\0\0\1\0\0\0\0\0\0" + question, (to, 5353))
        answers, deadline = [], time.monotonic() + 2
        while (left := deadline - time.monotonic()) > 0:
            line.settimeout(left)
            try:
                heard = line.recv(9000)
            except TimeoutError:
                break
            if heard[2] & 0x80:  # not what was asked here
                answers.append(heard)
        return answers


def _asker(plain: bool) -> socket.socket:
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    if not plain:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        line.bind(("0.0.0.0", 5353))
        group = (
            socket.inet_aton("224.0.0.251") + bytes(4) + socket.if_nametoindex("wire").to_bytes(4, "little")
        )
        line.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
    index = bytes(8) + socket.if_nametoindex("wire").to_bytes(4, "little")
    line.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, index)
    return line


@pytest.mark.parametrize("plain", [True, False], ids=["by plain DNS", "by multicast"])
def test_a_neighbour_that_asks_for_the_name_gets_the_address(
    house: RunningHouse, network: Network, plain: bool
) -> None:
    answers: list[bytes] = []
    for _ in range(30):  # what was just said to all is not repeated to all within a second
        if answers := mdns(house, network.stick, "224.0.0.251", plain=plain):
            break
    assert len(set(answers)) == 1  # to all it is said once more by itself a second after the start
    assert answers[0][:2] == (b"\xbe\xef" if plain else b"\0\0")
    assert socket.inet_aton(HOME) in answers[0]


def test_who_is_behind_the_router_gets_no_answer_about_the_name(
    house: RunningHouse, network: Network
) -> None:
    for source in (BEHIND, PUBLIC):
        assert mdns(house, network.beyond, HOME, source=source) == []
    # the control: the same packet gets there where something without a guard listens
    control = made_in(network.home, lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    with control, made_in(network.beyond, lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as asker:
        control.settimeout(60)
        control.bind((HOME, 5355))
        asker.bind((PUBLIC, 0))
        asker.sendto(b"?", (HOME, 5355))
        assert control.recv(10) == b"?"


def test_its_words_stay_on_the_link_and_it_says_goodbye(network: Network, tmp_path: Path) -> None:
    ear = made_in(network.stick, lambda: _asker(plain=False))
    beyond = made_in(network.beyond, _recorder)
    with ear, beyond:
        ear.settimeout(60)
        ear.setsockopt(socket.IPPROTO_IP, _RECEIVE_HOPS, 1)
        with house_in(network, tmp_path / "h", "[lan]\nport = 8446\n") as house:
            name = trusting(house)[1].partition(".")[0].encode()
            told = _heard(ear, lambda data: name in data and data[2] == 0x84)
            assert socket.inet_aton(HOME) in told
        gone = _heard(ear, lambda data: name in data and b"\0\0\0\0\0\4" + socket.inet_aton(HOME) in data)
        assert gone
        beyond.settimeout(0.5)
        assert not any(name in data for data in _all(beyond))


def _recorder() -> socket.socket:
    taken = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    taken.bind(("wire", 3))
    return taken


def _all(recorder: socket.socket) -> Iterator[bytes]:
    while True:
        try:
            yield recorder.recv(9000)
        except TimeoutError:
            return


def _heard(ear: socket.socket, wanted: Callable[[bytes], bool]) -> bytes:
    """The next message that is wanted; each comes with the hop limit of one that no router saw."""
    while True:
        data, controls, _, _ = ear.recvmsg(9000, 64)
        assert int.from_bytes(controls[0][2], "little") == 255
        if wanted(data):
            return data
