"""How much may pass by the tunnels of one grant: bytes a day, reserved ahead on disk, connections a second.

Pure. What passes was reserved before: a slice is written as spent first, and what is left of it is given back
when nobody uses it. So a crash never makes a day's amount larger, only smaller, by one slice.
"""

CONNECTIONS_PER_S = 20.0  # on the average
BURST = 40  # connections at once after a pause
SLICE = 4 << 20  # bytes reserved by one write to the disk; of a small amount an eighth
_PARTS = 8


class Meter:
    """One activity and recipient on one day.

    limit: bytes a day; spent: bytes that stand as spent on disk; left: of them, not used yet.
    """

    def __init__(self, *, day: str, limit: int, spent: int) -> None:
        self.day, self.limit, self.spent = day, limit, spent
        self.left = 0
        self._ordered = 0  # on its way to the disk

    @property
    def used(self) -> int:
        """Bytes that passed today."""
        return self.spent - self.left

    @property
    def exhausted(self) -> bool:
        """Whether nothing is left today, here or on the disk."""
        return self.left == 0 and self._ordered == 0 and self.spent >= self.limit

    def order(self, at_least: int = 0) -> int:
        """Bytes to write as spent now: a slice once half of one is used; 0 for none. Then ``landed``."""
        size = max(1, min(SLICE, self.limit // _PARTS))
        coming = self.left + self._ordered
        if coming >= at_least and (self._ordered or self.left > size // 2):
            return 0
        amount = max(0, min(max(size, at_least - coming), self.limit - self.spent - self._ordered))
        self._ordered += amount
        return amount

    def landed(self, amount: int, *, written: bool) -> None:
        """An order is done; ``written``: it stands on the disk."""
        self._ordered -= amount
        if written:
            self.spent += amount
            self.left += amount

    def take(self, amount: int) -> bool:
        """Count bytes that are about to leave; False, and nothing is counted, when they were not reserved."""
        if amount > self.left:
            return False
        self.left -= amount
        return True

    def give_back(self) -> int:
        """Nobody uses the grant now: bytes to take off the disk's count."""
        unused, self.left = self.left, 0
        self.spent -= unused
        return unused


class Pace:
    """Connections of one grant: CONNECTIONS_PER_S on the average, BURST at once."""

    def __init__(self, now_s: float) -> None:
        self._tokens, self._at_s = float(BURST), now_s

    def admits(self, now_s: float) -> bool:
        """Whether one more may begin now; counts it then."""
        self._tokens = min(float(BURST), self._tokens + (now_s - self._at_s) * CONNECTIONS_PER_S)
        self._at_s = now_s
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True
