"""What crosses the edge: requests and answers of every operation, as JSON.

Requests refuse unknown fields. Times are RFC 3339, UTC, with milliseconds. Sizes and ranges that do not
depend on the home stand here, as annotations, and so in the OpenAPI document too.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Address = Annotated[str, Meta(max_length=64, description="a device, for example bidcos:JEQ0123456")]
DatapointName = Annotated[str, Meta(max_length=96, description="for example bidcos:JEQ0123456:1.STATE")]
Time = Annotated[
    str, Meta(description="RFC 3339, UTC, milliseconds", extra_json_schema={"format": "date-time"})
]
_VISIBLE = (
    r"^(?=.*\S)[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$"  # no control, no turned writing
)
Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=_VISIBLE, description="what people call it")]
Password = Annotated[str, Meta(min_length=10, max_length=256)]
InterfaceName = Annotated[str, Meta(min_length=1, max_length=16, description="of a driver: bidcos")]
RoomId = Annotated[str, Meta(min_length=1, max_length=16)]
RoleName = Literal["owner", "resident", "guest", "carer"]
JsonValue = bool | int | float | str


class Request(msgspec.Struct, forbid_unknown_fields=True):
    """Root of all requests."""


class Answer(msgspec.Struct):
    """Root of all answers."""


# requests


class Nothing(Request):
    """An operation without arguments."""


class SetUp(Request):
    """Claim the home. token: from the ready line, once; name: of the owner; timezone: of the browser."""

    token: Annotated[str, Meta(min_length=1, max_length=128)]
    password: Password
    name: Name = "Owner"
    timezone: Annotated[str, Meta(max_length=64)] = ""


class LogIn(Request):
    """Ask for a session. program: it is for a program, whose send time is counted apart from people's."""

    password: Annotated[str, Meta(max_length=256)]
    program: bool = False


class OneDevice(Request):
    """Name a device."""

    address: Address


class ChangeDevice(Request):
    """Give a device a name or a room; null takes it away, a missing field leaves it."""

    address: Address
    name: Name | UnsetType | None = UNSET
    room: RoomId | UnsetType | None = UNSET


class RemoveDevice(Request):
    """Unpair a device. forget: leave the device alone, it is lost or broken."""

    address: Address
    forget: bool = False


class SetDatapoint(Request):
    """Set one value; the device's description says what is allowed."""

    id: DatapointName
    value: JsonValue


class NewRoom(Request):
    """Add a room."""

    name: Name


class RenameRoom(Request):
    """Call a room something else."""

    id: RoomId
    name: Name


class OneRoom(Request):
    """Name a room."""

    id: RoomId


class ReadHistory(Request):
    """Ask for a datapoint's past. from, to: RFC 3339, default the last 24 hours; points: at most so many."""

    id: DatapointName
    since: Annotated[str, Meta(max_length=40)] = msgspec.field(name="from", default="")
    until: Annotated[str, Meta(max_length=40)] = msgspec.field(name="to", default="")
    points: Annotated[int, Meta(ge=1, le=2000)] = 500


class StartTeachIn(Request):
    """Open the teach-in window of one interface. serial: look for this device alone; empty: whoever comes."""

    interface: InterfaceName = "bidcos"
    seconds: Annotated[float, Meta(ge=1, le=300)] = 60
    serial: Annotated[str, Meta(max_length=10, description="as printed on the device: KEQ0123456")] = ""


class OneTeachIn(Request):
    """Name the teach-in window of one interface."""

    interface: InterfaceName = "bidcos"


# answers


class Health(Answer):
    """The hub answers."""

    status: Literal["ok"]
    version: str


class Claimed(Answer):
    """Whether the home has an owner."""

    claimed: bool


class NewSession(Answer):
    """A session: its token is shown this once."""

    token: str
    role: RoleName
    expires_at: Time


class Parameter(Answer):
    """What a parameter may hold."""

    type: Literal["BOOL", "INTEGER", "FLOAT", "ENUM", "STRING", "ACTION"]
    unit: str | None
    min: float | None
    max: float | None
    step: float | None
    enum: tuple[str, ...]
    special: dict[str, float]
    readable: bool
    writable: bool
    event: bool
    category: str


