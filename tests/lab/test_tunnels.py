"""Tunnels seen from outside: what gets through, what does not, and what the ledger says of each.

Each attack stands beside its control: the same bytes with the guard off arrive.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from privacy.client import Destination, GateDeclined
from privacy.client_hello import Greeting, GreetingReader
from privacy.gate.network import resolver
from privacy.gate.tunnels.tunnels import Limits
from tests.lab.outside import RECEIVER
from tests.lab.tunnel_lab import (
    CATEGORIES,
    CLOUD,
    HOST,
    OTHER_HOST,
    TO_CLOUD,
    TO_VOICE,
    TunnelLab,
    receive,
    send,
    standing_grant,
    tunnel_lab,
    until,
)
from tests.needs import NETWORKS
from tests.privacy.greetings import ECH, message, real, records, server_name

pytestmark = [pytest.mark.lab, NETWORKS]

NOTHING = b"nothing of this may leave"


@pytest.fixture
async def lab(wire: tuple[str, str], tmp_path: Path, sockets: Path) -> AsyncIterator[TunnelLab]:
    (tmp_path / "gate").mkdir()
    async with tunnel_lab(
        wire, tmp_path / "gate", sockets, limits=Limits(ticket_s=1.0, greeting_s=0.5)
    ) as lab:
        yield lab


@pytest.fixture
def sockets(tmp_path: Path) -> Path:
    folder = tmp_path / "s"
    folder.mkdir()
    return folder


async def test_a_stream_passes_both_ways_and_stands_in_the_ledger(lab: TunnelLab) -> None:
    lab.far.mode = "echo"
    hello, body = real(HOST), bytes(range(256)) * 2000
    tunnel = await lab.opened(first=hello)
    assert (tunnel.host, tunnel.port, tunnel.ca_pem) == (HOST, 443, None)
    assert await receive(tunnel, len(hello)) == hello
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(send(tunnel, body))
        back = tasks.create_task(receive(tunnel, len(body)))
    assert back.result() == body
    tunnel.socket.shutdown(socket.SHUT_WR)
    told = await lab.ended(tunnel)

    passed = len(hello) + len(body)
    assert told == {"result": "closed", "what": "closed", "code": None, "sent": passed, "received": passed}
    (begin,) = await lab.entries("transfer_begin")
    (lookup,) = await lab.entries("lookup")
    (end,) = await lab.entries("transfer_end")
    assert begin["host"] == lookup["name"] == HOST
    assert begin["categories"] == ["actuator_state", "climate"]
    assert begin["transfer"] == lookup["transfer"] == end["transfer"]
    assert (end["result"], end["sent"], end["received"], end["address"]) == (
        "closed",
        passed,
        passed,
        RECEIVER,
    )
    assert await lab.sound()


GREETINGS = {
    "another name": (real("evil.example.org"), "other_name"),
    "the name of another grant": (real(OTHER_HOST), "other_name"),
    "no name": (real(None), "other_name"),
    "two names": (records(message(server_name(HOST), server_name("evil.example.org"))), "other_name"),
    "a hidden name": (records(message(server_name(HOST), ECH)), "hidden_name"),
    "a hidden name in pieces": (records(message(server_name(HOST), ECH), 7), "hidden_name"),
    "plain http": (b"POST / HTTP/1.1\r\nHost: cloud.example.org\r\n\r\n", "not_tls"),
    "ssh": (b"SSH-2.0-OpenSSH_9.6\r\n", "not_tls"),
    "a broken greeting": (records(message(server_name(HOST), tail=b"x")), "greeting_broken"),
    "too long a greeting": (records(message(server_name(HOST), bytes(20000))), "greeting_broken"),
}


async def test_a_greeting_that_is_not_plainly_for_the_granted_host_gets_nothing_out(
    lab: TunnelLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    for attack, (first, code) in GREETINGS.items():
        told = await lab.ended(await lab.opened(first=first + NOTHING))
        assert (told["result"], told["code"], told["sent"]) == ("refused", code, 0), attack
    assert lab.packets() == []
    assert lab.names.asked == []
    refusals = [(entry["activity"], entry["recipient"]) for entry in await lab.entries("refusal")]
    assert set(refusals) == {(CLOUD, "cloud")}
    assert await lab.entries("transfer_begin") == []
    # control: with the guard off each of them arrives
    monkeypatch.setattr(GreetingReader, "feed", lambda _, data: Greeting(data=data))
    for first, _ in GREETINGS.values():
        await lab.opened(first=first + NOTHING)
    sent = sorted(first + NOTHING for first, _ in GREETINGS.values())
    await until(lambda: sorted(map(bytes, lab.far.arrived)) == sent)


async def test_a_greeting_that_takes_too_long_gets_nothing_out(lab: TunnelLab) -> None:
    tunnel = await lab.opened(first=real(HOST)[:-1])
    assert (await lab.ended(tunnel))["code"] == "greeting_broken"
    assert lab.packets() == []
    assert await receive(tunnel, 1) == b""
    lab.gate.door.tunnels._limits = Limits(greeting_s=60.0)
    hello = real(HOST)
    tunnel = await lab.opened(first=hello[:-1])
    await asyncio.sleep(0.7)  # longer than it had before
    await send(tunnel, hello[-1:])
    await until(lambda: lab.far.total == len(hello))


def test_the_hub_has_five_seconds() -> None:
    assert Limits() == Limits(ticket_s=5.0, greeting_s=5.0)


INSIDE = {
    "in the house": ("10.9.9.9", True),
    "mapped": ("::ffff:10.9.9.9", True),
    "mapped, of an outside one": (f"::ffff:{RECEIVER}", True),
    "loopback": ("127.0.0.1", False),
    "link-local": ("169.254.169.254", False),
    "shared": ("100.64.0.1", False),
    "compatible": (f"::{RECEIVER}", False),
    "NAT64": ("64:ff9b::909:901", False),
    "6to4": ("2002:909:901::1", False),
    "site-local": ("fec0::1", False),
    "unique local": ("fd00::1", False),
}


async def test_a_name_that_leads_into_the_house_is_not_connected_to(
    lab: TunnelLab, house_behind: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for form, (address, _) in INSIDE.items():
        lab.names.names[HOST] = [address]
        told = await lab.ended(await lab.opened())
        assert (told["result"], told["code"]) == ("failed", "address_not_outside"), form
    assert [packet for packet in lab.packets() if packet.protocol == "tcp"] == []
    # controls: beside an address outside that one is taken; with the guard off those in the house are reached
    lab.names.names[HOST] = [*(address for address, _ in INSIDE.values()), RECEIVER]
    await lab.opened()
    await until(lambda: lab.far.total > 0)
    assert {packet.to for packet in lab.packets() if packet.syn} == {RECEIVER}
    monkeypatch.setattr(resolver, "is_outside", lambda _: True)
    for form in (form for form, (_, reachable) in INSIDE.items() if reachable):
        lab.names.names[HOST] = [INSIDE[form][0]]
        await lab.opened()
        await until(lambda: [packet for packet in lab.packets() if packet.syn])


@pytest.fixture
def house_behind(wire: tuple[str, str]) -> Iterator[None]:
    import subprocess

    inside, outside = wire
    commands = [
        ["ip", "-n", outside, "address", "add", "10.9.9.9/24", "dev", "wire"],
        ["ip", "-n", inside, "route", "add", "10.9.9.0/24", "dev", "wire"],
    ]
    for command in commands:
        subprocess.run(command, check=True, capture_output=True)
    yield
    for command in commands:
        command[4] = "delete"
        subprocess.run(command, check=True, capture_output=True)


async def test_a_name_is_looked_up_for_each_connection_and_pinned_for_it(lab: TunnelLab) -> None:
    first = await lab.opened()
    await until(lambda: lab.far.total > 0)
    lab.names.names[HOST] = ["192.168.1.1"]
    second = await lab.opened()
    assert (await lab.ended(second))["code"] == "address_not_outside"
    before = lab.far.total
    await send(first, b"still the same host")
    await until(lambda: lab.far.total == before + 19)
    assert lab.names.asked == [HOST] * 4  # IPv4 and IPv6 for each


async def test_another_account_behind_the_permitted_host_gets_no_stream(lab: TunnelLab) -> None:
    owners, attackers = (
        Destination(activity=CLOUD, recipient="cloud", categories=CATEGORIES, addressee=f"account-{number}")
        for number in (1, 2)
    )
    await lab.ask("consent.withdraw", activity=CLOUD)
    await asyncio.to_thread(standing_grant, lab.gate, owners)
    lab.packets()
    with pytest.raises(GateDeclined, match="addressee_not_declared"):
        await lab.hub.open(attackers)
    with pytest.raises(GateDeclined, match="withdrawn"):
        await lab.hub.open(TO_CLOUD)  # nobody in particular is another one, too
    assert lab.packets() == []
    # the control: that host does take streams, for whom the owner agreed to
    await lab.opened(owners)
    await until(lambda: lab.far.total > 0)
    (begin,) = await lab.entries("transfer_begin")
    assert begin["addressee"] == "account-1"


async def test_a_ticket_opens_one_connection(lab: TunnelLab) -> None:
    answer = await lab.hub.ask(
        "tunnel.open", activity=CLOUD, recipient="cloud", categories=["climate"], addressee="", ticket=""
    )
    word = str(answer["word"]).encode()
    first, second = await _shows(lab, word), await _shows(lab, word)
    assert sorted([await _answer(first), await _answer(second)]) == [b"", b"+"]
    assert await _answer(await _shows(lab, word)) == b""
    assert await _answer(await _shows(lab, b"0" * 32)) == b""
    assert await _answer(await _shows(lab, b"\xff" * 32)) == b""
    assert await _answer(await _shows(lab, b"short")) == b""
    refusals = [entry["reason"] for entry in await lab.entries("refusal")]
    assert refusals == ["no_stream_ticket"]  # repeats of a day are counted
    assert lab.packets() == []


async def test_a_ticket_is_void_after_thirty_seconds(lab: TunnelLab) -> None:
    from datetime import timedelta

    question = {"activity": CLOUD, "recipient": "cloud", "categories": ["climate"]}
    words = [str((await lab.hub.ask("tunnel.open", **question))["word"]).encode() for _ in range(2)]
    lab.gate.clock.ahead = timedelta(seconds=29)
    assert await _answer(await _shows(lab, words[0])) == b"+"
    lab.gate.clock.ahead = timedelta(seconds=31)
    assert await _answer(await _shows(lab, words[1])) == b""


async def test_a_ticket_of_another_activity_leads_to_its_own_recipient_only(lab: TunnelLab) -> None:
    tunnel = await lab.opened(TO_VOICE, first=real(HOST))
    assert (await lab.ended(tunnel))["code"] == "other_name"
    assert lab.packets() == []
    tunnel = await lab.opened(TO_VOICE)
    await until(lambda: lab.far.total > 0)
    (begin,) = await lab.entries("transfer_begin")
    assert begin["host"] == OTHER_HOST


async def test_a_ticket_under_a_consent_that_was_withdrawn_meanwhile_opens_nothing(lab: TunnelLab) -> None:
    question = {"activity": CLOUD, "recipient": "cloud", "categories": ["climate"]}
    word = str((await lab.hub.ask("tunnel.open", **question))["word"]).encode()
    await lab.ask("consent.withdraw", activity=CLOUD)
    assert await _answer(await _shows(lab, word)) == b""
    assert (await lab.hub.ask("tunnel.outcome", word=word.decode()))["code"] == "withdrawn"
    assert lab.packets() == []


async def test_connections_come_at_a_pace(lab: TunnelLab) -> None:
    from privacy.client import GateDeclined
    from privacy.meter import BURST

    lab.gate.clock.monotonic = lambda: 1000.0  # type: ignore[method-assign]  # time stands
    for _ in range(BURST):
        (await lab.hub.open(TO_CLOUD)).socket.close()
    with pytest.raises(GateDeclined) as declined:
        await lab.hub.open(TO_CLOUD)
    assert declined.value.code == "too_many_connections"
    await lab.opened(TO_VOICE)  # another grant has a pace of its own
    await until(lambda: lab.far.total > 0)


async def _shows(lab: TunnelLab, word: bytes) -> socket.socket:
    stream = socket.socket(socket.AF_UNIX)
    stream.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(stream, str(lab.sockets / "tunnel.sock"))
    await loop.sock_sendall(stream, word)
    return stream


async def _answer(stream: socket.socket) -> bytes:
    async with asyncio.timeout(30):
        try:
            return await asyncio.get_running_loop().sock_recv(stream, 10)
        except ConnectionError:
            return b""
        finally:
            stream.close()
