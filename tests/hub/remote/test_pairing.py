"""Pairing: one code, one phone; floods, thieves of the code and former guests. Each attack has a control."""

from dataclasses import replace
from typing import Any

import pytest

from hub.remote.frames import Code
from hub.remote.keys import AT_HOME, pairing_psk
from hub.remote.pairing import LIFE_S, MOST_OPEN, Command, Over, Pairings, State
from hub.remote.qr import PairingCode
from hub.remote.responder import HALF_OPEN_S, MOST_HALF_OPEN
from hub.remote.words import words
from tests.hub.remote.ends import Hub, Line, Phone, connected, converse, known


@pytest.fixture
def hub() -> Hub:
    return Hub()


def psk_of(code: PairingCode, route: bytes = AT_HOME) -> bytes:
    return pairing_psk(code.secret, code.hub_key, route)


def pair(hub: Hub, phone: Phone, code: PairingCode, now_s: float = 0.0) -> Line:
    """Everything up to the question at home; nobody answers what is not answered."""
    line = Line()
    converse(hub, phone, line, [phone.dial_pairing(code, psk_of(code))], now_s)
    return line


def state(hub: Hub, code: PairingCode) -> State | None:
    pairing = hub.pairings.get(code.pairing)
    return None if pairing is None else pairing.state


def shows_message_1(hub: Hub, phone: Phone, code: PairingCode, now_s: float = 0.0) -> list[bytes]:
    return hub.receive(Line(), phone.dial_pairing(code, psk_of(code)), now_s)


def test_a_phone_is_paired_and_both_sides_show_the_same_six_words(hub: Hub) -> None:
    phone, code = Phone(), hub.code()
    # when it reads the code
    pair(hub, phone, code)
    # then its secret is spent on the disk, it is stored without rights, and people are asked
    assert hub.spent == [code.pairing]
    assert hub.phones == {phone.key: phone.psk}
    assert len(phone.psk) == 32
    assert hub.rights == set()
    (asked,) = hub.asked
    assert asked.words == words(phone.hash)
    # when they say yes
    hub.admit(code.pairing)
    assert hub.rights == {phone.key}
    # then it comes back by the key that only that channel carried
    connected(hub, phone)


def test_the_first_phone_wins_and_a_second_one_ends_the_pairing_with_a_notice(hub: Hub) -> None:
    right, thief, code = Phone("right"), Phone("thief"), hub.code()
    pair(hub, right, code)
    assert state(hub, code) is State.PENDING
    # when somebody else shows the same secret
    assert shows_message_1(hub, thief, code) == []
    # then nobody is paired by it, and it is said at home
    assert [notice.over for notice in hub.notices] == [Over.SHOWN_TWICE]
    assert hub.phones == {}
    # and a new code pairs the right phone
    again = hub.code()
    pair(hub, right, again)
    assert hub.phones == {right.key: right.psk}


