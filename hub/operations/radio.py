"""Operations on drivers: their state, and the teach-in of devices."""

from datetime import timedelta

from hub.contract import StartPairing, StopPairing

from .house import House
from .messages import Drivers, Nothing, StartTeachIn, StopTeachIn, TeachIn
from .operation import Caller
from .translate import driver_message, rfc3339


async def list_drivers(house: House, _: Caller, __: Nothing) -> Drivers:
    """All drivers with the state of their hardware."""
    return Drivers(drivers=tuple(driver_message(status) for status in house.board.statuses.values()))


async def start_pairing(house: House, _: Caller, asked: StartTeachIn) -> TeachIn:
    """Open the teach-in window; its steps come as events."""
    until = house.clock.now() + timedelta(seconds=asked.seconds)
    await house.dispatcher.execute(StartPairing(interface=asked.interface, seconds=asked.seconds))
    return TeachIn(until=rfc3339(until))


async def stop_pairing(house: House, _: Caller, asked: StopTeachIn) -> None:
    """Close the teach-in window."""
    await house.dispatcher.execute(StopPairing(interface=asked.interface))
