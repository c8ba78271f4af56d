"""One simulated room: warmed by a valve, cooled by the weather. Pure; a first-order model of ours."""

import math

COOLING_TIME_S = 12 * 3600.0  # time constant of the closed room
WINDOW_TIME_S = 1800.0  # with its window open
HEATING_KELVIN = 18.0  # how much warmer than outside full heating makes the room in the end
STEP_MAX_S = 600.0
BOOST_PERCENT = 80


class Room:
    """Air of one room. valve_percent: as of the last moment it lived."""

    __slots__ = ("_at_s", "celsius", "valve_percent", "window_open")

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
            self.valve_percent = BOOST_PERCENT if boost else round(valve)
            goal = outside_celsius + HEATING_KELVIN * self.valve_percent / 100
            constant_s = WINDOW_TIME_S if self.window_open else COOLING_TIME_S / 4
            self.celsius += (goal - self.celsius) * (1 - math.exp(-step_s / constant_s))
            self._at_s += step_s
