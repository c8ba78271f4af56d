"""Checkpoints of the ledger as C2SP signed notes: size and root under an Ed25519 signature.

Pure. Formats: C2SP tlog-checkpoint and signed-note. Whoever keeps the last one notices a rewritten ledger.
"""

import base64
import re
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"  # signed-note, "Signatures": the algorithm byte
ROOT_SIZE = 32  # bytes of SHA-256
_NAME = re.compile(r"[^\s+]{1,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A state of the ledger. origin: names this ledger; root: RFC 6962 hash over ``size`` entries."""

    origin: str
    size: int
    root: bytes


class BadCheckpoint(ValueError):
    """Not a checkpoint of this ledger, or not signed by its key."""


def key_id(name: str, public_key: bytes) -> bytes:
    """The four bytes that say which key signed."""
    return sha256(name.encode() + b"\n" + _ED25519 + public_key).digest()[:4]


def verifier_key(name: str, public_key: bytes) -> str:
    """The public key in the spelling of signed notes: name+id+key."""
    return f"{name}+{key_id(name, public_key).hex()}+{base64.b64encode(_ED25519 + public_key).decode()}"


def sign(checkpoint: Checkpoint, seed: bytes) -> str:
    """Return the signed note. seed: the 32 bytes of the Ed25519 key.

    Raises:
        ValueError: an origin with blanks or a plus sign.
    """
    if not _NAME.fullmatch(checkpoint.origin):
        raise ValueError(f"not an origin: {checkpoint.origin!r}")
    key = Ed25519PrivateKey.from_private_bytes(seed)
    body = _body(checkpoint)
    mark = key_id(checkpoint.origin, key.public_key().public_bytes_raw()) + key.sign(body.encode())
    return f"{body}\n\N{EM DASH} {checkpoint.origin} {base64.b64encode(mark).decode()}\n"


def verify(note: str, origin: str, public_key: bytes) -> Checkpoint:
    """Return what ``note`` says.

    Raises:
        BadCheckpoint: another form, another origin, or a wrong signature.
    """
    body, blank, signatures = note.partition("\n\n")
    body += "\n"
    lines = body.split("\n")
    if (
        not blank
        or len(lines) != 4
        or lines[0] != origin
        or not re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1])
    ):
        raise BadCheckpoint("not a checkpoint of this ledger")
    root = _unbase64(lines[2])
    if len(root) != ROOT_SIZE:
        raise BadCheckpoint("not a root hash")
    wanted = key_id(origin, public_key)
    for line in signatures.splitlines():
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        mark = _unbase64(encoded) if dash == "\N{EM DASH}" and name == origin else b""
        if mark[:4] != wanted:
            continue  # somebody else's signature, a witness's for example
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(mark[4:], body.encode())
        except InvalidSignature as error:
            raise BadCheckpoint("the signature is wrong") from error
        return Checkpoint(origin=origin, size=int(lines[1]), root=root)
    raise BadCheckpoint("not signed by this ledger's key")


def origin_of(note: str) -> str:
    """The ledger that ``note`` says it is of; believe it only after ``verify``."""
    return note.partition("\n")[0]


def _body(checkpoint: Checkpoint) -> str:
    root = base64.b64encode(checkpoint.root).decode()
    return f"{checkpoint.origin}\n{checkpoint.size}\n{root}\n"


def _unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:  # binascii.Error is one too
        raise BadCheckpoint("not base64") from error
