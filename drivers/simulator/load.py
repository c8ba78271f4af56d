"""Load for the benches: many changes a second from many sensors, over an air that takes no time. Pure.

A real channel carries about 30 frames a second; what is measured here is the hub, not the air.
"""

from dataclasses import replace
from itertools import cycle

from .agenda import Appointment
from .devices.device import Device
from .devices.sensor import CLOSED, OPEN, Contact
from .devices.weather_sensor import WeatherSensor
from .payloads import temperature15
from .world import World

TICK_S = 0.002
RATE_MAX = 20_000.0


class Load:
    """Sends changes at a rate until told otherwise.

    sent: type-70 frames, each with a temperature that differs from the one before. asked: type-41 frames
    that want an answer.
    """

    def __init__(self, world: World) -> None:
        self.sent = 0
        self.asked = 0
        self._world = world
        self._timer: Appointment | None = None
        self._rates = (0.0, 0.0)
        self._owed = [0.0, 0.0]

    def set(self, rate: float, asking: float = 0.0) -> None:
        """Send ``rate`` changes and ``asking`` questions a second from now on; zeros end it.

        Raises:
            ValueError: a rate is outside 0 to 20,000, or no paired device can send it.
        """
        if not 0 <= rate <= RATE_MAX or not 0 <= asking <= RATE_MAX:
            raise ValueError(f"rate {rate:g}, asking {asking:g}: 0 to {RATE_MAX:g} a second")
        paired = [device for device in self._world.devices.values() if device.memory.is_paired]
        channels = [(each, one) for each in paired for one in each.channels.values()]
        sensors = [device for device, one in channels if type(one) is WeatherSensor]
        contacts = [one for _, one in channels if isinstance(one, Contact)]
        if (rate and not sensors) or (asking and not contacts):
            raise ValueError("load: no paired sensor or contact; pair first, or start with --central")
        self._sensors, self._contacts = cycle(sensors), cycle(contacts)
        self._rates, self._owed = (rate, asking), [0.0, 0.0]
        air = self._world.air
        air.conditions = replace(air.conditions, takes_time=not (rate or asking))
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._world.agenda.after(TICK_S, self._tick) if rate or asking else None

    def _tick(self) -> None:
        for index, rate in enumerate(self._rates):
            self._owed[index] += rate * TICK_S
        while self._owed[0] >= 1.0:
            self._owed[0] -= 1.0
            self._change(next(self._sensors))
        while self._owed[1] >= 1.0:
            self._owed[1] -= 1.0
            contact = next(self._contacts)
            contact.move(CLOSED if contact.value == OPEN else OPEN)
            self.asked += 1
        self._timer = self._world.agenda.after(TICK_S, self._tick)

    def _change(self, device: Device) -> None:
        self.sent += 1
        celsius = self.sent % 997 / 10 - 30
        device.inform(0x70, temperature15(celsius, False) + bytes((1 + self.sent % 98,)), 0x86)
