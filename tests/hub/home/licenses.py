"""Licenses as an issuer makes them, with a key of the test's own; not made by the code under test."""

import base64
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ISSUER = "licenses.example.org"
KEY = Ed25519PrivateKey.from_private_bytes(b"a" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"b" * 32)
HOME_BASE = "HB-ABCD-EFGH-IJKL-MNOP"


def key_text(key: Ed25519PrivateKey = KEY, name: str = ISSUER) -> str:
    public = b"\x01" + key.public_key().public_bytes_raw()
    return f"{name}+{_mark(key, name).hex()}+{base64.b64encode(public).decode()}"


def issued(key: Ed25519PrivateKey = KEY, name: str = ISSUER, **changes: str | None) -> str:
    fields: dict[str, str | None] = {
        "license": "L-2026-000123",
        "home_base": HOME_BASE,
        "customer": "C-4711",
        "product": "Homebase",
        "issued": "2026-01-01",
        "expires": "2026-12-31",
    }
    lines = [f"{key}: {value}" for key, value in (fields | changes).items() if value is not None]
    body = "\n".join(["homebase.license/1", *lines, ""])
    mark = base64.b64encode(_mark(key, name) + key.sign(body.encode())).decode()
    return f"{body}\n\N{EM DASH} {name} {mark}\n"


def _mark(key: Ed25519PrivateKey, name: str) -> bytes:
    return sha256(name.encode() + b"\n\x01" + key.public_key().public_bytes_raw()).digest()[:4]
