"""What goes first, what is interrupted, and what is not."""

from dataclasses import replace

import pytest

from drivers.bidcos.codec.messages import (
    Ack,
    ConfigEnd,
    ConfigStart,
    Nack,
    ParamPairs,
    ParamRequest,
    PeerAdd,
    SetLevel,
    StatusRequest,
    WritePairs,
    decode_message,
)
from drivers.bidcos.exchange.lane import Deferred, Delivered, Expect, Failed, Failure, Step
from drivers.bidcos.radios.radio import Result
from hub.contract import BY_USER, IN_BACKGROUND, Cause, ReceiveMode, Urgency

from ..play import HEATER, LAMP, SIREN, STRANGER, Play

ALARM = Cause(Urgency.ALARM)
RULE = Cause(Urgency.RULE, "evening")
READ = Step(message=ParamRequest(channel=1, list_index=1), expect=Expect.PAGES)
WRITE = (
    Step(message=ConfigStart(channel=1, list_index=1)),
    Step(message=WritePairs(channel=1, registers=((3, 7),))),
    Step(message=ConfigEnd(channel=1)),
)


def _answer_all(play: Play, seconds: float = 20.0) -> None:
    """Every device acknowledges what it is asked, after 130 ms."""
    answered = 0
    end_s = play.now_s + seconds
    while play.now_s < end_s:
        play.wait(0.13)
        asked, answered = play.sent[answered:], len(play.sent)
        for _, frame in asked:
            message = decode_message(frame)
            if isinstance(message, ParamRequest):
                last = ParamPairs(registers=((0, 0),))
                play.hear(last, sender=frame.receiver, counter=frame.counter, flags=0x80)
            elif frame.kind not in {0x02, 0x03}:
                play.hear(Ack(), sender=frame.receiver, counter=frame.counter)


def test_an_alarm_goes_first_then_people_then_rules_then_what_nobody_waits_for() -> None:
    play = Play()
    play.exchanges.lanes.add(STRANGER, frozenset({ReceiveMode.ALWAYS}), 90)
    play.submit()  # the air is taken
    play.submit(Step(message=StatusRequest(channel=1)), device=STRANGER, cause=IN_BACKGROUND)
    play.submit(device=SIREN, cause=RULE)
    play.submit(device=LAMP, cause=BY_USER)
    play.submit(Step(message=SetLevel(channel=1, level=1)), device=SIREN, cause=ALARM)
    _answer_all(play)
    order = [(frame.receiver, frame.payload[:3].hex()) for _, frame in play.sent]
    assert order == [
        (LAMP, "0201c8"),
        (SIREN, "020101"),
        (LAMP, "0201c8"),
        (SIREN, "0201c8"),
        (STRANGER, "010e"),
    ]


def test_a_long_read_lets_a_person_go_first_and_then_goes_on_where_it_was() -> None:
    play = Play()
    reading = play.submit(READ, READ, READ, cause=IN_BACKGROUND)
    play.wait(0.1)
    play.submit(cause=BY_USER)
    _answer_all(play)
    assert [frame.kind for _, frame in play.sent] == [0x01, 0x11, 0x01, 0x01]
    done = [outcome for outcome in play.told if isinstance(outcome, Delivered)]
    assert [outcome.request is reading for outcome in done] == [False, True]
    assert len(done[1].pages) == 3


@pytest.mark.parametrize("first", [True, False])
def test_the_rest_of_a_long_answer_that_does_not_come_keeps_nobody_waiting(first: bool) -> None:
    play = Play()
    play.exchanges.lanes.add(STRANGER, frozenset({ReceiveMode.ALWAYS}), 90)
    play.submit(READ, cause=IN_BACKGROUND)
    play.wait(0.13)
    if first:
        play.submit(device=STRANGER, cause=BY_USER)
    play.hear(ParamPairs(registers=((1, 2),)), counter=23, flags=0xA0)
    play.wait(0.2)
    if not first:
        play.submit(device=STRANGER, cause=BY_USER)
    play.wait(0.8)
    (asked,) = [at for at, frame in play.sent if frame.receiver == STRANGER and frame.kind == 0x11][:1]
    assert asked < 1.0
    play.hear(Ack(), sender=STRANGER, counter=91)
    play.wait(0.2)
    for message, counter in ((ParamPairs(registers=((1, 2),)), 23), (ParamPairs(registers=((0, 0),)), 24)):
        play.hear(message, counter=counter, flags=0xA0)
        play.wait(0.2)
    pages = [outcome.pages for outcome in play.told if isinstance(outcome, Delivered) and outcome.pages]
    assert [len(each) for each in pages] == [2]


def test_nobody_is_left_half_configured() -> None:
    play = Play()
    play.exchanges.lanes.add(STRANGER, frozenset({ReceiveMode.ALWAYS}), 90)
    play.submit(*WRITE, cause=IN_BACKGROUND)
    play.submit(cause=BY_USER)
    play.submit(device=STRANGER, cause=BY_USER)
    _answer_all(play)
    assert [(frame.receiver, frame.kind) for _, frame in play.sent] == [
        (LAMP, 0x01),
        (LAMP, 0x01),
        (LAMP, 0x01),
        (STRANGER, 0x11),
        (LAMP, 0x11),
    ]


