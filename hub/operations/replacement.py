"""Operations on a broken device's successor: the driver's part first, then the home's."""

from hub import contract
from hub.contract import CommandRefused, DeviceAddress, Written

from .device_messages import ReplaceDevice, Replacement, UndoReplacement
from .house import House
from .named import device_of
from .operation import Caller
from .peerings import peering_message

Pair = tuple[DeviceAddress, DeviceAddress]


async def replace_device(house: House, caller: Caller, asked: ReplaceDevice) -> Replacement:
    """Let a paired device of a like model take the place of another."""
    old, new = _pair(house, asked)
    query = contract.ReplaceDevice(old=old, new=new, dry_run=asked.dry_run)
    done = await house.dispatcher.ask(query, caller.cause)
    if asked.dry_run:
        return _message(house, done, old if not house.replacements.is_done(old, new) else new)
    await house.replacements.carry(old, new)
    return _message(house, done, new)


async def undo_replacement(house: House, caller: Caller, asked: UndoReplacement) -> Replacement:
    """Give a replaced device its place back."""
    old, new = _pair(house, asked)
    query = contract.ReplaceDevice(old=old, new=new, undo=True)
    try:
        done = await house.dispatcher.ask(query, caller.cause)
    except CommandRefused as refused:
        # interrupted after the driver's part: the home's part is all that is left
        if refused.code != "nothing_to_undo" or not house.replacements.is_done(old, new):
            raise
        done = contract.Replacement(
            old=old, new=new, parameters=0, peerings=(), left_out=(), written=Written.UNCHANGED
        )
    await house.replacements.give_back(old, new)
    return _message(house, done, old)


def _pair(house: House, asked: ReplaceDevice | UndoReplacement) -> Pair:
    old = device_of(house, asked.address).description.address
    return old, device_of(house, asked.new, "new").description.address


def _message(house: House, done: contract.Replacement, placed: DeviceAddress) -> Replacement:
    """placed: who has the place now."""
    label = house.rooms.label(placed)
    return Replacement(
        old=str(done.old),
        new=str(done.new),
        written=done.written.value,
        parameters=done.parameters,
        peerings=tuple(peering_message(one) for one in done.peerings),
        name=label.name,
        room=label.room,
        series=house.history.series_of(placed),
        left_out=done.left_out,
    )
