"""Why something failed that comes as an event, in words: teach-ins, configuration, devices, radios.

The texts stand in texts/reasons.*.toml: kind → code → words. A code that has none is told as ``other``.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

KINDS = ("pairing", "device", "configuration", "driver", "left_out")
OTHER = "other"


class Reason(msgspec.Struct, frozen=True):
    """A reason in words. way_out: the next step."""

    title: str
    detail: str
    way_out: str


class Reasons(msgspec.Struct, frozen=True):
    """All reasons by code, in the language of Accept-Language; whatever is not in it is told as ``other``.

    pairing: a step of a teach-in; device: why it is unreachable; configuration: what a device did not take;
    driver: its detail; left_out: what a broken device's successor can't take over.
    """

    pairing: Mapping[str, Reason]
    device: Mapping[str, Reason]
    configuration: Mapping[str, Reason]
    driver: Mapping[str, Reason]
    left_out: Mapping[str, Reason]


@cache
def reasons(language: str) -> Reasons:
    """All reasons in English or German."""
    text = files("hub.api").joinpath("texts", f"reasons.{language}.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Reasons)
