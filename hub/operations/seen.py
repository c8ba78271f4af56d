"""What of a home a view shows: devices, values, rooms, drivers. Pure."""

from collections.abc import Iterable

from hub.contract import Datapoint
from hub.core import Device, DriverStatus
from hub.home.household import Room

from .house import House
from .view import View


def devices_seen(house: House, view: View) -> Iterable[Device]:
    """Devices, in their order."""
    return (one for one in house.registry.devices.values() if view.sees(one.description.address))


def values_seen(house: House, view: View) -> Iterable[Datapoint]:
    """Values of those devices."""
    return (one for one in house.state.values.values() if view.sees(one.id.channel.device))


def rooms_seen(house: House, view: View) -> Iterable[Room]:
    """Rooms, oldest first."""
    return (room for room in house.rooms.all() if view.sees_room(room.id))


def drivers_seen(house: House, view: View) -> Iterable[DriverStatus]:
    """Drivers, for whoever sees the radio."""
    return house.board.statuses.values() if view.inspects else ()
