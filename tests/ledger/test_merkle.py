"""The tree against a reference written straight from RFC 6962, and its proofs."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from avouch.ledger import merkle

Leaves = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


def reference(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + reference(leaves[:k]) + reference(leaves[k:])).digest()


def node_at(leaves: list[bytes]) -> merkle.NodeAt:
    return lambda level, position: reference(leaves[position << level : (position + 1) << level])


def test_known_roots() -> None:
    """The first test vectors of the Certificate Transparency implementations."""
    assert merkle.EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@given(Leaves)
def test_the_root_is_that_of_the_rfc(leaves: list[bytes]) -> None:
    assert merkle.root(node_at(leaves), len(leaves)) == reference(leaves)


@given(Leaves, st.data())
def test_inclusion(leaves: list[bytes], data: st.DataObject) -> None:
    size = len(leaves)
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion(node_at(leaves), index, size)
    leaf = merkle.leaf_hash(leaves[index])
    assert merkle.root_from_inclusion(leaf, index, size, path) == reference(leaves)
    assert merkle.root_from_inclusion(leaf, index, size, [*path, leaf]) is None
    wrong = merkle.leaf_hash(leaves[index] + b"x")
    assert merkle.root_from_inclusion(wrong, index, size, path) != reference(leaves)
    assert merkle.root_from_inclusion(leaf, size, size, path) is None


@given(Leaves, st.data())
def test_consistency(leaves: list[bytes], data: st.DataObject) -> None:
    new = len(leaves)
    old = data.draw(st.integers(1, new))
    path = merkle.consistency(node_at(leaves), old, new)
    was, now = reference(leaves[:old]), reference(leaves)
    assert merkle.is_consistent(old, new, was, now, path)
    other = hashlib.sha256(was).digest()
    assert not merkle.is_consistent(old, new, other, now, path)
    assert not merkle.is_consistent(old, new, was, other, path)
    assert not merkle.is_consistent(old, new, was, now, [*path, was])
