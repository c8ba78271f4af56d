"""Libraries through tunnels: aiohttp by our connector, those with sockets of their own by the forwarder."""

import asyncio
import http.client
import os
import ssl
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from hub.contract import DriverContext
from hub.outward import TunnelConnector
from privacy.client import Destination, GateDeclined, GateLost, OpensTunnels
from privacy.forwarder import forwarding
from tests.clock import ManualClock
from tests.gate import NO_GATE
from tests.hub.daemon.test_drivers import NoPort, NoStore
from tests.lab.outside import RECEIVER, Receiver, authority
from tests.lab.tunnel_lab import (
    CLOUD,
    HOST,
    OTHER_HOST,
    TO_CLOUD,
    TO_VOICE,
    VOICE,
    TunnelLab,
    row,
    tunnel_lab,
    until,
)
from tests.needs import NETWORKS
from tests.privacy.greetings import real

pytestmark = [pytest.mark.lab, NETWORKS]

PORT = 4443
URL = f"https://{HOST}:{PORT}/report"
GREETED = b"HTTP/1.1 200 Connection established\r\n\r\n"


@dataclass(slots=True, kw_only=True)
class Place:
    """The lab, with a recipient that speaks HTTPS and the authority that vouches for it."""

    lab: TunnelLab
    receiver: Receiver
    ca_file: Path


@pytest.fixture
async def place(wire: tuple[str, str], tmp_path: Path) -> AsyncIterator[Place]:
    for folder in ("gate", "s"):
        (tmp_path / folder).mkdir()
    ca_file, context = authority(tmp_path / "ca", HOST)
    rows = [
        row("cloud", HOST, CLOUD, port=PORT, ca_file=str(ca_file)),
        row("voice", OTHER_HOST, VOICE, port=PORT),  # the system's store does not know our authority
    ]
    receiver = Receiver(wire[1], context, port=PORT)
    try:
        async with tunnel_lab(wire, tmp_path / "gate", tmp_path / "s", rows=rows) as lab:
            yield Place(lab=lab, receiver=receiver, ca_file=ca_file)
    finally:
        receiver.close()


# a driver by itself


class CloudDriver:
    """The least that a driver of a cloud is: what it needs stands in its context."""

    def __init__(self, context: DriverContext) -> None:
        self._context = context

    async def report(self, value: bytes) -> bytes:
        reader, writer = await self._context.gate.encrypted(TO_CLOUD)
        lines = (
            "POST /report HTTP/1.1",
            f"Host: {HOST}",
            f"Content-Length: {len(value)}",
            "Connection: close",
        )
        writer.write("\r\n".join((*lines, "", "")).encode() + value)
        answer = await reader.read()
        writer.close()
        return answer


def context_with(gate: OpensTunnels) -> DriverContext:
    return DriverContext(
        clock=ManualClock(),
        random_bytes=os.urandom,
        serial=NoPort(),
        gate=gate,
        store=NoStore(),
        publish=lambda event: None,
        settings={},
    )


async def test_a_driver_reaches_its_cloud_in_one_line(place: Place) -> None:
    answer = await CloudDriver(context_with(place.lab.hub)).report(b"21.5")
    assert answer.startswith(b"HTTP/1.1 201")
    assert place.receiver.arrived[0].body == b"21.5"
    await place.lab.ask("consent.withdraw", activity=CLOUD)
    with pytest.raises(GateDeclined, match="withdrawn"):
        await CloudDriver(context_with(place.lab.hub)).report(b"22.5")


async def test_a_driver_without_a_gate_is_told_so() -> None:
    with pytest.raises(GateLost):
        await CloudDriver(context_with(NO_GATE)).report(b"21.5")


# aiohttp


async def test_aiohttp_reaches_its_recipient(place: Place) -> None:
    async with (
        aiohttp.ClientSession(connector=TunnelConnector(place.lab.hub, TO_CLOUD)) as session,
        session.post(URL, data=b"21.5") as answer,
    ):
        assert answer.status == 201
        assert await answer.json(content_type=None) == {"receipt": "R-1"}
    assert place.receiver.arrived[0].body == b"21.5"
    assert place.receiver.arrived[0].headers["host"] == f"{HOST}:{PORT}"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (f"http://{HOST}:{PORT}/", "only https"),
        (f"https://{OTHER_HOST}:{PORT}/", "leads to cloud.example.org:4443 only"),
        (f"https://{HOST}/", "leads to cloud.example.org:4443 only"),
        (f"https://{RECEIVER}:{PORT}/", "leads to cloud.example.org:4443 only"),
    ],
)
async def test_aiohttp_reaches_nobody_else(place: Place, url: str, why: str) -> None:
    async with aiohttp.ClientSession(connector=TunnelConnector(place.lab.hub, TO_CLOUD)) as session:
        with pytest.raises(aiohttp.ClientConnectorError, match=why):
            await session.get(url)
        with pytest.raises(aiohttp.ClientConnectorError, match="no proxy"):
            await session.get(URL, proxy=f"http://{RECEIVER}:3128")
    assert place.lab.packets() == []


async def test_aiohttp_does_not_follow_its_recipient_elsewhere(place: Place) -> None:
    place.receiver.mode = "redirect"
    async with aiohttp.ClientSession(connector=TunnelConnector(place.lab.hub, TO_CLOUD)) as session:
        with pytest.raises(aiohttp.ClientConnectorError, match="leads to cloud"):
            await session.post(URL, data=b"21.5")
    assert set(place.lab.names.asked) == {HOST}


