"""Proofs from the tree: that an entry is in it, that it only grew, and which signed head covers a record."""

from collections.abc import Iterable
from functools import reduce
from typing import Any

from django.db.models import QuerySet

from apps.audit.facts import ConsistencyProof, InclusionProof, TreeHead
from apps.audit.merkle import TILE, Range, consistency_ranges, inclusion_ranges, node_hash
from apps.audit.models import Checkpoint, Entry, Leaf, Record, Subtree


def checkpoint_covering(record: Record, n: int | None = None) -> Checkpoint | None:
    """The first signed head over entry `n` of the record (by default its newest); None while it must be waited for.

    A document states it: certification commits, the sequencer signs a head over it, then the document is issued.
    """
    entries = Entry.objects.filter(record=record)
    newest = entries.filter(n=n) if n is not None else entries.order_by("-n")
    index = newest.values_list("leaf__index", flat=True).first()
    return None if index is None else Checkpoint.objects.filter(size__gt=index).order_by("size").first()


def inclusion_proof(entry: Entry, checkpoint: Checkpoint | None = None) -> InclusionProof | None:
    """That the entry stands in the tree under this checkpoint (by default the newest); None before it is sequenced."""
    checkpoint = checkpoint or Checkpoint.objects.order_by("-size").first()
    return inclusion_proofs([entry], checkpoint)[0] if checkpoint else None


def inclusion_proofs(entries: Iterable[Entry], checkpoint: Checkpoint) -> list[InclusionProof | None]:
    """The same for many entries under one checkpoint: what their ways to the root share is read once."""
    entries, nodes, head = list(entries), _Nodes(), head_of(checkpoint)
    leaves = {leaf.entry_id: leaf for leaf in Leaf.objects.filter(entry__in=entries)}

    def proof(leaf: Leaf | None) -> InclusionProof | None:
        if leaf is None or leaf.index >= head.size:
            return None
        path = nodes.roots(inclusion_ranges(leaf.index, head.size))
        return InclusionProof(leaf.index, leaf.hash, path, head, checkpoint.key_id, checkpoint.signature)

    return [proof(leaves.get(entry.pk)) for entry in entries]


def consistency_proof(old: Checkpoint, new: Checkpoint) -> ConsistencyProof:
    """That nothing under the old head was changed, taken away or put in between when the tree grew to the new one."""
    return ConsistencyProof(head_of(old), head_of(new), _Nodes().roots(consistency_ranges(old.size, new.size)))


def head_of(checkpoint: Checkpoint) -> TreeHead:
    """What the checkpoint signs."""
    return TreeHead(checkpoint.size, checkpoint.previous_size, checkpoint.root, checkpoint.made_at)


class _Nodes:
    """The nodes of the tree, from kept subtrees as far as they reach, from leaves beyond; each worked out once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], bytes] = {}  # by level and index

    def roots(self, ranges: Iterable[Range]) -> tuple[str, ...]:
        """The root over each range of leaves."""
        return tuple(self._root(low, high).hex() for low, high in ranges)

    def _root(self, low: int, high: int) -> bytes:
        peaks = []
        while low < high:
            level = min((low & -low).bit_length() - 1 if low else high.bit_length(), (high - low).bit_length() - 1)
            peaks.append(self._full_subtree(level, low >> level))
            low += 1 << level
        return reduce(lambda right, left: node_hash(left, right), reversed(peaks))

    def _full_subtree(self, level: int, index: int) -> bytes:
        if (level, index) not in self._known:
            if level % TILE == 0:
                self._read_tile(level, index)
            else:
                left, right = (self._full_subtree(level - 1, 2 * index + side) for side in (0, 1))
                self._known[level, index] = node_hash(left, right)
        return self._known[level, index]

    def _read_tile(self, level: int, index: int) -> None:
        """Read a node that is kept, with all that stand under the same kept subtree."""
        first = index >> TILE << TILE
        stored: QuerySet[Any] = Subtree.objects.filter(level=level) if level else Leaf.objects.all()
        inside = stored.filter(index__range=(first, first + (1 << TILE) - 1))
        self._known |= {(level, i): bytes.fromhex(digest) for i, digest in inside.values_list("index", "hash")}
        if (level, index) not in self._known:
            raise LookupError(f"hash {index} of level {level} is needed and not there")
