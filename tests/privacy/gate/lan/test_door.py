"""The door towards the home's network: TLS alone, this home's names alone, no crowd that shuts others out."""

import asyncio
import json
import socket
import ssl
import time
from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from privacy.gate.front import front
from privacy.gate.front.connection import Access
from privacy.gate.lan import crowd, door

from .at_home import ELSEWHERE, NAMES, AtHome, at_home, trusting


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[AtHome]:
    async with at_home(tmp_path) as made:
        yield made


def parked(home: AtHome) -> socket.socket:
    return socket.create_connection(("127.0.0.1", home.port), timeout=60)


async def is_over(connection: socket.socket) -> bool:
    """Whether the other side ends it within a minute."""
    try:
        return await asyncio.to_thread(connection.recv, 1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


# what is spoken


async def test_a_browser_that_trusts_the_ca_gets_the_app(home: AtHome) -> None:
    got = await home.get("/")
    assert (got.status, got.body) == (200, b"<!doctype html><title>home</title>")
    assert "script-src 'self'" in got.headers["content-security-policy"]
    assert Access(ip="127.0.0.1", file="/", status=200, referrer="") in home.bench.log


async def test_one_that_does_not_trust_it_says_nothing(home: AtHome) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=r"self-signed|unable to get local issuer"):
        await home.connect(trusting(ca=False))
    assert home.bench.log == []


async def test_the_hub_learns_who_asks_and_a_websocket_of_this_origin_may_be(home: AtHome) -> None:
    got = await home.get("/api/v1/devices")
    assert got.status == 200
    assert b"homebase-peer: 127.0.0.1" in home.bench.asked[0].lower()
    ask = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")
    for origin, status in ((f"https://{home.host}", 403), (f"http://{home.host}", 403)):
        got = await home.get("/api/v1/events", *ask, "Sec-WebSocket-Version: 13", f"Origin: {origin}.evil")
        assert got.status == status
    got = await home.get("/api/v1/events", *ask, "Sec-WebSocket-Version: 13", f"Origin: https://{home.host}")
    assert (got.status, b"upgrade: websocket" in home.bench.asked[1].lower()) == (200, True)  # it speaks none
    assert (await home.get("/", f"Origin: https://{home.host}", method="DELETE")).status == 405
    assert (await home.get("/", f"Origin: https://{home.host}.evil", method="DELETE")).status == 403


@pytest.mark.parametrize(
    ("version", "fine"),
    [(ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_3, True)],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_old_tls_is_not_spoken(home: AtHome, version: ssl.TLSVersion, fine: bool) -> None:
    context = trusting()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = version
    if not fine:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await home.connect(context)
        return
    connection = await home.connect(context)
    with connection:
        cipher = connection.cipher()
    assert cipher is not None
    assert "GCM" in cipher[0] or "CHACHA20" in cipher[0]


async def test_ciphers_without_forward_secrecy_are_not_spoken(home: AtHome) -> None:
    context = trusting()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES128-GCM-SHA256:AES256-SHA:ECDHE-ECDSA-AES128-SHA")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await home.connect(context)


async def test_plain_http_is_told_where_to_go_and_nothing_else(home: AtHome) -> None:
    with parked(home) as plain:
        plain.sendall(
            b"GET /api/v1/session HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer T\r\n\r\n"
        )
        answer = await asyncio.to_thread(plain.recv, 4096)
    assert answer.startswith(b"HTTP/1.1 303 ")
    assert f"Location: https://{home.host}/\r\n".encode() in answer
    assert b"evil" not in answer
    assert home.bench.asked == []


async def test_strict_transport_is_asked_for_here_and_not_on_loopback(home: AtHome) -> None:
    assert (await home.get("/")).headers["strict-transport-security"] == "max-age=15552000"
    assert "strict-transport-security" not in (await home.bench.get("/")).headers


# who is meant, who may come


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1:{port}", "localhost:{port}", "{name}", "{name}:1"]
)
async def test_another_name_is_refused(home: AtHome, host: str) -> None:
    got = await home.get("/", host=host.format(port=home.port, name=NAMES[0]))
    content = json.loads(got.body)
    assert (got.status, content["code"]) == (421, "foreign_host")
    assert content["way_out"] == f"open https://{home.host}/"


