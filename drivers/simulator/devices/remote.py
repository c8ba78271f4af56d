"""HM-RC-4-3: a remote with four buttons, short and long.

Source: docs/protocols/bidcos.md, "Remotes and push buttons (K)".
"""

from collections.abc import Mapping

from drivers.bidcos.frames import Frame

from .device import Device
from .kind import ActRefused, Model, Status
from .memory import ListId
from .touch import battery, number

BUTTONS = 4
LONG = 0x40
LOW_BATTERY = 0x80
LONG_REPEAT_S = 0.25
LONG_FLAGS = 0x80  # repeats of a held key do not ask for an acknowledgement; its end does

REMOTE = Model(
    name="HM-RC-4-3",
    code=0x00D4,
    firmware=0x12,
    info_tail=b"\x40\x04\x01\x00",
    channels=BUTTONS,
    sleeps=True,
    event_flags=0xA2,
    defaults={ListId(channel=button, number=1): {0x04: 0x10, 0x08: 0} for button in range(1, BUTTONS + 1)},
)


class Remote:
    """One remote in somebody's hand."""

    model = REMOTE

    def __init__(self) -> None:
        self._presses = dict.fromkeys(range(1, BUTTONS + 1), 0)
        self._low_battery = False
        self._device: Device | None = None

    def start(self, device: Device) -> None:
        """Wait for a finger."""
        self._device = device

    def status(self, channel: int) -> Status | None:
        """Only the battery, of channel 0."""
        return Status(value=0, flags=LOW_BATTERY if self._low_battery else 0) if channel == 0 else None

    def execute(self, payload: bytes) -> bool:
        """Has nothing to command."""
        return False

    def from_peer(self, frame: Frame, channel: int) -> bool:
        """Listens to nobody."""
        return False

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Press or hold a button, wear the battery."""
        match verb:
            case "press":
                button = round(number(args, 0, 1, BUTTONS, default=1))
                if args[1:2] == ("long",):
                    self.hold(button, number(args, 2, 0.3, 10, default=1.0))
                else:
                    self.press(button)
            case "battery":
                self._low_battery = battery(args)
            case _:
                raise ActRefused("HM-RC-4-3 knows: press 1 to 4, press 1 long, battery low|full")

    def state(self) -> Mapping[str, object]:
        """How often each button was pressed."""
        return {"presses": dict(self._presses)}

    def press(self, button: int) -> None:
        """Press shortly."""
        self._count(button)
        if self._device is not None:
            self._device.event(0x40, button, self._payload(button, 0))

    def hold(self, button: int, seconds: float) -> None:
        """Hold: frames with one press counter about every 250 ms, the last one wants an acknowledgement."""
        self._count(button)
        device, payload = self._device, self._payload(button, LONG)
        if device is None:
            return
        steps = max(1, int(seconds / LONG_REPEAT_S))
        for step in range(steps):
            device.agenda.after(
                step * LONG_REPEAT_S,
                lambda: device.inform(0x40, payload, LONG_FLAGS, device.memory.central),
            )
        device.agenda.after(steps * LONG_REPEAT_S, lambda: device.event(0x40, button, payload))

    def _count(self, button: int) -> None:
        self._presses[button] = (self._presses[button] + 1) & 0xFF

    def _payload(self, button: int, bits: int) -> bytes:
        return bytes((button | bits | (LOW_BATTERY if self._low_battery else 0), self._presses[button]))
