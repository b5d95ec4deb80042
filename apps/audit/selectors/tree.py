"""Verification of the tree: leaves without a gap, equal to their entries, under signed heads none of which is gone."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Sum

from apps.audit import keyring, witness
from apps.audit.facts import Finding, Tally, TreeHead
from apps.audit.merkle import Frontier, leaf_hash, proves_inclusion
from apps.audit.models import Checkpoint, Head, Leaf, Record, Subtree
from apps.audit.selectors.proofs import head_of, inclusion_proof
from apps.audit.selectors.snapshot import PIECE, in_pieces

LEAVES, CHECKPOINTS, SUBTREES, HEADS = "audit_leaf", "audit_checkpoint", "audit_subtree", "audit_head"
_LEAVES = f"""
    SELECT l."index", l.hash, e.hash, e.record_id, e.n FROM audit_leaf l
    LEFT JOIN audit_entry e ON e.id = l.entry_id
    WHERE l."index" > %s ORDER BY l."index" LIMIT {PIECE}"""  # noqa: S608  a constant of ours
_WITHOUT_LEAF = """
    SELECT r.address, e.n FROM audit_entry e
    JOIN audit_head h ON h.record_id = e.record_id JOIN audit_record r ON r.id = e.record_id
    LEFT JOIN audit_leaf l ON l.entry_id = e.id
    WHERE e.n <= h.sequenced AND l.entry_id IS NULL ORDER BY e.record_id, e.n LIMIT 20"""
_BEYOND_THE_HEAD = """
    SELECT r.address, h.record_id, h.sequenced, MAX(e.n) FROM audit_leaf l
    JOIN audit_entry e ON e.id = l.entry_id JOIN audit_head h ON h.record_id = e.record_id
    JOIN audit_record r ON r.id = e.record_id
    WHERE e.n > h.sequenced GROUP BY r.address, h.record_id, h.sequenced ORDER BY h.record_id LIMIT 20"""


def tree_findings(
    tally: Tally, known_heads: Mapping[int, str] | None = None, outside: int | None = None
) -> Iterator[Finding]:
    """Leaves, subtrees and checkpoints, these also against the first `outside` bytes of their copy in a file.

    `known_heads` are roots by size from elsewhere: printed on certificates.
    """
    growth = _Growth(tally, {**(known_heads or {})})
    for rows in in_pieces(_LEAVES, (-1,), keys=1):
        for index, digest, entry_hash, record_id, n in rows:
            yield from growth.add(index, digest, entry_hash, (record_id, n))
        yield from growth.kept_subtrees()
    yield from growth.rest()
    yield from _entries_without_leaf()
    yield from _heads_outside_the_database(outside)


class _Growth:
    """The tree as it grew, leaf by leaf, held against every checkpoint on the way.

    After the first gap or wrong root no later root can be right: from there on only leaves and signatures are judged.
    """

    def __init__(self, tally: Tally, known_heads: dict[int, str]) -> None:
        self._tally, self._known = tally, known_heads
        self._tree, self._size, self._is_whole = Frontier(), 0, True
        self._keys = keyring.public_keys()
        self._checkpoints = Checkpoint.objects.order_by("size").iterator(chunk_size=PIECE)
        self._next = next(self._checkpoints, None)
        self._size_before = 0
        self._completed: dict[tuple[int, int], str] = {}
        self._subtrees = 0

    def add(self, index: int, digest: str, entry_hash: str | None, place: tuple[int, int]) -> Iterator[Finding]:
        """Take one leaf in."""
        if index != self._size:
            until = "" if index == self._size + 1 else f" to {index - 1}"
            yield Finding("leaf", f"Leaf {self._size}{until} is missing.", table=LEAVES, row=str(self._size))
            self._is_whole = False
        self._size = index + 1
        self._tally.leaves += 1
        if entry_hash is None:
            yield Finding("leaf", "The entry of this leaf is gone.", table=LEAVES, row=str(index), field="entry_id")
        elif leaf_hash(bytes.fromhex(entry_hash)).hex() != digest:
            yield _leaf_differs(index, *place)
        if self._is_whole:
            for level, i, root in self._tree.add(bytes.fromhex(digest)):
                self._completed[level, i] = root.hex()
        if (self._next and self._next.size <= self._size) or self._size in self._known:
            yield from self._heads_of_this_size()

    def kept_subtrees(self) -> Iterator[Finding]:
        """Compare the subtrees completed since the last call with those that are kept for proofs."""
        for (level, index), root in self._completed.items():
            kept = Subtree.objects.filter(level=level, index=index).values_list("hash", flat=True).first()
            if kept != root:
                what = "is missing" if kept is None else "is not the root of its leaves"
                sentence = f"The kept subtree {level}:{index} {what}."
                yield Finding("subtree", sentence, table=SUBTREES, row=f"{level}:{index}", field="hash")
        self._subtrees += len(self._completed)
        self._completed.clear()

    def rest(self) -> Iterator[Finding]:
        """After the last leaf: everything that was signed must have been passed by now."""
        if self._next:
            sentence = f"A checkpoint was signed over {self._next.size} leaves; only {self._size} are there."
            yield self._finding(sentence, "size")
        elif self._size > self._size_before:
            sentence = f"The leaves from {self._size_before} on stand under no checkpoint: it was taken away."
            yield Finding("checkpoint", sentence, table=CHECKPOINTS)
        for size in sorted(size for size in self._known if size > self._size):
            yield Finding("checkpoint", f"A head over {size} leaves is known; only {self._size} are there.")
        if self._is_whole and Subtree.objects.count() > self._subtrees:
            yield Finding("subtree", "There are kept subtrees of leaves that do not exist.", table=SUBTREES)

    def _heads_of_this_size(self) -> Iterator[Finding]:
        while self._next and self._next.size <= self._size:
            yield from self._judge(self._next)
            self._size_before = self._next.size
            self._next = next(self._checkpoints, None)
        known = self._known.get(self._size)
        if self._is_whole and known is not None and known != self._tree.root.hex():
            yield Finding("checkpoint", f"The root over {self._size} leaves is not the one known from elsewhere.")

    def _judge(self, checkpoint: Checkpoint) -> Iterator[Finding]:
        self._tally.checkpoints += 1
        if checkpoint.previous_size != self._size_before:
            sentence = f"The checkpoint over {checkpoint.previous_size} leaves, which came before it, was taken away."
            yield self._finding(sentence, "previous_size")
        why = signature_fault(self._keys, head_of(checkpoint), checkpoint.key_id, checkpoint.signature)
        if why:
            yield self._finding(why, "signature")
        if self._is_whole and checkpoint.root != self._tree.root.hex():
            yield self._finding("Its root is not the root of the leaves: root or leaves were changed.", "root")
            self._is_whole = False
        elif self._is_whole and checkpoint.peaks != " ".join(peak.hex() for peak in self._tree.peaks):
            yield self._finding("Its subtrees are not those of the leaves.", "peaks")

    def _finding(self, sentence: str, field: str) -> Finding:
        size = str(self._next.size) if self._next else ""
        return Finding("checkpoint", sentence, table=CHECKPOINTS, row=f"of size {size}", field=field)


def signature_fault(keys: Mapping[str, Any], head: TreeHead, key_id: str, signature: str) -> str:
    """Why the signature of a head is not good; "" when it is."""
    if key_id not in keys:
        return f"It was signed with the key {key_id[:16]}…, whose public half is not here."
    if not keyring.is_signed_by(keys[key_id], head.text, signature):
        return "Its signature is not good: size, previous size, root, time or signature was changed."
    return ""


def record_tree_findings(record: Record, tally: Tally) -> Iterator[Finding]:
    """The leaves of one record, and the proof that its newest one stands under the newest checkpoint."""
    leaves = Leaf.objects.filter(entry__record=record).order_by("entry__n").select_related("entry")
    last, count = None, 0
    for last in leaves.iterator(chunk_size=PIECE):
        count += 1
        if leaf_hash(bytes.fromhex(last.entry.hash)).hex() != last.hash:
            yield _leaf_differs(last.index, record.pk, last.entry.n)
    tally.leaves += count
    sequenced = Head.objects.filter(pk=record.pk).values_list("sequenced", flat=True).first() or 0
    if count != sequenced:
        yield Finding("leaf", f"{sequenced} entries should be in the tree; {count} are.", record.address, None, LEAVES)
    if last is None:
        return
    tally.checkpoints += 1
    proof = inclusion_proof(last.entry)
    if proof is None:
        sentence = "The newest entry stands under no checkpoint: it was taken away."
        yield Finding("checkpoint", sentence, record.address, last.entry.n, CHECKPOINTS)
        return
    path, leaf, root = ([bytes.fromhex(h) for h in part] for part in (proof.path, [proof.leaf], [proof.head.root]))
    if not proves_inclusion(leaf[0], proof.index, proof.head.size, path, root[0]):
        sentence = f"The newest entry is not under the root over {proof.head.size} leaves."
        yield Finding("checkpoint", sentence, record.address, last.entry.n, CHECKPOINTS, field="root")
    why = signature_fault(keyring.public_keys(), proof.head, proof.key_id, proof.signature)
    if why:
        yield Finding("checkpoint", why, table=CHECKPOINTS, row=f"of size {proof.head.size}", field="signature")


def _leaf_differs(index: int, record_id: int | None, n: int | None) -> Finding:
    address = Record.objects.filter(pk=record_id or 0).values_list("address", flat=True).first() or "?"
    sentence = f"Leaf {index} was made of another entry than the one that stands here now."
    return Finding("leaf", sentence, address, n, LEAVES, str(index), "hash")


def _entries_without_leaf() -> Iterator[Finding]:
    in_tree = Head.objects.aggregate(total=Sum("sequenced"))["total"] or 0
    leaves = Leaf.objects.count()
    if in_tree == leaves:
        return
    yield Finding("leaf", f"The heads count {in_tree} entries in the tree; it has {leaves} leaves.", table=LEAVES)
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT_LEAF)
        for address, n in cursor.fetchall():
            yield Finding("leaf", "The leaf of this entry is gone.", address, n, LEAVES)
        cursor.execute(_BEYOND_THE_HEAD)
        for address, record_id, sequenced, n in cursor.fetchall():
            sentence = f"The head says that {sequenced} entries are in the tree; the tree has them up to #{n}."
            yield Finding("head", sentence, address, n, HEADS, str(record_id), "sequenced")


def _heads_outside_the_database(until: int | None) -> Iterator[Finding]:
    """Each head that left the database must still be in it, or its newest part was cut, or an older copy put back."""
    outside = witness.heads(until)
    while heads := list(islice(outside, PIECE)):
        sizes = [head["size"] for head in heads]
        stored = set(Checkpoint.objects.filter(size__in=sizes).values_list("size", "root", "signature"))
        for head in heads:
            if (head["size"], head["root"], head["signature"]) not in stored:
                sentence = (
                    f"The head over {head['size']} leaves, signed {head['made_at']}, left the database and is not "
                    "in it any more: entries were cut off with it, or an older copy of the database was put back."
                )
                yield Finding("checkpoint", sentence, table=CHECKPOINTS, row=f"of size {head['size']}")
