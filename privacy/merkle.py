"""The Merkle tree of RFC 6962: roots, proofs, and their verification.

Pure. The tree keeps no state here: a ``Node`` function answers for hashes of *complete* subtrees by level
and index, level 0 being the leaves; whoever stores the tree keeps exactly those. Verification follows
RFC 9162, sections 2.1.3.2 and 2.1.4.2, widened to subtrees as in the Merkle tree certificates draft.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

Node = Callable[[int, int], bytes]
"""Hash of the complete subtree at (level, index): leaves index·2^level up to (index + 1)·2^level."""

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()
MAX_SIZE = 2**63 - 1


def leaf_hash(data: bytes) -> bytes:
    """Hash of one entry."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of two halves."""
    return sha256(b"\x01" + left + right).digest()


def appended(size: int, leaf: bytes, node: Node) -> Iterator[tuple[int, int, bytes]]:
    """Yield the complete subtrees, (level, index, hash), that a leaf hash at position ``size`` adds."""
    level, index, current = 0, size, leaf
    yield level, index, current
    while index & 1:
        current = node_hash(node(level, index - 1), current)
        level, index = level + 1, index >> 1
        yield level, index, current


class Edge:
    """The right edge of a growing tree: enough for its root, in memory that grows with the logarithm."""

    def __init__(self) -> None:
        self._peaks: list[tuple[int, bytes]] = []  # complete subtrees by level, largest first

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        level = 0
        while self._peaks and self._peaks[-1][0] == level:
            leaf = node_hash(self._peaks.pop()[1], leaf)
            level += 1
        self._peaks.append((level, leaf))

    def root(self) -> bytes:
        """Root of all leaves so far."""
        if not self._peaks:
            return EMPTY_ROOT
        current = self._peaks[-1][1]
        for _, peak in reversed(self._peaks[:-1]):
            current = node_hash(peak, current)
        return current


def root(size: int, node: Node) -> bytes:
    """Root of the first ``size`` leaves."""
    return EMPTY_ROOT if size == 0 else _range_hash(0, size, node)


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """Proof that leaf ``index`` is in the tree of ``size``.

    Raises:
        ValueError: index is not in 0..size - 1.
    """
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in 0..{size - 1}")
    return _path(index, 0, size, node)


def consistency_proof(old: int, new: int, node: Node) -> list[bytes]:
    """Proof that the tree of ``old`` leaves is the beginning of the tree of ``new``.

    Raises:
        ValueError: not 1 <= old <= new.
    """
    if not 1 <= old <= new:
        raise ValueError(f"{old} is not in 1..{new}")
    return _subproof(old, 0, new, node, whole=True)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes) -> bool:
    """Say whether ``proof`` shows the leaf hash at ``index`` under ``root_hash``."""
    return verify_subtree_inclusion(leaf, index, 0, size, proof, root_hash)


def verify_subtree_inclusion(
    leaf: bytes, index: int, start: int, end: int, proof: Sequence[bytes], root_hash: bytes
) -> bool:
    """Say whether ``proof`` shows the leaf hash at ``index`` under the subtree [start, end)."""
    if not _is_subtree(start, end) or not start <= index < end or len(leaf) != HASH_SIZE:
        return False
    position, last, current = index - start, end - start - 1, leaf
    for step in proof:
        if last == 0 or len(step) != HASH_SIZE:
            return False
        if position & 1 or position == last:
            current = node_hash(step, current)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            current = node_hash(current, step)
        position, last = position >> 1, last >> 1
    return last == 0 and current == root_hash


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Say whether ``proof`` shows the tree of ``old`` leaves as the beginning of the tree of ``new``.

    An empty old tree shows nothing about the new one: False.
    """
    return old > 0 and verify_subtree_consistency(0, old, new, proof, old_root, new_root)


def verify_subtree_consistency(
    start: int, end: int, size: int, proof: Sequence[bytes], subtree_root: bytes, root_hash: bytes
) -> bool:
    """Say whether ``proof`` shows the subtree [start, end) as a part of the tree of ``size``.

    An empty subtree is part of every tree: only its own root is looked at.
    """
    if 0 <= start == end <= size:
        return not proof and subtree_root == EMPTY_ROOT
    if not _is_subtree(start, end) or end > size or any(len(step) != HASH_SIZE for step in proof):
        return False
    first, second, last = start, end - 1, size - 1
    while first != second and (second == last or second & 1):
        first, second, last = first >> 1, second >> 1, last >> 1
    steps = list(proof)
    if first != second and not steps:
        return False
    small = large = subtree_root if first == second else steps.pop(0)
    for step in steps:
        if last == 0:
            return False
        if second & 1 or second == last:
            if first < second:
                small = node_hash(step, small)
            large = node_hash(step, large)
            while not second & 1 and second:
                first, second, last = first >> 1, second >> 1, last >> 1
        else:
            large = node_hash(large, step)
        first, second, last = first >> 1, second >> 1, last >> 1
    return last == 0 and small == subtree_root and large == root_hash


def _is_subtree(start: int, end: int) -> bool:
    """A subtree is not empty and starts at a multiple of its size rounded up to a power of two."""
    if not 0 <= start < end <= MAX_SIZE:
        return False
    return start % (1 << (end - start - 1).bit_length()) == 0


def _split(count: int) -> int:
    """The largest power of two below ``count``."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_hash(start: int, count: int, node: Node) -> bytes:
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return node(level, start >> level)
    left = _split(count)
    return node_hash(_range_hash(start, left, node), _range_hash(start + left, count - left, node))


def _path(index: int, start: int, count: int, node: Node) -> list[bytes]:
    if count == 1:
        return []
    left = _split(count)
    if index - start < left:
        return [*_path(index, start, left, node), _range_hash(start + left, count - left, node)]
    return [*_path(index, start + left, count - left, node), _range_hash(start, left, node)]


def _subproof(old: int, start: int, count: int, node: Node, *, whole: bool) -> list[bytes]:
    if old == count:
        return [] if whole else [_range_hash(start, count, node)]
    left = _split(count)
    if old <= left:
        return [
            *_subproof(old, start, left, node, whole=whole),
            _range_hash(start + left, count - left, node),
        ]
    return [
        *_subproof(old - left, start + left, count - left, node, whole=False),
        _range_hash(start, left, node),
    ]
