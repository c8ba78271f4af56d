"""The weather outside the simulated home: a mild spring day, the same every day. Pure."""

import math

DAY_S = 86_400.0
MEAN_CELSIUS = 9.0
SWING_KELVIN = 5.0
WARMEST_S = 15 * 3600.0


def outside_celsius(home_s: float) -> float:
    """Outside temperature, 4.0 to 14.0 °C, warmest at 15:00."""
    return MEAN_CELSIUS + SWING_KELVIN * math.cos((home_s - WARMEST_S) / DAY_S * math.tau)


def outside_humidity_percent(home_s: float) -> int:
    """Outside humidity, 55 to 85 %, lowest when it is warmest."""
    return round(70 - 15 * math.cos((home_s - WARMEST_S) / DAY_S * math.tau))


def brightness(home_s: float) -> int:
    """Daylight as a motion detector sees it, 20 at night to 220 at noon."""
    return round(20 + 200 * max(0.0, math.sin((home_s / DAY_S - 0.25) * math.tau)))
