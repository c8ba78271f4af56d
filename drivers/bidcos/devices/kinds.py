"""Kinds of channels: their CCU type and VALUES parameters, as data.

The name of a kind also names its decoder (readings.py) and its commands (commands.py).
Parameter names, units and ranges are the CCU's. Source: docs/protocols/bidcos.md, "Device classes".
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.contract.datapoints import ParameterDescription, ParameterType
from privacy.vocabulary import DataCategory

_ACTUATOR = DataCategory.ACTUATOR_STATE
_CLIMATE = DataCategory.CLIMATE
_PRESENCE = DataCategory.PRESENCE
_SAFETY = DataCategory.SAFETY
_ENERGY = DataCategory.ENERGY

CONTROL_MODES = ("AUTO-MODE", "MANU-MODE", "PARTY-MODE", "BOOST-MODE")
DIRECTIONS = ("NONE", "UP", "DOWN", "UNDEFINED")
HANDLE_STATES = ("CLOSED", "TILTED", "OPEN")
WATER_STATES = ("DRY", "WET", "WATER")
CO2_STATES = ("LEVEL_NORMAL", "LEVEL_ADDED", "LEVEL_ADDED_STRONG")
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
ARM_STATES = ("DISARMED", "EXTSENS_ARMED", "ALLSENS_ARMED", "ALARM_BLOCKED")
LED_STATES = ("OFF", "RED", "GREEN", "ORANGE")
OFF_TEMPERATURE, ON_TEMPERATURE = 4.5, 30.5  # the valve stays shut, stays open


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelKind:
    """type: the CCU's channel type; parameters: its VALUES by name."""

    type: str
    parameters: Mapping[str, ParameterDescription]


def _bool(
    category: DataCategory, *, writable: bool = False, readable: bool = True, event: bool = True
) -> ParameterDescription:
    return ParameterDescription(
        type=ParameterType.BOOL, category=category, writable=writable, readable=readable, event=event
    )


def _action(category: DataCategory, *, writable: bool = False) -> ParameterDescription:
    return ParameterDescription(
        type=ParameterType.ACTION, category=category, readable=False, writable=writable, event=not writable
    )


def _enum(category: DataCategory, texts: tuple[str, ...], *, writable: bool = False) -> ParameterDescription:
    return ParameterDescription(
        type=ParameterType.ENUM,
        category=category,
        enum=texts,
        min=0,
        max=len(texts) - 1,
        step=1,
        writable=writable,
    )


def _integer(
    category: DataCategory, unit: str | None, low: float, high: float, *, writable: bool = False
) -> ParameterDescription:
    return ParameterDescription(
        type=ParameterType.INTEGER,
        category=category,
        unit=unit,
        min=low,
        max=high,
        step=1,
        writable=writable,
    )


def _float(
    category: DataCategory,
    unit: str | None,
    limits: tuple[float, float, float],
    *,
    writable: bool = False,
    special: Mapping[str, float] | None = None,
) -> ParameterDescription:
    low, high, step = limits
    return ParameterDescription(
        type=ParameterType.FLOAT,
        category=category,
        unit=unit,
        min=low,
        max=high,
        step=step,
        writable=writable,
        special=special or {},
    )


def _time() -> ParameterDescription:
    """ON_TIME, RAMP_TIME: kept by the driver for the next STATE or LEVEL; the device never reports them."""
    return ParameterDescription(
        type=ParameterType.FLOAT,
        category=_ACTUATOR,
        unit="s",
        min=0.0,
        max=85825945.6,
        step=0.1,
        readable=False,
        writable=True,
        event=False,
    )


_LEVEL = _float(_ACTUATOR, "", (0.0, 1.0, 0.005), writable=True)
_TEMPERATURE = _float(_CLIMATE, "°C", (-40.0, 80.0, 0.1))
_SET_TEMPERATURE = _float(
    _CLIMATE, "°C", (OFF_TEMPERATURE, ON_TEMPERATURE, 0.5), writable=True, special={"OFF": 4.5, "ON": 30.5}
)
_HUMIDITY = _integer(_CLIMATE, "%", 0, 100)
_WORKING = _bool(_ACTUATOR)
_SABOTAGE = _bool(_SAFETY)

MAINTENANCE: Mapping[str, ParameterDescription] = {
    "UNREACH": _bool(DataCategory.RADIO),
    "CONFIG_PENDING": _bool(DataCategory.RADIO),
    "RSSI_DEVICE": _integer(DataCategory.RADIO, "dBm", -138, 0),
    "RSSI_PEER": _integer(DataCategory.RADIO, "dBm", -138, 0),
}
LOWBAT = _bool(DataCategory.DEVICE)

