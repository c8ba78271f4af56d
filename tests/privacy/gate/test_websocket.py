"""WebSockets through the front: checked at the door, then passed on unread, never piled up."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from privacy.gate.front import connection

from .bench import FrontBench, Got, front_bench

KEY, ACCEPT = "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # RFC 6455, section 1.3
SWITCH = (
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[FrontBench]:
    async with front_bench(tmp_path, lambda _: True) as made:
        yield made


def asking(bench: FrontBench, *extra: str) -> bytes:
    lines = [
        "GET /api/v1/events HTTP/1.1",
        f"Host: 127.0.0.1:{bench.port}",
        f"Origin: http://127.0.0.1:{bench.port}",
        "Upgrade: websocket",
        "Connection: keep-alive, Upgrade",
        f"Sec-WebSocket-Key: {KEY}",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: homebase.v1, homebase.bearer.T",
        "Sec-WebSocket-Extensions: permessage-deflate",
        *extra,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


async def test_bytes_pass_both_ways_unread(bench: FrontBench) -> None:
    bench.says = (
        f"{SWITCH}{ACCEPT}\r\nSec-WebSocket-Protocol: homebase.v1\r\nSet-Cookie: a=b\r\n\r\nEARLY".encode()
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", bench.port)
    writer.write(asking(bench) + b"\x81\x00up\r\n\r\n")  # and a first frame with it
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    assert head.startswith("HTTP/1.1 101 ")
    assert "Sec-WebSocket-Protocol: homebase.v1\r\n" in head
    assert "Cookie" not in head
    assert await reader.readexactly(5) == b"EARLY"
    while len(bench.asked) < 2:
        await asyncio.sleep(0.01)
    assert bench.asked[1] == b"\x81\x00up\r\n\r\n"
    assert b"extensions" not in bench.asked[0].lower()
    assert [access.status for access in bench.log] == [101]
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    "says",
    [
        f"{SWITCH}wrong\r\n\r\n<script>",
        f"{SWITCH}{ACCEPT}\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
        f"{SWITCH}{ACCEPT}\r\nSec-WebSocket-Protocol: nobody.asked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 8\r\n\r\n<script>",
    ],
    ids=["accept", "extensions", "protocol", "html"],
)
async def test_a_wrong_upgrade_of_the_hub_is_not_passed_on(bench: FrontBench, says: str) -> None:
    bench.says = says.encode()
    got = Got.of(await bench.send(asking(bench)))
    assert got.status == 502
    assert b"<script>" not in got.body


async def test_the_hubs_refusal_of_a_websocket_is_passed_on(bench: FrontBench) -> None:
    bench.says = b"HTTP/1.1 401 No\r\nContent-Type: application/problem+json\r\nContent-Length: 2\r\n\r\n{}"
    got = Got.of(await bench.send(asking(bench)))
    assert (got.status, got.headers["www-authenticate"], got.body) == (401, "Bearer", b"{}")


async def test_a_browser_that_does_not_read_stops_the_hub_not_the_gate(bench: FrontBench) -> None:
    bench.says, bench.flood = f"{SWITCH}{ACCEPT}\r\n\r\n".encode(), 64 << 20
    reader, writer = await asyncio.open_connection("127.0.0.1", bench.port, limit=1 << 12)
    writer.write(asking(bench))
    await reader.readuntil(b"\r\n\r\n")
    sent = -1
    while sent != bench.flooded:
        sent = bench.flooded
        await asyncio.sleep(0.3)
    assert sent < 16 << 20  # what kernels hold on the way; the rest waits in the hub
    while bench.flooded < bench.flood:  # control: it does flow when read
        await reader.read(1 << 20)
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(("limit_s", "stays"), [(0.5, False), (60.0, True)], ids=["limit", "control"])
async def test_a_browser_that_reads_nothing_for_long_is_gone(
    bench: FrontBench, monkeypatch: pytest.MonkeyPatch, limit_s: float, stays: bool
) -> None:
    monkeypatch.setattr(connection, "WRITE_TIME_S", limit_s)
    bench.says, bench.flood = f"{SWITCH}{ACCEPT}\r\n\r\n".encode(), 64 << 20
    reader, writer = await asyncio.open_connection("127.0.0.1", bench.port, limit=1 << 12)
    writer.write(asking(bench))
    await reader.readuntil(b"\r\n\r\n")
    await asyncio.sleep(3.0)
    got = 0
    with contextlib.suppress(ConnectionError):
        while got < bench.flood and (data := await reader.read(1 << 20)):
            got += len(data)
    assert (got >= bench.flood) is stays
    writer.transport.abort()


async def test_both_ends_close_together(bench: FrontBench) -> None:
    bench.says, bench.closes = f"{SWITCH}{ACCEPT}\r\n\r\nBYE".encode(), True
    reader, writer = await asyncio.open_connection("127.0.0.1", bench.port)
    writer.write(asking(bench))
    await reader.readuntil(b"\r\n\r\n")
    assert await asyncio.wait_for(reader.read(), 60) == b"BYE"
    writer.close()
    await writer.wait_closed()
