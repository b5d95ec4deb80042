"""Proofs from the tree: that an entry is in it, that it only grew, and which signed head covers a record."""

from functools import reduce
from typing import Any

from django.db.models import QuerySet

from apps.audit.facts import ConsistencyProof, InclusionProof, TreeHead
from apps.audit.merkle import TILE, Range, consistency_ranges, inclusion_ranges, node_hash, root_of
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
    leaf = Leaf.objects.filter(entry=entry).first()
    checkpoint = checkpoint or Checkpoint.objects.order_by("-size").first()
    if leaf is None or checkpoint is None or leaf.index >= checkpoint.size:
        return None
    path = _roots(inclusion_ranges(leaf.index, checkpoint.size))
    return InclusionProof(leaf.index, leaf.hash, path, head_of(checkpoint), checkpoint.key_id, checkpoint.signature)


def consistency_proof(old: Checkpoint, new: Checkpoint) -> ConsistencyProof:
    """That nothing under the old head was changed, taken away or put in between when the tree grew to the new one."""
    return ConsistencyProof(head_of(old), head_of(new), _roots(consistency_ranges(old.size, new.size)))


def head_of(checkpoint: Checkpoint) -> TreeHead:
    """What the checkpoint signs."""
    return TreeHead(checkpoint.size, checkpoint.previous_size, checkpoint.root, checkpoint.made_at)


def _roots(ranges: list[Range]) -> tuple[str, ...]:
    return tuple(_root(low, high).hex() for low, high in ranges)


def _root(low: int, high: int) -> bytes:
    """The root over leaves low to high, from kept subtrees as far as they reach, from leaves beyond."""
    peaks = []
    while low < high:
        level = min((low & -low).bit_length() - 1 if low else high.bit_length(), (high - low).bit_length() - 1)
        peaks.append(_full_subtree(low, level))
        low += 1 << level
    return reduce(lambda right, left: node_hash(left, right), reversed(peaks))


def _full_subtree(low: int, level: int) -> bytes:
    kept = level - level % TILE
    span = range(low >> kept, (low >> kept) + (1 << level - kept))
    roots: QuerySet[Any] = Subtree.objects.filter(level=kept) if kept else Leaf.objects.all()
    inside = roots.filter(index__range=(span.start, span.stop - 1))
    hashes = list(inside.order_by("index").values_list("hash", flat=True))
    if len(hashes) != len(span):
        raise LookupError(f"{len(span)} hashes are needed from {span.start} on level {kept}, {len(hashes)} are there")
    return root_of(bytes.fromhex(digest) for digest in hashes)
