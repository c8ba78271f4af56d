"""A frame in words, for people and for tests: the ``frame`` and ``meaning`` objects of ``homebase decode``.

Reads leniently: what a payload does not have is left out, nothing raises. What the driver acts on is in
messages.py and readings.py. Source: docs/protocols/bidcos.md, "Messages".
"""

from collections.abc import Callable, Mapping

from ..codec.frames import BROADCAST, Flag, Frame
from ..devices import Model
from .meaning_events import (
    climate_event,
    measure_event,
    power_event,
    remote_event,
    sensor_data,
    sensor_event,
    switch_level,
    switch_on_behalf,
    team_temperature,
    thermal_control,
    weather_event,
)
from .meaning_orders import explain_order
from .meaning_status import Meaning, it_info, rt_info, status

TYPE_NAMES = {
    0x00: "device_info",
    0x01: "config",
    0x02: "ack",
    0x03: "aes_response",
    0x04: "aes_key_exchange",
    0x10: "info",
    0x11: "set",
    0x12: "have_data",
    0x3E: "switch_on_behalf",
    0x3F: "time",
    0x40: "remote",
    0x41: "sensor_event",
    0x42: "switch_level",
    0x44: "sensor_data",
    0x53: "measure_event",
    0x54: "measure_event_noncyclic",
    0x58: "climate_event",
    0x59: "set_team_temperature",
    0x5A: "thermal_control",
    0x5E: "power_event_cyclic",
    0x5F: "power_event",
    0x60: "iec_power_event_cyclic",
    0x61: "iec_power_event",
    0x70: "weather_event",
    0xCA: "firmware",
    0xCB: "rf_config",
}
_FLAG_NAMES = tuple((int(flag), "BIT3" if flag is Flag.UNNAMED else str(flag.name)) for flag in Flag)
_CONFIG = {
    0x01: "peer_add",
    0x02: "peer_remove",
    0x03: "peer_list_request",
    0x04: "param_request",
    0x05: "config_start",
    0x06: "config_end",
    0x07: "config_write_sequence",
    0x08: "config_write_pairs",
    0x09: "serial_request",
    0x0A: "pair_by_serial",
    0x0B: "pair_by_id",
    0x0E: "status_request",
}
_NACKS = {0x80: "nack", 0x82: "nack_peer_list_full", 0x84: "nack_target_invalid", 0x85: "nack_85"}


def frame_object(frame: Frame) -> Meaning:
    """The header of a frame, with the names that its numbers have."""
    return {
        "len": 9 + len(frame.payload),
        "counter": frame.counter,
        "flags": f"{frame.flags:02X}",
        "flag_names": [name for bit, name in _FLAG_NAMES if frame.flags & bit],
        "type": f"{frame.kind:02X}",
        "type_name": TYPE_NAMES.get(frame.kind, "unknown"),
        "src": _hex(frame.sender),
        "dst": _hex(frame.receiver),
        "payload": _hex(frame.payload),
        "rssi_dbm": frame.rssi_dbm,
    }


def meaning(frame: Frame, model: Model | None = None, secrets: Meaning | None = None) -> Meaning:
    """What the payload says.

    model: of the device that the frame is about; None gives both readings where classes differ.
    secrets: what signing.py found out about it (session.py), put in at its place.
    """
    explain = _EXPLAINERS.get(frame.kind)
    said: Meaning = {} if explain is None else explain(frame, model)
    said.update(secrets or {})
    if frame.receiver == BROADCAST:
        said["broadcast"] = True
    return said


def _hex(data: bytes) -> str:
    return data.hex().upper()


def _device_info(frame: Frame, _model: Model | None) -> Meaning:
    data = frame.payload
    fields: tuple[tuple[str, int, int, Callable[[bytes], object]], ...] = (
        ("firmware", 0, 1, lambda byte: f"{byte[0] >> 4}.{byte[0] & 15}"),
        ("model_code", 1, 3, _hex),
        ("serial", 3, 13, lambda text: text.decode("latin-1")),
        ("class_code", 13, 14, _hex),
        ("peer_channel_A", 14, 15, ord),
        ("peer_channel_B", 15, 16, ord),
        ("last_byte", 16, 17, _hex),
    )
    return {name: read(data[start:end]) for name, start, end, read in fields if len(data) >= end}


def _config(frame: Frame, _model: Model | None) -> Meaning:
    data = frame.payload
    if len(data) < 2:
        return {}
    said: Meaning = {"channel": data[0], "subtype": _CONFIG.get(data[1], f"config_{data[1]:02X}")}
    rest = data[2:]
    if data[1] in {0x01, 0x02} and len(rest) >= 4:
        said |= {"peer": _hex(rest[:3]), "peer_channels": list(rest[3:5])}
    elif data[1] in {0x04, 0x05} and len(rest) >= 5:
        said |= {"peer": _hex(rest[:3]), "peer_channel": rest[3], "list": rest[4]}
    elif data[1] == 0x07 and rest:
        said |= {"first_register": _hex(rest[:1]), "values": _hex(rest[1:])}
    elif data[1] == 0x08:
        said["registers"] = _registers(rest)
    elif data[1] == 0x0A and rest:
        said["serial"] = rest.decode("latin-1")
    elif data[1] == 0x0B and rest:
        said["data"] = _hex(rest)
    return said


