"""Type 10: what a device tells, asked or by itself. Pure.

Source: docs/protocols/bidcos.md, "Information", "Thermostats".
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Self

from .frames import BROADCAST
from .messages_link import SERIAL_SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialInfo:
    """My serial number: 10 characters, Latin-1 as in DeviceInfo."""

    kind: ClassVar[int] = 0x10
    serial: str

    def payload(self) -> bytes:
        """11 bytes."""
        return b"\x00" + self.serial.encode("latin-1")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerList:
    """Up to 4 peers: (address, channel). The end of the list is the peer 000000, channel 0."""

    kind: ClassVar[int] = 0x10
    peers: tuple[tuple[bytes, int], ...]

    def payload(self) -> bytes:
        """1 byte and 4 per peer."""
        return b"\x01" + b"".join(peer + bytes((channel,)) for peer, channel in self.peers)

    @property
    def last(self) -> bool:
        """No more follow."""
        return bool(self.peers) and self.peers[-1] == (bytes(3), 0)

    @property
    def closes(self) -> bool:
        """No more follow, whatever stands behind the end."""
        return (bytes(3), 0) in self.peers


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamPairs:
    """Registers as (register, value); the pair (0, 0) at the end closes the list."""

    kind: ClassVar[int] = 0x10
    registers: tuple[tuple[int, int], ...]

    def payload(self) -> bytes:
        """1 byte and 2 per register."""
        return b"\x02" + b"".join(bytes(pair) for pair in self.registers)

    @property
    def last(self) -> bool:
        """No more follow."""
        return bool(self.registers) and self.registers[-1] == (0, 0)

    @property
    def closes(self) -> bool:
        """No more follow, whatever stands behind the end: there is no register 0."""
        return any(register == 0 for register, _ in self.registers)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamSequence:
    """Registers from ``first`` on; first 0 closes the list, as 03 00 or, by some devices, 03 00 00."""

    kind: ClassVar[int] = 0x10
    first: int
    values: bytes

    def payload(self) -> bytes:
        """2 bytes and the values."""
        return bytes((0x03, self.first)) + self.values

    @property
    def last(self) -> bool:
        """No more follow."""
        return not self.values

    @property
    def closes(self) -> bool:
        """No more follow: there is no register 0 (0C73A0101BD5D1FD0001030000 is the end of a real list)."""
        return self.first == 0 or not self.values


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Which register list: of a channel, or of its link with a channel of ``peer`` (3 bytes)."""

    channel: int
    list_index: int
    peer: bytes = BROADCAST
    peer_channel: int = 0

    def data(self) -> bytes:
        """6 bytes."""
        return bytes((self.channel,)) + self.peer + bytes((self.peer_channel, self.list_index))

    @classmethod
    def parse(cls, data: bytes) -> Self | None:
        """None under 6 bytes."""
        if len(data) < 6:
            return None
        return cls(channel=data[0], peer=data[1:4], peer_channel=data[4], list_index=data[5])


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamChange:
    """Registers that were changed at the device, as (register, value); (0, 0) at the end closes the list."""

    kind: ClassVar[int] = 0x10
    link: Link
    registers: tuple[tuple[int, int], ...]

    def payload(self) -> bytes:
        """7 bytes and 2 per register."""
        return b"\x04" + self.link.data() + b"".join(bytes(pair) for pair in self.registers)

    @property
    def last(self) -> bool:
        """No more follow."""
        return bool(self.registers) and self.registers[-1] == (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamChangeSequence:
    """Registers that were changed at the device: data is the first register and values; 00 alone closes."""

    kind: ClassVar[int] = 0x10
    link: Link
    data: bytes

    def payload(self) -> bytes:
        """7 bytes and the data."""
        return b"\x05" + self.link.data() + self.data

    @property
    def last(self) -> bool:
        """No more follow."""
        return self.data == b"\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state of a channel. flags: None if they were not sent; tail: RSSI as it hears us, further state."""

    kind: ClassVar[int] = 0x10
    channel: int
    value: int
    flags: int | None
    tail: bytes = b""

    def payload(self) -> bytes:
        """3 bytes, flags and the tail."""
        head = bytes((0x06, self.channel, self.value))
        return head if self.flags is None else head + bytes((self.flags,)) + self.tail


@dataclass(frozen=True, slots=True, kw_only=True)
class RtInfo:
    """A radiator thermostat (HM-CC-RT-DN) tells its state about every 2.5 minutes.

    set_half_degrees: 9 (off) to 61 (on); actual_tenths: 0-1023; fault: 0-7; battery_tenths: 0-31, added to
    1.5 V; valve_percent: 0-127; mode: 0 auto, 1 manual, 2 party, 3 boost; low6: boost minutes, party start
    or a counter; party: what follows in party mode.
    """

    kind: ClassVar[int] = 0x10
    set_half_degrees: int
    actual_tenths: int
    fault: int
    battery_tenths: int
    valve: int
    mode: int
    low6: int
    party: bytes = b""

    def payload(self) -> bytes:
        """6 bytes and the party."""
        temperatures = (self.set_half_degrees << 10 | self.actual_tenths).to_bytes(2, "big")
        state = bytes((self.fault << 5 | self.battery_tenths, self.valve, self.mode << 6 | self.low6))
        return b"\x0a" + temperatures + state + self.party


@dataclass(frozen=True, slots=True, kw_only=True)
class ItInfo:
    """A wall thermostat (HM-TC-IT-WM-W-EU) tells its state. battery: the byte with its report bits."""

    kind: ClassVar[int] = 0x10
    set_half_degrees: int
    actual_tenths: int
    battery: int
    mode: int
    low6: int
    party: bytes = b""

    def payload(self) -> bytes:
        """5 bytes and the party."""
        temperatures = (self.set_half_degrees << 10 | self.actual_tenths).to_bytes(2, "big")
        return b"\x0b" + temperatures + bytes((self.battery, self.mode << 6 | self.low6)) + self.party


InfoMessage = (
    SerialInfo
    | PeerList
    | ParamPairs
    | ParamSequence
    | ParamChange
    | ParamChangeSequence
    | Status
    | RtInfo
    | ItInfo
)


def parse_info(payload: bytes) -> InfoMessage | None:
    """Read type 10; None for what is not known."""
    if not payload:
        return None
    parse = _PARSERS.get(payload[0])
    return parse(payload[1:]) if parse is not None else None


def _serial(rest: bytes) -> InfoMessage | None:
    return SerialInfo(serial=rest.decode("latin-1")) if len(rest) == SERIAL_SIZE else None


def _peer_list(rest: bytes) -> InfoMessage | None:
    if len(rest) % 4:
        return None
    return PeerList(peers=tuple((rest[at : at + 3], rest[at + 3]) for at in range(0, len(rest), 4)))


def _param_pairs(rest: bytes) -> InfoMessage | None:
    if len(rest) % 2:
        return None
    return ParamPairs(registers=tuple(zip(rest[::2], rest[1::2], strict=True)))


def _param_sequence(rest: bytes) -> InfoMessage | None:
    return ParamSequence(first=rest[0], values=rest[1:]) if rest else None


def _param_change(rest: bytes) -> InfoMessage | None:
    link, pairs = Link.parse(rest), rest[6:]
    if link is None or len(pairs) % 2:
        return None
    return ParamChange(link=link, registers=tuple(zip(pairs[::2], pairs[1::2], strict=True)))


def _param_change_sequence(rest: bytes) -> InfoMessage | None:
    link = Link.parse(rest)
    return None if link is None else ParamChangeSequence(link=link, data=rest[6:])


def _status(rest: bytes) -> InfoMessage | None:
    if len(rest) < 2:
        return None
    flags = rest[2] if len(rest) > 2 else None
    return Status(channel=rest[0], value=rest[1], flags=flags, tail=rest[3:])


def _rt_info(rest: bytes) -> InfoMessage | None:
    if len(rest) < 5:
        return None
    temperatures = int.from_bytes(rest[:2], "big")
    return RtInfo(
        set_half_degrees=temperatures >> 10,
        actual_tenths=temperatures & 0x3FF,
        fault=rest[2] >> 5,
        battery_tenths=rest[2] & 0x1F,
        valve=rest[3],
        mode=rest[4] >> 6,
        low6=rest[4] & 0x3F,
        party=rest[5:],
    )


def _it_info(rest: bytes) -> InfoMessage | None:
    if len(rest) < 4:
        return None
    temperatures = int.from_bytes(rest[:2], "big")
    return ItInfo(
        set_half_degrees=temperatures >> 10,
        actual_tenths=temperatures & 0x3FF,
        battery=rest[2],
        mode=rest[3] >> 6,
        low6=rest[3] & 0x3F,
        party=rest[4:],
    )


_PARSERS: dict[int, Callable[[bytes], InfoMessage | None]] = {
    0x00: _serial,
    0x01: _peer_list,
    0x02: _param_pairs,
    0x03: _param_sequence,
    0x04: _param_change,
    0x05: _param_change_sequence,
    0x06: _status,
    0x0A: _rt_info,
    0x0B: _it_info,
}
