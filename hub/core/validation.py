"""Is a value allowed for a parameter? Pure: a description and a value in, the value in its own type out."""

import math
from typing import assert_never

from hub.contract import CommandRefused, ParameterDescription, ParameterType, Value

MAX_TEXT = 1024  # characters of a STRING; devices hold far less, this bounds what reaches a driver
_STEP_TOLERANCE = 1e-6  # of a step; 21.3 is not exactly a multiple of 0.1 in binary


def checked(description: ParameterDescription, value: object, *, field: str = "value") -> Value:
    """Return ``value`` as the parameter's own type: the index of an ENUM's text, a float for an integer.

    Raises:
        CommandRefused: not_writable, wrong_type, not_finite, out_of_range, off_step; nothing else.
    """
    if not description.writable:
        raise CommandRefused("not_writable", field=field, value=value, allowed="this parameter is read-only")
    match description.type:
        case ParameterType.BOOL:
            if isinstance(value, bool):
                return value
        case ParameterType.ACTION:
            if value is True:
                return value
        case ParameterType.INTEGER:
            return _integer(description, value, field)
        case ParameterType.FLOAT:
            return _float(description, value, field)
        case ParameterType.ENUM:
            return _index(description, value, field)
        case ParameterType.STRING:
            if isinstance(value, str):
                if len(value) <= MAX_TEXT:
                    return value
                raise _refused("out_of_range", description, value[:40] + "…", field)
        case _:
            assert_never(description.type)
    raise _refused("wrong_type", description, value, field)


def allowed(description: ParameterDescription) -> str:
    """What the parameter may hold, for people: ``4.5..30.5 °C in steps of 0.5, or OFF (4.5)``."""
    match description.type:
        case ParameterType.BOOL:
            return "true or false"
        case ParameterType.ACTION:
            return "true"
        case ParameterType.ENUM:
            return ", ".join(f"{index} or {text}" for index, text in enumerate(description.enum))
        case ParameterType.STRING:
            return f"text of at most {MAX_TEXT} characters"
        case ParameterType.INTEGER | ParameterType.FLOAT:
            return _allowed_number(description)
        case _:
            assert_never(description.type)


def _allowed_number(description: ParameterDescription) -> str:
    kind = "whole number" if description.type is ParameterType.INTEGER else "number"
    low, high = description.min, description.max
    match low, high:
        case None, None:
            text = kind
        case None, _:
            text = f"{kind} ≤ {high:g}"
        case _, None:
            text = f"{kind} ≥ {low:g}"
        case _:
            text = f"{low:g}..{high:g}"
    text += f" {description.unit}" if description.unit else ""
    text += f" in steps of {description.step:g}" if description.step else ""
    return text + "".join(f", or {name} ({value:g})" for name, value in description.special.items())


def _integer(description: ParameterDescription, value: object, field: str) -> int:
    if isinstance(value, str) and value in description.special:
        return int(description.special[value])
    if isinstance(value, bool) or not isinstance(value, int):
        raise _refused("wrong_type", description, value, field)
    _check_range(description, value, field)
    return value


def _float(description: ParameterDescription, value: object, field: str) -> float:
    if isinstance(value, str) and value in description.special:
        return float(description.special[value])
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _refused("wrong_type", description, value, field)
    try:
        number = float(value)
    except OverflowError as error:
        raise _refused("out_of_range", description, str(value)[:40], field) from error
    if not math.isfinite(number):
        raise _refused("not_finite", description, str(value), field)
    _check_range(description, number, field)
    return number


def _index(description: ParameterDescription, value: object, field: str) -> int:
    if isinstance(value, str):
        if value in description.enum:
            return description.enum.index(value)
        raise _refused("out_of_range", description, value[:40], field)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _refused("wrong_type", description, value, field)
    if not 0 <= value < len(description.enum):
        raise _refused("out_of_range", description, value, field)
    return value


def _check_range(description: ParameterDescription, value: float, field: str) -> None:
    if any(value == special for special in description.special.values()):
        return
    low, high, step = description.min, description.max, description.step
    if (low is not None and value < low) or (high is not None and value > high):
        raise _refused("out_of_range", description, value, field)
    if step:
        steps = (value - (low or 0.0)) / step
        if abs(steps - round(steps)) > _STEP_TOLERANCE:
            raise _refused("off_step", description, value, field)


def _refused(code: str, description: ParameterDescription, value: object, field: str) -> CommandRefused:
    return CommandRefused(code, field=field, value=value, allowed=allowed(description))
