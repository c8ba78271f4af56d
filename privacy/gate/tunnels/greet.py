"""The greeting of a tunnel, from its first byte that leaves until nobody's words are looked at any more.

Nothing but the greeting leaves before the server has answered: a client that knows that it will be asked to
greet again could else send the second greeting, for another host, behind the first one.
"""

import asyncio
import socket
from dataclasses import dataclass

from privacy.client_hello import Greeting
from privacy.gate.tunnels.first_words import read_answer, read_second
from privacy.gate.tunnels.tunnel import Tunnel
from privacy.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeted:
    """What to send on first, unread. early: to the server; back: to the hub; more: of early, not counted."""

    early: bytes
    back: bytes = b""
    more: int = 0


async def greet(tunnel: Tunnel, far: socket.socket, greeting: Greeting, within_s: float) -> Greeted | Reason:
    """Pass the greeting on; where the server asks again, the second one has to pass too, or why it does not.

    within_s: so long the hub has for a second one.

    Raises:
        OSError: a side hung up, or the server says nothing.
    """
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(far, greeting.data)
    tunnel.greeted += len(greeting.data)
    answer, asks_again = await read_answer(far)
    if not asks_again:
        return Greeted(early=greeting.rest, back=answer)
    await loop.sock_sendall(tunnel.near, answer)
    tunnel.answered += len(answer)
    second = await read_second(tunnel.near, tunnel.recipient.host, greeting.rest, within_s)
    if isinstance(second, Reason):
        return second
    early = second.data + second.rest
    return Greeted(early=early, more=len(early) - len(greeting.rest))
