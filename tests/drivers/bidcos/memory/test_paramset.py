"""Parameters in registers, by descriptions made here; test_tables.py does it with all there are."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.bidcos.codec.messages_config import MAX_DATA_SIZE, WritePairs, WriteSequence
from drivers.bidcos.codec.messages_info import ParamPairs, ParamSequence
from drivers.bidcos.devices.registers import (
    ConfigTime,
    Conversion,
    Flag,
    Options,
    RegisterDescription,
    Scale,
    Text,
)
from drivers.bidcos.memory.paramset import (
    PageForm,
    RegistersUnknown,
    by_list,
    checked,
    pages,
    read_values,
    registers_of,
    write_registers,
)
from hub.contract.datapoints import ParameterDescription, ParameterType, Value
from hub.contract.errors import CommandRefused
from privacy.vocabulary import DataCategory

REGISTERS = st.dictionaries(st.integers(1, 255), st.integers(0, 255))


def described(
    name: str,
    place: tuple[int, int, int],
    parameter: ParameterDescription,
    conversion: Conversion,
    default: Value = 0,
) -> RegisterDescription:
    register, width, mask = place
    return RegisterDescription(
        name=name,
        list_index=1,
        register=register,
        width=width,
        mask=mask,
        parameter=parameter,
        conversion=conversion,
        default=default,
    )


def number(
    kind: ParameterType, low: float, high: float, unit: str = "s", **special: float
) -> ParameterDescription:
    return ParameterDescription(
        type=kind, category=DataCategory.DEVICE, unit=unit, min=low, max=high, special=special
    )


def choice(*texts: str) -> ParameterDescription:
    return ParameterDescription(type=ParameterType.ENUM, category=DataCategory.DEVICE, enum=texts)


FLAG = ParameterDescription(type=ParameterType.BOOL, category=DataCategory.DEVICE)
MIN_DELAY = described(
    "STATUSINFO_MINDELAY",
    (0x57, 1, 0x1F),
    number(ParameterType.FLOAT, 0.5, 15.5, NOT_USED=0.0),
    Scale(factor=2),
)
RANDOM = described("STATUSINFO_RANDOM", (0x57, 1, 0xE0), number(ParameterType.FLOAT, 0, 7), Scale())
TRIES = described("TRANSMIT_TRY_MAX", (0x30, 1, 0xFF), number(ParameterType.INTEGER, 1, 10, ""), Scale())
ON_TIME = described(
    "ON_TIME", (0x07, 1, 0xFF), number(ParameterType.FLOAT, 0, 108000, NOT_USED=111600.0), ConfigTime()
)
JUMP = described("JT_ON", (0x0B, 1, 0x0F), choice("NO_JUMP", "ONDELAY", "ON"), Options(codes=(0, 1, 3)))
TORN = described(
    "JT_OFF", (0x0D, 2, 0x0310), choice("ONDELAY", "ON", "NO_JUMP"), Options(codes=(0x00, 0x10, 0x01))
)
INVERTED = described("LED_ON", (0x05, 1, 0x40), FLAG, Flag(on=0, off=1))
RUNNING = described(
    "RUNNING_TIME", (0x0B, 2, 0xFFFF), number(ParameterType.FLOAT, 0.1, 6000), Scale(factor=10)
)
LOCKED = described(
    "ON_LEVEL",
    (0x11, 1, 0xFF),
    number(ParameterType.FLOAT, 0, 1, LOCKED=-0.005),
    Scale(factor=200, codes=((0xFF, -0.005),)),
)
SIGNED = described(
    "SENSIBILITY", (0x9C, 1, 0xFF), number(ParameterType.INTEGER, -99, 99, "%"), Scale(signed=True)
)
TEXT = described(
    "TEXTLINE_1",
    (0x36, 12, (1 << 96) - 1),
    ParameterDescription(type=ParameterType.STRING, category=DataCategory.HOUSEHOLD),
    Text(),
)
PRESS = described(
    "LONG_PRESS_TIME", (0x04, 1, 0xF0), number(ParameterType.FLOAT, 0.3, 1.8), Scale(factor=10, offset=-0.3)
)


@pytest.mark.parametrize(
    ("description", "registers", "value"),
    [
        (MIN_DELAY, {0x57: 0x24}, 2.0),
        (RANDOM, {0x57: 0x24}, 1.0),
        (MIN_DELAY, {0x57: 0x20}, 0.0),
        (ON_TIME, {0x07: 0x23}, 3.0),
        (ON_TIME, {0x07: 0xA1}, 300.0),
        (ON_TIME, {0x07: 0xFF}, 111600.0),
        (JUMP, {0x0B: 0x63}, 2),
        (TORN, {0x0D: 0x01, 0x0E: 0x00}, 1),
        (TORN, {0x0D: 0x00, 0x0E: 0x10}, 2),
        (INVERTED, {0x05: 0x00}, True),
        (INVERTED, {0x05: 0x40}, False),
        (RUNNING, {0x0B: 0x01, 0x0C: 0xF4}, 50.0),
        (LOCKED, {0x11: 0xFF}, -0.005),
        (LOCKED, {0x11: 0xC8}, 1.0),
        (SIGNED, {0x9C: 0x9D}, -99),
        (PRESS, {0x04: 0x10}, 0.4),
        (TEXT, dict(zip(range(0x36, 0x42), b"Licht\xfc\x00\x00\x00\x00\x00\x00", strict=True)), "Lichtü"),
    ],
)
def test_registers_are_read_as_the_parameter_says(
    description: RegisterDescription, registers: dict[int, int], value: Value
) -> None:
    assert read_values([description], registers) == {description.name: value}


def test_a_code_without_a_meaning_and_a_missing_register_are_left_out() -> None:
    assert read_values([JUMP, RUNNING, TRIES], {0x0B: 0x02, 0x30: 6}) == {"TRANSMIT_TRY_MAX": 6}


def test_what_a_device_holds_is_shown_even_when_it_could_not_be_written() -> None:
    assert read_values([TRIES], {0x30: 99}) == {"TRANSMIT_TRY_MAX": 99}


def test_writing_one_parameter_leaves_its_neighbours_bits() -> None:
    changed = write_registers([MIN_DELAY, RANDOM], {"STATUSINFO_MINDELAY": 4.0}, {0x57: 0xE4})
    assert changed == {0x57: 0xE8}


def test_two_parameters_of_one_register_are_written_together() -> None:
    values: dict[str, Value] = {"STATUSINFO_MINDELAY": 4.0, "STATUSINFO_RANDOM": 3.0}
    assert write_registers([MIN_DELAY, RANDOM], values, {0x57: 0xE4}) == {0x57: 0x68}


def test_what_is_so_already_is_not_written_again() -> None:
    assert write_registers([TRIES], {"TRANSMIT_TRY_MAX": 6}, {0x30: 6}) == {}


def test_writing_beside_unknown_bits_names_the_list_to_read() -> None:
    with pytest.raises(RegistersUnknown) as unknown:
        write_registers([MIN_DELAY], {"STATUSINFO_MINDELAY": 4.0}, {})
    assert (unknown.value.list_index, unknown.value.registers) == (1, (0x57,))
    assert str(unknown.value) == "list 1, registers 57: not read yet; read the list, then write"


def test_a_parameter_that_fills_its_registers_is_written_without_reading() -> None:
    assert write_registers([RUNNING], {"RUNNING_TIME": 50.0}, {}) == {0x0B: 0x01, 0x0C: 0xF4}


def test_names_stand_for_special_values_and_choices() -> None:
    values: dict[str, Value] = {"ON_TIME": "NOT_USED", "JT_ON": "ON"}
    assert write_registers([ON_TIME, JUMP], values, {0x0B: 0x60}) == {0x07: 0xFF, 0x0B: 0x63}


@pytest.mark.parametrize(
    ("description", "value", "code", "words"),
    [
        (TRIES, 11, "out_of_range", "1 … 10"),
        (TRIES, 2.5, "wrong_type", "1 … 10"),
        (TRIES, True, "wrong_type", "1 … 10"),
        (TRIES, float("nan"), "not_finite", "1 … 10"),
        (MIN_DELAY, 16.0, "out_of_range", "0.5 … 15.5 s, NOT_USED (0)"),
        (MIN_DELAY, "SOON", "wrong_type", "0.5 … 15.5 s, NOT_USED (0)"),
        (JUMP, 3, "out_of_range", "0 (NO_JUMP), 1 (ONDELAY), 2 (ON)"),
        (JUMP, "OFF", "wrong_type", "0 (NO_JUMP), 1 (ONDELAY), 2 (ON)"),
        (INVERTED, 1, "wrong_type", "true, false"),
        (TEXT, "thirteen char", "out_of_range", "at most 12 Latin-1 characters"),
        (TEXT, "€", "out_of_range", "at most 12 Latin-1 characters"),
        (TEXT, 5, "wrong_type", "at most 12 Latin-1 characters"),
        (JUMP, 1.5, "wrong_type", "0 (NO_JUMP), 1 (ONDELAY), 2 (ON)"),
    ],
)
def test_what_does_not_fit_is_refused_by_name_value_and_range(
    description: RegisterDescription, value: Value, code: str, words: str
) -> None:
    with pytest.raises(CommandRefused) as refused:
        write_registers([description], {description.name: value}, {0x57: 0, 0x0B: 0, 0x05: 0})
    error = refused.value
    assert (error.code, error.field, error.allowed) == (code, description.name, words)


def test_a_yes_may_be_a_zero() -> None:
    assert write_registers([INVERTED], {"LED_ON": True}, {0x05: 0xFF}) == {0x05: 0xBF}


def test_a_text_is_filled_up_with_zeros() -> None:
    changed = write_registers([TEXT], {"TEXTLINE_1": "Flur"}, {})
    assert bytes(changed[register] for register in range(0x36, 0x42)) == b"Flur".ljust(12, b"\x00")


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(CommandRefused, match="unknown_parameter"):
        write_registers([TRIES], {"TRIES": 3}, {})


def test_lists_are_not_mixed() -> None:
    other = described("OTHER", (1, 1, 0xFF), FLAG, Flag())
    other = replace(other, list_index=0, holder=4)
    assert {key: len(found) for key, found in by_list([other, TRIES, JUMP]).items()} == {
        (4, 0): 1,
        (None, 1): 2,
    }
    with pytest.raises(ValueError, match="one list at a time"):
        read_values([TRIES, other], {})


@given(value=st.floats(0, 108000))
def test_a_time_is_written_as_the_nearest_that_one_byte_can_say(value: float) -> None:
    changed = write_registers([ON_TIME], {"ON_TIME": value}, {})
    read = read_values([ON_TIME], changed)["ON_TIME"]
    assert isinstance(read, float)
    assert abs(read - value) <= max(0.05, value / 7.5)  # the widest gap, 3.1 to 4 s


@given(value=st.sampled_from(["STATUSINFO_MINDELAY", "STATUSINFO_RANDOM"]), byte=st.integers(0, 255))
def test_reading_and_writing_back_changes_nothing(value: str, byte: int) -> None:
    values = read_values([MIN_DELAY, RANDOM], {0x57: byte})
    assert write_registers([MIN_DELAY, RANDOM], {value: values[value]}, {0x57: byte}) == {}


@given(registers=REGISTERS)
def test_pages_hold_every_register_once_and_no_more_than_a_message_can(registers: dict[int, int]) -> None:
    for form in PageForm:
        sent: list[tuple[int, int]] = []
        for page in pages(3, registers, form):
            assert len(page.payload()) <= 2 + 1 + MAX_DATA_SIZE
            match page:
                case WritePairs():
                    sent += page.registers
                case WriteSequence():
                    sent += enumerate(page.values, start=page.first)
        assert sent == sorted(registers.items())


@given(registers=REGISTERS, cut=st.integers(1, 7))
def test_a_list_is_the_same_however_the_device_sends_it(registers: dict[int, int], cut: int) -> None:
    items = sorted(registers.items())
    pairs = [ParamPairs(registers=tuple(items[at : at + cut])) for at in range(0, len(items), cut)]
    rows = [
        ParamSequence(first=page.first, values=page.values)
        for page in pages(1, registers, PageForm.SEQUENCES)
        if isinstance(page, WriteSequence)
    ]
    pairs_end, rows_end = ParamPairs(registers=((0, 0),)), ParamSequence(first=0, values=b"")
    assert registers_of([*pairs, *pairs[-1:], pairs_end]) == registers
    assert registers_of([*rows[:1], *rows, rows_end]) == registers
    assert registers_of([*rows, *pairs]) == registers


def test_a_sequence_that_runs_over_the_end_is_cut() -> None:
    assert registers_of([ParamSequence(first=0xFE, values=b"\x01\x02\x03\x04")]) == {0xFE: 1, 0xFF: 2}


def test_a_checked_whole_number_is_an_integer() -> None:
    assert checked(TRIES, 6.0) == 6
    assert type(checked(TRIES, 6.0)) is int
