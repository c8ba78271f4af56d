"""The gate's signed answers: for one question of one phone, and from this gate only."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privacy import attest, checkpoint
from privacy.attest import Answer, NotTheGate
from privacy.checkpoint import Checkpoint

SEED = bytes(range(32))
KEY = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
NONCE = "A" * 22


def signed(kind: str = "standing", nonce: str = NONCE, seed: bytes = SEED) -> dict[str, str]:
    return attest.sign(Answer(kind=kind, nonce=nonce, body={"a": 1}), seed)


def test_the_answer_is_believed_by_who_asked_it() -> None:
    assert attest.verify(signed(), "standing", NONCE, KEY) == {"a": 1}


@pytest.mark.parametrize(
    "answer",
    [
        signed(kind="withdrawal"),
        signed(nonce="B" * 22),
        signed(seed=bytes(32)),
        signed() | {"signature": "A" * 86},
        signed() | {"signature": "%"},
        signed() | {"text": signed()["text"].replace("1", "2")},
    ],
)
def test_another_gate_question_or_text_is_not_believed(answer: dict[str, str]) -> None:
    with pytest.raises(NotTheGate):
        attest.verify(answer, "standing", NONCE, KEY)


def test_a_checkpoint_by_the_same_key_is_no_answer() -> None:
    note = checkpoint.sign(Checkpoint(origin="homebase/ab", size=1, root=bytes(32)), SEED)
    body, _, line = note.partition("\n\n")
    from base64 import b64decode

    from privacy import base64url

    mark = base64url.encode(b64decode(line.split(" ")[2])[4:])
    with pytest.raises(NotTheGate):
        attest.verify({"text": body + "\n", "signature": mark}, "standing", NONCE, KEY)
    assert not body.encode().startswith(attest.CONTEXT)


@pytest.mark.parametrize("text", ["", "A" * 21, "A" * 65, "A" * 21 + "+", "A" * 22 + "\n"])
def test_what_is_no_nonce(text: str) -> None:
    assert not attest.is_nonce(text)
    assert attest.is_nonce(NONCE)
