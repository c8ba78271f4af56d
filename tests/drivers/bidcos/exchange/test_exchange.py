"""Exchanges as screenplays: who sends what, when. Time is an argument, so nothing waits."""

import pytest

from drivers.bidcos.codec.frames import Flag
from drivers.bidcos.codec.messages import (
    Ack,
    AckStatus,
    Challenge,
    ConfigEnd,
    ConfigStart,
    DeviceInfo,
    HaveData,
    KeyPress,
    Message,
    Nack,
    ParamPairs,
    ParamRequest,
    Status,
    StatusRequest,
    SwitchOnBehalf,
    TimeRequest,
    Weather,
    decode_message,
)
from drivers.bidcos.codec.signing import DEFAULT_KEY, verify
from drivers.bidcos.exchange.lane import (
    Deferred,
    Delivered,
    Expect,
    Failed,
    Failure,
    Heard,
    Request,
    Step,
)
from hub.contract import ReceiveMode
from hub.contract.radio import KeyState

from ..play import HEATER, LAMP, ON, SIREN, STRANGER, Play


def test_an_acknowledged_command_is_delivered_and_not_repeated() -> None:
    play = Play()
    request = play.submit()
    play.wait(0.15)
    play.hear(AckStatus(channel=1, value=0xC8, flags=0, tail=b"\x30"), counter=8)
    play.wait(5)

    assert [(at, frame.flags, frame.counter) for at, frame in play.sent] == [(0.0, 0xA0, 8)]
    (delivered,) = play.ended(Delivered)
    assert isinstance(delivered, Delivered)
    assert delivered.request is request
    assert isinstance(play.told[0], Heard)
    assert play.told[0].answer_to is request


@pytest.mark.parametrize(
    ("device", "jitter", "times"),
    [(LAMP, 0, [0.0, 0.3, 0.6]), (LAMP, 255, [0.0, 0.4, 0.8]), (SIREN, 0, [0.0, 0.66, 1.32])],
)
def test_an_unanswered_command_is_sent_three_times_and_given_up(
    device: bytes, jitter: int, times: list[float]
) -> None:
    play = Play(jitter=jitter)
    play.submit(device=device)
    play.wait(5)

    assert [at for at, _ in play.sent] == times
    first = play.sent[0][1].counter
    assert [frame.counter - first for _, frame in play.sent] == [0, 0, 1]
    assert {bool(frame.flags & Flag.BURST) for _, frame in play.sent} == {device is SIREN}
    (failed,) = play.ended(Failed)
    assert isinstance(failed, Failed)
    assert (failed.reason, failed.attempts) == (Failure.SILENT, 3)


def test_a_device_that_keeps_silent_at_repeats_answers_the_last_send() -> None:
    play = Play()
    request = play.submit()
    play.wait(0.7)  # its acknowledgement was lost, and a counter that it knows it does not answer
    assert [frame.counter for _, frame in play.sent] == [8, 8, 9]
    play.hear(AckStatus(channel=1, value=0xC8, flags=0, tail=b""), counter=9)
    play.wait(5)
    (delivered,) = play.ended(Delivered)
    assert isinstance(delivered, Delivered)
    assert delivered.request is request
    assert len(play.sent) == 3


@pytest.mark.parametrize(
    "message", [SwitchOnBehalf(peer=STRANGER, event=0x40, key=1, counter=3), ConfigEnd(channel=1)]
)
def test_what_would_be_undone_or_refused_the_second_time_keeps_its_counter(message: Message) -> None:
    play = Play()
    play.submit(Step(message=message))
    play.wait(5)
    assert [frame.counter for _, frame in play.sent] == [8, 8, 8]


def test_a_woken_sleeper_is_asked_often_while_it_listens_and_anew_as_some_are_silent_to_repeats() -> None:
    play = Play()
    play.submit(device=HEATER)
    play.hear(Ack(), sender=HEATER, counter=21)  # it heard the call
    play.wait(2)
    asked = [(at, frame.counter) for at, frame in play.sent if frame.kind == 0x11]
    assert [counter for _, counter in asked] == [22, 22, 23, 23, 24]
    assert asked[1][0] - asked[0][0] < 0.4  # open firmware listens for 0.5 s: two of them reach it


