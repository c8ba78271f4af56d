"""The simulator's time of day and chance."""

import random
import time
from datetime import datetime

from .agenda import Uniform


def monotonic() -> float:
    """Seconds that never step back."""
    return time.monotonic()


def local_day_s() -> float:
    """Seconds since the last local midnight."""
    now = datetime.now().astimezone()
    return now.hour * 3600.0 + now.minute * 60.0 + now.second


def chance(seed: int | None) -> Uniform:
    """A source of numbers from 0.0 to below 1.0; equal seeds draw equal ones, None unpredictable ones."""
    return random.Random(seed).random  # noqa: S311 - chance of a simulation, nothing secret
