"""All parts of a home that operations work on, joined by the wiring. No decisions."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.contract import DatapointId
from hub.core import Bus, Dispatcher, DriverBoard, Registry, State
from hub.home.access import Access
from hub.home.rooms import Rooms
from privacy.ports import Clock

ReadHistory = Callable[[DatapointId, datetime, datetime, int], Awaitable["Past"]]


class Past(Protocol):
    """A datapoint's past in slots of ``resolution_s``, oldest first."""

    @property
    def resolution_s(self) -> float:
        """Length of a slot in s."""
        ...

    @property
    def points(self) -> tuple[tuple[int, float, float, float], ...]:
        """Start of the slot (unix ms), mean, min, max."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The home's parts. read_history: datapoint, from, to, at most so many points."""

    version: str
    clock: Clock
    access: Access
    rooms: Rooms
    bus: Bus
    registry: Registry
    state: State
    dispatcher: Dispatcher
    board: DriverBoard
    read_history: ReadHistory
