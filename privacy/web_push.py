"""A message for one browser that its push service can't read (RFC 8291), and who we are (RFC 8292).

Pure: the one-time key and the salt come as arguments. Every message is padded to one size, so that its length
tells nothing.
"""

import hmac
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from privacy import base64url, canonical

RECORD_SIZE = 4096  # RFC 8291, section 4: one record of at most that
PADDED = 1024  # bytes of text and padding: the longest line in UTF-8 fits
SALT_SIZE, AUTH_SIZE, POINT_SIZE = 16, 16, 65
VALID_S = 12 * 3600  # of a token; RFC 8292 allows 24 hours
_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A browser that may be told something. p256dh: its public key; auth: 16 secret bytes."""

    endpoint: str
    p256dh: bytes
    auth: bytes = field(repr=False)

    @property
    def host(self) -> str:
        """Of its push service."""
        return urlsplit(self.endpoint).hostname or ""

    @property
    def path(self) -> str:
        """There, with its query."""
        parts = urlsplit(self.endpoint)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def check(self) -> None:
        """Do nothing for one that can be used.

        Raises:
            ValueError: no https, a port, a foreign key, or another length.
        """
        parts = urlsplit(self.endpoint)
        plain = self.endpoint.isascii() and self.endpoint.isprintable() and " " not in self.endpoint
        if parts.scheme != "https" or parts.port is not None or not parts.hostname or not plain:
            raise ValueError("endpoint")
        if len(self.endpoint) > 1000 or not parts.path.startswith("/") or parts.fragment or parts.username:
            raise ValueError("endpoint")
        if len(self.auth) != AUTH_SIZE or len(self.p256dh) != POINT_SIZE:
            raise ValueError("keys")
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, self.p256dh)


def sealed(
    text: bytes, to: Subscription, own: ec.EllipticCurvePrivateKey, salt: bytes, padded: int = PADDED
) -> bytes:
    """The whole body: header and one record. own: made for this message alone; padded: 0 for no padding."""
    public = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, to.p256dh)
    mine = point(own)
    shared = own.exchange(ec.ECDH(), public)
    key = _expanded(_mac(to.auth, shared), b"WebPush: info\0" + to.p256dh + mine, 32)
    secret = _mac(salt, key)
    content = _expanded(secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _expanded(secret, b"Content-Encoding: nonce\0", 12)
    filled = text + b"\x02" + bytes(max(0, padded - len(text) - 1))
    header = salt + RECORD_SIZE.to_bytes(4, "big") + bytes([len(mine)]) + mine
    return header + AESGCM(content).encrypt(nonce, filled, None)


def server_key(seed: bytes) -> ec.EllipticCurvePrivateKey:
    """The gate's own key for push services, always the same for one seed."""
    number = int.from_bytes(hmac.digest(seed, b"homebase/vapid/1", "sha512"), "big")
    return ec.derive_private_key(number % (_ORDER - 1) + 1, _CURVE)


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Its public half, uncompressed."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def token(key: ec.EllipticCurvePrivateKey, host: str, now_s: int, contact: str = "") -> str:
    """The value of ``Authorization``: that we hold that key, for that push service, for VALID_S.

    contact: whom the service may ask (RFC 8292, section 2.1); empty tells it nobody.
    """
    head = base64url.encode(canonical.encode({"alg": "ES256", "typ": "JWT"}))
    told: dict[str, canonical.Json] = {"aud": f"https://{host}", "exp": now_s + VALID_S}
    if contact:
        told["sub"] = contact
    claims = base64url.encode(canonical.encode(told))
    signed = f"{head}.{claims}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    signature = base64url.encode(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={signed}.{signature}, k={base64url.encode(point(key))}"


def _mac(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")


def _expanded(key: bytes, info: bytes, size: int) -> bytes:
    """HKDF's second step for one block (RFC 5869)."""
    return _mac(key, info + b"\x01")[:size]
