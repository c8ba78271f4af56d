"""One parameter in the registers of a device: where its bits lie and what they mean. Pure.

Source: docs/protocols/bidcos.md, "Register lists", "Parameters in registers".
"""

from dataclasses import dataclass
from typing import assert_never

from hub.contract.datapoints import ParameterDescription, ParameterType, Value

TIME_FACTORS_S = (0.1, 1.0, 5.0, 10.0, 60.0, 300.0, 600.0, 3600.0)
_DIGITS = 6  # a factor such as 0.1 is not exact in binary; no device counts finer than this


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A yes or no. on, off: what the bits hold; anything but ``off`` reads as yes."""

    on: int = 1
    off: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """raw = (value + offset) x factor.

    signed: two's complement. codes: (raw, value) pairs that do not follow the rule.
    """

    factor: float = 1.0
    offset: float = 0.0
    signed: bool = False
    codes: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigTime:
    """A count in the low ``bits`` bits times the factor that the bits above choose; coarse when long."""

    factors: tuple[float, ...] = TIME_FACTORS_S
    bits: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """An ENUM whose texts have codes of their own. codes: of its texts, in their order."""

    codes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Characters, filled up with zeros."""


Conversion = Flag | Scale | ConfigTime | Options | Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterDescription:
    """A parameter of MASTER or LINK and its bits.

    list_index: 0-9. register: 0-255, the first of ``width`` bytes, which are one number, high byte first.
    mask: the parameter's bits in that number; they may have gaps. default: as the device leaves the factory.
    holder: the channel that keeps the list on air when it is not the one whose parameter this is.
    internal: not for the owner's eyes; a central sets it by itself.
    """

    name: str
    list_index: int
    register: int
    width: int
    mask: int
    parameter: ParameterDescription
    conversion: Conversion
    default: Value
    holder: int | None = None
    internal: bool = False

    @property
    def registers(self) -> range:
        """The registers that it has bits in."""
        return range(self.register, self.register + self.width)

    @property
    def fills_its_registers(self) -> bool:
        """No other parameter shares its bytes, so it can be written without reading."""
        return self.mask == (1 << 8 * self.width) - 1

    @property
    def shift(self) -> int:
        """How far its lowest bit lies from the number's."""
        return (self.mask & -self.mask).bit_length() - 1

    @property
    def max_raw(self) -> int:
        """The largest number its bits hold."""
        return self.mask >> self.shift


def decode_raw(description: RegisterDescription, raw: int) -> Value | None:
    """What ``raw`` means, also when it lies outside the range; None for a code without a meaning."""
    match description.conversion:
        case Flag(off=off):
            return raw != off
        case Options(codes=codes):
            return codes.index(raw) if raw in codes else None
        case ConfigTime(factors=factors, bits=bits):
            index, count = raw >> bits, raw & (1 << bits) - 1
            return round(count * factors[index], _DIGITS) if index < len(factors) else None
        case Text():
            data = raw.to_bytes(description.width, "big")
            return data.partition(b"\x00")[0].decode("latin-1")
        case Scale() as scale:
            return _decode_scale(description, scale, raw)
        case _:
            assert_never(description.conversion)


def encode_value(description: RegisterDescription, value: Value) -> int:
    """The bits for a value that is in range, rounded to the nearest that the bits can hold.

    Raises:
        ValueError: the value has no such bits.
    """
    match description.conversion:
        case Flag(on=on, off=off):
            return on if value else off
        case Options(codes=codes):
            return codes[int(value)]
        case ConfigTime() as time:
            return _encode_time(time, float(value), description.max_raw)
        case Text():
            data = str(value).encode("latin-1")
            if len(data) > description.width or b"\x00" in data:
                raise ValueError(f"{description.name} holds {description.width} characters")
            return int.from_bytes(data.ljust(description.width, b"\x00"), "big")
        case Scale() as scale:
            return _encode_scale(description, scale, float(value))
        case _:
            assert_never(description.conversion)


def _decode_scale(description: RegisterDescription, scale: Scale, raw: int) -> Value | None:
    kind = description.parameter.type
    for code, special in scale.codes:
        if code == raw:
            return special
    if scale.signed and raw > description.max_raw >> 1:
        raw -= description.max_raw + 1
    value = round(raw / scale.factor - scale.offset, _DIGITS)
    if kind is ParameterType.ENUM:
        return int(value) if 0 <= value < len(description.parameter.enum) else None
    return round(value) if kind is ParameterType.INTEGER else value


def _encode_scale(description: RegisterDescription, scale: Scale, value: float) -> int:
    for code, special in scale.codes:
        if special == value:
            return code
    raw = round((value + scale.offset) * scale.factor)
    low = -(description.max_raw + 1 >> 1) if scale.signed else 0
    high = description.max_raw >> 1 if scale.signed else description.max_raw
    if not low <= raw <= high:
        raise ValueError(f"{description.name} = {value:g} does not fit its bits")
    return raw & description.max_raw


def _encode_time(time: ConfigTime, value: float, max_raw: int) -> int:
    best, distance = 0, float("inf")
    for index, factor in enumerate(time.factors):
        count = min(max(round(value / factor), 0), (1 << time.bits) - 1)
        raw = index << time.bits | count
        if raw <= max_raw and abs(count * factor - value) < distance - 10**-_DIGITS:
            best, distance = raw, abs(count * factor - value)
    return best
