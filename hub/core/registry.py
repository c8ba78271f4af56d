"""The devices of the home by address: what they are and have yet to take. No I/O, no clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import assert_never

from hub.contract import (
    ConfigurationChanged,
    ConfigurationState,
    DatapointId,
    DeviceAddress,
    DeviceAppeared,
    DeviceChanged,
    DeviceDescription,
    DeviceReachable,
    DeviceRemoved,
    DeviceUnreachable,
    ParameterDescription,
)

DeviceEvent = (
    DeviceAppeared
    | DeviceChanged
    | DeviceRemoved
    | DeviceUnreachable
    | DeviceReachable
    | ConfigurationChanged
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device of this home.

    unreachable: why, after all attempts failed or it was silent for too long; empty until that is known.
    configuration: what it has yet to take, or did not take; the newest word per channel and kind.
    """

    description: DeviceDescription
    unreachable: str = ""
    configuration: tuple[ConfigurationChanged, ...] = ()

    @property
    def reachable(self) -> bool:
        """Whether it answers, as far as is known."""
        return not self.unreachable


class Registry:
    """Keeps one Device per address. One writer: the hub's intake."""

    def __init__(self) -> None:
        self._devices: dict[DeviceAddress, Device] = {}
        self.devices: Mapping[DeviceAddress, Device] = MappingProxyType(self._devices)

    def restore(self, descriptions: Iterable[DeviceDescription]) -> None:
        """Take devices from the store; the driver's own word replaces them."""
        for description in descriptions:
            self._devices.setdefault(description.address, Device(description=description))

    def parameter(self, datapoint: DatapointId) -> ParameterDescription | None:
        """What ``datapoint`` may hold, or None when no such device, channel or parameter is known."""
        device = self._devices.get(datapoint.channel.device)
        if device is None:
            return None
        return device.description.parameter(datapoint.channel.index, datapoint.parameter)

    def apply(self, event: DeviceEvent) -> DeviceEvent | None:
        """Take a driver's word; return what is new for the home, or None when it was known already.

        A known device that appears again (each start does that) is None, or DeviceChanged when its
        description differs.
        """
        match event:
            case DeviceAppeared() | DeviceChanged():
                return self._describe(event.description)
            case DeviceRemoved():
                return event if self._devices.pop(event.device, None) else None
            case DeviceUnreachable():
                return event if self._reach(event.device, event.reason or "other") else None
            case DeviceReachable():
                return event if self._reach(event.device, "") else None
            case ConfigurationChanged():
                return event if self._configure(event) else None
            case _:
                assert_never(event)

    def _describe(self, description: DeviceDescription) -> DeviceEvent | None:
        known = self._devices.get(description.address)
        if known is None:
            self._devices[description.address] = Device(description=description)
            return DeviceAppeared(description=description)
        if known.description == description:
            return None
        self._devices[description.address] = replace(known, description=description)
        return DeviceChanged(description=description)

    def _reach(self, address: DeviceAddress, unreachable: str) -> bool:
        known = self._devices.get(address)
        if known is None or known.reachable == (not unreachable):
            return False  # its first reason stays: what came later follows from it
        self._devices[address] = replace(known, unreachable=unreachable)
        return True

    def _configure(self, event: ConfigurationChanged) -> bool:
        known = self._devices.get(event.device)
        if known is None:
            return False
        others = [
            one for one in known.configuration if (one.channel, one.what) != (event.channel, event.what)
        ]
        if event.state is not ConfigurationState.VERIFIED:
            others.append(event)
        self._devices[event.device] = replace(known, configuration=tuple(others))
        return True