_DIMMER: Mapping[str, ParameterDescription] = {
    "LEVEL": _LEVEL,
    "LEVEL_REAL": _float(_ACTUATOR, "", (0.0, 1.0, 0.005)),
    "ON_TIME": _time(),
    "RAMP_TIME": _time(),
    "WORKING": _WORKING,
    "DIRECTION": _enum(_ACTUATOR, DIRECTIONS),
    "ERROR_OVERLOAD": _bool(_SAFETY),
    "ERROR_OVERHEAT": _bool(_SAFETY),
    "ERROR_REDUCED": _bool(_SAFETY),
    "STOP": _action(_ACTUATOR, writable=True),
    "INHIBIT": _bool(_ACTUATOR, writable=True, readable=False, event=False),
}
_BLIND: Mapping[str, ParameterDescription] = {
    "LEVEL": _LEVEL,
    "STOP": _action(_ACTUATOR, writable=True),
    "WORKING": _WORKING,
    "DIRECTION": _enum(_ACTUATOR, DIRECTIONS),
    "INHIBIT": _bool(_ACTUATOR, writable=True, readable=False, event=False),
}
_SWITCH: Mapping[str, ParameterDescription] = {
    "STATE": _bool(_ACTUATOR, writable=True),
    "ON_TIME": _time(),
    "WORKING": _WORKING,
    "INHIBIT": _bool(_ACTUATOR, writable=True, readable=False, event=False),
}
_KEY: Mapping[str, ParameterDescription] = {
    "PRESS_SHORT": _action(_PRESENCE),
    "PRESS_LONG": _action(_PRESENCE),
}
_THERMOSTAT: Mapping[str, ParameterDescription] = {
    "SET_TEMPERATURE": _SET_TEMPERATURE,
    "ACTUAL_TEMPERATURE": _float(_CLIMATE, "°C", (-10.0, 56.0, 0.1)),
    "CONTROL_MODE": _enum(_CLIMATE, CONTROL_MODES),
    "BATTERY_STATE": _float(DataCategory.DEVICE, "V", (1.5, 4.6, 0.1)),
    "BOOST_STATE": _integer(_CLIMATE, "min", 0, 63),
    "AUTO_MODE": _action(_CLIMATE, writable=True),
    "MANU_MODE": ParameterDescription(
        type=ParameterType.FLOAT,
        category=_CLIMATE,
        unit="°C",
        min=OFF_TEMPERATURE,
        max=ON_TEMPERATURE,
        step=0.5,
        readable=False,
        writable=True,
        event=False,
    ),
    "BOOST_MODE": _action(_CLIMATE, writable=True),
    "COMFORT_MODE": _action(_CLIMATE, writable=True),
    "LOWERING_MODE": _action(_CLIMATE, writable=True),
}

