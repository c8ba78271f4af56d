"""What crosses the edge about a device's memory: paramsets, links, week programs, its successor."""

from typing import Annotated, Literal

from msgspec import Meta

from .messages import Address, Answer, JsonValue, Parameter, Request, Time

ChannelName = Annotated[str, Meta(max_length=64, description="a channel, for example bidcos:JEQ0123456:1")]
ParamsetName = Annotated[
    str, Meta(max_length=16, description="MASTER or LINK", extra_json_schema={"enum": ["MASTER", "LINK"]})
]
ParameterName = Annotated[str, Meta(max_length=64, description="as a CCU calls it")]
Values = Annotated[dict[ParameterName, JsonValue], Meta(min_length=1, max_length=256)]
Done = Literal["verified", "pending", "unchanged", "dry_run"]


# paramsets


class ReadParamset(Request):
    """Ask what a channel remembers.

    peer: the other side of a link, needed for LINK alone; refresh: read it from the device anew.
    """

    channel: ChannelName
    paramset: ParamsetName
    peer: Annotated[str, Meta(max_length=64)] = ""
    refresh: bool = False


class WriteParamset(Request):
    """Change parameters of a channel. dry_run: only look what would be written."""

    channel: ChannelName
    paramset: ParamsetName
    values: Values
    peer: Annotated[str, Meta(max_length=64)] = ""
    dry_run: bool = False


class Paramset(Answer):
    """What a channel remembers.

    values: by name; pending: what waits to be written; parameters: what each may hold; read_at: when the
    device told all of them, null: some never. told_at: of each value, when the device told it, null: assumed,
    as from the factory. reading: the device sleeps; these values are read when it wakes.
    """

    channel: str
    paramset: str
    peer: str | None
    read_at: Time | None
    told_at: dict[str, Time | None]
    reading: bool
    values: dict[str, JsonValue]
    pending: dict[str, JsonValue]
    parameters: dict[str, Parameter]


class ParameterChange(Answer):
    """One parameter. old: null when it was never read."""

    name: str
    old: JsonValue | None
    new: JsonValue


class ParamsetChange(Answer):
    """What was, or would be, changed. written: pending waits until the device wakes."""

    changes: tuple[ParameterChange, ...]
    written: Done


# direct links


class ListPeerings(Request):
    """Ask for a device's direct links. refresh: read them from the device anew."""

    address: Address
    refresh: bool = False


class FindPartners(Request):
    """Ask what a channel can be linked with."""

    channel: ChannelName


class FindProfiles(Request):
    """Ask for presets of a link."""

    sender: ChannelName
    receiver: ChannelName


class AddPeering(Request):
    """Link a sensor directly with an actuator. profile: the name of a preset; empty: as from the factory."""

    sender: ChannelName
    receiver: ChannelName
    profile: Annotated[str, Meta(max_length=64)] = ""


class RemovePeering(Request):
    """Take such a link away."""

    sender: ChannelName
    receiver: ChannelName


class Peering(Answer):
    """A direct link. foreign: one side is no device of this home.

    sender_knows, receiver_knows: which side lists the other; both, when all is well. pending: a side that
    sleeps shall take it, or give it up, when it wakes.
    """

    sender: str
    receiver: str
    sender_knows: bool
    receiver_knows: bool
    foreign: bool
    pending: bool


class Peerings(Answer):
    """Direct links of a device."""

    peerings: tuple[Peering, ...]


class Partners(Answer):
    """Channels that a channel can be linked with."""

    partners: tuple[str, ...]


class Profile(Answer):
    """A preset. names: by language, de and en."""

    name: str
    names: dict[str, str]


class Profiles(Answer):
    """Presets that fit a pair of channels."""

    profiles: tuple[Profile, ...]


class Outcome(Answer):
    """What became of something that devices are to remember. pending: waits until the device wakes."""

    written: Done


# week programs


class Period(Answer, forbid_unknown_fields=True):
    """A temperature that holds until a time of day, in minutes since midnight in steps of 5."""

    until_minutes: Annotated[int, Meta(ge=5, le=1440, multiple_of=5)]
    temperature_celsius: Annotated[float, Meta(ge=4.0, le=35.0)]


Day = Annotated[tuple[Period, ...], Meta(min_length=1, max_length=24)]
Week = Annotated[
    tuple[Day, ...], Meta(min_length=7, max_length=7, description="Monday first; each day ends with 1440")
]
ProgramNumber = Annotated[int, Meta(ge=1, le=3)]


class ReadWeekProgram(Request):
    """Ask for a thermostat's week program. refresh: read it from the device anew."""

    channel: ChannelName
    program: ProgramNumber
    refresh: bool = False


class WriteWeekProgram(Request):
    """Set a thermostat's week program; only what differs is written. dry_run: only look."""

    channel: ChannelName
    program: ProgramNumber
    days: Week
    dry_run: bool = False


class WeekProgram(Answer):
    """A week program. days: seven, Monday first."""

    channel: str
    program: int
    days: tuple[tuple[Period, ...], ...]


# a broken device's successor


class ReplaceDevice(Request):
    """Let a paired device of a like model take the place of another. dry_run: only look."""

    address: Address
    new: Address
    dry_run: bool = False


class UndoReplacement(Request):
    """Give a device its place back."""

    address: Address
    new: Address


class Replacement(Answer):
    """What was, or would be, carried over to the new device.

    parameters: how many; peerings: links of others that lead to the new one then; name, room, series: what
    the home carries over itself (series: datapoints with a past); left_out: what can't be, as codes with
    names.
    """

    old: Address
    new: Address
    written: Done
    parameters: int
    peerings: tuple[Peering, ...]
    name: str | None
    room: str | None
    series: int
    left_out: tuple[str, ...]
