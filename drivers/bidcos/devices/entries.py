"""Reads the notation of the parameter tables (sets_*.py, choices.py). Pure.

A mistake in a table is a KeyError or a ValueError when it is read; tests read them all.
A table is sections: ``[name] rest`` and a body of entries, separated by semicolons. An entry is

    NAME PLACE KIND …

NAME   ``*X`` stands for SHORT_X and, 80 (hex) registers further, LONG_X; ``-`` before it: internal.
       ``X{}Y`` is numbered from 1 on.
PLACE  hexadecimal register ``57``, its bits from bit 5 on ``57.5:3``, more bytes ``0B:16``, scattered bits
       ``14:16&0310``; in another list ``7/09``; numbered ``01+7x36``: 36 times, 7 registers apart.
KIND   flag [on] · text · enum CHOICES [=index] · int|float|time|time7|sint LOW..HIGH [unit]
       [*factor|/divisor] [±offset] [NAME:special value[@raw]] [=default or =short,long]

``@week …`` stands for a week program (week_entries.py), ``@A …`` for the values a link starts with when the
key that was linked is the upper of two (B: the lower, AB: a single one).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from hub.contract.datapoints import ParameterDescription, ParameterType, Value
from privacy.vocabulary import DataCategory

from .categories import category_of
from .choices import CHOICES
from .registers import ConfigTime, Conversion, Flag, Options, RegisterDescription, Scale, Text

LONG_PRESS = 0x80  # registers between a short press's parameter and its twin, docs "Parameters in registers"
_MINUTES = (1.0, 60.0)  # the two units of a time with a count of seven bits
_PLACE = re.compile(
    r"(?:(?P<list>\d)/)?(?P<register>[0-9A-F]{2})"
    r"(?:\.(?P<start>\d):(?P<bits>\d+)|:(?P<size>\d+)(?:&(?P<mask>[0-9A-F]+))?)?"
    r"(?:\+(?P<gap>\d+)x(?P<count>\d+))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """rest: what stands after the name; entries: in their order."""

    rest: str
    entries: tuple[str, ...]


def sections(text: str) -> Mapping[str, Section]:
    """The sections of a table by name."""
    found: dict[str, Section] = {}
    for part in text.split("\n[")[1:] if text.startswith("\n[") else ():
        name, _, tail = part.partition("]")
        rest, _, body = tail.partition("\n")
        entries = tuple(" ".join(entry.split()) for entry in body.split(";"))
        if name in found:
            raise ValueError(f"section {name} stands there twice")
        found[name] = Section(rest=rest.strip(), entries=tuple(entry for entry in entries if entry))
    return found


def entry_key(entry: str) -> str:
    """What an entry is replaced and taken out by."""
    return entry.replace(" ", "~") if entry.startswith("@week") else entry.split(" ", 1)[0].lstrip("-")


def read_entry(entry: str, list_index: int) -> Iterator[RegisterDescription]:
    """The parameters that one entry stands for; ``list_index`` unless it names another list.

    Raises:
        ValueError, KeyError: the entry is not in the notation.
    """
    name, place, kind, *rest = entry.split(" ")
    words = tuple(rest)
    internal = name.startswith("-")
    name = name.removeprefix("-")
    found = _PLACE.fullmatch(place)
    if found is None:
        raise ValueError(f"{entry!r}: no place {place!r}")
    width, mask = _bits(found)
    first, last = _defaults(words)
    parameter, conversion, default = _value(category_of(name), kind, words, first)
    description = RegisterDescription(
        name=name,
        list_index=int(found["list"] or list_index),
        register=int(found["register"], 16),
        parameter=parameter,
        conversion=conversion,
        default=default,
        internal=internal,
        width=width,
        mask=mask,
    )
    if found["count"]:
        yield from _numbered(description, int(found["gap"]), int(found["count"]))
    elif name.startswith("*"):
        long_default = _value(category_of(name), kind, words, last)[2]
        yield replace(description, name="SHORT_" + name[1:])
        register = description.register + LONG_PRESS
        yield replace(description, name="LONG_" + name[1:], register=register, default=long_default)
    else:
        yield description


def read_assignments(words: str) -> Mapping[str, str]:
    """``*JT_ON=ON JT_OFF=OFF`` as names and values; * stands for SHORT_ and LONG_."""
    values: dict[str, str] = {}
    for word in words.split():
        name, _, value = word.partition("=")
        names = ("SHORT_" + name[1:], "LONG_" + name[1:]) if name.startswith("*") else (name,)
        values.update(dict.fromkeys(names, value))
    return values


@cache
def choices(name: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The texts and codes of one row of choices.py."""
    texts, codes = zip(*_options()[name], strict=True)
    return texts, codes


