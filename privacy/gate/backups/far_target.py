"""A far target as backups see it: each thing that is done there goes through the door by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING, cast

from privacy.gate.backups.far_door import Deed, FarDoor
from privacy.gate.backups.target import NOTHING, Copy, Landed, Source, Taken, TargetError, Trouble

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

_PAUSES_S = (1.0, 5.0, 30.0)  # before a broken reading goes on; counted anew after each STRIDE
STRIDE = 1 << 20  # bytes between two breaks that are progress
MOST_BREAKS = 20  # of one reading: each is a transfer with its entries, and a server may break as it likes


class FarTarget:
    """Follows target.Target. name: of the recipient in homebase.toml."""

    def __init__(self, door: FarDoor, name: str) -> None:
        self._door, self._name = door, name

    async def put(self, name: str, source: Source, landed: Landed, taken: Taken = NOTHING) -> None:
        """As target.Target says."""
        deed = Deed(does="put", name=name, size=source.size, sha256=source.sha256)
        async with self._door.opened(self._name, deed) as target:
            await target.put(name, source, landed, taken)

    async def copies(self) -> tuple[Copy, ...]:
        """As target.Target says."""
        async with self._door.opened(self._name, Deed(does="list")) as target:
            return await target.copies()

    async def read(self, name: str, offset: int = 0) -> AsyncIterator[bytes]:
        """As target.Target says; where the line breaks, it goes on at that byte."""
        broken = breaks = came = 0
        while True:
            try:
                async with self._door.opened(self._name, Deed(does="read", name=name)) as target:
                    pieces = cast("AsyncGenerator[bytes, None]", target.read(name, offset))
                    async with aclosing(pieces):
                        async for piece in pieces:
                            offset, came = offset + len(piece), came + len(piece)
                            yield piece
                return
            except TargetError as error:
                broken, breaks, came = 0 if came >= STRIDE else broken, breaks + 1, 0
                over = broken == len(_PAUSES_S) or breaks > MOST_BREAKS
                if error.trouble is not Trouble.UNREACHABLE or over:
                    raise
                await asyncio.sleep(_PAUSES_S[broken])
                broken += 1

    async def remove(self, name: str) -> None:
        """As target.Target says."""
        async with self._door.opened(self._name, Deed(does="remove", name=name)) as target:
            await target.remove(name)

    async def tidy(self) -> int:
        """As target.Target says."""
        async with self._door.opened(self._name, Deed(does="tidy")) as target:
            return await target.tidy()
