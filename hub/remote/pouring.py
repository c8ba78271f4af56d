"""Bytes of an operation on their way to a phone, as fast as it takes them and no faster. I/O.

Source: docs/protocols/remote.md, "Streams and credit".
"""

from collections.abc import AsyncIterator
from functools import partial

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
            await visit.put(stream, partial(visit.session.data, stream, part))
    visit.session.end(stream)
    visit.news.set()
