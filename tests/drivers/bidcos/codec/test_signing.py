"""Signatures against every captured exchange, from both sides."""

from drivers.bidcos.codec.frames import Frame, decode_frame
from drivers.bidcos.codec.signing import (
    DEFAULT_KEY,
    open_key_half,
    passphrase_key,
    seal_key_half,
    sign,
    team_mac,
    unseal,
    verify,
)

from ..captures import captures, frame, needs_captures

MESSAGE = "0C3DA64128D89E318EC0013000"
CHALLENGE = bytes.fromhex("945080B1B3BD")
RESPONSE = bytes.fromhex("816A4A90543D45571181CF2F6A69BC1E")


def _message(text: str) -> Frame:
    decoded = decode_frame(bytes.fromhex(text))
    assert isinstance(decoded, Frame)
    return decoded


def test_the_published_exchange_verifies() -> None:
    verified = verify(DEFAULT_KEY, CHALLENGE, _message(MESSAGE), RESPONSE)

    assert verified is not None
    assert verified.auth == bytes.fromhex("05062C29")
    assert verified.inner.endswith(bytes.fromhex("3DA64128D89E318EC001"))


def test_signing_again_with_its_freshness_gives_the_same_bytes() -> None:
    verified = verify(DEFAULT_KEY, CHALLENGE, _message(MESSAGE), RESPONSE)
    assert verified is not None

    signature = sign(DEFAULT_KEY, CHALLENGE, _message(MESSAGE), verified.inner[:6])

    assert signature.data == RESPONSE
    assert signature.auth == verified.auth


def test_another_key_or_another_message_does_not_verify() -> None:
    assert verify(passphrase_key("11111111"), CHALLENGE, _message(MESSAGE), RESPONSE) is None
    assert verify(DEFAULT_KEY, CHALLENGE, _message("0C3DA64128D89E318EC00130C8"), RESPONSE) is None


@needs_captures
def test_every_captured_exchange_verifies_and_is_reproduced_from_both_sides() -> None:
    messages: dict[tuple[bytes, bytes, int], Frame] = {}
    challenges: dict[tuple[bytes, bytes, int], bytes] = {}
    proofs: dict[tuple[bytes, bytes, int], bytes] = {}
    count = 0
    for capture in captures():
        read = frame(capture)
        link = (read.sender, read.receiver, read.counter)
        match capture.get("aes_role"):
            case "signed_message":
                messages[link] = read
            case "challenge":
                challenges[(read.receiver, read.sender, read.counter)] = read.payload[1:7]
            case "response":
                challenge = challenges[link]
                message = messages.get(link) or _unheard(challenge, read)
                verified = verify(DEFAULT_KEY, challenge, message, read.payload)  # the challenger's side
                assert verified is not None
                assert verified.inner.hex().upper() == capture["meaning"]["decrypted_inner"]
                assert verified.auth.hex().upper() == capture["meaning"]["auth_expected"]
                signed = sign(DEFAULT_KEY, challenge, message, verified.inner[:6])  # the signer's side
                assert (signed.data, signed.auth) == (read.payload, verified.auth)
                assert verify(passphrase_key("x"), challenge, message, read.payload) is None
                proofs[link] = verified.auth
                count += 1
            case "ack" if capture["aes_verified"]:
                assert read.payload[-4:] == proofs[(read.receiver, read.sender, read.counter)]
    assert count == 38  # all that the file holds


def _unheard(challenge: bytes, response: Frame) -> Frame:
    """The message that nobody wrote down: its head is in the signature, its rest is one that is usual."""
    rests = [b"", b"\x06", b"\x03"]
    rests += [bytes((order, 0, 0, 0, 0, number)) for order in (4, 5) for number in (0, 1)]
    for rest in rests:
        opened = unseal(DEFAULT_KEY, challenge, rest, response.payload)
        assert opened is not None
        counter, flags, kind, first = opened.inner[6], opened.inner[7], opened.inner[8], opened.inner[15:]
        link = (counter, opened.inner[9:12], opened.inner[12:15])
        if link == (response.counter, response.sender, response.receiver):
            sender, receiver = link[1:]
            return Frame(
                counter=counter,
                flags=flags,
                kind=kind,
                sender=sender,
                receiver=receiver,
                payload=first + rest,
            )
    raise AssertionError(response)


def test_a_passphrase_gives_the_key_that_a_ccu_handed_over() -> None:
    key = passphrase_key("11111111")
    assert key.hex().upper() == "1BBD886460827015E5D605ED44252251"

    first = open_key_half(DEFAULT_KEY, bytes.fromhex("AC128F55E6CB0DA4EE897C52ADACA5C8"))

    assert first[2:10] == key[:8]
    assert seal_key_half(DEFAULT_KEY, key, 1, False, first[10:12]).hex().upper() == (
        "AC128F55E6CB0DA4EE897C52ADACA5C8"
    )


def test_a_smoke_detectors_team_frame_is_signed_with_the_default_key() -> None:
    team = _message("1301144144E34744E3470101960000048BAF3B0E")
    assert team_mac(DEFAULT_KEY, team, team.payload[4:6]) == team.payload[6:10]
