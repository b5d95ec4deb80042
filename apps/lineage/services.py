"""Tying a record to what it was made from."""

from collections.abc import Iterable

from apps.audit.models import Record
from apps.audit.services import Change
from apps.core.errors import Objection, RuleBroken
from apps.core.text import N_
from apps.lineage.models import Edge
from apps.lineage.selectors import ancestor_ids


def link(change: Change, *, children: Iterable[Record], parent: Record) -> list[Edge]:
    """Record that these things were made from that one. The children must be touched or new in this change.

    Nothing is made from itself, nor from what was made from it. Raises RuleBroken.
    """
    children = list(children)
    sources = {parent.pk} | ancestor_ids([parent])
    circular = [child.address for child in children if child.pk in sources]
    if circular:
        template = N_("{parent} was itself made from {children}.")
        raise RuleBroken(
            Objection("circular_lineage", template, {"parent": parent.address, "children": ", ".join(circular)})
        )
    return change.create_many([Edge(record=child, parent=parent) for child in children], action="lineage.linked")
