"""Checks a command against what its device says about itself, then hands it to the right driver."""

import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TypeVar, assert_never

from hub.contract import (
    BY_USER,
    Cause,
    ChannelAddress,
    ChannelDescription,
    Command,
    CommandRefused,
    Datapoint,
    DeviceAddress,
    Driver,
    Ping,
    Query,
    SetValue,
    StartPairing,
    StopPairing,
    Unpair,
)

from .registry import Device, Registry
from .validation import checked

MIN_PAIRING_S = 1.0
MAX_PAIRING_S = 300.0  # the contract's bound; a window that stays open lets the neighbour's device in
SERIAL_SIZE = 10
A = TypeVar("A")


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

    async def execute(self, command: Command, cause: Cause = BY_USER) -> tuple[Datapoint, ...]:
        """Do it; return what the device confirmed (also published on the bus).

        Raises:
            CommandRefused: nothing was sent. code: unknown_interface, unknown_device, unknown_channel,
                unknown_parameter, not_writable, wrong_type, not_finite, out_of_range, off_step; and what the
                driver refuses itself.
            DriverError: it could not be done now.
            StoreError: the device is released, but that could not be written down.
        """
        match command:
            case SetValue():
                command = self._checked_value(command)
                return await self._driver(command.channel.device.interface).execute(command, cause)
            case StartPairing():
                _check_seconds(command.seconds)
                _check_serial(command.serial)
                return await self._driver(command.interface).execute(command, cause)
            case StopPairing():
                return await self._driver(command.interface).execute(command, cause)
            case Unpair():
                self._device(command.device, "device")
                confirmed = await self._driver(command.device.interface).execute(command, cause)
                if self._written is not None:
                    await self._written()
                return confirmed
            case Ping():
                self._device(command.device, "device")
                return await self._driver(command.device.interface).execute(command, cause)
            case _:
                assert_never(command)

    async def ask(self, query: Query[A], cause: Cause = BY_USER) -> A:
        """Hand a query to the driver of the devices that it names; they must be of this home.

        Raises:
            CommandRefused: unknown_interface, unknown_device, unknown_channel; and what the driver refuses.
            DriverError: it could not be done now.
        """
        return await self._driver(self._interface_of(query)).ask(query, cause)

    def _interface_of(self, query: Query[A]) -> str:
        """Look at each address that the query has, by the names of its fields."""
        interface = str(getattr(query, "interface", ""))
        for field in ("channel", "sender", "receiver", "device", "old", "new"):
            address = getattr(query, field, None)
            if isinstance(address, ChannelAddress):
                self._channel(address, field)
                address = address.device
            elif isinstance(address, DeviceAddress):
                self._device(address, field)
            else:
                continue
            interface = interface or address.interface
            if address.interface != interface:
                raise CommandRefused(
                    "other_interface", field=field, value=str(address), allowed=f"a device of {interface}"
                )
        return interface

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


def _check_seconds(seconds: object) -> None:
    words = f"{MIN_PAIRING_S:g}..{MAX_PAIRING_S:g} s"
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise CommandRefused("wrong_type", field="seconds", value=seconds, allowed=words)
    if not MIN_PAIRING_S <= seconds <= MAX_PAIRING_S:  # NaN is refused here too
        value = seconds if math.isfinite(seconds) else str(seconds)
        raise CommandRefused("out_of_range", field="seconds", value=value, allowed=words)


def _check_serial(serial: str) -> None:
    if serial and not (len(serial) == SERIAL_SIZE and serial.isascii() and serial.isalnum()):
        raise CommandRefused(
            "out_of_range",
            field="serial",
            value=serial[:40],
            allowed=f"the {SERIAL_SIZE} letters and digits on the device, for example KEQ0123456",
        )
