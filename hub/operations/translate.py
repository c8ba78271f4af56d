"""From the home's own types to messages. Pure."""

from datetime import UTC, datetime

from hub.contract import (
    AirtimeChanged,
    ConfigurationChanged,
    ConfigurationState,
    Datapoint,
    PairingProgress,
    RadioIdentified,
)
from hub.core import Device, DriverStatus
from hub.home import household

from . import messages
from .house import House

SCARCE = 0.8  # of the send time that is for all
HALF = 0.5  # before, a busy minute such as a teach-in looks worse than the hour will be
SOON_S = 900.0  # at this pace it will be used up before anybody could look again
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
    return messages.Driver(
        name=status.name,
        state=status.state.value,
        detail=status.detail,
        since=rfc3339(status.since),
        airtime=None if status.airtime is None else _airtime_message(status.airtime),
        radio=None if status.radio is None else radio_message(status.radio),
    )


def airtime_level(used_ms: float, limit_ms: float, exhausted_in_s: float | None) -> messages.AirtimeLevel:
    """How it stands with the send time. limit_ms: what everything but alarms may use."""
    if used_ms >= limit_ms or exhausted_in_s == 0.0:
        return "exhausted"
    soon = exhausted_in_s is not None and exhausted_in_s < SOON_S and used_ms >= HALF * limit_ms
    return "scarce" if soon or used_ms >= SCARCE * limit_ms else "normal"


def _airtime_message(airtime: AirtimeChanged) -> messages.Airtime:
    return messages.Airtime(
        used_ms=airtime.used_ms,
        limit_ms=airtime.limit_ms,
        exhausted_in_s=airtime.exhausted_in_s,
        level=airtime_level(airtime.used_ms, airtime.limit_ms, airtime.exhausted_in_s),
    )


def radio_message(radio: RadioIdentified) -> messages.RadioHardware:
    """The radio at the port."""
    return messages.RadioHardware(
        kind=radio.kind,
        serial=radio.serial,
        hardware=radio.hardware,
        hardware_id=radio.hardware_id,
        address=radio.address,
        changed=radio.changed,
        at=rfc3339(radio.at),
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
        step=step.step,
        steps=step.steps,
    )


def _configuration_message(change: ConfigurationChanged) -> messages.WaitingConfiguration:
    return messages.WaitingConfiguration(
        channel=change.channel,
        what=change.what,
        state="failed" if change.state is ConfigurationState.FAILED else "pending",
        at=rfc3339(change.at),
        reason=change.reason,
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
        receive_modes=tuple(sorted(mode.value for mode in description.receive_modes)),
        name=label.name,
        room=label.room,
        reachable=device.reachable,
        unreachable_reason=device.unreachable or None,
        pending=pending is not None and pending.value is True,
        configuration=tuple(_configuration_message(one) for one in device.configuration),
        channels=house.channels.of(description),
    )
