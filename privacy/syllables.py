"""Bytes as words that can be read out and typed in any language, for what stands on paper. Pure.

Two bytes are a word of five letters, consonant and vowel by turns: a consonant says 4 bits, a vowel 2.
Reading forgives case, blanks, hyphens, and letters that look like others of the right sort: l and i, o and 0.
"""

import re

CONSONANTS = "bdfghjklmnprstvz"
VOWELS = "aiou"
_PATTERN = "CVCVC"
_LOOKALIKES = {"C": {"i": "l", "1": "l", "5": "s", "2": "z", "8": "b"}, "V": {"l": "i", "1": "i", "0": "o"}}


def words_of(data: bytes) -> tuple[str, ...]:
    """An even number of bytes as half as many words."""
    return tuple(_word(int.from_bytes(data[at : at + 2], "big")) for at in range(0, len(data), 2))


def read_words(text: str, size: int) -> bytes | None:
    """The ``size`` bytes that somebody typed as words; None where they are none."""
    letters = re.sub(r"[\W_]", "", text.lower())
    pattern = _PATTERN * (size // 2)
    if len(letters) != len(pattern):
        return None
    value = 0
    for letter, sort in zip(letters, pattern, strict=True):
        alphabet = CONSONANTS if sort == "C" else VOWELS
        place = alphabet.find(_LOOKALIKES[sort].get(letter, letter))
        if place < 0:
            return None
        value = value * len(alphabet) + place
    return value.to_bytes(size, "big")


def _word(pair: int) -> str:
    letters = (CONSONANTS[pair >> 12], VOWELS[pair >> 10 & 3], CONSONANTS[pair >> 6 & 15])
    return "".join((*letters, VOWELS[pair >> 4 & 3], CONSONANTS[pair & 15]))
