"""The receiver's door on real sockets under TLS: answers, bounds, and that nothing of a caller is kept."""

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator, Callable
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
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = head.lower().split("content-length:")[1].split()[0]
            return int(head.split()[1]), json.loads(await reader.readexactly(int(length)))
        except asyncio.IncompleteReadError:
            return 0, {}
        finally:
            writer.transport.abort()


@asynccontextmanager
async def receiving(tmp_path: Path, renewed: Callable[[], None] = lambda: None) -> AsyncIterator[Receiving]:
    folder, clock = tmp_path / "s", ManualClock()
    desk = desk_in(folder, clock)
    chain = certificates.ready(folder, HOST, datetime.now(UTC))
    trust = ssl.create_default_context(cafile=str(folder / certificates.CA))
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    one = Server(desk=desk, context=certificates.context_of(chain, None), clock=clock, renewed=renewed)
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
    whole = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    async with receiving(tmp_path) as one:
        crowd = [socket.create_connection(("127.0.0.1", one.port)) for _ in range(server.PER_NETWORK)]
        await asyncio.sleep(0.1)
        with pytest.raises((OSError, ssl.SSLError)):  # counted before a handshake
            await one.said(whole)
        crowd.pop().close()
        await asyncio.sleep(0.1)
        assert (await one.said(whole))[0] == 400  # control: there is room again
        monkeypatch.setattr(server, "PER_NETWORK", 100)
        monkeypatch.setattr(server, "AT_ONCE", len(crowd))
        assert (await one.said(whole))[0] == 400  # idle ones of all the world shut nobody out
        crowd[0].settimeout(5)
        assert await asyncio.to_thread(crowd[0].recv, 1) == b""  # the slowest had to go
        for idle in crowd:
            idle.close()
        monkeypatch.setattr(server, "HEAD_S", 0.3)
        assert await one.said(b"POST /homebase/1 HTTP/1.1\r\n") == (0, {})
        head = b"POST /homebase/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n"
        reader, writer = await one.connected()
        writer.write(head)
        await asyncio.sleep(0.6)
        writer.write(b"x")
        assert await reader.read() != b""  # control: a body may take longer
        writer.transport.abort()
        monkeypatch.setattr(server, "WHOLE_S", 0.3)
        assert await one.said(head) == (0, {})


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_who_has_many_addresses_counts_once(address: str, network: str) -> None:
    assert server.network_of(address) == network


async def test_a_certificate_that_is_not_renewed_ends_neither_server_nor_sweeps(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def renewed() -> None:
        raise certificates.BadCertificate(tmp_path, "no room")

    async with receiving(tmp_path, renewed) as one:
        one.desk.open_ticket("T-1", "ada")
        sent = delivery(one.desk.public_key, "T-1", one.clock.now(), days=1)
        for _ in range(2):
            await one.clock.advance(60)
            await asyncio.sleep(0.2)
        assert (await one.posted(sent))[0] == 201
        unrenewed = [record for record in caplog.records if record.message == "support.unrenewed"]
        assert len(unrenewed) == 1  # once for a reason


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
    assert (tmp_path / certificates.CA).read_bytes() == ca
    assert len(certificates.fingerprint(tmp_path).split()) == 8
    chain.write_text("no certificate")
    with pytest.raises(certificates.BadCertificate):
        certificates.ready(tmp_path, HOST, now)
    with pytest.raises(certificates.BadCertificate):
        certificates.context_of(chain, None)


def test_an_authority_that_owners_trust_is_never_replaced_and_vouches_for_one_name(tmp_path: Path) -> None:
    now = SystemClock().now()
    chain = certificates.ready(tmp_path, HOST, now)
    ca, key = tmp_path / certificates.CA, tmp_path / certificates.CA_KEY
    before = {path: path.read_bytes() for path in (ca, key, chain)}
    for path, code in ((key, "half_authority"), (ca, "half_authority")):
        path.unlink()
        with pytest.raises(certificates.BadCertificate) as bad:
            certificates.ready(tmp_path, HOST, now)
        assert (bad.value.code, path.exists()) == (code, False)
        assert certificates.still_valid(tmp_path, HOST, now) is (path is key)
        path.write_bytes(before[path])
    with pytest.raises(certificates.BadCertificate) as bad:
        certificates.ready(tmp_path, "other.example.org", now)
    assert bad.value.code == "other_name"
    (tmp_path / "other").mkdir()
    other = certificates.ready(tmp_path / "other", HOST, now)
    key.write_bytes((tmp_path / "other" / certificates.CA_KEY).read_bytes())
    chain.write_bytes(other.read_bytes())  # of another authority: not served
    with pytest.raises(certificates.BadCertificate) as bad:
        certificates.ready(tmp_path, HOST, now)
    assert bad.value.code == "other_authority"
    key.write_bytes(before[key])
    assert (
        certificates.ready(tmp_path, HOST, now).read_bytes() != other.read_bytes()
    )  # control: with its own key
    assert ca.read_bytes() == before[ca]
    assert certificates.still_valid(tmp_path, HOST, now + timedelta(days=396))
    assert not certificates.still_valid(tmp_path, HOST, now + timedelta(days=398))
