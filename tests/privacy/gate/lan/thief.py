"""Somebody who stole the key of a home's CA while there was one, and signs for a name with it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from privacy.gate.lan import certificates

NAMES = ("dobaketi.local", "dobaketi.home.arpa")


def signed_by_a_thief(folder: Path, name: str) -> tuple[Path, Path]:
    """A CA as ours with its key, and what it signs for ``name``; the files of both."""
    key, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    now = datetime.now(UTC).replace(microsecond=0)
    span = (now - timedelta(days=1), now + timedelta(days=100))
    ca = certificates.authority(NAMES, key, *span)
    leaf = certificates.leaf([name], own.public_key(), ca, key, span)
    ca_file, leaf_file = folder / "ca.pem", folder / "leaf.pem"
    ca_file.write_bytes(ca.public_bytes(Encoding.PEM))
    leaf_file.write_bytes(
        leaf.public_bytes(Encoding.PEM) + own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return ca_file, leaf_file
