"""The examples of docs/protocols/gate.md, byte for byte: what other clients test themselves with."""

import base64
import hashlib
import json
from typing import Any, cast

import pytest

from hub.remote.words import words
from privacy import attest, base64url, checkpoint, jws, keys, merkle, offers, statements
from tests.paths import ROOT

VECTORS: Any = json.loads((ROOT / "tests/vectors/gate.json").read_text())
OWNER = bytes.fromhex(VECTORS["owner"]["point"])


def test_the_page_names_all_that_the_code_takes() -> None:
    page = (ROOT / "docs/protocols/gate.md").read_text()
    for kind in (
        statements.GrantStatement,
        statements.OfferStatement,
        statements.KeyStatement,
        statements.RemovalStatement,
        statements.EpochStatement,
        statements.ClockStatement,
        statements.EraseStatement,
    ):
        row = next(line for line in page.splitlines() if line.startswith(f"| `{kind.__struct_config__.tag}`"))
        members = {word for word in kind.__struct_fields__ if word not in {"challenge", "at"}}
        assert members == {word for word in members if f"`{word}`" in row}, row
    assert str(jws.LIMIT) in page


def test_the_key_ids_are_thumbprints() -> None:
    for name in ("owner", "other", "later"):
        row = VECTORS[name]
        assert jws.thumbprint(bytes.fromhex(row["point"])) == row["kid"]


def test_the_claim_is_shown_by_this_mac() -> None:
    claim = VECTORS["claim"]
    session_key = bytes.fromhex(VECTORS["owner"]["session_key"])
    mac = keys.claim_mac(bytes.fromhex(claim["secret"]), OWNER, session_key, claim["nonce"])
    assert base64url.encode(mac) == claim["mac"]
    word, _, _, gate, secret = claim["qr"].split(":")
    assert (word, jws.unbase64url(gate).hex()) == ("homebase", VECTORS["gate"]["public"])
    assert jws.unbase64url(secret).hex() == claim["secret"]


@pytest.mark.parametrize("row", VECTORS["answers"])
def test_an_answer_is_these_bytes(row: dict[str, Any]) -> None:
    answer = attest.Answer(kind=row["kind"], nonce=row["nonce"], body=row["body"])
    seed, public = (bytes.fromhex(VECTORS["gate"][name]) for name in ("seed", "public"))
    assert attest.sign(answer, seed) == {"text": row["text"], "signature": row["signature"]}
    told = cast("dict[str, str]", {"text": row["text"], "signature": row["signature"]})
    assert attest.verify(told, row["kind"], row["nonce"], public) == row["body"]


@pytest.mark.parametrize("row", VECTORS["statements"])
def test_a_statement_is_read_and_signed_by_the_owner(row: dict[str, str]) -> None:
    statement = jws.read(row["jws"])
    assert statement.payload.decode() == row["payload"]
    assert statement.kid == VECTORS["owner"]["kid"]
    assert jws.is_signed_by(statement, OWNER)
    assert not jws.is_signed_by(statement, bytes.fromhex(VECTORS["other"]["point"]))
    stated = statements.decode(statement.payload)
    assert stated.challenge == base64url.encode(hashlib.sha256(b"challenge").digest())


def test_a_later_phone_shows_these_words_and_is_named_by_this_statement() -> None:
    row, later = VECTORS["naming"], VECTORS["later"]
    point, session_key = bytes.fromhex(later["point"]), bytes.fromhex(later["session_key"])
    gate = bytes.fromhex(VECTORS["gate"]["public"])
    mark = offers.fingerprint(gate, point, session_key, row["offer"])
    assert (mark.hex(), list(words(mark))) == (row["fingerprint"], row["words"])
    for name, kind, signer in (
        ("offered", statements.OfferStatement, point),
        ("named", statements.KeyStatement, OWNER),
    ):
        statement = jws.read(row[name]["jws"])
        assert statement.payload.decode() == row[name]["payload"]
        assert jws.is_signed_by(statement, signer)
        stated = statements.decode(statement.payload)
        assert isinstance(stated, kind)
        assert jws.unbase64url(stated.grant_key) == point
    offered, listed, named = (VECTORS["answers"][number]["body"] for number in row["answers"])
    assert offered["key"] == listed["offers"][0]["key"] == named["key"] == later["kid"]


@pytest.mark.parametrize("row", VECTORS["refused"], ids=[row["why"] for row in VECTORS["refused"]])
def test_another_form_is_refused(row: dict[str, str]) -> None:
    with pytest.raises(jws.BadStatement):
        statements.decode(jws.read(row["jws"]).payload)


@pytest.mark.parametrize("row", VECTORS["witness"], ids=["grew", "rolled_back"])
def test_what_a_phone_kept_is_held_against_the_witness(row: dict[str, Any]) -> None:
    public = bytes.fromhex(VECTORS["gate"]["public"])
    told = VECTORS["answers"][row["answer"]]["body"]
    kept, now = (
        checkpoint.verify(note, checkpoint.origin_of(note), public) for note in (row["kept"], told["note"])
    )
    steps = [base64.b64decode(step) for step in told["proof"]]
    assert told["old"] == kept.size
    assert (told["since"] == "grew") == merkle.verify_consistency(
        kept.size, now.size, steps, kept.root, now.root
    )
