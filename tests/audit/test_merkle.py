"""The tree of RFC 9162, against its published roots and against a definition written from the text of the standard."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.audit import merkle
from apps.audit.merkle import Frontier, Range, leaf_hash, node_hash, root_of

PUBLISHED_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
PUBLISHED_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
LEAVES = [leaf_hash(str(n).encode()) for n in range(700)]


def mth(leaves: list[bytes]) -> bytes:
    """Merkle Tree Hash as §2.1.1 words it."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = merkle.split(len(leaves))
    return node_hash(mth(leaves[:k]), mth(leaves[k:]))


def hashes(ranges: list[Range]) -> list[bytes]:
    return [mth(LEAVES[low:high]) for low, high in ranges]


@pytest.mark.parametrize("size", PUBLISHED_ROOTS)
def test_the_published_roots_come_out(size):
    leaves = [leaf_hash(bytes.fromhex(data)) for data in PUBLISHED_LEAVES[:size]]

    assert root_of(leaves).hex() == PUBLISHED_ROOTS[size]


def test_the_empty_tree_has_the_hash_of_nothing():
    assert root_of([]) == sha256(b"").digest()


@given(st.integers(0, 300))
def test_a_tree_that_grows_leaf_by_leaf_has_the_root_of_the_definition(size):
    assert root_of(LEAVES[:size]) == mth(LEAVES[:size])


def test_growing_names_each_full_subtree_of_256_leaves_once():
    tree = Frontier()
    completed = [done for leaf in LEAVES for done in tree.add(leaf)]

    assert completed == [(8, 0, mth(LEAVES[:256])), (8, 1, mth(LEAVES[256:512]))]


@given(st.data())
def test_inclusion_is_proved_for_every_leaf_of_every_size(data):
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    path = hashes(merkle.inclusion_ranges(index, size))

    assert merkle.proves_inclusion(LEAVES[index], index, size, path, mth(LEAVES[:size]))


@given(st.data())
def test_a_proof_of_inclusion_proves_nothing_else(data):
    size = data.draw(st.integers(2, 200))
    index = data.draw(st.integers(0, size - 1))
    path = hashes(merkle.inclusion_ranges(index, size))
    root = mth(LEAVES[:size])
    other = data.draw(st.integers(0, size - 1).filter(lambda i: i != index))

    assert not merkle.proves_inclusion(LEAVES[other], index, size, path, root)
    assert not merkle.proves_inclusion(LEAVES[index], index, size, path[:-1], root)
    assert not merkle.proves_inclusion(LEAVES[index], index, size, [*path, LEAVES[0]], root)
    assert not merkle.proves_inclusion(LEAVES[index], index, size, path, mth(LEAVES[: size - 1]))
    assert not merkle.proves_inclusion(LEAVES[index], size, size, path, root)


@given(st.data())
def test_a_later_tree_is_proved_to_continue_an_earlier_one(data):
    new = data.draw(st.integers(1, 300))
    old = data.draw(st.integers(1, new))
    path = hashes(merkle.consistency_ranges(old, new))

    assert merkle.proves_consistency(old, new, mth(LEAVES[:old]), mth(LEAVES[:new]), path)


@given(st.data())
def test_a_tree_whose_past_was_rewritten_does_not_continue_the_earlier_one(data):
    new = data.draw(st.integers(2, 200))
    old = data.draw(st.integers(1, new - 1))
    changed = data.draw(st.integers(0, old - 1))
    rewritten = [*LEAVES[:changed], leaf_hash(b"rewritten"), *LEAVES[changed + 1 : new]]
    path = [mth(rewritten[low:high]) for low, high in merkle.consistency_ranges(old, new)]

    assert not merkle.proves_consistency(old, new, mth(LEAVES[:old]), mth(rewritten), path)


@given(st.integers(1, 300))
def test_a_tree_continues_itself_without_a_path(size):
    root = mth(LEAVES[:size])

    assert merkle.proves_consistency(size, size, root, root, [])
    assert not merkle.proves_consistency(size, size, root, root, [root])
    assert not merkle.proves_consistency(size, size, root, leaf_hash(b"another"), [])


def test_a_leaf_outside_the_tree_has_no_proof():
    with pytest.raises(ValueError, match="leaf 3 is not in a tree of 3"):
        merkle.inclusion_ranges(3, 3)


def test_a_smaller_tree_continues_no_larger_one():
    with pytest.raises(ValueError, match="a tree of 2 can't continue a tree of 3"):
        merkle.consistency_ranges(3, 2)
