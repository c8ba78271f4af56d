"""Signing at the device: it challenges who commands a signed channel, and signs what a central challenges.

challenges → receive_response is one direction, answer_challenge the other; take_key_half is type 04.
Source: docs/protocols/bidcos.md, "AES signing".
"""

from typing import TYPE_CHECKING

from drivers.bidcos.frames import Frame
from drivers.bidcos.signing import CHALLENGE_SIZE, FRESHNESS_SIZE, open_key_half, sign, verify

from .memory import ListId

if TYPE_CHECKING:
    from .device import Device

SIGN_REGISTER = 0x08
VALID_S = 1.0
CHALLENGE_FLAGS = 0xA0
READ_ORDERS = frozenset({0x03, 0x04, 0x09, 0x0E})  # of type 01: many devices tell without a signature
KEY_EXCHANGE = 0x04


class Guard:
    """Keeps one open challenge, and the first half of a key on its way."""

    def __init__(self, device: "Device") -> None:
        self._device = device
        self._message: Frame | None = None
        self._challenge = b""
        self._until_s = 0.0
        self._half = b""

    def challenges(self, frame: Frame) -> bool:
        """Challenge a message that must be signed; False lets it pass."""
        if not self._must_be_signed(frame):
            return False
        device = self._device
        self._message, self._challenge = frame, self._random(CHALLENGE_SIZE)
        self._until_s = device.agenda.now_s + VALID_S
        device.send_later(
            Frame(
                counter=frame.counter,
                flags=CHALLENGE_FLAGS,
                kind=0x02,
                sender=device.address,
                receiver=frame.sender,
                payload=b"\x04" + self._challenge + bytes((device.memory.key_index * 2,)),
            )
        )
        return True

    def receive_response(self, response: Frame) -> tuple[Frame, bytes] | None:
        """Check a type-03 frame; the message it frees and the bytes that prove us, or None: stay silent."""
        message, self._message = self._message, None
        if message is None or self._device.agenda.now_s > self._until_s:
            return None
        if (response.counter, response.sender) != (message.counter, message.sender):
            return None
        verified = verify(self._device.memory.key, self._challenge, message, response.payload)
        return None if verified is None else (message, verified.auth)

    def answer_challenge(self, challenge: Frame, message: Frame) -> None:
        """Sign our own message for the central that asked."""
        device = self._device
        six = challenge.payload[1 : 1 + CHALLENGE_SIZE]
        if len(six) < CHALLENGE_SIZE:
            return
        signature = sign(device.memory.key, six, message, self._random(FRESHNESS_SIZE))
        device.send_later(
            Frame(
                counter=challenge.counter,
                flags=CHALLENGE_FLAGS,
                kind=0x03,
                sender=device.address,
                receiver=challenge.sender,
                payload=signature.data,
            )
        )

    def take_key_half(self, data: bytes) -> bool:
        """Take one of the two blocks of a new key; False when it is none."""
        if len(data) != 16:
            return False
        block = open_key_half(self._device.memory.key, data)
        if block[:1] != b"\x01":
            return False
        if block[1] & 1 == 0:
            self._half = block[2:10]
        elif self._half:
            self._device.memory.set_key(self._half + block[2:10], block[1] // 2)
            self._half = b""
        return True

    def _must_be_signed(self, frame: Frame) -> bool:
        payload = frame.payload
        match frame.kind:
            case 0x04:
                return True
            case 0x11 if len(payload) >= 2:
                return self._is_signed(payload[1])
            case 0x01 if len(payload) >= 2 and payload[1] not in READ_ORDERS:
                return self._is_signed(payload[0])
        return False

    def _is_signed(self, channel: int) -> bool:
        """Whether a channel signs; the device itself does when one of its channels does."""
        memory = self._device.memory
        channels = [channel] if channel else range(1, self._device.kind.model.channels + 1)
        lists = [ListId(channel=number, number=1) for number in channels]
        return any(memory.register(SIGN_REGISTER, 0, target) & 1 for target in lists)

    def _random(self, size: int) -> bytes:
        return bytes(int(self._device.surroundings.uniform() * 256) for _ in range(size))
