"""Transports without a session: so many at once, and who has shown no key makes room for the next.

Source: docs/protocols/remote.md, "Limits".
"""

import asyncio
from collections.abc import Callable

from .responder import Half

MOST_WAITING = 16  # more than there are half-open handshakes, so that there is always one that makes room


class Place:
    """One transport's. deadline: when it is over without a session."""

    def __init__(self, deadline: asyncio.Timeout) -> None:
        self._deadline = deadline
        self._is_out = False
        self.half: Half | None = None

    def answered(self, half: Half, wait_s: float) -> None:
        """Its opening was authentic: from now on it may wait so long for the first transport message."""
        self.half = half
        if not self._is_out and not self._deadline.expired():
            self._deadline.reschedule(asyncio.get_running_loop().time() + wait_s)

    def give_up(self) -> None:
        """End its waiting now."""
        self._is_out = True
        if not self._deadline.expired():
            self._deadline.reschedule(asyncio.get_running_loop().time())


class Waiting:
    """All places of one kind of transport. is_open: whether that handshake may still become a session."""

    def __init__(self, is_open: Callable[[Half], bool]) -> None:
        self._is_open = is_open
        self._places: list[Place] = []

    def enter(self, deadline: asyncio.Timeout) -> Place:
        """A place; where all are taken the oldest without a half-open handshake goes."""
        if len(self._places) >= MOST_WAITING:
            idle = (place for place in self._places if place.half is None or not self._is_open(place.half))
            out = next(idle, self._places[0])
            self._places.remove(out)
            out.give_up()
        place = Place(deadline)
        self._places.append(place)
        return place

    def leave(self, place: Place) -> None:
        """It has a session, or is gone."""
        if place in self._places:
            self._places.remove(place)
