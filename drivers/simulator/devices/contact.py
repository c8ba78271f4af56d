"""HM-Sec-SCo: an optical window contact.

Source: docs/protocols/bidcos.md, "Contacts and sensors" (class C).
"""

from collections.abc import Mapping

from drivers.bidcos.frames import Frame

from .device import Device
from .kind import ActRefused, Model, Status
from .memory import ListId
from .touch import battery

OPEN, CLOSED = 0xC8, 0x00
COVER_OPEN = 7 << 1
LOW_BATTERY = 0x80
CYCLE_S = 3000.0  # the hub misses it after 2 h 50 min

CONTACT = Model(
    name="HM-Sec-SCo",
    code=0x00C7,
    firmware=0x10,
    info_tail=b"\x80\x81\x01\x01",
    channels=1,
    sleeps=True,
    event_flags=0xA2,
    defaults={ListId(channel=1, number=1): {0x08: 0, 0x20: 0x60, 0x21: 0x00}},
)


class Contact:
    """One window or door."""

    model = CONTACT

    def __init__(self) -> None:
        self.is_open = False
        self._cover_open = False
        self._low_battery = False
        self._events = 0
        self._device: Device | None = None

    def start(self, device: Device) -> None:
        """Begin the cycle."""
        self._device = device
        device.agenda.after(CYCLE_S * device.surroundings.uniform(), self._cycle)

    def status(self, channel: int) -> Status | None:
        """State, cover and battery."""
        if channel > 1:
            return None
        flags = (COVER_OPEN if self._cover_open else 0) | (LOW_BATTERY if self._low_battery else 0)
        return Status(value=OPEN if self.is_open else CLOSED, flags=flags)

    def execute(self, payload: bytes) -> bool:
        """Has nothing to command."""
        return False

    def from_peer(self, frame: Frame, channel: int) -> bool:
        """Listens to nobody."""
        return False

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Open and close, open the cover, wear the battery."""
        match verb:
            case "open" | "close":
                self.move(verb == "open")
            case "cover":
                self._cover_open = args[:1] == ("open",)
                self._report()
            case "battery":
                self._low_battery = battery(args)
                self._report()
            case _:
                raise ActRefused("HM-Sec-SCo knows: open, close, cover open|closed, battery low|full")

    def state(self) -> Mapping[str, object]:
        """The window."""
        return {"open": self.is_open, "low_battery": self._low_battery}

    def move(self, is_open: bool) -> None:
        """Open or close it; no event when it already is."""
        if is_open == self.is_open:
            return
        self.is_open = is_open
        self._events = (self._events + 1) & 0xFF
        if self._device is not None:
            head = 0x01 | (LOW_BATTERY if self._low_battery else 0)
            self._device.event(0x41, 1, bytes((head, self._events, OPEN if is_open else CLOSED)))

    def _report(self) -> None:
        if self._device is not None:
            self._device.status_changed(1)

    def _cycle(self) -> None:
        self._report()
        if self._device is not None:
            self._device.agenda.after(CYCLE_S, self._cycle)
