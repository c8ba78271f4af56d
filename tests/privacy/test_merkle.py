"""Proofs against the public vectors of transparency-dev/merkle, and against our own trees."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy import merkle
from tests.paths import VECTORS

FILE = VECTORS / "rfc6962_merkle.json"
CASES: dict[str, Any] = json.loads(FILE.read_text())["cases"] if FILE.exists() else {}


def hashes(values: list[str] | None) -> list[bytes]:
    return [base64.b64decode(value) for value in values or []]


def verdict(kind: str, case: dict[str, Any]) -> bool:
    proof = hashes(case["proof"])
    match kind:
        case "inclusion":
            leaf, root = hashes([case["leafHash"], case["root"]])
            return merkle.verify_inclusion(leaf, case["leafIdx"], case["treeSize"], proof, root)
        case "subtreeinclusion":
            leaf, root = hashes([case["leafHash"], case["root"]])
            span = case["start"], case["end"]
            return merkle.verify_subtree_inclusion(leaf, case["leafIdx"], *span, proof, root)
        case "consistency":
            old, new = hashes([case["root1"], case["root2"]])
            return merkle.verify_consistency(case["size1"], case["size2"], proof, old, new)
        case _:
            old, new = hashes([case["root1"], case["root2"]])
            span = case["start"], case["end"]
            return merkle.verify_subtree_consistency(*span, case["size"], proof, old, new)


def test_the_verdict_on_every_public_case_is_the_published_one() -> None:
    if not CASES:
        pytest.skip(f"the public vectors are not here: {FILE.name}")
    wrong = {
        name: case["desc"]
        for name, case in CASES.items()
        if verdict(name.split("/")[0], case) == case["wantErr"]
    }
    assert not wrong
    assert len(CASES) == 518


class Tree:
    """Leaves in memory, stored as complete subtrees."""

    def __init__(self, count: int) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.leaves = [merkle.leaf_hash(bytes([number % 256, number // 256])) for number in range(count)]
        for size, leaf in enumerate(self.leaves):
            for level, index, digest in merkle.appended(size, leaf, self.node):
                self.nodes[level, index] = digest

    def node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]


def slow_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962, section 2.1, word by word."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else merkle.EMPTY_ROOT
    left = 1
    while left * 2 < len(leaves):
        left *= 2
    return merkle.node_hash(slow_root(leaves[:left]), slow_root(leaves[left:]))


@given(st.data())
def test_what_we_prove_we_verify_and_nothing_else(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, 130))
    old = data.draw(st.integers(1, new))
    index = data.draw(st.integers(0, new - 1))
    tree = Tree(new)
    old_root, new_root = merkle.root(old, tree.node), merkle.root(new, tree.node)
    assert new_root == slow_root(tree.leaves)
    edge = merkle.Edge()
    for leaf in tree.leaves:
        edge.append(leaf)
    assert edge.root() == new_root
    assert old_root == slow_root(tree.leaves[:old])

    proof = merkle.inclusion_proof(index, new, tree.node)
    assert merkle.verify_inclusion(tree.leaves[index], index, new, proof, new_root)
    assert not merkle.verify_inclusion(merkle.leaf_hash(b"other"), index, new, proof, new_root)

    steps = merkle.consistency_proof(old, new, tree.node)
    assert merkle.verify_consistency(old, new, steps, old_root, new_root)
    if old < new:
        assert not merkle.verify_consistency(old, new, steps, new_root, new_root)


def test_a_right_half_is_part_of_the_whole() -> None:
    tree = Tree(8)
    left, right, root = tree.node(2, 0), tree.node(2, 1), merkle.root(8, tree.node)
    assert merkle.verify_subtree_consistency(4, 8, 8, [left], right, root)
    assert not merkle.verify_subtree_consistency(4, 8, 8, [right], right, root)


def test_proofs_of_other_shapes_are_refused() -> None:
    tree = Tree(5)
    root, leaf = merkle.root(5, tree.node), tree.leaves[2]
    proof = merkle.inclusion_proof(2, 5, tree.node)
    assert not merkle.verify_inclusion(leaf, 2, 5, [*proof, bytes(32)], root)
    assert not merkle.verify_inclusion(leaf, 2, 5, [b"short", *proof[1:]], root)
    assert not merkle.verify_consistency(2, 5, [b"short"], root, root)
    assert merkle.verify_consistency(5, 5, [], root, root)


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3)])
def test_proofs_outside_the_tree_are_not_made(old: int, new: int) -> None:
    tree = Tree(3)
    with pytest.raises(ValueError, match="is not in"):
        merkle.consistency_proof(old, new, tree.node)
    with pytest.raises(ValueError, match="is not in"):
        merkle.inclusion_proof(new, 3, tree.node)


def test_the_empty_tree_has_the_root_of_nothing() -> None:
    assert merkle.root(0, Tree(0).node) == merkle.Edge().root() == merkle.EMPTY_ROOT
