"""Paramsets MASTER and LINK: from a device's registers to the CCU's parameters and back. Pure.

read_values → what the registers say; checked → may this be written?; write_registers → what changes;
pages → the messages that write them; registers_of → the registers that a device's answers hold.
Where each parameter lies is data (devices/). Source: docs/protocols/bidcos.md, "Register lists",
"Configuration (Type 01)".
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import assert_never

from hub.contract.datapoints import ParameterDescription, ParameterType, Value
from hub.contract.errors import CommandRefused, HubError

from ..codec.messages_config import MAX_DATA_SIZE, WritePairs, WriteSequence
from ..codec.messages_info import ParamPairs, ParamSequence
from ..devices.registers import RegisterDescription, Text, decode_raw, encode_value

_TOLERANCE = 1e-6


class RegistersUnknown(HubError):
    """Registers that hold other bits too were never read: read list ``list_index`` of ``channel`` first.

    channel: None when the list lies in the channel whose parameter it is.
    """

    def __init__(self, channel: int | None, list_index: int, registers: tuple[int, ...]) -> None:
        super().__init__(channel, list_index, registers)
        self.channel, self.list_index, self.registers = channel, list_index, registers

    def __str__(self) -> str:
        where = "" if self.channel is None else f" of channel {self.channel}"
        names = ", ".join(f"{register:02X}" for register in self.registers)
        return f"list {self.list_index}{where}, registers {names}: not read yet; read the list, then write"


class PageForm(Enum):
    """How registers are written. PAIRS is what every central sends, and every device takes."""

    PAIRS = "pairs"
    SEQUENCES = "sequences"


def by_list(
    descriptions: Iterable[RegisterDescription],
) -> Mapping[tuple[int | None, int], tuple[RegisterDescription, ...]]:
    """The descriptions by (holder, list), since each list is read and written on its own."""
    lists: dict[tuple[int | None, int], list[RegisterDescription]] = {}
    for description in descriptions:
        lists.setdefault((description.holder, description.list_index), []).append(description)
    return {key: tuple(found) for key, found in lists.items()}


def read_values(
    descriptions: Sequence[RegisterDescription], registers: Mapping[int, int]
) -> Mapping[str, Value]:
    """What one list's registers say, by parameter; also values that could not be written.

    A parameter whose registers are not all there, or hold a code without a meaning, is left out.
    """
    _one_list(descriptions)
    values: dict[str, Value] = {}
    for description in descriptions:
        number = _number(description, registers)
        if number is None:
            continue
        value = decode_raw(description, (number & description.mask) >> description.shift)
        if value is not None:
            values[description.name] = value
    return values


def write_registers(
    descriptions: Sequence[RegisterDescription], values: Mapping[str, Value], known: Mapping[int, int]
) -> Mapping[int, int]:
    """The registers of one list that change, ascending; every bit that ``values`` does not name stays.

    known: what the registers hold now. A register that a parameter fills alone need not be known.

    Raises:
        CommandRefused: unknown_parameter, wrong_type, not_finite, out_of_range; nothing is written then.
        RegistersUnknown: neighbouring bits are not known.
    """
    _one_list(descriptions)
    named = {description.name: description for description in descriptions}
    after = dict(known)
    unknown: set[int] = set()
    for name, value in values.items():
        description = named.get(name)
        if description is None:
            raise CommandRefused("unknown_parameter", field=name, value=name, allowed=", ".join(named))
        raw = encode_value(description, checked(description, value))
        if description.fills_its_registers:
            number = 0
        elif (present := _number(description, after)) is not None:
            number = present
        else:
            unknown.update(register for register in description.registers if register not in after)
            continue
        number = number & ~description.mask | raw << description.shift
        after.update(zip(description.registers, number.to_bytes(description.width, "big"), strict=True))
    if unknown:
        raise RegistersUnknown(descriptions[0].holder, descriptions[0].list_index, tuple(sorted(unknown)))
    return {register: byte for register, byte in sorted(after.items()) if known.get(register) != byte}


def checked(description: RegisterDescription, value: Value) -> Value:
    """``value`` in the parameter's own type; a name stands for its special value or its ENUM index.

    Raises:
        CommandRefused: names the parameter, the value and what is allowed.
    """
    parameter = description.parameter
    match parameter.type:
        case ParameterType.BOOL | ParameterType.ACTION:
            if isinstance(value, bool):
                return value
        case ParameterType.ENUM:
            if isinstance(value, str) and value in parameter.enum:
                return parameter.enum.index(value)
            if isinstance(value, int) and not isinstance(value, bool):
                return _in_range(description, value)
        case ParameterType.STRING:
            if isinstance(value, str):
                return _text(description, value)
        case ParameterType.INTEGER | ParameterType.FLOAT:
            return _checked_number(description, value)
        case _:
            assert_never(parameter.type)
    raise _refused("wrong_type", description, value)


def allowed(description: RegisterDescription) -> str:
    """What a parameter may hold, in words: ``0.5 … 15.5 s, NOT_USED (0)``."""
    parameter = description.parameter
    if parameter.type is ParameterType.BOOL:
        return "true, false"
    if parameter.type is ParameterType.ENUM:
        return ", ".join(f"{index} ({text})" for index, text in enumerate(parameter.enum))
    if isinstance(description.conversion, Text):
        return f"at most {description.width} Latin-1 characters"
    text = f"{parameter.min:g} … {parameter.max:g}" + (f" {parameter.unit}" if parameter.unit else "")
    return text + "".join(f", {name} ({value:g})" for name, value in parameter.special.items())


def pages(
    channel: int, registers: Mapping[int, int], form: PageForm = PageForm.PAIRS
) -> tuple[WritePairs | WriteSequence, ...]:
    """The messages that write ``registers``, ascending: at most 7 pairs or 14 bytes in a row each."""
    items = sorted(registers.items())
    if form is PageForm.PAIRS:
        size = MAX_DATA_SIZE // 2
        return tuple(
            WritePairs(channel=channel, registers=tuple(items[at : at + size]))
            for at in range(0, len(items), size)
        )
    runs: list[tuple[int, bytearray]] = []
    for register, byte in items:
        if runs and register == runs[-1][0] + len(runs[-1][1]) and len(runs[-1][1]) < MAX_DATA_SIZE:
            runs[-1][1].append(byte)
        else:
            runs.append((register, bytearray((byte,))))
    return tuple(WriteSequence(channel=channel, first=first, values=bytes(values)) for first, values in runs)


def registers_of(answers: Iterable[ParamPairs | ParamSequence]) -> Mapping[int, int]:
    """The registers that a device sent, in whichever form; a repeated block counts once, the later one wins.

    Register 0 does not exist: pairs and sequences that start there only close the list.
    """
    registers: dict[int, int] = {}
    for answer in answers:
        if isinstance(answer, ParamPairs):
            registers.update(answer.registers)
        elif answer.first:
            registers.update(enumerate(answer.values, start=answer.first))
    return {register: byte for register, byte in sorted(registers.items()) if 0 < register <= 0xFF}


def _one_list(descriptions: Sequence[RegisterDescription]) -> None:
    lists = by_list(descriptions)
    if len(lists) > 1:
        raise ValueError(f"one list at a time, not {sorted(index for _, index in lists)}; see by_list")


def _number(description: RegisterDescription, registers: Mapping[int, int]) -> int | None:
    number = 0
    for register in description.registers:
        byte = registers.get(register)
        if byte is None:
            return None
        number = number << 8 | byte
    return number


def _checked_number(description: RegisterDescription, value: Value) -> Value:
    parameter = description.parameter
    if isinstance(value, str) and value in parameter.special:
        value = parameter.special[value]
    elif isinstance(value, (bool, str)):
        raise _refused("wrong_type", description, value)
    if not math.isfinite(value):
        raise _refused("not_finite", description, value)
    if parameter.type is ParameterType.INTEGER:
        if value != int(value):
            raise _refused("wrong_type", description, value)
        return _in_range(description, int(value))
    return _in_range(description, float(value))


def _in_range(description: RegisterDescription, value: float) -> Value:
    parameter = description.parameter
    low, high = _range(parameter)
    special = any(abs(value - other) < _TOLERANCE for other in parameter.special.values())
    if special or low - _TOLERANCE <= value <= high + _TOLERANCE:
        return value
    raise _refused("out_of_range", description, value)


def _range(parameter: ParameterDescription) -> tuple[float, float]:
    if parameter.type is ParameterType.ENUM:
        return 0, len(parameter.enum) - 1
    low = -math.inf if parameter.min is None else parameter.min
    return low, math.inf if parameter.max is None else parameter.max


def _text(description: RegisterDescription, value: str) -> str:
    if len(value) <= description.width and all(0 < ord(character) <= 0xFF for character in value):
        return value
    raise _refused("out_of_range", description, value[:40])


def _refused(code: str, description: RegisterDescription, value: Value) -> CommandRefused:
    return CommandRefused(code, field=description.name, value=value, allowed=allowed(description))
