"""The Merkle tree of RFC 9162 §2.1: pure functions over hashes.

leaf = SHA-256(0x00 + data), node = SHA-256(0x01 + left + right), split at the largest power of two below the size.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
TILE = 8  # every eighth level of full subtrees is kept, so that a proof reads hundreds of hashes and not millions

Range = tuple[int, int]  # leaves from the first up to, not including, the second


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the node above two others."""
    return sha256(b"\x01" + left + right).digest()


@dataclass
class Frontier:
    """A tree that only grows, known by the roots of its full subtrees (`peaks`, largest first)."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def add(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Append one leaf. Returns the kept subtrees it completes, as (level, index, root)."""
        node, level, completed = leaf, 0, []
        while self.size >> level & 1:
            node = node_hash(self.peaks.pop(), node)
            level += 1
            if level % TILE == 0:
                completed.append((level, self.size >> level, node))
        self.peaks.append(node)
        self.size += 1
        return completed

    @property
    def root(self) -> bytes:
        """The root of the whole tree."""
        if not self.peaks:
            return EMPTY_ROOT
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = node_hash(peak, node)
        return node


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over these leaf hashes."""
    tree = Frontier()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root


def split(size: int) -> int:
    """The largest power of two smaller than the size."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Whose roots prove that leaf `index` lies in the tree of `size` leaves, nearest first (§2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    low, high, path = 0, size, []
    while high - low > 1:
        middle = low + split(high - low)
        if index < middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low = middle
    return path[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """Whose roots prove that the tree of `new` leaves continues the tree of `old` leaves (§2.1.4.1)."""
    if not 0 < old <= new:
        raise ValueError(f"a tree of {new} can't continue a tree of {old}")
    low, high, path = 0, new, []
    is_old_tree = True  # whether the range at hand begins where the old tree begins and is known to both sides
    while old != high:
        middle = low + split(high - low)
        if old <= middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low, is_old_tree = middle, False
    return ([] if is_old_tree else [(low, high)]) + path[::-1]


def proves_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path leads from the leaf to the root (§2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, node = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and node == root


def proves_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path shows that the new tree continues the old one (§2.1.4.2)."""
    if not 0 < old <= new or (old == new) != (not path):
        return False
    if old == new:
        return old_root == new_root
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old_node = new_node = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old_node, new_node = node_hash(sibling, old_node), node_hash(sibling, new_node)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new_node = node_hash(new_node, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and old_node == old_root and new_node == new_root
