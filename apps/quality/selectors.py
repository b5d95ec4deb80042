"""Open holds, events and deviations: the one answer to "why can't I ...?", and what waits for quality assurance."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import F, QuerySet

from apps.audit.models import Record
from apps.core.prepared import Prepared
from apps.lineage.selectors import ancestor_ids, ancestry_of
from apps.organisation.models import Site, User
from apps.organisation.selectors import visible_to
from apps.quality.facts import Blocks, DeviationState, EventState
from apps.quality.models import Deviation, Event, Hold
from apps.quality.rules import is_overdue

AT_ONCE = 30_000  # a statement of PostgreSQL takes 65,535 parameters, one of SQLite 32,766
_OPEN_HOLDS = Prepared(
    lambda records: (
        Hold.objects.filter(record__in=records, lifted_at=None).select_related("record").order_by("placed_at", "pk")
    )
)


def open_holds(records: Iterable[Record], blocking: Blocks | None = None) -> list[Hold]:
    """Holds on these records and on everything they were made from, oldest first."""
    records = list(records)
    ids = sorted({record.pk for record in records} | ancestor_ids(records))
    holds = [hold for some in range(0, len(ids), AT_ONCE) for hold in _OPEN_HOLDS(ids[some : some + AT_ONCE])]
    return sorted((hold for hold in holds if blocking is None or blocking in hold.blocks), key=_placed)


def _placed(hold: Hold) -> tuple[datetime, int]:
    return hold.placed_at, hold.pk


def held_among(records: Iterable[int], blocking: Blocks) -> set[int]:
    """Which of these records (by id) may not do this, for an open hold on them or on what they were made from.

    Two statements, however many records: of twenty units in a list each is asked, not one after the other.
    """
    pairs = ancestry_of(list(records))
    wanted = {"lifted_at": None, f"blocks_{blocking.lower()}": True}
    held = set(
        Hold.objects.filter(record__in={source for _one, source in pairs}, **wanted).values_list("record_id", flat=True)
    )
    return {one for one, source in pairs if source in held}


def open_events(subject: Record) -> QuerySet[Event]:
    """Events of a record that QA has not answered yet."""
    return Event.objects.filter(subject=subject, state=EventState.OPEN).order_by("opened_at", "pk")


def open_deviations(subject: Record) -> QuerySet[Deviation]:
    """Deviations of a record whose product impact is not signed yet: they hold certification."""
    return Deviation.objects.filter(subject=subject, state=DeviationState.OPEN).order_by("opened_at", "pk")


def visible_holds(user: User, at: datetime) -> QuerySet[Hold]:
    """Holds on the records of the person's sites."""
    return Hold.objects.filter(record__site__in=visible_to(user, at)).select_related("record")


def visible_events(user: User, at: datetime) -> QuerySet[Event]:
    """Events of the person's sites."""
    sites = visible_to(user, at)
    return Event.objects.filter(subject__site__in=sites).select_related("record", "subject", "deviation__record")


def visible_deviations(user: User, at: datetime) -> QuerySet[Deviation]:
    """Deviations of the person's sites."""
    sites = visible_to(user, at)
    return Deviation.objects.filter(subject__site__in=sites).select_related("record", "subject", "event__record")


def visible_record(user: User, address: str, at: datetime) -> Record | None:
    """The record at this address, when it belongs to one of the person's sites."""
    return Record.objects.filter(address=address, site__in=visible_to(user, at)).first()


def untriaged_events(at: datetime, sites: Collection[str] | None = None) -> list[Event]:
    """A duty of QA: open events that nobody judged within one working day."""
    events = Event.objects.filter(state=EventState.OPEN).select_related("record", "subject").order_by("opened_at", "pk")
    if sites is not None:
        events = events.filter(subject__site__in=sites)
    zones = dict(Site.objects.values_list("code", "timezone"))
    return [event for event in events if is_overdue(event.opened_at, zones.get(event.subject.site, "UTC"), at)]


def overdue_deviations(at: datetime, sites: Collection[str] | None = None) -> QuerySet[Deviation]:
    """A duty of QA: deviations that are not closed in time."""
    late = Deviation.objects.exclude(state=DeviationState.CLOSED).filter(due_at__lte=at)
    late = late.select_related("record", "subject", "event__record").order_by("due_at", "pk")
    return late if sites is None else late.filter(subject__site__in=sites)


def unanswered_holds(at: datetime, sites: Collection[str] | None = None) -> QuerySet[Hold]:
    """A duty of whoever may lift them: open holds whose time to be answered has passed, longest overdue first."""
    late = (
        Hold.objects.filter(lifted_at=None, due_at__lte=at).select_related("record").order_by(F("due_at").asc(), "pk")
    )
    return late if sites is None else late.filter(record__site__in=sites)
