"""Who is how far from whom: places in metres, and what a house leaves of a signal on its way. Pure.

The first stick stands in the middle. The model is ours: 40 dB lost in the first metre, 30 dB in each tenfold.
"""

import math
from dataclasses import dataclass
from typing import Protocol

FIRST_METRE_DBM = -40.0  # received one metre away
DECADE_DB = 30.0
NEAREST_M = 0.1
SENSED_DBM = -88.0  # a weaker carrier is not noticed before sending (ours, near the CC1101's threshold)
SENSITIVITY_DBM = -104.0  # CC1101 at 10 kbit/s
_GOLDEN = 2654435761  # spreads addresses over the directions (Knuth)


@dataclass(frozen=True, slots=True)
class Place:
    """Metres east and north of the first stick."""

    east_m: float = 0.0
    north_m: float = 0.0


class Placed(Protocol):
    """Something that stands somewhere."""

    @property
    def place(self) -> Place:
        """Where."""
        ...


def place_for(path_to_middle_dbm: float, address: bytes) -> Place:
    """A place from which the first stick is heard so strongly; the direction comes from the address."""
    distance_m = 10 ** ((FIRST_METRE_DBM - path_to_middle_dbm) / DECADE_DB)
    angle = int.from_bytes(address, "big") * _GOLDEN % 2**32 / 2**32 * math.tau
    return Place(distance_m * math.cos(angle), distance_m * math.sin(angle))


def path_to_middle_dbm(place: Place) -> float:
    """How strongly the first stick hears who stands there."""
    return _strength_dbm(math.hypot(place.east_m, place.north_m))


def path_dbm(one: Placed, other: Placed) -> float:
    """How strongly one hears the other, about -10 to -140 dBm."""
    here, there = one.place, other.place
    return _strength_dbm(math.hypot(here.east_m - there.east_m, here.north_m - there.north_m))


def _strength_dbm(metres: float) -> float:
    return FIRST_METRE_DBM - DECADE_DB * math.log10(max(metres, NEAREST_M))
