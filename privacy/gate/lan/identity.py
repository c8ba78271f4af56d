"""Who this home is in its network: names, and five certificates signed by a CA whose key nobody keeps.

The CA may sign for these names alone, for servers alone, and nothing below it; after five signatures its key
is gone. So a phone that trusts it trusts this home, for ten years, and nobody else. Made in memory and
written whole: a crash in between leaves nothing behind. Source: RFC 5280, sections 4.2.1.10 and 4.2.1.9.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from privacy.durable import write_durably
from privacy.ports import RandomBytes

if TYPE_CHECKING:
    from cryptography import x509

FILE = "lan.json"
LEAVES = 5
LEAF_LIFE = timedelta(days=800)  # at most 825 are believed, Apple's limit of 2019
LEAF_EVERY = timedelta(days=730)  # so the next one begins ten weeks before the last one ends
BACKDATED = timedelta(days=2)  # a phone's clock may be behind
TURN_AFTER = timedelta(days=3)  # a leaf is shown so long after it begins, for the same reason
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)  # a clock before this was never set
_CONSONANTS, _VOWELS = "bdfghjklmnprstvwz", "aeiou"
_SIZE_LIMIT = 65_536


class BadIdentity(Exception):
    """There is no identity to be had. The text is one line with the way out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One certificate with its key. pem: key, certificate, chain; from_, until: when it is valid."""

    from_: datetime
    until: datetime
    pem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """names: what browsers call this home, the best first. ca: what phones trust, DER; None: the owner's."""

    names: tuple[str, ...]
    leaves: tuple[Leaf, ...]
    ca: bytes | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the CA's certificate as devices show it: pairs of hex digits with colons."""
        return "" if self.ca is None else sha256(self.ca).digest().hex(":").upper()

    def leaf(self, at: datetime) -> Leaf | None:
        """What to show at ``at``: the newest that has begun by everybody's clock; None: none is valid."""
        valid = [leaf for leaf in self.leaves if leaf.from_ <= at < leaf.until]
        settled = [leaf for leaf in valid if leaf.from_ + TURN_AFTER <= at]
        return max(settled or valid, key=lambda leaf: leaf.from_, default=None)


def identity_in(folder: Path, name: str, at: datetime, random_bytes: RandomBytes) -> Identity:
    """Return the identity in ``folder``, made now where there is none, or it is for another name.

    name: the owner's, "" for a random one.

    Raises:
        BadIdentity: it can't be read or written, or the clock was never set.
    """
    path = folder / FILE
    found = read(path)
    if found is not None and (not name or found.names == (name,)) and (name or _is_random(found.names)):
        return found
    if at < EARLIEST:
        raise BadIdentity(
            f"the clock says {at:%Y-%m-%d}: no certificate is made with it; timedatectl set-ntp true"
        )
    made = make((name,) if name else _random_names(random_bytes), at)
    try:
        write_durably(path, _spelled(made))
    except OSError as error:
        raise BadIdentity(f"{path}: {error.strerror}; free some space, or let this user write it") from error
    return made


def read(path: Path) -> Identity | None:
    """Return what stands in the file; None where there is none.

    Raises:
        BadIdentity: it is damaged or can't be read.
    """
    try:
        with path.open("rb") as file:
            table = json.loads(file.read(_SIZE_LIMIT))
        leaves = tuple(
            Leaf(from_=_moment(row["from"]), until=_moment(row["until"]), pem=str(row["pem"]))
            for row in table["leaves"]
        )
        names = tuple(str(name) for name in table["names"])
        identity = Identity(names=names, leaves=leaves, ca=bytes.fromhex(table["ca"]))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadIdentity(f"{path}: {error.strerror}; run as its user, or root") from error
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        way_out = "remove it and a new one is made, which phones have to trust anew"
        raise BadIdentity(f"{path} is damaged; {way_out}") from error
    if not identity.names or not identity.leaves:
        raise BadIdentity(
            f"{path} is empty; remove it and a new one is made, which phones have to trust anew"
        )
    return identity


def make(names: Sequence[str], at: datetime) -> Identity:
    """Make the CA and its leaves, and forget the CA's key. names: host names, in small letters."""
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - once in a home's life
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    from privacy.gate.lan import certificates  # noqa: PLC0415

    begin = at.replace(microsecond=0) - BACKDATED
    spans = [(begin + n * LEAF_EVERY, begin + n * LEAF_EVERY + LEAF_LIFE) for n in range(LEAVES)]
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca: x509.Certificate = certificates.authority(names, ca_key, begin, spans[-1][1])
    leaves = []
    for from_, until in spans:
        key = ec.generate_private_key(ec.SECP256R1())
        signed = certificates.leaf(names, key.public_key(), ca, ca_key, (from_, until))
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        pem += signed.public_bytes(Encoding.PEM)
        leaves.append(Leaf(from_=from_, until=until, pem=pem.decode()))
    return Identity(names=tuple(names), leaves=tuple(leaves), ca=ca.public_bytes(Encoding.DER))


def _random_names(random_bytes: RandomBytes) -> tuple[str, str]:
    """Eight letters that can be said, under the two ends that are kept for homes (RFC 6762, RFC 8375)."""
    number = int.from_bytes(random_bytes(16), "big")
    letters = ""
    for _ in range(4):
        for alphabet in (_CONSONANTS, _VOWELS):
            number, place = divmod(number, len(alphabet))
            letters += alphabet[place]
    return f"{letters}.local", f"{letters}.home.arpa"


def _is_random(names: Sequence[str]) -> bool:
    return len(names) == 2 and names[1] == names[0].removesuffix(".local") + ".home.arpa"


def _spelled(identity: Identity) -> bytes:
    assert identity.ca is not None
    table = {
        "names": identity.names,
        "ca": identity.ca.hex(),
        "leaves": [
            {"from": leaf.from_.isoformat(), "until": leaf.until.isoformat(), "pem": leaf.pem}
            for leaf in identity.leaves
        ],
    }
    return json.dumps(table, indent=1).encode() + b"\n"


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment
