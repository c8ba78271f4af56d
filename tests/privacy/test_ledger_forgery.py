"""Somebody has the gate's keys, reads and writes its rows and signs anew, but lacks the phone's checkpoint.

Whatever they change of what the phone knows is found: entry, order, salt, hash, truncation, the whole tree
rewritten. LEDGER_CHANGES=100000 in script/nightly.
"""

import base64
import os
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privacy import canonical, checkpoint, merkle
from privacy.checkpoint import Checkpoint
from privacy.ledger import SALT_SIZE, Kind, Record, content_of, verify
from tests.privacy.test_ledger import book, root

CHANGES = int(os.environ.get("LEDGER_CHANGES", "1000"))
SEED = bytes(range(32))
KEY = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
ORIGIN = "homebase/0011223344556677"
SIZE, LATER = 23, 6  # entries that the phone knows of; entries that came since


@dataclass
class Tree:
    """The hashes of a book, as the gate would store them."""

    records: list[Record]

    def __post_init__(self) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        for place, row in enumerate(self.records):
            for level, index, digest in merkle.appended(place, row.leaf_hash, self.node):
                self.nodes[level, index] = digest

    def node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]


@dataclass
class Phone:
    """What a phone remembers: the last checkpoint that it saw, signed by the gate."""

    size: int
    root: bytes

    def is_content(self, records: list[Record]) -> bool:
        """Ask the gate, as a visit does: its newest note, a proof that the book only grew, the rows."""
        tree = Tree(records)
        newest = Checkpoint(origin=ORIGIN, size=len(records), root=merkle.root(len(records), tree.node))
        state = checkpoint.verify(checkpoint.sign(newest, SEED), ORIGIN, KEY)
        if state.size < self.size:
            return False
        proof = merkle.consistency_proof(self.size, state.size, tree.node)
        grew = merkle.verify_consistency(self.size, state.size, proof, self.root, state.root)
        return grew and verify(records, self.size, self.root) == ()


def changed(records: list[Record], chance: random.Random) -> list[Record]:
    """One change of what the phone knows of, by somebody who makes everything else fit."""
    forged, where = list(records), chance.randrange(SIZE)
    row = forged[where]
    salt = chance.randbytes(SALT_SIZE)
    match chance.choice(("entry", "salt", "hash", "order", "drop", "cut", "insert", "erase", "rewrite")):
        case "entry":
            forged[where] = _told(row, row.salt or salt, chance)
        case "salt":
            forged[where] = replace(row, salt=salt)
        case "hash":
            forged[where] = replace(row, leaf_hash=chance.randbytes(32))
        case "order":
            other = (where + chance.randrange(1, SIZE)) % SIZE
            one, two = sorted((where, other))
            forged[one], forged[two] = replace(records[two], seq=one), replace(records[one], seq=two)
        case "drop":
            forged = [_moved(one, place) for place, one in enumerate([*forged[:where], *forged[where + 1 :]])]
        case "cut":
            forged = forged[:where]
        case "insert":
            extra = _told(row, salt, chance)
            longer = [*forged[:where], extra, *forged[where:]]
            forged = [_moved(one, place) for place, one in enumerate(longer)]
        case "erase":
            forged[where] = replace(row, content=None, salt=None)
        case _:  # the whole book written anew, with fitting hashes and salts, one entry told otherwise
            forged = [
                _told(one, chance.randbytes(SALT_SIZE), chance if place == where else None)
                for place, one in enumerate(forged)
            ]
    return forged


def _told(row: Record, salt: bytes, chance: random.Random | None) -> Record:
    """An entry with a hash that fits; with ``chance`` it tells something else."""
    content = dict(content_of(row) or {})
    if chance is not None:
        content["kind"] = chance.choice([kind.value for kind in Kind if kind.value != content.get("kind")])
    leaf = canonical.encode({**content, "salt": salt.hex()})
    return Record(seq=row.seq, leaf_hash=merkle.leaf_hash(leaf), content=canonical.encode(content), salt=salt)


def _moved(row: Record, place: int) -> Record:
    """The same at another place, with a hash that fits."""
    if row.seq == place or row.content is None or row.salt is None:
        return replace(row, seq=place)
    content = {**(content_of(row) or {}), "seq": place}
    leaf = canonical.encode({**content, "salt": row.salt.hex()})
    return Record(
        seq=place, leaf_hash=merkle.leaf_hash(leaf), content=canonical.encode(content), salt=row.salt
    )


@pytest.mark.timeout(7200)
def test_every_random_change_is_found_by_who_has_the_phones_checkpoint() -> None:
    true = book(SIZE + LATER)
    phone = Phone(size=SIZE, root=root(true[:SIZE]))
    assert phone.is_content(true)  # the control: an honest book is believed
    chance = random.Random(20260301)
    unseen = [number for number in range(CHANGES) if phone.is_content(changed(true, chance))]
    assert unseen == []


def test_without_the_phones_checkpoint_a_rewritten_book_would_be_believed() -> None:
    """The control of the whole: the forger's book is sound in itself, and signed by the gate's key."""
    true = book(SIZE)
    chance = random.Random(1)
    forged = [_told(row, chance.randbytes(SALT_SIZE), chance if row.seq == 5 else None) for row in true]
    assert verify(forged, SIZE, root(forged)) == ()
    assert Phone(size=SIZE, root=root(forged)).is_content(forged)
    assert not Phone(size=SIZE, root=root(true)).is_content(forged)


def test_our_own_vectors_are_what_they_were() -> None:
    """tests/vectors/merkle.toml: a tree of ten leaves, its roots and proofs, made by the slow definition."""
    import tomllib

    from tests.paths import ROOT

    told = tomllib.loads((ROOT / "tests/vectors/merkle.toml").read_text())
    leaves = [merkle.leaf_hash(text.encode()) for text in told["leaves"]]
    rows = [Record(seq=n, leaf_hash=leaf, content=None, salt=None) for n, leaf in enumerate(leaves)]
    tree = Tree(rows)
    unbase: Callable[[str], bytes] = base64.b64decode
    for case in told["root"]:
        assert merkle.root(case["size"], tree.node) == unbase(case["hash"])
    for case in told["inclusion"]:
        proof = [unbase(step) for step in case["proof"]]
        assert merkle.inclusion_proof(case["leaf"], case["size"], tree.node) == proof
        top = merkle.root(case["size"], tree.node)
        assert merkle.verify_inclusion(leaves[case["leaf"]], case["leaf"], case["size"], proof, top)
    for case in told["consistency"]:
        proof = [unbase(step) for step in case["proof"]]
        assert merkle.consistency_proof(case["old"], case["new"], tree.node) == proof
        before, after = (merkle.root(case[key], tree.node) for key in ("old", "new"))
        assert merkle.verify_consistency(case["old"], case["new"], proof, before, after)
