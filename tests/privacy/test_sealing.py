"""Deliveries are age files for the keys that were named and for nobody else; read by code of our own."""

import pyrage
import pytest

from privacy import sealing
from privacy.sealing import NotAKey
from tests.privacy import age_file
from tests.privacy.house import SUPPORT_KEY, SUPPORT_SECRET


def pair() -> tuple[str, str]:
    identity = pyrage.x25519.Identity.generate()
    return str(identity.to_public()), str(identity)


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 393_216], ids=str)
def test_whoever_has_the_key_reads_it(size: int) -> None:
    data = bytes(number % 251 for number in range(size))
    sealed = sealing.seal(data, SUPPORT_KEY)
    assert age_file.decrypt(sealed, SUPPORT_SECRET) == data
    assert pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(SUPPORT_SECRET)]) == data


def test_nobody_else_does_and_nothing_of_it_shows() -> None:
    sealed = sealing.seal(b"a secret of this home " * 100, SUPPORT_KEY)
    assert age_file.parse(sealed).kinds == ["X25519"]
    assert b"secret" not in sealed
    with pytest.raises(ValueError, match="not for this key"):
        age_file.decrypt(sealed, pair()[1])


def test_several_keys_each_open_it() -> None:
    pairs = [pair() for _ in range(sealing.MOST_KEYS)]
    sealed = sealing.seal(b"x", sealing.addressee(public for public, _ in pairs))
    assert age_file.parse(sealed).kinds == ["X25519"] * sealing.MOST_KEYS
    assert {age_file.decrypt(sealed, secret) for _, secret in pairs} == {b"x"}


def test_the_same_bytes_are_never_encrypted_the_same_way_twice() -> None:
    first, second = (age_file.parse(sealing.seal(b"x" * 100, SUPPORT_KEY)) for _ in range(2))
    assert first.payload[16:] != second.payload[16:]


@pytest.mark.parametrize("place", [30, 100, -1], ids=["header", "file key", "payload"])
def test_a_changed_byte_is_noticed(place: int) -> None:
    sealed = bytearray(sealing.seal(b"x" * 100, SUPPORT_KEY))
    sealed[place] ^= 1
    with pytest.raises(ValueError):  # noqa: PT011 - any of the three places says it in its own words
        age_file.decrypt(bytes(sealed), SUPPORT_SECRET)


@pytest.mark.parametrize(
    "keys",
    [
        [SUPPORT_SECRET],
        ["age1" + "q" * 58],
        [SUPPORT_KEY[:-1] + ("q" if SUPPORT_KEY[-1] != "q" else "p")],
        [SUPPORT_KEY.upper()],
        [SUPPORT_KEY + "\n"],
        [SUPPORT_KEY, SUPPORT_KEY],
        ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN"],
        [""],
    ],
    ids=["secret", "no checksum", "typo", "upper case", "line", "twice", "ssh", "empty"],
)
def test_what_is_no_public_key_is_refused_and_not_repeated(keys: list[str]) -> None:
    with pytest.raises(NotAKey) as refused:
        sealing.check_keys(keys)
    assert SUPPORT_SECRET not in str(refused.value)
    assert not any(key and key in str(refused.value) for key in keys)


def test_nine_keys_are_too_many_and_eight_fit_a_consent() -> None:
    keys = [pair()[0] for _ in range(sealing.MOST_KEYS + 1)]
    with pytest.raises(NotAKey):
        sealing.check_keys(keys)
    sealing.check_keys(keys[1:])
    assert len(sealing.addressee(keys[1:])) <= 512


@pytest.mark.parametrize("to", ["", " ", SUPPORT_KEY + "  ", "somebody"])
def test_without_a_key_nothing_is_encrypted(to: str) -> None:
    with pytest.raises(NotAKey):
        sealing.seal(b"x", to)
