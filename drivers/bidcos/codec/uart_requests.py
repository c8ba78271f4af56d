"""What a host asks of the HM-MOD-RPI-PCB: one dataclass per request, to its frame and back. Pure.

``frame`` is the host's side, ``parse_request`` the module's (the simulator plays it).
Source: docs/protocols/bidcos.md, "Module requests".
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from .frames import HEADER_SIZE, Damaged, Frame, decode_frame, encode_frame
from .uart import KEY_COMMANDS, AppCommand, Destination, DualCommand, OsCommand, UartFrame

KEY_SIZE = 16
MAX_CHANNEL = 63
UPDATE_MAGIC = b"\xe9\xca"  # goes with UPDATE_MODE


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request that is its command alone: GET_APP, GET_SERIAL, NORMAL_MODE, GET_PEERS and such."""

    command: OsCommand | AppCommand | DualCommand

    def frame(self, counter: int) -> UartFrame:
        """No data."""
        return UartFrame(destination=_DESTINATIONS[type(self.command)], counter=counter, command=self.command)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enable:
    """Turn the module's credit accounting (ENABLE_CREDITS) or its listening first (ENABLE_CSMA) on or off."""

    command: OsCommand
    on: bool

    def frame(self, counter: int) -> UartFrame:
        """1 byte."""
        return _os(self.command, counter, bytes((self.on,)))


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateMode:
    """100 kbit/s, as devices that take new firmware speak it."""

    def frame(self, counter: int) -> UartFrame:
        """2 bytes that are always the same."""
        return _os(OsCommand.UPDATE_MODE, counter, UPDATE_MAGIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTime:
    """The time. seconds: since 1970-01-01 UTC, 32 bits; zone: offset from UTC in half hours, -24 to 28."""

    seconds: int
    zone: int

    def frame(self, counter: int) -> UartFrame:
        """5 bytes."""
        zone = self.zone.to_bytes(1, "big", signed=True)
        return _os(OsCommand.SET_TIME, counter, self.seconds.to_bytes(4, "big") + zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAddress:
    """The central's address (3 bytes) that the module speaks for."""

    address: bytes

    def frame(self, counter: int) -> UartFrame:
        """3 bytes."""
        return _app(AppCommand.SET_ADDRESS, counter, self.address)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetKey:
    """Load a key. command: one of KEY_COMMANDS; key: 16 bytes; index: 0-255. All zero: no key."""

    command: AppCommand
    key: bytes = field(default=bytes(KEY_SIZE), repr=False)
    index: int = 0

    def frame(self, counter: int) -> UartFrame:
        """17 bytes.

        Raises:
            ValueError: the command is for no key, or the key has not 16 bytes.
        """
        if self.command not in KEY_COMMANDS or len(self.key) != KEY_SIZE:
            raise ValueError(f"command {self.command:02X} with a key of {len(self.key)} bytes")
        return _app(self.command, counter, self.key + bytes((self.index,)))


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPeer:
    """Know this device. peer: 3 bytes; key_index: of its key, 0-255; wake_up: the module wakes it for us."""

    peer: bytes
    key_index: int = 0
    wake_up: bool = False

    def frame(self, counter: int) -> UartFrame:
        """6 bytes."""
        return _app(AppCommand.ADD_PEER, counter, self.peer + bytes((self.key_index, self.wake_up, 0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePeer:
    """Forget this device (3 bytes)."""

    peer: bytes

    def frame(self, counter: int) -> UartFrame:
        """3 bytes."""
        return _app(AppCommand.REMOVE_PEER, counter, self.peer)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerAes:
    """Sign what passes over these channels (0-63) of a peer, or no longer."""

    peer: bytes
    channels: tuple[int, ...]
    on: bool

    def frame(self, counter: int) -> UartFrame:
        """3 bytes and 1 per channel."""
        command = AppCommand.PEER_ADD_AES if self.on else AppCommand.PEER_REMOVE_AES
        return _app(command, counter, self.peer + bytes(self.channels))


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Send a frame. burst: None leaves its byte out, as modules with a firmware before 1.0.6 want it."""

    radio: Frame
    burst: bool | None = False

    def frame(self, counter: int) -> UartFrame:
        """2 or 3 bytes and the frame without its length byte."""
        head = b"\x00\x00" if self.burst is None else bytes((0, 0, self.burst))
        return _app(AppCommand.SEND, counter, head + encode_frame(self.radio)[1:])


Request = Ask | Enable | UpdateMode | SetTime | SetAddress | SetKey | AddPeer | RemovePeer | PeerAes | Send


def parse_request(frame: UartFrame) -> Request | None:
    """What a host asks; None for what a module would refuse. Takes SEND with its burst byte. Never raises."""
    parse = _PARSERS.get((frame.destination, frame.command))
    return parse(frame.data) if parse is not None else None


def _os(command: OsCommand, counter: int, data: bytes) -> UartFrame:
    return UartFrame(destination=Destination.OS, counter=counter, command=command, data=data)


def _app(command: AppCommand, counter: int, data: bytes) -> UartFrame:
    return UartFrame(destination=Destination.APP, counter=counter, command=command, data=data)


_Parser = Callable[[bytes], Request | None]


def _ask(command: OsCommand | AppCommand | DualCommand) -> _Parser:
    return lambda data: None if data else Ask(command=command)


def _enable(command: OsCommand) -> _Parser:
    return lambda data: Enable(command=command, on=data == b"\x01") if data in {b"\x00", b"\x01"} else None


def _key(command: AppCommand) -> _Parser:
    return lambda data: (
        SetKey(command=command, key=data[:KEY_SIZE], index=data[KEY_SIZE]) if len(data) == 17 else None
    )


def _peer_aes(on: bool) -> _Parser:
    def parse(data: bytes) -> Request | None:
        if len(data) < 3 or any(channel > MAX_CHANNEL for channel in data[3:]):
            return None
        return PeerAes(peer=data[:3], channels=tuple(data[3:]), on=on)

    return parse


def _set_time(data: bytes) -> Request | None:
    if len(data) != 5:
        return None
    zone = int.from_bytes(data[4:], "big", signed=True)
    return SetTime(seconds=int.from_bytes(data[:4], "big"), zone=zone)


def _add_peer(data: bytes) -> Request | None:
    if len(data) != 6 or data[4] > 1:
        return None
    return AddPeer(peer=data[:3], key_index=data[3], wake_up=data[4] == 1)


def _send(data: bytes) -> Request | None:
    if len(data) < 3 + HEADER_SIZE or data[2] > 1:
        return None
    radio = decode_frame(bytes((len(data) - 3 & 0xFF,)) + data[3:])
    return None if isinstance(radio, Damaged) else Send(radio=radio, burst=data[2] == 1)


_ASKS = (
    OsCommand.GET_APP,
    OsCommand.GET_FIRMWARE,
    OsCommand.CHANGE_APP,
    OsCommand.NORMAL_MODE,
    OsCommand.GET_CREDITS,
    OsCommand.GET_SERIAL,
    AppCommand.GET_ADDRESS,
    AppCommand.GET_PEERS,
    AppCommand.DEFAULT_ADDRESS,
    DualCommand.GET_APP,
    DualCommand.CHANGE_APP,
)
_DESTINATIONS: dict[type[OsCommand | AppCommand | DualCommand], Destination] = {
    OsCommand: Destination.OS,
    AppCommand: Destination.APP,
    DualCommand: Destination.DUAL,
}
_PARSERS: dict[tuple[int, int], _Parser] = {
    **{(_DESTINATIONS[type(command)], int(command)): _ask(command) for command in _ASKS},
    **{
        (Destination.OS, int(command)): _enable(command)
        for command in (OsCommand.ENABLE_CREDITS, OsCommand.ENABLE_CSMA)
    },
    **{(Destination.APP, int(command)): _key(command) for command in KEY_COMMANDS},
    (Destination.OS, OsCommand.UPDATE_MODE): lambda data: UpdateMode() if data == UPDATE_MAGIC else None,
    (Destination.OS, OsCommand.SET_TIME): _set_time,
    (Destination.APP, AppCommand.SET_ADDRESS): lambda data: (
        SetAddress(address=data) if len(data) == 3 else None
    ),
    (Destination.APP, AppCommand.ADD_PEER): _add_peer,
    (Destination.APP, AppCommand.REMOVE_PEER): lambda data: RemovePeer(peer=data) if len(data) == 3 else None,
    (Destination.APP, AppCommand.PEER_ADD_AES): _peer_aes(True),
    (Destination.APP, AppCommand.PEER_REMOVE_AES): _peer_aes(False),
    (Destination.APP, AppCommand.SEND): _send,
}
