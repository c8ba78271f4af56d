"""What the event stream tells: a snapshot, then changes, as JSON."""

from msgspec import UNSET, UnsetType

from .messages import Answer, DatapointValue, Device, Driver, Room, TeachInStep
from .notification_messages import Notification


class Snapshot(Answer):
    """First message of the event stream: everything.

    home: what its people call it; pairing: steps of the latest teach-in windows, oldest first.
    notifications: those that wait, most urgent first; in a later message all of them, too.
    """

    seq: int
    home: str
    snapshot: tuple[DatapointValue, ...]
    devices: tuple[Device, ...]
    rooms: tuple[Room, ...]
    drivers: tuple[Driver, ...]
    pairing: tuple[TeachInStep, ...]
    notifications: tuple[Notification, ...]


class Changes(Answer, omit_defaults=True):
    """Later messages of the event stream: what is new; a part without news is missing."""

    seq: int
    changes: tuple[DatapointValue, ...] = ()
    devices: tuple[Device, ...] = ()
    removed: tuple[str, ...] = ()
    rooms: tuple[Room, ...] | UnsetType = UNSET
    drivers: tuple[Driver, ...] = ()
    pairing: TeachInStep | UnsetType = UNSET
    notifications: tuple[Notification, ...] | UnsetType = UNSET
