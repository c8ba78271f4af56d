"""Reports of channels that sign: challenged, believed only with a good signature, never twice."""

from dataclasses import replace

import pytest

from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.codec.messages import (
    Ack,
    AckStatus,
    AesResponse,
    Challenge,
    KeyPress,
    SensorEvent,
    Status,
    StatusRequest,
    decode_message,
    message_frame,
)
from drivers.bidcos.codec.signing import DEFAULT_KEY, FRESHNESS_SIZE, passphrase_key, sign, verify
from drivers.bidcos.exchange.lane import Delivered, Expect, Heard, Step
from drivers.bidcos.exchange.request import Proof
from hub.contract import ReceiveMode

from ..play import CENTRAL, LAMP, STRANGER, Play

PRESS = KeyPress(channel=1, counter=3)


def _play() -> Play:
    play = Play(jitter=0x5A)
    play.keyring.note_signing(LAMP, 1, True)
    return play


def _event(counter: int = 40, flags: int = 0xA0, message: KeyPress = PRESS) -> Frame:
    return message_frame(message, counter=counter, flags=flags, sender=LAMP, receiver=CENTRAL)


def _tell(play: Play, frame: Frame) -> None:
    play._note(play.exchanges.receive(frame, play.now_s, play.now_s))


def _sign(play: Play, frame: Frame, key: bytes = DEFAULT_KEY) -> bytes:
    """Answer the latest challenge as the device would; returns the bytes that must come back."""
    asked = decode_message(play.sent[-1][1])
    assert isinstance(asked, Challenge)
    signature = sign(key, asked.challenge, frame, bytes(FRESHNESS_SIZE))
    play.hear(AesResponse(data=signature.data), counter=frame.counter, flags=0xA0)
    return signature.auth


def _heard(play: Play) -> list[Heard]:
    return [outcome for outcome in play.told if isinstance(outcome, Heard)]


def test_a_signed_report_is_challenged_proven_acknowledged_with_our_proof_and_told() -> None:
    play = _play()
    _tell(play, _event())
    play.wait(0.1)
    assert not _heard(play)
    auth = _sign(play, _event())
    play.wait(0.1)

    assert [(at, frame.kind, frame.payload[:1].hex()) for at, frame in play.sent] == [
        (0.087, 0x02, "04"),
        (0.187, 0x02, "00"),
    ]
    assert decode_message(play.sent[-1][1]) == Ack(auth=auth)
    (heard,) = _heard(play)
    assert (heard.message, heard.proof) == (PRESS, Proof.GOOD)


def test_another_key_or_another_message_is_no_proof_and_does_not_hide_the_true_one() -> None:
    play = _play()
    for key, message in ((passphrase_key("x"), PRESS), (DEFAULT_KEY, KeyPress(channel=1, counter=9))):
        _tell(play, _event())
        play.wait(0.1)
        _sign(play, _event(message=message), key)
        play.wait(0.5)
    assert {heard.proof for heard in _heard(play)} == {Proof.MISSING}
    assert not [frame for _, frame in play.sent if frame.payload == b"\x00"]
    _tell(play, _event())
    play.wait(0.1)
    _sign(play, _event())
    assert _heard(play)[-1].proof is Proof.GOOD


def test_a_recorded_report_with_its_recorded_signature_is_worth_nothing() -> None:
    play = _play()
    _tell(play, _event())
    play.wait(0.1)
    _sign(play, _event())
    recorded = play.told[-1]
    assert isinstance(recorded, Heard)
    play.exchanges._random_bytes = play.exchanges.events._random_bytes = lambda size: b"\x77" * size
    play.wait(60)
    _tell(play, _event())
    play.wait(0.1)
    old = sign(DEFAULT_KEY, b"\x5a" * 6, _event(), bytes(FRESHNESS_SIZE))
    play.hear(AesResponse(data=old.data), counter=40, flags=0xA0)
    assert [heard.proof for heard in _heard(play)] == [Proof.GOOD, Proof.MISSING]


