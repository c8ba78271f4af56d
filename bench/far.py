"""The far side of benches: a recipient behind TLS at the address that the tests' networks give it."""

import asyncio
import ssl
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.lab.outside import RECEIVER

_PIECE = 1 << 18  # bytes read at once
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def swallow(reader: asyncio.StreamReader, size: int) -> None:
    """Read that many bytes, or what comes before the end."""
    while size > 0 and (data := await reader.read(_PIECE)):
        size -= len(data)


async def serve_until_told(folder: Path, serve: Serve) -> None:
    """Say "ready" and serve until standard input ends. folder: ca/server.pem in it has the key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca" / "server.pem")
    server = await asyncio.start_server(serve, RECEIVER, 443, ssl=context, limit=1 << 20)
    print("ready", flush=True)
    async with server:
        await asyncio.to_thread(sys.stdin.read)
