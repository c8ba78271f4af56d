"""Teach-in: a device introduces itself while the window is open, and we write us in as owner. Pure.

Source: docs/protocols/bidcos.md, "Pairing".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from hub.contract import DeviceAddress

from ..codec.frames import BROADCAST, Flag, Frame
from ..codec.messages import DeviceInfo, ParamRequest, PeerAdd
from ..codec.messages_link import SERIAL_SIZE
from ..devices import Model, factory_registers, generic_model, model_by_code, paramset_of
from ..exchange.lane import Expect, Failed, Failure, Request, Step
from ..translation.commands import OWNED_REGISTER, owner_messages

INTERFACE = "bidcos"
UNKNOWN_MODEL = "unknown_model"  # why somebody does not come in; texts: hub/api/texts
OWNED_ELSEWHERE = "elsewhere"
WINDOW_CLOSED = "window_closed"
OTHER_DEVICE = "other_device"
TOO_WEAK = "too_far"
NOTHING_HEARD = "nothing_heard"
SERIAL_SILENT = "not_heard"
DEVICE_RESET = "device_reset"
NOT_KEPT = "not_kept"
PEERS_FULL = "no_room"
LINK_LOST = "link_lost"

SERIAL = re.compile(r"[A-Za-z0-9_-]{10}")
OTHER = re.compile(r"[^A-Za-z0-9_-]")
ROUNDS = 3  # of writing, while it listens
WEAK_DBM = -92.0  # below this silence is no surprise (ours)
OWNER_REGISTERS = (0x0A, 0x0B, 0x0C)
CALL_PLAIN = Flag.BCAST | Flag.RPTEN
CALL_BURST = CALL_PLAIN | Flag.BURST | Flag.BIDI  # as a central was seen to do
CALL_GAPS_S = (
    0.0,
    2.0,
    6.0,
    10.0,
    15.0,
    20.0,
    30.0,
    30.0,
)  # between calls by serial, plain and burst in turn
AGAIN_S = 60.0  # that somebody knocks at a closed window is said once in so long
MAX_KNOCKS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduced:
    """A device that wants to belong to somebody. model: None when nothing is known of it.

    receiver: whom it told; its owner, or everybody.
    """

    name: DeviceAddress
    address: bytes
    info: DeviceInfo
    model: Model | None
    rssi_dbm: float | None
    receiver: bytes = BROADCAST


class TeachIn:
    """The window. until_s: None while it is closed; serial: who alone may come in, or ""."""

    def __init__(self) -> None:
        self.until_s: float | None = None
        self.serial = ""
        self.heard = False
        self._calls = 0
        self._call_s = 0.0
        self._configuring: dict[bytes, Introduced] = {}
        self._knocks: dict[bytes, float] = {}

    def open(self, now_s: float, seconds: float, serial: str = "") -> None:
        """Let devices in until then; opening again moves the end."""
        self.until_s = now_s + seconds
        self.serial, self.heard = serial, False
        self._calls, self._call_s = 0, now_s

    def close(self) -> None:
        """Nobody else comes in; who is in the middle is finished."""
        self.until_s = None

    def is_open(self, now_s: float) -> bool:
        """Whether devices may come in."""
        return self.until_s is not None and now_s < self.until_s

    def ended(self, now_s: float) -> str | None:
        """Its time is up; said once: why nobody came, or "" when somebody did."""
        if self.until_s is None or now_s < self.until_s:
            return None
        self.until_s = None
        if self.heard:
            return ""
        return SERIAL_SILENT if self.serial else NOTHING_HEARD

    def call(self, now_s: float) -> int | None:
        """The flags with which to call for the serial now; None: nobody is to be called."""
        if not self.serial or self.heard or not self.is_open(now_s) or now_s < self._call_s:
            return None
        self._calls += 1
        if self._calls >= len(CALL_GAPS_S):
            self._call_s = float("inf")
        else:
            self._call_s = now_s + CALL_GAPS_S[self._calls]
        return CALL_PLAIN if self._calls % 2 else CALL_BURST

    def introduce(self, frame: Frame, info: DeviceInfo) -> Introduced | None:
        """A device info was heard; None of a device that we are writing into."""
        if frame.sender in self._configuring:
            return None
        return Introduced(
            name=DeviceAddress(INTERFACE, named(info.serial, frame.sender)),
            address=frame.sender,
            info=info,
            model=model_by_code(info.model) or generic_model(info.model, info.device_class, info.channels),
            rssi_dbm=frame.rssi_dbm,
            receiver=frame.receiver,
        )

    def knocks(self, device: bytes, now_s: float) -> bool:
        """It stands before the closed window, and that was not said lately."""
        if now_s - self._knocks.get(device, float("-inf")) < AGAIN_S:
            return False
        if len(self._knocks) >= MAX_KNOCKS:
            self._knocks.clear()
        self._knocks[device] = now_s
        return True

    def refusal(self, introduced: Introduced, central: bytes) -> str:
        """Why it may not come in; "": it may."""
        if self.serial and introduced.info.serial != self.serial:
            return OTHER_DEVICE
        if introduced.receiver not in {BROADCAST, central}:
            return OWNED_ELSEWHERE
        return UNKNOWN_MODEL if introduced.model is None else ""

    def begin(self, introduced: Introduced) -> None:
        """It is written into."""
        self.heard = True
        self._configuring[introduced.address] = introduced

    def finish(self, address: bytes) -> Introduced | None:
        """Its exchange ended, well or not."""
        return self._configuring.pop(address, None)


def named(serial: str, radio: bytes) -> str:
    """The serial as a part of names; what others than the maker write there may be any bytes.

    radio: the device's address, which keeps two of them apart.
    """
    if SERIAL.fullmatch(serial):
        return serial
    return f"{OTHER.sub('_', serial)}-{radio.hex().upper()}"


def apart(introduced: Introduced) -> Introduced:
    """Another device of this home has its serial: its address makes the name."""
    serial = f"{introduced.name.serial[:SERIAL_SIZE]}-{introduced.address.hex().upper()}"
    return replace(introduced, name=DeviceAddress(INTERFACE, serial))


def owner_neighbours(model: Model, firmware: int) -> int | None:
    """What a new device holds beside our bit in the register that we write; None: nothing of anybody's."""
    described = paramset_of(model, 0, "MASTER", firmware=firmware)
    if not any(each.list_index == 0 and OWNED_REGISTER in each.registers for each in described):
        return None
    return factory_registers(model, firmware=firmware)[0, 0][OWNED_REGISTER]


