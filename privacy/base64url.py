"""base64url (RFC 4648 section 5) without padding, in its one spelling. Pure."""

import base64
import re

_WORD = re.compile(r"[A-Za-z0-9_-]*")


def encode(data: bytes) -> str:
    """The text."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes | None:
    """The bytes; None: padding, blanks, or stray bits at the end."""
    if not _WORD.fullmatch(text) or len(text) % 4 == 1:
        return None
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return data if encode(data) == text else None