def test_control_with_a_secret_that_is_not_spent_both_phones_get_in(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = Pairings.reached

    def never_spent(pairings: Pairings, pairing: bytes, *told: Any) -> list[Command]:
        known = pairings.get(pairing)
        assert known is not None
        known.state = State.OPEN
        return reached(pairings, pairing, *told)

    monkeypatch.setattr(Pairings, "proved", lambda *_: (True, []))
    monkeypatch.setattr(Pairings, "reached", never_spent)
    right, thief, code = Phone("right"), Phone("thief"), hub.code()
    for phone in (right, thief):
        pair(hub, phone, code)
    assert set(hub.phones) == {right.key, thief.key}


def test_two_phones_that_race_never_both_get_in(hub: Hub) -> None:
    one, other, code = Phone("one"), Phone("other"), hub.code()
    first, second = Line(), Line()
    (answer_1,) = hub.receive(first, one.dial_pairing(code, psk_of(code)))
    (answer_2,) = hub.receive(second, other.dial_pairing(code, psk_of(code)))
    # when the first transport message of one arrives, and then the other's
    converse(hub, one, first, one.receive(answer_1))
    assert set(hub.phones) == {one.key}
    converse(hub, other, second, other.receive(answer_2))
    # then the one that was first is out again, and the other never was in
    assert hub.phones == {}
    assert hub.notices[-1].over is Over.SHOWN_TWICE


def test_a_repeated_message_1_of_the_relay_is_no_second_phone(hub: Hub) -> None:
    phone, code, line = Phone(), hub.code(), Line()
    opening = phone.dial_pairing(code, psk_of(code))
    converse(hub, phone, line, [opening])
    # when the relay repeats what it saw, in new connections
    for _ in range(20):
        assert hub.receive(Line(), opening) == []
    # then the pairing goes on
    assert hub.notices == []
    assert state(hub, code) is State.PENDING


def test_the_same_phone_may_try_again_before_the_secret_is_spent_and_not_after(hub: Hub) -> None:
    phone, code = Phone(), hub.code()
    assert len(shows_message_1(hub, phone, code)) == 1
    assert len(shows_message_1(hub, phone, code)) == 1
    pair(hub, phone, code)
    assert shows_message_1(hub, phone, code) == []
    assert hub.notices == []  # it lost its connection: no alarm


def test_a_phone_that_lost_the_last_message_is_paired_all_the_same(hub: Hub) -> None:
    phone, code, line = Phone(), hub.code(), Line()
    (answer,) = hub.receive(line, phone.dial_pairing(code, psk_of(code)))
    (hello,) = phone.receive(answer)
    (secret,) = hub.receive(line, hello)
    (kept,) = phone.receive(secret)
    # given that it kept its key and was cut off before it knew
    hub.receive(line, kept)
    assert phone.session is not None
    # then it comes in, without rights until somebody confirms
    connected(hub, phone)
    assert hub.rights == set()


def test_a_phone_that_never_said_that_it_keeps_the_key_is_not_stored(hub: Hub) -> None:
    phone, code, line = Phone(), hub.code(), Line()
    (answer,) = hub.receive(line, phone.dial_pairing(code, psk_of(code)))
    hub.receive(line, phone.receive(answer)[0])
    assert state(hub, code) is State.SENT
    assert hub.phones == {}
    # and in time it is over
    hub.do(hub.pairings.wake(LIFE_S), LIFE_S)
    assert hub.notices[-1].over is Over.EXPIRED


@pytest.mark.parametrize(
    "wrong", ["secret", "late", "used", "cancelled", "other pairing", "other hub", "route"]
)
def test_a_secret_that_is_not_right_gets_no_byte_and_the_right_phone_still_pairs(
    hub: Hub, wrong: str
) -> None:
    phone, late_s = Phone("wrong"), 0.0
    code = hub.code()
    shown = code
    psk = psk_of(code)
    match wrong:
        case "secret":
            shown = replace(code, secret=bytes(16))
            psk = psk_of(shown)
        case "late":
            late_s = LIFE_S
        case "used":
            pair(hub, Phone("first"), code)
            hub.admit(code.pairing)
        case "cancelled":
            hub.do(hub.pairings.cancel(code.pairing, Over.CANCELLED), 0.0)
        case "other pairing":
            shown = replace(code, pairing=bytes(7) + b"\x01")
        case "other hub":
            shown = replace(code, hub_key=Hub("other").key)
        case "route":
            psk = psk_of(code, bytes(range(16)))
    # when it is shown
    assert hub.receive(Line(), phone.dial_pairing(shown, psk), late_s) == []
    # then nothing was answered and nothing opened
    assert phone.key not in hub.phones
    assert hub.responder.half_open == 0
    # and the control: the right phone, with the right code and in time
    right, fresh = Phone("right"), hub.code(late_s)
    pair(hub, right, fresh, late_s)
    assert hub.phones[right.key] == right.psk


def test_a_former_guest_with_the_hubs_key_gets_no_byte(hub: Hub) -> None:
    guest = Phone("guest")
    known(hub, guest)
    connected(hub, guest)  # the control: it came in as long as it was one
    del hub.phones[guest.key]
    assert hub.receive(Line(), guest.dial(hub.key)) == []
    # and not with another phone's secret either
    phone = Phone()
    known(hub, phone)
    assert hub.receive(Line(), guest.dial(hub.key, psk=phone.psk)) == []


def test_a_flood_of_message_1_of_strangers_gets_no_byte_and_keeps_nobody_out(hub: Hub) -> None:
    phone, code = Phone(), hub.code()
    for number in range(300):
        stranger = Phone(f"stranger {number}")
        mode = number % 2
        opening = (
            stranger.dial(hub.key, psk=bytes(32)) if mode else stranger.dial_pairing(code, psk=bytes(32))
        )
        assert hub.receive(Line(), opening) == []
    assert hub.responder.half_open == 0
    pair(hub, phone, code)
    assert hub.phones == {phone.key: phone.psk}


def test_a_flood_of_captured_message_1_is_answered_once_each_and_keeps_nobody_out(hub: Hub) -> None:
    phones = [Phone(f"phone {number}") for number in range(MOST_HALF_OPEN + 4)]
    for phone in phones:
        known(hub, phone)
    captured = [phone.dial(hub.key) for phone in phones]
    assert sum(len(hub.receive(Line(), opening)) for opening in captured) == len(captured)
    # when all of them come again and again: each was answered once, and at most eight wait
    assert sum(len(hub.receive(Line(), opening)) for opening in captured * 50) == 0
    assert hub.responder.half_open == MOST_HALF_OPEN
    # then somebody else comes in at once: the oldest made room
    connected(hub, phones[0])


def test_control_without_the_limit_captured_openings_stay_in_the_hub(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.remote.responder.MOST_HALF_OPEN", 1 << 20)
    phones = [Phone(f"phone {number}") for number in range(10 * MOST_HALF_OPEN)]
    for phone in phones:
        known(hub, phone)
        hub.receive(Line(), phone.dial(hub.key))
    assert hub.responder.half_open == len(phones)


def test_a_phone_has_one_half_open_handshake(hub: Hub) -> None:
    phone = Phone()
    known(hub, phone)
    first, second = Line(), Line()
    (answer,) = hub.receive(first, phone.dial(hub.key))
    hello = phone.receive(answer)
    assert len(hub.receive(second, phone.dial(hub.key))) == 1
    assert hub.responder.half_open == 1
    # the older one is over
    assert hub.receive(first, hello[0]) == []
    assert first.session is None


def test_a_half_open_handshake_is_over_after_ten_seconds(hub: Hub) -> None:
    phone, line = Phone(), Line()
    known(hub, phone)
    (answer,) = hub.receive(line, phone.dial(hub.key))
    (hello,) = phone.receive(answer)
    assert hub.receive(line, hello, HALF_OPEN_S) == []
    assert line.session is None
    # the control: a moment earlier it begins
    line = Line()
    (answer,) = hub.receive(line, phone.dial(hub.key), 100.0)
    hub.receive(line, phone.receive(answer)[0], 100.0 + HALF_OPEN_S - 0.1)
    assert line.session is not None


def test_a_secret_that_could_not_be_written_as_spent_opens_nothing(hub: Hub) -> None:
    phone, code = Phone(), hub.code()
    hub.disk_full = True
    pair(hub, phone, code)
    assert hub.phones == {}
    assert phone.psk == b""
    assert hub.notices[-1].over is Over.NOT_WRITTEN


def test_words_that_differ_end_the_pairing_and_the_phone_is_gone(hub: Hub) -> None:
    phone, code = Phone(), hub.code()
    pair(hub, phone, code)
    hub.do(hub.pairings.cancel(code.pairing, Over.REFUSED), 0.0)
    assert hub.phones == {}
    assert hub.pairings.admit(code.pairing) is None
    assert hub.receive(Line(), phone.dial(hub.key)) == []


def test_a_phone_that_nobody_confirms_is_gone_after_ten_minutes(hub: Hub) -> None:
    phone, code = Phone(), hub.code()
    pair(hub, phone, code, 100.0)
    hub.do(hub.pairings.wake(100.0 + LIFE_S - 1), 0.0)
    assert phone.key in hub.phones
    hub.do(hub.pairings.wake(100.0 + LIFE_S), 0.0)
    assert hub.phones == {}


def test_a_pairing_that_ended_while_its_phone_was_being_written_takes_it_back(hub: Hub) -> None:
    code = hub.code()
    assert hub.pairings.reached(code.pairing, b"k" * 32, "name", bytes(32), 0.0)
    hub.pairings.spent(code.pairing)
    assert hub.pairings.kept(code.pairing, b"k" * 32, 0.0)
    # given that somebody else shows the secret before the disk is done
    hub.do(hub.pairings.proved(code.pairing, b"t" * 32)[1], 0.0)
    hub.phones[b"k" * 32] = b"written"
    hub.do(hub.pairings.stored(code.pairing), 0.0)
    assert hub.phones == {}


def test_no_more_codes_than_a_home_needs_are_open_at_once(hub: Hub) -> None:
    codes = [hub.code() for _ in range(MOST_OPEN)]
    assert hub.pairings.open(0.0) is None
    hub.do(hub.pairings.cancel(codes[0].pairing, Over.CANCELLED), 0.0)
    assert hub.pairings.open(0.0) is not None


def test_in_a_pairing_nothing_is_asked(hub: Hub) -> None:
    phone, code = Phone(), hub.code()
    line = pair(hub, phone, code)
    converse(hub, phone, line, phone.ask("light"))
    assert hub.executed == []
    assert line.session is not None
    assert line.session.ended is not None
    assert line.session.ended.code is Code.PROTOCOL
