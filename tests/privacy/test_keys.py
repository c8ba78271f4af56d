"""Phones' keys and the claim that enrols the first one."""

import os
from datetime import timedelta

import pytest

from privacy import jws, keys
from privacy.keys import CLAIM_LIFE_S, CLAIM_TRIES, Claim, Keyring, PhoneKey, claim_mac
from tests.privacy import house
from tests.privacy.phone import Phone
from tests.privacy.test_jws import nobody

PHONE = Phone(nobody)
SESSION = bytes(32)
NONCE = "A" * 22


def key(phone: Phone = PHONE, *, may_grant: bool = True) -> PhoneKey:
    return keys.make(phone.point, SESSION, may_grant=may_grant, since=house.START, by="claim")


def opened() -> tuple[Claim, bytes]:
    claim = Claim(os.urandom)
    return claim, jws.unbase64url(claim.open(house.moment()))


def test_the_claim_is_shown_by_a_mac_once() -> None:
    claim, secret = opened()
    mac = claim_mac(secret, PHONE.point, SESSION, NONCE)
    assert claim.accept(mac, PHONE.point, SESSION, NONCE, house.moment())
    assert not claim.accept(mac, PHONE.point, SESSION, NONCE, house.moment())


@pytest.mark.parametrize(
    "change",
    [
        {"point": Phone(nobody).point},
        {"session_key": bytes(31) + b"\1"},
        {"nonce": "B" * 22},
        {"mac": bytes(32)},
        {"at": house.moment(timedelta(seconds=CLAIM_LIFE_S))},
    ],
)
def test_a_mac_holds_for_these_keys_and_this_nonce_for_ten_minutes(change: dict[str, object]) -> None:
    claim, secret = opened()
    plain: dict[str, object] = {
        "mac": claim_mac(secret, PHONE.point, SESSION, NONCE),
        "point": PHONE.point,
        "session_key": SESSION,
        "nonce": NONCE,
        "at": house.moment(),
    }
    assert not claim.accept(**(plain | change))  # type: ignore[arg-type]  # fields by name


def test_after_five_tries_the_claim_is_over() -> None:
    claim, secret = opened()
    for _ in range(CLAIM_TRIES):
        assert not claim.accept(bytes(32), PHONE.point, SESSION, NONCE, house.moment())
    mac = claim_mac(secret, PHONE.point, SESSION, NONCE)
    assert not claim.accept(mac, PHONE.point, SESSION, NONCE, house.moment())


def test_without_an_open_claim_nothing_enrols() -> None:
    claim = Claim(os.urandom)
    mac = claim_mac(b"", PHONE.point, SESSION, NONCE)
    assert not claim.accept(mac, PHONE.point, SESSION, NONCE, house.moment())
    claim.open(house.moment())
    claim.close()
    assert not claim.accept(mac, PHONE.point, SESSION, NONCE, house.moment())


def test_the_last_owner_is_told_from_others() -> None:
    guest = Phone(nobody)
    ring = Keyring([key(), key(guest, may_grant=False)])
    assert ring.is_last_owner(PHONE.kid)
    assert not ring.is_last_owner(guest.kid)
    second = Phone(nobody)
    ring.add(key(second))
    assert not ring.is_last_owner(PHONE.kid)
    assert ring.remove(second.kid) == key(second)
    assert ring.remove(second.kid) is None
    assert {one.kid for one in ring.all()} == {PHONE.kid, guest.kid}
    assert ring.get(second.kid) is None


@pytest.mark.parametrize(
    ("point", "session_key"),
    [(bytes(65), SESSION), (PHONE.point, bytes(31))],
    ids=["no point of the curve", "a session key that is too short"],
)
def test_what_is_no_key_is_not_made_one(point: bytes, session_key: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- the text is the library's
        keys.make(point, session_key, may_grant=True, since=house.START, by="claim")
