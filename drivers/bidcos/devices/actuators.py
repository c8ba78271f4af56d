"""Kinds of channels that move, switch, lock or light something, as data.

Source: docs/protocols/bidcos.md, "Device classes", "Class commands".
"""

from collections.abc import Mapping

from privacy.vocabulary import DataCategory

from .kind import ChannelKind
from .parameters import (
    ACTUATOR,
    CLIMATE,
    DIRECTION,
    INHIBIT,
    LEVEL,
    ON_TIME,
    PRESENCE,
    RAMP_TIME,
    RELOCK_DELAY,
    SAFETY,
    WORKING,
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

_SWITCH: Parameters = {
    "STATE": boolean(ACTUATOR, writable=True),
    "ON_TIME": ON_TIME,
    "INHIBIT": INHIBIT,
    "WORKING": WORKING,
}
_DIMMER: Parameters = {
    "LEVEL": LEVEL,
    "OLD_LEVEL": order(ACTUATOR),
    "RAMP_TIME": RAMP_TIME,
    "ON_TIME": ON_TIME,
    "RAMP_STOP": order(ACTUATOR),
    "INHIBIT": INHIBIT,
    "WORKING": WORKING,
    "DIRECTION": DIRECTION,
}
_LEVEL_REAL: Parameters = {"LEVEL_REAL": real(ACTUATOR, "", (0.0, 1.0, 0.005))}
_WARM: Parameters = {"ERROR_REDUCED": boolean(SAFETY), "ERROR_OVERHEAT": boolean(SAFETY)}
_LOADED: Parameters = {**_WARM, "ERROR_OVERLOAD": boolean(SAFETY)}
_LOAD = error("NO_ERROR", "1", "2", "LOAD_FAILURE")
_BLIND: Parameters = {
    "LEVEL": LEVEL,
    "STOP": order(ACTUATOR),
    "INHIBIT": INHIBIT,
    "WORKING": WORKING,
    "DIRECTION": DIRECTION,
}
_SLATS = real(
    ACTUATOR, "", (0.0, 1.0, 0.005), writable=True, special={"OLD_LEVEL": 1.005, "NO_MODIFICATION": 1.01}
)
_WINDOW: Parameters = {
    "LEVEL": real(PRESENCE, "", (0.0, 1.0, 0.005), writable=True, special={"LOCKED": -0.005}),
    "STOP": order(PRESENCE),
    "STATE_UNCERTAIN": boolean(PRESENCE),
    "DIRECTION": DIRECTION,
    "WORKING": WORKING,
    "INHIBIT": INHIBIT,
    "ERROR": error("NO_ERROR", "MOTOR_TURN_ERROR", "MOTOR_TILT_ERROR"),
}
_BYTE = integer(ACTUATOR, None, 0, 255, writable=True)
_COLOUR_TIMES: Parameters = {
    "ON_TIME": ON_TIME,
    "RAMP_TIME": RAMP_TIME,
    "INHIBIT": INHIBIT,
    "ON_TIME_STORE": ON_TIME,
    "RAMP_TIME_STORE": RAMP_TIME,
    "ACT_BRIGHTNESS_STORE": told(_BYTE),
}
_BRIGHTNESS: Parameters = {**_DIMMER, **_LEVEL_REAL, **_WARM}
_WHITE: Parameters = {**_DIMMER, **_LEVEL_REAL}

ACTUATORS: Mapping[str, ChannelKind] = {
    "SWITCH": ChannelKind(type="SWITCH", family="SWITCH", parameters=_SWITCH),
    "RAIN_HEATER": ChannelKind(
        type="RAINDETECTOR_HEAT",
        family="SWITCH",
        parameters={**_SWITCH, "STATE": boolean(CLIMATE, writable=True)},
    ),
    "INDICATOR": ChannelKind(type="STATUS_INDICATOR", family="SWITCH", parameters=_SWITCH),
    "DOOR_DRIVE": ChannelKind(
        type="DDC",
        family="DOOR_DRIVE",
        parameters={"STATE": order(PRESENCE), "INHIBIT": INHIBIT, "WORKING": WORKING},
    ),
    "SPRINKLER": ChannelKind(
        type="SWITCH",
        family="SPRINKLER",
        parameters={
            **_SWITCH,
            "CONTROL_MODE": choice(ACTUATOR, ("AUTO-MODE", "MANU-MODE", "HOLIDAY-MODE", "INACTIVE-MODE")),
            "FAULT_REPORTING": error(
                "VALVE_NO_ERROR",
                "VALVE_ERROR_ENGINE_BLOCKED",
                "VALVE_ERROR_ENGINE_NOT_CONNECTED",
                "VALVE_ERROR_ENGINE_HARDWARE",
                category=DataCategory.ERROR,
            ),
            "AUTO_MODE": order(ACTUATOR),
            "MANU_MODE": order(ACTUATOR),
            "HOLIDAY_MODE": order(ACTUATOR),
            "INACTIVE_MODE": order(ACTUATOR),
        },
    ),
    "DIMMER": ChannelKind(type="DIMMER", family="DIMMER", parameters={**_DIMMER, **_LEVEL_REAL, **_LOADED}),
    "DIMMER_T": ChannelKind(type="DIMMER", family="DIMMER", parameters={**_DIMMER, **_LOADED}),
    "DIMMER_L": ChannelKind(
        type="DIMMER",
        family="DIMMER",
        parameters={**_DIMMER, "ERROR": _LOAD},
    ),
    "DIMMER_LV": ChannelKind(type="DIMMER", family="DIMMER", parameters={**_WHITE, "ERROR": _LOAD}),
    "VIRTUAL_DIMMER_LV": ChannelKind(
        type="VIRTUAL_DIMMER", family="DIMMER", parameters={**_WHITE, "ERROR": _LOAD}
    ),
    "DIMMER_PWM": ChannelKind(type="DIMMER", family="DIMMER", parameters=_BRIGHTNESS),
    "VIRTUAL_DIMMER_PWM": ChannelKind(type="VIRTUAL_DIMMER", family="DIMMER", parameters=_BRIGHTNESS),
    "OUTPUT": ChannelKind(type="DIMMER", family="DIMMER", parameters=_WHITE),
    "VIRTUAL_OUTPUT": ChannelKind(type="VIRTUAL_DIMMER", family="DIMMER", parameters=_WHITE),
    "VIRTUAL_DIMMER": ChannelKind(
        type="VIRTUAL_DIMMER", family="DIMMER", parameters={**_DIMMER, **_LEVEL_REAL, **_LOADED}
    ),
    "WHITE_BRIGHTNESS": ChannelKind(type="DUAL_WHITE_BRIGHTNESS", family="DIMMER", parameters=_BRIGHTNESS),
    "WHITE_COLOUR": ChannelKind(type="DUAL_WHITE_COLOR", family="DIMMER", parameters=_WHITE),
    "VIRTUAL_WHITE_BRIGHTNESS": ChannelKind(
        type="VIRTUAL_DUAL_WHITE_BRIGHTNESS", family="DIMMER", parameters=_BRIGHTNESS
    ),
    "VIRTUAL_WHITE_COLOUR": ChannelKind(type="VIRTUAL_DUAL_WHITE_COLOR", family="DIMMER", parameters=_WHITE),
    "COLOUR_DIMMER": ChannelKind(type="DIMMER", family="DIMMER", parameters=_DIMMER),
    "COLOUR": ChannelKind(
        type="RGBW_COLOR",
        family="COLOUR",
        parameters={"COLOR": _BYTE, **_COLOUR_TIMES, "ACT_HSV_COLOR_VALUE_STORE": told(_BYTE)},
    ),
    "COLOUR_PROGRAM": ChannelKind(
        type="RGBW_AUTOMATIC",
        family="COLOUR",
        parameters={
            "PROGRAM": _BYTE,
            **_COLOUR_TIMES,
            "ACT_MIN_BORDER_STORE": told(_BYTE),
            "ACT_MAX_BORDER_STORE": told(_BYTE),
            "ACT_COLOR_PROGRAM_STORE": told(_BYTE),
        },
    ),
    "BLIND": ChannelKind(type="BLIND", family="BLIND", parameters=_BLIND),
    "JALOUSIE": ChannelKind(
        type="JALOUSIE",
        family="JALOUSIE",
        parameters={
            **_BLIND,
            "LEVEL": _SLATS,
            "LEVEL_SLATS": _SLATS,
            "WORKING_SLATS": WORKING,
            "DIRECTION_SLATS": DIRECTION,
            "LEVEL_COMBINED": words(ACTUATOR),
        },
    ),
    "KEYMATIC": ChannelKind(
        type="KEYMATIC",
        family="KEYMATIC",
        parameters={
            "STATE": boolean(PRESENCE, writable=True),
            "OPEN": order(PRESENCE),
            "RELOCK_DELAY": RELOCK_DELAY,
            "STATE_UNCERTAIN": boolean(PRESENCE),
            "DIRECTION": DIRECTION,
            "INHIBIT": INHIBIT,
            "ERROR": error("NO_ERROR", "CLUTCH_FAILURE", "MOTOR_ABORTED"),
        },
    ),
    "WINMATIC": ChannelKind(
        type="WINMATIC",
        family="WINMATIC",
        parameters={
            **_WINDOW,
            "RELOCK_DELAY": RELOCK_DELAY,
            "SPEED": told(real(PRESENCE, "", (0.0, 1.0, 0.005))),
        },
    ),
    "ROOF_WINDOW": ChannelKind(type="WINDOW", family="ROOF_WINDOW", parameters=_WINDOW),
    "WINDOW_ACTUATOR": ChannelKind(type="ACTOR_WINDOW", parameters={}),
    "SECURITY_ACTUATOR": ChannelKind(type="ACTOR_SECURITY", parameters={}),
    "AKKU": ChannelKind(
        type="AKKU",
        family="AKKU",
        parameters={
            "LEVEL": real(DataCategory.DEVICE, "", (0.0, 1.0, 0.005)),
            "STATUS": choice(DataCategory.DEVICE, ("TRICKLE_CHARGE", "CHARGE", "DISCHARGE", "STATE_UNKNOWN")),
        },
    ),
}
