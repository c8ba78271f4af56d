"""The key that diagnoses are encrypted to: made once, in a file of mode 0600, never printed.

Whoever has it reads what is kept; without it nobody does.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from privacy.durable import write_durably

if TYPE_CHECKING:
    from pyrage.x25519 import Identity as Secret

FILE = "key"
_SIZE_LIMIT = 4096


class BadIdentity(Exception):
    """The key can't be used. path: of its file; why: lax, damaged or unreadable; what: the system's word."""

    def __init__(self, path: Path, why: str, what: str = "") -> None:
        super().__init__(path, why, what)
        self.path, self.why, self.what = path, why, what


class NotForUs(Exception):
    """An age file for others, or none at all."""


class Identity:
    """One key. public: what owners enter."""

    def __init__(self, secret: "Secret") -> None:
        self._secret = secret
        self.public = str(secret.to_public())

    def open(self, sealed: bytes) -> bytes:
        """Decrypt.

        Raises:
            NotForUs: it is not encrypted to this key, or damaged.
        """
        import pyrage  # noqa: PLC0415 - 2 MB that only the receiver loads

        try:
            opened: bytes = pyrage.decrypt(sealed, [self._secret])
        except pyrage.DecryptError as error:
            raise NotForUs from error
        return opened


def identity_in(folder: Path) -> Identity:
    """Return the key in ``folder``, made now where there is none.

    Raises:
        BadIdentity: it is damaged, others can read it, or it can't be written.
    """
    from pyrage import IdentityError, x25519  # noqa: PLC0415 - as above

    path = folder / FILE
    try:
        if not path.exists():
            write_durably(path, f"{x25519.Identity.generate()}\n".encode())
        with path.open("rb") as file:
            lax = os.fstat(file.fileno()).st_mode & 0o077
            text = file.read(_SIZE_LIMIT).decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadIdentity(path, "unreadable", str(getattr(error, "strerror", "") or "")) from None
    if lax:
        raise BadIdentity(path, "lax")
    try:
        return Identity(x25519.Identity.from_str(text))
    except IdentityError:
        raise BadIdentity(path, "damaged") from None  # its text may hold the key
