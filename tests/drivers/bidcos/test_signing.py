"""Signatures against every captured exchange, from both sides."""

from drivers.bidcos.frames import Frame, decode_frame
from drivers.bidcos.signing import (
    DEFAULT_KEY,
    open_key_half,
    passphrase_key,
    seal_key_half,
    sign,
    team_mac,
    verify,
)

from .captures import captures, frame, needs_captures

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
def test_every_captured_exchange_verifies_and_is_reproduced() -> None:
    messages: dict[tuple[bytes, bytes, int], Frame] = {}
    challenges: dict[tuple[bytes, bytes, int], bytes] = {}
    count = 0
    for capture in captures():
        read = frame(capture)
        if capture.get("aes_role") == "signed_message":
            messages[(read.sender, read.receiver, read.counter)] = read
        elif capture.get("aes_role") == "challenge":
            challenges[(read.receiver, read.sender, read.counter)] = read.payload[1:7]
        elif capture.get("aes_role") == "response":
            key = (read.sender, read.receiver, read.counter)
            if key not in messages:
                continue  # quoted without the message it answers
            verified = verify(DEFAULT_KEY, challenges[key], messages[key], read.payload)
            assert verified is not None
            assert verified.inner.hex().upper() == capture["meaning"]["decrypted_inner"]
            assert verified.auth.hex().upper() == capture["meaning"]["auth_expected"]
            assert sign(DEFAULT_KEY, challenges[key], messages[key], verified.inner[:6]).data == read.payload
            count += 1
    assert count >= 36


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
