"""The parameters of a week program, which a table names by one ``@week`` entry. Pure.

``@week rt 7/14 P1_``: thermostats of today; 13 periods a day, each two bytes (temperature, end).
``@week tc 5/0B``: HM-CC-TC; 24 periods a day, an end and a temperature byte each; Thursday and Friday in the
next list. Source: docs/protocols/bidcos.md, "Week programs".
"""

from collections.abc import Iterator

from hub.contract.datapoints import ParameterDescription, ParameterType
from privacy.vocabulary import DataCategory

from .registers import RegisterDescription, Scale

DAYS = (
    "SATURDAY",
    "SUNDAY",
    "MONDAY",
    "TUESDAY",
    "WEDNESDAY",
    "THURSDAY",
    "FRIDAY",
)  # as the lists have them
WEEKEND = DAYS[:2]
PERIODS_RT, PERIODS_TC = 13, 24
FIRST_TC_NEXT_LIST = 0x01  # where Thursday begins
_DAYS_TC_FIRST_LIST = 5
# Factory programs: end in minutes and °C; what is not named is (1440, 17) and, of HM-CC-TC, (0, 20)
_WEEKEND_RT = ((360, 17.0), (1320, 21.0))
_WORKDAY_RT = ((360, 17.0), (540, 21.0), (1020, 17.0), (1320, 21.0))
_WEEKEND_TC = ((360, 17.0), (1380, 21.0), (0, 17.0))
_WORKDAY_TC = _WEEKEND_TC


def week_entries(entry: str) -> Iterator[RegisterDescription]:
    """The parameters of one ``@week`` entry.

    Raises:
        ValueError: the entry is not in the notation.
    """
    _, kind, place, *prefix = entry.split(" ")
    list_index, _, register = place.partition("/")
    start = int(register, 16)
    if kind == "rt":
        yield from _rt(int(list_index), start, prefix[0] if prefix else "")
    elif kind == "tc":
        yield from _tc(int(list_index), start)
    else:
        raise ValueError(f"{entry!r}: no kind of week program {kind!r}")


def _rt(list_index: int, start: int, prefix: str) -> Iterator[RegisterDescription]:
    for day_index, day in enumerate(DAYS):
        factory = _WEEKEND_RT if day in WEEKEND else _WORKDAY_RT
        for period in range(PERIODS_RT):
            end, celsius = factory[period] if period < len(factory) else (1440, 17.0)
            register = start + 2 * (day_index * PERIODS_RT + period)
            name = f"{day}_{period + 1}"
            yield _end(f"{prefix}ENDTIME_{name}", (list_index, register, 2, 0x01FF), 5, end)
            place = (list_index, register, 2, 0x7E00)
            yield _temperature(f"{prefix}TEMPERATURE_{name}", place, 5.0, celsius)


def _tc(list_index: int, start: int) -> Iterator[RegisterDescription]:
    for day_index, day in enumerate(DAYS):
        factory = _WEEKEND_TC if day in WEEKEND else _WORKDAY_TC
        later = day_index >= _DAYS_TC_FIRST_LIST
        first = FIRST_TC_NEXT_LIST if later else start
        number = day_index - _DAYS_TC_FIRST_LIST if later else day_index
        for period in range(PERIODS_TC):
            end, celsius = factory[period] if period < len(factory) else (0, 20.0)
            register = first + 2 * (number * PERIODS_TC + period)
            name = f"{day}_{period + 1}"
            yield _end(f"TIMEOUT_{name}", (list_index + later, register, 1, 0xFF), 10, end)
            place = (list_index + later, register + 1, 1, 0x3F)
            yield _temperature(f"TEMPERATUR_{name}", place, 6.0, celsius)


def _end(name: str, place: tuple[int, int, int, int], step: int, default: int) -> RegisterDescription:
    parameter = ParameterDescription(
        type=ParameterType.INTEGER,
        category=DataCategory.CLIMATE,
        unit="min",
        min=step,
        max=1440,
        step=step,
        writable=True,
        event=False,
    )
    return _described(name, place, parameter, Scale(factor=1 / step), default)


def _temperature(
    name: str, place: tuple[int, int, int, int], low: float, default: float
) -> RegisterDescription:
    parameter = ParameterDescription(
        type=ParameterType.FLOAT,
        category=DataCategory.CLIMATE,
        unit="°C",
        min=low,
        max=30.0,
        step=0.5,
        writable=True,
        event=False,
    )
    return _described(name, place, parameter, Scale(factor=2.0), default)


def _described(
    name: str,
    place: tuple[int, int, int, int],
    parameter: ParameterDescription,
    conversion: Scale,
    default: float,
) -> RegisterDescription:
    list_index, register, width, mask = place
    return RegisterDescription(
        name=name,
        list_index=list_index,
        register=register,
        width=width,
        mask=mask,
        parameter=parameter,
        conversion=conversion,
        default=default,
    )