def test_steps_follow_each_other_after_a_pause_with_new_counters() -> None:
    play = Play()
    play.submit(Step(message=ConfigStart(channel=0, list_index=0)), Step(message=ConfigEnd(channel=0)))
    play.wait(0.13)
    play.hear(Ack(), counter=8)
    play.wait(0.2)
    play.hear(Ack(), counter=9)

    assert [(at, frame.counter) for at, frame in play.sent] == [(0.0, 8), (0.23, 9)]
    assert len(play.ended(Delivered)) == 1


def test_one_question_is_on_the_air_at_a_time() -> None:
    play = Play()
    play.exchanges.lanes.add(STRANGER, frozenset({ReceiveMode.ALWAYS}), 90)
    play.submit()
    play.submit(device=STRANGER)
    play.wait(0.1)
    assert [frame.receiver for _, frame in play.sent] == [LAMP]
    play.hear(Ack(), counter=8)
    assert [frame.receiver for _, frame in play.sent] == [LAMP, STRANGER]


def test_a_refusal_ends_a_request() -> None:
    play = Play()
    play.submit(ON, ON)
    play.hear(Nack(code=0x80), counter=8)
    play.wait(5)
    (failed,) = play.ended(Failed)
    assert isinstance(failed, Failed)
    assert failed.reason is Failure.REFUSED
    assert len(play.sent) == 1


def test_answers_of_others_or_with_another_counter_do_not_count() -> None:
    play = Play()
    play.submit()
    play.hear(Ack(), counter=9)
    play.hear(Ack(), counter=8, sender=STRANGER)
    play.hear(Ack(), counter=8, receiver=STRANGER)
    assert not play.ended(Delivered)


def test_an_event_is_acknowledged_87_ms_after_its_end_and_repeats_are_told_once() -> None:
    play = Play()
    for _ in range(3):
        play.hear(KeyPress(channel=1, counter=3), counter=40, flags=0xA0)
        play.wait(0.5)
    assert [(at, frame.kind, frame.counter, frame.flags) for at, frame in play.sent] == [
        (0.087, 0x02, 40, 0x80),
        (0.587, 0x02, 40, 0x80),
        (1.087, 0x02, 40, 0x80),
    ]
    assert len(play.ended(Heard)) == 1


def test_a_repeated_frame_is_answered_44_ms_earlier_and_its_copy_only_once() -> None:
    play = Play()
    play.hear(KeyPress(channel=1, counter=3), counter=40, flags=0xE0)
    play.wait(0.044)
    play.hear(KeyPress(channel=1, counter=3), counter=40, flags=0xE0)
    play.wait(1)
    assert [at for at, _ in play.sent] == [0.043]


def test_nothing_is_answered_that_is_not_for_us_or_wants_no_answer() -> None:
    play = Play()
    play.hear(KeyPress(channel=1, counter=3), counter=40, flags=0xA0, receiver=STRANGER)
    play.hear(KeyPress(channel=1, counter=4), counter=41, flags=0x80)
    play.hear(KeyPress(channel=1, counter=5), counter=42, flags=0xA0, sender=STRANGER)
    play.hear(Weather(temperature=200), counter=43, flags=0x84, receiver=bytes(3))
    play.wait(1)
    assert play.sent == []


def test_a_command_waits_for_an_answer_that_is_due_meanwhile() -> None:
    play = Play()
    play.hear(KeyPress(channel=1, counter=3), counter=40, flags=0xA0, sender=SIREN)
    play.wait(0.08)
    play.submit()
    play.wait(0.1)
    assert [(at, frame.kind) for at, frame in play.sent] == [(0.087, 0x02), (0.088, 0x11)]


