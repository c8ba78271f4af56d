"""What the HM-MOD-RPI-PCB says: one dataclass per report and answer, from its frame and back. Pure.

``parse_report`` is the host's side, ``frame`` the module's (the simulator plays it). What an answer's
``info`` means, its request says: ``Firmware``, ``SerialNumber``, ``Credits``, ``Address``, ``PeerAdded``.
Source: docs/protocols/bidcos.md, "Module reports".
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import ClassVar, Self

from .frames import HEADER_SIZE, Damaged, Frame, decode_frame, encode_frame
from .uart import AckStatus, AppCommand, Destination, DualCommand, OsCommand, UartFrame

BOOT_LOADER = "Co_CPU_BL"
APPLICATION = "Co_CPU_App"
DUAL_APPLICATION = "DualCoPro_App"  # speaks HmIP too; not for us
MAX_CREDITS = 200  # half per cent
_PROGRAMS = frozenset({BOOT_LOADER.encode(), APPLICATION.encode()})
_MULTI_PART_ONE = b"\x01\x01"  # part 1 of 1
_CHANNELS = 64
_RADIO_STATUSES = frozenset({AckStatus.RADIO_ANSWER, AckStatus.RADIO_ANSWER_VERIFIED})
_WOKEN = 0x10


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The program that runs now, asked or not. app: BOOT_LOADER, APPLICATION, DUAL_APPLICATION or another."""

    app: str
    destination: Destination = Destination.OS

    def frame(self, counter: int) -> UartFrame:
        """The name in ASCII."""
        data = self.app.encode("ascii")
        return UartFrame(destination=self.destination, counter=counter, command=OsCommand.GET_APP, data=data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits:
    """Send time used of this hour. used: half per cent, 0-200; from 199 on the module sends no more."""

    used: int

    def frame(self, counter: int) -> UartFrame:
        """The report that comes unasked."""
        return UartFrame(
            destination=Destination.OS, counter=counter, command=OsCommand.CREDITS, data=self.info()
        )

    def info(self) -> bytes:
        """1 byte."""
        return bytes((self.used,))

    @classmethod
    def parse(cls, info: bytes) -> Self | None:
        """None unless 1 byte."""
        return cls(used=info[0]) if len(info) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Acknowledges a request; it has the request's destination and counter. info: what follows the status.

    status: AckStatus, or a number that it has no name for.
    """

    destination: int
    status: int
    info: bytes = b""

    def frame(self, counter: int) -> UartFrame:
        """1 byte and the info."""
        data = bytes((self.status,)) + self.info
        return UartFrame(destination=self.destination, counter=counter, command=OsCommand.ACK, data=data)


class Signature(Enum):
    """What the module found out about a signature."""

    NONE = 0
    GOOD = 2
    WRONG = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RadioAnswer:
    """Acknowledges SEND with what the device answered. verified: its signature was asked for and is good.

    key_index: of the key that was used; a challenge shows twice this value.
    """

    radio: Frame
    key_index: int
    verified: bool

    def frame(self, counter: int) -> UartFrame:
        """Status, key index, signal strength, the frame without its length byte."""
        status = AckStatus.RADIO_ANSWER_VERIFIED if self.verified else AckStatus.RADIO_ANSWER
        data = bytes((status, self.key_index)) + _radio_data(self.radio)
        return UartFrame(destination=Destination.APP, counter=counter, command=AppCommand.ACK, data=data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Heard on air. status: 00 overheard, 01-03 an answer, 11-13 an event, 02/03/12/13 with its signature.

    key_index: of the key that was used.
    """

    radio: Frame
    status: int
    key_index: int = 0

    @property
    def woken(self) -> bool:
        """The module acknowledged or woke by itself (bit 4)."""
        return bool(self.status & _WOKEN)

    @property
    def signature(self) -> Signature:
        """Whether the frame was signed."""
        low = self.status & ~_WOKEN
        return Signature(low) if low in {2, 3} else Signature.NONE

    def frame(self, counter: int) -> UartFrame:
        """Status, key index, signal strength, the frame without its length byte."""
        data = bytes((self.status, self.key_index)) + _radio_data(self.radio)
        return UartFrame(destination=Destination.APP, counter=counter, command=AppCommand.RECEIVED, data=data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A frame of the module that is none of the others; a firmware for two protocols says much in DUAL."""

    uart: UartFrame


Report = Started | Credits | Answer | RadioAnswer | Received | Unknown


def parse_report(frame: UartFrame) -> Report:
    """What the module says. Never raises."""
    data = frame.data
    if frame.destination == Destination.APP:
        return _parse_app(frame) or Unknown(uart=frame)
    if frame.destination == Destination.OS:
        if frame.command == OsCommand.GET_APP and (name := _name(data)):
            return Started(app=name)
        if frame.command == OsCommand.CREDITS and len(data) == 1:
            return Credits(used=data[0])
        if frame.command == OsCommand.ACK and data:
            if data[0] == AckStatus.INFO and data[1:] in _PROGRAMS:  # how GET_APP is answered
                return Started(app=data[1:].decode("ascii"))
            return Answer(destination=Destination.OS, status=data[0], info=data[1:])
    if frame.destination == Destination.DUAL:
        return _parse_dual(frame) or Unknown(uart=frame)
    return Unknown(uart=frame)


def _parse_app(frame: UartFrame) -> Report | None:
    data = frame.data
    if frame.command == AppCommand.RECEIVED:
        radio = _radio(data)
        return None if radio is None else Received(radio=radio, status=data[0], key_index=data[1])
    if frame.command != AppCommand.ACK or not data:
        return None
    radio = _radio(data) if data[0] in _RADIO_STATUSES else None
    if radio is None:
        return Answer(destination=Destination.APP, status=data[0], info=data[1:])
    verified = data[0] == AckStatus.RADIO_ANSWER_VERIFIED
    return RadioAnswer(radio=radio, key_index=data[1], verified=verified)


def _parse_dual(frame: UartFrame) -> Report | None:
    """Such a firmware tells its name as 00 or, asked, as 05 01."""
    data = frame.data
    if frame.command == DualCommand.STARTED:
        name = _name(data)
    elif frame.command == DualCommand.ANSWER and data[:1] == b"\x01":
        name = _name(data[1:])
    else:
        return None
    return Started(app=name, destination=Destination.DUAL) if name else None


def _name(data: bytes) -> str:
    """Printable ASCII, else empty."""
    return data.decode("ascii") if all(0x20 < byte < 0x7F for byte in data) else ""


def _radio(data: bytes) -> Frame | None:
    """The frame behind status and key index."""
    if len(data) < 3 + HEADER_SIZE:
        return None
    strength = None if data[2] in {0, 1} else -float(data[2])
    radio = decode_frame(bytes((len(data) - 3 & 0xFF,)) + data[3:], strength)
    return None if isinstance(radio, Damaged) else radio


def _radio_data(radio: Frame) -> bytes:
    strength = 0 if radio.rssi_dbm is None else min(255, max(0, round(-radio.rssi_dbm)))
    return bytes((strength,)) + encode_frame(radio)[1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Firmware:
    """Info of GET_FIRMWARE. version: major, minor, patch; head: three bytes of the boot loader."""

    version: tuple[int, int, int]
    head: bytes = b"\x01\x00\x03"

    def info(self) -> bytes:
        """6 bytes."""
        return self.head + bytes(self.version)

    @classmethod
    def parse(cls, info: bytes) -> Self | None:
        """None unless 6 bytes."""
        return cls(head=info[:3], version=(info[3], info[4], info[5])) if len(info) == 6 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialNumber:
    """Info of GET_SERIAL: 10 characters, which are the radio's id."""

    serial: str

    def info(self) -> bytes:
        """10 bytes."""
        return self.serial.encode("ascii")

    @classmethod
    def parse(cls, info: bytes) -> Self | None:
        """None unless 10 printable characters."""
        return cls(serial=_name(info)) if len(info) == 10 and _name(info) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Info of GET_ADDRESS and DEFAULT_ADDRESS, in status MULTI_PART: 3 bytes."""

    address: bytes

    def info(self) -> bytes:
        """Part 1 of 1, and the address."""
        return _MULTI_PART_ONE + self.address

    @classmethod
    def parse(cls, info: bytes) -> Self | None:
        """None unless one part with 3 bytes."""
        return cls(address=info[2:]) if len(info) == 5 and info[:2] == _MULTI_PART_ONE else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerAdded:
    """Info of ADD_PEER and REMOVE_PEER, in status MULTI_PART. count: peers that the module knows now.

    signed: channels (0-63) that are signed; None for a peer that was removed.
    """

    everything: ClassVar[frozenset[int]] = frozenset(range(_CHANNELS))
    count: int
    signed: frozenset[int] | None

    def info(self) -> bytes:
        """Part 1 of 1, the count, and the map: a bit of 0 is a signed channel, the last byte has 0 to 7."""
        head = _MULTI_PART_ONE + self.count.to_bytes(2, "big")
        if self.signed is None:
            return head
        open_channels = sum(1 << channel for channel in self.everything - self.signed)
        return head + open_channels.to_bytes(8, "big")

    @classmethod
    def parse(cls, info: bytes) -> Self | None:
        """None when it has another length."""
        if len(info) not in {4, 12} or info[:2] != _MULTI_PART_ONE:
            return None
        bits = int.from_bytes(info[4:], "big")
        signed = frozenset(channel for channel in range(_CHANNELS) if not bits >> channel & 1)
        return cls(count=int.from_bytes(info[2:4], "big"), signed=signed if len(info) == 12 else None)


class Parts:
    """Collects the parts of an answer in status MULTI_PART. Bounded by MAX_PARTS."""

    MAX_PARTS: ClassVar[int] = 64

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def collect(self, answer: Answer) -> Answer | None:
        """An answer in several parts as if it had been one; None while more of it is to come."""
        if answer.status != AckStatus.MULTI_PART or answer.info[1:2] in {b"", b"\x00", b"\x01"}:
            return answer
        whole = self.add(answer.info)
        return None if whole is None else replace(answer, info=_MULTI_PART_ONE + whole)

    def add(self, info: bytes) -> bytes | None:
        """Take one answer's info; the whole when it was the last part. A part out of turn starts anew."""
        part, of = (info[0], info[1]) if len(info) >= 2 else (0, 0)
        if part == 1:
            self._parts = []
        if part != len(self._parts) + 1 or not part <= of <= self.MAX_PARTS:
            self._parts = []
            return None
        self._parts.append(info[2:])
        return b"".join(self._parts) if part == of else None
