"""The trail to take away: as a table, and as JSON that a stranger can verify with deploy/verify_proof.py."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import serialization

from apps.audit import keyring
from apps.audit.facts import InclusionProof, TreeHead
from apps.audit.models import Checkpoint, Entry, Record
from apps.audit.selectors import checkpoint_covering, entries_of, inclusion_proof, inclusion_proofs
from apps.audit.selectors.proofs import head_of
from apps.core.canonical import canonical, instant_text
from apps.core.tables import as_lines
from apps.inspection.facts import EntryView, Question
from apps.inspection.selectors.reading import entry_view

SCHEMA = "trail/1"
MOST_PROOFS = 1000
COLUMNS = (
    "record", "n", "at", "username", "printed_name", "kind", "role", "authenticated", "action", "table", "row",
    "reason", "before", "after", "request", "previous", "hash",
)  # fmt: skip


def as_table(entries: Iterable[Entry]) -> Iterator[str]:
    """The trail as lines of CSV."""
    return as_lines(COLUMNS, (_cells(entry_view(entry)) for entry in entries))


def _cells(view: EntryView) -> tuple[object, ...]:
    before = {change.name: change.before for change in view.changes} if view.is_change else {}
    after = {change.name: change.after for change in view.changes}
    return (
        view.address, view.n, instant_text(view.at), view.username, view.printed_name, view.kind, view.role,
        view.authenticated, view.action, view.table, view.row, view.reason, canonical(before) if before else "",
        canonical(after) if after else "", view.request, view.previous, view.hash,
    )  # fmt: skip


def proved_entries(entries: Sequence[Entry], question: Question, at: datetime) -> dict[str, Any]:
    """Entries of any chains, each with the proof that it stands under one signed head."""
    checkpoint = Checkpoint.objects.order_by("-size").first()
    proofs = inclusion_proofs(entries, checkpoint) if checkpoint else [None] * len(entries)
    asked = {name: str(value) for name, value in asdict(question).items() if value}
    members = [_member(entry, proof) for entry, proof in zip(entries, proofs, strict=True)]
    return {**_about(at, checkpoint, {"asked": asked}), "entries": members}


def proved_chain(record: Record, at: datetime) -> dict[str, Any]:
    """The whole chain of one record; the proof of its newest sequenced entry proves all before it."""
    told, members = _chain(record, at)
    return {**told, "entries": list(members)}


def proved_chain_text(record: Record, at: datetime) -> Iterator[str]:
    """The same as JSON, piece by piece, however long the chain is."""
    told, members = _chain(record, at)
    yield json.dumps(told, ensure_ascii=False, default=str)[:-1] + ', "entries": ['
    for number, member in enumerate(members):
        yield (",\n" if number else "\n") + json.dumps(member, ensure_ascii=False)
    yield "\n]}"


def _chain(record: Record, at: datetime) -> tuple[dict[str, Any], Iterator[dict[str, Any]]]:
    """What is said about a chain, and its entries as they are read."""
    proved = entries_of(record).filter(leaf__isnull=False).last()
    checkpoint = checkpoint_covering(record, proved.n) if proved else None
    members = (
        _member(entry, inclusion_proof(entry, checkpoint) if checkpoint and entry == proved else None)
        for entry in entries_of(record).select_related("record").iterator(chunk_size=500)
    )
    told = {"address": record.address, "kind": record.kind, "site": record.site, "opened_at": record.opened_at}
    return _about(at, checkpoint, {"record": {**told, "genesis": record.genesis}}), members


def _member(entry: Entry, proof: InclusionProof | None) -> dict[str, Any]:
    told = {"record": entry.record.address, "n": entry.n, "previous": entry.previous, "hash": entry.hash}
    leaf = {"index": proof.index, "path": list(proof.path)} if proof else None
    return {**told, "text": entry.text, "leaf": leaf}


def _about(at: datetime, checkpoint: Checkpoint | None, about: dict[str, Any]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "exported_at": instant_text(at),
        **about,
        "checkpoint": checkpoint_data(checkpoint) if checkpoint else None,
        "public_keys": public_keys() if checkpoint else {},
    }


def checkpoint_data(checkpoint: Checkpoint) -> dict[str, Any]:
    """A signed head with the exact text that was signed."""
    return signed_head(head_of(checkpoint), checkpoint.key_id, checkpoint.signature)


def signed_head(head: TreeHead, key_id: str, signature: str) -> dict[str, Any]:
    """The head of a proof, with the exact text that was signed."""
    told = {"size": head.size, "previous_size": head.previous_size, "root": head.root}
    signed = {"key_id": key_id, "signature": signature, "signed_text": head.text}
    return {**told, "made_at": instant_text(head.made_at), **signed}


def public_keys() -> dict[str, str]:
    """The keys that verify checkpoints, as PEM by their name."""
    return {
        name: key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        for name, key in keyring.public_keys().items()
    }
