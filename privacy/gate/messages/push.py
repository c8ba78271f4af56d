"""One message to one browser by its push service, encrypted anew at each attempt (RFC 8030, 8291).

The push service sees which browser, when, and one size; the words it can't read.
"""

from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from privacy import web_push
from privacy.gate.network.https import SEALED, Upload
from privacy.gate.network.tls_line import Target, TransferFailed
from privacy.ports import RandomBytes
from privacy.web_push import Subscription

KEPT_S: Final = 3600  # by the push service, for a phone that is switched off
_GONE: Final = frozenset({404, 410})
_LATER: Final = frozenset({408, 425, 429})


class Push(Upload):
    """One attempt; follows tls_line.Carrier."""

    def __init__(
        self, target: Target, to: Subscription, text: str, seed: bytes, now_s: int, random_bytes: RandomBytes
    ) -> None:
        self._host = target.host
        own = ec.generate_private_key(ec.SECP256R1())
        body = web_push.sealed(text.encode(), to, own, random_bytes(web_push.SALT_SIZE))
        headers = (
            ("TTL", str(KEPT_S)),
            ("Urgency", "high"),
            ("Content-Encoding", "aes128gcm"),
            ("Authorization", web_push.token(web_push.server_key(seed), target.host, now_s)),
        )
        super().__init__(target, headers, body, SEALED)

    def receipt(self, status: int, body: bytes) -> str | None:
        """201 is the push service's word that it has it.

        Raises:
            TransferFailed: the browser takes no more, or it was refused for good.
        """
        if 200 <= status < 300:
            return str(status)
        if status in _GONE:
            raise TransferFailed(f"{self._host}: this browser takes no more; switch it on again", final=True)
        if 400 <= status < 500 and status not in _LATER:
            raise TransferFailed(f"{self._host}: answered {status}", final=True)
        return None
