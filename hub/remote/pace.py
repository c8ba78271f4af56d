"""How often something may happen, and how long to wait before it is tried again. Pure."""

from privacy.ports import RandomBytes

LONGEST_S = 60.0  # between two attempts
FIRST_S = 1.0


class Pace:
    """burst: so many at once after a pause; per_s: in the long run."""

    def __init__(self, burst: float, per_s: float, now_s: float) -> None:
        self._burst, self._per_s = burst, per_s
        self._left, self._at_s = burst, now_s

    def admits(self, now_s: float) -> bool:
        """Whether one more may happen now; counts it then."""
        self._left = min(self._burst, self._left + (now_s - self._at_s) * self._per_s)
        self._at_s = now_s
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


def pause_s(attempts: int, random_bytes: RandomBytes) -> float:
    """A random time from 0 to min(60 s, 1 s · 2^attempts): those that lost one relay come back spread out."""
    longest_s = min(LONGEST_S, FIRST_S * 2.0 ** min(attempts, 16))
    return longest_s * int.from_bytes(random_bytes(4)) / (1 << 32)
