"""Where drivers' events enter the home: registry, state and history take them, then the bus."""

from collections.abc import Callable
from typing import assert_never

from hub.contract import (
    AirtimeChanged,
    ConfigurationChanged,
    Datapoint,
    DatapointChanged,
    DeviceAppeared,
    DeviceChanged,
    DeviceReachable,
    DeviceRemoved,
    DeviceUnreachable,
    DriverStateChanged,
    Event,
    PairingProgress,
    ParameterType,
    RadioIdentified,
)

from .bus import Bus
from .drivers import DriverBoard
from .registry import Registry
from .state import State


class Intake:
    """The one writer of registry, state and driver board. ``publish`` is what a DriverContext gets."""

    def __init__(
        self,
        *,
        bus: Bus,
        registry: Registry,
        state: State,
        board: DriverBoard,
        record: Callable[[Datapoint], None],
        keep: Callable[[DeviceAppeared | DeviceChanged | DeviceRemoved], None],
    ) -> None:
        """record: history's; keep: told of devices that are new, different or gone, to write them down."""
        self._bus = bus
        self._registry = registry
        self._state = state
        self._board = board
        self._record = record
        self._keep = keep

    def publish(self, event: Event) -> None:
        """Take one event in. Never blocks; what changes nothing goes no further (a value always does)."""
        match event:
            case DatapointChanged():
                self._take_value(event.datapoint)
            case DeviceAppeared() | DeviceChanged() | DeviceRemoved():
                self._take_device(event)
            case DeviceUnreachable() | DeviceReachable() | ConfigurationChanged():
                if (reached := self._registry.apply(event)) is not None:
                    self._bus.publish(reached)
            case DriverStateChanged() | AirtimeChanged() | RadioIdentified() | PairingProgress():
                if (told := self._board.apply(event)) is not None:
                    self._bus.publish(told)
            case _:
                assert_never(event)

    def _take_value(self, datapoint: Datapoint) -> None:
        description = self._registry.parameter(datapoint.id)
        action = description is not None and description.type is ParameterType.ACTION
        change = self._state.apply(datapoint, action=action)
        self._record(datapoint)
        self._bus.publish(change)

    def _take_device(self, event: DeviceAppeared | DeviceChanged | DeviceRemoved) -> None:
        news = self._registry.apply(event)
        if isinstance(news, DeviceRemoved):
            self._state.forget(news.device)
        if isinstance(news, (DeviceAppeared, DeviceChanged, DeviceRemoved)):
            self._keep(news)
            self._bus.publish(news)
