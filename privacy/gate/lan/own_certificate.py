"""The owner's own certificate and key, from the files that [lan] names: read and checked."""

import stat
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from privacy.gate.lan.identity import BadIdentity, Identity, Leaf

_SIZE_LIMIT = 1 << 18


def identity_of(certificate: Path, key: Path, name: str, at: datetime) -> Identity:
    """Return the identity that the two files make. name: the one to use of the certificate's, "" for all.

    Raises:
        BadIdentity: a file can't be read, is not what it should be, or they don't fit.
    """
    chain, private = _bytes(certificate, "certificate"), _bytes(key, "key")
    if key.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
        raise BadIdentity(f"[lan] key {key}: everybody of this machine can read it; chmod 640 {key}")
    try:
        first = x509.load_pem_x509_certificates(chain)[0]
    except (ValueError, IndexError) as error:
        raise BadIdentity(
            f"[lan] certificate {certificate}: not PEM; give the file with the chain"
        ) from error
    try:
        public = load_pem_private_key(private, None).public_key()
    except (ValueError, TypeError) as error:
        why = (
            "it has a password; take that off"
            if isinstance(error, TypeError)
            else "not PEM; give the key's file"
        )
        raise BadIdentity(f"[lan] key {key}: {why}") from error
    shape = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if public.public_bytes(*shape) != first.public_key().public_bytes(*shape):
        raise BadIdentity(f"[lan] key {key} does not belong to {certificate}; give the pair")
    from_, until = first.not_valid_before_utc, first.not_valid_after_utc
    if not from_ <= at < until:
        raise BadIdentity(
            f"[lan] certificate {certificate}: valid from {from_:%Y-%m-%d} to {until:%Y-%m-%d}, and it is"
            f" {at:%Y-%m-%d}; renew it, or set the clock"
        )
    names = _names(first, certificate, name)
    return Identity(
        names=names, leaves=(Leaf(from_=from_, until=until, pem=(private + b"\n" + chain).decode()),)
    )


def _names(certificate: x509.Certificate, path: Path, name: str) -> tuple[str, ...]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        found = [text.lower() for text in extension.value.get_values_for_type(x509.DNSName)]
    except (x509.ExtensionNotFound, ValueError):
        found = []
    plain = tuple(text for text in found if not text.startswith("*."))
    if name:
        if name in found or f"*.{name.partition('.')[2]}" in found:
            return (name,)
        raise BadIdentity(
            f"[lan] name {name} does not stand in {path}, which is for {', '.join(found) or 'none'}"
        )
    if not plain:
        raise BadIdentity(f"[lan] certificate {path}: no name in it; set [lan] name to one that it is for")
    return plain


def _bytes(path: Path, what: str) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_SIZE_LIMIT + 1)
    except OSError as error:
        raise BadIdentity(f"[lan] {what} {path}: {error.strerror}; let the gate's user read it") from error
    if len(data) > _SIZE_LIMIT:
        raise BadIdentity(f"[lan] {what} {path}: larger than {_SIZE_LIMIT} bytes; give the right file")
    return data
