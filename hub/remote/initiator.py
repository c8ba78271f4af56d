"""The phone's side of a handshake, for the reference client and for tests. Pure.

Source: docs/protocols/remote.md, "Opening".
"""

from collections.abc import Callable
from dataclasses import dataclass

from privacy.ports import RandomBytes

from .keys import CONNECTION_SIZE, Mode, prologue
from .noise import Handshake, Split
from .opening import FIRST_PAYLOAD, NO_PAIRING, PATTERN, SECOND_PAYLOAD, SIZE, Opening


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Whom to reach, and by what. psk: of the pairing or the session; route: zeros at home."""

    mode: Mode
    hub_key: bytes
    private: bytes
    psk: bytes
    route: bytes
    pairing: bytes = NO_PAIRING


class Initiator:
    """One handshake. opening: what has to be sent first; connection: what it is called."""

    def __init__(self, dial: Dial, random_bytes: RandomBytes) -> None:
        self.connection = connection = random_bytes(CONNECTION_SIZE)
        self._handshake = Handshake(
            PATTERN,
            initiator=True,
            prologue=prologue(dial.mode, dial.route, connection, dial.hub_key),
            random_bytes=random_bytes,
            static=dial.private,
            remote=dial.hub_key,
            psk_of=_always(dial.psk),
        )
        self.opening = Opening(
            mode=dial.mode,
            connection=connection,
            pairing=dial.pairing,
            message=self._handshake.write(FIRST_PAYLOAD),
        ).encode()

    def answer(self, message: bytes) -> Split | None:
        """The transport keys; None: not the hub's answer, and this handshake is over."""
        if len(message) != SIZE or self._handshake.read(message) != SECOND_PAYLOAD:
            return None
        return self._handshake.split()


def _always(psk: bytes) -> Callable[[bytes | None], bytes | None]:
    return lambda _: psk