def look_request(introduced: Introduced) -> Request:
    """Read what it holds before we write."""
    look = Step(message=ParamRequest(channel=0, list_index=0), expect=Expect.PAGES)
    return Request(device=introduced.address, steps=(look,), now_only=True)


def pair_request(introduced: Introduced, central: bytes, others: int) -> Request:
    """Write us in, then read who owns it, which a bad air may swallow. others: as of ``owner_messages``."""
    steps = [Step(message=message) for message in owner_messages(central, owned=True, others=others)]
    check = Step(message=ParamRequest(channel=0, list_index=0), expect=Expect.PAGES, optional=True)
    return Request(device=introduced.address, steps=(*steps, check), now_only=True)


def disowns(registers: Mapping[int, int], central: bytes) -> bool:
    """These registers of list 0 name somebody else as owner, or nobody; firmware that hides them does not."""
    owner = [registers[register] for register in OWNER_REGISTERS if register in registers]
    return len(owner) == len(OWNER_REGISTERS) and bytes(owner) != central


def key_channels(model: Model) -> tuple[int, ...]:
    """Channels that tell a central of their keys only when it is their peer."""
    return tuple(channel for channel, kind in model.channels.items() if kind == "KEY")


def key_request(device: bytes, channel: int, central: bytes) -> Request:
    """Let a key report to us; some remotes do that by themselves, and adding twice does no harm."""
    message = PeerAdd(channel=channel, peer=central, peer_channels=(channel, 0))
    return Request(device=device, steps=(Step(message=message),), now_only=True)


def failure_reason(failed: Failed, introduced: Introduced) -> str:
    """Why a device could not be written into, for people."""
    weak = introduced.rssi_dbm is not None and introduced.rssi_dbm < WEAK_DBM
    if failed.reason is Failure.SILENT and weak:
        return TOO_WEAK
    return _REASONS[failed.reason]


_REASONS = {
    Failure.SILENT: "silent",
    Failure.REFUSED: OWNED_ELSEWHERE,
    Failure.UNKNOWN_TARGET: OWNED_ELSEWHERE,
    Failure.PEERS_FULL: PEERS_FULL,
    Failure.WRONG_KEY: "wrong_key",
    Failure.AIRTIME: "airtime",
    Failure.REPLACED: LINK_LOST,
    Failure.CANCELLED: LINK_LOST,
}
