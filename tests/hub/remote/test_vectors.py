"""The specification's examples are what the code makes, and what a reader of it alone makes.

The second half uses nothing of hub.remote: it spells the protocol with primitives and an independent Noise.
"""

import base64
import hmac
import json
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from dissononce.cipher.aesgcm import AESGCMCipher
from dissononce.dh.x25519.x25519 import X25519DH, PrivateKey, PublicKey
from dissononce.hash.sha256 import SHA256Hash
from dissononce.processing.handshakepatterns.interactive.IK import IKHandshakePattern
from dissononce.processing.impl.cipherstate import CipherState
from dissononce.processing.impl.handshakestate import HandshakeState
from dissononce.processing.impl.symmetricstate import SymmetricState
from dissononce.processing.modifiers.psk import PSKPatternModifier

from hub.remote.qr import BadCode, decode
from tests.hub.remote import vectors
from tests.paths import ROOT

DOCUMENT: dict[str, Any] = json.loads(vectors.FILE.read_text())
HANDSHAKES = DOCUMENT["handshakes"]


def test_the_file_is_what_the_code_makes() -> None:
    assert vectors.document() == DOCUMENT, "python -m tests.hub.remote.vectors makes it anew"


@pytest.mark.parametrize("code", DOCUMENT["codes"], ids=lambda code: str(code["name"]))
def test_a_code_of_the_file_is_read(code: dict[str, Any]) -> None:
    read = decode(code["text"])
    fields = ("hub_key", "gate_key", "pairing", "secret", "claim")
    assert {field: getattr(read, field).hex() for field in fields} == {field: code[field] for field in fields}


def test_a_code_may_be_broken_into_lines() -> None:
    first = decode(DOCUMENT["codes"][0]["text"])
    assert [decode(one["text"]) for one in DOCUMENT["pasted"]] == [first] * len(DOCUMENT["pasted"])


def test_the_other_forms_of_host_and_origin_are_read() -> None:
    ways = [str(decode(one["text"]).ways) for one in DOCUMENT["other_ways"]]
    assert len(set(ways)) == len(ways)


@pytest.mark.parametrize("one", DOCUMENT["no_codes"], ids=lambda one: str(one["name"]))
def test_a_text_that_is_no_code_is_refused(one: dict[str, str]) -> None:
    with pytest.raises(BadCode):
        decode(one["text"])


def hkdf(material: bytes, salt: bytes, info: bytes) -> bytes:
    return hmac.digest(hmac.digest(salt or bytes(32), material, sha256), info + b"\x01", sha256)


@pytest.mark.parametrize(
    "case", HANDSHAKES, ids=lambda case: f"mode {case['mode']}, route {case['route'][:2]}"
)
def test_a_phone_written_from_the_specification_alone_is_answered(case: dict[str, Any]) -> None:
    def of(field: str) -> bytes:
        return bytes.fromhex(case[field])

    # given the fields of the opening, spelled by hand
    mode = bytes([case["mode"]])
    prologue = b"homebase/1" + mode + of("route") + of("connection") + of("hub_key")
    assert prologue == of("prologue")
    if case["mode"] == 1:
        secret = bytes.fromhex(DOCUMENT["codes"][0]["secret"])
        assert hkdf(secret, of("hub_key") + of("route"), b"homebase/1 pairing") == of("psk")
    curve = FixedEphemeral(of("phone_ephemeral"))
    phone = HandshakeState(SymmetricState(CipherState(AESGCMCipher()), SHA256Hash()), curve)
    phone.initialize(
        PSKPatternModifier(1).modify(IKHandshakePattern()),
        True,
        prologue,
        curve.static(of("phone_private")),
        rs=PublicKey(of("hub_key")),
        psks=[of("psk")],
    )
    first = bytearray()
    phone.write_message(b"\x01" + bytes(158), first)
    assert mode + of("connection") + of("pairing") + bytes(first) == of("opening")
    # and the hub's answer
    payload = bytearray()
    up, down = phone.read_message(of("answer"), payload)
    assert bytes(payload) == bytes(232)
    assert phone.symmetricstate.get_handshake_hash() == of("handshake_hash")
    # then six words, and the first messages both ways
    indices = hkdf(of("handshake_hash"), b"", b"words")[:6]
    assert case["words"] == [vectors_words()[index] for index in indices]
    content = bytes.fromhex(case["hello"]["content"])
    padded = (len(content).to_bytes(2) + content).ljust(256, b"\0")
    assert bytes(8) + up.encrypt_with_ad(b"", padded) == bytes.fromhex(case["hello"]["message"])
    welcome = down.decrypt_with_ad(b"", bytes.fromhex(case["welcome"]["message"])[8:])
    assert welcome[2 : 2 + int.from_bytes(welcome[:2])].hex() == case["welcome"]["content"]


@pytest.mark.parametrize("case", DOCUMENT["marks"], ids=lambda case: str(case["customer_id"]))
def test_a_mark_is_made_as_the_specification_says(case: dict[str, Any]) -> None:
    key, phone = bytes.fromhex(case["account_key"]), bytes.fromhex(case["phone_key"])
    mark = hkdf(key, phone + case["customer_id"].encode(), b"homebase/1 account")
    assert mark.hex() == case["mark"]
    assert base64.urlsafe_b64encode(mark).rstrip(b"=").decode() == case["shown"]


@pytest.mark.parametrize("case", DOCUMENT["transport"], ids=lambda case: str(case["number"]))
def test_a_message_is_sealed_as_the_specification_says(case: dict[str, Any]) -> None:
    key, number = bytes.fromhex(case["key"]), case["number"]
    for _ in range(number // 2**16):
        key = AESGCM(key).encrypt(bytes(4) + b"\xff" * 8, bytes(32), b"")[:32]
    content = bytes.fromhex(case["content"])
    padded = (len(content).to_bytes(2) + content).ljust(256, b"\0")
    sealed = AESGCM(key).encrypt(bytes(4) + number.to_bytes(8), padded, b"")
    assert (number.to_bytes(8) + sealed).hex() == case["message"]


def vectors_words() -> tuple[str, ...]:
    """The list as the specification prints it."""
    page = (ROOT / "docs" / "protocols" / "remote.md").read_text()
    block = page.split("## Six words")[1].split("```text\n")[1].split("```")[0]
    words = tuple(block.split())
    assert len(words) == 256
    return words


class FixedEphemeral(X25519DH):  # type: ignore[misc]
    """The library's curve with an ephemeral key that is handed in."""

    def __init__(self, private: bytes) -> None:
        super().__init__()
        self._private = private

    def static(self, private: bytes) -> Any:
        return super().generate_keypair(PrivateKey(private))

    def generate_keypair(self, privatekey: Any = None) -> Any:
        return super().generate_keypair(privatekey or PrivateKey(self._private))