async def test_control_without_the_look_another_name_is_served(
    home: AtHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("privacy.gate.front.checks._refuse_host", lambda request, site: None)
    assert (await home.get("/", host="evil.example")).status == 200


async def test_both_names_are_this_homes(home: AtHome) -> None:
    assert (await home.get("/", host=f"{NAMES[1]}:{home.port}")).status == 200


async def test_who_is_not_on_the_link_is_hung_up_on_before_the_first_byte(tmp_path: Path) -> None:
    async with at_home(tmp_path / "closed", ELSEWHERE) as home:
        with parked(home) as foreign:
            assert await is_over(foreign)
        assert home.bench.log == [Access(ip="127.0.0.1", file="-", status=403, referrer="")]
    # the control: the same peer, where the owner lets its network in
    async with at_home(tmp_path / "open", ELSEWHERE, also=(ip_network("127.0.0.0/8"),)) as home:
        assert (await home.get("/")).status == 200


# crowds


async def test_who_says_nothing_is_not_waited_for(home: AtHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "FIRST_BYTE_S", 0.2)
    with parked(home) as silent:
        assert await is_over(silent)


async def test_who_greets_slowly_is_not_waited_for(home: AtHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "GREETING_S", 0.2)
    with parked(home) as slow:
        slow.sendall(b"\x16\x03\x01\x02\x00\x01")
        assert await is_over(slow)


async def test_a_slow_head_over_tls_is_ended_as_on_loopback(
    home: AtHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("privacy.gate.front.connection.HEAD_TIME_S", 0.3)
    with await home.connect() as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHo")
        answer = await asyncio.to_thread(slow.recv, 4096)
    assert answer.startswith(b"HTTP/1.1 408 ")


async def test_unfinished_greetings_of_one_machine_do_not_take_all_places(home: AtHome) -> None:
    held = [parked(home) for _ in range(40)]
    for one in held:
        one.sendall(b"\x16\x03\x01\x02\x00\x01")
    over = await asyncio.gather(*(asyncio.to_thread(_ended_early, one) for one in held))
    assert over.count(False) == crowd.GREETING_PEER_LIMIT
    assert home.bench.log.count(Access(ip="127.0.0.1", file="-", status=503, referrer="")) == 30
    assert (await home.bench.get("/")).status == 200  # loopback is another door
    for one in held:
        one.close()


def _ended_early(connection: socket.socket) -> bool:
    connection.settimeout(2.0)
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


async def test_a_flood_of_greetings_is_slowed_down_before_it_costs_anything(
    home: AtHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def flood(count: int) -> int:
        made = 0
        for _ in range(count):
            try:
                (await home.connect()).close()
            except OSError:
                continue
            made += 1
        return made

    started_s = time.monotonic()
    made = await flood(150)
    allowed = crowd.BURST_PEER + crowd.RATE_PEER_PER_S * (time.monotonic() - started_s)
    assert made <= allowed + 1
    # the control: without the rate all of them are greeted
    monkeypatch.setattr(crowd, "RATE_PEER_PER_S", 1e6)
    monkeypatch.setattr(crowd, "RATE_PER_S", 1e6)
    assert await flood(150) == 150


async def test_one_machine_that_holds_connections_gives_way_to_itself(
    home: AtHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowd, "BURST_PEER", 1e6)
    monkeypatch.setattr(crowd, "BURST", 1e6)
    monkeypatch.setattr(crowd, "RATE_PEER_PER_S", 1e6)
    monkeypatch.setattr(crowd, "RATE_PER_S", 1e6)
    held = [await home.connect() for _ in range(front.LAN_PEER_LIMIT)]
    assert (await home.get("/")).status == 200
    assert await is_over(held[0])
    held[-1].settimeout(0.3)
    with pytest.raises(TimeoutError):
        held[-1].recv(1)
    for one in held:
        one.close()


# on an interface


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_its_packets_stay_on_the_link_unless_the_owner_says_otherwise(family: socket.AddressFamily) -> None:
    six = family == socket.AF_INET6
    hops = (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS) if six else (socket.IPPROTO_IP, socket.IP_TTL)
    with door.listen("lo", 0, family, routed=False) as near, door.listen("lo", 0, family, routed=True) as far:
        assert near.getsockopt(*hops) == 1
        assert far.getsockopt(*hops) > 1
        assert [one.getsockopt(socket.SOL_SOCKET, socket.SO_DONTROUTE) for one in (near, far)] == [1, 0]
        device = near.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, 16)
    assert device.rstrip(b"\0") == b"lo"


def test_a_port_that_is_taken_is_an_error() -> None:
    with door.listen("lo", 0, socket.AF_INET, routed=False) as first, pytest.raises(OSError, match="in use"):
        door.listen("lo", first.getsockname()[1], socket.AF_INET, routed=False)
