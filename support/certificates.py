"""TLS of a receiver without a certificate that everybody trusts: an authority of its own, for one name.

Owners enter ``ca.pem`` and compare its fingerprint by telephone. The authority's key stays (mode 0600), so
that the certificate is renewed without the owners.
"""

import ssl
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_network
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from privacy.durable import write_durably

CA, CA_KEY, CHAIN = "ca.pem", "ca-key.pem", "chain.pem"
CA_LIFE, LEAF_LIFE, RENEW_BEFORE = timedelta(days=3650), timedelta(days=397), timedelta(days=60)
_ALL = ("0.0.0.0/0", "::/0")  # addresses, none of which it may vouch for
BACKDATED = timedelta(days=1)  # an owner's clock may be behind


class BadCertificate(Exception):
    """It can't be used. path: of its file; what: why, or the other file; code: of words.py."""

    def __init__(self, path: Path, what: str, code: str = "certificate") -> None:
        super().__init__(f"{path}: {what}")
        self.path, self.what, self.code = path, what, code


def ready(folder: Path, host: str, at: datetime) -> Path:
    """Return the file of certificate and key for ``host``, made or renewed now where that is due.

    An authority that owners trust is never replaced.

    Raises:
        BadCertificate: what stands there is damaged, only a part, or for another name, or can't be written.
    """
    ca_file, ca_key_file, chain = folder / CA, folder / CA_KEY, folder / CHAIN
    try:
        missing = [path for path in (ca_file, ca_key_file) if not path.exists()]
        if len(missing) == 1:
            other = ca_file if missing == [ca_key_file] else ca_key_file
            raise BadCertificate(missing[0], str(other), "half_authority")
        if missing:
            key = ec.generate_private_key(ec.SECP256R1())
            made = _signed("homebase support", key.public_key(), key, at, CA_LIFE, host, is_ca=True)
            write_durably(ca_key_file, _spelled(key))
            write_durably(ca_file, made.public_bytes(Encoding.PEM), 0o644)
        ca = x509.load_pem_x509_certificate(ca_file.read_bytes())
        if not (chain.exists() and _holds(chain, ca, host, at + RENEW_BEFORE)):
            ca_key = load_pem_private_key(ca_key_file.read_bytes(), None)
            if not isinstance(ca_key, ec.EllipticCurvePrivateKey) or ca_key.public_key() != ca.public_key():
                raise BadCertificate(ca_key_file, str(ca_file), "other_authority")
            if _names_of(ca) not in ([], [host]):
                raise BadCertificate(ca_file, ", ".join(_names_of(ca)), "other_name")
            leaf_key = ec.generate_private_key(ec.SECP256R1())
            leaf = _signed(host, leaf_key.public_key(), ca_key, at, LEAF_LIFE, host)
            write_durably(chain, leaf.public_bytes(Encoding.PEM) + _spelled(leaf_key))
    except ValueError as error:
        raise BadCertificate(folder, str(error)) from error
    except OSError as error:
        raise BadCertificate(folder, error.strerror or "", "store") from error
    return chain


def still_valid(folder: Path, host: str, at: datetime) -> bool:
    """Whether what is there serves on, also where it can't be renewed."""
    try:
        ca = x509.load_pem_x509_certificate((folder / CA).read_bytes())
        return _holds(folder / CHAIN, ca, host, at)
    except (ValueError, OSError):
        return False


def fingerprint(folder: Path) -> str:
    """SHA-256 of the authority's certificate, in groups that can be read out.

    Raises:
        BadCertificate: it is missing or damaged.
    """
    try:
        found = x509.load_pem_x509_certificate((folder / CA).read_bytes())
    except OSError as error:
        raise BadCertificate(folder / CA, error.strerror or "", "store") from error
    except ValueError as error:
        raise BadCertificate(folder / CA, str(error)) from error
    digest = sha256(found.public_bytes(Encoding.DER)).hexdigest()
    return " ".join(digest[place : place + 8] for place in range(0, len(digest), 8))


def context_of(chain: Path, private_key: Path | None) -> ssl.SSLContext:
    """The server's side. private_key: None where it stands in the same file.

    Raises:
        BadCertificate: the files can't be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(chain, private_key)
    except (OSError, ssl.SSLError) as error:
        raise BadCertificate(chain, error.strerror or str(error)) from error
    return context


def _holds(chain: Path, ca: x509.Certificate, host: str, at: datetime) -> bool:
    leaf = x509.load_pem_x509_certificate(chain.read_bytes())
    try:
        leaf.verify_directly_issued_by(ca)
    except (ValueError, TypeError, InvalidSignature):
        return False
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return names.get_values_for_type(x509.DNSName) == [host] and at < leaf.not_valid_after_utc


def _names_of(ca: x509.Certificate) -> list[str]:
    """Those that it may vouch for; none where it is of before and not bound."""
    try:
        bound = ca.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return []
    return [name.value for name in bound.permitted_subtrees or () if isinstance(name, x509.DNSName)]


def _signed(
    subject: str,
    public: ec.EllipticCurvePublicKey,
    by: ec.EllipticCurvePrivateKey,
    at: datetime,
    life: timedelta,
    host: str,
    *,
    is_ca: bool = False,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name("homebase support"))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - BACKDATED)
        .not_valid_after(at + life)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=0 if is_ca else None), critical=True)
    )
    if is_ca:  # who steals its key vouches for this one name, and no other
        bound = x509.NameConstraints([x509.DNSName(host)], [x509.IPAddress(ip_network(net)) for net in _ALL])
        builder = builder.add_extension(bound, critical=True)
    else:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        builder = builder.add_extension(usage, critical=False)
    return builder.sign(by, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _spelled(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
