"""The receiver's door on real sockets under TLS: answers, bounds, and that nothing of a caller is kept."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from privacy.system import SystemClock
from support import certificates, server
from support.desk import Desk
from support.exchange import MOST_BODY, Request
from support.server import Server
from tests.clock import ManualClock

from .receiving import TRANSFER, deletion, delivery, desk_in

HOST = "help.example.org"


@dataclass(slots=True, kw_only=True)
class Receiving:
    desk: Desk
    clock: ManualClock
    trust: ssl.SSLContext
    port: int

    async def connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port, ssl=self.trust, server_hostname=HOST)

    async def posted(self, request: Request, **changes: str) -> tuple[int, dict[str, Any]]:
        length = str(len(request.body))
        headers = {**request.headers, "host": HOST, "content-length": length, **changes}
        head = f"{request.method} {request.path} HTTP/1.1\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
        return await self.said(head.encode() + request.body)

    async def said(self, data: bytes) -> tuple[int, dict[str, Any]]:
        reader, writer = await self.connected()
        writer.write(data)
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.transport.abort()
        return (int(head.split()[1]), json.loads(body)) if head else (0, {})


@asynccontextmanager
async def receiving(tmp_path: Path) -> AsyncIterator[Receiving]:
    folder, clock = tmp_path / "s", ManualClock()
    desk = desk_in(folder, clock)
    chain = certificates.ready(folder, HOST, datetime.now(UTC))
    trust = ssl.create_default_context(cafile=str(folder / certificates.CA))
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    one = Server(desk=desk, context=certificates.context_of(chain, None), clock=clock)
    serving = asyncio.create_task(one.run("127.0.0.1", 0, port.set_result))
    try:
        yield Receiving(desk=desk, clock=clock, trust=trust, port=await port)
    finally:
        serving.cancel()
        await asyncio.wait([serving])


@pytest.mark.obligation("Q6.6-a")
async def test_a_delivery_and_its_deletion_are_answered_as_the_page_says(tmp_path: Path) -> None:
    async with receiving(tmp_path) as one:
        sent = delivery(one.desk.public_key, "T-1", one.clock.now())
        assert await one.posted(sent) == (403, {"refused": "ticket_not_open"})
        one.desk.open_ticket("T-1", "ada")
        status, kept = await one.posted(sent)
        assert (status, list(kept)) == (201, ["receipt"])
        status, gone = await one.posted(deletion("T-1"))
        assert (status, gone["transfer"], gone["state"]) == (200, TRANSFER, "deleted")
        assert await one.posted(sent) == (410, {"refused": "deleted"})
        assert await one.posted(deletion("T-2")) == (403, {"refused": "other_ticket"})


async def test_what_is_none_of_ours_or_too_large_is_refused_and_the_door_stays_open(tmp_path: Path) -> None:
    async with receiving(tmp_path) as one:
        assert await one.said(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n") == (400, {"refused": "no_such_place"})
        assert (await one.said(b"\x00\x01\x02\r\n\r\n"))[0] in {0, 400}
        sent = delivery(one.desk.public_key, "T-1", one.clock.now())
        large = f"POST /homebase/1 HTTP/1.1\r\nhost: a\r\ncontent-length: {MOST_BODY + 1}\r\n\r\n"
        assert await one.said(large.encode() + bytes(100_000)) == (413, {"refused": "too_large"})
        assert await one.posted(sent, **{"homebase-activity": "x"}) == (403, {"refused": "purpose"})
        one.desk.open_ticket("T-1", "ada")
        assert (await one.posted(sent))[0] == 201  # control: the very next one is served
        assert "127.0.0.1" not in repr(one.desk.log())


async def test_who_is_slow_or_comes_in_crowds_is_sent_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "AT_ONCE", 1)
    async with receiving(tmp_path) as one:
        _, first = await one.connected()
        first.write(b"POST")
        await asyncio.sleep(0.2)
        assert await one.said(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n") == (503, {"refused": "busy"})
        first.transport.abort()
        await asyncio.sleep(0.2)
        assert (await one.said(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"))[
            0
        ] == 400  # control: there is room again
        monkeypatch.setattr(server, "WHOLE_S", 0.3)
        assert await one.said(b"POST /homebase/1 HTTP/1.1\r\n") == (0, {})


@pytest.mark.obligation("Q6.6-d")
async def test_the_running_server_deletes_by_itself_when_the_date_comes(tmp_path: Path) -> None:
    async with receiving(tmp_path) as one:
        one.desk.open_ticket("T-1", "ada")
        sent = delivery(one.desk.public_key, "T-1", one.clock.now(), days=1)
        await one.posted(sent)
        file = tmp_path / "s" / "support.db"
        await one.clock.advance(86_340)
        await asyncio.sleep(0.3)
        assert sent.body[300:364] in file.read_bytes()  # control: a minute before
        await one.clock.advance(120)
        for _ in range(100):
            if sent.body[300:364] not in file.read_bytes():
                break
            await asyncio.sleep(0.05)
        assert sent.body[300:364] not in file.read_bytes()


def test_a_certificate_is_renewed_under_the_same_authority(tmp_path: Path) -> None:
    now = SystemClock().now()
    chain = certificates.ready(tmp_path, HOST, now)
    first, ca = chain.read_bytes(), (tmp_path / certificates.CA).read_bytes()
    certificates.ready(tmp_path, HOST, now + timedelta(days=300))
    assert chain.read_bytes() == first  # control: not before it is due
    certificates.ready(tmp_path, HOST, now + timedelta(days=340))
    assert chain.read_bytes() != first
    certificates.ready(tmp_path, "other.example.org", now)
    assert (tmp_path / certificates.CA).read_bytes() == ca
    assert len(certificates.fingerprint(tmp_path).split()) == 8
    chain.write_text("no certificate")
    with pytest.raises(certificates.BadCertificate):
        certificates.ready(tmp_path, HOST, now)
    with pytest.raises(certificates.BadCertificate):
        certificates.context_of(chain, None)
