"""What a driver can be asked and answers with more than values: paramsets, links, week programs. Pure.

Each query names the type of its answer: ``driver.ask(GetParamset(…))`` is a ``Paramset``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Generic, TypeVar

from hub.contract.addresses import ChannelAddress, DeviceAddress
from hub.contract.datapoints import ParameterDescription, Value

A = TypeVar("A")


class Query(Generic[A]):
    """A question whose answer has the type ``A``."""

    __slots__ = ()


class Written(Enum):
    """What became of something that a device is to remember."""

    VERIFIED = "verified"  # written and read back
    PENDING = "pending"  # waits until the device wakes; a ConfigurationChanged follows
    UNCHANGED = "unchanged"  # it was so already; nothing was sent
    DRY_RUN = "dry_run"  # only looked what would be written


# paramsets


@dataclass(frozen=True, slots=True, kw_only=True)
class Paramset:
    """What a device remembers. values: by CCU name; read_at: when it told all of them, None: some never.

    told_at: of each value, when the device told it; None: assumed, as from the factory. reading: it sleeps,
    and what is shown is read when it wakes.
    """

    channel: ChannelAddress
    paramset: str
    values: Mapping[str, Value]
    descriptions: Mapping[str, ParameterDescription]
    read_at: datetime | None
    pending: Mapping[str, Value]
    peer: ChannelAddress | None = None
    told_at: Mapping[str, datetime | None] = field(default_factory=dict)
    reading: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GetParamset(Query[Paramset]):
    """A MASTER or LINK paramset (``peer`` names the link). Refused: no_paramset, missing_field, unknown_peer.

    refresh: read it from the device, which may have to wake first; else what it told last, and it is read
    only where nothing is known yet.
    """

    channel: ChannelAddress
    paramset: str
    peer: ChannelAddress | None = None
    refresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterChange:
    """One parameter, old → new. old: None when it was never read."""

    name: str
    old: Value | None
    new: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamsetChange:
    """What a write did."""

    changes: tuple[ParameterChange, ...]
    written: Written


@dataclass(frozen=True, slots=True, kw_only=True)
class PutParamset(Query[ParamsetChange]):
    """Write parameters of a paramset, then read them back.

    Refused, beside what GetParamset is refused for: unknown_parameter, wrong_type, not_finite, out_of_range,
    peer_does_not_sign; by the device or its queue: not_kept, refused_by_device, unknown_target,
    too_many_waiting, replaced.
    """

    channel: ChannelAddress
    paramset: str
    values: Mapping[str, Value]
    peer: ChannelAddress | None = None
    dry_run: bool = False


# links


@dataclass(frozen=True, slots=True, kw_only=True)
class Peering:
    """A direct link. foreign: one side is no device of this home (an address of the radio stands for it).

    sender_knows, receiver_knows: which side lists the other; both, when all is well. pending: a side that
    sleeps shall take it, or give it up, when it wakes.
    """

    sender: ChannelAddress
    receiver: ChannelAddress
    sender_knows: bool
    receiver_knows: bool
    foreign: bool = False
    pending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPeerings(Query[tuple[Peering, ...]]):
    """All links of a device. refresh: read them from it."""

    device: DeviceAddress
    refresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PeeringPartners(Query[tuple[ChannelAddress, ...]]):
    """Channels of this home that ``channel`` can be linked with."""

    channel: ChannelAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPeering(Query[Written]):
    """Link a sensor directly with an actuator. profile: name of a preset; empty: factory values.

    Refused: unknown_channel, not_linkable, unknown_profile, peers_full, and as PutParamset by the device.
    When the sensor refuses, the actuator forgets its half.
    """

    sender: ChannelAddress
    receiver: ChannelAddress
    profile: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePeering(Query[Written]):
    """Take such a link away, at both ends or where it still is. Refused: unknown_channel, unknown_peer."""

    sender: ChannelAddress
    receiver: ChannelAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkProfile:
    """A preset for links. names: by language, "de" and "en"."""

    name: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLinkProfiles(Query[tuple[LinkProfile, ...]]):
    """Presets that fit a pair of channels."""

    sender: ChannelAddress
    receiver: ChannelAddress


# week programs


@dataclass(frozen=True, slots=True)
class Period:
    """A temperature that holds until a time of day. until_minutes: 5 to 1440 in steps of 5."""

    until_minutes: int
    temperature_celsius: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekProgram:
    """What a thermostat keeps for a week. days: seven, Monday first; each ends with 1440 minutes."""

    days: tuple[tuple[Period, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GetWeekProgram(Query[WeekProgram]):
    """A program of a thermostat's channel. program: 1, or 1 to 3 on wall thermostats.

    Refused: no_week_program, out_of_range; not_read_yet while the thermostat sleeps and never told it.
    """

    channel: ChannelAddress
    program: int = 1
    refresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PutWeekProgram(Query[Written]):
    """Write what differs, then read it back. Refused: no_week_program, out_of_range, off_step."""

    channel: ChannelAddress
    week: WeekProgram
    program: int = 1
    dry_run: bool = False


# a broken device's successor


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """What was, or would be, carried over. left_out: what can't be, as ``code:names``.

    Codes: not_read, no_such_parameter, not_in_firmware, out_of_range, link_not_read, foreign_link,
    not_written.
    """

    old: DeviceAddress
    new: DeviceAddress
    parameters: int
    peerings: tuple[Peering, ...]
    left_out: tuple[str, ...]
    written: Written


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceDevice(Query[Replacement]):
    """Let ``new``, a paired device of a like model, take the place of ``old``: parameters, links of others.

    undo: ``old`` takes its place back, with what it had; the same two devices in the same order.
    Refused: same_device, not_alike, nothing_to_undo.
    """

    old: DeviceAddress
    new: DeviceAddress
    dry_run: bool = False
    undo: bool = False
