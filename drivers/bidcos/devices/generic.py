"""Devices of a model that nobody has entered: taken for what they say they are, as far as that goes. Data.

A device tells its class and, in the low bits of the byte behind it, how many channels it has. That is enough
to switch an actuator and to hear keys, contacts and thermometers; parameters need an entry in the table.
Source: docs/protocols/bidcos.md, "Device classes".
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.contract.datapoints import ReceiveMode

from .table import Model

CHANNELS_MASK = 0x3F
MAINS = frozenset({ReceiveMode.ALWAYS})
SLEEPS = frozenset({ReceiveMode.CONFIG, ReceiveMode.WAKE_UP, ReceiveMode.LAZY_CONFIG})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Class:
    """Devices of one class. word: for people; letters: of the table; kind: of each channel."""

    word: str
    letters: str
    kind: str
    modes: frozenset[ReceiveMode]


_KEY = _Class(word="remote", letters="K", kind="KEY", modes=SLEEPS)
_CLASSES: Mapping[int, _Class] = {
    0x10: _Class(word="switch", letters="S", kind="SWITCH", modes=MAINS),
    0x20: _Class(word="dimmer", letters="D", kind="DIMMER", modes=MAINS),
    0x30: _Class(word="blind", letters="B", kind="BLIND", modes=MAINS),
    0x40: _KEY,
    0x42: _KEY,
    0x43: _KEY,
    0x44: _KEY,
    0x70: _Class(word="thermometer", letters="TH", kind="CLIMATE", modes=SLEEPS),
    0x80: _Class(word="contact", letters="C", kind="CONTACT", modes=SLEEPS),
}


def generic_model(code: int, device_class: int, channels: int) -> Model | None:
    """A model for a code that is not in the table; None for a class that says too little.

    channels: the first byte behind the class, 0-255.
    """
    known = _CLASSES.get(device_class)
    if known is None:
        return None
    count = channels & CHANNELS_MASK or 1
    return Model(
        code=code,
        name=f"{known.word} {code:04X}",
        cls=known.letters,
        channels=dict.fromkeys(range(1, count + 1), known.kind),
        receive_modes=known.modes,
        signs=False,
        silence_s=None,
    )
