"""Waits until there is something to read, and leaves it where it is: for who takes it in a way of his own."""

import asyncio
import socket


async def readable(source: socket.socket | int) -> None:
    """Return when ``source`` can be read, or is at its end. One waits for it at a time."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(source, _wake, ready)
    try:
        await ready
    finally:
        loop.remove_reader(source)


def _wake(ready: "asyncio.Future[None]") -> None:
    if not ready.done():
        ready.set_result(None)
