"""Bytes of an operation on their way to a phone, as fast as it takes them and no faster. I/O.

Source: docs/protocols/remote.md, "Streams and credit".
"""

from collections.abc import AsyncIterator

from .frames import MOST_DATA
from .visits import Visit


async def pour(visit: Visit, stream: int, pieces: AsyncIterator[bytes]) -> None:
    """Send all of it, then end the stream; nothing is made beyond credit and what the transport takes.

    Raises:
        ConnectionResetError: the phone gave it up.
    """
    async for piece in pieces:
        for start in range(0, len(piece), MOST_DATA):
            part = piece[start : start + MOST_DATA]
            while not visit.session.data(stream, part):
                if not visit.session.channel.is_open(stream):
                    raise ConnectionResetError
                visit.credited.clear()
                await visit.credited.wait()
            visit.news.set()
            await visit.room()
    visit.session.end(stream)
    visit.news.set()