class Channel(Answer):
    """One function of a device."""

    index: int
    type: str
    parameters: dict[str, Parameter]


Channels = Annotated[
    msgspec.Raw,
    Meta(extra_json_schema={"type": "array", "items": {"$ref": "#/components/schemas/Channel"}}),
]


class WaitingConfiguration(Answer):
    """What a device has yet to take, or did not take.

    what: VALUES, MASTER, LINK, PEERING, WEEK_PROGRAM, KEY; reason: why it failed, a code that GET /reasons
    puts into words.
    """

    channel: int
    what: str
    state: Literal["pending", "failed"]
    at: Time
    reason: str


class Device(Answer):
    """A device with what people added to it.

    receive_modes: when it listens; configuration: what it has yet to take, or did not take.
    unreachable_reason: why it is not reachable, a code of ``device`` among the reasons; null: it is.
    """

    address: Address
    model: str
    firmware: str
    receive_modes: tuple[
        Literal["always", "burst", "config", "wake_up", "lazy_config", "conditional_burst"], ...
    ]
    name: str | None
    room: str | None
    reachable: bool
    unreachable_reason: str | None
    pending: bool
    configuration: tuple[WaitingConfiguration, ...]
    channels: Channels  # a list of Channel, as JSON that is there already


class Devices(Answer):
    """All devices."""

    devices: tuple[Device, ...]


class DatapointValue(Answer):
    """A value with its age and origin. waiting: ordered; the device sleeps and takes it when it wakes."""

    id: DatapointName
    value: JsonValue
    unit: str | None
    at: Time
    origin: Literal["reported", "confirmed", "restored", "assumed", "waiting"]


class Datapoints(Answer):
    """All values."""

    datapoints: tuple[DatapointValue, ...]


class Room(Answer):
    """A room."""

    id: str
    name: str


class Rooms(Answer):
    """All rooms."""

    rooms: tuple[Room, ...]


class History(Answer):
    """points: of each slot of ``resolution_s`` its start in Unix milliseconds, mean, minimum, maximum.

    Oldest first. A value holds until the next one, for a day at most; the mean is weighed by how long each
    held in the slot. Slots of which nothing is known are left out.
    """

    id: DatapointName
    unit: str | None
    resolution_s: float
    points: tuple[tuple[int, float, float, float], ...]


AirtimeLevel = Literal["normal", "scarce", "exhausted"]


class Airtime(Answer):
    """Send time used in the running hour, of what the law allows.

    exhausted_in_s: when it will be used up at the pace of the last quarter of an hour; null: it
    will not, or too little is known.
    """

    used_ms: float
    limit_ms: float
    exhausted_in_s: float | None
    level: AirtimeLevel


class RadioHardware(Answer):
    """The radio at the port. kind: cul or module; changed: another one than at the last start.

    hardware_id: of its USB hardware; address: its own from the factory; serial: each empty when it has none.
    """

    kind: str
    serial: str
    hardware: str
    hardware_id: str
    address: str
    changed: bool
    at: Time


class Driver(Answer):
    """A driver's hardware. detail: a code, for example port_missing; empty when ready."""

    name: str
    state: Literal["starting", "ready", "lost", "stopped"]
    detail: str
    since: Time
    airtime: Airtime | None
    radio: RadioHardware | None


class Drivers(Answer):
    """All drivers."""

    drivers: tuple[Driver, ...]


class TeachIn(Answer):
    """The window is open."""

    until: Time


class TeachInStep(Answer):
    """One step of a teach-in, as an event. step, steps: how far the configuring is, 0 of 0 when not known.

    reason: why it failed, a code that GET /reasons puts into words.
    """

    interface: str
    stage: Literal["open", "heard", "configuring", "paired", "failed", "closed"]
    at: Time
    until: Time | None
    device: str | None
    model: str | None
    rssi_dbm: float | None
    reason: str | None
    step: int
    steps: int


class TeachInTrace(Answer):
    """The latest window's steps, oldest first; empty when none was opened since the start."""

    steps: tuple[TeachInStep, ...]
