"""Checks a command against what its device says about itself, then hands it to the right driver."""

import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import assert_never

from hub.contract import (
    AddPeering,
    ChannelAddress,
    ChannelDescription,
    Command,
    CommandRefused,
    Datapoint,
    DeviceAddress,
    Driver,
    GetParamset,
    Ping,
    PutParamset,
    RemovePeering,
    SetValue,
    StartPairing,
    StopPairing,
    Unpair,
    Value,
)

from .registry import Device, Registry
from .validation import checked

MIN_PAIRING_S = 1.0
MAX_PAIRING_S = 300.0  # the contract's bound; a window that stays open lets the neighbour's device in
PARAMSETS = ("MASTER", "VALUES", "LINK")


class Dispatcher:
    """Executes commands; refuses those that no device of this home can follow, before anything is sent."""

    def __init__(
        self,
        registry: Registry,
        drivers: Mapping[str, Driver],
        written: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """drivers: by interface, the first part of a device address.

        written: DeviceRecords.flush, waited for after an Unpair, so that a device said to be gone does
            not come back with the next start.
        """
        self._registry = registry
        self._drivers = drivers
        self._written = written

    async def execute(self, command: Command) -> tuple[Datapoint, ...]:
        """Do it; return what the device confirmed (also published on the bus).

        Raises:
            CommandRefused: nothing was sent. code: unknown_interface, unknown_device, unknown_channel,
                unknown_parameter, unknown_paramset, not_writable, wrong_type, not_finite, out_of_range,
                off_step; and what the driver refuses itself.
            DriverError: it could not be done now.
            StoreError: the device is released, but that could not be written down.
        """
        match command:
            case SetValue():
                command = self._checked_value(command)
                return await self._driver(command.channel.device.interface).execute(command)
            case PutParamset():
                command = self._checked_paramset(command)
                return await self._driver(command.channel.device.interface).execute(command)
            case GetParamset():
                self._channel(command.channel)
                _check_paramset(command.paramset)
                return await self._driver(command.channel.device.interface).execute(command)
            case StartPairing():
                _check_seconds(command.seconds)
                return await self._driver(command.interface).execute(command)
            case StopPairing():
                return await self._driver(command.interface).execute(command)
            case AddPeering() | RemovePeering():
                self._channel(command.sender, "sender")
                self._channel(command.receiver, "receiver")
                return await self._driver(command.sender.device.interface).execute(command)
            case Unpair():
                self._device(command.device, "device")
                confirmed = await self._driver(command.device.interface).execute(command)
                if self._written is not None:
                    await self._written()
                return confirmed
            case Ping():
                self._device(command.device, "device")
                return await self._driver(command.device.interface).execute(command)
            case _:
                assert_never(command)

    def _checked_value(self, command: SetValue) -> SetValue:
        parameters = self._channel(command.channel).parameters
        description = parameters.get(command.parameter)
        if description is None:
            raise CommandRefused(
                "unknown_parameter",
                field="parameter",
                value=command.parameter,
                allowed=", ".join(name for name, known in sorted(parameters.items()) if known.writable),
            )
        return replace(command, value=checked(description, command.value))

    def _checked_paramset(self, command: PutParamset) -> PutParamset:
        channel = self._channel(command.channel)
        _check_paramset(command.paramset)
        values: dict[str, Value] = {}
        for name, value in command.values.items():
            field = f"values.{name}"
            if command.paramset == "VALUES":
                description = channel.parameters.get(name)
                if description is None:
                    raise CommandRefused("unknown_parameter", field=field, value=name)
                values[name] = checked(description, value, field=field)
            else:  # only the driver knows what its devices keep in MASTER and LINK
                values[name] = _finite(value, field)
        return replace(command, values=values)

    def _channel(self, address: ChannelAddress, field: str = "channel") -> ChannelDescription:
        for channel in self._device(address.device, field).description.channels:
            if channel.index == address.index:
                return channel
        known = ", ".join(
            str(channel.index) for channel in self._registry.devices[address.device].description.channels
        )
        raise CommandRefused("unknown_channel", field=field, value=str(address), allowed=f"channels {known}")

    def _device(self, address: DeviceAddress, field: str) -> Device:
        device = self._registry.devices.get(address)
        if device is None:
            raise CommandRefused(
                "unknown_device", field=field, value=str(address), allowed="a device of this home"
            )
        return device

    def _driver(self, interface: str) -> Driver:
        driver = self._drivers.get(interface)
        if driver is None:
            raise CommandRefused(
                "unknown_interface",
                field="interface",
                value=interface,
                allowed=", ".join(sorted(self._drivers)) or "none: no driver is configured",
            )
        return driver


def _check_paramset(name: str) -> None:
    if name not in PARAMSETS:
        raise CommandRefused("unknown_paramset", field="paramset", value=name, allowed=", ".join(PARAMSETS))


def _check_seconds(seconds: object) -> None:
    words = f"{MIN_PAIRING_S:g}..{MAX_PAIRING_S:g} s"
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise CommandRefused("wrong_type", field="seconds", value=seconds, allowed=words)
    if not MIN_PAIRING_S <= seconds <= MAX_PAIRING_S:  # NaN is refused here too
        value = seconds if math.isfinite(seconds) else str(seconds)
        raise CommandRefused("out_of_range", field="seconds", value=value, allowed=words)


def _finite(value: object, field: str) -> Value:
    if not isinstance(value, (bool, int, float, str)):
        raise CommandRefused("wrong_type", field=field, value=value, allowed="true, false, number or text")
    if isinstance(value, float) and not math.isfinite(value):
        raise CommandRefused("not_finite", field=field, value=str(value), allowed="a finite number")
    return value