def test_a_proven_report_whose_acknowledgement_was_lost_is_acknowledged_without_another_challenge() -> None:
    play = _play()
    _tell(play, _event())
    play.wait(0.1)
    auth = _sign(play, _event())
    play.wait(0.5)
    _tell(play, replace(_event(), rssi_dbm=-70.0))  # it did not hear the acknowledgement
    play.wait(0.5)

    assert [frame.payload[:1].hex() for _, frame in play.sent] == ["04", "00", "00"]
    assert decode_message(play.sent[-1][1]) == Ack(auth=auth)
    assert len(_heard(play)) == 1

    # once: firmware that insists on a challenge for each send gets one with the next
    _tell(play, _event())
    play.wait(0.1)
    assert isinstance(decode_message(play.sent[-1][1]), Challenge)
    _sign(play, _event())
    play.wait(0.5)
    assert len([frame for _, frame in play.sent if frame.payload[:1] == b"\x00"]) == 3
    assert len(_heard(play)) == 1


@pytest.mark.parametrize(
    ("later_s", "other"),
    [
        (0.5, _event(message=KeyPress(channel=1, counter=4))),
        (0.5, _event(counter=41)),
        (0.5, _event(flags=0xA2)),
        (11.0, _event()),
    ],
)
def test_what_was_not_proven_just_now_is_challenged(later_s: float, other: Frame) -> None:
    play = _play()
    _tell(play, _event())
    play.wait(0.1)
    _sign(play, _event())
    play.wait(later_s)
    _tell(play, other)
    play.wait(0.1)
    assert isinstance(decode_message(play.sent[-1][1]), Challenge)
    assert len(_heard(play)) == 1


def test_control_without_the_guard_anybody_is_believed() -> None:
    play = Play()  # channel 1 does not sign
    _tell(play, _event())
    play.wait(60)
    _tell(play, _event())  # recorded, and played again
    assert [heard.proof for heard in _heard(play)] == [Proof.NONE, Proof.NONE]


def test_a_signature_that_comes_too_late_is_none() -> None:
    play = _play()
    _tell(play, _event())
    play.wait(1.5)
    _sign(play, _event())
    assert [heard.proof for heard in _heard(play)] == [Proof.MISSING]


def test_what_wants_no_answer_can_not_be_proven_and_channels_that_do_not_sign_need_not() -> None:
    play = _play()
    _tell(play, _event(flags=0x80))
    _tell(play, _event(counter=41, message=KeyPress(channel=2, counter=3)))
    play.hear(SensorEvent(channel=1, counter=1, value=200), sender=STRANGER, counter=1, flags=0xA0)
    assert [heard.proof for heard in _heard(play)] == [Proof.MISSING, Proof.NONE, Proof.NONE]


def test_a_question_of_ours_waits_for_a_signature_that_is_on_its_way() -> None:
    play = _play()
    _tell(play, _event())
    play.wait(0.1)
    play.submit()
    play.wait(0.05)
    assert [frame.kind for _, frame in play.sent] == [0x02]
    _sign(play, _event())
    play.wait(1.0)
    assert [frame.kind for _, frame in play.sent][:3] == [0x02, 0x02, 0x11]


@pytest.mark.parametrize("flags", [0x80, 0xA0])
def test_a_forged_copy_that_comes_first_does_not_hide_the_true_report(flags: int) -> None:
    play = _play()
    forged = _event(flags=flags)
    play._note(
        play.exchanges.receive(forged, play.now_s, play.now_s, Proof.MISSING if flags & 0x20 else None)
    )
    play._note(play.exchanges.receive(replace(forged, receiver=bytes(3)), play.now_s, play.now_s))
    play.wait(0.5)
    _tell(play, _event())
    play.wait(0.1)
    _sign(play, _event())
    assert _heard(play)[-1].proof is Proof.GOOD


def test_a_radio_that_asks_for_signatures_by_itself_is_believed() -> None:
    play = _play()
    for proof in (Proof.NONE, Proof.MISSING, Proof.GOOD, Proof.GOOD):
        play._note(play.exchanges.receive(_event(), play.now_s, play.now_s, proof))
    assert [heard.proof for heard in _heard(play)] == [Proof.MISSING, Proof.MISSING, Proof.GOOD]
    assert play.sent == []


