"""The newest value of every datapoint, with its age and origin. No I/O, no clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from hub.contract import Datapoint, DatapointId, DeviceAddress, Origin
from privacy.vocabulary import DataCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A datapoint has a new value, or the same with a new age.

    previous: what it was, None when nothing was known.
    reported: the device itself said that its value is another one, or that a key was pressed. Rules fire on
        this alone: a restart (RESTORED), a reconnect or refresh (CONFIRMED), our own command (CONFIRMED,
        ASSUMED, WAITING) and a device's first word (nothing to compare with) never set it.
    """

    datapoint: Datapoint
    previous: Datapoint | None
    reported: bool


class State:
    """Keeps one Datapoint per id. One writer: the hub's intake."""

    def __init__(self) -> None:
        self._values: dict[DatapointId, Datapoint] = {}
        self.values: Mapping[DatapointId, Datapoint] = MappingProxyType(self._values)

    def restore(self, datapoints: Iterable[Datapoint]) -> None:
        """Take stored values, oldest first, as RESTORED; what a device already said stays."""
        for datapoint in datapoints:
            known = self._values.get(datapoint.id)
            if known is None or known.origin is Origin.RESTORED:
                self._values[datapoint.id] = replace(datapoint, origin=Origin.RESTORED)

    def apply(self, datapoint: Datapoint, *, action: bool = False) -> Change:
        """Take a value from a driver.

        action: an event without a lasting value, such as PRESS_SHORT; each report of it counts.
        """
        previous = self._values.get(datapoint.id)
        self._values[datapoint.id] = datapoint
        differs = previous is not None and previous.value != datapoint.value
        reported = datapoint.origin is Origin.REPORTED and (action or differs)
        return Change(datapoint=datapoint, previous=previous, reported=reported)

    def forget_categories(self, categories: Iterable[DataCategory]) -> None:
        """Drop all values of these categories; a device's next word is a new one."""
        gone = set(categories)
        for known in [known for known, value in self._values.items() if value.category in gone]:
            del self._values[known]

    def forget(self, device: DeviceAddress) -> None:
        """Drop all values of a device that was unpaired."""
        for known in [known for known in self._values if known.channel.device == device]:
            del self._values[known]
