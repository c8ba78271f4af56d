"""A relay in foreign hands, as far as MQTT goes: the hub leaves it, keeps nothing of it, serves by others."""

import asyncio
import contextlib
import os
import resource
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hub.remote import topics
from tests.lab.outside import authority
from tests.mosquitto import HOST, Mosquitto

from .relay_home import relay_home, trusted_broker, until

ACCEPTED = bytes.fromhex("20 03 00 00 00")
PIECE = os.urandom(1 << 16)
EVIL = "evil"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with trusted_broker(tmp_path / "broker") as running:
        yield running


@contextlib.asynccontextmanager
async def hostile(folder: Path, says: bytes, then: bytes = b"") -> AsyncIterator[tuple[int, str, list[int]]]:
    """A server that answers a login with ``says``, then sends ``then`` without end; port, CA, connections."""
    ca_file, context = authority(folder, HOST)
    seen: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            await reader.read(4096)
            seen.append(0)
            writer.write(says)
            while then:
                writer.write(then)
                await writer.drain()
                seen[-1] += len(then)
            await reader.read()
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1], ca_file.read_text(), seen
        server.close()


@pytest.mark.parametrize(
    ("says", "then", "state", "reason"),
    [
        (ACCEPTED + bytes.fromhex("30 ff ff ff 7f"), PIECE, "lost", "a packet is too long"),
        (ACCEPTED, PIECE, "lost", ""),
        (bytes.fromhex("20 03 00 87 00"), b"", "refused", "it does not let this user in"),
        (bytes.fromhex("20 03 01 00 00"), b"", "lost", ""),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", "lost", ""),
    ],
    ids=["256 MiB announced", "noise without end", "no entry", "a session of before", "another protocol"],
)
async def test_a_relay_in_foreign_hands_is_left_and_the_other_one_serves(
    tmp_path: Path, broker: Mosquitto, says: bytes, then: bytes, state: str, reason: str
) -> None:
    async with relay_home(tmp_path / "hub", broker) as there, hostile(tmp_path / "evil", says, then) as evil:
        port, pem, seen = evil
        there.home.front.relays[EVIL] = (HOST, port, pem)
        await there.add()
        await there.ask("relays.add", name=EVIL, host=HOST, tls_port=port, wss_port=0)
        before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        phone = await there.pair()

        async def left() -> bool:
            rows = (await there.ask("relays.list"))["relays"]
            row = next(row for row in rows if row["name"] == EVIL)
            return bool(row["state"] == state and reason in row["reason"])

        await until(left)
        assert seen
        async with phone.session() as connection:
            assert (await connection.ask("health", {}, os.urandom)).ok
        # nothing that it sent was kept
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib < 64 << 10


async def test_a_relay_with_anothers_certificate_learns_no_password(
    tmp_path: Path, broker: Mosquitto
) -> None:
    async with relay_home(tmp_path / "hub", broker) as there, hostile(tmp_path / "evil", ACCEPTED) as evil:
        port, _, seen = evil
        there.home.front.relays[EVIL] = (HOST, port, broker.ca_file.read_text())  # trusts somebody else
        await there.ask("relays.add", name=EVIL, host=HOST, tls_port=port, wss_port=0)
        await there.ask("phones.code")

        async def refused() -> bool:
            (row,) = (await there.ask("relays.list"))["relays"]
            return bool("certificate" in row["reason"])

        await until(refused)
        assert seen == []


async def test_messages_at_foreign_topics_and_of_foreign_kinds_are_nobodys(
    tmp_path: Path, broker: Mosquitto
) -> None:
    async with relay_home(tmp_path / "hub", broker) as there:
        await there.add()
        phone = await there.pair()
        route, slot = phone.way.route, phone.way.slot
        async with there.as_owner_of_the_relay() as relay, phone.session() as connection:
            for topic in (
                topics.up(route, slot, bytes(16)),
                topics.up(route, (slot + 1) % 16, bytes(16)),
                topics.up(bytes(16), slot, bytes(16)),
                f"hb1/{'x' * 22}/{slot}/y/u",
            ):
                for size in (0, 1, 279, 280, 281, 65_543):
                    await relay.publish(topic, os.urandom(size))
            assert (await connection.ask("health", {}, os.urandom)).ok
        assert await there.is_connected()
