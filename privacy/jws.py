"""ES256 statements of a phone as JWS (RFC 7515), in the one form that we take: bytes in, claims out.

Pure. The header is exactly ``alg`` and ``kid``, the payload is canonical JSON; anything else is refused
before a signature is looked at, so that no two texts mean the same and no text means two things.
Source: docs/protocols/gate.md, "Statements".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature

from privacy import base64url, canonical

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

LIMIT = 4096  # bytes of a statement in either serialisation
POINT_SIZE = 65  # uncompressed: 4, x, y
_HALF = 32  # bytes of r, of s, of a coordinate


class BadStatement(ValueError):
    """Not a statement that we take; the text is one line for whoever sent it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement of the right form; nobody has looked at its signature yet.

    text: the compact serialisation, kept as proof. payload: the canonical bytes.
    """

    text: str
    kid: str
    payload: bytes
    signature: bytes


def read(text: str) -> Statement:
    """Read the compact serialisation, header.payload.signature.

    Raises:
        BadStatement: any other form.
    """
    if len(text) > LIMIT:
        raise BadStatement(f"longer than {LIMIT} bytes")
    parts = text.split(".")
    if len(parts) != 3:
        raise BadStatement("not header.payload.signature")
    header, payload, signature = map(unbase64url, parts)
    kid = _kid(header)
    try:
        members = canonical.decode(payload)
    except (ValueError, UnicodeError) as error:
        raise BadStatement(f"payload: {error}") from error
    if not isinstance(members, Mapping):
        raise BadStatement("payload: not an object")
    if len(signature) != 2 * _HALF:
        raise BadStatement(f"signature: {len(signature)} bytes, allowed is {2 * _HALF}: r and s")
    return Statement(text=text, kid=kid, payload=payload, signature=signature)


def compact(value: object) -> str:
    """Return the compact text of a JSON value that is one, or the flattened serialisation.

    Raises:
        BadStatement: neither.
    """
    if isinstance(value, str):
        return value
    names = ("protected", "payload", "signature")
    if not isinstance(value, Mapping) or set(value) != set(names):
        raise BadStatement("allowed is the compact text, or exactly protected, payload and signature")
    parts = [value[name] for name in names]
    if not all(isinstance(part, str) and "." not in part for part in parts):
        raise BadStatement("protected, payload and signature are base64url")
    return ".".join(parts)


def is_signed_by(statement: Statement, point: bytes) -> bool:
    """Whether the key at ``point`` (65 bytes) made the signature."""
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA  # noqa: PLC0415 - at rest nobody signs
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    r, s = (int.from_bytes(half) for half in (statement.signature[:_HALF], statement.signature[_HALF:]))
    signed = statement.text.rpartition(".")[0].encode()
    try:
        encoded = encode_dss_signature(r, s)
        public_key(point).verify(encoded, signed, ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def public_key(point: bytes) -> "EllipticCurvePublicKey":
    """The P-256 key at an uncompressed point.

    Raises:
        ValueError: not a point of the curve.
    """
    if len(point) != POINT_SIZE:
        raise ValueError(f"{len(point)} bytes, allowed is {POINT_SIZE}: 4, x, y")
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - at rest nobody signs

    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def thumbprint(point: bytes) -> str:
    """The key's id: its JWK thumbprint (RFC 7638), base64url of SHA-256."""
    x, y = (base64url.encode(half) for half in (point[1 : 1 + _HALF], point[1 + _HALF :]))
    return base64url.encode(sha256(canonical.encode({"crv": "P-256", "kty": "EC", "x": x, "y": y})).digest())


def unbase64url(text: str) -> bytes:
    """Read base64url in its one spelling: no padding, no blanks, no stray bits.

    Raises:
        BadStatement: another spelling.
    """
    data = base64url.decode(text)
    if data is None:
        raise BadStatement("not base64url in its one spelling")
    return data


def _kid(header: bytes) -> str:
    try:
        members = canonical.decode(header)
    except (ValueError, UnicodeError) as error:
        raise BadStatement(f"header: {error}") from error
    if not isinstance(members, Mapping) or set(members) != {"alg", "kid"} or members["alg"] != "ES256":
        raise BadStatement('header: allowed is exactly {"alg":"ES256","kid":…}')
    kid = members["kid"]
    if not isinstance(kid, str):
        raise BadStatement("header: kid is text")
    return kid
