"""The recovery sheet: the secret key that opens backups, on paper and nowhere else. Pure.

18 words: 32 bytes of the key and a checksum of 4. The code for a phone's camera holds the same, and the
public key that signs manifests. ``vouch`` binds that key to the sheet, so that nobody has to type it: only
whoever has the sheet can make it.
Source: docs/backup.md, "The recovery sheet"; the text form of the key is age's (Bech32, BIP 173).
"""

import hashlib
import hmac
import re

from privacy import syllables

SECRET_SIZE = 32
WORD_COUNT = 18
CODE_HEAD = "HOMEBASE:BACKUP:1"
MOST_TEXT = 400  # characters; more is no sheet
_CHECK_SIZE = 4
_PREFIX = "age-secret-key-"
_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def words_of(secret: bytes) -> tuple[str, ...]:
    """The key in 18 words."""
    return syllables.words_of(secret + _check(secret))


def code_of(secret: bytes, signer: bytes) -> str:
    """The text of the QR code, in its compact alphanumeric mode. signer: 32 bytes, who signs manifests."""
    return ":".join((CODE_HEAD, (secret + _check(secret)).hex().upper(), signer.hex().upper()))


def read_sheet(text: str) -> bytes | None:
    """The key that was typed as words, code or in age's form; None when it is none, or a letter is wrong."""
    if len(text) > MOST_TEXT:
        return None
    plain = text.strip()
    if plain.upper().startswith("AGE-SECRET-KEY-1"):
        return _read_identity(plain.lower())
    data = _read_code(plain) if plain.upper().startswith("HOMEBASE") else None
    data = data or syllables.read_words(plain, SECRET_SIZE + _CHECK_SIZE)
    if data is None:
        return None
    secret, check = data[:SECRET_SIZE], data[SECRET_SIZE:]
    return secret if hmac.compare_digest(_check(secret), check) else None


def identity_of(secret: bytes) -> str:
    """The key as age's tools take it, AGE-SECRET-KEY-1 and so on."""
    values = _to_fives(secret)
    check = _polymod([*_expanded(), *values, *([0] * 6)]) ^ 1
    values += [check >> 5 * (5 - place) & 31 for place in range(6)]
    return f"{_PREFIX}1{''.join(_ALPHABET[value] for value in values)}".upper()


def vouch(secret: bytes, signer: bytes) -> str:
    """What only the sheet can say of the key that signs manifests."""
    key = hashlib.sha256(b"homebase backup sheet" + secret).digest()
    return hmac.digest(key, signer, "sha256").hex()


def is_vouched(secret: bytes, signer: bytes, told: str) -> bool:
    """Whether that key was there when the sheet was made."""
    return hmac.compare_digest(vouch(secret, signer), told)


def _check(secret: bytes) -> bytes:
    return hashlib.sha256(b"homebase recovery sheet" + secret).digest()[:_CHECK_SIZE]


def _read_code(text: str) -> bytes | None:
    digits = re.sub(r"\s", "", text).upper().removeprefix(CODE_HEAD + ":").partition(":")[0]
    try:
        data = bytes.fromhex(digits)
    except ValueError:
        return None
    return data if len(data) == SECRET_SIZE + _CHECK_SIZE else None


def _read_identity(text: str) -> bytes | None:
    letters = text.removeprefix(_PREFIX + "1")
    if any(letter not in _ALPHABET for letter in letters):
        return None
    values = [_ALPHABET.index(letter) for letter in letters]
    number = 0
    for value in values[:-6]:
        number = number << 5 | value
    secret = (number >> 4).to_bytes(SECRET_SIZE + 1, "big")[1:] if len(values) == 52 + 6 else b""
    return secret if secret and identity_of(secret).lower() == text else None


def _to_fives(data: bytes) -> list[int]:
    number, bits = int.from_bytes(data, "big") << 4, len(data) * 8 + 4  # 256 bits and 4 of padding
    return [number >> place & 31 for place in range(bits - 5, -1, -5)]


def _expanded() -> list[int]:
    return [*(ord(letter) >> 5 for letter in _PREFIX), 0, *(ord(letter) & 31 for letter in _PREFIX)]


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATORS):
            check ^= generator if top >> place & 1 else 0
    return check
