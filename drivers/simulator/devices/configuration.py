"""Type 01 at the device: register lists, peers, status and serial requests, and who may ask for them.

Source: docs/protocols/bidcos.md, "Type 01", "Pairing", "Register lists", "Peers".
"""

from collections.abc import Iterable, Sequence

from drivers.bidcos.codec.frames import Frame

from .. import payloads
from .memory import NO_PEER, ListId, Registers
from .surface import OwnDevice

Pages = Sequence[bytes]
PAIRS_MAX = 8  # register pairs in one 10/02 frame of 17 bytes
SEQUENCE_MAX = 15  # registers in one 10/03 frame
LONG_LIST = 32  # lists with more neighbours than this are told as sequences (ours; both are seen)
PEERS_PER_PAGE = 4
SESSION_S = 8.0  # an open write without an end is forgotten after this (ours)
LINK_LISTS = (3, 4)
STAY_AWAKE_S = 3.0


class Configuration:
    """Answers type-01 frames for one device and keeps the list that is being written."""

    def __init__(self, device: OwnDevice) -> None:
        self._device = device
        self._target: ListId | None = None
        self._staged: Registers = {}
        self._until_s = 0.0

    @property
    def is_open(self) -> bool:
        """Whether somebody is in the middle of writing a list."""
        return self._target is not None and self._device.agenda.now_s < self._until_s

    def forget(self) -> None:
        """Power is gone, and what was not ended with it."""
        self._target = None

    def receive(self, frame: Frame) -> None:
        """Obey, refuse or ignore a configuration frame. Never raises."""
        device = self._device
        owner = device.memory.central
        if frame.sender != owner and not (not device.memory.is_paired and device.is_learning):
            if device.memory.is_paired:
                device.answer(frame, payloads.NACK)
            return
        device.stay_awake(STAY_AWAKE_S)
        channel, order = (frame.payload + b"\x00\xff")[:2] if len(frame.payload) >= 2 else (0, 0xFF)
        if not device.blueprint.has_channel(channel):
            device.answer(frame, payloads.NACK_UNKNOWN_TARGET)
            return
        self._obey(frame, channel, order, frame.payload[2:])

    def _obey(self, frame: Frame, channel: int, order: int, rest: bytes) -> None:
        device = self._device
        match order:
            case 0x01 | 0x02 if len(rest) >= 4:
                device.answer(frame, self._change_peers(channel, order, rest))
            case 0x03:
                device.answer_pages(frame, peer_pages(device.memory.peers.get(channel, [])))
            case 0x04 if len(rest) >= 5:
                self._read(frame, _target(channel, rest))
            case 0x05 if len(rest) >= 5:
                device.answer(frame, self._begin(_target(channel, rest)))
            case 0x06:
                device.answer(frame, self._end())
            case 0x07 if rest:
                written = {(rest[0] + index) & 0xFF: value for index, value in enumerate(rest[1:])}
                device.answer(frame, self._stage(written))
            case 0x08:
                device.answer(frame, self._stage(dict(zip(rest[::2], rest[1::2], strict=False))))
            case 0x09:
                device.answer_pages(frame, (b"\x00" + device.serial.encode(),))
            case 0x0E:
                self._tell_status(frame, channel)
            case _:
                device.answer(frame, payloads.NACK)

    def _change_peers(self, channel: int, order: int, rest: bytes) -> bytes:
        memory = self._device.memory
        peers = [rest[:3] + rest[index : index + 1] for index in (3, 4) if rest[index : index + 1] > b"\x00"]
        if order == 0x02:
            removed = [memory.remove_peer(channel, peer) for peer in peers]
            return payloads.ACK if any(removed) else payloads.NACK_UNKNOWN_TARGET
        if channel == 0 or not peers:
            return payloads.NACK
        added = [memory.add_peer(channel, peer) for peer in peers]
        buttons = ("AB",) if len(peers) == 1 else ("B", "A")  # of a pair the first one is the lower
        for peer, button in zip(peers if all(added) else [], buttons, strict=False):
            self._make_link(channel, peer, button)
        return payloads.ACK if all(added) else payloads.NACK_NO_ROOM

    def _make_link(self, channel: int, peer: bytes, button: str) -> None:
        links = self._device.blueprint.links.get(channel, {})
        number, registers = links.get(button) or links.get("AB") or (4, {0x01: 0})
        target = ListId(channel=channel, number=number, peer=peer)
        self._device.memory.lists.setdefault(target, dict(registers))

    def _begin(self, target: ListId) -> bytes:
        if not self._exists(target):
            return payloads.NACK_UNKNOWN_TARGET
        self._target, self._staged = target, {}
        self._until_s = self._device.agenda.now_s + SESSION_S
        return payloads.ACK

    def _stage(self, written: Registers) -> bytes:
        if not self.is_open:
            return payloads.NACK
        self._staged.update(written)
        self._until_s = self._device.agenda.now_s + SESSION_S
        return payloads.ACK

    def _end(self) -> bytes:
        if not self.is_open or self._target is None:
            return payloads.NACK
        self._device.memory.write(self._target, self._staged)
        self._target = None
        return payloads.ACK

    def _read(self, frame: Frame, target: ListId) -> None:
        if self._exists(target):
            in_sequences = "sequences" in self._device.quirks
            registers = self._device.memory.registers(target)
            self._device.answer_pages(frame, register_pages(registers, in_sequences=in_sequences))
        else:
            self._device.answer(frame, payloads.NACK_UNKNOWN_TARGET)

    def _exists(self, target: ListId) -> bool:
        if target.number in LINK_LISTS:
            return target.peer in self._device.memory.peers.get(target.channel, [])
        known = self._device.memory.has_list(target)
        return target.peer == NO_PEER and (known or target.number == 1)

    def _tell_status(self, frame: Frame, channel: int) -> None:
        self._device.answer_status(frame, channel)


def register_pages(registers: Registers, *, in_sequences: bool = False) -> Pages:
    """Write a list as 10/02 frames; ``00 00`` ends it, in the last frame where it fits.

    Week programs and their like come as 10/03 frames, with a last one that is ``03 00``.
    """
    if in_sequences or len(registers) > LONG_LIST:
        return [*_sequences(registers), b"\x03\x00"]
    pairs = [bytes(pair) for pair in sorted(registers.items())] + [b"\x00\x00"]
    return [b"\x02" + b"".join(chunk) for chunk in _chunks(pairs, PAIRS_MAX)]


def _sequences(registers: Registers) -> list[bytes]:
    pages: list[bytearray] = []
    follows = -1
    for number, value in sorted(registers.items()):
        if number != follows or len(pages[-1]) >= SEQUENCE_MAX + 2:
            pages.append(bytearray((0x03, number)))
        pages[-1].append(value)
        follows = number + 1
    return [bytes(page) for page in pages]


def peer_pages(peers: Iterable[bytes]) -> Pages:
    """Write a peer table as 10/01 frames; four zeros end it."""
    return [b"\x01" + b"".join(chunk) for chunk in _chunks([*peers, NO_PEER], PEERS_PER_PAGE)]


def _chunks(parts: Sequence[bytes], size: int) -> list[Sequence[bytes]]:
    return [parts[start : start + size] for start in range(0, len(parts), size)]


def _target(channel: int, rest: bytes) -> ListId:
    return ListId(channel=channel, number=rest[4], peer=rest[:4])
