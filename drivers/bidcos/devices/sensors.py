"""Kinds of channels that notice, measure or are pressed, as data.

Source: docs/protocols/bidcos.md, "Device classes".
"""

from collections.abc import Mapping

from privacy.vocabulary import DataCategory

from .kind import ChannelKind
from .parameters import (
    CLIMATE,
    ENERGY,
    HUMIDITY,
    PRESENCE,
    SABOTAGE,
    SAFETY,
    TEMPERATURE,
    Parameters,
    boolean,
    choice,
    error,
    integer,
    order,
    press,
    real,
)

HANDLE_STATES = ("CLOSED", "TILTED", "OPEN")
WATER_STATES = ("DRY", "WET", "WATER")
CO2_STATES = ("LEVEL_NORMAL", "LEVEL_ADDED", "LEVEL_ADDED_STRONG")

KEY: Parameters = {
    "PRESS_SHORT": press(),
    "PRESS_LONG": press(),
    "PRESS_LONG_RELEASE": press(),
    "PRESS_CONT": press(),
}
_TEAM_CALLS: Parameters = {"TEST_ALARM": order(SAFETY), "ALL_CLEAR": order(SAFETY)}
_MOTION: Parameters = {
    "MOTION": boolean(PRESENCE),
    "BRIGHTNESS": integer(PRESENCE, None, 0, 255),
    "NEXT_TRANSMISSION": integer(DataCategory.RADIO, "s", 0, 491520),
}
_DECISION: Parameters = {"DECISION_VALUE": integer(ENERGY, None, 0, 255)}
_AIR: Parameters = {"TEMPERATURE": TEMPERATURE, "HUMIDITY": HUMIDITY}
_POWER: Parameters = {
    "BOOT": boolean(ENERGY),
    "ENERGY_COUNTER": real(ENERGY, "Wh", (0.0, 838860.7, 0.1)),
    "POWER": real(ENERGY, "W", (0.0, 167772.15, 0.01)),
}
_IEC: Parameters = {
    "IEC_ENERGY_COUNTER": real(ENERGY, "kWh", (0.0, 109951162.7775, 0.0001)),
    "IEC_POWER": real(ENERGY, "W", (-21474836.48, 42949672.95, 0.01)),
}

