"""Handshakes against all public vectors, and with an independent implementation in both roles."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from dissononce.cipher.aesgcm import AESGCMCipher
from dissononce.dh.x25519.x25519 import X25519DH, PrivateKey, PublicKey
from dissononce.hash.sha256 import SHA256Hash
from dissononce.processing.handshakepatterns.interactive.IK import IKHandshakePattern
from dissononce.processing.impl.cipherstate import CipherState as TheirCipherState
from dissononce.processing.impl.handshakestate import HandshakeState
from dissononce.processing.impl.symmetricstate import SymmetricState
from dissononce.processing.modifiers.psk import PSKPatternModifier
from hypothesis import given
from hypothesis import strategies as st

from hub.remote.noise import CipherState, Handshake, public_key
from tests.hub.remote.ends import stream_of_bytes
from tests.paths import VECTORS

FILE = VECTORS / "noise_25519_aesgcm_sha256.json"
CASES: list[dict[str, Any]] = json.loads(FILE.read_text())["vectors"] if FILE.exists() else []
PROLOGUE, PSK = b"homebase/1 and more", bytes(range(32))
OUR_STATIC, THEIR_STATIC = stream_of_bytes("ours")(32), stream_of_bytes("theirs")(32)


def side(case: dict[str, Any], who: str) -> Handshake:
    def of(field: str) -> bytes | None:
        return bytes.fromhex(case[f"{who}_{field}"]) if case.get(f"{who}_{field}") else None

    psks = iter([bytes.fromhex(psk) for psk in case.get(f"{who}_psks") or []])
    return Handshake(
        case["protocol_name"].split("_")[1],
        initiator=who == "init",
        prologue=of("prologue") or b"",
        random_bytes=lambda _: of("ephemeral") or b"",
        static=of("static"),
        remote=of("remote_static"),
        psk_of=lambda _: next(psks),
    )


def replay(case: dict[str, Any]) -> None:
    initiator, responder = side(case, "init"), side(case, "resp")
    messages = list(case["messages"])
    turn = 0
    while not initiator.done:
        writer, reader = (initiator, responder) if turn % 2 == 0 else (responder, initiator)
        message = writer.write(bytes.fromhex(messages[turn]["payload"]))
        assert message.hex() == messages[turn]["ciphertext"]
        assert reader.read(message) == bytes.fromhex(messages[turn]["payload"])
        turn += 1
    ours, theirs = initiator.split(), responder.split()
    assert ours.hash == theirs.hash
    assert ours.hash.hex() == (case.get("handshake_hash") or ours.hash.hex())
    one_way = turn == 1
    for number, told in enumerate(messages[turn:], turn):
        sender, receiver = (ours, theirs) if one_way or number % 2 == 0 else (theirs, ours)
        sealed = sender.sending.encrypt(b"", bytes.fromhex(told["payload"]))
        assert sealed.hex() == told["ciphertext"]
        assert receiver.receiving.decrypt(b"", sealed) == bytes.fromhex(told["payload"])


def test_every_public_vector_is_reproduced_to_the_byte() -> None:
    if not CASES:
        pytest.skip(f"{FILE.name} is not beside this checkout; set HOMEBASE_VECTORS")
    for case in CASES:
        replay(case)
    assert len(CASES) == 110
    assert sum("IKpsk1" in case["protocol_name"] for case in CASES) >= 1


def theirs(*, initiator: bool) -> HandshakeState:
    """The independent implementation, in either role."""
    curve = X25519DH()
    state = HandshakeState(SymmetricState(TheirCipherState(AESGCMCipher()), SHA256Hash()), curve)
    state.initialize(
        PSKPatternModifier(1).modify(IKHandshakePattern()),
        initiator,
        PROLOGUE,
        curve.generate_keypair(PrivateKey(THEIR_STATIC)),
        rs=PublicKey(public_key(OUR_STATIC)) if initiator else None,
        psks=[PSK],
    )
    return state


def ours(*, initiator: bool, psk: bytes = PSK) -> Handshake:
    return Handshake(
        "IKpsk1",
        initiator=initiator,
        prologue=PROLOGUE,
        random_bytes=stream_of_bytes("interop"),
        static=OUR_STATIC,
        remote=public_key(THEIR_STATIC) if initiator else None,
        psk_of=lambda _: psk,
    )


def test_an_independent_implementation_completes_a_handshake_as_phone() -> None:
    phone, hub = theirs(initiator=True), ours(initiator=False)
    first = bytearray()
    phone.write_message(b"one", first)
    assert hub.read(bytes(first)) == b"one"
    assert hub.remote_static == public_key(THEIR_STATIC)
    payload = bytearray()
    up, down = phone.read_message(hub.write(b"two"), payload)
    assert bytes(payload) == b"two"
    split = hub.split()
    assert split.receiving.decrypt(b"", up.encrypt_with_ad(b"", b"up")) == b"up"
    assert down.decrypt_with_ad(b"", split.sending.encrypt(b"", b"down")) == b"down"
    assert phone.symmetricstate.get_handshake_hash() == split.hash


def test_an_independent_implementation_completes_a_handshake_as_hub() -> None:
    phone, hub = ours(initiator=True), theirs(initiator=False)
    payload = bytearray()
    hub.read_message(phone.write(b"one"), payload)
    assert bytes(payload) == b"one"
    second = bytearray()
    up, down = hub.write_message(b"two", second)
    assert phone.read(bytes(second)) == b"two"
    split = phone.split()
    assert up.decrypt_with_ad(b"", split.sending.encrypt(b"", b"up")) == b"up"
    assert split.receiving.decrypt(b"", down.encrypt_with_ad(b"", b"down")) == b"down"
    assert hub.symmetricstate.get_handshake_hash() == split.hash


def test_the_next_key_is_what_the_specification_encrypts_zeros_to() -> None:
    key = stream_of_bytes("key")(32)
    # given REKEY spelled with the primitive alone: nonce 2^64 - 1, no associated data, 32 zero bytes
    expected = AESGCM(key).encrypt(bytes(4) + b"\xff" * 8, bytes(32), b"")[:32]
    cipher = CipherState(key, nonce=7).rekeyed()
    # then the next message is sealed with it, and the count went on
    assert cipher.encrypt(b"", b"next") == AESGCM(expected).encrypt((7).to_bytes(12), b"next", b"")


@pytest.mark.parametrize("wrong", ["psk", "prologue", "static"])
def test_a_hub_that_does_not_know_the_same_reads_nothing_from_message_1(wrong: str) -> None:
    other = stream_of_bytes("other")(32)
    message = ours(initiator=True).write(b"one")

    def hub(**changed: Any) -> Handshake:
        known: dict[str, Any] = {
            "prologue": PROLOGUE,
            "static": THEIR_STATIC,
            "psk_of": lambda _: PSK,
        } | changed
        return Handshake("IKpsk1", initiator=False, random_bytes=stream_of_bytes("hub"), **known)

    changes: dict[str, Any] = {
        "psk": {"psk_of": lambda _: other},
        "prologue": {"prologue": b"elsewhere"},
        "static": {"static": other},
    }
    refused = hub(**changes[wrong])
    assert refused.read(message) is None
    with pytest.raises(ValueError, match="turn"):
        refused.write(b"")
    # and the control: nothing else was wrong with it
    assert hub().read(message) == b"one"


@given(st.binary(max_size=400))
def test_whatever_comes_as_message_1_is_refused_without_an_error(data: bytes) -> None:
    assert ours(initiator=False).read(data) is None


def test_a_key_of_small_order_is_refused() -> None:
    zero = bytes(32)
    one = (1).to_bytes(32, "little")
    for point in (zero, one):
        hub = ours(initiator=False)
        assert hub.read(point + bytes(64)) is None


def test_a_pattern_that_does_not_exist_is_named() -> None:
    with pytest.raises(ValueError, match="'ZZ' is no handshake pattern"):
        Handshake("ZZ", initiator=True, prologue=b"", random_bytes=bytes)
