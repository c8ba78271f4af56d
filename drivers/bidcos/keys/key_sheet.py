"""The system key on paper: as words, and as a text for a QR code. Pure.

24 bytes: the central's address (3), the key's index (1), the key (16), a checksum (4: the beginning of the
SHA-256 over the rest). Two bytes are a word of five letters, consonant and vowel by turns, that can be read
out and typed in any language: a consonant says 4 bits, a vowel 2. So there are 12 words. A typing mistake is
noticed with a certainty of all but one in four thousand million.
Reading forgives case, blanks, hyphens, and letters that look like others of the right sort: l and i, o and 0.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field

from ..codec.signing import KEY_SIZE

CONSONANTS = "bdfghjklmnprstvz"
VOWELS = "aiou"
WORD_COUNT = 12
CODE_HEAD = "HOMEBASE:KEY:1"
MAX_TEXT = 400  # characters; more is no sheet
_CHECK_SIZE = 4
_SIZE = 3 + 1 + KEY_SIZE
_PATTERN = "CVCVC"
_LOOKALIKES = {"C": {"i": "l", "1": "l", "5": "s", "2": "z", "8": "b"}, "V": {"l": "i", "1": "i", "0": "o"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What stands on the paper. address: of the central, 3 bytes; index: 1 to 127; key: 16 bytes."""

    address: bytes
    index: int
    key: bytes = field(repr=False)


def words_of(sheet: Sheet) -> tuple[str, ...]:
    """The sheet in 12 words."""
    data = _with_check(sheet)
    pairs = [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]
    return tuple(_word(pair) for pair in pairs)


def code_of(sheet: Sheet) -> str:
    """The sheet as a text that a QR code holds in its compact, alphanumeric mode."""
    data = _with_check(sheet).hex().upper()
    return ":".join((CODE_HEAD, data[:6], data[6:8], data[8:40], data[40:]))


def read_sheet(text: str) -> Sheet | None:
    """Read words or code as somebody typed them; None when it is neither, or a letter is wrong."""
    if len(text) > MAX_TEXT:
        return None
    data = _read_code(text) if text.strip().upper().startswith("HOMEBASE") else _read_words(text)
    if data is None or len(data) != _SIZE + _CHECK_SIZE:
        return None
    sheet = Sheet(address=data[:3], index=data[3], key=data[4:_SIZE])
    return sheet if hmac.compare_digest(_with_check(sheet), data) else None


def is_same(sheet: Sheet, other: Sheet | None) -> bool:
    """Whether both say the same; takes as long for a wrong key as for the right one."""
    if other is None:
        return False
    return hmac.compare_digest(_with_check(sheet), _with_check(other))


def _with_check(sheet: Sheet) -> bytes:
    data = sheet.address + bytes((sheet.index,)) + sheet.key
    return data + hashlib.sha256(b"homebase key sheet" + data).digest()[:_CHECK_SIZE]


def _word(pair: int) -> str:
    letters = (CONSONANTS[pair >> 12], VOWELS[pair >> 10 & 3], CONSONANTS[pair >> 6 & 15])
    return "".join((*letters, VOWELS[pair >> 4 & 3], CONSONANTS[pair & 15]))


def _read_words(text: str) -> bytes | None:
    letters = re.sub(r"[\W_]", "", text.lower())
    if len(letters) != WORD_COUNT * len(_PATTERN):
        return None
    value = 0
    for letter, sort in zip(letters, _PATTERN * WORD_COUNT, strict=True):
        alphabet = CONSONANTS if sort == "C" else VOWELS
        place = alphabet.find(_LOOKALIKES[sort].get(letter, letter))
        if place < 0:
            return None
        value = value * len(alphabet) + place
    return value.to_bytes(_SIZE + _CHECK_SIZE, "big")


def _read_code(text: str) -> bytes | None:
    plain = re.sub(r"[\W_]", "", text.upper())
    head = CODE_HEAD.replace(":", "")
    if not plain.startswith(head):
        return None
    digits = plain[len(head) :].replace("O", "0").replace("I", "1").replace("L", "1")
    try:
        return bytes.fromhex(digits)
    except ValueError:
        return None