def test_a_sleeper_that_wants_an_answer_is_kept_awake_and_gets_what_waits() -> None:
    play = Play()
    play.exchanges.lanes.add(STRANGER, frozenset({ReceiveMode.WAKE_UP}), 50)
    play.submit(device=STRANGER)
    assert isinstance(play.told[0], Deferred)
    assert play.exchanges.lanes.waiting(STRANGER)
    play.wait(10)
    assert play.sent == []

    play.hear(Status(channel=1, value=0, flags=0), sender=STRANGER, counter=77, flags=0xA2)
    play.wait(0.3)

    assert [(at, frame.kind, frame.flags) for at, frame in play.sent] == [
        (10.087, 0x02, 0x81),
        (10.187, 0x11, 0xA0),
    ]
    play.hear(Ack(), sender=STRANGER, counter=51)
    assert len(play.ended(Delivered)) == 1
    assert not play.exchanges.lanes.waiting(STRANGER)


def test_a_sleeper_that_only_tells_is_called_in_its_window() -> None:
    play = Play()
    play.exchanges.lanes.add(STRANGER, frozenset({ReceiveMode.WAKE_UP}), 50)
    play.submit(device=STRANGER)
    play.hear(Weather(temperature=200), sender=STRANGER, receiver=bytes(3), counter=77, flags=0x86)
    play.wait(0.15)
    (call,) = play.sent
    assert (call[0], call[1].kind, call[1].flags, call[1].counter) == (0.087, 0x12, 0xA1, 51)
    play.hear(Ack(), sender=STRANGER, counter=51)
    play.wait(0.15)
    assert (play.sent[1][1].kind, play.sent[1][1].flags) == (0x11, 0xA0)


def test_a_thermostat_is_tried_with_one_burst_and_then_left_to_wake() -> None:
    play = Play()
    play.submit(device=HEATER)
    play.wait(20)
    # the second and third call are cheap: when only the first one's acknowledgement was lost, it listens
    assert [(frame.kind, frame.flags) for _, frame in play.sent] == [(0x12, 0xB1), (0x12, 0xA1), (0x12, 0xA1)]
    assert isinstance(play.ended(Deferred)[0], Deferred)
    assert not play.ended(Failed)


def test_a_thermostat_that_hears_the_burst_gets_its_command_without_one() -> None:
    play = Play()
    play.submit(device=HEATER)
    play.wait(0.5)
    play.hear(Ack(), sender=HEATER, counter=21)
    play.wait(0.15)
    assert [(frame.kind, frame.flags) for _, frame in play.sent] == [(0x12, 0xB1), (0x11, 0xA0)]


def test_a_device_that_fell_asleep_unseen_gets_as_many_bursts_as_one_that_slept_from_the_beginning() -> None:
    play = Play()
    wall = STRANGER
    play.exchanges.lanes.add(wall, frozenset({ReceiveMode.BURST, ReceiveMode.WAKE_UP}), 50)
    play.submit(device=wall)
    play.wait(20)
    asleep = [frame.flags for _, frame in play.sent]
    assert asleep == [0xB0] * 3
    assert isinstance(play.ended(Deferred)[0], Deferred)

    # given it was listening a moment ago, as far as the hub knows
    play = Play()
    play.exchanges.lanes.add(wall, frozenset({ReceiveMode.BURST, ReceiveMode.WAKE_UP}), 50)
    play.exchanges.woke(wall, play.now_s, 0.6)
    play.wait(0.1)
    play.submit(device=wall)
    play.wait(20)

    # then what it can't have heard is no reason to call it less often
    assert [frame.flags for _, frame in play.sent] == [0xA0, 0xA0, 0xA0, *asleep]
    assert isinstance(play.ended(Deferred)[0], Deferred)


def test_a_device_that_a_burst_wakes_is_woken_when_the_air_was_taken_while_it_listened() -> None:
    play = Play()
    wall = STRANGER
    play.exchanges.lanes.add(wall, frozenset({ReceiveMode.BURST, ReceiveMode.WAKE_UP}), 50)
    play.submit()
    play.submit(device=wall)
    # given it tells that it listens, while the lamp is being asked
    play.hear(Weather(temperature=200), sender=wall, receiver=bytes(3), counter=77, flags=0x86)
    play.wait(0.295)
    play.hear(AckStatus(channel=1, value=0xC8, flags=0, tail=b"\x30"), counter=8)
    play.wait(0.1)

    # then nobody waits until it tells something again
    assert [(frame.receiver, frame.kind, frame.flags) for _, frame in play.sent] == [
        (LAMP, 0x11, 0xA0),
        (wall, 0x11, 0xB0),
    ]
    assert not play.ended(Deferred)


