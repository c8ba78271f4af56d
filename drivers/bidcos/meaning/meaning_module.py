"""A serial frame of the HM-MOD-RPI-PCB in words: the ``module`` object of ``homebase decode``. Pure.

Never a key: what carries one shows its index alone, and what is not understood shows only its size.
Source: docs/protocols/bidcos.md, "Module requests", "Module reports".
"""

from collections.abc import Mapping
from typing import assert_never

from ..codec.uart import AckStatus, Destination, UartFrame
from ..codec.uart_reports import (
    Address,
    Answer,
    Credits,
    Firmware,
    PeerAdded,
    RadioAnswer,
    Received,
    SerialNumber,
    Started,
    Unknown,
    parse_report,
)
from ..codec.uart_requests import (
    AddPeer,
    Ask,
    Enable,
    PeerAes,
    RemovePeer,
    Request,
    Send,
    SetAddress,
    SetKey,
    SetTime,
    UpdateMode,
    parse_request,
)
from .meaning_status import Meaning

_DESTINATIONS = {int(destination): destination.name for destination in Destination}
_STATUSES = {int(status): status.name.lower() for status in AckStatus}
_COMMANDS: Mapping[int, Mapping[int, str]] = {  # as those call them who speak with modules
    Destination.OS: {
        0x00: "GET_APP",
        0x02: "GET_FIRMWARE",
        0x03: "CHANGE_APP",
        0x04: "ACK",
        0x05: "UNSOL_CREDITS",
        0x06: "NORMAL_MODE",
        0x07: "UPDATE_MODE",
        0x08: "GET_CREDITS",
        0x09: "ENABLE_CREDITS",
        0x0A: "ENABLE_CSMACA",
        0x0B: "GET_SERIAL",
        0x0E: "SET_TIME",
    },
    Destination.APP: {
        0x00: "SET_HMID",
        0x01: "GET_HMID",
        0x02: "SEND",
        0x03: "SET_CURRENT_KEY",
        0x04: "ACK",
        0x05: "RECV",
        0x06: "ADD_PEER",
        0x07: "REMOVE_PEER",
        0x08: "GET_PEERS",
        0x09: "PEER_ADD_AES",
        0x0A: "PEER_REMOVE_AES",
        0x0B: "SET_TEMP_KEY",
        0x0F: "SET_PREVIOUS_KEY",
        0x10: "DEFAULT_HMID",
    },
}
_RECEIVED = {0: "plain", 1: "answer", 2: "answer, signature good", 3: "answer, signature wrong"}
_TRIGGERED = {1: "event", 2: "event, signature good", 3: "event, signature wrong"}
_ANSWERED_ITSELF = 0x10


def module_object(frame: UartFrame) -> Meaning:
    """What a host asks or the module says; of a radio frame in it only what goes beside."""
    names = _COMMANDS.get(frame.destination, {})
    said: Meaning = {
        "destination": _DESTINATIONS.get(frame.destination, f"{frame.destination:02X}"),
        "counter": frame.counter,
        "command": names.get(frame.command, f"{frame.command:02X}"),
    }
    request = parse_request(frame)
    return said | (_report(frame) if request is None else _request(request))


def _request(request: Request) -> Meaning:
    match request:
        case Ask() | UpdateMode():
            return {}
        case Enable(on=on):
            return {"on": on}
        case SetTime(seconds=seconds, zone=zone):
            return {"seconds_since_1970": seconds, "utc_offset_h": zone / 2}
        case SetAddress(address=address):
            return {"address": _hex(address)}
        case SetKey(index=index):
            return {"key_index": index}
        case AddPeer(peer=peer, key_index=key_index, wake_up=wake_up):
            return {"peer": _hex(peer), "key_index": key_index, "wake_up": wake_up}
        case RemovePeer(peer=peer):
            return {"peer": _hex(peer)}
        case PeerAes(peer=peer, channels=channels):
            return {"peer": _hex(peer), "channels": list(channels)}
        case Send(burst=burst):
            return {"burst": burst}
        case _:
            assert_never(request)


def _report(frame: UartFrame) -> Meaning:
    report = parse_report(frame)
    match report:
        case Started(app=app):
            return {"program": app}
        case Credits():
            return _credits(report)
        case Answer(status=status, info=info):
            return {**_status(status), **({"info": _hex(info), **_info(status, info)} if info else {})}
        case RadioAnswer(key_index=key_index, verified=verified):
            status = AckStatus.RADIO_ANSWER_VERIFIED if verified else AckStatus.RADIO_ANSWER
            return {**_status(status), "key_index": key_index}
        case Received(status=status, key_index=key_index):
            itself = bool(status & _ANSWERED_ITSELF)
            names = _TRIGGERED if itself else _RECEIVED
            name = names.get(status & ~_ANSWERED_ITSELF, "unknown")
            return {"status": f"{status:02X}", "status_text": name, "key_index": key_index}
        case Unknown():
            return {"data_size": len(frame.data)}
        case _:
            assert_never(report)


def _status(status: int) -> Meaning:
    return {"status": f"{status:02X}", "status_text": _STATUSES.get(status, "unknown")}


def _info(status: int, info: bytes) -> Meaning:
    """What only the request says for sure; each kind of answer has a size of its own."""
    if status == AckStatus.INFO:
        for parse in (Credits.parse, Firmware.parse, SerialNumber.parse):
            match parse(info):
                case Credits() as read:
                    return _credits(read)
                case Firmware(version=version):
                    return {"firmware": ".".join(map(str, version))}
                case SerialNumber(serial=serial):
                    return {"serial": serial}
    if status != AckStatus.MULTI_PART:
        return {}
    said: Meaning = {"part": info[0], "of": info[1]} if len(info) > 1 else {}
    if (address := Address.parse(info)) is not None:
        return said | {"address": _hex(address.address)}
    if (added := PeerAdded.parse(info)) is not None:
        return said | {"peers": added.count, "signed_channels": sorted(added.signed or ())}
    return said


def _credits(read: Credits) -> Meaning:
    return {"credits_used_percent": read.used / 2}


def _hex(data: bytes) -> str:
    return data.hex().upper()