def test_an_alarm_for_another_device_does_not_wait_for_a_configuration() -> None:
    play = Play()
    play.submit(*WRITE, cause=BY_USER)
    play.submit(device=SIREN, cause=ALARM)
    _answer_all(play)
    assert [frame.receiver for _, frame in play.sent][:2] == [LAMP, SIREN]
    assert len(play.ended(Delivered)) == 2


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (0x82, Failure.PEERS_FULL),
        (0x84, Failure.UNKNOWN_TARGET),
        (0x80, Failure.REFUSED),
        (0x85, Failure.REFUSED),
    ],
)
def test_a_refusal_says_why(code: int, reason: Failure) -> None:
    play = Play()
    play.submit(Step(message=PeerAdd(channel=1, peer=STRANGER, peer_channels=(1, 0))))
    play.hear(Nack(code=code), counter=8)
    (failed,) = play.ended(Failed)
    assert isinstance(failed, Failed)
    assert failed.reason is reason


def test_a_frame_that_the_stick_could_not_send_is_sent_again_and_not_counted_as_an_attempt() -> None:
    play = Play()
    play.submit()
    for _ in range(2):
        play._note(play.exchanges.judge(play.sent[-1][1], Result.CHANNEL_BUSY, play.now_s))
        play.wait(0.25)
    play.wait(5)
    assert [(at, frame.counter) for at, frame in play.sent] == [
        (0.0, 8), (0.2, 8), (0.45, 8), (0.75, 8), (1.05, 9),
    ]  # fmt: skip
    assert len(play.ended(Failed)) == 1


def test_a_channel_that_stays_busy_does_not_keep_us_trying_for_ever() -> None:
    play = Play()
    play.submit()
    for _ in range(40):
        play._note(play.exchanges.judge(play.sent[-1][1], Result.CHANNEL_BUSY, play.now_s))
        play.wait(0.5)
    assert len(play.sent) <= 8
    assert len(play.ended(Failed)) == 1


def test_a_complaint_about_an_acknowledgement_repeats_no_question() -> None:
    play = Play()
    play.submit()
    question = play.sent[-1][1]
    answer = replace(question, kind=0x02, payload=b"\x00")
    play._note(play.exchanges.judge(answer, Result.CHANNEL_BUSY, play.now_s))
    play.wait(0.25)
    assert [frame.kind for _, frame in play.sent] == [0x11]


def test_a_thermostat_whose_register_says_that_no_burst_wakes_it_gets_none() -> None:
    play = Play()
    play.exchanges.lanes.set_burst_rx(HEATER, False)
    play.submit(device=HEATER)
    play.wait(5)
    assert play.sent == []
    assert isinstance(play.told[-1], Deferred)


def test_a_status_of_another_channel_is_no_answer_and_a_stray_frame_ends_no_list() -> None:
    from drivers.bidcos.codec.messages import Status

    play = Play()
    play.submit(Step(message=StatusRequest(channel=1), expect=Expect.STATUS))
    play.hear(Status(channel=2, value=0, flags=0), counter=9, flags=0x80)
    assert not play.ended(Delivered)
    play.hear(Status(channel=1, value=0, flags=0), counter=8, flags=0x80)
    assert len(play.ended(Delivered)) == 1
    play.submit(READ)
    play.wait(0.2)
    play.hear(Status(channel=1, value=0, flags=0), counter=9, flags=0x80)  # told by itself, counter + 1
    assert len(play.ended(Delivered)) == 1


def test_a_part_that_is_repeated_is_acknowledged_again_and_kept_once() -> None:
    play = Play()
    play.submit(READ)
    part, end = ParamPairs(registers=((1, 2),)), ParamPairs(registers=((0, 0),))
    for message, counter in ((part, 23), (part, 23), (end, 24)):
        play.wait(0.5)
        play.hear(message, counter=counter, flags=0xA0)
    play.wait(1)
    (delivered,) = play.ended(Delivered)
    assert isinstance(delivered, Delivered)
    assert delivered.pages == (part, end)
    assert [frame.counter for frame in play.frames(0x02)] == [23, 23, 24]


def test_a_person_is_refused_before_an_alarm_is_and_told_for_how_long() -> None:
    play = Play()
    play.airtime.charge(32_000.0, play.now_s)
    play.submit(cause=BY_USER)
    (failed,) = play.ended(Failed)
    assert isinstance(failed, Failed)
    assert failed.reason is Failure.AIRTIME
    assert 3_500 < failed.retry_after_s <= 3_660
    play.submit(device=SIREN, cause=ALARM)
    assert [frame.receiver for _, frame in play.sent] == [SIREN]


def test_what_a_radio_repeats_by_itself_is_counted_as_often() -> None:
    play = Play()
    play.exchanges.verdict_s = 10.0
    play.submit()
    once_ms = play.airtime.used_ms(play.now_s)
    play._note(play.exchanges.judge(play.sent[-1][1], Result.SILENT, play.now_s))
    assert play.airtime.used_ms(play.now_s) == 3 * once_ms
    assert len(play.sent) == 1
    (failed,) = play.ended(Failed)
    assert isinstance(failed, Failed)
    assert failed.reason is Failure.SILENT
