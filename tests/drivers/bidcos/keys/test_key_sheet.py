"""The key on paper comes back as it was, and a slip of the pen is noticed."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.bidcos.keys.key_sheet import Sheet, code_of, is_same, read_sheet, words_of
from privacy.syllables import CONSONANTS, VOWELS

SHEET = Sheet(address=bytes.fromhex("631964"), index=1, key=bytes(range(16)))
SHEETS = st.builds(
    Sheet,
    address=st.binary(min_size=3, max_size=3),
    index=st.integers(1, 127),
    key=st.binary(min_size=16, max_size=16),
)


def test_the_sheet_of_a_known_key() -> None:
    words = words_of(SHEET)
    assert " ".join(words) == "kasin kibad babad bamag bibaj bimal boban bomar bubat bumaz tivid fijoz"
    assert code_of(SHEET) == "HOMEBASE:KEY:1:631964:01:000102030405060708090A0B0C0D0E0F:D791256F"


@given(SHEETS)
def test_words_and_code_come_back_as_they_were(sheet: Sheet) -> None:
    words = words_of(sheet)
    assert [len(word) for word in words] == [5] * 12
    assert read_sheet(" ".join(words)) == sheet
    assert read_sheet(code_of(sheet)) == sheet


@given(SHEETS, st.randoms(use_true_random=False))
def test_spelling_is_forgiven(sheet: Sheet, chance: random.Random) -> None:
    text = "".join(
        letter.upper() if chance.random() < 0.3 else letter
        for letter in chance.choice(("-", "  ", "\n", ", ")).join(words_of(sheet))
    )
    text = text.replace("o", "0") if chance.random() < 0.3 else text
    text = text.replace("l", "I") if chance.random() < 0.3 else text
    assert read_sheet(f" {text}\r\n") == sheet
    assert read_sheet(code_of(sheet).lower().replace(":", " ")) == sheet


@given(SHEETS, st.integers(0, 59), st.integers(1, 15))
def test_one_wrong_letter_is_noticed(sheet: Sheet, place: int, shift: int) -> None:
    letters = list("".join(words_of(sheet)))
    alphabet = CONSONANTS if place % 5 % 2 == 0 else VOWELS
    wrong = alphabet[(alphabet.index(letters[place]) + shift) % len(alphabet)]
    if wrong != letters[place]:
        letters[place] = wrong
        assert read_sheet("".join(letters)) is None


@given(st.text(max_size=500))
def test_any_other_text_is_no_sheet(text: str) -> None:
    assert read_sheet(text) is None
    assert read_sheet("HOMEBASE:KEY:1:" + text) is None


def test_a_sheet_is_compared_as_a_whole_and_shows_its_key_to_nobody() -> None:
    other = Sheet(address=SHEET.address, index=2, key=SHEET.key)
    assert is_same(SHEET, read_sheet(code_of(SHEET)))
    assert not is_same(SHEET, other)
    assert not is_same(SHEET, None)
    assert "x0e" not in repr(SHEET)


@pytest.mark.parametrize("text", ["", "koduj", "HOMEBASE", "x" * 10_000, "HOMEBASE:KEY:2:" + "0" * 48])
def test_pieces_are_no_sheet(text: str) -> None:
    assert read_sheet(text) is None
