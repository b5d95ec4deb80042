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
    return link_all(change, children=children, parents=[parent])


def link_once(change: Change, *, child: Record, parent: Record) -> None:
    """The same for what goes in by and by, as a lot of material: the first time ties it, a further one adds nothing."""
    if not Edge.objects.filter(record=child, parent=parent).exists():
        link(change, children=[child], parent=parent)


def link_all(change: Change, *, children: Iterable[Record], parents: Iterable[Record]) -> list[Edge]:
    """Each of these things was made from all of those: as `link`, in two statements however many they are."""
    children, parents = list(children), list(parents)
    sources = {parent.pk for parent in parents} | ancestor_ids(parents)
    circular = [child.address for child in children if child.pk in sources]
    if circular:
        template = N_("{parent} was itself made from {children}.")
        said = {"parent": ", ".join(parent.address for parent in parents), "children": ", ".join(circular)}
        raise RuleBroken(Objection("circular_lineage", template, said))
    edges = [Edge(record=child, parent=parent) for parent in parents for child in children]
    return change.create_many(edges, action="lineage.linked")
