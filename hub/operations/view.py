"""What somebody sees of a home: everything, or the devices of some rooms. Pure.

For whoever is limited to rooms, a device of another room is as one that does not exist: in lists, in events
and in the words of every refusal.
"""

from dataclasses import dataclass

from hub.contract import DeviceAddress
from hub.home.permits import Permit
from hub.home.roles import Verb
from hub.home.rooms import Rooms


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One caller's. rooms: ids, None for all; inspects: whether it sees drivers and teach-ins."""

    labels: Rooms
    rooms: frozenset[str] | None = None
    inspects: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return self.rooms is None and self.inspects

    def sees(self, device: DeviceAddress) -> bool:
        """Whether that device is there for them."""
        return self.rooms is None or self.labels.label(device).room in self.rooms

    def sees_room(self, room: str) -> bool:
        """Whether that room is."""
        return self.rooms is None or room in self.rooms


def view_of(labels: Rooms, permit: Permit | None) -> View:
    """What that permit shows; None: nothing."""
    if permit is None:
        return View(labels=labels, rooms=frozenset(), inspects=False)
    return View(labels=labels, rooms=permit.rooms, inspects=permit.may(Verb.INSPECT))
