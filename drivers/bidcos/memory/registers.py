"""What devices told about their register lists and peers, and when; kept on disk. Pure.

Read downwards: Registers (all devices) → DeviceMemory (one) → records. What a device never told is not
guessed. Source: docs/protocols/bidcos.md, "Register lists", "Peers".
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ..codec.frames import BROADCAST, Frame

MEMORY_VERSION = 1
MEMORY_PREFIX = "registers/"
MAX_LISTS = 400  # of one device: RC-19 with every key linked needs about half
MAX_PEERS = 128  # of one channel; real tables hold 4 to 60
CHANNEL_LIST, SIGN_REGISTER = 1, 0x08
_CHANGED_PAIRS, _CHANGED_SEQUENCE = 0x04, 0x05
CONFIGURATION = 0x01
_ADD_PEER, _REMOVE_PEER, _START = 0x01, 0x02, 0x05
_CHANGE_HEAD = 7  # order, channel, peer (3), its channel, list


@dataclass(frozen=True, slots=True, order=True)
class Peer:
    """The other end of a link. address: 3 bytes."""

    address: bytes
    channel: int

    def __str__(self) -> str:
        return f"{self.address.hex()}{self.channel:02x}"

    @classmethod
    def parse(cls, text: str) -> "Peer":
        """Read what str() wrote.

        Raises:
            ValueError: it is something else.
        """
        data = bytes.fromhex(text)
        if len(data) != 4:
            raise ValueError(f"not a peer: {text!r}")
        return cls(data[:3], data[3])


NO_PEER = Peer(BROADCAST, 0)


@dataclass(frozen=True, slots=True, order=True)
class ListId:
    """One register list of a device. channel: the one that keeps it on air; peer: of lists 3 and 4."""

    channel: int
    index: int
    peer: Peer = NO_PEER

    def __str__(self) -> str:
        return f"{self.channel}:{self.index}:{self.peer}"

    @classmethod
    def parse(cls, text: str) -> "ListId":
        """Read what str() wrote.

        Raises:
            ValueError: it is something else.
        """
        channel, index, peer = text.split(":")
        return cls(int(channel), int(index), Peer.parse(peer))


OWNER_LIST = ListId(0, 0)


@dataclass(frozen=True, slots=True)
class KnownList:
    """The registers that a device told, and when."""

    registers: Mapping[int, int]
    read_at: datetime


@dataclass(frozen=True, slots=True)
class KnownPeers:
    """The peers that a channel told, and when."""

    peers: tuple[Peer, ...]
    read_at: datetime


@dataclass(slots=True)
class DeviceMemory:
    """What one device told. doubts: lists, and channels' peers, that were written since, nobody knows how."""

    lists: dict[ListId, KnownList] = field(default_factory=dict)
    peers: dict[int, KnownPeers] = field(default_factory=dict)
    doubts: set[ListId | int] = field(default_factory=set)


class Registers:
    """The memories of all devices, by radio address.

    changed: devices whose record on disk is old; changes: how often anything changed.
    note_signing: told whether a channel of a device signs, whenever its list 1 is known anew.
    """

    def __init__(self, note_signing: Callable[[bytes, int, bool], None] = lambda *_: None) -> None:
        self._devices: dict[bytes, DeviceMemory] = {}
        self._note_signing = note_signing
        self.changed: set[bytes] = set()
        self.changes = 0
        self.on_list: Callable[[bytes], None] = lambda _device: None  # told when a device told a list

    def list_of(self, device: bytes, list_id: ListId) -> KnownList | None:
        """What it told of this list; None: nothing yet."""
        memory = self._devices.get(device)
        return memory.lists.get(list_id) if memory is not None else None

    def peers_of(self, device: bytes, channel: int) -> KnownPeers | None:
        """What it told of this channel's peers; None: nothing yet."""
        memory = self._devices.get(device)
        return memory.peers.get(channel) if memory is not None else None

    def doubt(self, device: bytes, question: ListId | int) -> None:
        """A write was sent: until it tells anew, what it told before may be out of date."""
        doubts = self._open(device).doubts
        if len(doubts) < MAX_LISTS:
            doubts.add(question)

    def doubted(self, device: bytes, question: ListId | int) -> bool:
        """What is known of it may be out of date."""
        memory = self._devices.get(device)
        return memory is not None and question in memory.doubts

    def memory(self, device: bytes) -> DeviceMemory:
        """All that it told, to look at."""
        return self._devices.get(device, DeviceMemory())

    def links(self) -> Iterator[tuple[bytes, int, Peer]]:
        """Every (device, channel, peer) that is known, of all devices."""
        for device, memory in self._devices.items():
            for channel, known in memory.peers.items():
                for peer in known.peers:
                    yield device, channel, peer

    def note_list(self, device: bytes, list_id: ListId, registers: Mapping[int, int], at: datetime) -> None:
        """It told a whole list."""
        memory = self._open(device)
        if list_id in memory.lists or len(memory.lists) < MAX_LISTS:
            memory.lists[list_id] = KnownList(dict(registers), at)
            self.on_list(device)
        memory.doubts.discard(list_id)
        if list_id.index == CHANNEL_LIST and SIGN_REGISTER in registers:
            self._note_signing(device, list_id.channel, bool(registers[SIGN_REGISTER] & 1))

    def note_peers(self, device: bytes, channel: int, peers: tuple[Peer, ...], at: datetime) -> None:
        """It told all peers of a channel; lists of links that are no more are forgotten."""
        memory = self._open(device)
        memory.peers[channel] = KnownPeers(peers[:MAX_PEERS], at)
        memory.doubts.discard(channel)
        gone = [
            each
            for each in memory.lists
            if each.channel == channel and each.peer != NO_PEER and each.peer not in peers
        ]
        for each in gone:
            del memory.lists[each]

    def note_change(self, device: bytes, list_id: ListId, registers: Mapping[int, int], at: datetime) -> None:
        """Some registers have other values now; of a list that was never read nothing is kept."""
        known = self.list_of(device, list_id)
        if known is not None:
            self.note_list(device, list_id, {**known.registers, **registers}, at)

    def forget_list(self, device: bytes, list_id: ListId) -> None:
        """What it holds there is not sure any more."""
        if self.list_of(device, list_id) is not None:
            del self._open(device).lists[list_id]

    def forget_peers(self, device: bytes, channel: int) -> None:
        """Whom this channel is linked with is not sure any more."""
        if self.peers_of(device, channel) is not None:
            del self._open(device).peers[channel]

    def forget(self, device: bytes) -> None:
        """It was reset, or is not ours any more."""
        if self._devices.pop(device, None) is not None:
            self.changed.add(device)

    def take_changed(self) -> dict[str, bytes | None]:
        """Records to write, of everything that changed since the last time."""
        records = {
            MEMORY_PREFIX + device.hex(): write_memory(self._devices[device])
            if device in self._devices
            else None
            for device in self.changed
        }
        self.changed.clear()
        return records

    def load(self, stored: Mapping[str, bytes]) -> None:
        """Take over what was written; what can't be read is read from the devices anew."""
        for key, value in stored.items():
            if key.startswith(MEMORY_PREFIX):
                try:
                    self._devices[bytes.fromhex(key.removeprefix(MEMORY_PREFIX))] = read_memory(value)
                except (ValueError, KeyError, TypeError, AttributeError):
                    continue

    def _open(self, device: bytes) -> DeviceMemory:
        self.changed.add(device)
        self.changes += 1
        return self._devices.setdefault(device, DeviceMemory())


