"""Keys of remotes, push-buttons and inputs, short and long; LEDs and displays beside them.

Source: docs/protocols/bidcos.md, "Remotes and push buttons (K)", "Device classes".
"""

from collections.abc import Mapping
from typing import ClassVar

from .channel import Channel
from .links import PeerEvent
from .surface import LOW_BATTERY, ActRefused, OwnDevice, Status
from .touch import number

LONG = 0x40
LONG_REPEAT_S = 0.25
LONG_FLAGS = 0x80  # repeats of a held key do not ask for an acknowledgement; its end does
LED_ONE, LED_ALL, LED_SLEEP = 0x80, 0x81, 0x82
COUNT_ORDERS = frozenset({0x81, 0x82})
TEXT_MAX = 512


class Key(Channel):
    """One button in somebody's hand or on the wall."""

    __slots__ = ("_presses",)
    verbs: ClassVar[Mapping[str, str]] = {"press": "[channel] [long [seconds]]"}

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self._presses = 0

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Press or hold it."""
        if args[:1] == ("long",):
            self.hold(number(args, 1, 0.3, 10, default=1.0))
        elif args:
            raise ActRefused(f"press {args[0]}: press, or press long with 0.3 to 10 seconds")
        else:
            self._count()
            self.device.event(0x40, self.index, self._payload(0))

    def state(self) -> Mapping[str, object]:
        """How often it was pressed."""
        return {"presses": {self.index: self._presses}}

    def hold(self, seconds: float) -> None:
        """Hold: frames with one press counter about every 250 ms, the last one wants an acknowledgement."""
        self._count()
        device, payload = self.device, self._payload(LONG)
        steps = max(1, int(seconds / LONG_REPEAT_S))
        for step in range(steps):
            device.agenda.after(step * LONG_REPEAT_S, lambda: self._repeat(payload))
        device.agenda.after(steps * LONG_REPEAT_S, lambda: device.event(0x40, self.index, payload))

    def _repeat(self, payload: bytes) -> None:
        central = self.device.memory.central
        self.device.inform(0x40, payload, LONG_FLAGS, central)
        for peer in self.device.memory.peers.get(self.index, []):
            if peer[:3] != central:
                self.device.inform(0x40, payload, LONG_FLAGS, peer[:3])

    def _count(self) -> None:
        self._presses = (self._presses + 1) & 0xFF

    def _payload(self, bits: int) -> bytes:
        return bytes((self.index | bits | (LOW_BATTERY if self.device.low_battery else 0), self._presses))


class Led(Key):
    """A button with a light: off, red, green, orange."""

    __slots__ = ("_colour",)

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self._colour = 0

    def status(self) -> Status | None:
        """The colour."""
        return Status(value=self._colour)

    def execute(self, order: int, data: bytes) -> bool:
        """Light this one, or all sixteen at once."""
        if order == LED_ONE and data and data[0] <= 3:
            self.light(data[0])
            return True
        if order == LED_ALL and len(data) >= 4:
            for place, led in enumerate(self.device.siblings(Led)):
                led.light(data[3 - place // 4] >> (2 * (place % 4)) & 3)  # the first lowest
            return True
        return order == LED_SLEEP

    def from_peer(self, event: PeerEvent) -> bool:
        """A key turns it green, a sensor red while it reports."""
        self.light((2 if self._colour == 0 else 0) if event.value is None else int(event.value >= 0x32))
        return True

    def light(self, colour: int) -> None:
        """Show a colour."""
        self._colour = colour

    def state(self) -> Mapping[str, object]:
        """The colour."""
        return {**super().state(), "leds": [self._colour]}


class Display(Channel):
    """A display that takes texts in pieces."""

    __slots__ = ("shown",)

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self.shown = b""

    def execute(self, order: int, data: bytes) -> bool:
        """Take a piece of text; 02 begins a page."""
        if order in COUNT_ORDERS and len(data) == 1:  # of alarms, of service messages
            return True
        if order != 0x80 or not data:
            return False
        self.shown = (data if data[0] == 0x02 else self.shown + data)[-TEXT_MAX:]
        return True

    def state(self) -> Mapping[str, object]:
        """The bytes of the page."""
        return {"display": self.shown.hex()}


class DisplayKey(Key):
    """A key beside a display that takes texts for it in pieces."""

    __slots__ = ("_display",)

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self._display = Display(device, index)

    def execute(self, order: int, data: bytes) -> bool:
        """Take a piece of text."""
        return self._display.execute(order, data)

    def state(self) -> Mapping[str, object]:
        """The key and the bytes of the page."""
        return {**super().state(), **self._display.state()}
