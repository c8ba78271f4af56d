"""Readings of thermostats. Pure.

Source: docs/protocols/bidcos.md, "Thermostats".
"""

from hub.contract.datapoints import Value

from ..codec.messages import ItInfo, Party, RtInfo, TeamTemperature, ThermalControl

Pairs = list[tuple[str, Value]]
_PARTY, _BOOST = 2, 3  # modes


def signed10(tenths: int) -> int:
    """A wall thermostat's actual temperature has a sign; a radiator thermostat's has none."""
    return tenths - 0x400 if tenths & 0x200 else tenths


def rt_info(message: RtInfo) -> Pairs:
    """Type 10/0A."""
    return [
        ("SET_TEMPERATURE", message.set_half_degrees / 2),
        ("ACTUAL_TEMPERATURE", message.actual_tenths / 10),
        ("VALVE_STATE", message.valve & 0x7F),
        ("WINDOW_STATE", bool(message.valve & 0x80)),
        *_mode(message.mode, message.low6, message.party),
        ("BATTERY_STATE", (message.battery_tenths + 15) / 10),
        ("FAULT_REPORTING", message.fault),
    ]


def it_info(message: ItInfo) -> Pairs:
    """Type 10/0B."""
    return [
        ("SET_TEMPERATURE", message.set_half_degrees / 2),
        ("ACTUAL_TEMPERATURE", signed10(message.actual_tenths) / 10),
        *_mode(message.mode, message.low6, message.party),
        ("BATTERY_STATE", ((message.battery & 0x1F) + 15) / 10),
        ("LOWBAT_REPORTING", bool(message.battery & 0x80)),
        ("COMMUNICATION_REPORTING", bool(message.battery & 0x40)),
        ("WINDOW_OPEN_REPORTING", bool(message.battery & 0x20)),
    ]


def thermal_control(message: ThermalControl) -> Pairs:
    """Type 5A."""
    return [
        ("SET_TEMPERATURE", message.set_half_degrees / 2),
        ("ACTUAL_TEMPERATURE", signed10(message.actual_tenths) / 10),
        ("ACTUAL_HUMIDITY", float(message.humidity)),
    ]


def team_temperature(message: TeamTemperature) -> Pairs:
    """Type 59."""
    return [("SET_TEMPERATURE", message.set_half_degrees / 2), ("CONTROL_MODE", message.mode)]


def thermostat_status(family: str, value: int, flags: int, tail: bytes) -> Pairs:
    """Types 02/01 and 10/06. tail: signal strength, mode, and a holiday."""
    pairs: Pairs = [("SET_TEMPERATURE", (value & 0x3F) / 2)]
    if family == "RT":
        pairs.append(("FAULT_REPORTING", flags >> 1 & 7))
    else:
        pairs += [
            ("LOWBAT_REPORTING", bool(flags & 0x80)),
            ("COMMUNICATION_REPORTING", bool(flags & 0x04)),
            ("WINDOW_OPEN_REPORTING", bool(flags & 0x02)),
        ]
    if len(tail) > 1:
        pairs += _mode(tail[1] >> 6, tail[1] & 0x3F, tail[2:])
    return pairs


def _mode(mode: int, low6: int, rest: bytes) -> Pairs:
    boost_min = low6 if mode == _BOOST else 0
    pairs: Pairs = [("CONTROL_MODE", mode), ("BOOST_STATE", boost_min), ("BOOST_TIME", boost_min)]
    party = Party.parse_report(low6, rest) if mode == _PARTY else None
    if party is None:
        return pairs
    pairs.append(("PARTY_TEMPERATURE", party.half_degrees / 2))
    for end, moment in (("START", party.start), ("STOP", party.end)):
        pairs += [
            (f"PARTY_{end}_TIME", moment.half_hours * 30),
            (f"PARTY_{end}_DAY", moment.day),
            (f"PARTY_{end}_MONTH", moment.month),
            (f"PARTY_{end}_YEAR", moment.year),
        ]
    return pairs
