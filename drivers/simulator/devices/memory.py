"""What a device keeps without power: register lists, peers, its counter. Pure.

Source: docs/protocols/bidcos.md, "Register lists" and "Peers".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from drivers.bidcos.codec.signing import DEFAULT_KEY, KEY_SIZE

NO_PEER = bytes(4)
NOBODY = bytes(3)
CENTRAL_REGISTERS = (0x0A, 0x0B, 0x0C)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListId:
    """One register list. peer: 3 bytes address and 1 byte channel, zeros for lists that belong to no peer."""

    channel: int
    number: int
    peer: bytes = NO_PEER

    def __str__(self) -> str:
        return f"{self.channel}:{self.number}:{self.peer.hex()}"


DEVICE_LIST = ListId(channel=0, number=0)
Registers = dict[int, int]


def parse_list_id(text: str) -> ListId:
    """Read what str() of a ListId wrote.

    Raises:
        ValueError: it is something else.
    """
    channel, number, peer = text.split(":")
    return ListId(channel=int(channel), number=int(number), peer=bytes.fromhex(peer))


@dataclass(slots=True, kw_only=True)
class Memory:
    """The memory of one device.

    factory: registers as the model leaves the factory, shared by all devices of it. lists: what was written
    since; a list begins to exist when it is in one of them. peers_max: room for peers, per channel.
    changes: grows with every change worth writing down. key: 16 bytes, with its index 0 to 127.
    replay: the highest counter of each team that it followed.
    """

    factory: Mapping[ListId, Registers] = field(default_factory=dict)
    lists: dict[ListId, Registers] = field(default_factory=dict)
    peers_max: int = 6
    peers: dict[int, list[bytes]] = field(default_factory=dict)
    counter: int = 0
    changes: int = 0
    key: bytes = DEFAULT_KEY
    key_index: int = 0
    replay: dict[bytes, int] = field(default_factory=dict)

    @property
    def central(self) -> bytes:
        """Address of the owner; three zeros when there is none."""
        registers = self.lists.get(DEVICE_LIST)
        return NOBODY if registers is None else bytes(registers.get(each, 0) for each in CENTRAL_REGISTERS)

    @property
    def is_paired(self) -> bool:
        """Whether a central owns the device."""
        return self.central != NOBODY

    def write(self, target: ListId, registers: Mapping[int, int]) -> None:
        """Store registers of one list."""
        self.lists.setdefault(target, {}).update(registers)
        self.changes += 1

    def register(self, number: int, default: int, target: ListId = DEVICE_LIST) -> int:
        """Read one register."""
        written = self.lists.get(target)
        if written is not None and number in written:
            return written[number]
        return self.factory.get(target, {}).get(number, default)

    def has_list(self, target: ListId) -> bool:
        """Whether there is such a list."""
        return target in self.lists or target in self.factory

    def registers(self, target: ListId) -> Registers:
        """A whole list, a copy; empty where there is none."""
        return {**self.factory.get(target, {}), **self.lists.get(target, {})}

    def add_peer(self, channel: int, peer: bytes) -> bool:
        """Enter a peer; False when there is no room."""
        table = self.peers.setdefault(channel, [])
        if peer in table:
            return True
        if len(table) >= self.peers_max:
            return False
        table.append(peer)
        self.changes += 1
        return True

    def remove_peer(self, channel: int, peer: bytes) -> bool:
        """Drop a peer and its link lists; False when it is not there."""
        table = self.peers.get(channel, [])
        if peer not in table:
            return False
        table.remove(peer)
        for target in [each for each in self.lists if each.channel == channel and each.peer == peer]:
            del self.lists[target]
        self.changes += 1
        return True

    def set_key(self, key: bytes, index: int) -> None:
        """Replace the system key."""
        self.key, self.key_index = key, index
        self.changes += 1

    def to_json(self) -> dict[str, object]:
        """As JSON-ready values."""
        return {
            "lists": {
                str(target): {f"{n:02X}": v for n, v in regs.items()} for target, regs in self.lists.items()
            },
            "peers": {str(channel): [peer.hex() for peer in table] for channel, table in self.peers.items()},
            "counter": self.counter,
            "key": self.key.hex(),
            "key_index": self.key_index,
            "replay": {team.hex(): highest for team, highest in self.replay.items()},
        }

    def load_json(self, kept: Mapping[str, object]) -> None:
        """Take over what to_json wrote; unknown or broken parts are left out, as a worn memory would."""
        lists, peers, counter = kept.get("lists"), kept.get("peers"), kept.get("counter")
        if isinstance(lists, dict):
            for key, registers in lists.items():
                self.lists[parse_list_id(key)] = {int(n, 16): int(v) & 0xFF for n, v in registers.items()}
        if isinstance(peers, dict):
            self.peers = {int(c): [bytes.fromhex(p) for p in table] for c, table in peers.items()}
        if isinstance(counter, int):
            self.counter = counter & 0xFF
        replay = kept.get("replay")
        if isinstance(replay, dict):
            self.replay = {bytes.fromhex(team): int(highest) for team, highest in replay.items()}
        key, index = kept.get("key"), kept.get("key_index")
        if isinstance(key, str) and isinstance(index, int) and len(bytes.fromhex(key)) == KEY_SIZE:
            self.key, self.key_index = bytes.fromhex(key), index & 0x7F
