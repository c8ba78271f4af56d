"""A license: a signed note that says for which Home Base it is and how long, checked without network. Pure.

Format: docs/account.md, "License"; the signature is that of C2SP signed-note (Ed25519).
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from hashlib import sha256

FORMAT = "homebase.license/1"
MOST_BYTES = 4096
_ED25519 = b"\x01"  # signed-note, "Signatures": the algorithm byte
_KEY = re.compile(r"([^\s+]{1,200})\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)")
_LINE = re.compile(r"([a-z_]{1,32}): ([\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?)")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_REQUIRED = frozenset({"license", "home_base", "issued", "expires"})
_OPTIONAL = frozenset({"customer", "product"})


class Flaw(Enum):
    """Why a license does not count. The value is the code that people are told in words."""

    FORM = "license_form"
    NO_KEY = "license_no_key"
    FOREIGN = "license_foreign"  # signed by somebody else
    TAMPERED = "license_tampered"
    OTHER_HOME = "license_other_home"
    EXPIRED = "license_expired"
    NOT_YET = "license_not_yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class License:
    """What it says. expires: the last day, whole, UTC."""

    id: str
    home_base: str
    customer: str
    product: str
    issued: datetime
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerKey:
    """Who may sign licenses for this home. mark: the four bytes that name the key; public_key: Ed25519."""

    name: str
    mark: bytes
    public_key: bytes


def read_key(text: str) -> IssuerKey | None:
    """A key as signed notes spell it, ``name+id+key``; None where it is none."""
    found = _KEY.fullmatch(text)
    key = b"" if found is None else _unbase64(found[3])
    if found is None or len(key) != 33 or key[:1] != _ED25519:
        return None
    mark = _mark(found[1], key[1:])
    return IssuerKey(name=found[1], mark=mark, public_key=key[1:]) if mark.hex() == found[2] else None


def check(document: str, key: IssuerKey | None, home_base: str, at: datetime) -> License | Flaw:
    """What a license says, if it counts for this Home Base at ``at``; else why not. Never raises."""
    body, _, signatures = document.replace("\r\n", "\n").partition("\n\n")
    body += "\n"
    found = _read(body)
    if found is None or len(document) > MOST_BYTES:
        return Flaw.FORM
    if key is None:
        return Flaw.NO_KEY
    if (wrong := _wrong_signature(body, signatures, key)) is not None:
        return wrong
    if found.home_base != home_base:
        return Flaw.OTHER_HOME
    if at < found.issued:
        return Flaw.NOT_YET
    return found if at < found.expires + timedelta(days=1) else Flaw.EXPIRED


def _read(body: str) -> License | None:
    """The lines, each field once, no other; None where something else stands there."""
    first, *lines = body.removesuffix("\n").split("\n")
    fields: dict[str, str] = {}
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None or found[1] in fields:
            return None
        fields[found[1]] = found[2]
    if first != FORMAT or not _REQUIRED <= fields.keys() <= _REQUIRED | _OPTIONAL:
        return None
    return _of(fields)


def _of(fields: Mapping[str, str]) -> License | None:
    issued, expires = _day(fields["issued"]), _day(fields["expires"])
    if issued is None or expires is None:
        return None
    return License(
        id=fields["license"],
        home_base=fields["home_base"],
        customer=fields.get("customer", ""),
        product=fields.get("product", ""),
        issued=issued,
        expires=expires,
    )


def _day(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _wrong_signature(body: str, signatures: str, key: IssuerKey) -> Flaw | None:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - most homes have no license
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    for line in signatures.splitlines():
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        mark = _unbase64(encoded) if dash == "\N{EM DASH}" and name == key.name else b""
        if mark[:4] != key.mark:
            continue  # somebody else's signature beside it
        try:
            Ed25519PublicKey.from_public_bytes(key.public_key).verify(mark[4:], body.encode())
        except InvalidSignature:
            return Flaw.TAMPERED
        return None
    return Flaw.FOREIGN


def _mark(name: str, public_key: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + _ED25519 + public_key).digest()[:4]


def _unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""
