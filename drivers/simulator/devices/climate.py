"""What both thermostats share: the wanted temperature with its modes, and a room. Pure.

The room is ours: a first-order model. Source: docs/protocols/bidcos.md, "Thermostats".
"""

import math

from .. import payloads

OFF_HALF, MIN_HALF, MAX_HALF, ON_HALF = 0x09, 0x0A, 0x3C, 0x3D  # 4.5 is off, 30.5 is on
AUTO, MANUAL, PARTY, BOOST = range(4)
BOOST_S = 300.0
COMFORT_CELSIUS, LOWERING_CELSIUS = 21.0, 17.0
COMFORT_FROM_S, COMFORT_UNTIL_S = 6 * 3600.0, 22 * 3600.0
DAY_S = 86_400.0
COOLING_TIME_S = 12 * 3600.0  # time constant of the closed room
WINDOW_TIME_S = 1800.0  # with its window open
HEATING_KELVIN = 18.0  # how much warmer than outside full heating makes the room in the end
STEP_MAX_S = 600.0
HALF_HOURS = 48


class Setpoint:
    """What temperature is wanted. home_s: home time, for the day's program."""

    def __init__(self) -> None:
        self.mode = AUTO
        self.boost_until_s = 0.0
        self._half = round(COMFORT_CELSIUS * 2)
        self._party = bytes(8)
        self._program_half: int | None = None
        self._mode_before = AUTO

    def celsius(self, home_s: float) -> float:
        """The wanted temperature at ``home_s``, 4.5 to 30.5 °C."""
        self._follow(home_s)
        return self._half / 2

    def boost_minutes(self, home_s: float) -> int:
        """Minutes of boost that remain."""
        left_s = self.boost_until_s - home_s if self.mode == BOOST else 0.0
        return max(0, math.ceil(left_s / 60))

    def wish(self, half: int, home_s: float) -> bool:
        """Take a temperature in half degrees; False when it is out of range."""
        if not OFF_HALF <= half <= ON_HALF:
            return False
        self._follow(home_s)
        self._half = half
        return True

    def execute(self, payload: bytes, channel: int, home_s: float) -> bool:
        """Obey a command of 9.1 for ``channel``; False refuses it."""
        if len(payload) < 2 or payload[1] != channel:
            return False
        order, data = payload[0], payload[2:]
        match order:
            case 0x80:
                self.mode, self._program_half = AUTO, None
                self._follow(home_s)
            case 0x81 | 0x86 if data:
                if not self.wish(data[0], home_s):
                    return False
                self.mode = MANUAL if order == 0x81 else self.mode
            case 0x82 if (
                len(data) >= 8 and OFF_HALF <= data[0] <= ON_HALF and max(data[1], data[4]) < HALF_HOURS
            ):
                self.mode, self._half, self._party = PARTY, data[0], data[:8]
            case 0x83:
                if self.mode != BOOST:
                    self._mode_before = self.mode
                self.mode, self.boost_until_s = BOOST, home_s + BOOST_S
            case 0x84 | 0x85:
                self._half = round(2 * (COMFORT_CELSIUS if order == 0x84 else LOWERING_CELSIUS))
            case _:
                return False
        return True

    def mode_byte(self, home_s: float) -> int:
        """Bits 7-6 mode, bits 5-0 boost minutes or the party's start."""
        self._follow(home_s)
        detail = self.boost_minutes(home_s) if self.mode == BOOST else 0
        return self.mode << 6 | (self._party[1] if self.mode == PARTY else detail) & 0x3F

    def party_fields(self) -> bytes:
        """Start day and year, end time, day and year, months, temperature; empty without a party."""
        if self.mode != PARTY:
            return b""
        half, _, start_day, start_year, end_time, end_day, end_year, months = self._party
        return bytes((start_day, start_year, end_time, end_day, end_year, months, half))

    def _follow(self, home_s: float) -> None:
        """Let boost end, and let the day's program switch; a wish holds until the program's next switch."""
        if self.mode == BOOST and home_s >= self.boost_until_s:
            self.mode = self._mode_before
        if self.mode != AUTO:
            return
        comfort = COMFORT_FROM_S <= home_s % DAY_S < COMFORT_UNTIL_S
        half = round(2 * (COMFORT_CELSIUS if comfort else LOWERING_CELSIUS))
        if half != self._program_half:
            self._program_half = self._half = half


class Room:
    """Air of one room, warmed by a valve and cooled by the weather."""

    def __init__(self, celsius: float, home_s: float) -> None:
        self.celsius = celsius
        self.window_open = False
        self.valve_percent = 0
        self._at_s = home_s

    def live(
        self, home_s: float, outside_celsius: float, wanted_celsius: float, *, boost: bool = False
    ) -> None:
        """Let time pass until ``home_s``; the valve opens in proportion to what is missing."""
        while self._at_s < home_s:
            step_s = min(STEP_MAX_S, home_s - self._at_s)
            missing = wanted_celsius - self.celsius
            valve = 0.0 if self.window_open else max(0.0, min(100.0, 40.0 + missing * 50.0))
            self.valve_percent = 80 if boost else round(valve)
            goal = outside_celsius + HEATING_KELVIN * self.valve_percent / 100
            constant_s = WINDOW_TIME_S if self.window_open else COOLING_TIME_S / 4
            self.celsius += (goal - self.celsius) * (1 - math.exp(-step_s / constant_s))
            self._at_s += step_s


def info_head(setpoint: Setpoint, room: Room, home_s: float) -> bytes:
    """Set and actual temperature as both info messages begin."""
    return payloads.set_and_actual(setpoint.celsius(home_s), room.celsius)