def change_of(frame: Frame) -> tuple[ListId, Mapping[int, int]] | None:
    """Registers that a device says it changed (information 04 and 05); None: another message."""
    data, rest = frame.payload, frame.payload[_CHANGE_HEAD + 1 :]
    if frame.kind != 0x10 or len(data) <= _CHANGE_HEAD + 1:
        return None
    list_id = ListId(data[1], data[6], Peer(data[2:5], data[5]))
    order, first = data[0], data[_CHANGE_HEAD]
    if order == _CHANGED_PAIRS:
        pairs = dict(zip(data[_CHANGE_HEAD::2], rest[::2], strict=False))
        return list_id, {register: value for register, value in pairs.items() if register}
    if order == _CHANGED_SEQUENCE and first:
        values = dict(enumerate(rest, start=first))
        return list_id, {register: value for register, value in values.items() if register <= 0xFF}
    return None


def written_by(frame: Frame) -> ListId | int | None:
    """The list, or the channel whose peers, a frame of ours writes; None: it writes nothing."""
    data = frame.payload
    if frame.kind != CONFIGURATION or len(data) < _CHANGE_HEAD:
        return None
    if data[1] in {_ADD_PEER, _REMOVE_PEER}:
        return data[0]
    return ListId(data[0], data[6], Peer(data[2:5], data[5])) if data[1] == _START else None


def write_memory(memory: DeviceMemory) -> bytes:
    """The record of one device."""
    fields = {
        "lists": {
            str(list_id): [known.read_at.timestamp(), _write_registers(known.registers)]
            for list_id, known in memory.lists.items()
        },
        "peers": {
            str(channel): [known.read_at.timestamp(), "".join(map(str, known.peers))]
            for channel, known in memory.peers.items()
        },
        "doubts": [str(question) for question in memory.doubts],
    }
    return bytes((MEMORY_VERSION,)) + json.dumps(fields).encode()


def read_memory(value: bytes) -> DeviceMemory:
    """Read the record of one device.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: it is none, or of a version that we do not know.
    """
    if value[:1] != bytes((MEMORY_VERSION,)):
        raise ValueError("unknown version")
    fields = json.loads(value[1:])
    memory = DeviceMemory()
    for key, (at, text) in fields["lists"].items():
        data = bytes.fromhex(text)
        registers = dict(zip(data[::2], data[1::2], strict=True))
        memory.lists[ListId.parse(key)] = KnownList(registers, _time(at))
    for key, (at, text) in fields["peers"].items():
        peers = tuple(Peer.parse(text[start : start + 8]) for start in range(0, len(text), 8))
        memory.peers[int(key)] = KnownPeers(peers, _time(at))
    for text in fields.get("doubts", ()):
        memory.doubts.add(ListId.parse(text) if ":" in text else int(text))
    return memory


def _write_registers(registers: Mapping[int, int]) -> str:
    return "".join(f"{register:02x}{value:02x}" for register, value in sorted(registers.items()))


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