def _registers(data: bytes) -> Mapping[str, str]:
    return {f"{data[at]:02X}": f"{data[at + 1]:02X}" for at in range(0, len(data) - 1, 2)}


def _answer(frame: Frame, model: Model | None) -> Meaning:
    data = frame.payload
    if not data:
        return {}
    if data[0] == 0x00:
        auth = {"auth_bytes": _hex(data[1:5])} if len(data) >= 5 else {}
        return {"subtype": "ack", **auth}
    if data[0] == 0x01 and len(data) >= 3:
        return {"subtype": "ack_status", **status(data[1:], model, acknowledging=True)}
    if data[0] == 0x04 and len(data) >= 7:
        key = {"key_index_byte": _hex(data[7:8])} if len(data) >= 8 else {}
        return {"subtype": "aes_challenge", "challenge": _hex(data[1:7]), **key}
    if data[0] & 0x80:
        return {"subtype": _NACKS.get(data[0], f"nack_{data[0]:02X}")}
    return {"subtype": f"ack{data[0]}", **({"data": _hex(data[1:])} if len(data) > 1 else {})}


def _info(frame: Frame, model: Model | None) -> Meaning:
    data = frame.payload
    explain = _INFOS.get(data[0]) if data else None
    if explain is not None:
        return explain(data[1:], model)
    return {"subtype": f"info_{data[0]:02X}"} if data else {}


def _serial(rest: bytes, _model: Model | None) -> Meaning:
    return {"subtype": "serial", "serial": rest.decode("latin-1")}


def _peer_list(rest: bytes, _model: Model | None) -> Meaning:
    peers = [_hex(rest[at : at + 4]) for at in range(0, len(rest), 4)]
    return {"subtype": "peer_list", "peers": peers, "last_block": peers[-1:] == ["00000000"]}


def _param_pairs(rest: bytes, _model: Model | None) -> Meaning:
    last = len(rest) % 2 == 0 and rest[-2:] == b"\x00\x00"
    registers = _registers(rest[:-2] if last else rest)
    return {"subtype": "param_response_pairs", "registers": registers, "last_block": last}


def _param_sequence(rest: bytes, _model: Model | None) -> Meaning:
    return {
        "subtype": "param_response_sequence",
        "first_register": _hex(rest[:1]),
        "values": _hex(rest[1:]),
        "last_block": rest == b"\x00",
    }


def _param_change(rest: bytes, _model: Model | None) -> Meaning:
    if len(rest) < 6:
        return {"subtype": "param_change_pairs"}
    last = rest[6:][-2:] == b"\x00\x00"
    registers = _registers(rest[6:-2] if last else rest[6:])
    return {"subtype": "param_change_pairs", **_link(rest), "registers": registers, "last_block": last}


def _param_change_sequence(rest: bytes, _model: Model | None) -> Meaning:
    if len(rest) < 6:
        return {"subtype": "param_change_sequence"}
    data = rest[6:]
    return {
        "subtype": "param_change_sequence",
        **_link(rest),
        "data": _hex(data),
        "last_block": data == b"\x00",
    }


def _link(rest: bytes) -> Meaning:
    return {"channel": rest[0], "peer": _hex(rest[1:4]), "peer_channel": rest[4], "list": rest[5]}


def _info_status(rest: bytes, model: Model | None) -> Meaning:
    return {"subtype": "info_status", **status(rest, model, acknowledging=False)}


_INFOS: Mapping[int, Callable[[bytes, Model | None], Meaning]] = {
    0x00: _serial,
    0x01: _peer_list,
    0x02: _param_pairs,
    0x03: _param_sequence,
    0x04: _param_change,
    0x05: _param_change_sequence,
    0x06: _info_status,
    0x0A: rt_info,
    0x0B: it_info,
}


def _have_data(_frame: Frame, _model: Model | None) -> Meaning:
    return {"subtype": "wake_up/have_data"}


def _time(frame: Frame, _model: Model | None) -> Meaning:
    data = frame.payload
    if len(data) < 6:
        return {"subtype": "time_request"}
    zone = int.from_bytes(data[1:2], "big", signed=True)
    seconds = int.from_bytes(data[2:6], "big")
    return {"subtype": "time_reply", "utc_offset_h": zone / 2, "seconds_since_2000": seconds}


def _radio_settings(frame: Frame, _model: Model | None) -> Meaning:
    return {"registers": _registers(frame.payload)}


_EXPLAINERS: Mapping[int, Callable[[Frame, Model | None], Meaning]] = {
    0x00: _device_info,
    0x01: _config,
    0x02: _answer,
    0x03: lambda frame, _model: {"aes_response": _hex(frame.payload)},
    0x04: lambda frame, _model: {"encrypted_key_part": _hex(frame.payload)},
    0x10: _info,
    0x11: explain_order,
    0x12: _have_data,
    0x3E: switch_on_behalf,
    0x3F: _time,
    0x40: remote_event,
    0x41: sensor_event,
    0x42: switch_level,
    0x44: sensor_data,
    0x53: measure_event,
    0x54: measure_event,
    0x58: climate_event,
    0x59: team_temperature,
    0x5A: thermal_control,
    0x5E: power_event,
    0x5F: power_event,
    0x60: power_event,
    0x61: power_event,
    0x70: weather_event,
    0xCB: _radio_settings,
}