def test_a_newer_setting_replaces_one_that_still_waits() -> None:
    play = Play()
    play.exchanges.lanes.add(STRANGER, frozenset({ReceiveMode.WAKE_UP}), 50)
    old = play.submit(device=STRANGER, key="temperature")
    play.submit(device=STRANGER, key="temperature")
    (failed,) = play.ended(Failed)
    assert isinstance(failed, Failed)
    assert (failed.request, failed.reason) == (old, Failure.REPLACED)


def test_a_challenge_is_answered_with_the_default_key_and_the_proof_is_checked() -> None:
    play = Play(jitter=0x55)
    play.submit()
    asked = play.sent[0][1]
    play.wait(0.12)
    play.hear(Challenge(challenge=b"\x94\x50\x80\xb1\xb3\xbd", key_byte=0), counter=8, flags=0xA0)
    play.wait(0.12)
    response = play.sent[-1][1]
    assert (response.kind, response.counter, response.flags) == (0x03, 8, 0xA0)
    verified = verify(DEFAULT_KEY, b"\x94\x50\x80\xb1\xb3\xbd", asked, response.payload)
    assert verified is not None

    play.hear(Ack(auth=b"fake"), counter=8)
    assert not play.ended(Delivered)
    play.hear(AckStatus(channel=1, value=0xC8, flags=0, tail=b"\x30" + verified.auth), counter=8)
    assert len(play.ended(Delivered)) == 1


def test_a_device_that_does_not_take_our_signature_has_another_key() -> None:
    play = Play()
    play.submit()
    for turn in range(6):
        asked = play.frames(0x11)[-1]
        play.hear(Challenge(challenge=bytes((turn,)) * 6, key_byte=0), counter=asked.counter, flags=0xA0)
        play.wait(1.25)
    (failed,) = play.ended(Failed)
    assert isinstance(failed, Failed)
    assert failed.reason is Failure.WRONG_KEY
    assert len(play.frames(0x11)) == 6
    assert play.keyring.state(LAMP, can_sign=True) is KeyState.FOREIGN


def test_a_device_that_names_a_key_that_we_do_not_have_is_not_tried_again() -> None:
    play = Play()
    play.exchanges.lanes.add(STRANGER, frozenset({ReceiveMode.ALWAYS}), 90)
    play.submit()
    play.hear(Challenge(challenge=b"\x01" * 6, key_byte=6), counter=8, flags=0xA0)
    play.wait(5)
    (failed,) = play.ended(Failed)
    assert isinstance(failed, Failed)
    assert failed.reason is Failure.WRONG_KEY
    assert [frame.kind for _, frame in play.sent] == [0x11]
    play.submit(device=STRANGER)  # the others go on
    play.hear(Ack(), sender=STRANGER, counter=91)
    assert len(play.ended(Delivered)) == 1


def test_lost_signatures_of_a_device_that_took_ours_before_are_silence_not_another_key() -> None:
    play = Play()
    play.keyring.proved(LAMP, 0, DEFAULT_KEY)
    play.submit()
    for turn in range(6):
        asked = play.frames(0x11)[-1]
        play.hear(Challenge(challenge=bytes((turn,)) * 6, key_byte=0), counter=asked.counter, flags=0xA0)
        play.wait(1.25)
    (failed,) = play.ended(Failed)
    assert isinstance(failed, Failed)
    assert failed.reason is Failure.SILENT
    assert play.keyring.state(LAMP, can_sign=True) is KeyState.DEFAULT


