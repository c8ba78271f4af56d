"""HM-ES-PMSw1-Pl: a switched socket that measures what it switches.

Source: docs/protocols/bidcos.md, "Power" (5E, 5F) and "Switch".
"""

from collections.abc import Mapping

from drivers.bidcos.frames import Frame

from .. import payloads
from .device import Device
from .kind import ActRefused, Model, Status
from .memory import ListId
from .switch import Switch, switch_list
from .touch import number

CYCLE_MIN_S, CYCLE_SPREAD_S = 120.0, 60.0
CHANGE_DELAY_S = 1.5
VOLTS = 230.0

POWER = Model(
    name="HM-ES-PMSw1-Pl",
    code=0x00AC,
    firmware=0x16,
    info_tail=b"\x51\x06\x01\x00",
    channels=6,
    defaults={
        ListId(channel=1, number=1): switch_list(),
        **{ListId(channel=channel, number=1): {0x08: 0} for channel in range(2, 7)},
    },
)


class PowerMeter:
    """One socket with something plugged in. load_w: what that draws when it is on."""

    model = POWER

    def __init__(self, load_w: float = 60.0) -> None:
        self._switch = Switch(Model(name=POWER.name, code=0, firmware=0, info_tail=b"", channels=1))
        self._load_w = load_w
        self._energy_wh = 0.0
        self._counted_s = 0.0
        self._boot = True
        self._was_w = 0.0
        self._device: Device | None = None

    def start(self, device: Device) -> None:
        """Say that power came back and begin to measure."""
        self._device = device
        self._counted_s = device.surroundings.home_s()
        self._switch.start(device)
        device.agenda.after(3.0, self._cycle)

    def status(self, channel: int) -> Status | None:
        """The relay."""
        return self._switch.status(channel)

    def execute(self, payload: bytes) -> bool:
        """Switch."""
        self._count()
        return self._switch.execute(payload) and self._changed()

    def from_peer(self, frame: Frame, channel: int) -> bool:
        """Switch for a peer."""
        self._count()
        return self._switch.from_peer(frame, channel) and self._changed()

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Press its button, or plug something else in."""
        self._count()
        if verb == "load":
            self._load_w = number(args, 0, 0, 3680)
        elif verb in {"on", "off", "toggle", "press"}:
            self._switch.act(verb, ())
        else:
            raise ActRefused("HM-ES-PMSw1-Pl knows: on, off, toggle, load 0 to 3680")
        self._changed()

    def state(self) -> Mapping[str, object]:
        """Relay, power and energy."""
        self._count()
        return {**self._switch.state(), "power_w": self._power_w(), "energy_wh": round(self._energy_wh, 1)}

    def _power_w(self) -> float:
        return self._load_w if self._switch.is_on() else 0.0

    def _count(self) -> None:
        if self._device is not None:
            home_s = self._device.surroundings.home_s()
            self._energy_wh += self._power_w() * (home_s - self._counted_s) / 3600
            self._counted_s = home_s

    def _changed(self) -> bool:
        if self._device is not None:
            self._device.agenda.after(CHANGE_DELAY_S, self._tell_change)
        return True

    def _tell_change(self) -> None:
        if self._device is not None and self._power_w() != self._was_w:
            self._device.event(0x5F, 2, self._report(0.0))

    def _cycle(self) -> None:
        device = self._device
        if device is None:
            return
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
