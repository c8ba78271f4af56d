"""Streams of a session and their credit: who opened what, and how much may still be sent. Pure.

EVENT and DATA may be sent while their stream's credit is above zero; their length is taken off, so that
credit falls below zero by one frame at most.
Source: docs/protocols/remote.md, "Streams and credit".
"""

from dataclasses import dataclass

MOST_STREAMS = 32
MOST_CREDIT = (1 << 31) - 1
FIRST_CREDIT = 262_144  # bytes that the hub may send on a new stream; the phone may send none at first


@dataclass(slots=True, kw_only=True)
class _Stream:
    sending: int  # credit that the other side gave us
    receiving: int  # credit that we gave


class Streams:
    """The open streams of one side. sending, receiving: credit of a new stream in each direction."""

    def __init__(self, *, sending: int, receiving: int) -> None:
        self._first = (sending, receiving)
        self._open: dict[int, _Stream] = {}
        self._last = 0

    def __len__(self) -> int:
        """How many are open."""
        return len(self._open)

    def __contains__(self, stream: int) -> bool:
        """Whether it is open."""
        return stream in self._open

    def is_new(self, stream: int) -> bool:
        """Whether a stream of that number may be opened: each is higher than all before."""
        return stream > self._last

    def open(self, stream: int) -> None:
        """Open it."""
        self._last = stream
        sending, receiving = self._first
        self._open[stream] = _Stream(sending=sending, receiving=receiving)

    def skip(self, stream: int) -> None:
        """Use up its number without opening it."""
        self._last = stream

    def next(self) -> int:
        """Open the next one, for the side that opens streams."""
        self.open(self._last + 1)
        return self._last

    def close(self, stream: int) -> bool:
        """Close it; whether it was open."""
        return self._open.pop(stream, None) is not None

    # credit

    def may_send(self, stream: int) -> bool:
        """Whether a body may be sent on it now."""
        found = self._open.get(stream)
        return found is not None and found.sending > 0

    def sent(self, stream: int, size: int) -> None:
        """Take what was sent off our credit."""
        self._open[stream].sending -= size

    def credited(self, stream: int, size: int) -> bool:
        """The other side lets us send ``size`` bytes more; False: more credit than there can be."""
        found = self._open.get(stream)
        if found is None:
            return True  # closed meanwhile
        found.sending += size
        return 0 < size <= MOST_CREDIT and found.sending <= MOST_CREDIT

    def received(self, stream: int, size: int) -> bool:
        """The other side sent that much; False: it had no credit."""
        found = self._open[stream]
        allowed = found.receiving > 0
        found.receiving -= size
        return allowed

    def granted(self, stream: int, size: int) -> None:
        """We let the other side send ``size`` bytes more."""
        self._open[stream].receiving += size