def test_a_long_answer_is_acknowledged_part_by_part() -> None:
    play = Play()
    play.submit(Step(message=ParamRequest(channel=1, list_index=1), expect=Expect.PAGES))
    parts = [ParamPairs(registers=((1, 2), (3, 4))), ParamPairs(registers=((5, 6), (0, 0)))]
    for index, part in enumerate(parts):
        play.wait(0.13)
        play.hear(part, counter=23 + index, flags=0xA0)
    play.wait(1)
    assert [(frame.kind, frame.counter) for _, frame in play.sent] == [(0x01, 23), (0x02, 23), (0x02, 24)]
    (delivered,) = play.ended(Delivered)
    assert isinstance(delivered, Delivered)
    assert delivered.pages == tuple(parts)


def test_a_status_request_is_answered_by_a_status_message_too() -> None:
    play = Play()
    play.submit(Step(message=StatusRequest(channel=1), expect=Expect.STATUS))
    play.hear(Status(channel=1, value=0xC8, flags=0), counter=8, flags=0xA4)
    play.wait(1)
    assert len(play.ended(Delivered)) == 1
    assert [frame.kind for _, frame in play.sent] == [0x01, 0x02]


def test_an_event_in_the_middle_of_an_exchange_is_acknowledged_as_usual() -> None:
    play = Play()
    play.submit()
    play.hear(Status(channel=1, value=0, flags=0), counter=99, flags=0xA4)
    play.wait(0.2)
    play.hear(Ack(), counter=8)
    assert [(frame.kind, frame.counter) for _, frame in play.sent] == [(0x11, 8), (0x02, 99)]
    assert len(play.ended(Delivered)) == 1


def test_the_time_is_asked_again_until_it_is_told() -> None:
    play = Play()
    play.hear(TimeRequest(), sender=HEATER, counter=5, flags=0xA0)
    play.wait(0.5)
    play.hear(TimeRequest(), sender=HEATER, counter=5, flags=0xA0)
    assert len(play.ended(Heard)) == 2
    assert play.sent == []  # the driver answers with the time, not with an acknowledgement


def test_somebody_elses_conversation_is_not_disturbed() -> None:
    play = Play()
    play.hear(KeyPress(channel=1, counter=1), sender=STRANGER, receiver=SIREN, counter=1, flags=0xA4)
    play.submit()
    play.wait(0.2)
    assert [at for at, _ in play.sent] == [0.15]


def test_without_send_time_a_command_fails_at_once_but_answers_go_on() -> None:
    play = Play()
    play.airtime.charge(34_500.0, play.now_s)
    play.submit()
    (failed,) = play.ended(Failed)
    assert isinstance(failed, Failed)
    assert failed.reason is Failure.AIRTIME
    play.hear(KeyPress(channel=1, counter=3), counter=40, flags=0xA0)
    play.wait(0.2)
    assert [frame.kind for _, frame in play.sent] == [0x02]


def test_a_device_whose_button_was_pressed_gets_what_waits() -> None:
    play = Play()
    play.exchanges.lanes.add(STRANGER, frozenset({ReceiveMode.CONFIG}), 50)
    play.submit(device=STRANGER)
    play.exchanges.woke(STRANGER, play.now_s, 5.0)
    play.wait(0.2)
    assert [frame.kind for _, frame in play.sent] == [0x11]


def test_a_lost_stick_forgets_what_was_under_way_and_keeps_what_waits_for_sleepers() -> None:
    play = Play()
    play.exchanges.lanes.add(STRANGER, frozenset({ReceiveMode.WAKE_UP}), 50)
    play.submit()
    play.submit(device=STRANGER)
    play.exchanges.pause(frozenset())
    assert play.exchanges.wake_at_s is None
    assert play.exchanges.lanes.waiting(STRANGER)
    assert not play.exchanges.lanes.waiting(LAMP)


def test_a_wake_up_call_reads_as_what_it_is() -> None:
    play = Play()
    play.submit(device=HEATER)
    assert decode_message(play.sent[0][1]) == HaveData()


