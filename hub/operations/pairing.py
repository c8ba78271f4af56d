"""Operations on the teach-in of devices."""

from datetime import timedelta

from hub.contract import StartPairing, StopPairing
from hub.home.errors import Refused

from .house import House
from .messages import OneTeachIn, StartTeachIn, TeachIn, TeachInTrace
from .operation import Caller
from .translate import pairing_message, rfc3339


async def start_pairing(house: House, caller: Caller, asked: StartTeachIn) -> TeachIn:
    """Open the teach-in window; its steps come as events."""
    until = house.clock.now() + timedelta(seconds=asked.seconds)
    command = StartPairing(interface=asked.interface, seconds=asked.seconds, serial=asked.serial.upper())
    await house.dispatcher.execute(command, caller.cause)
    return TeachIn(until=rfc3339(until))


async def read_pairing(house: House, _: Caller, asked: OneTeachIn) -> TeachInTrace:
    """The steps of the latest teach-in window."""
    if asked.interface not in house.board.statuses:
        known = ", ".join(sorted(house.board.statuses))
        raise Refused("unknown_interface", field="interface", value=asked.interface, allowed=known)
    return TeachInTrace(steps=tuple(pairing_message(step) for step in house.board.trace(asked.interface)))


async def stop_pairing(house: House, caller: Caller, asked: OneTeachIn) -> None:
    """Close the teach-in window."""
    await house.dispatcher.execute(StopPairing(interface=asked.interface), caller.cause)
