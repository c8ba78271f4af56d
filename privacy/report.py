"""Reports of what an erasure did, signed by the gate: what went, what stays and why, and no value. Pure."""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from privacy import canonical
from privacy.payload import timestamp
from privacy.rights import Effect, Scope

FORM = "homebase.erasure/1"
_CONTEXT = FORM.encode() + b"\n"  # in front of the signed bytes, so that they are a signature of nothing else


class BadReport(ValueError):
    """Not a report of this gate."""


def scope_word(scope: Scope) -> str:
    """What was asked for, without anybody's name."""
    if scope.person is not None:
        return "person"
    return "everything" if scope.category is None else scope.category.value


def signed(
    scope: Scope, effects: Sequence[Effect], entry: int, origin: str, at: datetime, seed: bytes
) -> Mapping[str, str]:
    """The report and its signature. entry: of the ledger that tells of it; seed: of the gate's key."""
    told: Sequence[canonical.Json] = [
        {"holding": one.holding, "erased": one.erased, "stays": one.stays, "why": one.why}
        for one in effects
        if one.erased or one.stays
    ]
    content: dict[str, canonical.Json] = {
        "form": FORM,
        "at": timestamp(at),
        "scope": scope_word(scope),
        "effects": told,
        "ledger": origin,
        "entry": entry,
    }
    text = canonical.encode(content)
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return {"report": text.decode(), "signature": base64.b64encode(key.sign(_CONTEXT + text)).decode()}


def verify(report: str, signature: str, public_key: bytes) -> Mapping[str, canonical.Json]:
    """What a signed report says.

    Raises:
        BadReport: another form, or not signed by this key.
    """
    try:
        mark = base64.b64decode(signature, validate=True)
        Ed25519PublicKey.from_public_bytes(public_key).verify(mark, _CONTEXT + report.encode())
        content = canonical.decode(report.encode())
    except (InvalidSignature, ValueError) as error:
        raise BadReport("not a report of this gate") from error
    if not isinstance(content, Mapping) or content.get("form") != FORM:
        raise BadReport("another form")
    return content
