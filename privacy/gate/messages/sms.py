"""One SMS by an HTTP provider: a POST of JSON, see docs/notifications.md; a small bridge fits any provider.

``{"from": …, "text": …, "to": …}`` with Basic log-in, or a bearer token where there is no user.
"""

import base64
import json
from typing import Final

from privacy import canonical
from privacy.gate.network.https import Upload
from privacy.gate.network.tls_line import Target, TransferFailed
from privacy.gate.storage.access import AccessData

_RECEIPTS: Final = ("id", "message_id", "messageId", "sid", "receipt")
_LATER: Final = frozenset({408, 425, 429})
LONGEST_RECEIPT = 200


class Sms(Upload):
    """One attempt; follows tls_line.Carrier."""

    def __init__(self, target: Target, access: AccessData, *, to: str, text: str) -> None:
        body = canonical.encode({"from": access.sender, "text": text, "to": to})
        self._host = target.host
        super().__init__(target, _log_in(access), body)

    def receipt(self, status: int, body: bytes) -> str | None:
        """Any success is one; the provider's own id where it tells one.

        Raises:
            TransferFailed: it was refused; for good where asking again is of no use.
        """
        if 200 <= status < 300:
            return _id(body) or str(status)
        if 400 <= status < 500 and status not in _LATER:
            raise TransferFailed(f"{self._host}: answered {status}", final=True)
        return None


def misfit(row: AccessData) -> str | None:
    """The code of what can't stand in a request to a provider; None: it can be tried."""
    if not row.sender.isprintable():
        return "sender_form"
    words = (row.user, row.password)
    fits = all(word.isprintable() and word == word.strip() for word in words) and ":" not in row.user
    in_head = bool(row.user) or row.password.isascii()  # a bearer token stands there as it is
    return None if fits and in_head else "access_form"


def _log_in(access: AccessData) -> list[tuple[str, str]]:
    if access.user:
        word = base64.b64encode(f"{access.user}:{access.password}".encode()).decode()
        return [("Authorization", f"Basic {word}")]
    return [("Authorization", f"Bearer {access.password}")] if access.password else []


def _id(body: bytes) -> str:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    found = (told.get(name) for name in _RECEIPTS) if isinstance(told, dict) else iter(())
    text = next((str(one) for one in found if isinstance(one, (str, int))), "")
    return text if text.isprintable() and len(text) <= LONGEST_RECEIPT else ""
