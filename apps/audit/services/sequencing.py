"""The sequencer: one writer gives every committed entry its place in the order of the installation, and signs it."""

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from django.db import connection, transaction
from django.db.models import F, Max

from apps.audit import witness
from apps.audit.facts import TreeHead
from apps.audit.keyring import sign_text
from apps.audit.merkle import Frontier, leaf_hash
from apps.audit.models import Checkpoint, Entry, Head, Leaf, Subtree

logger = logging.getLogger(__name__)
BATCH = 1000  # rows in one statement
CHUNK = 2000  # entries in one transaction: writers of these records wait for it
ONLY_WRITER = 0x51A7_7EE5  # PostgreSQL's advisory lock of the sequencer


class TreeBroken(Exception):
    """Leaves and checkpoints do not agree: the tree can't be continued until `verify_audit` was answered."""


def sequence_entries(*, at: datetime, chunk: int = CHUNK) -> int:
    """Give all committed entries their leaves, under signed heads. Returns how many; safe to run twice or to miss.

    A record whose chain has a hole is left out and reported, so that it stops nobody else's proof.
    """
    total, broken = 0, set[int]()
    while True:
        known = len(broken)
        taken = _sequence_some(at, chunk, broken)
        total += taken
        if not taken and len(broken) == known:
            return total


def _sequence_some(at: datetime, chunk: int, broken: set[int]) -> int:
    with transaction.atomic(durable=True):
        if not _is_only_writer():
            return 0
        # Two statements: an entry that commits while the first waits for its head is not in the first one's snapshot.
        heads = _lock_dirty_heads(chunk, broken)
        entries = _without_holes(heads, _entries_after(heads, chunk), broken, chunk)
        if entries:
            _append(entries, at)
            _move_on(entries)
    return len(entries)


def _is_only_writer() -> bool:
    if connection.vendor != "postgresql":
        return True  # the IMMEDIATE transaction is the lock
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ONLY_WRITER])
        return bool(cursor.fetchone()[0])


def _lock_dirty_heads(chunk: int, broken: Collection[int]) -> list[Head]:
    dirty = Head.objects.filter(n__gt=F("sequenced")).exclude(pk__in=broken).order_by("pk")
    return list(dirty.select_for_update(no_key=True)[:chunk])


def _entries_after(heads: Sequence[Head], chunk: int) -> list[Entry]:
    waiting = Entry.objects.filter(
        record__in=[head.pk for head in heads], n__gt=F("record__head__sequenced"), n__lte=F("record__head__n")
    )
    return list(waiting.order_by("record", "n").only("id", "record", "n", "hash")[:chunk])


def _without_holes(heads: Iterable[Head], entries: Sequence[Entry], broken: set[int], chunk: int) -> list[Entry]:
    """The entries of every record whose chain goes on without a gap; the others are named and left alone."""
    chains = {pk: list(chain) for pk, chain in groupby(entries, attrgetter("record_id"))}
    cut_at = entries[-1].record_id if len(entries) == chunk else None  # from here on the next chunk knows the rest
    whole: list[Entry] = []
    for head in heads:
        chain = chains.get(head.pk, [])
        until = head.sequenced + len(chain) if cut_at is not None and head.pk >= cut_at else head.n
        if [entry.n for entry in chain] == list(range(head.sequenced + 1, until + 1)):
            whole += chain
        else:
            logger.error("Entries of record %s are missing: it is not sequenced. Run verify_audit.", head.pk)
            broken.add(head.pk)
    return whole


def _append(entries: Iterable[Entry], at: datetime) -> None:
    """Extend the tree by these entries and sign its new head."""
    last = Checkpoint.objects.order_by("-size").first()
    size, peaks = (last.size, last.peaks.split()) if last else (0, [])
    newest = Leaf.objects.aggregate(newest=Max("index"))["newest"]
    if size != (0 if newest is None else newest + 1):
        raise TreeBroken(f"The newest checkpoint covers {size} leaves, the newest leaf is {newest}. Run verify_audit.")
    tree = Frontier(size, [bytes.fromhex(peak) for peak in peaks])
    leaves, subtrees = [], []
    for entry in entries:
        leaf = leaf_hash(bytes.fromhex(entry.hash))
        leaves.append(Leaf(index=tree.size, entry_id=entry.pk, hash=leaf.hex()))
        subtrees += [Subtree(level=level, index=i, hash=root.hex()) for level, i, root in tree.add(leaf)]
    Leaf.objects.bulk_create(leaves, batch_size=BATCH)
    Subtree.objects.bulk_create(subtrees, batch_size=BATCH)
    make_checkpoint(tree, previous_size=size, at=at)


def make_checkpoint(tree: Frontier, *, previous_size: int, at: datetime) -> Checkpoint:
    """Sign the head of the tree with the key outside the database; a copy of it leaves the database after commit."""
    head = TreeHead(tree.size, previous_size, tree.root.hex(), at)
    key_id, signature = sign_text(head.text)
    seal = {"key_id": key_id, "signature": signature}
    transaction.on_commit(lambda: witness.append_head(**asdict(head), **seal))
    peaks = " ".join(peak.hex() for peak in tree.peaks)
    return Checkpoint.objects.create(**asdict(head), **seal, peaks=peaks)


def _move_on(entries: Sequence[Entry]) -> None:
    """All records but the last are taken to their heads, which are locked; the last one perhaps only in part."""
    taken = {entry.record_id for entry in entries}
    last = entries[-1]
    Head.objects.filter(pk__in=taken).exclude(pk=last.record_id).update(sequenced=F("n"))
    Head.objects.filter(pk=last.record_id).update(sequenced=last.n)
