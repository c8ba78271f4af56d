"""What a waking is used for: several calls, several tries, and nothing twice."""

import pytest

from drivers.bidcos.codec.messages import Ack, DeviceInfo, Nack, ParamPairs, Weather
from drivers.bidcos.exchange.request import Delivered, Failed
from drivers.bidcos.memory.registers import ListId
from drivers.bidcos.memory.wish_steps import write_steps
from hub.contract import ReceiveMode

from ..play import CENTRAL, HEATER, STRANGER, Play


def woken() -> Play:
    """A sleeper was asked to keep a setting, and is awake."""
    play = Play()
    play.submit(*write_steps(ListId(0, 1), {8: 1}), device=HEATER)
    play.hear(Ack(), sender=HEATER, counter=21)
    play.wait(0.15)
    return play


def wakes(play: Play, number: int) -> None:
    play.hear(Weather(temperature=number), sender=HEATER, receiver=bytes(3), counter=number, flags=0x86)
    play.wait(0.1)
    play.hear(Ack(), sender=HEATER, counter=play.sent[-1][1].counter)
    play.wait(0.15)


def test_a_list_that_was_written_is_not_written_again_when_its_reading_failed() -> None:
    # given a sleeper that took a new setting and slept off before it could be read back
    play = woken()
    for counter in (22, 23, 24):  # start, pairs, end
        play.hear(Ack(), sender=HEATER, counter=counter)
        play.wait(0.12)
    play.wait(30)
    asked = len(play.frames(0x01))

    # when it wakes again
    wakes(play, 1)

    # then only the reading is left
    assert [frame.payload.hex() for frame in play.frames(0x01)[asked:]] == ["00040000000001"]


def test_a_list_that_was_left_half_written_is_begun_anew() -> None:
    play = woken()
    play.hear(Ack(), sender=HEATER, counter=22)
    play.wait(30)
    asked = len(play.frames(0x01))
    wakes(play, 1)
    assert [frame.payload.hex() for frame in play.frames(0x01)[asked:]] == ["00050000000001"]


def test_parts_of_a_list_that_came_in_different_wakings_make_a_whole() -> None:
    # given a list of three parts, of which the second was left out
    play = woken()
    for counter in (22, 23, 24):
        play.hear(Ack(), sender=HEATER, counter=counter)
        play.wait(0.12)
    asked = play.sent[-1][1].counter
    first, second = ParamPairs(registers=((8, 1), (9, 2))), ParamPairs(registers=((10, 3),))
    last = ParamPairs(registers=((11, 4), (0, 0)))
    play.hear(first, sender=HEATER, counter=asked, flags=0xA0)
    play.hear(last, sender=HEATER, counter=asked + 2, flags=0xA0)
    play.wait(30)
    assert not play.ended(Delivered)

    # when it comes at the next waking, and the last one does not
    wakes(play, 1)
    asked = play.sent[-1][1].counter
    play.hear(first, sender=HEATER, counter=asked, flags=0xA0)
    play.hear(second, sender=HEATER, counter=asked + 1, flags=0xA0)
    play.wait(4)

    # then the list is whole, with each part once
    (done,) = play.ended(Delivered)
    assert isinstance(done, Delivered)
    assert done.pages == (first, second, last)


@pytest.mark.parametrize("receiver", [CENTRAL, STRANGER, bytes(3)], ids=["us", "a peer", "everybody"])
def test_a_sleeper_that_says_it_listens_is_called_whoever_its_frame_was_for(receiver: bytes) -> None:
    play = Play()
    play.exchanges.lanes.add(STRANGER, frozenset({ReceiveMode.WAKE_UP}), 50)
    play.submit(device=STRANGER)
    play.hear(Weather(temperature=201), sender=STRANGER, receiver=receiver, counter=1, flags=0x82)
    play.wait(0.1)
    assert [(frame.kind, frame.flags) for _, frame in play.sent] == [(0x12, 0xA1)]


def test_a_device_that_introduces_itself_to_us_and_wants_an_answer_gets_one_before_what_waits() -> None:
    play = Play()
    play.exchanges.lanes.add(STRANGER, frozenset({ReceiveMode.CONFIG}), 50)
    play.submit(device=STRANGER)
    info = DeviceInfo(firmware=0x10, model=0x00C7, serial="JEQ0000001", device_class=0x80)
    play.hear(info, sender=STRANGER, counter=9, flags=0xA4)
    play.wait(0.2)
    assert [(at, frame.kind, frame.counter) for at, frame in play.sent] == [
        (0.087, 0x02, 9),
        (0.187, 0x11, 51),
    ]


def test_an_answer_that_comes_after_the_question_got_another_number_still_counts() -> None:
    play = Play()
    play.submit(device=HEATER)
    play.hear(Ack(), sender=HEATER, counter=21)
    play.wait(0.75)
    assert [frame.counter for frame in play.frames(0x11)] == [22, 22, 23]
    play.hear(Ack(), sender=HEATER, counter=22)
    assert len(play.ended(Delivered)) == 1


def test_an_end_that_was_heard_before_may_be_refused_the_second_time() -> None:
    play = woken()
    for counter in (22, 23):
        play.hear(Ack(), sender=HEATER, counter=counter)
        play.wait(0.12)
    play.wait(0.9)  # its acknowledgement was lost
    play.hear(Nack(code=0x80), sender=HEATER, counter=play.sent[-1][1].counter)
    play.wait(0.15)
    assert not play.ended(Failed)
    assert play.frames(0x01)[-1].payload.hex() == "00040000000001"


def test_a_sleeper_whose_acknowledgement_of_the_call_was_lost_gets_its_command_in_the_same_waking() -> None:
    play = Play()
    play.exchanges.lanes.add(STRANGER, frozenset({ReceiveMode.WAKE_UP}), 50)
    play.submit(device=STRANGER)
    play.hear(Weather(temperature=201), sender=STRANGER, receiver=bytes(3), counter=1, flags=0x86)
    play.wait(0.4)
    play.hear(Ack(), sender=STRANGER, counter=52)
    play.wait(0.15)
    assert [frame.counter for frame in play.frames(0x12)] == [51, 52]
    assert [frame.counter for frame in play.frames(0x11)] == [53]
