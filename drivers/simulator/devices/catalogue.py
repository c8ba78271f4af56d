"""Which devices a simulated home has, and what each model of the device table is made of. Data and look-up.

A channel's kind says which class plays it, which registers it has, and what a new link holds. A kind that is
not here is a channel that says nothing. The packaged home is TWELVE, then more of the common ones.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from drivers.bidcos.devices import (
    Model,
    factory_link_registers,
    factory_registers,
    link_lists,
    model_by_code,
    model_by_name,
    models,
    reporting,
)

from ..air import Air
from . import key, lock, motion, power_meter, sensor, smoke, switch, thermostat, valve, weather_sensor
from .blind import Blind, Jalousie
from .blueprint import Blueprint
from .channel import Channel
from .device import Device
from .dimmer import Colour, Dimmer
from .links import ACTION, dimmer_link_defaults, link_defaults
from .memory import ListId, Registers
from .repeater import Repeater
from .setpoint import week_list
from .stars import STARS
from .surface import OwnDevice, Surroundings

ADDRESS_BASE = 0x510000  # ours; not the range of real centrals or adapters
SIGN, STATUS = {0x08: 0x00}, {0x08: 0x00, 0x57: 0x24}
# of the other side of a new link: a single key, the upper one of a pair, the lower one
BUTTONS: tuple[Literal["AB", "A", "B"], ...] = ("AB", "A", "B")
SENDING: Registers = {0x01: 0x00}  # list 4 of a new link: no burst, no signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """How one kind of channel is played.

    registers: its list 1 where the table says nothing of it. weeks: the same of its week programs.
    link: list 3 of a new link where the table leaves it without an action; None: the table's, or list 4.
    livelier: registers of list 1 that differ from the factory's, so that something happens in a demo.
    """

    play: Callable[[OwnDevice, int], Channel]
    registers: Registers = field(default_factory=lambda: dict(SIGN))
    weeks: tuple[int, ...] = ()
    link: Callable[[], Registers] | None = None
    livelier: Registers = field(default_factory=dict)


_SWITCH = Part(play=switch.Switch, registers=STATUS, link=link_defaults)
_DIMMER = Part(play=Dimmer, registers=STATUS, link=dimmer_link_defaults)
_RUNNING_TIMES = {0x0B: 0, 0x0C: 200, 0x0D: 0, 0x0E: 200}  # 20 s instead of 50 s
_RECEIVER = Part(play=thermostat.TeamReceiver)
_WINDOW = Part(play=thermostat.WindowReceiver)
_SIGNAL = Part(play=switch.Signal, registers=STATUS, link=link_defaults)
PARTS: Mapping[str, Part] = {
    "SWITCH": _SWITCH,
    "DIMMER": _DIMMER,
    "VIRTUAL_DIMMER": _DIMMER,
    "COLOUR": Part(play=Colour, registers=STATUS, link=dimmer_link_defaults),
    "SPRINKLER": Part(play=switch.TimedSwitch, registers=STATUS, link=link_defaults),
    "BLIND": Part(play=Blind, registers=STATUS, link=link_defaults, livelier=_RUNNING_TIMES),
    "JALOUSIE": Part(play=Jalousie, registers=STATUS, link=link_defaults, livelier=_RUNNING_TIMES),
    "KEY": Part(play=key.Key, registers={0x04: 0x10, 0x08: 0}),
    "DISPLAY": Part(play=key.Display),
    "DISPLAY_KEY": Part(play=key.DisplayKey, registers={0x04: 0x10, 0x08: 0}),
    "LED": Part(play=key.Led, link=link_defaults),
    "CONTACT": Part(play=sensor.Contact, registers={0x08: 0, 0x20: 0x60, 0x21: 0}),
    "HANDLE": Part(play=sensor.Handle),
    "TILT": Part(play=sensor.Tilt),
    "WATER": Part(play=sensor.Water),
    "CO2": Part(play=sensor.CarbonDioxide),
    "RAIN": Part(play=sensor.Rain),
    "INPUT_BYTE": Part(play=sensor.ByteInput),
    "FILLING": Part(play=sensor.Filling),
    "FILLING_KIT": Part(play=weather_sensor.FillingKit),
    "MOTION": Part(play=motion.Motion, livelier={0x02: 0x70}),  # 15 s instead of 240 s between events
    "LUX": Part(play=weather_sensor.LightSensor),
    "SMOKE": Part(play=smoke.Smoke),
    "CLIMATE": Part(play=weather_sensor.WeatherSensor),
    "CLIMATE_PRESSURE": Part(play=weather_sensor.PressureSensor),
    "TEMPERATURE": Part(play=weather_sensor.Thermometers),
    "WEATHER_STATION": Part(play=weather_sensor.WeatherStation),
    "KEYMATIC": Part(play=lock.Keymatic, registers=STATUS, link=link_defaults),
    "WINMATIC": Part(play=lock.Winmatic, registers=STATUS, link=link_defaults),
    "AKKU": Part(play=lock.Accumulator),
    "POWER": Part(play=power_meter.PowerMeter),
    "IEC": Part(play=power_meter.OpticalReader),
    "SIREN": _SIGNAL,
    "SIGNAL": _SIGNAL,
    "ARMING": Part(play=switch.Arming, registers=STATUS),
    "RT": Part(play=thermostat.Thermostat, weeks=(7,), link=link_defaults),
    "RT_BOM": Part(play=thermostat.BayThermostat, weeks=(7,)),
    "IT": Part(play=thermostat.WallThermostat, weeks=(7, 8, 9), link=link_defaults),
    "RECEIVER": _RECEIVER,
    "REMOTE": _RECEIVER,
    "WINDOW": _WINDOW,
    "REGULATOR": Part(play=valve.Regulator),
    "VALVE_DRIVE": Part(play=valve.ValveDrive, link=link_defaults),
}
# kinds that differ in what a hub may say and read, but are played alike
PLAYED_AS: Mapping[str, str] = {
    **dict.fromkeys(("RAIN_HEATER", "INDICATOR", "DOOR_DRIVE"), "SWITCH"),
    **dict.fromkeys(("DIMMER_L", "DIMMER_T", "OUTPUT", "COLOUR_DIMMER"), "DIMMER"),
    **dict.fromkeys(("WHITE_BRIGHTNESS", "WHITE_COLOUR"), "DIMMER"),
    "COLOUR_PROGRAM": "COLOUR",
    **dict.fromkeys(("VIRTUAL_WHITE_BRIGHTNESS", "VIRTUAL_WHITE_COLOUR"), "DIMMER"),
    **dict.fromkeys(("DIMMER_LV", "VIRTUAL_DIMMER_LV", "DIMMER_PWM", "VIRTUAL_DIMMER_PWM"), "DIMMER"),
    "VIRTUAL_OUTPUT": "DIMMER",
    **dict.fromkeys(("CENTRAL_KEY", "DOORBELL", "TIMER_KEY", "ECO_KEY", "INPUT_KEY", "PULSE"), "KEY"),
    "INPUT": "KEY",
    **dict.fromkeys(("REMOTE_DISPLAY", "DISPLAY_LINES"), "DISPLAY"),
    **dict.fromkeys(("ALARM_ACTUATOR", "SIREN_SENSOR", "SIREN_PANIC"), "SIREN"),
    **dict.fromkeys(("SIGNAL_LED", "SIGNAL_CHIME", "MELODY_LED", "MELODY_CHIME"), "SIGNAL"),
    **dict.fromkeys(("WEATHER_RECEIVER", "CLIMATE_RECEIVER", "TEAM_RECEIVER"), "RECEIVER"),
    "ROOF_WINDOW": "BLIND",
    "INPUT_CONTACT": "CONTACT",
    "GUARD_MOTION": "MOTION",
    "SIGNED_SMOKE": "SMOKE",
    "THERMOMETER": "CLIMATE",
    "METER": "IEC",
    "METER_2": "IEC",
}
# where the device as a whole makes a channel another: class of the table and kind
IN_CLASS: Mapping[tuple[str, str], Part] = {
    ("P", "SWITCH"): Part(play=power_meter.MeasuredSwitch, registers=STATUS, link=link_defaults),
    ("SD2", "SMOKE"): Part(play=smoke.SignedSmoke),
    ("TC", "CLIMATE"): Part(play=Channel),  # its regulator tells the room
    ("TC", "WINDOW"): Part(play=valve.WindowOfRegulator, link=link_defaults),
    ("WS", "CLIMATE"): Part(play=Channel),  # sensors of its own that are not part of it
}
SILENT = Part(play=Channel)
# device class byte of the device info, by class of the table; channel count in the next
CLASS_BYTES: Mapping[str, int] = {
    "S": 0x10, "SB": 0x10, "P": 0x51, "PT": 0x51, "D": 0x20, "DR": 0x20, "B": 0x30, "J": 0x30, "K": 0x40,
    "MK": 0x81, "C": 0x80, "R": 0x80, "T": 0x80, "W": 0x80, "CO2": 0x80, "F": 0x80, "RD": 0x41, "M": 0x81,
    "TH": 0x70, "KS": 0x70, "WS": 0x70, "OT2": 0x70, "LUX": 0x70, "SD": 0xCD, "SD2": 0xCD, "RT": 0x59,
    "TCIT": 0x58, "TC": 0x39, "VD": 0x58, "KM": 0xC0, "WM": 0xC1, "SIR": 0x12, "CH": 0x12, "LED": 0x12,
    "KFM": 0x60, "X": 0x01,
}  # fmt: skip
ALWAYS_SIGNS = frozenset({"KM", "WM"})
REPEATERS = frozenset({0x0076})
FIRMWARE = 0x18
FIRMWARES: Mapping[int, int] = {
    0x00A1: 0x25, 0x0009: 0x19, 0x006C: 0x13, 0x0057: 0x14, 0x0005: 0x24, 0x00AD: 0x11, 0x0095: 0x14,
    0x00C7: 0x10, 0x00C0: 0x16, 0x00D4: 0x12, 0x003D: 0x13, 0x003F: 0x11, 0x00AA: 0x10, 0x00AC: 0x16,
}  # fmt: skip
PEERS_MAX: Mapping[str, int] = {"RT": 8, "TCIT": 8, "REP": 0, "KM": 20, "SIR": 10, "VD": 1}
MAX_NAME = "a name or four hex digits of docs/protocols/bidcos.md's model table, or: stars"

TWELVE = (
    "HM-LC-Sw1-Pl-2", "HM-LC-Dim1T-Pl", "HM-LC-Bl1-FM", "HM-TC-IT-WM-W-EU", "HM-CC-RT-DN", "HM-Sec-SCo",
    "HM-Sec-MDIR-2", "HM-RC-4-3", "HM-WDS10-TH-O", "HM-Sec-SD-2", "HM-ES-PMSw1-Pl", "HM-LC-Sw1-Ba-PCB",
)  # fmt: skip
MORE = (
    "HM-WDS40-TH-I", "HM-Sec-SCo", "HM-LC-Sw2-FM", "HM-WDS40-TH-I", "HM-CC-RT-DN", "HM-Sec-SCo",
    "HM-LC-Sw1-Pl-2", "HM-LC-Dim1T-Pl",
)  # fmt: skip


def default_names(count: int) -> Sequence[str]:
    """The models of a home of so many devices: the twelve, then more of the common ones."""
    return [(*TWELVE, *MORE)[at if at < len(TWELVE) else len(TWELVE) + (at - len(TWELVE)) % len(MORE)]
            for at in range(count)]  # fmt: skip


def named(text: str) -> Sequence[str]:
    """The models that ``NAME,NAME…`` asks for; ``stars`` are all common ones, ``all`` the whole table.

    Raises:
        ValueError: a name is unknown.
    """
    chosen: list[str] = []
    for word in filter(None, (part.strip() for part in text.split(","))):
        if word in {"stars", "all"}:
            chosen += [model.name for model in models() if word == "all" or model.code in STARS]
        else:
            chosen.append(_model(word).name)
    if not chosen:
        raise ValueError(f"models: {MAX_NAME}")
    return chosen


def _model(word: str) -> Model:
    model = model_by_name(word)
    if (model is None or model.code is None) and len(word) == 4:
        try:
            model = model_by_code(int(word, 16))
        except ValueError:
            model = None
    if model is None or model.code is None:
        raise ValueError(f"model {word!r}: {MAX_NAME}")
    return model


@cache
def blueprint_of(name: str) -> Blueprint:
    """What a model is made of; one for all devices of it.

    Raises:
        ValueError: there is no such model.
    """
    model = _model(name)
    assert model.code is not None
    channels = dict(model.channels) or {1: "NONE"}
    count = len(channels)
    parts = {index: part_of(model.cls, kind) for index, kind in channels.items()}
    spoken = reporting(model)
    class_byte = CLASS_BYTES.get(model.cls, 0x01)
    return Blueprint(
        name=model.name,
        code=model.code,
        cls=model.cls,
        firmware=FIRMWARES.get(model.code, FIRMWARE),
        info_tail=bytes((class_byte, 0x41 if count == 1 else count, 0x01, 0x00)),
        channels=channels,
        modes=model.receive_modes,
        can_sign=model.signs,
        always_signs=model.cls in ALWAYS_SIGNS,
        repeats=model.code in REPEATERS,
        pause_s=None if spoken is None else spoken.pause_s,
        peers_max=PEERS_MAX.get(model.cls, 6),
        defaults=_defaults(model, parts),
        links={index: _links(model, index, part) for index, part in parts.items()},
    )


def part_of(cls: str, kind: str) -> Part:
    """How a kind of channel is played in a device of a class."""
    played = PLAYED_AS.get(kind, kind)
    return IN_CLASS.get((cls, played)) or PARTS.get(played, SILENT)


def _links(model: Model, index: int, part: Part) -> Mapping[str, tuple[int, Registers]]:
    """The list that a new link of a channel gets, and what is in it, for each button of the other side."""
    known = link_lists(model, index)
    number = known[0] if known else 4 if part.link is None else 3
    links: dict[str, tuple[int, Registers]] = {}
    for button in BUTTONS if number == 3 else BUTTONS[:1]:
        table = dict(factory_link_registers(model, index, button).get(number, {}))
        if number == 3 and part.link is not None and not table.get(ACTION):
            table |= part.link()
        links[button] = (number, table or (SENDING if number == 4 else {}))
    return links


def _defaults(model: Model, parts: Mapping[int, Part]) -> Mapping[ListId, Registers]:
    """All lists of a new device; where the table knows nothing of a channel, what its kind says."""
    lists = {
        ListId(channel=channel, number=number): dict(registers)
        for (channel, number), registers in factory_registers(model).items()
    }
    for index, part in parts.items():
        own = ListId(channel=index, number=1)
        lists[own] = {**lists.get(own, part.registers), **part.livelier}
        for number in part.weeks:
            lists.setdefault(ListId(channel=index, number=number), week_list())
    if model.code in REPEATERS:
        lists[ListId(channel=1, number=2)] = {}
    return lists


def make_device(name: str, number: int, air: Air, surroundings: Surroundings) -> Device:
    """Device ``number``, counted from 1, of a model."""
    blueprint = blueprint_of(name)
    device = Device(blueprint, serial_of(number), address_of(number), air, surroundings)
    for index, kind in blueprint.channels.items():
        device.channels[index] = part_of(blueprint.cls, kind).play(device, index)
    if device.siblings(smoke.Smoke):
        air.join_team(device)
    if blueprint.repeats:
        air.join_everything(Repeater(device))
    return device


def serial_of(number: int) -> str:
    """SIM0000001 and so on."""
    return f"SIM{number:07d}"


def address_of(number: int) -> bytes:
    """The radio address of device ``number``."""
    return (ADDRESS_BASE + number).to_bytes(3, "big")
