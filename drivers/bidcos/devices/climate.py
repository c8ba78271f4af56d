"""Kinds of channels of thermostats and valve drives, as data.

Source: docs/protocols/bidcos.md, "Thermostats".
"""

from collections.abc import Mapping

from privacy.vocabulary import DataCategory

from .kind import ChannelKind
from .parameters import (
    CLIMATE,
    PRESENCE,
    Parameters,
    boolean,
    choice,
    error,
    integer,
    order,
    real,
    told,
    words,
)

CONTROL_MODES = ("AUTO-MODE", "MANU-MODE", "PARTY-MODE", "BOOST-MODE")
RT_FAULTS = (
    "NO_FAULT",
    "VALVE_TIGHT",
    "ADJUSTING_RANGE_TOO_LARGE",
    "ADJUSTING_RANGE_TOO_SMALL",
    "COMMUNICATION_ERROR",
    "RESERVED",
    "LOWBAT",
    "VALVE_ERROR_POSITION",
)
OFF_TEMPERATURE, ON_TEMPERATURE = 4.5, 30.5  # the valve stays shut, stays open
_RANGE = (OFF_TEMPERATURE, ON_TEMPERATURE, 0.5)
_PARTY: Parameters = {
    "PARTY_MODE_SUBMIT": words(PRESENCE),
    "PARTY_TEMPERATURE": real(PRESENCE, "°C", (5.0, 30.0, 0.5), writable=True),
    **{
        f"PARTY_{end}_{part}": integer(PRESENCE, unit, low, high, writable=True)
        for end in ("START", "STOP")
        for part, unit, low, high in (
            ("TIME", "minutes", 0, 1410),
            ("DAY", "day", 1, 31),
            ("MONTH", "month", 1, 12),
            ("YEAR", "year", 0, 99),
        )
    },
}
_THERMOSTAT: Parameters = {
    "SET_TEMPERATURE": real(
        CLIMATE, "°C", _RANGE, writable=True, special={"OFF": OFF_TEMPERATURE, "ON": ON_TEMPERATURE}
    ),
    "ACTUAL_TEMPERATURE": real(CLIMATE, "°C", (-10.0, 56.0, 0.1)),
    "CONTROL_MODE": choice(CLIMATE, CONTROL_MODES),
    "BATTERY_STATE": real(DataCategory.DEVICE, "V", (1.5, 4.6, 0.1)),
    "BOOST_STATE": integer(CLIMATE, "min", 0, 30),
    "AUTO_MODE": order(CLIMATE),
    "MANU_MODE": told(real(CLIMATE, "°C", _RANGE)),
    "BOOST_MODE": order(CLIMATE),
    "COMFORT_MODE": order(CLIMATE),
    "LOWERING_MODE": order(CLIMATE),
    **_PARTY,
}
_RADIATOR: Parameters = {
    **_THERMOSTAT,
    "VALVE_STATE": integer(CLIMATE, "%", 0, 100),  # the CCU says 99; devices say 100
    "FAULT_REPORTING": choice(DataCategory.ERROR, RT_FAULTS),
}

CLIMATE_KINDS: Mapping[str, ChannelKind] = {
    "RT": ChannelKind(type="CLIMATECONTROL_RT_TRANSCEIVER", family="RT", parameters=_RADIATOR),
    "RT_BOM": ChannelKind(
        type="CLIMATECONTROL_RT_TRANSCEIVER",
        family="RT",
        parameters={
            **{name: parameter for name, parameter in _RADIATOR.items() if name != "BOOST_STATE"},
            "BOOST_TIME": integer(CLIMATE, "min", 0, 30),
            "WINDOW_STATE": boolean(PRESENCE),
            "CLEAR_WINDOW_OPEN_SYMBOL": told(integer(CLIMATE, None, 0, 1)),
            "SET_SYMBOL_FOR_HEATING_PHASE": told(integer(CLIMATE, None, 0, 1)),
        },
    ),
    "IT": ChannelKind(
        type="THERMALCONTROL_TRANSMIT",
        family="IT",
        parameters={
            **_THERMOSTAT,
            "ACTUAL_TEMPERATURE": real(CLIMATE, "°C", (-10.0, 50.0, 0.1)),
            "ACTUAL_HUMIDITY": real(CLIMATE, "%", (0.0, 100.0, 1.0)),  # the CCU says 99
            "LOWBAT_REPORTING": boolean(DataCategory.DEVICE),
            "COMMUNICATION_REPORTING": boolean(DataCategory.ERROR),
            "WINDOW_OPEN_REPORTING": boolean(PRESENCE),
        },
    ),
    "REGULATOR": ChannelKind(
        type="CLIMATECONTROL_REGULATOR",
        family="REGULATOR",
        parameters={
            "SETPOINT": real(
                CLIMATE,
                "°C",
                (6.0, 30.0, 0.5),
                writable=True,
                special={"VENT_CLOSED": 0.0, "VENT_OPEN": 100.0},
            ),
            "STATE": told(boolean(CLIMATE)),
            "ADJUSTING_COMMAND": integer(CLIMATE, None, 0, 4),
            "ADJUSTING_DATA": integer(CLIMATE, None, 0, 255),  # the CCU says 250
        },
    ),
    "VALVE_DRIVE": ChannelKind(
        type="CLIMATECONTROL_VENT_DRIVE",
        family="VALVE_DRIVE",
        parameters={
            "VALVE_STATE": integer(CLIMATE, "%", 0, 100),
            "ERROR": error(
                "NO_ERROR",
                "VALVE_DRIVE_BLOCKED",
                "VALVE_DRIVE_LOOSE",
                "ADJUSTING_RANGE_TO_SMALL",
                "LOWBAT",
                category=DataCategory.ERROR,
            ),
        },
    ),
    "SWITCH_TRANSMIT": ChannelKind(
        type="SWITCH_TRANSMIT",
        family="EVENT",
        parameters={"DECISION_VALUE": integer(CLIMATE, None, 0, 255)},
    ),
    "WEATHER_RECEIVER": ChannelKind(type="WEATHER_RECEIVER", parameters={}),
    "CLIMATE_RECEIVER": ChannelKind(type="CLIMATECONTROL_RECEIVER", parameters={}),
    "TEAM_RECEIVER": ChannelKind(type="CLIMATECONTROL_RT_RECEIVER", parameters={}),
    "WINDOW": ChannelKind(type="WINDOW_SWITCH_RECEIVER", parameters={}),
    "REMOTE": ChannelKind(type="REMOTECONTROL_RECEIVER", parameters={}),
}
