"""The stick on its bad days: busy air, restarts, noise, other protocols; and which radio it is."""

import pytest

from drivers.bidcos.codec.uart import Destination, encode_uart
from drivers.bidcos.codec.uart_reports import APPLICATION, DUAL_APPLICATION, Started
from drivers.bidcos.radios.cul_radio import LIFE_SIGN
from drivers.bidcos.radios.radio import (
    Broken,
    RadioKind,
    Ready,
    Reception,
    Result,
    Trouble,
    TroubleCode,
    Verdict,
)
from drivers.bidcos.radios.recognise import GIVE_UP_S, MODULE_SPEED, STICK_SPEED, Recogniser

from .played import Line, cul_line, event, question, stick_of


def _started() -> Line:
    line = cul_line()
    line.run(2.0)
    assert line.of(Ready)
    return line


def test_a_question_that_found_no_free_channel_is_said_to_be_unsent() -> None:
    line = _started()
    line.send(question(1))
    line.run(1.5)
    line.hear(b"ERR:CCA\r\n")
    assert line.of(Verdict) == [Verdict(frame=question(1), result=Result.CHANNEL_BUSY)]
    assert [trouble.code for trouble in line.of(Trouble)] == [TroubleCode.CHANNEL_BUSY]


def test_a_complaint_means_the_youngest_frame_that_can_have_waited_so_long() -> None:
    line = _started()
    line.send(question(1))
    line.run(0.2)
    line.send(question(2))
    line.run(1.0)
    line.send(question(3))
    line.run(0.5)
    line.hear(b"ERR:CCA\r\n")
    assert [verdict.frame.counter for verdict in line.of(Verdict)] == [2]


def test_an_answer_that_was_not_sent_goes_again_within_its_window_only() -> None:
    line = _started()
    line.send(question(1, flags=0x80))
    line.run(0.05)
    line.hear(b"ERR:CCA\r\n")
    assert [frame.counter for frame in line.hardware.aired] == [1, 1]
    line.send(question(2, flags=0x80))
    line.run(1.5)
    line.hear(b"ERR:CCA\r\n")
    assert [frame.counter for frame in line.hardware.aired] == [1, 1, 2]
    assert line.of(Verdict) == []


def test_used_up_send_time_is_a_verdict_and_a_complaint_about_nothing_is_none() -> None:
    line = _started()
    line.hear(b"LOVF\r\nERR:CCA\r\n")
    assert line.of(Verdict) == []
    line.send(question())
    line.hear(b"LOVF\r\n")
    assert line.of(Verdict) == [Verdict(frame=question(), result=Result.AIRTIME)]


def test_a_stick_that_says_hello_unasked_is_told_to_listen_again() -> None:
    line = _started()
    stick = stick_of(line)
    stick.listens = False
    line.hear(b"V 1.67 nanoCUL868\r\n")
    assert stick.listens
    assert [trouble.code for trouble in line.of(Trouble)] == [TroubleCode.RESTARTED]


def test_a_stick_that_restarted_unseen_listens_again_after_the_next_life_sign() -> None:
    line = _started()
    stick_of(line).listens = False
    before = line.written
    line.run(16.0)
    assert line.written[len(before) :] == LIFE_SIGN
    assert stick_of(line).listens
    assert line.of(Trouble) == []


def test_lines_of_other_firmware_and_protocols_do_not_disturb() -> None:
    line = _started()
    for _ in range(100):
        line.hear(b"T01234567\r\nA0CAB86701B0A3A00000000924300;12345678\r\nEOB\r\n? (x is unknown)\r\n")
    line.hear(line.hardware.hear(event()))
    assert len(line.of(Reception)) == 1
    assert not line.of(Broken)


def test_bytes_that_are_no_text_for_long_mean_a_wrong_speed() -> None:
    line = _started()
    line.hear(b"\xf8\x80\xfe\r\n" * 30)
    line.hear(line.hardware.hear(event()))  # one good line, and it starts to count anew
    line.hear(b"\xf8\x80\xfe\r\n" * 30)
    assert not line.of(Broken)
    line.hear(b"\xf8\x80\xfe\r\n" * 30)
    assert line.of(Broken) == [Broken(code="garbage")]


# who is who


def _ask(search: Recogniser, answer: bytes, at_s: float, speed: int | None = None) -> float:
    """Let it search; from ``at_s`` on the hardware answers, at ``speed`` only."""
    now_s = 0.0
    while search.found is None and not search.gave_up:
        now_s = search.wake_at_s
        question = search.wake(now_s)
        if question is not None and now_s >= at_s and speed in {None, question.speed}:
            search.receive(answer)
    return now_s


MODULE = encode_uart(Started(app=APPLICATION).frame(1))
DUAL = encode_uart(Started(app=DUAL_APPLICATION, destination=Destination.DUAL).frame(2))
STICK = b"V 1.67 nanoCUL868\r\n"
ANY = frozenset(RadioKind)


@pytest.mark.parametrize(
    ("answer", "speed", "kind"),
    [
        (STICK, STICK_SPEED, RadioKind.CUL),
        (STICK, MODULE_SPEED, RadioKind.CUL),
        (MODULE, MODULE_SPEED, RadioKind.MODULE),
        (DUAL, MODULE_SPEED, RadioKind.MODULE),
    ],
)
def test_what_answers_is_found_within_a_third_of_a_second(answer: bytes, speed: int, kind: RadioKind) -> None:
    search = Recogniser(ANY, 0.0)
    assert _ask(search, answer, 0.0, speed) <= 0.34
    assert search.found is not None
    assert (search.found.kind, search.found.speed) == (kind, speed)


def test_a_stick_that_opening_has_reset_is_found_two_seconds_later() -> None:
    search = Recogniser(ANY, 0.0)
    assert _ask(search, STICK, 1.8, STICK_SPEED) == 2.0
    assert search.found is not None


def test_nobody_is_waited_for_longer_than_nine_seconds() -> None:
    search = Recogniser(ANY, 0.0)
    assert _ask(search, b"\xff\x00noise\r\n", 0.0) == GIVE_UP_S
    assert search.gave_up


@pytest.mark.parametrize(("kind", "answer"), [(RadioKind.CUL, MODULE), (RadioKind.MODULE, STICK)])
def test_a_kind_that_is_not_wanted_is_not_found(kind: RadioKind, answer: bytes) -> None:
    search = Recogniser(frozenset({kind}), 0.0)
    _ask(search, answer, 0.0)
    assert search.found is None
