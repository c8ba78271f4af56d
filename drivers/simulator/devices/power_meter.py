"""Meters: what a switched socket measures (5E, 5F), what an optical reader sees of a meter (60).

Source: docs/protocols/bidcos.md, "Power" and "Switch".
"""

from collections.abc import Mapping
from typing import ClassVar

from .. import payloads
from .channel import Channel
from .surface import LOW_BATTERY, OwnDevice
from .switch import Switch
from .touch import number

CYCLE_MIN_S, CYCLE_SPREAD_S = 120.0, 60.0
CHANGE_DELAY_S = 1.5
VOLTS = 230.0
LOAD_W = 60.0  # of what is plugged in, at first
HOUSE_W = 420.0
IEC = 0x60


class PowerMeter(Channel):
    """The meter of a socket; the relay is another channel of the device."""

    __slots__ = ("_boot", "_counted_s", "_energy_wh", "_load_w", "_was_on", "_was_w")
    verbs: ClassVar[Mapping[str, str]] = {"load": "0 to 3680"}

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self._load_w = LOAD_W
        self._energy_wh = 0.0
        self._counted_s = 0.0
        self._boot = True
        self._was_on = False
        self._was_w = 0.0

    def start(self) -> None:
        """Begin to measure."""
        self._counted_s = self.device.surroundings.home_s()
        self.device.agenda.after(3.0, self._cycle)

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Plug something else in."""
        self._count()
        self._load_w = number(args, 0, 0, 3680)
        self.device.agenda.after(CHANGE_DELAY_S, self._tell_change)

    def switched(self, on: bool) -> None:
        """The relay moved."""
        self._count()
        self._was_on = on
        self.device.agenda.after(CHANGE_DELAY_S, self._tell_change)

    def state(self) -> Mapping[str, object]:
        """Power and energy."""
        self._count()
        return {"power_w": self._power_w(), "energy_wh": round(self._energy_wh, 1)}

    def _power_w(self) -> float:
        return self._load_w if self._was_on else 0.0

    def _count(self) -> None:
        home_s = self.device.surroundings.home_s()
        self._energy_wh += self._power_w() * (home_s - self._counted_s) / 3600
        self._counted_s = home_s

    def _tell_change(self) -> None:
        if self._power_w() != self._was_w:
            self.device.event(0x5F, self.index, self._report(0.0))

    def _cycle(self) -> None:
        device = self.device
        noise = device.surroundings.uniform() - 0.5
        device.inform(0x5E, self._report(noise), 0x84)
        device.agenda.after(CYCLE_MIN_S + CYCLE_SPREAD_S * device.surroundings.uniform(), self._cycle)

    def _report(self, noise: float) -> bytes:
        self._count()
        power_w = self._was_w = self._power_w()
        measured_w = max(0.0, power_w * (1 + noise * 0.04))
        boot, self._boot = self._boot, False
        volts = VOLTS + noise * 3
        return payloads.power_report(self._energy_wh, measured_w, measured_w / volts * 1000, volts, boot)


class MeasuredSwitch(Switch):
    """The relay of a socket that measures: its meter is told."""

    __slots__ = ()

    def set(self, on: bool, *, on_for_s: float | None = None) -> None:
        """Switch, and let the meter know."""
        super().set(on, on_for_s=on_for_s)
        for meter in self.device.siblings(PowerMeter):
            meter.switched(on)


class OpticalReader(Channel):
    """An eye before the house's meter."""

    __slots__ = ("_counted_s", "_load_w", "_tenths")
    verbs: ClassVar[Mapping[str, str]] = {"load": "0 to 20000"}

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self._load_w = HOUSE_W
        self._tenths = 12_345_678.0  # of a watt-hour
        self._counted_s = device.surroundings.home_s()

    def start(self) -> None:
        """Only the first channel is wired."""
        if self.index == 1:
            self.device.agenda.after(3.0, self._cycle)

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Switch a stove on."""
        self._count()
        self._load_w = number(args, 0, 0, 20_000)
        self.refresh()

    def state(self) -> Mapping[str, object]:
        """Power and energy."""
        self._count()
        return {"power_w": self._load_w, "energy_wh": round(self._tenths / 10, 1)}

    def refresh(self) -> None:
        """Tell channel, tariff, energy and power, now."""
        self._count()
        head = bytes((self.index | (LOW_BATTERY if self.device.low_battery else 0), 0x10))
        energy = int(self._tenths).to_bytes(5, "big")
        power = round(self._load_w * 100).to_bytes(4, "big")
        self.device.inform(IEC, head + energy + b"\x10" + power, self.device.blueprint.cyclic_flags)

    def _count(self) -> None:
        home_s = self.device.surroundings.home_s()
        self._tenths += self._load_w * (home_s - self._counted_s) / 360
        self._counted_s = home_s

    def _cycle(self) -> None:
        self.refresh()
        spread_s = CYCLE_SPREAD_S * self.device.surroundings.uniform()
        self.device.agenda.after(CYCLE_MIN_S + spread_s, self._cycle)
