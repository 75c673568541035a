"""The Merkle tree of RFC 6962 §2.1: hashes, inclusion proofs and consistency proofs.

A tree of size n is read through ``NodeAt``: (level, index) to the hash of the complete subtree over
leaves ``index·2^level … (index+1)·2^level - 1``. Verification needs no tree, only a proof.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

NodeAt = Callable[[int, int], bytes]
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256 of 0x00 and the leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of 0x01 and the two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """The largest power of two smaller than ``size`` (size > 1)."""
    return 1 << (size - 1).bit_length() - 1


def range_hash(node: NodeAt, start: int, size: int) -> bytes:
    """The hash of leaves start … start+size-1, where start is a multiple of the next power of two."""
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, start >> level)
    left = split(size)
    return node_hash(range_hash(node, start, left), range_hash(node, start + left, size - left))


def root(node: NodeAt, size: int) -> bytes:
    """The tree head over the first ``size`` leaves."""
    return range_hash(node, 0, size) if size else EMPTY_ROOT


def inclusion(node: NodeAt, index: int, size: int) -> list[bytes]:
    """The audit path of leaf ``index`` in the tree of ``size`` leaves, from the leaf upwards."""
    start, path = 0, []
    while size > 1:
        left = split(size)
        if index < left:
            path.append(range_hash(node, start + left, size - left))
            size = left
        else:
            path.append(range_hash(node, start, left))
            start, index, size = start + left, index - left, size - left
    return path[::-1]


def consistency(node: NodeAt, old: int, new: int) -> list[bytes]:
    """The proof that the tree of ``old`` leaves (0 < old <= new) is a prefix of that of ``new``."""

    def walk(old: int, start: int, size: int, whole: bool) -> list[bytes]:
        if old == size:
            return [] if whole else [range_hash(node, start, size)]
        left = split(size)
        if old <= left:
            return [*walk(old, start, left, whole), range_hash(node, start + left, size - left)]
        return [*walk(old - left, start + left, size - left, False), range_hash(node, start, left)]

    return walk(old, 0, new, True)


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a proof implies (RFC 9162 §2.1.3.2), or None where the proof has a wrong shape."""
    if not 0 <= index < size:
        return None
    here, last, at = leaf, size - 1, index
    for sibling in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            here = node_hash(sibling, here)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            here = node_hash(here, sibling)
        at, last = at >> 1, last >> 1
    return here if last == 0 else None


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether a proof shows the old tree to be a prefix of the new one (RFC 9162 §2.1.4.2)."""
    if old == new:
        return not path and old_root == new_root
    if not 0 < old < new or not path:
        return False
    proof = list(path) if old & (old - 1) else [old_root, *path]
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    was = now = proof[0]
    for sibling in proof[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            was, now = node_hash(sibling, was), node_hash(sibling, now)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            now = node_hash(now, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and was == old_root and now == new_root
