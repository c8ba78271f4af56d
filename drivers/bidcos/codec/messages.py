"""What a frame says: one dataclass per message, to its type and payload and back.

``decode_message`` never raises and gives ``Opaque`` for what it does not know exactly, so that
``message.payload()`` is the payload it was read from. Central's and devices' messages alike, for a hub
speaks with both. Values are raw here (half degrees, C8 = 100 %); readings.py gives them their units.
Source: docs/protocols/bidcos.md, "Messages".
"""

from collections.abc import Callable

from .frames import Frame
from .messages_climate import (
    ModeOrder,
    Moment,
    Party,
    SetMode,
    SetParty,
    SetTemperature,
    parse_climate_order,
)
from .messages_config import (
    ConfigEnd,
    ConfigStart,
    PairById,
    PairBySerial,
    ParamRequest,
    PeerAdd,
    PeerListRequest,
    PeerRemove,
    SerialRequest,
    StatusRequest,
    WritePairs,
    WriteSequence,
    parse_config,
)
from .messages_event import (
    ClimateEvent,
    KeyPress,
    PowerEvent,
    SensorData,
    SensorEvent,
    SwitchLevel,
    TeamAlarm,
    TeamTemperature,
    ThermalControl,
    Weather,
)
from .messages_info import (
    ItInfo,
    Link,
    ParamChange,
    ParamChangeSequence,
    ParamPairs,
    ParamSequence,
    PeerList,
    RtInfo,
    SerialInfo,
    Status,
    parse_info,
)
from .messages_link import (
    Ack,
    Ack2,
    AckStatus,
    AesResponse,
    Challenge,
    DeviceInfo,
    HaveData,
    KeyExchange,
    Nack,
    Opaque,
    TimeReply,
    TimeRequest,
    parse_answer,
    parse_time,
)
from .messages_measure import (
    FillingMeasurement,
    GasMeasurement,
    IecEvent,
    LightMeasurement,
    Measurement,
    TemperatureMeasurement,
)
from .messages_order import (
    AllLedsOrder,
    ColourOrder,
    ColourProgramOrder,
    CountOrder,
    DisplayPart,
    JalousieOrder,
    LedOrder,
    LockOrder,
    MelodyOrder,
    RemoteDisplayOrder,
    WindowOrder,
    display_parts,
)
from .messages_set import (
    ClassCommand,
    EnterBootLoader,
    Inhibit,
    Reset,
    SetLevel,
    Stop,
    SwitchOnBehalf,
    decode_time8,
    decode_time16,
    encode_time8,
    encode_time16,
    parse_set,
)
from .messages_update import FirmwareBlock, RadioSettings

Message = (
    Ack
    | Ack2
    | AckStatus
    | AesResponse
    | AllLedsOrder
    | Challenge
    | ClassCommand
    | ClimateEvent
    | ColourOrder
    | ColourProgramOrder
    | ConfigEnd
    | ConfigStart
    | CountOrder
    | DeviceInfo
    | DisplayPart
    | EnterBootLoader
    | FillingMeasurement
    | FirmwareBlock
    | GasMeasurement
    | HaveData
    | IecEvent
    | Inhibit
    | ItInfo
    | JalousieOrder
    | KeyExchange
    | KeyPress
    | LedOrder
    | LightMeasurement
    | LockOrder
    | Measurement
    | MelodyOrder
    | Nack
    | Opaque
    | PairById
    | PairBySerial
    | ParamChange
    | ParamChangeSequence
    | ParamPairs
    | ParamRequest
    | ParamSequence
    | PeerAdd
    | PeerList
    | PeerListRequest
    | PeerRemove
    | PowerEvent
    | RadioSettings
    | RemoteDisplayOrder
    | Reset
    | RtInfo
    | SensorData
    | SensorEvent
    | SerialInfo
    | SerialRequest
    | SetLevel
    | SetMode
    | SetParty
    | SetTemperature
    | Status
    | StatusRequest
    | Stop
    | SwitchLevel
    | SwitchOnBehalf
    | TeamAlarm
    | TeamTemperature
    | TemperatureMeasurement
    | ThermalControl
    | TimeReply
    | TimeRequest
    | Weather
    | WindowOrder
    | WritePairs
    | WriteSequence
)


