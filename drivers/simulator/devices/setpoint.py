"""What a thermostat wants: modes, wishes, boost, party, and the week program in its registers. Pure.

Source: docs/protocols/bidcos.md, "Thermostats".
"""

import math
from collections.abc import Callable

from .memory import Registers

OFF_HALF, ON_HALF = 0x09, 0x3D  # 4.5 is off, 30.5 is on
AUTO, MANUAL, PARTY, BOOST = range(4)
COMFORT_REGISTER, LOWERING_REGISTER, BOOST_REGISTER = 0x01, 0x02, 0x0A
WEEK_START, DAY_SIZE, ENTRIES = 0x14, 26, 13  # seven days from Saturday on, 16 bits an entry
STEP_S = 300.0  # of an entry's end time
DAY_S, WEEK_DAYS = 86_400.0, 7
HALF_HOURS = 48
HALF_HOUR_S = 1800.0
BOOST_STEP_S = 300.0
COMFORT_HALF, LOWERING_HALF = 42, 34
DAYTIME = ((6 * 12, LOWERING_HALF), (22 * 12, COMFORT_HALF), (24 * 12, LOWERING_HALF))  # until, half degrees
SETTINGS = {0x01: 42, 0x02: 34, 0x03: 9, 0x04: 61, 0x05: 24, 0x07: 6, 0x08: 22, 0x09: 0x07, 0x0A: 0x30}
"""Factory settings of list 7: register 0A says boost for 5 min with 80 %."""


def week_list() -> Registers:
    """Factory values of a week program: settings, then the same day seven times."""
    entries = [*DAYTIME, *[(24 * 12, LOWERING_HALF)] * (ENTRIES - len(DAYTIME))]
    day = b"".join((half << 9 | until).to_bytes(2, "big") for until, half in entries)
    return {**SETTINGS, **{WEEK_START + at: value for at, value in enumerate(day * WEEK_DAYS)}}


def program_half(register: Callable[[int, int], int], local_s: float) -> int:
    """What the week program wants, in half degrees. local_s: since a midnight before a Saturday."""
    day, second = divmod(local_s, DAY_S)
    at = WEEK_START + int(day) % WEEK_DAYS * DAY_SIZE
    for entry in range(at, at + DAY_SIZE, 2):
        word = register(entry, 0) << 8 | register(entry + 1, 0)
        if second < (word & 0x1FF) * STEP_S:
            return word >> 9
    return LOWERING_HALF


class Setpoint:
    """What temperature is wanted. register: reads list 7, number and default."""

    __slots__ = ("_boost_until_s", "_half", "_mode_before", "_party", "_program_half", "_register", "mode")

    def __init__(self, register: Callable[[int, int], int]) -> None:
        self.mode = AUTO
        self._boost_until_s = 0.0
        self._half = COMFORT_HALF
        self._party = bytes(8)
        self._program_half: int | None = None
        self._mode_before = AUTO
        self._register = register

    def celsius(self, local_s: float) -> float:
        """The wanted temperature at ``local_s``, 4.5 to 30.5 °C."""
        self._follow(local_s)
        return self._half / 2

    def boost_minutes(self, local_s: float) -> int:
        """Minutes of boost that remain."""
        left_s = self._boost_until_s - local_s if self.mode == BOOST else 0.0
        return max(0, math.ceil(left_s / 60))

    def wish(self, half: int, local_s: float) -> bool:
        """Take a temperature in half degrees; False when it is out of range."""
        if not OFF_HALF <= half <= ON_HALF:
            return False
        self._follow(local_s)
        self._half = half
        return True

    def execute(self, order: int, data: bytes, local_s: float) -> bool:
        """Obey a command of the thermostat's channel; False refuses it."""
        match order:
            case 0x80:
                self.mode, self._program_half = AUTO, None
                self._follow(local_s)
            case 0x81 | 0x86 if data:
                if not self.wish(data[0], local_s):
                    return False
                self.mode = MANUAL if order == 0x81 else self.mode
            case 0x82 if (
                len(data) >= 8 and OFF_HALF <= data[0] <= ON_HALF and max(data[1], data[4]) < HALF_HOURS
            ):
                self.mode, self._half, self._party = PARTY, data[0], data[:8]
            case 0x83:
                if self.mode != BOOST:
                    self._mode_before = self.mode
                periods = self._register(BOOST_REGISTER, 0x20) >> 5
                self.mode, self._boost_until_s = BOOST, local_s + max(1, periods) * BOOST_STEP_S
            case 0x84 | 0x85:
                number = COMFORT_REGISTER if order == 0x84 else LOWERING_REGISTER
                self._half = self._register(number, COMFORT_HALF if order == 0x84 else LOWERING_HALF)
            case _:
                return False
        return True

    def mode_byte(self, local_s: float) -> int:
        """Bits 7-6 mode, bits 5-0 boost minutes or the party's start."""
        self._follow(local_s)
        detail = self.boost_minutes(local_s) if self.mode == BOOST else 0
        return self.mode << 6 | (self._party[1] if self.mode == PARTY else detail) & 0x3F

    def party_fields(self) -> bytes:
        """Start day and year, end time, day and year, months, temperature; empty without a party."""
        if self.mode != PARTY:
            return b""
        half, _, start_day, start_year, end_time, end_day, end_year, months = self._party
        return bytes((start_day, start_year, end_time, end_day, end_year, months, half))

    def _follow(self, local_s: float) -> None:
        """Let boost end, and let the week program switch; a wish holds until the program's next switch."""
        if self.mode == BOOST and local_s >= self._boost_until_s:
            self.mode = self._mode_before
        if self.mode != AUTO:
            return
        half = program_half(self._register, local_s)
        if half != self._program_half:
            self._program_half = self._half = half