async def test_aiohttp_believes_only_the_recipients_authority(place: Place) -> None:
    async with aiohttp.ClientSession(connector=TunnelConnector(place.lab.hub, TO_VOICE)) as session:
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await session.post(f"https://{OTHER_HOST}:{PORT}/", data=b"21.5")
    assert place.receiver.arrived == []


async def test_aiohttp_is_told_why_not(place: Place) -> None:
    await place.lab.ask("consent.withdraw", activity=CLOUD)
    async with aiohttp.ClientSession(connector=TunnelConnector(place.lab.hub, TO_CLOUD)) as session:
        with pytest.raises(aiohttp.ClientConnectorError, match="The consent is withdrawn"):
            await session.get(URL)
    place.lab.names.names.clear()
    async with aiohttp.ClientSession(connector=TunnelConnector(place.lab.hub, TO_VOICE)) as session:
        with pytest.raises(aiohttp.ClientConnectorError, match="no such name"):
            await session.get(f"https://{OTHER_HOST}:{PORT}/")


# sockets of their own


async def test_a_library_with_its_own_sockets_reaches_its_recipient(place: Place) -> None:
    trust = ssl.create_default_context(cafile=str(place.ca_file))

    def by_urllib(proxy: str) -> bytes:
        handlers = (urllib.request.ProxyHandler({"https": proxy}), urllib.request.HTTPSHandler(context=trust))
        answer = urllib.request.build_opener(*handlers).open(URL, data=b"21.5", timeout=30)
        with answer:
            return bytes(answer.read())

    async with forwarding(place.lab.hub, TO_CLOUD) as proxy:
        assert await asyncio.to_thread(by_urllib, proxy) == b'{"receipt": "R-1"}'
        async with (
            aiohttp.ClientSession() as session,
            session.post(URL, data=b"22.0", proxy=proxy, ssl=trust) as answer,
        ):
            assert answer.status == 201
    assert [arrived.body for arrived in place.receiver.arrived] == [b"21.5", b"22.0"]


async def test_the_forwarder_answers_in_one_piece_and_loses_no_greeting(place: Place) -> None:
    hello = real(HOST)
    async with forwarding(place.lab.hub, TO_CLOUD) as proxy:
        reader, writer = await _connected(proxy)
        writer.write(f"CONNECT {HOST}:{PORT} HTTP/1.1\r\nHost: {HOST}:{PORT}\r\n\r\n".encode() + hello)
        async with asyncio.timeout(30):
            assert await reader.readexactly(len(GREETED)) == GREETED
            assert (await reader.readexactly(1))[0] in {0x15, 0x16}  # the recipient answered the greeting
        writer.close()


@pytest.mark.parametrize(
    ("head", "status", "why"),
    [
        (f"GET http://{HOST}:{PORT}/ HTTP/1.1\r\nHost: {HOST}\r\n\r\n", 405, "use https"),
        (f"CONNECT {OTHER_HOST}:{PORT} HTTP/1.1\r\n\r\n", 403, "leads to cloud.example.org:4443 only"),
        (f"CONNECT {HOST}:25 HTTP/1.1\r\n\r\n", 403, "leads to cloud.example.org:4443 only"),
        ("\x16\x03\x01\0\5hello\r\n\r\n", 400, "not a request"),
    ],
)
async def test_the_forwarder_leads_nowhere_else(place: Place, head: str, status: int, why: str) -> None:
    async with forwarding(place.lab.hub, TO_CLOUD) as proxy:
        assert await _asked(proxy, head) == (status, why)
    assert place.lab.packets() == []


async def test_the_forwarder_says_why_not_and_is_cut_with_its_tunnel(place: Place) -> None:
    request = f"CONNECT {HOST}:{PORT} HTTP/1.1\r\n\r\n"
    async with forwarding(place.lab.hub, TO_CLOUD) as proxy:
        reader, writer = await _connected(proxy)
        writer.write(request.encode() + real(HOST))
        await until(place.lab.gate.door.tunnels.running)
        await reader.readexactly(len(GREETED) + 1)
        await place.lab.ask("consent.withdraw", activity=CLOUD)
        async with asyncio.timeout(30):
            await reader.read()
        writer.close()
        assert await _asked(proxy, request) == (403, "withdrawn: The consent is withdrawn.")
    nobody = Destination(activity=CLOUD, recipient="nobody", categories=TO_CLOUD.categories)
    async with forwarding(place.lab.hub, nobody) as proxy:
        assert (await _asked(proxy, request))[0] == 403


async def _connected(proxy: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", int(proxy.rpartition(":")[2]))


async def _asked(proxy: str, head: str) -> tuple[int, str]:
    """Status and, of the text, what was looked for."""
    reader, writer = await _connected(proxy)
    writer.write(head.encode("latin-1"))
    async with asyncio.timeout(30):
        answer = (await reader.read()).decode()
    writer.close()
    status, text = int(answer.split()[1]), answer.partition("\r\n\r\n")[2].strip()
    assert http.client.responses[status] in answer
    for known in ("use https", "leads to cloud.example.org:4443 only", "not a request"):
        if known in text:
            return status, known
    return status, text
