"""Open holds and events: the one answer to "why can't I ...?"."""

from collections.abc import Iterable

from django.db.models import QuerySet

from apps.audit.models import Record
from apps.lineage.selectors import ancestor_ids
from apps.quality.facts import Blocks, EventState
from apps.quality.models import Event, Hold


def open_holds(records: Iterable[Record], blocking: Blocks | None = None) -> list[Hold]:
    """Holds on these records and on everything they were made from, oldest first."""
    records = list(records)
    ids = {record.pk for record in records} | ancestor_ids(records)
    holds = Hold.objects.filter(record__in=ids, lifted_at=None).select_related("record").order_by("placed_at", "pk")
    return [hold for hold in holds if blocking is None or blocking in hold.blocks]


def open_events(subject: Record) -> QuerySet[Event]:
    """Events of a record that QA has not answered yet."""
    return Event.objects.filter(subject=subject, state=EventState.OPEN).order_by("opened_at", "pk")
