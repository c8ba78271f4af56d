"""What an outcome of a hand-over means, and what a hand-over consists of."""

import pytest

from drivers.bidcos.codec.messages import Ack, KeyExchange
from drivers.bidcos.codec.signing import DEFAULT_KEY, KEY_EXCHANGE_MAGIC, open_key_half
from drivers.bidcos.exchange.keyring import Held, Keyring, SystemKey
from drivers.bidcos.exchange.request import Delivered, Failed, Failure
from drivers.bidcos.keys.key_exchange import Next, judge, key_request, key_steps
from hub.contract import IN_BACKGROUND, KeyState

RADIO = b"\x10\x00\x01"
NEW = bytes(range(16))


def _ring() -> Keyring:
    ring = Keyring([SystemKey(index=1, key=NEW)])
    ring.index = 1
    ring.set(RADIO, Held(target=1))
    return ring


def _outcome(ring: Keyring, reason: Failure | None) -> Delivered | Failed:
    request = key_request(RADIO, key_steps(ring, 0, 1, bytes), IN_BACKGROUND)
    if reason is None:
        return Delivered(request=request, answers=(Ack(), Ack()))
    return Failed(request=request, reason=reason, attempts=3)


def test_a_key_goes_over_in_two_halves_sealed_with_the_old_one() -> None:
    steps = key_steps(_ring(), 0, 1, bytes)
    halves = [
        open_key_half(DEFAULT_KEY, step.message.data)
        for step in steps
        if isinstance(step.message, KeyExchange)
    ]
    assert [half[:2].hex() for half in halves] == ["0102", "0103"]
    assert halves[0][2:10] + halves[1][2:10] == NEW
    assert {half[12:] for half in halves} == {KEY_EXCHANGE_MAGIC}
    assert {step.sealed for step in steps} == {0}
    with pytest.raises(ValueError, match="index 0 or 9"):
        key_steps(_ring(), 0, 9, bytes)


def test_a_half_of_a_key_is_never_left_alone() -> None:
    request = key_request(RADIO, key_steps(_ring(), 0, 1, bytes), IN_BACKGROUND)
    assert [request.half_way(position) for position in (0, 1, 2)] == [False, True, False]


@pytest.mark.parametrize(
    ("reason", "claim", "following", "sealed"),
    [
        (None, None, Next.DONE, 0),
        (Failure.SILENT, None, Next.LATER, 0),
        (Failure.AIRTIME, None, Next.LATER, 0),
        (Failure.WRONG_KEY, 1, Next.AGAIN, 1),
        (Failure.WRONG_KEY, 0, Next.NEVER, 0),
        (Failure.WRONG_KEY, 9, Next.NEVER, 0),
        (Failure.REFUSED, None, Next.AGAIN, 1),
    ],
)
def test_what_follows(reason: Failure | None, claim: int | None, following: Next, sealed: int) -> None:
    ring = _ring()
    if claim is not None:
        ring.claimed(RADIO, claim)
    verdict = judge(ring, _outcome(ring, reason), 0, 1)
    assert (verdict.next, verdict.sealed) == (following, sealed)
    state = {
        Next.DONE: KeyState.SYSTEM,
        Next.AGAIN: KeyState.EXCHANGING,
        Next.LATER: KeyState.EXCHANGING,
        Next.NEVER: KeyState.DEFAULT,
    }[following]
    assert ring.state(RADIO, can_sign=True) is state


def test_while_a_key_goes_over_both_are_tried() -> None:
    ring = _ring()
    assert ring.candidates(RADIO, 0) == (DEFAULT_KEY, NEW)
    assert ring.candidates(RADIO, 1) == (NEW, DEFAULT_KEY)
    ring.proved(RADIO, 0, NEW)  # it named the old one, but signed with the new one
    assert ring.held(RADIO) == Held(index=1, proven=True)
    assert judge(ring, _outcome(ring, Failure.SILENT), 0, 1).next is Next.DONE


def test_a_claim_proves_nothing() -> None:
    ring = _ring()
    ring.claimed(RADIO, 1)
    assert ring.held(RADIO).index == 0
    assert ring.state(RADIO, can_sign=True) is KeyState.EXCHANGING
    assert ring.state(RADIO, can_sign=False) is KeyState.NONE
