"""What must be signed, and our own signatures. Pure.

Reports are challenged by us (events.py); orders are challenged by the device, which then answers with bytes
that only a holder of the key knows. An order's answer without them, by a channel that signs, is forged.
Source: docs/protocols/bidcos.md, "AES signing".
"""

from collections.abc import Callable

from ..codec.frames import Frame
from ..codec.messages import AesResponse, Challenge
from ..codec.signing import FRESHNESS_SIZE, sign
from .keyring import Keyring
from .lane import Lane

_TOLD_BY = {0x02: frozenset({0x01}), 0x10: frozenset({0x04, 0x05, 0x06})}  # the first byte, by type


def told_channel(frame: Frame) -> int:
    """The channel that a device tells something of; its setting says whether that is signed; -1: none."""
    payload = frame.payload
    if frame.kind in {0x40, 0x41} and payload:
        return payload[0] & 0x3F
    orders = _TOLD_BY.get(frame.kind, frozenset())
    return payload[1] if len(payload) > 1 and payload[0] in orders else -1


def ordered_channel(frame: Frame) -> int:
    """The channel that an order of ours is for, which asks for a signature if it signs; -1: it is none."""
    return frame.payload[1] if frame.kind == 0x11 and len(frame.payload) > 1 else -1


class Signer:
    """Signs what devices challenge."""

    def __init__(self, keyring: Keyring, random_bytes: Callable[[int], bytes]) -> None:
        self._keyring = keyring
        self._random_bytes = random_bytes

    def sign(self, lane: Lane, challenge: Challenge) -> AesResponse | None:
        """Sign what was sent with the key that it names; None: we have no key for it.

        While a change of keys is under way, the other one is tried the next time.
        """
        assert lane.sent is not None  # awaits() has seen it
        index = challenge.key_byte // 2
        self._keyring.claimed(lane.device, index)
        keys = self._keyring.candidates(lane.device, index)
        sealed = None if lane.current is None or lane.waking else lane.step.sealed
        if not keys or sealed not in {None, index}:
            if self._keyring.key(index) is None:
                self._keyring.refused(lane.device, index)
            return None
        lane.key = keys[lane.challenges % len(keys)]
        signature = sign(lane.key, challenge.challenge, lane.sent, self._random_bytes(FRESHNESS_SIZE))
        lane.signs = True
        lane.challenges += 1
        lane.key_index = index
        lane.auth = signature.auth
        return AesResponse(data=signature.data)
