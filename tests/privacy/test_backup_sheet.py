"""The recovery sheet: read as it was printed, and nothing else; its key is age's."""

import os

import pyrage
import pytest

from privacy import backup_sheet
from privacy.backup_sheet import code_of, identity_of, is_vouched, read_sheet, vouch, words_of

SECRET, SIGNER = bytes(range(32)), bytes(32)


def test_words_code_and_the_text_of_age_are_the_same_key() -> None:
    for secret in (SECRET, os.urandom(32)):
        identity = identity_of(secret)
        assert str(pyrage.x25519.Identity.from_str(identity)) == identity
        for text in (" ".join(words_of(secret)), code_of(secret, SIGNER), identity, identity.lower()):
            assert read_sheet(text) == secret
    theirs = str(pyrage.x25519.Identity.generate())
    found = read_sheet(theirs)
    assert found is not None
    assert identity_of(found) == theirs


def test_reading_forgives_what_a_hand_does_and_no_wrong_letter() -> None:
    words = words_of(SECRET)
    assert read_sheet(" - ".join(words).upper()) == SECRET
    for place in range(len(words)):
        other = "tudor" if words[place] != "tudor" else "zizir"
        assert read_sheet(" ".join((*words[:place], other, *words[place + 1 :]))) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "HOMEBASE:BACKUP:1:zz",
        "HOMEBASE:BACKUP:1:00",
        "AGE-SECRET-KEY-1QQ",
        "b" * 500,
        "AGE-SECRET-KEY-1!",
    ],
)
def test_anything_else_is_no_sheet(text: str) -> None:
    assert read_sheet(text) is None


def test_only_the_sheet_can_vouch_for_a_signer() -> None:
    told = vouch(SECRET, SIGNER)
    assert is_vouched(SECRET, SIGNER, told)
    assert not is_vouched(SECRET, bytes(31) + b"\1", told)
    assert not is_vouched(bytes(32), SIGNER, told)
    assert not is_vouched(SECRET, SIGNER, "")
    assert len(words_of(SECRET)) == backup_sheet.WORD_COUNT
