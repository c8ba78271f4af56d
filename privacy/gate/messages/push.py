"""One message to one browser by its push service, encrypted anew at each attempt (RFC 8030, 8291).

The push service sees which browser, when, and one size; the words it can't read.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from privacy import web_push
from privacy.gate.network.https import SEALED, Upload
from privacy.gate.network.tls_line import Target, TransferFailed
from privacy.ports import RandomBytes
from privacy.web_push import Subscription

KEPT_S: Final = 3600  # by the push service, for a phone that is switched off
LONGEST_CONTACT: Final = 200
# a page and no mailbox: the register names no e-mail address among what goes to a push service
_CONTACT: Final = re.compile(r"https://(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}(?:/[A-Za-z0-9._~/-]*)?")
_GONE: Final = frozenset({404, 410})
_FORBIDDEN: Final = 403
_LATER: Final = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who we are to a push service, at that moment. contact: whom it may ask, empty for nobody."""

    seed: bytes = field(repr=False)
    now_s: int
    contact: str


def is_contact(text: str) -> bool:
    """Whether it can stand for one: the address of a page."""
    return len(text) <= LONGEST_CONTACT and _CONTACT.fullmatch(text) is not None


class Push(Upload):
    """One attempt; follows tls_line.Carrier."""

    def __init__(
        self, target: Target, to: Subscription, text: str, who: Sender, random_bytes: RandomBytes
    ) -> None:
        self._host = target.host
        token = web_push.token(web_push.server_key(who.seed), target.host, who.now_s, who.contact)
        own = ec.generate_private_key(ec.SECP256R1())
        body = web_push.sealed(text.encode(), to, own, random_bytes(web_push.SALT_SIZE))
        headers = (
            ("TTL", str(KEPT_S)),
            ("Urgency", "high"),
            ("Content-Encoding", "aes128gcm"),
            ("Authorization", token),
        )
        super().__init__(replace(target, path=to.path), headers, body, SEALED)

    def receipt(self, status: int, body: bytes) -> str | None:
        """201 is the push service's word that it has it.

        Raises:
            TransferFailed: browser_takes_no_more, push_contact_wanted, or it was refused for good.
        """
        if 200 <= status < 300:
            return str(status)
        if status in _GONE:
            raise TransferFailed("browser_takes_no_more", final=True)
        if status == _FORBIDDEN:
            raise TransferFailed("push_contact_wanted", final=True)
        if 400 <= status < 500 and status not in _LATER:
            raise TransferFailed(f"{self._host}: answered {status}", final=True)
        return None
