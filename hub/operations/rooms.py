"""Operations on rooms."""

from .house import House
from .messages import NewRoom, Nothing, OneRoom, RenameRoom, Room, Rooms
from .operation import Caller
from .seen import rooms_seen
from .translate import room_message
from .view import view_of


async def list_rooms(house: House, caller: Caller, __: Nothing) -> Rooms:
    """All rooms."""
    view = view_of(house.rooms, caller.permit)
    return Rooms(rooms=tuple(room_message(room) for room in rooms_seen(house, view)))


async def add_room(house: House, _: Caller, asked: NewRoom) -> Room:
    """Make a room."""
    return room_message(await house.rooms.add(asked.name))


async def rename_room(house: House, _: Caller, asked: RenameRoom) -> Room:
    """Call a room something else."""
    return room_message(await house.rooms.rename(asked.id, asked.name))


async def remove_room(house: House, _: Caller, asked: OneRoom) -> None:
    """Erase a room; its devices are in none then."""
    await house.rooms.remove(asked.id)
