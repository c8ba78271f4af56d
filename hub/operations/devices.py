"""Operations on devices and their datapoints."""

from datetime import datetime, timedelta

from msgspec import UNSET

from hub.contract import SetValue, Unpair
from hub.home.errors import Refused
from hub.home.household import Label

from .house import House
from .messages import (
    ChangeDevice,
    Datapoints,
    DatapointValue,
    Device,
    Devices,
    History,
    Nothing,
    OneDevice,
    ReadHistory,
    RemoveDevice,
    SetDatapoint,
)
from .named import datapoint_of, device_of
from .operation import Caller
from .seen import devices_seen, values_seen
from .translate import datapoint_message, device_message, rfc3339
from .view import view_of

DAY = timedelta(days=1)


async def list_devices(house: House, caller: Caller, __: Nothing) -> Devices:
    """All devices with their channels and parameters."""
    view = view_of(house.rooms, caller.permit)
    return Devices(devices=tuple(device_message(house, device) for device in devices_seen(house, view)))


async def read_device(house: House, _: Caller, asked: OneDevice) -> Device:
    """One device."""
    return device_message(house, device_of(house, asked.address))


async def change_device(house: House, _: Caller, asked: ChangeDevice) -> Device:
    """Give a device a name or a room."""
    address = device_of(house, asked.address).description.address

    def change(before: Label) -> Label:
        return Label(
            name=before.name if asked.name is UNSET else asked.name,
            room=before.room if asked.room is UNSET else asked.room,
        )

    await house.rooms.relabel(address, change)
    return device_message(house, device_of(house, asked.address))


async def remove_device(house: House, caller: Caller, asked: RemoveDevice) -> None:
    """Unpair a device; with forget it is not asked, because it is lost or broken.

    One that sleeps stays, pending and with its name, until it wakes and hears of it; its history goes now.
    """
    address = device_of(house, asked.address).description.address
    await house.dispatcher.execute(Unpair(device=address, forget_only=asked.forget), caller.cause)
    if address not in house.registry.devices:
        house.rooms.forget(address)
        house.channels.forget(address)
    await house.replacements.forget(address)
    await house.history.erase(address)


async def list_datapoints(house: House, caller: Caller, __: Nothing) -> Datapoints:
    """All values with their age and origin."""
    view = view_of(house.rooms, caller.permit)
    return Datapoints(datapoints=tuple(datapoint_message(one) for one in values_seen(house, view)))


async def set_datapoint(house: House, caller: Caller, asked: SetDatapoint) -> DatapointValue:
    """Set one value; the answer is what the device confirmed, or, as waiting, what it will be told."""
    datapoint = datapoint_of(asked.id)
    command = SetValue(channel=datapoint.channel, parameter=datapoint.parameter, value=asked.value)
    confirmed = await house.dispatcher.execute(command, caller.cause)
    found = next((one for one in confirmed if one.id == datapoint), None) or house.state.values.get(datapoint)
    if found is not None:
        return datapoint_message(found)
    # such as STOP: done, and nothing that lasts is reported for it
    return DatapointValue(
        id=asked.id, value=asked.value, unit=None, at=rfc3339(house.clock.now()), origin="assumed"
    )


async def read_history(house: House, _: Caller, asked: ReadHistory) -> History:
    """A datapoint's past as mean by time, minimum and maximum per slot of time."""
    datapoint = datapoint_of(asked.id)
    description = house.registry.parameter(datapoint)
    if description is None:
        raise Refused("unknown_datapoint", field="id", value=asked.id)
    house.rights.check_past(datapoint)
    until = _time("to", asked.until) if asked.until else house.clock.now()
    since = _time("from", asked.since) if asked.since else until - DAY
    if since >= until:
        raise Refused("out_of_range", field="from", value=asked.since, allowed="before to")
    past = await house.history.query(datapoint, since, until, asked.points)
    return History(id=asked.id, unit=description.unit, resolution_s=past.resolution_s, points=past.points)


def _time(field: str, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None or not 1971 <= at.year <= 9000:
            raise ValueError(text)
    except ValueError as error:
        raise Refused("wrong_type", field=field, value=text, allowed="RFC 3339 with a zone") from error
    return at
