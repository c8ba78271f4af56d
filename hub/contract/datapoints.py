"""A value of the home with its age and origin, and what is allowed for it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from hub.contract.addresses import DatapointId, DeviceAddress
from privacy.vocabulary import DataCategory

Value = bool | int | float | str
"""bool: BOOL and ACTION; int: INTEGER and ENUM (the index); float: FLOAT; str: STRING."""


class Origin(Enum):
    """Where a value comes from. Rules fire on REPORTED changes only."""

    REPORTED = "reported"  # the device said so by itself
    CONFIRMED = "confirmed"  # the device said so when it acknowledged our command or query
    RESTORED = "restored"  # read from the store after a start; may be old
    ASSUMED = "assumed"  # sent, but the device does not report it back
    WAITING = "waiting"  # ordered; the device sleeps and takes it when it wakes


class ParameterType(Enum):
    """The CCU's parameter types."""

    BOOL = "BOOL"
    INTEGER = "INTEGER"
    FLOAT = "FLOAT"
    ENUM = "ENUM"
    STRING = "STRING"
    ACTION = "ACTION"  # an event without a lasting value, such as PRESS_SHORT; always True


class ReceiveMode(Enum):
    """When a device listens (docs/protocols/bidcos.md, "Receive modes")."""

    ALWAYS = "always"
    BURST = "burst"
    CONFIG = "config"
    WAKE_UP = "wake_up"
    LAZY_CONFIG = "lazy_config"
    CONDITIONAL_BURST = "conditional_burst"


@dataclass(frozen=True, slots=True, kw_only=True)
class Datapoint:
    """One value. ``at``: when the device said so, aware, UTC; ``unit``: as in its description."""

    id: DatapointId
    value: Value
    unit: str | None
    at: datetime
    origin: Origin
    category: DataCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterDescription:
    """What a parameter may hold.

    min, max, step: in ``unit``; None where the type has no range.
    enum: the texts of the values 0, 1, 2 … of an ENUM, else empty.
    special: values outside the range that are allowed too, by name (for example VALVE off = 4.5).
    """

    type: ParameterType
    category: DataCategory
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    step: float | None = None
    enum: tuple[str, ...] = ()
    special: Mapping[str, float] = field(default_factory=dict)
    readable: bool = True
    writable: bool = False
    event: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelDescription:
    """One channel: its index, its CCU type (SWITCH, DIMMER, BLIND …) and its VALUES parameters by name."""

    index: int
    type: str
    parameters: Mapping[str, ParameterDescription]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceDescription:
    """A device as its driver knows it.

    firmware: as the maker writes it, for example "2.4".
    silence_s: after so long without a frame the device counts as unreachable; None: it has no duty to report.
    """

    address: DeviceAddress
    model: str
    firmware: str
    serial: str
    receive_modes: frozenset[ReceiveMode]
    channels: tuple[ChannelDescription, ...]
    silence_s: float | None = None

    def parameter(self, channel_index: int, name: str) -> ParameterDescription | None:
        """The description of one parameter, or None."""
        for channel in self.channels:
            if channel.index == channel_index:
                return channel.parameters.get(name)
        return None
