"""Switches: on, off, on for a time; mains or battery, one or more channels.

Source: docs/protocols/bidcos.md, "Switch (class S), battery switch (SB)".
"""

from collections.abc import Mapping

from drivers.bidcos.frames import Frame

from ..agenda import Appointment
from ..payloads import seconds16
from .device import Device
from .kind import ActRefused, Model, Status
from .memory import ListId, Registers
from .touch import battery

ON, OFF, LAST = 0xC8, 0x00, 0xC9
TIMER_RUNS = 0x40
LOW_BATTERY = 0x80
STATUS_DELAY_REGISTER = 0x57


def switch_list() -> Registers:
    """List 1 of a switch channel: not signed, status after 2 s and up to 1 s more."""
    return {0x08: 0x00, STATUS_DELAY_REGISTER: 0x24}


def _lists(channels: int) -> dict[ListId, Registers]:
    return {ListId(channel=channel, number=1): switch_list() for channel in range(1, channels + 1)}


PLUG = Model(
    name="HM-LC-Sw1-Pl-2", code=0x00A1, firmware=0x25, info_tail=b"\x10\x41\x01\x00", channels=1,
    defaults=_lists(1),
)  # fmt: skip
FLUSH_TWO = Model(
    name="HM-LC-Sw2-FM", code=0x0009, firmware=0x19, info_tail=b"\x10\x02\x01\x00", channels=2,
    defaults=_lists(2),
)  # fmt: skip
BATTERY = Model(
    name="HM-LC-Sw1-Ba-PCB", code=0x006C, firmware=0x13, info_tail=b"\x10\x01\x01\x00", channels=1,
    sleeps=True, burst=True, defaults=_lists(1),
)  # fmt: skip


class Switch:
    """One to several relays."""

    def __init__(self, model: Model = PLUG) -> None:
        self.model = model
        self._level = dict.fromkeys(range(1, model.channels + 1), OFF)
        self._timers: dict[int, Appointment] = {}
        self._inhibited: set[int] = set()
        self._low_battery = False
        self._device: Device | None = None

    def start(self, device: Device) -> None:
        """Say that power came back."""
        self._device = device
        device.status_changed(1)

    def status(self, channel: int) -> Status | None:
        """Level and timer of one relay."""
        if channel not in self._level:
            return None
        flags = (TIMER_RUNS if channel in self._timers else 0) | (LOW_BATTERY if self._low_battery else 0)
        return Status(value=self._level[channel], flags=flags)

    def is_on(self, channel: int = 1) -> bool:
        """Whether current flows."""
        return self._level[channel] == ON

    def execute(self, payload: bytes) -> bool:
        """Set, stop, inhibit."""
        if len(payload) < 2 or payload[1] not in self._level:
            return False
        order, channel = payload[0], payload[1]
        if order == 0x02 and len(payload) >= 3:
            level = payload[2]
            if level > ON and level != LAST:
                return False
            self.set(channel, level != OFF, on_for_s=seconds16(payload[5:7]))
            return True
        if order in {0x00, 0x01}:
            (self._inhibited.add if order else self._inhibited.discard)(channel)
            return True
        return order == 0x03

    def from_peer(self, frame: Frame, channel: int) -> bool:
        """Toggle for a key, follow a sensor's value."""
        if channel in self._inhibited or channel not in self._level:
            return False
        if frame.kind == 0x40:
            self.set(channel, not self.is_on(channel))
        elif frame.kind == 0x41 and len(frame.payload) >= 3:
            self.set(channel, frame.payload[2] >= 0x32)
        return True

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Use the button on the device, or wear its battery."""
        channel = int(args[0]) if args and args[0].isdigit() else 1
        if verb in {"on", "off", "toggle", "press"} and channel in self._level:
            self.set(channel, {"on": True, "off": False}.get(verb, not self.is_on(channel)))
        elif verb == "battery" and self.model.sleeps:
            self._low_battery = battery(args)
        else:
            raise ActRefused(f"{self.model.name} knows: on, off, toggle (channel 1 to {self.model.channels})")

    def state(self) -> Mapping[str, object]:
        """Each relay."""
        return {"on": [self.is_on(channel) for channel in self._level]}

    def set(self, channel: int, on: bool, *, on_for_s: float | None = None) -> None:
        """Switch, and report it as late as the channel's status delay says."""
        if channel in self._timers:
            self._timers.pop(channel).cancel()
        self._level[channel] = ON if on else OFF
        device = self._device
        if device is None:
            return
        if on and on_for_s:
            self._timers[channel] = device.agenda.after(on_for_s, lambda: self._time_is_up(channel))
        device.status_changed(channel, self._status_delay_s(device, channel))

    def _time_is_up(self, channel: int) -> None:
        self._timers.pop(channel, None)
        self.set(channel, False)

    def _status_delay_s(self, device: Device, channel: int) -> float:
        value = device.memory.register(STATUS_DELAY_REGISTER, 0x24, ListId(channel=channel, number=1))
        return (value & 0x1F) * 0.5 + (value >> 5) * device.surroundings.uniform()
