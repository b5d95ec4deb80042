"""Tying a record to what it was made from."""

from collections.abc import Iterable

from apps.audit.models import Record
from apps.audit.services import Change
from apps.lineage.models import Edge


def link(change: Change, *, children: Iterable[Record], parent: Record) -> list[Edge]:
    """Record that these things were made from that one. The children must be touched or new in this change."""
    return change.create_many([Edge(record=child, parent=parent) for child in children], action="lineage.linked")
