"""Drives on doors and windows: key-matic and win-matic, which are always signed.

Source: docs/protocols/bidcos.md, "Device classes".
"""

from collections.abc import Mapping
from typing import ClassVar

from .channel import Channel
from .links import PeerEvent, decide
from .surface import OwnDevice, Status
from .switch import ON
from .touch import number

LOCKED, UNLOCKED, OPENED = 0x00, 0x01, 0xC8
UP, DOWN = 0x10, 0x20
TURN_S = 4.0
KEY_ORDER, WINDOW_ORDER, SET_ORDER, STOP_ORDER = 0x80, 0x81, 0x02, 0x03
INHIBIT_ORDERS = frozenset({0x00, 0x01})
WINDOW_LOCKED = 0xFF
FULL_WAY_S = 20.0
REPORT_S = 0.4
TRICKLE = 0x00


class Keymatic(Channel):
    """A lock that turns its own key."""

    __slots__ = ("_arrives_s", "_inhibited", "_unlocked")
    verbs: ClassVar[Mapping[str, str]] = {"lock": "", "unlock": "", "unlatch": "", "press": ""}

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self._unlocked = False
        self._inhibited = False
        self._arrives_s = float("-inf")

    def status(self) -> Status | None:
        """Locked or not; uncertain while it turns."""
        turning = self.device.agenda.now_s < self._arrives_s
        flags = (UP if self._unlocked else DOWN) if turning else 0
        return Status(value=UNLOCKED if self._unlocked else LOCKED, flags=flags)

    def execute(self, order: int, data: bytes) -> bool:
        """Lock, unlock, open; the second byte says when it locks again, FF never."""
        if order in INHIBIT_ORDERS:
            self._inhibited = order == 0x01
            return True
        if order != KEY_ORDER or not data or data[0] not in {LOCKED, UNLOCKED, OPENED}:
            return False
        self._turn(data[0] != LOCKED)
        return True

    def from_peer(self, event: PeerEvent) -> bool:
        """A key of a peer turns it."""
        if self._inhibited:
            return False
        reaction = decide(event, is_on=self._unlocked)
        if reaction is not None:
            self._turn(reaction.on)
        return True

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Turn it by its buttons."""
        self._turn(not self._unlocked if verb == "press" else verb != "lock")

    def state(self) -> Mapping[str, object]:
        """The lock."""
        return {"unlocked": self._unlocked}

    def _turn(self, unlocked: bool) -> None:
        self._unlocked = unlocked
        self._arrives_s = self.device.agenda.now_s + TURN_S
        self.device.status_changed(self.index, TURN_S + REPORT_S)


class Winmatic(Channel):
    """A window drive; level FF is locked."""

    __slots__ = ("_arrives_s", "_level", "_up")
    verbs: ClassVar[Mapping[str, str]] = {"level": "0 to 100", "lock": ""}

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self._level = WINDOW_LOCKED
        self._up = False
        self._arrives_s = float("-inf")

    def status(self) -> Status | None:
        """Level and direction."""
        moving = self.device.agenda.now_s < self._arrives_s
        return Status(value=self._level, flags=(UP if self._up else DOWN) if moving else 0)

    def execute(self, order: int, data: bytes) -> bool:
        """Go to a level, or lock; stop."""
        if order == STOP_ORDER:
            self._arrives_s = self.device.agenda.now_s
        if order == STOP_ORDER or order in INHIBIT_ORDERS:
            return True
        if order not in {WINDOW_ORDER, SET_ORDER} or not data or ON < data[0] < WINDOW_LOCKED:
            return False
        self._go(data[0])
        return True

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Use its buttons."""
        self._go(WINDOW_LOCKED if verb == "lock" else round(number(args, 0, 0, 100) * 2))

    def state(self) -> Mapping[str, object]:
        """The window."""
        locked = self._level == WINDOW_LOCKED
        return {"level_percent": 0.0 if locked else self._level / 2, "locked": locked}

    def _go(self, level: int) -> None:
        here, there = (0 if each == WINDOW_LOCKED else each for each in (self._level, level))
        self._up, self._level = there > here, level
        self._arrives_s = self.device.agenda.now_s + FULL_WAY_S * abs(there - here) / ON
        self.device.status_changed(self.index, self._arrives_s - self.device.agenda.now_s + REPORT_S)


class Accumulator(Channel):
    """The battery of a win-matic."""

    __slots__ = ()

    def status(self) -> Status | None:
        """Full, trickle charge."""
        return Status(value=0x14 if self.device.low_battery else ON, flags=TRICKLE)
