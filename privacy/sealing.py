"""Encrypts what is delivered to the keys that a consent names: age v1, X25519 keys and no passphrase.

The gate does it itself and right before the bytes leave: a file that begins like an age file says nothing
about who can read it, so nothing that comes from the hub counts as encrypted.
Source: the age file format, C2SP age.md; docs/adr/0012-encrypted-deliveries.md.
"""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pyrage.x25519 import Recipient

MOST_KEYS = 8  # of one recipient; together they fit a consent's addressee
ALLOWED = f'1 to {MOST_KEYS} public keys "age1…", as age-keygen prints them; never the secret one'
_KEY = re.compile(r"age1[02-9ac-hj-np-z]{58}")  # Bech32 of 32 bytes


class NotAKey(ValueError):
    """No public key of age. The text never holds what was there instead: it may be the secret one."""

    def __init__(self) -> None:
        super().__init__(f"allowed are {ALLOWED}")


def addressee(keys: Iterable[str]) -> str:
    """The keys as a consent names them: sorted, with a space between; empty without keys."""
    return " ".join(sorted(keys))


def check_keys(keys: Sequence[str]) -> None:
    """Do nothing for keys that can be encrypted to.

    Raises:
        NotAKey: one is none, they are too many, or one stands there twice.
    """
    if len(keys) > MOST_KEYS or len(set(keys)) != len(keys):
        raise NotAKey
    for key in keys:
        _recipient(key)


def seal(data: bytes, to: str) -> bytes:
    """Return ``data`` as an age file for exactly those keys. to: as ``addressee`` spells them.

    Raises:
        NotAKey: ``to`` holds something else, or nothing.
    """
    import pyrage  # noqa: PLC0415 - 2 MB that a home without deliveries never loads

    keys = to.split(" ")
    check_keys(keys)
    sealed: bytes = pyrage.encrypt(data, [_recipient(key) for key in keys])
    return sealed


class Source(Protocol):
    """What is read."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to so many bytes; none at the end."""
        ...


class Sink(Protocol):
    """What is written to."""

    def write(self, data: bytes, /) -> int:
        """Take all of it."""
        ...

    def flush(self) -> None:
        """Hold nothing back."""
        ...


def seal_stream(source: Source, to: str, sink: Sink) -> None:
    """Encrypt all that ``source`` gives to exactly those keys, 64 KiB at a time; blocks until its end.

    Raises:
        NotAKey: as ``seal``.
        OSError: source or sink failed.
    """
    import pyrage  # noqa: PLC0415 - as above

    keys = to.split(" ")
    check_keys(keys)
    try:
        pyrage.encrypt_io(source, sink, [_recipient(key) for key in keys])
    except pyrage.EncryptError as error:  # what the sink raised, as text
        raise OSError(str(error)) from error


def _recipient(key: str) -> "Recipient":
    import pyrage  # noqa: PLC0415 - as above

    if not _KEY.fullmatch(key):
        raise NotAKey
    try:
        return pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError as error:
        raise NotAKey from error
