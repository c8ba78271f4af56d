"""The gate's signed answers: what a phone can check although the hub in between passes them on.

Pure. Ed25519 with the gate's key over a line of our own and the exact text of the answer, which repeats the
phone's nonce: an answer to somebody else, to an earlier question or to another kind of question is none.
Source: docs/protocols/gate.md, "Signed answers".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from privacy import base64url, canonical
from privacy.jws import BadStatement, unbase64url

CONTEXT = b"homebase gate answer\n"  # no checkpoint begins so: an origin has no blanks
NONCE = r"^[A-Za-z0-9_-]{22,64}$"  # base64url of 16 to 48 bytes, chosen by the phone


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the gate says. kind: of question; nonce: of who asks; body: JSON without fractions."""

    kind: str
    nonce: str
    body: Mapping[str, canonical.Json]


class NotTheGate(ValueError):
    """Not signed by this gate, or not the answer to this question."""


def sign(answer: Answer, seed: bytes) -> dict[str, str]:
    """Return text and signature. seed: the 32 bytes of the gate's key."""
    told: dict[str, canonical.Json] = {"kind": answer.kind, "nonce": answer.nonce, "body": answer.body}
    text = canonical.encode(told)
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(CONTEXT + text)
    return {"text": text.decode(), "signature": base64url.encode(signature)}


def verify(
    signed: Mapping[str, str], kind: str, nonce: str, public_key: bytes
) -> Mapping[str, canonical.Json]:
    """Return the body, as a phone does; the reference for clients and tests.

    Raises:
        NotTheGate: it is not what the gate said to this question.
    """
    text = signed["text"].encode()
    try:
        mark = unbase64url(signed["signature"])
        Ed25519PublicKey.from_public_bytes(public_key).verify(mark, CONTEXT + text)
        told = canonical.decode(text)
    except (BadStatement, InvalidSignature) as error:
        raise NotTheGate("not signed by this gate") from error
    if not isinstance(told, Mapping) or (told.get("kind"), told.get("nonce")) != (kind, nonce):
        raise NotTheGate("signed by the gate, for another question")
    return cast("Mapping[str, canonical.Json]", told["body"])


def is_nonce(text: str) -> bool:
    """Whether ``text`` has the form of a phone's nonce."""
    return re.fullmatch(NONCE, text) is not None
