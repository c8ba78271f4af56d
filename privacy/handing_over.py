"""The hub's end of a file that shall leave: in parts, one at a time, as fast as the gate takes them.

``GateClient.hand_over`` uses it. Memory holds one part, whatever the file's size.
"""

from base64 import b64encode
from collections.abc import AsyncIterable, Awaitable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from privacy.tunnel import Destination


class Ask(Protocol):
    """GateClient.ask."""

    def __call__(self, op: str, /, **fields: object) -> Awaitable[Mapping[str, object]]:
        """Ask the gate."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """A file that the gate has. leaves: now, under a consent; else it waits for a yes to ``sha256``."""

    transfer: str
    sha256: str
    size: int
    leaves: bool


async def hand_over(ask: Ask, to: Destination, pieces: AsyncIterable[bytes]) -> HandedOver:
    """Hand ``pieces`` over, of any sizes.

    Raises:
        GateDeclined: it could not leave, or the disk is full; the code is the reason's. Nothing is kept then.
        GateLost: the gate went.
    """
    opened = await ask(
        "stage.open",
        activity=to.activity,
        recipient=to.recipient,
        categories=sorted(category.value for category in to.categories),
        addressee=to.addressee,
        ticket=to.ticket,
    )
    transfer, most = str(opened["transfer"]), int(str(opened["part"]))
    digest, size, number, waiting = sha256(), 0, 0, bytearray()

    async def send(part: bytes) -> None:
        nonlocal number
        await ask("stage.part", transfer=transfer, number=number, data=b64encode(part).decode())
        number += 1

    async for piece in pieces:
        digest.update(piece)
        size += len(piece)
        for begin in range(0, len(piece), most):
            waiting += piece[begin : begin + most]
            while len(waiting) >= most:
                await send(bytes(waiting[:most]))
                del waiting[:most]
    if waiting:
        await send(bytes(waiting))
    closed = await ask("stage.close", transfer=transfer, size=size, sha256=digest.hexdigest())
    return HandedOver(
        transfer=transfer, sha256=digest.hexdigest(), size=size, leaves=closed.get("leaves") is True
    )
