"""Type 01: what a central writes into a device and asks of it. Pure.

b0 is the channel, b1 the subtype. Source: docs/protocols/bidcos.md, "Configuration".
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from .frames import BROADCAST
from .messages_link import SERIAL_SIZE

MAX_DATA_SIZE = 14  # bytes of a write block, docs/protocols/bidcos.md "Configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerAdd:
    """Link ``channel`` with one or two channels of ``peer`` (3 bytes); the second is 0 when there is one."""

    kind: ClassVar[int] = 0x01
    subtype: ClassVar[int] = 0x01
    channel: int
    peer: bytes
    peer_channels: tuple[int, int]

    def payload(self) -> bytes:
        """7 bytes."""
        return bytes((self.channel, self.subtype)) + self.peer + bytes(self.peer_channels)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerRemove:
    """Undo PeerAdd, with the same fields."""

    kind: ClassVar[int] = 0x01
    subtype: ClassVar[int] = 0x02
    channel: int
    peer: bytes
    peer_channels: tuple[int, int]

    def payload(self) -> bytes:
        """7 bytes."""
        return bytes((self.channel, self.subtype)) + self.peer + bytes(self.peer_channels)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerListRequest:
    """Whom are you linked with?"""

    kind: ClassVar[int] = 0x01
    channel: int

    def payload(self) -> bytes:
        """2 bytes."""
        return bytes((self.channel, 0x03))


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamRequest:
    """Send me register list ``list_index`` (of the link with ``peer``)."""

    kind: ClassVar[int] = 0x01
    subtype: ClassVar[int] = 0x04
    channel: int
    list_index: int
    peer: bytes = BROADCAST
    peer_channel: int = 0

    def payload(self) -> bytes:
        """7 bytes."""
        head = bytes((self.channel, self.subtype))
        return head + self.peer + bytes((self.peer_channel, self.list_index))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigStart:
    """The following writes are for this register list."""

    kind: ClassVar[int] = 0x01
    subtype: ClassVar[int] = 0x05
    channel: int
    list_index: int
    peer: bytes = BROADCAST
    peer_channel: int = 0

    def payload(self) -> bytes:
        """7 bytes."""
        head = bytes((self.channel, self.subtype))
        return head + self.peer + bytes((self.peer_channel, self.list_index))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigEnd:
    """The writes are complete; take them over."""

    kind: ClassVar[int] = 0x01
    channel: int

    def payload(self) -> bytes:
        """2 bytes."""
        return bytes((self.channel, 0x06))


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteSequence:
    """Write ``values`` from register ``first`` on."""

    kind: ClassVar[int] = 0x01
    channel: int
    first: int
    values: bytes

    def payload(self) -> bytes:
        """3 bytes and the values."""
        return bytes((self.channel, 0x07, self.first)) + self.values


@dataclass(frozen=True, slots=True, kw_only=True)
class WritePairs:
    """Write single registers, at most 7: (register, value)."""

    kind: ClassVar[int] = 0x01
    channel: int
    registers: tuple[tuple[int, int], ...]

    def payload(self) -> bytes:
        """2 bytes and the pairs."""
        return bytes((self.channel, 0x08)) + b"".join(bytes(pair) for pair in self.registers)


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialRequest:
    """What is your serial number?"""

    kind: ClassVar[int] = 0x01
    channel: int

    def payload(self) -> bytes:
        """2 bytes."""
        return bytes((self.channel, 0x09))


@dataclass(frozen=True, slots=True, kw_only=True)
class PairBySerial:
    """The device with this serial number (10 characters, Latin-1) shall introduce itself."""

    kind: ClassVar[int] = 0x01
    serial: str
    channel: int = 1

    def payload(self) -> bytes:
        """12 bytes."""
        return bytes((self.channel, 0x0A)) + self.serial.encode("latin-1")


@dataclass(frozen=True, slots=True, kw_only=True)
class PairById:
    """A variant of PairBySerial (order 0B) whose layout nobody has confirmed; data as it came."""

    kind: ClassVar[int] = 0x01
    data: bytes
    channel: int = 1

    def payload(self) -> bytes:
        """2 bytes and the data."""
        return bytes((self.channel, 0x0B)) + self.data


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRequest:
    """What is your state?"""

    kind: ClassVar[int] = 0x01
    channel: int

    def payload(self) -> bytes:
        """2 bytes."""
        return bytes((self.channel, 0x0E))


ConfigMessage = (
    PeerAdd
    | PeerRemove
    | PeerListRequest
    | ParamRequest
    | ConfigStart
    | ConfigEnd
    | WriteSequence
    | WritePairs
    | SerialRequest
    | PairBySerial
    | PairById
    | StatusRequest
)


def parse_config(payload: bytes) -> ConfigMessage | None:
    """Read type 01; None for what is not known."""
    if len(payload) < 2:
        return None
    parse = _PARSERS.get(payload[1])
    return parse(payload[0], payload[2:]) if parse is not None else None


def _peer_add(channel: int, rest: bytes) -> ConfigMessage | None:
    if len(rest) != 5:
        return None
    return PeerAdd(channel=channel, peer=rest[:3], peer_channels=(rest[3], rest[4]))


def _peer_remove(channel: int, rest: bytes) -> ConfigMessage | None:
    if len(rest) != 5:
        return None
    return PeerRemove(channel=channel, peer=rest[:3], peer_channels=(rest[3], rest[4]))


def _param_request(channel: int, rest: bytes) -> ConfigMessage | None:
    if len(rest) != 5:
        return None
    return ParamRequest(channel=channel, peer=rest[:3], peer_channel=rest[3], list_index=rest[4])


def _config_start(channel: int, rest: bytes) -> ConfigMessage | None:
    if len(rest) != 5:
        return None
    return ConfigStart(channel=channel, peer=rest[:3], peer_channel=rest[3], list_index=rest[4])


def _write_sequence(channel: int, rest: bytes) -> ConfigMessage | None:
    return WriteSequence(channel=channel, first=rest[0], values=rest[1:]) if rest else None


def _write_pairs(channel: int, rest: bytes) -> ConfigMessage | None:
    if len(rest) % 2:
        return None
    return WritePairs(channel=channel, registers=tuple(zip(rest[::2], rest[1::2], strict=True)))


def _pair_by_serial(channel: int, rest: bytes) -> ConfigMessage | None:
    if len(rest) != SERIAL_SIZE:
        return None
    return PairBySerial(channel=channel, serial=rest.decode("latin-1"))


_PARSERS: dict[int, Callable[[int, bytes], ConfigMessage | None]] = {
    0x01: _peer_add,
    0x02: _peer_remove,
    0x03: lambda channel, rest: None if rest else PeerListRequest(channel=channel),
    0x04: _param_request,
    0x05: _config_start,
    0x06: lambda channel, rest: None if rest else ConfigEnd(channel=channel),
    0x07: _write_sequence,
    0x08: _write_pairs,
    0x09: lambda channel, rest: None if rest else SerialRequest(channel=channel),
    0x0A: _pair_by_serial,
    0x0B: lambda channel, rest: PairById(channel=channel, data=rest),
    0x0E: lambda channel, rest: None if rest else StatusRequest(channel=channel),
}
