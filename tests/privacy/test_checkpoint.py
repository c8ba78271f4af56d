"""Checkpoints: signed notes that say size and root."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privacy.checkpoint import BadCheckpoint, Checkpoint, sign, verifier_key, verify

ORIGIN = "homebase/5f3a"
SEED = bytes(range(32))
KEY = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
STATE = Checkpoint(origin=ORIGIN, size=812, root=bytes(range(32)))


def test_a_signed_state_is_read_back() -> None:
    note = sign(STATE, SEED)
    assert note.startswith(f"{ORIGIN}\n812\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n— {ORIGIN} ")
    assert verify(note, ORIGIN, KEY) == STATE


def test_signatures_of_others_beside_ours_do_no_harm() -> None:
    witness = "— witness.example " + base64.b64encode(bytes(68)).decode() + "\n"
    assert verify(sign(STATE, SEED).replace("\n\n", f"\n\n{witness}"), ORIGIN, KEY) == STATE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("812", "813"),
        ("812", "0812"),
        ("AAEC", "AAED"),
        ("AAEC", "****"),
        (f"{ORIGIN}\n812", "other\n812"),
        ("— ", "- "),
        ("\n\n", "\n"),
        ("\n\n", "\nextra\n\n"),
    ],
)
def test_a_changed_note_is_refused(old: str, new: str) -> None:
    with pytest.raises(BadCheckpoint):
        verify(sign(STATE, SEED).replace(old, new, 1), ORIGIN, KEY)


def test_another_key_is_refused() -> None:
    with pytest.raises(BadCheckpoint, match="not signed by"):
        verify(sign(STATE, bytes(32)), ORIGIN, KEY)
    note = sign(STATE, SEED)
    mark = note.split()[-1]
    forged = base64.b64encode(base64.b64decode(mark)[:4] + bytes(64)).decode()
    with pytest.raises(BadCheckpoint, match="signature is wrong"):
        verify(note.replace(mark, forged), ORIGIN, KEY)


def test_a_name_with_blanks_is_no_origin() -> None:
    with pytest.raises(ValueError, match="not an origin"):
        sign(Checkpoint(origin="a b", size=0, root=bytes(32)), SEED)


def test_the_key_is_spelled_as_signed_notes_do() -> None:
    name, identity, key = verifier_key(ORIGIN, KEY).split("+", 2)
    assert name == ORIGIN
    assert len(identity) == 8
    assert base64.b64decode(key) == b"\x01" + KEY
