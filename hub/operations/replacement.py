"""Operations on a broken device's successor."""

from hub import contract

from .device_messages import ReplaceDevice, Replacement, UndoReplacement
from .house import House
from .named import device_address_of, device_of
from .operation import Caller
from .peerings import peering_message


async def replace_device(house: House, caller: Caller, asked: ReplaceDevice) -> Replacement:
    """Let a paired device of a like model take the place of another."""
    query = contract.ReplaceDevice(
        old=device_of(house, asked.address).description.address,
        new=device_of(house, asked.new, "new").description.address,
        dry_run=asked.dry_run,
    )
    return await _replace(house, caller, query)


async def undo_replacement(house: House, caller: Caller, asked: UndoReplacement) -> Replacement:
    """Give a replaced device its place back."""
    query = contract.ReplaceDevice(
        old=device_address_of(asked.address, "address"),
        new=device_of(house, asked.new, "new").description.address,
        undo=True,
    )
    return await _replace(house, caller, query)


async def _replace(house: House, caller: Caller, query: contract.ReplaceDevice) -> Replacement:
    done = await house.dispatcher.ask(query, caller.cause)
    label = house.rooms.label(query.old)
    return Replacement(
        old=str(done.old),
        new=str(done.new),
        written=done.written.value,
        parameters=done.parameters,
        peerings=tuple(peering_message(one) for one in done.peerings),
        name=label.name,
        room=label.room,
        series=0,
        left_out=done.left_out,
    )
