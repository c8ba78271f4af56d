"""A mixed load of tunnels and deliveries: each packet has its entry in the ledger, each entry its packets.

TRANSFERS in the environment says how many (script/nightly: 10,000).
"""

import asyncio
import os
import random
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest

from privacy.client import Destination, GateDeclined, GateLost
from tests.lab.far_side import FarSide
from tests.lab.outside import RECEIVER, RESOLVER, Receiver, authority
from tests.lab.tunnel_lab import (
    CATEGORIES,
    CLOUD,
    TunnelLab,
    receive,
    row,
    send,
    standing_grant,
    tunnel_lab,
    until,
)
from tests.needs import NETWORKS
from tests.privacy.greetings import real
from tests.privacy.house import SUPPORT_KEY

pytestmark = [
    pytest.mark.lab,
    NETWORKS,
    pytest.mark.timeout(7200 if "TRANSFERS" in os.environ else 120),
]

DIAGNOSIS, SUPPORT, SUPPORT_PORT = "diagnosis.remote", "support.example.org", 4490
DELIVERED = 0.05  # share of all
TRANSFERS = int(os.environ.get("TRANSFERS", "150"))
AT_ONCE, FIRST_PORT, RECIPIENTS = (
    12,
    4400,
    8,
)  # the last recipient's port is closed, the one before has no name


def host_of(number: int) -> str:
    return f"cloud{number}.example.org"


def port_of(number: int) -> int:
    return FIRST_PORT + number


@pytest.fixture
async def lab(wire: tuple[str, str], tmp_path: Path) -> AsyncIterator[TunnelLab]:
    for folder in ("gate", "s"):
        (tmp_path / folder).mkdir()
    rows = [
        row(f"cloud{number}", host_of(number), CLOUD, port=port_of(number)) for number in range(RECIPIENTS)
    ]
    ca_file, context = authority(tmp_path / "ca", SUPPORT)
    support = {"role": "processor", "port": SUPPORT_PORT, "ca_file": str(ca_file), "keys": [SUPPORT_KEY]}
    rows.append(row("support", SUPPORT, DIAGNOSIS, **support))
    rows.append(row("cloud", "cloud.example.org", CLOUD))
    rows.append(row("voice", "voice.example.org", "voice.generic"))
    async with (
        AsyncExitStack() as stack,
        tunnel_lab(wire, tmp_path / "gate", tmp_path / "s", rows=rows) as lab,
    ):
        receiver = Receiver(wire[1], context, port=SUPPORT_PORT)
        stack.callback(receiver.close)
        lab.names.names[SUPPORT] = [RECEIVER]
        await lab.ask("consent.confirm_clock")
        shown = await lab.ask("consent.preview", activity=DIAGNOSIS, ticket="T-1")
        asked = {"ticket": "T-1", "preview": shown["preview"], "form": "until", "term_s": 86_400}
        assert (await lab.ask("consent.give", activity=DIAGNOSIS, **asked))["delivery"][
            "result"
        ] == "delivered"
        for number in range(RECIPIENTS - 1):
            far = FarSide(wire[1], port_of(number), mode="echo")
            stack.callback(far.close)
            lab.names.names[host_of(number)] = [RECEIVER]
        del lab.names.names[host_of(RECIPIENTS - 2)]
        lab.names.names[host_of(RECIPIENTS - 1)] = [RECEIVER]
        for number in range(RECIPIENTS):
            await asyncio.to_thread(standing_grant, lab.gate, to(number))
        yield lab


def to(number: int) -> Destination:
    return Destination(activity=CLOUD, recipient=f"cloud{number}", categories=CATEGORIES)


async def transfer(lab: TunnelLab, chance: random.Random, bodies: Counter[bytes]) -> None:
    """One of the many ways in which a driver may use a tunnel, or try to."""
    number, kind = (
        chance.randrange(RECIPIENTS),
        chance.choice(["echo", "echo", "echo", "leave", "other name"]),
    )
    if chance.random() < DELIVERED:
        await lab.ask("consent.send", activity=DIAGNOSIS)
        return
    recipient = (
        to(number)
        if chance.random() > 0.05
        else Destination(activity=CLOUD, recipient="nobody", categories=CATEGORIES)
    )
    try:
        tunnel = await lab.hub.open(recipient)
    except (GateDeclined, GateLost):
        return
    with tunnel.socket, suppress(OSError):
        hello = real(tunnel.host if kind != "other name" else "evil.example.org")
        await send(tunnel, hello)
        if kind == "echo":
            body = chance.randbytes(chance.randrange(1, 4000))
            await send(tunnel, body)
            if await receive(tunnel, len(hello) + len(body)) == hello + body:
                bodies[hello + body] += 1
            tunnel.socket.shutdown(socket.SHUT_WR)
            await receive(tunnel, 1)


async def test_each_packet_has_its_entry_and_each_entry_its_packets(lab: TunnelLab) -> None:
    chance, bodies = random.Random(4), Counter[bytes]()
    opened = Counter({SUPPORT_PORT: 1})  # that of the consent itself
    lab.packets()
    elsewhere: set[tuple[str, str, int]] = set()
    for begin in range(0, TRANSFERS, AT_ONCE):
        async with asyncio.TaskGroup() as tasks:
            for _ in range(min(AT_ONCE, TRANSFERS - begin)):
                tasks.create_task(transfer(lab, chance, bodies))
        await until(lambda: not lab.gate.door.tunnels.running())
        packets = lab.packets()
        opened += Counter(port for _, port in {(one.source, one.port) for one in packets if one.syn})
        elsewhere |= {(packet.protocol, packet.to, packet.port) for packet in packets}
    begins, ends = await lab.entries("transfer_begin"), await lab.entries("transfer_end")
    lookups = await lab.entries("lookup")
    by_id = {entry["transfer"]: entry for entry in ends}
    assert len(begins) == len(by_id) == len(ends) == len(lookups)
    assert {entry["transfer"] for entry in begins} == by_id.keys()
    # each entry has its packets, and there are no others
    connected = Counter(
        entry["port"] for entry in begins if by_id[entry["transfer"]].get("address", RECEIVER) == RECEIVER
    )
    assert opened == connected
    assert len(lab.names.asked) == 2 * len(lookups)  # IPv4 and IPv6
    assert set(lab.names.asked) == {entry["name"] for entry in lookups}
    assert elsewhere == {("udp", RESOLVER, 53)} | {("tcp", RECEIVER, port) for port in connected}
    tunnelled = {port_of(number) for number in range(RECIPIENTS)} - {port_of(RECIPIENTS - 2)}
    assert set(connected) == tunnelled | {SUPPORT_PORT}
    delivered = [end for end in ends if end["result"] == "delivered"]
    assert len(delivered) == connected[SUPPORT_PORT] > 1
    # what was counted is what passed
    whole = [end for end in ends if end["result"] == "closed" and end["sent"] == end["received"]]
    assert Counter(end["sent"] for end in whole) >= Counter(map(len, bodies.elements()))
    assert sum(bodies.values()) > TRANSFERS / 6
    refused = {entry["reason"] for entry in await lab.entries("refusal")} - {"too_many_connections"}
    assert refused == {"unknown_recipient", "other_name"}
    assert await lab.sound()