def decode_message(frame: Frame) -> Message:
    """Read a frame's payload. Never raises."""
    parse = _PARSERS.get(frame.kind)
    message = parse(frame.payload) if parse is not None else None
    return Opaque(kind=frame.kind, data=frame.payload) if message is None else message


def message_frame(message: Message, *, counter: int, flags: int, sender: bytes, receiver: bytes) -> Frame:
    """The frame that carries ``message``. counter, flags: 0-255."""
    return Frame(
        counter=counter,
        flags=flags,
        kind=message.kind,
        sender=sender,
        receiver=receiver,
        payload=message.payload(),
    )


_PARSERS: dict[int, Callable[[bytes], Message | None]] = {
    0x00: DeviceInfo.parse,
    0x01: parse_config,
    0x02: parse_answer,
    0x03: AesResponse.parse,
    0x04: KeyExchange.parse,
    0x10: parse_info,
    0x11: parse_set,
    0x12: HaveData.parse,
    0x3E: SwitchOnBehalf.parse,
    0x3F: parse_time,
    0x40: KeyPress.parse,
    0x41: SensorEvent.parse,
    0x42: SwitchLevel.parse,
    0x44: SensorData.parse,
    0x53: Measurement.parse_cyclic,
    0x54: Measurement.parse_event,
    0x58: ClimateEvent.parse,
    0x59: TeamTemperature.parse,
    0x5A: ThermalControl.parse,
    0x5E: PowerEvent.parse_cyclic,
    0x5F: PowerEvent.parse_event,
    0x60: IecEvent.parse_cyclic,
    0x61: IecEvent.parse_event,
    0x70: Weather.parse,
    0xCA: FirmwareBlock.parse,
    0xCB: RadioSettings.parse,
}

__all__ = [
    "Ack",
    "Ack2",
    "AckStatus",
    "AesResponse",
    "AllLedsOrder",
    "Challenge",
    "ClassCommand",
    "ClimateEvent",
    "ColourOrder",
    "ColourProgramOrder",
    "ConfigEnd",
    "ConfigStart",
    "CountOrder",
    "DeviceInfo",
    "DisplayPart",
    "EnterBootLoader",
    "FillingMeasurement",
    "FirmwareBlock",
    "GasMeasurement",
    "HaveData",
    "IecEvent",
    "Inhibit",
    "ItInfo",
    "JalousieOrder",
    "KeyExchange",
    "KeyPress",
    "LedOrder",
    "LightMeasurement",
    "Link",
    "LockOrder",
    "Measurement",
    "MelodyOrder",
    "Message",
    "ModeOrder",
    "Moment",
    "Nack",
    "Opaque",
    "PairById",
    "PairBySerial",
    "ParamChange",
    "ParamChangeSequence",
    "ParamPairs",
    "ParamRequest",
    "ParamSequence",
    "Party",
    "PeerAdd",
    "PeerList",
    "PeerListRequest",
    "PeerRemove",
    "PowerEvent",
    "RadioSettings",
    "RemoteDisplayOrder",
    "Reset",
    "RtInfo",
    "SensorData",
    "SensorEvent",
    "SerialInfo",
    "SerialRequest",
    "SetLevel",
    "SetMode",
    "SetParty",
    "SetTemperature",
    "Status",
    "StatusRequest",
    "Stop",
    "SwitchLevel",
    "SwitchOnBehalf",
    "TeamAlarm",
    "TeamTemperature",
    "TemperatureMeasurement",
    "ThermalControl",
    "TimeReply",
    "TimeRequest",
    "Weather",
    "WindowOrder",
    "WritePairs",
    "WriteSequence",
    "decode_message",
    "decode_time8",
    "decode_time16",
    "display_parts",
    "encode_time8",
    "encode_time16",
    "message_frame",
    "parse_climate_order",
]