def test_an_answer_that_comes_while_the_repeat_waits_for_its_turn_still_counts() -> None:
    play = Play()
    play.exchanges.lanes.add(STRANGER, frozenset({ReceiveMode.ALWAYS}), 90)
    play.submit()
    play.submit(device=STRANGER)
    play.wait(0.31)  # the lamp's first send was in vain, the stranger is asked before it is repeated
    assert [frame.receiver for _, frame in play.sent][-1] in {LAMP, STRANGER}
    play.hear(Ack(), counter=8)
    play.wait(3)
    assert len([frame for frame in play.frames(0x11) if frame.receiver == LAMP]) <= 2
    assert any(isinstance(outcome, Delivered) and outcome.request.device == LAMP for outcome in play.told)


def test_an_acknowledgement_after_we_gave_up_shows_that_the_device_is_there() -> None:
    play = Play()
    play.submit()
    play.wait(5)
    play.hear(AckStatus(channel=1, value=0xC8, flags=0), counter=8)
    assert isinstance(play.told[-1], Heard)
    assert play.told[-1].answer_to is None


def test_a_device_that_is_released_takes_its_requests_with_it() -> None:
    play = Play()
    play.submit()
    play.submit()
    outcomes = play.exchanges.remove(LAMP)
    assert len(outcomes) == 2
    assert play.exchanges.wake_at_s is None
    assert play.exchanges.remove(LAMP) == []


def test_a_press_of_the_config_button_wakes_what_waits() -> None:
    play = Play()
    play.exchanges.lanes.add(STRANGER, frozenset({ReceiveMode.CONFIG}), 50)
    play.submit(device=STRANGER)
    info = DeviceInfo(firmware=0x10, model=0x0008, serial="SIM0000042", device_class=0x40)
    play.hear(info, sender=STRANGER, receiver=bytes(3), counter=1, flags=0x84)
    play.wait(0.2)
    assert [(frame.kind, frame.flags) for _, frame in play.sent] == [(0x11, 0xA0)]


def test_a_request_for_now_fails_when_its_device_sleeps() -> None:
    play = Play()
    play.exchanges.lanes.add(STRANGER, frozenset({ReceiveMode.WAKE_UP}), 50)
    request = Request(device=STRANGER, steps=(ON,), now_only=True)
    outcomes = play.exchanges.submit(request, play.now_s)
    assert outcomes == [Failed(request=request, reason=Failure.SILENT, attempts=0)]


def test_a_woken_device_that_falls_silent_again_keeps_its_command_for_the_next_time() -> None:
    play = Play()
    play.exchanges.lanes.add(STRANGER, frozenset({ReceiveMode.WAKE_UP}), 50)
    play.submit(device=STRANGER)
    for round_ in range(6):
        play.hear(Status(channel=1, value=0, flags=0), sender=STRANGER, counter=round_, flags=0xA2)
        play.wait(30)
    assert len(play.frames(0x11)) == 6 * 5
    (failed,) = play.ended(Failed)
    assert isinstance(failed, Failed)
    assert failed.reason is Failure.SILENT


def test_a_lost_wake_up_call_leaves_the_command_waiting() -> None:
    play = Play()
    play.exchanges.lanes.add(STRANGER, frozenset({ReceiveMode.WAKE_UP}), 50)
    play.submit(device=STRANGER)
    for counter in (1, 2):
        weather = Weather(temperature=200 + counter)
        play.hear(weather, sender=STRANGER, receiver=bytes(3), counter=counter, flags=0x86)
        play.wait(30)
    assert [frame.kind for _, frame in play.sent] == [0x12] * 6
    assert play.exchanges.lanes.waiting(STRANGER)


def test_an_optional_step_without_an_answer_does_not_fail_the_request() -> None:
    play = Play()
    play.submit(ON, Step(message=StatusRequest(channel=1), optional=True))
    play.hear(Ack(), counter=8)
    play.wait(5)
    assert len(play.ended(Delivered)) == 1
    assert not play.ended(Failed)


def test_a_queue_that_nobody_empties_does_not_grow() -> None:
    play = Play()
    play.exchanges.lanes.add(STRANGER, frozenset({ReceiveMode.WAKE_UP}), 50)
    for _ in range(100):
        play.submit(device=STRANGER)
    assert len(play.exchanges.lanes[STRANGER].queue) == 32
    assert len(play.ended(Failed)) == 68
