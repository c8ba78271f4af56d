"""What a backup says of itself: each member with size and SHA-256, who signed that, for which sheet. Pure.

manifest.json is canonical JSON (RFC 8785), manifest.sig its plain Ed25519 signature, as ``openssl pkeyutl
-verify -rawin`` checks it. The signing key is used for manifests alone. Source: docs/backup.md, "Manifest".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from privacy import canonical
from privacy.backup_members import FORM, MEMBERS, WITH_HISTORY

Hex32 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of a member. records: its lines."""

    name: Annotated[str, msgspec.Meta(max_length=64)]
    sha256: Hex32
    size: Annotated[int, msgspec.Meta(ge=0, le=1 << 40)]
    records: Annotated[int, msgspec.Meta(ge=0, le=1 << 40)]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """made: RFC 3339; schema: of the hub's tables; signer: 32 bytes; vouched: by each sheet, by its key."""

    form: Annotated[str, msgspec.Meta(max_length=32)]
    made: Annotated[str, msgspec.Meta(max_length=40)]
    version: Annotated[str, msgspec.Meta(max_length=32)]
    schema: Annotated[str, msgspec.Meta(max_length=32)]
    signer: Hex32
    vouched: Annotated[dict[str, Hex32], msgspec.Meta(max_length=8)]
    members: Annotated[list[Told], msgspec.Meta(max_length=64)]


class NotTrusted(ValueError):
    """The manifest is not what its signer made, or not of this form. One line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """The two files."""

    body: bytes
    signature: bytes


def sign(manifest: Manifest, seed: bytes) -> Signed:
    """Both files. seed: 32 bytes, of the signer."""
    body = canonical.encode(msgspec.to_builtins(manifest))
    return Signed(body=body, signature=Ed25519PrivateKey.from_private_bytes(seed).sign(body))


def read(signed: Signed) -> Manifest:
    """A manifest with the signature of the signer that it names; whether to trust that one is not said here.

    Raises:
        NotTrusted: damaged, altered, or of a later form.
    """
    try:
        manifest = msgspec.json.decode(signed.body, type=Manifest)
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(manifest.signer)).verify(
            signed.signature, signed.body
        )
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, InvalidSignature) as error:
        raise NotTrusted("the manifest is damaged or was altered") from error
    if manifest.form != FORM:
        raise NotTrusted(
            f"the backup has the form {manifest.form[:32]!r}; this homebase reads {FORM}; update it"
        )
    names = [told.name for told in manifest.members]
    if sorted(names) not in (sorted(MEMBERS), sorted(WITH_HISTORY)):
        raise NotTrusted("the manifest does not name exactly the members of a backup")
    return manifest


def mistake(manifest: Manifest, found: Mapping[str, tuple[str, int]]) -> str | None:
    """What differs from the manifest, or None. found: SHA-256 and size by member, as they were read."""
    for told in manifest.members:
        if found.get(told.name) != (told.sha256, told.size):
            return f"{told.name} is not as the manifest says"
    return None if len(found) == len(manifest.members) else "there is more than the manifest says"
