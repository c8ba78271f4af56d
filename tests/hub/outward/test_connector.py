"""What a library is told whose device in the house shows a certificate that is not accepted."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from hub.outward.connector import INSIDE, TunnelConnector
from privacy.client import Destination, Tunnel
from tests.lab.outside import authority

HOST = "lamp.example.org"
PINNED = "enter certificate_sha256 in its [[device]]"


@dataclass
class Gate:
    """Opens tunnels to a server that shows ``context``; who uses them trusts ``ca_pem``."""

    context: ssl.SSLContext
    ca_pem: str

    async def open(self, to: Destination) -> Tunnel:
        ours, theirs = socket.socketpair()
        serving = asyncio.get_running_loop().connect_accepted_socket(
            asyncio.Protocol, theirs, ssl=self.context
        )
        self.served = asyncio.ensure_future(serving)
        ours.setblocking(False)
        return Tunnel(word="w", host=HOST, port=443, ca_pem=self.ca_pem, socket=ours)

    async def encrypted(self, to: Destination) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        raise NotImplementedError

    async def outcome(self, tunnel: Tunnel) -> Mapping[str, object]:
        raise NotImplementedError


async def refusal(gate: Gate, activity: str = INSIDE) -> str:
    to = Destination(activity=activity, recipient="lamp", categories=frozenset())
    async with aiohttp.ClientSession(connector=TunnelConnector(gate, to)) as session:
        with pytest.raises(aiohttp.ClientConnectorCertificateError) as refused:
            await session.get(f"https://{HOST}/")
    with contextlib.suppress(ssl.SSLError, OSError):
        await gate.served
    return str(refused.value.certificate_error)


async def test_why_a_certificate_is_not_accepted_is_the_real_reason(tmp_path: Path) -> None:
    ca, _ = authority(tmp_path / "right", HOST)
    _, stranger = authority(tmp_path / "stranger", HOST)
    old_ca, old = authority(tmp_path / "old", HOST, ends=timedelta(hours=-1))
    other_ca, other = authority(tmp_path / "other", "oven.example.org")
    said = {
        "stranger": await refusal(Gate(stranger, ca.read_text())),
        "old": await refusal(Gate(old, old_ca.read_text())),
        "other": await refusal(Gate(other, other_ca.read_text())),
    }
    assert all(PINNED in words for words in said.values())
    assert "nobody that this machine trusts" in said["stranger"]
    assert "has expired" in said["old"]
    assert "another name or address" in said["other"]
    # the control: outside the house there is no [[device]] to enter it in
    assert PINNED not in await refusal(Gate(old, old_ca.read_text()), "camera.cloud")
