"""Kinds of channels that call for attention: sirens, chimes, lights, displays, as data.

Source: docs/protocols/bidcos.md, "Class commands".
"""

from collections.abc import Mapping

from privacy.vocabulary import DataCategory

from .kind import ChannelKind
from .parameters import (
    ACTUATOR,
    INHIBIT,
    ON_TIME,
    SAFETY,
    WORKING,
    Parameters,
    boolean,
    choice,
    integer,
    order,
    press,
    told,
    words,
)
from .sensors import KEY

ARM_STATES = ("DISARMED", "EXTSENS_ARMED", "ALLSENS_ARMED", "ALARM_BLOCKED")
LED_STATES = ("OFF", "RED", "GREEN", "ORANGE")
SYMBOLS = (
    "BULB",
    "SWITCH",
    "WINDOW",
    "DOOR",
    "BLIND",
    "SCENE",
    "PHONE",
    "BELL",
    "CLOCK",
    "ARROW_UP",
    "ARROW_DOWN",
)
_SIGNAL: Parameters = {
    "STATE": boolean(ACTUATOR, writable=True),
    "ON_TIME": ON_TIME,
    "INHIBIT": INHIBIT,
    "WORKING": WORKING,
}
_MELODY: Parameters = {**_SIGNAL, "SUBMIT": words(ACTUATOR)}
_TAMPER = choice(SAFETY, ("NO_ERROR", "SABOTAGE"))
_SIREN: Parameters = {**_SIGNAL, "ERROR_SABOTAGE": _TAMPER}
_COUNT = told(integer(DataCategory.HOUSEHOLD, None, 0, 255))

SIGNALS: Mapping[str, ChannelKind] = {
    "ALARM_ACTUATOR": ChannelKind(
        type="ALARMACTUATOR",
        family="SWITCH",
        parameters={
            **_SIREN,
            "ERROR_POWER": choice(SAFETY, ("NO_ERROR", "POWER_FAILURE")),
            "ERROR_BATTERY": choice(SAFETY, ("NO_ERROR", "BATTERY_DEFECT")),
        },
        tells_low_battery=True,
    ),
    "SIREN_SENSOR": ChannelKind(type="SWITCH_SENSOR", family="SWITCH", parameters=_SIREN),
    "SIREN_PANIC": ChannelKind(type="SWITCH_PANIC", family="SWITCH", parameters=_SIREN),
    "ARMING": ChannelKind(
        type="ARMING",
        family="ARMING",
        parameters={
            "ARMSTATE": choice(SAFETY, ARM_STATES, writable=True),
            "ON_TIME": ON_TIME,
            "INHIBIT": INHIBIT,
            "WORKING": WORKING,
            "ERROR_SABOTAGE": _TAMPER,
        },
    ),
    "SIGNAL_LED": ChannelKind(type="SIGNAL_LED", family="SWITCH", parameters=_SIGNAL),
    "SIGNAL_CHIME": ChannelKind(type="SIGNAL_CHIME", family="SWITCH", parameters=_SIGNAL),
    "MELODY_LED": ChannelKind(type="SIGNAL_LED", family="MELODY_LED", parameters=_MELODY),
    "MELODY_CHIME": ChannelKind(type="SIGNAL_CHIME", family="MELODY_CHIME", parameters=_MELODY),
    "LED": ChannelKind(
        type="KEY",
        family="LED",
        parameters={
            "PRESS_SHORT": press(),
            "LED_STATUS": choice(ACTUATOR, LED_STATES, writable=True),
            "ALL_LEDS": words(ACTUATOR),
            "LED_SLEEP_MODE": told(choice(ACTUATOR, ("OFF", "ON"))),
        },
    ),
    "REMOTE_DISPLAY": ChannelKind(
        type="DISPLAY",
        family="REMOTE_DISPLAY",
        parameters={
            "TEXT": words(DataCategory.HOUSEHOLD),
            **dict.fromkeys(SYMBOLS, order(DataCategory.HOUSEHOLD)),
            "UNIT": told(
                choice(DataCategory.HOUSEHOLD, ("NONE", "PERCENT", "WATT", "CELSIUS", "FAHRENHEIT"))
            ),
            "BEEP": told(choice(DataCategory.HOUSEHOLD, ("NONE", "TONE1", "TONE2", "TONE3"))),
            "BACKLIGHT": told(choice(DataCategory.HOUSEHOLD, ("OFF", "ON", "BLINK_SLOW", "BLINK_FAST"))),
            "SUBMIT": order(DataCategory.HOUSEHOLD),
            "ALARM_COUNT": _COUNT,
            "SERVICE_COUNT": _COUNT,
        },
    ),
    "DISPLAY_KEY": ChannelKind(
        type="KEY", family="DISPLAY", parameters={**KEY, "SUBMIT": words(DataCategory.HOUSEHOLD)}
    ),
    "DISPLAY_LINES": ChannelKind(
        type="KEY", family="DISPLAY", parameters={"SUBMIT": words(DataCategory.HOUSEHOLD)}
    ),
    "DISPLAY_TEXT": ChannelKind(type="KEY", parameters={}),
    "REPEATER": ChannelKind(type="REPEATER", parameters={}),
    "ALARM_CONTROL": ChannelKind(type="ALARM_CONTROL", parameters={}),
}
