"""What a foreign server writes is bounded, and never raises but as an answer of no use."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.gate.backups.foreign_xml import MOST, BadXml, parse
from privacy.gate.backups.http_auth import Account, Proof

BOMB = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'


def test_a_document_is_read_by_local_names() -> None:
    tree = parse(
        b'<d:multistatus xmlns:d="DAV:"><d:response><d:href> /a </d:href></d:response></d:multistatus>'
    )
    assert (tree.name, tree.word("response", "href"), tree.word("response", "other")) == (
        "multistatus",
        "/a",
        "",
    )


@pytest.mark.parametrize(
    "data",
    [b"", b"<a>", BOMB, b"<a>" * 40 + b"</a>" * 40, b"<a>" + b"<b/>" * 100_001 + b"</a>", b" " * (MOST + 1)],
)
def test_bombs_and_depths_are_refused(data: bytes) -> None:
    with pytest.raises(BadXml):
        parse(data)


@given(st.one_of(st.binary(max_size=300), st.text("<>/a&;! \"='?x", max_size=80).map(str.encode)))
def test_foreign_bytes_never_raise_anything_else(data: bytes) -> None:
    with suppress(BadXml):
        parse(data)


@given(st.one_of(st.text(max_size=200), st.text('Digest Basc=",\\nonqprealm', max_size=120)))
def test_foreign_challenges_never_raise(header: str) -> None:
    proof = Proof(Account(user="ada", password="secret"), bytes)
    if proof.challenged(header):
        assert "secret" not in (proof.header("GET", "/") or "")
