"""From the home's own types to messages. Pure."""

from datetime import UTC, datetime

from hub.contract import (
    Datapoint,
    PairingProgress,
)
from hub.core import Device, DriverStatus
from hub.home import household

from . import messages
from .house import House

PENDING = "CONFIG_PENDING"  # of channel 0: settings wait until the device wakes up


def rfc3339(at: datetime) -> str:
    """``2026-03-01T12:00:00.000Z``; cut, not rounded, to milliseconds."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return at.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def room_message(room: household.Room) -> messages.Room:
    """A room as an answer."""
    return messages.Room(id=room.id, name=room.name)


def datapoint_message(datapoint: Datapoint) -> messages.DatapointValue:
    """A value with its age and origin."""
    return messages.DatapointValue(
        id=str(datapoint.id),
        value=datapoint.value,
        unit=datapoint.unit,
        at=rfc3339(datapoint.at),
        origin=datapoint.origin.value,
    )


def driver_message(status: DriverStatus) -> messages.Driver:
    """A driver's hardware as the owner sees it."""
    airtime = status.airtime
    return messages.Driver(
        name=status.name,
        state=status.state.value,
        detail=status.detail,
        since=rfc3339(status.since),
        airtime=None
        if airtime is None
        else messages.Airtime(used_ms=airtime.used_ms, limit_ms=airtime.limit_ms),
    )


def pairing_message(step: PairingProgress) -> messages.TeachInStep:
    """One step of a teach-in."""
    return messages.TeachInStep(
        interface=step.interface,
        stage=step.stage.value,
        at=rfc3339(step.at),
        until=None if step.until is None else rfc3339(step.until),
        device=None if step.device is None else str(step.device),
        model=step.model,
        rssi_dbm=step.rssi_dbm,
        reason=step.reason,
    )


def device_message(house: House, device: Device) -> messages.Device:
    """One device with its name, room and state of configuration."""
    description = device.description
    label = house.rooms.label(description.address)
    pending = house.state.values.get(description.address.channel(0).datapoint(PENDING))
    return messages.Device(
        address=str(description.address),
        model=description.model,
        firmware=description.firmware,
        name=label.name,
        room=label.room,
        reachable=device.reachable,
        pending=pending is not None and pending.value is True,
        channels=house.channels.of(description),
    )
