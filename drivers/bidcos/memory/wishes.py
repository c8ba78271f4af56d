"""What devices shall hold and do not yet: written down until they took it. Pure.

A wish may be granted twice: writing the same bits, adding the same peer again changes nothing.
Source: docs/protocols/bidcos.md, "Configuration (Type 01)".
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from .registers import ListId, Peer

WISHES_VERSION = 1
WISHES_PREFIX = "wishes/"
MAX_WISHES = 128  # of one device


@dataclass(frozen=True, slots=True)
class Bits:
    """Bits of one register. value: within ``mask``."""

    mask: int
    value: int

    def over(self, byte: int) -> int:
        """``byte`` with these bits."""
        return byte & ~self.mask & 0xFF | self.value

    def join(self, later: "Bits") -> "Bits":
        """Both; where they overlap ``later`` counts."""
        return Bits(self.mask | later.mask, self.value & ~later.mask | later.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteWish:
    """These bits of a register list. channel: whose parameters they are; what: as in ConfigurationChanged."""

    channel: int
    list_id: ListId
    bits: Mapping[int, Bits]
    what: str

    @property
    def question(self) -> ListId:
        """What tells whether it is granted."""
        return self.list_id

    @property
    def key(self) -> str:
        """A later wish with the same key joins or replaces this one."""
        return f"write {self.list_id}"

    def join(self, earlier: "Wish | None") -> "WriteWish":
        """This one and what an earlier one wanted elsewhere in the same list."""
        if not isinstance(earlier, WriteWish):
            return self
        bits = dict(earlier.bits)
        for register, mine in self.bits.items():
            bits[register] = bits[register].join(mine) if register in bits else mine
        return replace(self, bits=bits)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerWish:
    """A link with ``peer``, or none. second: its other key of a pair, or 0.

    undo: (device, wish) that goes to the other end when this one is refused, so that no half link stays.
    """

    channel: int
    peer: Peer
    linked: bool
    second: int = 0
    undo: "tuple[bytes, PeerWish] | None" = None
    what: str = "PEERING"

    @property
    def question(self) -> int:
        """The channel whose peers tell whether it is granted."""
        return self.channel

    @property
    def peers(self) -> tuple[Peer, ...]:
        """One, or two of a pair."""
        return (self.peer, Peer(self.peer.address, self.second)) if self.second else (self.peer,)

    def ends(self, other: "Wish") -> bool:
        """``other`` is about the parameters of this link."""
        return (
            isinstance(other, WriteWish)
            and other.list_id.channel == self.channel
            and other.list_id.peer in self.peers
        )

    @property
    def key(self) -> str:
        """A later wish with the same key replaces this one."""
        return f"peer {self.channel} {self.peer}"

    def join(self, earlier: "Wish | None") -> "PeerWish":
        """The later one counts."""
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseWish:
    """Not to belong to us any more."""

    channel: int = 0
    what: str = "RELEASE"

    @property
    def key(self) -> str:
        """There is one."""
        return "release"

    def join(self, earlier: "Wish | None") -> "ReleaseWish":
        """Nothing to join."""
        return self


Wish = WriteWish | PeerWish | ReleaseWish


class Wishes:
    """All wishes, by device, oldest first."""

    def __init__(self) -> None:
        self._devices: dict[bytes, dict[str, Wish]] = {}

    def __iter__(self) -> Iterator[bytes]:
        return iter(list(self._devices))

    def of(self, device: bytes) -> tuple[Wish, ...]:
        """What one device shall still take, oldest first."""
        return tuple(self._devices.get(device, {}).values())

    def add(self, device: bytes, wish: Wish) -> Wish:
        """Wish it; returns what is wished now, with what was wished before in the same place.

        Raises:
            ValueError: too many wait.
        """
        mine = self._devices.setdefault(device, {})
        if wish.key not in mine and len(mine) >= MAX_WISHES:
            raise ValueError(f"{MAX_WISHES} changes wait for this device already")
        mine[wish.key] = wish.join(mine.get(wish.key))
        return mine[wish.key]

    def take(self, device: bytes, wish: Wish) -> bool:
        """It was granted or given up; False when another one has taken its place meanwhile."""
        mine = self._devices.get(device, {})
        if mine.get(wish.key) is not wish:
            return False
        del mine[wish.key]
        if not mine:
            del self._devices[device]
        return True

    def forget(self, device: bytes) -> None:
        """It is not ours any more."""
        self._devices.pop(device, None)

    def record(self, device: bytes) -> dict[str, bytes | None]:
        """The record of one device, to write."""
        mine = self._devices.get(device)
        value = None if not mine else write_wishes(tuple(mine.values()))
        return {WISHES_PREFIX + device.hex(): value}

    def load(self, stored: Mapping[str, bytes]) -> list[str]:
        """Take over what was written; returns the keys that can't be read."""
        unreadable = []
        for key, value in sorted(stored.items()):
            if key.startswith(WISHES_PREFIX):
                try:
                    wishes = read_wishes(value)
                    self._devices[bytes.fromhex(key.removeprefix(WISHES_PREFIX))] = {w.key: w for w in wishes}
                except (ValueError, KeyError, TypeError, AttributeError):
                    unreadable.append(key)
        return unreadable


def write_wishes(wishes: tuple[Wish, ...]) -> bytes:
    """The record of one device."""
    return bytes((WISHES_VERSION,)) + json.dumps([_write(wish) for wish in wishes]).encode()


def read_wishes(value: bytes) -> tuple[Wish, ...]:
    """Read the record of one device.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: it is none, or of a version that we do not know.
    """
    if value[:1] != bytes((WISHES_VERSION,)):
        raise ValueError("unknown version")
    return tuple(_READERS[fields["wish"]](fields) for fields in json.loads(value[1:]))


Fields = dict[str, object]


def _write(wish: Wish) -> Fields:
    match wish:
        case WriteWish():
            bits = {f"{register:02x}": [b.mask, b.value] for register, b in wish.bits.items()}
            place = {"channel": wish.channel, "list": str(wish.list_id)}
            return {"wish": "write", **place, "bits": bits, "what": wish.what}
        case PeerWish():
            fields: Fields = {
                "wish": "peer",
                "channel": wish.channel,
                "peer": str(wish.peer),
                "linked": wish.linked,
                "second": wish.second,
            }
            if wish.undo is not None:
                fields["undo"] = [wish.undo[0].hex(), _write(wish.undo[1])]
            return fields
        case ReleaseWish():
            return {"wish": "release"}


def _read_write(fields: Mapping[str, object]) -> Wish:
    bits = fields["bits"]
    if not isinstance(bits, dict):
        raise TypeError("bits")
    return WriteWish(
        channel=int(str(fields["channel"])),
        list_id=ListId.parse(str(fields["list"])),
        bits={int(register, 16): Bits(int(m), int(v)) for register, (m, v) in bits.items()},
        what=str(fields["what"]),
    )


def _read_peer(fields: Mapping[str, object]) -> "PeerWish":
    undo = fields.get("undo")
    return PeerWish(
        channel=int(str(fields["channel"])),
        peer=Peer.parse(str(fields["peer"])),
        linked=fields["linked"] is True,
        second=int(str(fields["second"])),
        undo=(bytes.fromhex(undo[0]), _read_peer(undo[1])) if isinstance(undo, list) else None,
    )


_READERS: Mapping[str, Callable[[Mapping[str, object]], Wish]] = {
    "write": _read_write,
    "peer": _read_peer,
    "release": lambda _fields: ReleaseWish(),
}