@cache
def _options() -> Mapping[str, tuple[tuple[str, int], ...]]:
    rows: dict[str, tuple[tuple[str, int], ...]] = {}
    for row in CHOICES.split(";"):
        name, _, texts = " ".join(row.split()).partition(": ")
        if name:
            options = (text.partition(" = ") for text in texts.split(" | "))
            rows[name] = tuple((text, int(code or at)) for at, (text, _, code) in enumerate(options))
    return rows


def _bits(place: re.Match[str]) -> tuple[int, int]:
    """The width in bytes and the mask."""
    if place["bits"]:
        start, bits = int(place["start"]), int(place["bits"])
        return (start + bits + 7) // 8, (1 << bits) - 1 << start
    size = int(place["size"] or 8)
    return size // 8, int(place["mask"], 16) if place["mask"] else (1 << size) - 1


def _numbered(description: RegisterDescription, gap: int, count: int) -> Iterator[RegisterDescription]:
    for number in range(count):
        name = description.name.replace("{}", str(number + 1))
        yield replace(description, name=name, register=description.register + number * gap)


def _defaults(words: tuple[str, ...]) -> tuple[str, str]:
    given = [word[1:] for word in words if word.startswith("=")]
    first, _, last = given[0].partition(",") if given else ("", "", "")
    return first, last or first


def _value(
    category: DataCategory, kind: str, words: tuple[str, ...], default: str
) -> tuple[ParameterDescription, Conversion, Value]:
    plain = tuple(word for word in words if not word.startswith("="))
    parameter, conversion = _meaning(category, kind, plain)
    match parameter.type:
        case ParameterType.BOOL:
            return parameter, conversion, "on" in words
        case ParameterType.STRING:
            return parameter, conversion, ""
        case ParameterType.FLOAT:
            return parameter, conversion, float(default or 0)
        case _:
            return parameter, conversion, int(float(default or 0))


@cache  # many parameters mean the same, so they share one description
def _meaning(
    category: DataCategory, kind: str, words: tuple[str, ...]
) -> tuple[ParameterDescription, Conversion]:
    match kind:
        case "flag":
            return _parameter(ParameterType.BOOL, category), Flag()
        case "text":
            return _parameter(ParameterType.STRING, category), Text()
        case "enum":
            texts, codes = choices(words[0])
            parameter = _parameter(ParameterType.ENUM, category)
            parameter = replace(parameter, enum=texts, min=0, max=len(texts) - 1, step=1)
            return parameter, Scale() if codes == tuple(range(len(codes))) else Options(codes=codes)
        case "int" | "sint" | "float" | "time" | "time7":
            return _number(category, kind, words)
        case _:
            raise ValueError(f"no kind {kind!r}")


def _number(
    category: DataCategory, kind: str, words: tuple[str, ...]
) -> tuple[ParameterDescription, Conversion]:
    low, _, high = words[0].partition("..")
    rule = _read_rule(words[1:])
    conversion: Conversion = replace(rule.scale, signed=kind == "sint")
    if kind == "time":
        conversion = ConfigTime()
    elif kind == "time7":
        conversion = ConfigTime(factors=rule.factors or _MINUTES, bits=7)
    whole = kind in {"int", "sint"}
    parameter = replace(
        _parameter(ParameterType.INTEGER if whole else ParameterType.FLOAT, category),
        unit=rule.unit,
        min=float(low),
        max=float(high),
        step=None if kind.startswith("time") else round(1 / rule.scale.factor, 6),
        special=rule.special,
    )
    return parameter, conversion


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """What an entry says about a number behind its range."""

    unit: str | None
    scale: Scale
    factors: tuple[float, ...]
    special: Mapping[str, float]


def _read_rule(words: tuple[str, ...]) -> _Rule:
    unit: str | None = None
    factor, offset, factors = 1.0, 0.0, tuple[float, ...]()
    special: dict[str, float] = {}
    codes: list[tuple[int, float]] = []
    for word in words:
        head, rest = word[0], word[1:]
        if head == "*" and "," in rest:
            factors = tuple(float(part) for part in rest.split(","))
        elif head == "*":
            factor = float(rest)
        elif head == "/":
            factor = 1 / float(rest)
        elif head in "+-":
            offset = float(word)
        elif ":" in word:
            name, _, tail = word.partition(":")
            number, _, raw = tail.partition("@")
            special[name] = float(number)
            codes += [(int(raw, 16), float(number))] if raw else []
        else:
            unit = word.replace("_", " ")
    scale = Scale(factor=factor, offset=offset, codes=tuple(codes))
    return _Rule(unit=unit, scale=scale, factors=factors, special=special)


def _parameter(kind: ParameterType, category: DataCategory) -> ParameterDescription:
    return ParameterDescription(type=kind, category=category, readable=True, writable=True, event=False)
