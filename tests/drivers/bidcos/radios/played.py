"""Both radios' hardware as it answers over its line, and a line that joins it to the driver's side.

Time is a number that the test moves. The module does what docs/protocols/bidcos.md says it does, no more.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from drivers.bidcos.codec.cul import LineDecoder
from drivers.bidcos.codec.frames import Frame, decode_frame, encode_frame
from drivers.bidcos.codec.uart import (
    AckStatus,
    AppCommand,
    Destination,
    OsCommand,
    UartDecoder,
    UartFrame,
    encode_uart,
)
from drivers.bidcos.codec.uart_reports import (
    APPLICATION,
    BOOT_LOADER,
    Address,
    Answer,
    Credits,
    Firmware,
    PeerAdded,
    RadioAnswer,
    Received,
    SerialNumber,
    Started,
)
from drivers.bidcos.codec.uart_requests import (
    AddPeer,
    Ask,
    PeerAes,
    RemovePeer,
    Send,
    SetAddress,
    SetKey,
    SetTime,
    parse_request,
)
from drivers.bidcos.radios.cul_radio import CulRadio
from drivers.bidcos.radios.module import ModuleRadio
from drivers.bidcos.radios.radio import Radio, RadioEvent, Station, Turn

CENTRAL = bytes.fromhex("FDB02C")
DEVICE = bytes.fromhex("40C2A8")
AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
E = TypeVar("E")


class Hardware(Protocol):
    """The far end. silent: says nothing any more; aired: the frames that it sent."""

    silent: bool
    aired: list[Frame]

    def take(self, data: bytes) -> bytes: ...
    def hear(self, frame: Frame) -> bytes: ...
    def restart(self) -> bytes: ...
    def be_another_firmware(self) -> None: ...


class PlayedCul:
    def __init__(self) -> None:
        self.silent = False
        self.aired: list[Frame] = []
        self.lines: list[bytes] = []
        self.listens = False
        self.knows_askin = True
        self._rest = b""

    def take(self, data: bytes) -> bytes:
        *lines, self._rest = (self._rest + data).split(b"\n")
        return b"" if self.silent else b"".join(self._answer(line) for line in lines if line)

    def _answer(self, line: bytes) -> bytes:
        self.lines.append(line)
        if line == b"V":
            return b"V 1.67 nanoCUL868\r\n"
        if line[:1] == b"A" and not self.knows_askin:
            return b"? (A is unknown) Use one of B C V X\r\n"
        if line == b"Ar":
            self.listens = True
        if line[:2] == b"As":
            frame = decode_frame(bytes.fromhex(line[2:].decode()))
            assert isinstance(frame, Frame)
            self.aired.append(frame)
        return b""

    def hear(self, frame: Frame) -> bytes:
        if not self.listens:
            return b""
        return b"A" + encode_frame(frame).hex().upper().encode() + b"F2\r\n"

    def restart(self) -> bytes:
        self.listens = False
        return b""

    def be_another_firmware(self) -> None:
        self.knows_askin = False


@dataclass
class PlayedModule:
    """answers: what SEND is answered with; refuses: commands that this firmware does not know.

    splits: an answer in parts comes in more than one.
    """

    silent: bool = False
    aired: list[Frame] = field(default_factory=list)
    requests: list[object] = field(default_factory=list)
    raw: list[UartFrame] = field(default_factory=list)
    running: str = BOOT_LOADER
    application: str = APPLICATION
    firmware: tuple[int, int, int] = (1, 4, 1)
    address: bytes = bytes(3)
    keys: dict[int, SetKey] = field(default_factory=dict)
    peers: dict[bytes, set[int]] = field(default_factory=dict)
    wakes: set[bytes] = field(default_factory=set)
    busy: int = 0
    credits: int = 10
    times: int = 0
    signs_new_peers: bool = True
    refuses: frozenset[tuple[int, int]] = frozenset()
    splits: bool = False
    answers: Callable[[Frame], object] = lambda _frame: AckStatus.NO_ANSWER
    _decoder: UartDecoder = field(default_factory=UartDecoder)

    def take(self, data: bytes) -> bytes:
        said = b""
        for frame in self._decoder.feed(data):
            assert isinstance(frame, UartFrame)
            self.raw.append(frame)
            if not self.silent:
                answers = [part for answer in self._answer(frame) for part in self._parts(answer)]
                said += b"".join(encode_uart(answer) for answer in answers)
        return said

    def _parts(self, answer: UartFrame) -> list[UartFrame]:
        """As one, or a byte a part."""
        if not self.splits or answer.command != OsCommand.ACK or answer.data[:1] != b"\x07":
            return [answer]
        rest = answer.data[3:]
        heads = [bytes((0x07, part, len(rest))) for part in range(1, len(rest) + 1)]
        return [replace(answer, data=head + bytes((byte,))) for head, byte in zip(heads, rest, strict=True)]

    def _answer(self, frame: UartFrame) -> list[UartFrame]:
        request = parse_request(frame)
        if isinstance(request, Send):
            pass
        elif request is not None:
            self.requests.append(request)
        if (frame.destination, frame.command) == (Destination.OS, OsCommand.GET_APP):
            return [Started(app=self.running).frame(frame.counter)]
        if (frame.destination, frame.command) == (Destination.OS, OsCommand.CHANGE_APP):
            self.running = self.application if self.running == BOOT_LOADER else BOOT_LOADER
            self._forget()
            return [self._ack(frame, AckStatus.OK), Started(app=self.running).frame(0)]
        if self.running == BOOT_LOADER and frame.destination == Destination.APP:
            return []
        if self.busy:
            self.busy -= 1
            return [self._ack(frame, AckStatus.BUSY)]
        if (frame.destination, frame.command) in self.refuses:
            return [self._ack(frame, AckStatus.REFUSED)]
        return self._obey(frame, request)

    def _obey(self, frame: UartFrame, request: object) -> list[UartFrame]:
        match request:
            case Ask():
                return [self._tell(frame, request)]
            case SetAddress():
                self.address = request.address
            case SetKey():
                self.keys[request.command] = request
            case SetTime():
                self.times += 1
            case AddPeer():
                return [self._add_peer(frame, request)]
            case RemovePeer():
                self.peers.pop(request.peer, None)
            case PeerAes():
                signed = self.peers[request.peer]
                (signed.update if request.on else signed.difference_update)(request.channels)
            case Send():
                self.aired.append(request.radio)
                return self._say(frame, self.answers(request.radio))
            case None:
                return [self._ack(frame, AckStatus.REFUSED)]
        return [self._ack(frame, AckStatus.OK)]

    def _tell(self, frame: UartFrame, request: Ask) -> UartFrame:
        info = {
            OsCommand.GET_FIRMWARE: Firmware(version=self.firmware).info(),
            OsCommand.GET_SERIAL: SerialNumber(serial="NEQ1330980").info(),
            OsCommand.GET_CREDITS: Credits(used=self.credits).info(),
        }
        addresses = {
            AppCommand.GET_ADDRESS: Address(address=self.address).info(),
            AppCommand.DEFAULT_ADDRESS: Address(address=bytes.fromhex("FD1234")).info(),
        }
        if isinstance(request.command, OsCommand) and request.command in info:
            return self._ack(frame, AckStatus.INFO, info[request.command])
        if isinstance(request.command, AppCommand) and request.command in addresses:
            return self._ack(frame, AckStatus.MULTI_PART, addresses[request.command])
        return self._ack(frame, AckStatus.OK)

    def _add_peer(self, frame: UartFrame, request: AddPeer) -> UartFrame:
        if self.signs_new_peers or request.peer not in self.peers:
            self.peers[request.peer] = set(range(64))
        (self.wakes.add if request.wake_up else self.wakes.discard)(request.peer)
        added = PeerAdded(count=len(self.peers), signed=frozenset(self.peers[request.peer]))
        return self._ack(frame, AckStatus.MULTI_PART, added.info())

    def _say(self, frame: UartFrame, answer: object) -> list[UartFrame]:
        if answer is None:
            return []  # the device is still being asked
        if isinstance(answer, RadioAnswer):
            return [answer.frame(frame.counter)]
        assert isinstance(answer, int)
        return [self._ack(frame, answer)]

    def _ack(self, frame: UartFrame, status: int, info: bytes = b"") -> UartFrame:
        return Answer(destination=frame.destination, status=status, info=info).frame(frame.counter)

    def _forget(self) -> None:
        self.address = bytes(3)
        self.peers, self.keys, self.wakes = {}, {}, set()

    def hear(self, frame: Frame, status: int = 0x11) -> bytes:
        return encode_uart(Received(radio=frame, status=status).frame(0))

    def restart(self) -> bytes:
        self.running = BOOT_LOADER
        self._forget()
        return encode_uart(Started(app=BOOT_LOADER).frame(0))

    def be_another_firmware(self) -> None:
        self.running = self.application = "DualCoPro_App"


H = TypeVar("H", bound=Hardware)


class Line:
    """Radio and hardware joined; ``run`` lets time pass."""

    def __init__(self, radio: Radio, hardware: Hardware) -> None:
        self.radio, self.hardware = radio, hardware
        self.now_s = 0.0
        self.events: list[RadioEvent] = []
        self.written = b""
        self.wakes = 0

    def pass_on(self, turn: Turn) -> None:
        self.events += turn.events
        write = turn.write
        while write:
            self.written += write
            said = self.hardware.take(write)
            answer = self.radio.receive(said, self.now_s) if said else Turn()
            self.events += answer.events
            write = answer.write

    def hear(self, data: bytes) -> None:
        self.pass_on(self.radio.receive(data, self.now_s))

    def send(self, frame: Frame) -> None:
        self.pass_on(self.radio.send(frame, self.now_s))

    def run(self, seconds: float) -> None:
        end_s = self.now_s + seconds
        while (wake_s := self.radio.wake_at_s) is not None and wake_s <= end_s:
            self.wakes += 1
            assert self.wakes < 10_000, "it asks to be woken again and again"
            self.now_s = max(self.now_s, wake_s)
            self.pass_on(self.radio.wake(self.now_s))
        self.now_s = end_s

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]


def cul_line() -> Line:
    return Line(CulRadio(0.0), PlayedCul())


def module_line(station: Station | None = None, module: PlayedModule | None = None) -> Line:
    station = station or Station(address=CENTRAL)
    return Line(ModuleRadio(station, 0.0, lambda: AT), module or PlayedModule())


def stick_of(line: Line) -> PlayedCul:
    assert isinstance(line.hardware, PlayedCul)
    return line.hardware


def module_of(line: Line) -> PlayedModule:
    assert isinstance(line.hardware, PlayedModule)
    return line.hardware


def question(counter: int = 7, flags: int = 0xA0, to: bytes = DEVICE) -> Frame:
    return Frame(
        counter=counter,
        flags=flags,
        kind=0x11,
        sender=CENTRAL,
        receiver=to,
        payload=bytes.fromhex("0201C80000"),
    )


def event(counter: int = 9, sender: bytes = DEVICE) -> Frame:
    return Frame(counter=counter, flags=0xA2, kind=0x40, sender=sender, receiver=CENTRAL, payload=b"\x01\x05")


def decode_lines(data: bytes) -> list[object]:
    return list(LineDecoder().feed(data))
