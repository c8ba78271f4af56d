"""Lists in parts, as different firmware numbers, repeats and loses them."""

import pytest

from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.codec.messages import Message, ParamPairs, ParamSequence, SerialInfo, message_frame
from drivers.bidcos.exchange.pages import Pages

A = ParamSequence(first=1, values=b"abc")
B = ParamSequence(first=4, values=b"def")
C = ParamPairs(registers=((20, 1),))
END = ParamSequence(first=0, values=b"")
WHOLE: list[Message] = [A, B, C, END]


def part(counter: int, message: Message) -> Frame:
    return message_frame(
        message, counter=counter & 0xFF, flags=0xA0, sender=b"\x11\x22\x33", receiver=b"\x44\x55\x66"
    )


def take(pages: Pages, counter: int, message: Message, at_s: float = 0.2) -> bool:
    frame = part(counter, message)
    assert pages.fits(frame.counter)
    return pages.take(frame, message, at_s)


def asked(counter: int = 0xFE) -> Pages:
    pages = Pages()
    pages.ask(counter, 0.0)
    return pages


@pytest.mark.parametrize(
    "counters",
    [
        pytest.param((0xFE, 0xFF, 0x100, 0x101), id="counted on"),
        pytest.param((0xFE, 0xFE, 0xFE, 0xFE), id="all alike"),
        pytest.param((0xFF, 0x100, 0x101, 0x102), id="from the next counter on"),
    ],
)
def test_a_list_is_whole_however_its_parts_are_numbered(counters: tuple[int, ...]) -> None:
    pages = asked()
    new = [
        (pages.complete, take(pages, counter, message))
        for counter, message in zip(counters, WHOLE, strict=True)
    ]
    assert new == [(False, True)] * 4
    assert pages.complete
    assert pages.parts == WHOLE


@pytest.mark.parametrize("again", [0xFE, 0xFF], ids=["same counter", "next counter"])
def test_a_part_that_comes_again_is_kept_once(again: int) -> None:
    pages = asked()
    take(pages, 0xFE, A)
    assert not take(pages, again, A)
    for offset, message in enumerate(WHOLE[1:], 1):
        take(pages, again + offset, message)
    assert pages.complete
    assert pages.parts == WHOLE


@pytest.mark.parametrize("lost", [(0,), (1,), (2,), (0, 1), (1, 2)], ids=str)
def test_parts_that_a_device_left_out_come_with_the_next_reading(lost: tuple[int, ...]) -> None:
    pages = asked()
    for offset, message in enumerate(WHOLE):
        if offset not in lost:
            take(pages, 0xFE + offset, message, 2.0)
    assert (pages.over, pages.complete) == (True, False)
    pages.ask(0x12, 5.0)
    for offset, message in enumerate(WHOLE):
        take(pages, 0x12 + offset, message, 5.2)
        if offset == max(lost):
            break
    assert pages.complete
    assert pages.parts == WHOLE


def test_late_parts_of_the_reading_before_still_count() -> None:
    pages = asked(10)
    take(pages, 10, A)
    pages.ask(27, 4.0)
    take(pages, 11, B, 4.1)
    take(pages, 27, A, 4.2)
    take(pages, 12, C, 4.3)
    take(pages, 13, END, 4.4)
    assert pages.parts == WHOLE
    assert pages.complete


def test_a_part_that_changed_meanwhile_is_the_newer_one() -> None:
    pages = asked(10)
    take(pages, 10, A)
    pages.ask(27, 4.0)
    newer = ParamSequence(first=1, values=b"xyz")
    take(pages, 27, newer, 4.2)
    assert pages.parts == [newer]


def test_counters_of_something_else_do_not_fit() -> None:
    pages = asked(10)
    assert [counter for counter in range(256) if pages.fits(counter)] == [10, 11, 12, 13, 14]
    assert not Pages().fits(0)


def test_what_comes_in_one_piece_is_whole() -> None:
    pages = asked(10)
    take(pages, 11, SerialInfo(serial="JEQ0123456"), 3.0)
    assert pages.complete
