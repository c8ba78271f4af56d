"""Kinds of channels by name, and the parameters of channel 0. Data and look-up only.

Parameter names, units and ranges are the CCU's, save that a low battery is told once, of channel 0.
Source: docs/protocols/bidcos.md, "Device classes".
"""

from collections.abc import Iterable, Mapping

from hub.contract.datapoints import ParameterDescription
from privacy.vocabulary import DataCategory

from .actuators import ACTUATORS
from .climate import CLIMATE_KINDS, CONTROL_MODES, RT_FAULTS
from .kind import ChannelKind
from .parameters import ACTUATOR, CLIMATE, INHIBIT, boolean, integer, order, told
from .sensors import HANDLE_STATES, SENSORS
from .signals import SIGNALS

MAINTENANCE_FAMILY = "MAINTENANCE"
MAINTENANCE: Mapping[str, ParameterDescription] = {
    "UNREACH": boolean(DataCategory.RADIO),
    "CONFIG_PENDING": boolean(DataCategory.RADIO),
    "RSSI_DEVICE": integer(DataCategory.RADIO, "dBm", -138, 0),
    "RSSI_PEER": integer(DataCategory.RADIO, "dBm", -138, 0),
}
LOWBAT = boolean(DataCategory.DEVICE)
_OF_DEVICE: Mapping[str, Mapping[str, ParameterDescription]] = {  # by a kind that the device has
    "RT": {"INHIBIT": INHIBIT},
    "RT_BOM": {"INHIBIT": INHIBIT, "ADAPTION_DRIVE": order(CLIMATE)},
    "IT": {"INHIBIT": INHIBIT},
    "LED": {"LED_STATUS": told(integer(ACTUATOR, None, 0, 0xFFFFFFFF))},
}
_KINDS: Mapping[str, ChannelKind] = {**ACTUATORS, **SENSORS, **CLIMATE_KINDS, **SIGNALS}
_VALUES: Mapping[str | None, frozenset[str]] = {
    None: frozenset(),
    **{name: frozenset(kind.parameters) for name, kind in _KINDS.items()},
}


def kind(name: str) -> ChannelKind:
    """The kind of this name.

    Raises:
        KeyError: the model table names a kind that is not here.
    """
    return _KINDS[name]


def family(name: str | None) -> str:
    """How a channel of this kind is read and written; empty: not at all."""
    return "" if name is None else _KINDS[name].family


def kind_values(name: str | None) -> frozenset[str]:
    """The names of a kind's VALUES; of no kind, none."""
    return _VALUES[name]


def maintenance(kinds: Iterable[str], *, battery: bool) -> Mapping[str, ParameterDescription]:
    """Parameters of channel 0 of a device with channels of these kinds."""
    parameters = {**MAINTENANCE, "LOWBAT": LOWBAT} if battery else dict(MAINTENANCE)
    for name in kinds:
        parameters.update(_OF_DEVICE.get(name, {}))
    return parameters


__all__ = [
    "CONTROL_MODES",
    "HANDLE_STATES",
    "LOWBAT",
    "MAINTENANCE",
    "MAINTENANCE_FAMILY",
    "RT_FAULTS",
    "ChannelKind",
    "family",
    "kind",
    "maintenance",
]