_KINDS: Mapping[str, ChannelKind] = {
    "SWITCH": ChannelKind(type="SWITCH", parameters=_SWITCH),
    "DIMMER": ChannelKind(type="DIMMER", parameters=_DIMMER),
    "VIRTUAL_DIMMER": ChannelKind(type="VIRTUAL_DIMMER", parameters=_DIMMER),
    "BLIND": ChannelKind(type="BLIND", parameters=_BLIND),
    "JALOUSIE": ChannelKind(
        type="JALOUSIE",
        parameters={**_BLIND, "LEVEL_SLATS": _LEVEL},
    ),
    "KEY": ChannelKind(type="KEY", parameters=_KEY),
    "CONTACT": ChannelKind(
        type="SHUTTER_CONTACT", parameters={"STATE": _bool(_PRESENCE), "ERROR_SABOTAGE": _SABOTAGE}
    ),
    "HANDLE": ChannelKind(
        type="ROTARY_HANDLE_SENSOR",
        parameters={"STATE": _enum(_PRESENCE, HANDLE_STATES), "ERROR_SABOTAGE": _SABOTAGE},
    ),
    "TILT": ChannelKind(type="TILT_SENSOR", parameters={"STATE": _bool(_PRESENCE)}),
    "WATER": ChannelKind(type="WATERDETECTIONSENSOR", parameters={"STATE": _enum(_SAFETY, WATER_STATES)}),
    "CO2": ChannelKind(type="SENSOR_FOR_CARBON_DIOXIDE", parameters={"STATE": _enum(_CLIMATE, CO2_STATES)}),
    "FILLING": ChannelKind(
        type="CAPACITIVE_FILLING_LEVEL_SENSOR",
        parameters={"FILLING_LEVEL": _float(DataCategory.HOUSEHOLD, "%", (0.0, 100.0, 0.5))},
    ),
    "FILLING_KIT": ChannelKind(
        type="KFM_SENSOR",
        parameters={"RAW_VALUE": _integer(DataCategory.HOUSEHOLD, None, 0, 1408)},
    ),
    "RAIN": ChannelKind(type="RAINDETECTOR", parameters={"STATE": _bool(_CLIMATE)}),
    "MOTION": ChannelKind(
        type="MOTION_DETECTOR",
        parameters={
            "MOTION": _bool(_PRESENCE),
            "BRIGHTNESS": _integer(_PRESENCE, None, 0, 255),
            "NEXT_TRANSMISSION": _integer(DataCategory.RADIO, "s", 0, 491520),
            "ERROR_SABOTAGE": _SABOTAGE,
        },
    ),
    "LUX": ChannelKind(
        type="LUXMETER", parameters={"LUX": _float(_CLIMATE, "Lux", (0.0, 42949672.95, 0.01))}
    ),
    "SMOKE": ChannelKind(type="SMOKE_DETECTOR", parameters={"STATE": _bool(_SAFETY)}),
    "CLIMATE": ChannelKind(type="WEATHER", parameters={"TEMPERATURE": _TEMPERATURE, "HUMIDITY": _HUMIDITY}),
    "CLIMATE_TRANSMIT": ChannelKind(
        type="WEATHER_TRANSMIT", parameters={"TEMPERATURE": _TEMPERATURE, "HUMIDITY": _HUMIDITY}
    ),
    "CLIMATE_PRESSURE": ChannelKind(
        type="WEATHER",
        parameters={
            "TEMPERATURE": _TEMPERATURE,
            "HUMIDITY": _HUMIDITY,
            "AIR_PRESSURE": _integer(_CLIMATE, "hPa", 0, 65535),
        },
    ),
    "TEMPERATURE": ChannelKind(
        type="WEATHER", parameters={"TEMPERATURE": _float(_CLIMATE, "°C", (-3276.8, 3276.7, 0.1))}
    ),
    "WEATHER_STATION": ChannelKind(
        type="WEATHER",
        parameters={
            "TEMPERATURE": _TEMPERATURE,
            "HUMIDITY": _HUMIDITY,
            "RAINING": _bool(_CLIMATE),
            "RAIN_COUNTER": _float(_CLIMATE, "mm", (0.0, 9666.3, 0.295)),
            "WIND_SPEED": _float(_CLIMATE, "km/h", (0.0, 1638.3, 0.1)),
            "WIND_DIRECTION": _integer(_CLIMATE, "degree", 0, 1275),
            "WIND_DIRECTION_RANGE": _float(_CLIMATE, "degree", (0.0, 67.5, 22.5)),
            "SUNSHINEDURATION": _integer(_CLIMATE, "min", 0, 255),
            "BRIGHTNESS": _integer(_CLIMATE, None, 0, 255),
        },
    ),
    "KEYMATIC": ChannelKind(
        type="KEYMATIC",
        parameters={
            "STATE": _bool(_PRESENCE, writable=True),
            "STATE_UNCERTAIN": _bool(_PRESENCE),
            "OPEN": _action(_PRESENCE, writable=True),
            "ERROR": _enum(_SAFETY, ("NO_ERROR", "CLUTCH_FAILURE", "MOTOR_ABORTED", "3", "4", "5", "6", "7")),
        },
    ),
    "WINMATIC": ChannelKind(
        type="WINMATIC",
        parameters={
            "LEVEL": _float(_PRESENCE, "", (-0.005, 1.0, 0.005), writable=True, special={"LOCKED": -0.005}),
            "STOP": _action(_PRESENCE, writable=True),
            "WORKING": _WORKING,
            "DIRECTION": _enum(_ACTUATOR, DIRECTIONS),
            "ERROR": _enum(
                _SAFETY, ("NO_ERROR", "ERROR_TURN_DRIVE", "ERROR_TILT_DRIVE", "3", "4", "5", "6", "7")
            ),
        },
    ),
    "AKKU": ChannelKind(
        type="AKKU",
        parameters={
            "LEVEL": _float(DataCategory.DEVICE, "", (0.0, 1.0, 0.005)),
            "STATUS": _enum(DataCategory.DEVICE, ("TRICKLE_CHARGE", "CHARGE", "DISCHARGE", "STATE_UNKNOWN")),
        },
    ),
    "POWER": ChannelKind(
        type="POWERMETER",
        parameters={
            "BOOT": _bool(_ENERGY),
            "ENERGY_COUNTER": _float(_ENERGY, "Wh", (0.0, 838860.7, 0.1)),
            "POWER": _float(_ENERGY, "W", (0.0, 167772.15, 0.01)),
            "CURRENT": _float(_ENERGY, "mA", (0.0, 65535.0, 1.0)),
            "VOLTAGE": _float(_ENERGY, "V", (0.0, 6553.5, 0.1)),
            "FREQUENCY": _float(_ENERGY, "Hz", (48.72, 51.27, 0.01)),
        },
    ),
    "IEC": ChannelKind(
        type="POWERMETER_IEC1",
        parameters={
            "BOOT": _bool(_ENERGY),
            "ENERGY_COUNTER": _float(_ENERGY, "Wh", (0.0, 838860.7, 0.1)),
            "POWER": _float(_ENERGY, "W", (0.0, 167772.15, 0.01)),
            "GAS_ENERGY_COUNTER": _float(_ENERGY, "m3", (0.0, 2147483.647, 0.001)),
            "GAS_POWER": _float(_ENERGY, "m3", (0.0, 16777.215, 0.001)),
            "IEC_ENERGY_COUNTER": _float(_ENERGY, "kWh", (0.0, 109951162.7775, 0.0001)),
            "IEC_POWER": _float(_ENERGY, "W", (-21474836.48, 21474836.47, 0.01)),
        },
    ),
    "SIREN": ChannelKind(
        type="SWITCH",
        parameters={
            **_SWITCH,
            "ERROR_POWER": _bool(_SAFETY),
            "ERROR_SABOTAGE": _SABOTAGE,
            "ERROR_BATTERY": _bool(_SAFETY),
        },
    ),
    "ARMING": ChannelKind(type="ARMING", parameters={"ARMSTATE": _enum(_SAFETY, ARM_STATES, writable=True)}),
    "SIGNAL": ChannelKind(type="SIGNAL_CHIME", parameters=_SWITCH),
    "LED": ChannelKind(
        type="KEY", parameters={**_KEY, "LED_STATUS": _enum(_ACTUATOR, LED_STATES, writable=True)}
    ),
    "RT": ChannelKind(
        type="CLIMATECONTROL_RT_TRANSCEIVER",
        parameters={
            **_THERMOSTAT,
            "VALVE_STATE": _integer(_CLIMATE, "%", 0, 100),
            "FAULT_REPORTING": _enum(DataCategory.ERROR, RT_FAULTS),
        },
    ),
    "IT": ChannelKind(
        type="THERMALCONTROL_TRANSMIT",
        parameters={
            **_THERMOSTAT,
            "ACTUAL_HUMIDITY": _HUMIDITY,
            "COMMUNICATION_REPORTING": _bool(DataCategory.ERROR),
            "WINDOW_OPEN_REPORTING": _bool(_PRESENCE),
        },
    ),
    "REGULATOR": ChannelKind(
        type="CLIMATECONTROL_REGULATOR",
        parameters={"SETPOINT": _float(_CLIMATE, "°C", (6.0, 30.0, 0.5), writable=True)},
    ),
    "VALVE_DRIVE": ChannelKind(
        type="CLIMATECONTROL_VENT_DRIVE",
        parameters={
            "VALVE_STATE": _float(_CLIMATE, "%", (0.0, 99.5, 0.5)),
            "ERROR": _enum(
                DataCategory.ERROR,
                (
                    "NO_ERROR",
                    "VALVE_DRIVE_BLOCKED",
                    "VALVE_DRIVE_LOOSE",
                    "ADJUSTING_RANGE_TO_SMALL",
                    "LOWBAT",
                    "5",
                    "6",
                    "7",
                ),
            ),
        },
    ),
    "RECEIVER": ChannelKind(type="CLIMATECONTROL_RECEIVER", parameters={}),
    "WINDOW": ChannelKind(type="WINDOW_SWITCH_RECEIVER", parameters={}),
    "REMOTE": ChannelKind(type="REMOTECONTROL_RECEIVER", parameters={}),
    "EVENT": ChannelKind(
        type="SWITCH_TRANSMIT", parameters={"DECISION_VALUE": _integer(_CLIMATE, None, 0, 255)}
    ),
}


def kind(name: str) -> ChannelKind:
    """The kind of this name.

    Raises:
        KeyError: the model table names a kind that is not here.
    """
    return _KINDS[name]