SENSORS: Mapping[str, ChannelKind] = {
    "KEY": ChannelKind(type="KEY", family="KEY", parameters=KEY),
    "CENTRAL_KEY": ChannelKind(type="CENTRAL_KEY", family="KEY", parameters=KEY),
    "DOORBELL": ChannelKind(
        type="KEY", family="KEY", parameters={"PRESS_SHORT": press(), "PRESS_CONT": press()}
    ),
    "TIMER_KEY": ChannelKind(type="KEY", family="KEY", parameters={"PRESS_SHORT": press()}),
    "ECO_KEY": ChannelKind(type="ecoKEY", family="KEY", parameters={"PRESS_SHORT": press()}),
    "INPUT_KEY": ChannelKind(type="SWITCH_INTERFACE", family="KEY", parameters={"PRESS": press()}),
    "PULSE": ChannelKind(type="PULSE_SENSOR", family="KEY", parameters={"SEQUENCE_OK": press()}),
    "INPUT": ChannelKind(type="KEY", family="INPUT", parameters={**KEY, "STATE": boolean(PRESENCE)}),
    "INPUT_BYTE": ChannelKind(
        type="MOD_EM8BIT_TRANSMITTER",
        family="INPUT_BYTE",
        parameters={"STATE": integer(PRESENCE, None, 0, 255)},
    ),
    "CONTACT": ChannelKind(
        type="SHUTTER_CONTACT", family="CONTACT", parameters={"STATE": boolean(PRESENCE), "ERROR": SABOTAGE}
    ),
    "INPUT_CONTACT": ChannelKind(
        type="SHUTTER_CONTACT", family="CONTACT", parameters={"STATE": boolean(PRESENCE)}
    ),
    "HANDLE": ChannelKind(
        type="ROTARY_HANDLE_SENSOR",
        family="HANDLE",
        parameters={"STATE": choice(PRESENCE, HANDLE_STATES), "ERROR": SABOTAGE},
    ),
    "TILT": ChannelKind(type="TILT_SENSOR", family="TILT", parameters={"STATE": boolean(PRESENCE)}),
    "WATER": ChannelKind(
        type="WATERDETECTIONSENSOR", family="WATER", parameters={"STATE": choice(SAFETY, WATER_STATES)}
    ),
    "CO2": ChannelKind(
        type="SENSOR_FOR_CARBON_DIOXIDE", family="CO2", parameters={"STATE": choice(CLIMATE, CO2_STATES)}
    ),
    "FILLING": ChannelKind(
        type="CAPACITIVE_FILLING_LEVEL_SENSOR",
        family="FILLING",
        parameters={"FILLING_LEVEL": integer(DataCategory.HOUSEHOLD, "%", 0, 100)},
    ),
    "FILLING_KIT": ChannelKind(
        type="KFM_SENSOR",
        family="FILLING_KIT",
        parameters={"RAW_VALUE": integer(DataCategory.HOUSEHOLD, None, -639, 1408)},
    ),
    "RAIN": ChannelKind(
        type="RAINDETECTOR", family="RAIN", parameters={"STATE": choice(CLIMATE, ("DRY", "RAIN"))}
    ),
    "MOTION": ChannelKind(type="MOTION_DETECTOR", family="MOTION", parameters=_MOTION),
    "GUARD_MOTION": ChannelKind(
        type="MOTION_DETECTOR", family="MOTION", parameters={**_MOTION, "ERROR": SABOTAGE}
    ),
    "LUX": ChannelKind(
        type="LUXMETER", family="LUX", parameters={"LUX": real(CLIMATE, "Lux", (0.0, 200000.0, 0.01))}
    ),
    "SMOKE": ChannelKind(
        type="SMOKE_DETECTOR", family="SMOKE", parameters={"STATE": boolean(SAFETY), **_TEAM_CALLS}
    ),
    "SIGNED_SMOKE": ChannelKind(
        type="SMOKE_DETECTOR",
        family="SMOKE",
        parameters={
            "STATE": boolean(SAFETY),
            **_TEAM_CALLS,
            "ERROR_ALARM_TEST": choice(SAFETY, ("NO_ERROR", "ALARM_TEST_FAILED")),
            "ERROR_SMOKE_CHAMBER": choice(SAFETY, ("NO_ERROR", "DEGRADED_SMOKE_CHAMBER")),
        },
    ),
    "CLIMATE": ChannelKind(type="WEATHER", family="WEATHER", parameters=_AIR),
    "CLIMATE_TRANSMIT": ChannelKind(
        type="WEATHER_TRANSMIT",
        family="WEATHER",
        parameters={**_AIR, "TEMPERATURE": real(CLIMATE, "°C", (-10.0, 50.0, 0.1))},
    ),
    "CLIMATE_PRESSURE": ChannelKind(
        type="WEATHER",
        family="WEATHER",
        parameters={**_AIR, "AIR_PRESSURE": integer(CLIMATE, "hPa", 500, 1100)},
        tells_low_battery=True,
    ),
    "THERMOMETER": ChannelKind(type="WEATHER", family="WEATHER", parameters={"TEMPERATURE": TEMPERATURE}),
    "TEMPERATURE": ChannelKind(
        type="WEATHER",
        family="TEMPERATURE",
        parameters={"TEMPERATURE": real(CLIMATE, "°C", (-150.0, 150.0, 0.1))},
    ),
    "WEATHER_STATION": ChannelKind(
        type="WEATHER",
        family="WEATHER",
        parameters={
            **_AIR,
            "RAINING": boolean(CLIMATE),
            "RAIN_COUNTER": real(CLIMATE, "mm", (0.0, 9666.265, 0.295)),
            "WIND_SPEED": real(CLIMATE, "km/h", (0.0, 1638.3, 0.1)),
            "WIND_DIRECTION": integer(CLIMATE, "degree", 0, 355),
            "WIND_DIRECTION_RANGE": integer(CLIMATE, "degree", 0, 67),
            "SUNSHINEDURATION": integer(CLIMATE, None, 0, 255),
            "BRIGHTNESS": integer(CLIMATE, None, 0, 255),
        },
    ),
    "STATION_SENSOR": ChannelKind(type="WS_TH", parameters={}),
    "STATION_COMBINED": ChannelKind(type="WS_CS", parameters={}),
    "WINDOW_SENSOR": ChannelKind(type="SENSOR_WINDOW", parameters={}),
    "SOIL": ChannelKind(
        type="SENSOR",
        family="SOIL",
        parameters={
            "LOWBAT_SENSOR": boolean(DataCategory.DEVICE),
            "HUMIDITY": integer(CLIMATE, None, 0, 7),
            "FAULT_REPORTING": error(
                "SENSOR_NO_ERROR",
                "SENSOR_ERROR_CONNECTION_INTERRUPT",
                "SENSOR_WARNING_SEARCH_RUN_SHORT",
                "SENSOR_WARNING_SEARCH_RUN_LONG",
                category=DataCategory.ERROR,
            ),
        },
    ),
    "POWER": ChannelKind(
        type="POWERMETER",
        family="POWER",
        parameters={
            **_POWER,
            "CURRENT": real(ENERGY, "mA", (0.0, 65535.0, 1.0)),
            "VOLTAGE": real(ENERGY, "V", (0.0, 6553.5, 0.1)),
            "FREQUENCY": real(ENERGY, "Hz", (48.72, 51.27, 0.01)),
        },
    ),
    "METER": ChannelKind(
        type="POWERMETER_IEC1",
        family="METER",
        parameters={
            **_POWER,
            "GAS_ENERGY_COUNTER": real(ENERGY, "m3", (0.0, 2147483.647, 0.001)),
            "GAS_POWER": real(ENERGY, "m3", (0.0, 16777.215, 0.001)),
            **_IEC,
        },
    ),
    "METER_2": ChannelKind(type="POWERMETER_IEC2", family="METER_2", parameters=_IEC),
    "POWER_CONDITION": ChannelKind(type="CONDITION_POWER", family="EVENT", parameters=_DECISION),
    "CURRENT_CONDITION": ChannelKind(type="CONDITION_CURRENT", family="EVENT", parameters=_DECISION),
    "VOLTAGE_CONDITION": ChannelKind(type="CONDITION_VOLTAGE", family="EVENT", parameters=_DECISION),
    "FREQUENCY_CONDITION": ChannelKind(type="CONDITION_FREQUENCY", family="EVENT", parameters=_DECISION),
}