def test_a_sleeper_that_signs_is_called_when_it_says_that_it_listens() -> None:
    play = _play()
    play.exchanges.lanes.add(STRANGER, frozenset({ReceiveMode.WAKE_UP}), 50)
    play.keyring.note_signing(STRANGER, 1, True)
    play.submit(device=STRANGER)
    play.hear(
        SensorEvent(channel=1, counter=1, value=200),
        sender=STRANGER,
        receiver=bytes(3),
        counter=7,
        flags=0x86,
    )
    play.wait(0.2)
    assert [(frame.kind, frame.flags) for _, frame in play.sent] == [(0x12, 0xA1)]


FORGED = AckStatus(channel=1, value=0xC8, flags=0, tail=b"")
ASKED = Step(message=StatusRequest(channel=1), expect=Expect.STATUS)


@pytest.mark.parametrize("asked", [True, False])
def test_a_state_that_anybody_could_have_told_is_not_believed(asked: bool) -> None:
    play = _play()
    if asked:
        play.submit(ASKED)
    play.hear(FORGED, counter=8)
    assert [heard.proof for heard in _heard(play)] == [Proof.MISSING]
    assert bool(play.ended(Delivered)) is asked  # it answers, whatever it says


@pytest.mark.parametrize("asked", [True, False])
def test_control_of_a_channel_that_does_not_sign_it_is(asked: bool) -> None:
    play = Play()
    if asked:
        play.submit(ASKED)
    play.hear(FORGED, counter=8)
    assert [heard.proof for heard in _heard(play)] == [Proof.NONE]


def test_a_status_that_answers_our_question_is_challenged_and_then_believed() -> None:
    play = _play()
    play.submit(ASKED)
    status = Status(channel=1, value=0xC8, flags=0, tail=b"")
    answer = message_frame(status, counter=8, flags=0xA0, sender=LAMP, receiver=CENTRAL)
    _tell(play, answer)
    play.wait(0.1)
    assert not _heard(play)
    _sign(play, answer)
    play.wait(0.1)
    assert [(heard.message, heard.proof) for heard in _heard(play)] == [(status, Proof.GOOD)]
    assert len(play.ended(Delivered)) == 1


def _answer_order(play: Play) -> None:
    """The device asks for our signature and acknowledges with its own bytes."""
    play.hear(Challenge(challenge=b"abcdef", key_byte=0), counter=8, flags=0xA0)
    play.wait(0.2)
    response = play.frames(0x03)[-1]
    (order,) = play.frames(0x11)
    proof = verify(DEFAULT_KEY, b"abcdef", order, response.payload)
    assert proof is not None
    play.hear(replace(FORGED, tail=b"\x30" + proof.auth), counter=8)


def test_an_order_to_a_channel_that_signs_is_not_answered_by_who_does_not_ask_for_a_signature() -> None:
    play = _play()
    play.submit()
    play.hear(FORGED, counter=8)  # somebody else, before the device's challenge
    assert not _heard(play)
    assert not play.ended(Delivered)
    _answer_order(play)
    assert [heard.proof for heard in _heard(play)] == [Proof.GOOD]
    assert len(play.ended(Delivered)) == 1


def test_control_without_signing_whoever_answers_first_is_believed() -> None:
    play = Play()
    play.submit()
    play.hear(FORGED, counter=8)
    assert [heard.proof for heard in _heard(play)] == [Proof.NONE]
    assert len(play.ended(Delivered)) == 1


@pytest.mark.parametrize(("says", "delivered"), [(Proof.GOOD, True), (Proof.NONE, False)])
def test_a_radio_that_signs_by_itself_says_whether_an_order_was_answered(
    says: Proof, delivered: bool
) -> None:
    play = _play()
    play.exchanges.verdict_s = 35.0
    play.submit()
    frame = message_frame(FORGED, counter=8, flags=0x80, sender=LAMP, receiver=CENTRAL)
    play._note(play.exchanges.receive(frame, play.now_s, play.now_s, says))
    assert bool(play.ended(Delivered)) is delivered
    assert [heard.proof for heard in _heard(play)] == ([Proof.GOOD] if delivered else [])
