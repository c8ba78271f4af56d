"""Who the home is in its network: names, a CA that can sign for nobody else, leaves one after the other."""

import os
import ssl
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from privacy.gate.lan.identity import (
    FILE,
    LEAF_LIFE,
    LEAVES,
    TURN_AFTER,
    BadIdentity,
    Identity,
    identity_in,
    make,
    read,
)
from privacy.gate.lan.own_certificate import identity_of
from privacy.gate.lan.tls import Tls

from .thief import NAMES, signed_by_a_thief

AT = datetime(2026, 11, 28, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def made() -> Identity:
    return make(NAMES, AT)


def certificate_of(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificates(pem.encode())[0]


def test_the_name_is_random_and_can_be_said(tmp_path: Path) -> None:
    identity = identity_in(tmp_path, "", AT, os.urandom)
    first, second = identity.names
    assert first.removesuffix(".local") == second.removesuffix(".home.arpa")
    assert len(first) == len("........local") + 1
    assert all(letter in "aeiou" for letter in first[1:8:2])


def test_it_is_kept_as_it_is_and_for_this_user_alone(tmp_path: Path) -> None:
    made = identity_in(tmp_path, "", AT, os.urandom)
    assert identity_in(tmp_path, "", AT + timedelta(days=400), os.urandom) == made
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_another_name_makes_another_identity_and_back_again(tmp_path: Path) -> None:
    random = identity_in(tmp_path, "", AT, os.urandom)
    named = identity_in(tmp_path, "home.example.org", AT, os.urandom)
    assert named.names == ("home.example.org",)
    assert named.ca != random.ca
    assert identity_in(tmp_path, "home.example.org", AT, os.urandom) == named
    assert len(identity_in(tmp_path, "", AT, os.urandom).names) == 2


def test_the_cas_key_is_nowhere(tmp_path: Path, made: Identity) -> None:
    identity = identity_in(tmp_path, "", AT, os.urandom)
    assert identity.ca is not None
    ca = x509.load_der_x509_certificate(identity.ca)
    text = (tmp_path / FILE).read_text()
    assert text.count("BEGIN PRIVATE KEY") == LEAVES
    for leaf in identity.leaves:
        signed = certificate_of(leaf.pem)
        assert signed.public_key() != ca.public_key()
        signed.verify_directly_issued_by(ca)


def test_the_ca_is_for_these_names_for_servers_and_for_nothing_below(made: Identity) -> None:
    assert made.ca is not None
    found = x509.load_der_x509_certificate(made.ca).extensions
    constraints = found.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    assert [name.value for name in constraints.value.permitted_subtrees or ()] == list(NAMES)
    assert [str(name.value) for name in constraints.value.excluded_subtrees or ()] == ["0.0.0.0/0", "::/0"]
    basic = found.get_extension_for_class(x509.BasicConstraints)
    assert (basic.critical, basic.value.ca, basic.value.path_length) == (True, True, 0)
    uses = found.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(uses) == [x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]


def test_five_leaves_follow_each_other_for_ten_years_without_a_gap(made: Identity) -> None:
    assert len(made.leaves) == LEAVES
    for leaf in made.leaves:
        signed = certificate_of(leaf.pem)
        assert (signed.not_valid_before_utc, signed.not_valid_after_utc) == (leaf.from_, leaf.until)
        assert leaf.until - leaf.from_ <= LEAF_LIFE == timedelta(days=800)
    end = made.leaves[-1].until
    assert end - AT > timedelta(days=3700)
    shown = [made.leaf(AT + timedelta(days=day)) for day in range((end - AT).days)]
    assert None not in shown
    assert [leaf for number, leaf in enumerate(shown) if leaf != shown[number - 1] or number == 0] == list(
        made.leaves
    )
    assert made.leaf(end) is None
    assert made.leaf(AT - timedelta(days=30)) is None


def test_a_leaf_is_shown_only_once_it_has_begun_by_slow_clocks_too(made: Identity) -> None:
    second = made.leaves[1]
    assert made.leaf(second.from_ + timedelta(days=1)) == made.leaves[0]
    assert made.leaf(second.from_ + TURN_AFTER) == second


def test_each_leaf_is_shown_in_its_time(made: Identity) -> None:
    tls = Tls(made)
    for leaf in made.leaves:
        at = leaf.from_ + TURN_AFTER
        tls.turn(at)
        assert _greeted(tls.context, made) == certificate_of(leaf.pem).serial_number
    with pytest.raises(BadIdentity, match="set the clock"):
        tls.turn(AT + timedelta(days=5000))
    assert _greeted(tls.context, made) == certificate_of(made.leaves[-1].pem).serial_number


def _greeted(server: ssl.SSLContext, identity: Identity) -> int:
    """The serial number of what a client is shown; in memory, at no particular time."""
    shown = _shaken(_checks_nothing(), server, identity.names[0])
    return x509.load_der_x509_certificate(shown).serial_number


def _checks_nothing() -> ssl.SSLContext:
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    return client


def _shaken(client: ssl.SSLContext, server: ssl.SSLContext, name: str) -> bytes:
    """What the client is shown; raises what it says to that."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = client.wrap_bio(down, up, server_hostname=name)
    other = server.wrap_bio(up, down, server_side=True)
    for _ in range(3):
        for side in (one, other):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    shown = one.getpeercert(binary_form=True)
    assert shown is not None
    return shown


# another one that answers to the name


def test_who_took_the_name_by_mdns_has_nothing_to_show_for_it(tmp_path: Path, made: Identity) -> None:
    _, leaf = signed_by_a_thief(tmp_path, made.names[0])  # a CA of its own, spelled as ours
    spoofed = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    spoofed.load_cert_chain(leaf)
    browser = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    browser.load_verify_locations(cadata=made.ca)
    with pytest.raises(ssl.SSLCertVerificationError):
        _shaken(browser, spoofed, made.names[0])
    # the control: one that checks nothing speaks with it
    assert _shaken(_checks_nothing(), spoofed, made.names[0])


# a key that was stolen while it existed


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("dobaketi.local", "OK"),
        ("dobaketi.home.arpa", "OK"),
        ("bank.example.org", "permitted subtree violation"),
        ("other.local", "permitted subtree violation"),
        ("dobaketi.localx", "permitted subtree violation"),
    ],
)
def test_a_stolen_ca_key_signs_for_nobody_else(tmp_path: Path, name: str, verdict: str) -> None:
    ca_file, leaf_file = signed_by_a_thief(tmp_path, name)
    done = subprocess.run(
        ["openssl", "verify", "-CAfile", str(ca_file), "-purpose", "sslserver", str(leaf_file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert verdict in done.stdout + done.stderr
    assert (done.returncode == 0) == (verdict == "OK")


# bad days


def test_a_crash_before_it_is_whole_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise OSError(5, "Input/output error")

    for what, call in ((os, "write"), (os, "fsync"), (Path, "rename")):
        with monkeypatch.context() as cut:
            cut.setattr(what, call, fail)
            with pytest.raises(BadIdentity, match="Input/output error"):
                identity_in(tmp_path, "", AT, os.urandom)
        assert read(tmp_path / FILE) is None
    made = identity_in(tmp_path, "", AT, os.urandom)
    assert read(tmp_path / FILE) == made


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1]", b'{"names": [], "ca": "", "leaves": []}', b"\xff" * 99]
)
def test_a_damaged_file_is_named_and_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(BadIdentity, match="remove it"):
        identity_in(tmp_path, "", AT, os.urandom)
    assert (tmp_path / FILE).read_bytes() == content


def test_a_clock_that_was_never_set_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadIdentity, match="1970-01-01"):
        identity_in(tmp_path, "", datetime(1970, 1, 1, tzinfo=UTC), os.urandom)
    assert list(tmp_path.iterdir()) == []


# the owner's own


def own_files(folder: Path, made: Identity) -> tuple[Path, Path]:
    certificate, key = folder / "cert.pem", folder / "key.pem"
    private, _, chain = made.leaves[0].pem.partition("-----BEGIN CERTIFICATE-----")
    certificate.write_text("-----BEGIN CERTIFICATE-----" + chain)
    key.write_text(private)
    key.chmod(0o600)
    return certificate, key


def test_the_owners_certificate_is_used_with_the_names_in_it(tmp_path: Path, made: Identity) -> None:
    files = own_files(tmp_path, made)
    assert identity_of(*files, "", AT).names == NAMES
    own = identity_of(*files, "dobaketi.home.arpa", AT)
    assert (own.names, own.ca) == (("dobaketi.home.arpa",), None)
    tls = Tls(own)
    tls.turn(AT)
    assert _greeted(tls.context, own) == certificate_of(made.leaves[0].pem).serial_number


def test_what_is_wrong_with_the_owners_files_is_said(tmp_path: Path, made: Identity) -> None:
    certificate, key = own_files(tmp_path, made)
    other = tmp_path / "other.pem"
    other.write_text(make(NAMES, AT).leaves[0].pem)
    other.chmod(0o600)
    no_key, locked = tmp_path / "no_key.pem", tmp_path / "locked.pem"
    no_key.write_bytes(certificate.read_bytes())
    no_key.chmod(0o600)
    subprocess.run(
        ["openssl", "ec", "-in", str(key), "-aes128", "-passout", "pass:1234", "-out", str(locked)],
        check=True,
        capture_output=True,
    )
    for files, name, at, why in (
        ((certificate, tmp_path / "none"), "", AT, "No such file"),
        ((key, key), "", AT, "not PEM"),
        ((certificate, no_key), "", AT, "not PEM"),
        ((certificate, other), "", AT, "does not belong"),
        ((certificate, locked), "", AT, "password"),
        ((certificate, key), "bank.example.org", AT, "does not stand in"),
        ((certificate, key), "", AT + timedelta(days=900), "renew it"),
    ):
        with pytest.raises(BadIdentity, match=why):
            identity_of(*files, name, at)
    key.chmod(0o644)
    with pytest.raises(BadIdentity, match="chmod 640"):
        identity_of(certificate, key, "", AT)
