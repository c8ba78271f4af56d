"""Reads the model table and answers by code or by name. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from hub.contract.addresses import DeviceAddress
from hub.contract.datapoints import ChannelDescription, DeviceDescription, ReceiveMode

from .kinds import kind, kind_values, maintenance
from .models import MODELS

_MODES = {
    "a": ReceiveMode.ALWAYS,
    "b": ReceiveMode.BURST,
    "f": ReceiveMode.CONDITIONAL_BURST,
    "c": ReceiveMode.CONFIG,
    "w": ReceiveMode.WAKE_UP,
    "l": ReceiveMode.LAZY_CONFIG,
}
# What FHEM and the captures call models that the table has under another name, and bare class words
_CLASS_WORDS = {
    "switch actuator": "S",
    "switch": "S",
    "dimmer": "DR",
    "blind": "B",
    "blind actuator": "B",
    "jalousie": "J",
    "remote": "K",
    "push button": "K",
    "contact": "C",
    "shutter contact": "C",
    "rotary handle": "R",
    "tilt sensor": "T",
    "water sensor": "W",
    "motion detector": "M",
    "th sensor": "TH",
    "weather sensor": "TH",
    "weather station": "KS",
    "radiator thermostat": "RT",
    "wall thermostat": "TCIT",
    "valve drive": "VD",
    "smoke detector": "SD",
    "power meter": "P",
    "keymatic": "KM",
    "winmatic": "WM",
    "siren": "SIR",
    "chime": "CH",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model of device.

    code: as in its device info; None for a bare class. cls: class letters (docs/protocols/bidcos.md,
    "Device classes"). channels: kind names by index, ascending. silence_s: seconds, or None.
    has_battery: it does not listen all the time. tells_low_battery: also of the few that listen all the time
    and have a battery beside. told: names of what frames tell, by channel; of channel 0 a low battery alone.
    """

    code: int | None
    name: str
    cls: str
    channels: Mapping[int, str]
    receive_modes: frozenset[ReceiveMode]
    signs: bool
    silence_s: float | None
    other_name: str = ""
    has_battery: bool = field(init=False)
    tells_low_battery: bool = field(init=False)
    told: Mapping[int, frozenset[str]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Once per model instead of once per frame."""
        names = {channel: kind_values(name) for channel, name in self.channels.items()}
        has_battery = ReceiveMode.ALWAYS not in self.receive_modes
        tells = has_battery or any(kind(name).tells_low_battery for name in self.channels.values())
        object.__setattr__(self, "has_battery", has_battery)
        object.__setattr__(self, "tells_low_battery", tells)
        object.__setattr__(self, "told", {**names, 0: frozenset({"LOWBAT"})})

    def kind_at(self, channel: int) -> str | None:
        """The kind of one of its channels."""
        return self.channels.get(channel)


@cache
def models() -> tuple[Model, ...]:
    """All models, in the order of their codes."""
    return tuple(_read_line(line) for line in MODELS.strip().splitlines())


def model_by_code(code: int) -> Model | None:
    """The model of a device info's code."""
    return _by_code().get(code)


def models_of_name(name: str) -> tuple[Model, ...]:
    """All that the table has under this name or other name, in any spelling of case."""
    word = name.lower()
    found = (model for model in models() if word in {model.name.lower(), model.other_name.lower()})
    return tuple(found) if word else ()


def model_by_name(name: str) -> Model | None:
    """The model of this name, other name or class word, in any spelling of case.

    A remark in brackets after the name is ignored.
    """
    word = name.partition(" (")[0].strip().lower().replace("hm-lc_", "hm-lc-")  # as old files have it
    if (model := _by_name().get(word)) is not None or word not in _CLASS_WORDS:
        return model
    cls = _CLASS_WORDS[word]
    first = next(model for model in models() if model.cls == cls)
    return Model(
        code=None,
        name=word,
        cls=cls,
        channels=dict.fromkeys(range(1, 64), next(iter(first.channels.values())))
        if len(set(first.channels.values())) == 1
        else first.channels,
        receive_modes=first.receive_modes,
        signs=first.signs,
        silence_s=first.silence_s,
    )


def describe(model: Model, address: DeviceAddress, firmware: str) -> DeviceDescription:
    """The contract's description of a device of this model."""
    parameters = maintenance(model.channels.values(), battery=model.tells_low_battery)
    channels = [ChannelDescription(index=0, type="MAINTENANCE", parameters=parameters)]
    for index, name in model.channels.items():
        channel = kind(name)
        channels.append(ChannelDescription(index=index, type=channel.type, parameters=channel.parameters))
    return DeviceDescription(
        address=address,
        model=model.name,
        firmware=firmware,
        serial=address.serial,
        receive_modes=model.receive_modes,
        channels=tuple(channels),
        silence_s=model.silence_s,
    )


@cache
def _by_code() -> Mapping[int, Model]:
    return {model.code: model for model in models() if model.code is not None}


@cache
def _by_name() -> Mapping[str, Model]:
    names: dict[str, Model] = {}
    for model in models():
        for name in (model.name, model.other_name):
            names.setdefault(name.lower(), model)
    names.pop("", None)
    return names


def _read_line(line: str) -> Model:
    code, names, cls, channels, modes, signs, silence = (part.strip() for part in line.split(" | "))
    name, _, other = names.partition(" = ")
    return Model(
        code=int(code, 16),
        name=name,
        other_name=other,
        cls=cls,
        channels=_read_channels(channels),
        receive_modes=frozenset(_MODES[letter] for letter in modes if letter != "-"),
        signs=signs == "s",
        silence_s=None if silence == "-" else float(silence),
    )


def _read_channels(text: str) -> Mapping[int, str]:
    channels: dict[int, str] = {}
    for part in text.split(", "):
        if part == "-":
            continue
        name, _, indexes = part.partition(" ")
        first, _, last = indexes.partition("-")
        channels.update(dict.fromkeys(range(int(first), int(last or first) + 1), name))
    return dict(sorted(channels.items()))
