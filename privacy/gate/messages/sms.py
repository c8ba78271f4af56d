"""One SMS by an HTTP service: a POST as its settings say, and a GET that asks whether it arrived.

Without settings it is JSON, ``{"from": …, "text": …, "to": …}``, with Basic log-in, or a bearer token where
there is no user, and nothing is asked. The settings: privacy/sms_service.py; some that work:
docs/notifications.md.
"""

import base64
import json
from dataclasses import replace
from typing import Final

from privacy import sms_service
from privacy.gate.network.https import Upload
from privacy.gate.network.tls_line import Reach, Target, TransferFailed
from privacy.gate.storage.access import AccessData
from privacy.sms_service import SmsService

_RECEIPTS: Final = ("id", "message_id", "messageId", "sid", "receipt")
_LATER: Final = frozenset({408, 425, 429})
LONGEST_RECEIPT = 200
_PLAIN: Final = SmsService()


class Sms(Upload):
    """One attempt; follows tls_line.Carrier. service: how it is spoken with, where homebase.toml says so."""

    def __init__(
        self, target: Target, access: AccessData, service: SmsService | None, *, to: str, text: str
    ) -> None:
        self._host, self._service = target.host, service or _PLAIN
        body, kind = sms_service.body(self._service, to=to, sender=access.sender, text=text)
        super().__init__(target, _headers(access, service), body, kind)
        self.reach = Reach.FOLLOWED if self._service.tells else Reach.TAKEN

    def receipt(self, status: int, body: bytes) -> str | None:
        """Any success is one; the service's own id where it tells one, or has to.

        Raises:
            TransferFailed: it was refused; for good where asking again is of no use.
        """
        if 200 <= status < 300:
            if not self._service.id:
                return _id(body) or str(status)
            if (found := sms_service.id_in(self._service, body)) is not None:
                return found
            raise TransferFailed("no_message_id", final=True)
        if 400 <= status < 500 and status not in _LATER:
            raise TransferFailed(f"{self._host}: answered {status}", final=True)
        return None


class Status(Upload):
    """Asks once whether a message arrived. number: what the service calls it."""

    method = "GET"

    def __init__(self, target: Target, access: AccessData, service: SmsService, number: str) -> None:
        path = sms_service.status_path(service, number)
        super().__init__(replace(target, path=path), _headers(access, service), b"")
        self.told_in_path = len(number.encode())

    def receipt(self, status: int, body: bytes) -> str | None:
        """None: what the answer says is read elsewhere."""
        return None


def misfit(row: AccessData, service: SmsService | None) -> str | None:
    """The code of what can't stand in a request to a service; None: it can be tried."""
    if not row.sender.isprintable():
        return "sender_form"
    words = (row.user, row.password)
    fits = all(word.isprintable() and word == word.strip() for word in words) and ":" not in row.user
    # a bearer token, and what a header of its own holds, stand there as they are
    in_head = row.password.isascii() or bool(row.user and not (service and service.header))
    return None if fits and in_head else "access_form"


def _headers(access: AccessData, service: SmsService | None) -> list[tuple[str, str]]:
    accept = [("Accept", "application/json")] if service else []
    if service and service.header:
        name, _, value = service.header.partition(": ")
        return [*accept, (name, value.replace("{secret}", access.password))]
    return [*accept, *_log_in(access)]


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
