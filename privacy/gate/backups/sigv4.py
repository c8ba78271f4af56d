"""AWS Signature Version 4 of one request in its Authorization header, as S3 and its likes want it.

Pure. Paths are signed as they are sent: encoded once, nothing in them is shortened.
Source: the signing process as AWS documents it; tests/vectors/sigv4.toml.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote

_ALGORITHM = "AWS4-HMAC-SHA256"
_PLAIN = "-._~"  # beside letters and digits: what RFC 3986 calls unreserved
Query = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Access data, and what it is for. key: the access key's id; it is no secret, ``secret`` is."""

    key: str
    secret: str = field(repr=False)
    region: str
    service: str = "s3"

    def authorization(
        self,
        method: str,
        path: str,
        query: Query,
        headers: Mapping[str, str],
        payload_sha256: str,
        at: datetime,
    ) -> str:
        """The header's value. path: encoded; query: not encoded; headers: all of them are signed.

        at: aware, UTC; the header X-Amz-Date among ``headers`` has to say the same.
        """
        told = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
        names = ";".join(sorted(told))
        lines = "".join(f"{name}:{told[name]}\n" for name in sorted(told))
        asked = "\n".join((method, path, encoded(query), lines, names, payload_sha256))
        day = f"{at:%Y%m%d}"
        scope = f"{day}/{self.region}/{self.service}/aws4_request"
        text = "\n".join((_ALGORITHM, amz_date(at), scope, sha256(asked.encode()).hexdigest()))
        key = f"AWS4{self.secret}".encode()
        for word in (day, self.region, self.service, "aws4_request"):
            key = hmac.digest(key, word.encode(), "sha256")
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        return f"{_ALGORITHM} Credential={self.key}/{scope}, SignedHeaders={names}, Signature={signature}"


def amz_date(at: datetime) -> str:
    """The moment as X-Amz-Date spells it. at: aware, UTC."""
    return f"{at:%Y%m%dT%H%M%SZ}"


def encoded(query: Query) -> str:
    """The query as it is signed and sent: each name and value encoded, in order."""
    return "&".join(f"{name}={value}" for name, value in sorted((word(a), word(b)) for a, b in query))


def word(text: str) -> str:
    """Percent-encoded, but for what RFC 3986 calls unreserved."""
    return quote(text, safe=_PLAIN)
