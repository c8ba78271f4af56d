"""The system key on paper: as words, and as a text for a QR code. Pure.

24 bytes: the central's address (3), the key's index (1), the key (16), a checksum (4: the beginning of the
SHA-256 over the rest), as 12 words (privacy/syllables.py). A typing mistake is noticed with a certainty of
all but one in four thousand million.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field

from privacy import syllables

from ..codec.signing import KEY_SIZE

WORD_COUNT = 12
CODE_HEAD = "HOMEBASE:KEY:1"
MAX_TEXT = 400  # characters; more is no sheet
_CHECK_SIZE = 4
_SIZE = 3 + 1 + KEY_SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What stands on the paper. address: of the central, 3 bytes; index: 1 to 127; key: 16 bytes."""

    address: bytes
    index: int
    key: bytes = field(repr=False)


def words_of(sheet: Sheet) -> tuple[str, ...]:
    """The sheet in 12 words."""
    return syllables.words_of(_with_check(sheet))


def code_of(sheet: Sheet) -> str:
    """The sheet as a text that a QR code holds in its compact, alphanumeric mode."""
    data = _with_check(sheet).hex().upper()
    return ":".join((CODE_HEAD, data[:6], data[6:8], data[8:40], data[40:]))


def read_sheet(text: str) -> Sheet | None:
    """Read words or code as somebody typed them; None when it is neither, or a letter is wrong."""
    if len(text) > MAX_TEXT:
        return None
    is_code = text.strip().upper().startswith("HOMEBASE")
    data = _read_code(text) if is_code else syllables.read_words(text, _SIZE + _CHECK_SIZE)
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
