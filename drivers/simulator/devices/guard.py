"""Signing at the device: it challenges who commands a signed channel, and signs what a central challenges.

challenges → receive_response is one direction, answer_challenge the other; take_key_half is type 04.
Source: docs/protocols/bidcos.md, "AES signing".
"""

from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.codec.signing import (
    CHALLENGE_SIZE,
    FRESHNESS_SIZE,
    KEY_EXCHANGE_MAGIC,
    KEY_SIZE,
    open_key_half,
    sign,
    verify,
)

from .memory import ListId
from .surface import OwnDevice

SIGN_REGISTER = 0x08
VALID_S = 1.0
CHALLENGE_FLAGS = 0xA0
READ_ORDERS = frozenset({0x03, 0x04, 0x09, 0x0E})  # of type 01: many devices tell without a signature
KEY_EXCHANGE = 0x04


class Guard:
    """Keeps one open challenge, and the first half of a key on its way.

    loses_power_half_way: between the halves of the next new key its power fails, for tests.
    refused: signatures that were wrong or came late.
    """

    def __init__(self, device: OwnDevice) -> None:
        self.loses_power_half_way = False
        self.refused = 0
        self._device = device
        self._message: Frame | None = None
        self._challenge = b""
        self._until_s = 0.0
        self._half = b""
        self._half_index = 0

    def forget(self) -> None:
        """Power is gone: no challenge, no half of a key."""
        self._message, self._half = None, b""

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
        self.refused += verified is None
        return None if verified is None else (message, verified.auth)

    def answer_challenge(self, challenge: Frame, message: Frame) -> None:
        """Sign our own message for the central that asked."""
        device = self._device
        six = challenge.payload[1 : 1 + CHALLENGE_SIZE]
        if len(six) < CHALLENGE_SIZE or not device.blueprint.can_sign:
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

    def take_key_half(self, data: bytes) -> bool | None:
        """Take one of the two blocks of a new key; False when it is none, None when power fails just now.

        Only the second one makes the new key valid, and only with the first of the same index before it.
        """
        block = open_key_half(self._device.memory.key, data) if len(data) == KEY_SIZE else b""
        if block[:1] != b"\x01" or block[12:] != KEY_EXCHANGE_MAGIC:
            return False
        index, is_second = block[1] // 2, block[1] & 1
        if not is_second:
            self._half, self._half_index = block[2:10], index
            return True
        if self.loses_power_half_way:
            self.loses_power_half_way = False
            self._device.power_loss()
            return None
        if not self._half or index != self._half_index:
            return False
        self._device.memory.set_key(self._half + block[2:10], index)
        self._half = b""
        return True

    def _must_be_signed(self, frame: Frame) -> bool:
        payload = frame.payload
        if not self._device.blueprint.can_sign:
            return False
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
        memory, blueprint = self._device.memory, self._device.blueprint
        if blueprint.always_signs:
            return True
        channels = [channel] if channel else blueprint.channels
        lists = [ListId(channel=number, number=1) for number in channels]
        return any(memory.register(SIGN_REGISTER, 0, target) & 1 for target in lists)

    def _random(self, size: int) -> bytes:
        return bytes(int(self._device.surroundings.uniform() * 256) for _ in range(size))
