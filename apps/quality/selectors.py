"""Open holds, events and deviations: the one answer to "why can't I ...?", and what waits for quality assurance."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import F, Q, QuerySet

from apps.audit.models import Record
from apps.core.prepared import Prepared
from apps.lineage.selectors import ancestor_ids, ancestry_of
from apps.organisation.models import Site, User
from apps.organisation.selectors import roles_held, visible_to
from apps.quality.facts import Blocks, CapaState, DeviationState, EventState
from apps.quality.models import Capa, Deviation, Event, Hold
from apps.quality.rules import is_overdue, one_working_day_after

AT_ONCE = 30_000  # a statement of PostgreSQL takes 65,535 parameters, one of SQLite 32,766
_OPEN_HOLDS = Prepared(
    lambda records: (
        Hold.objects.filter(record__in=records, lifted_at=None).select_related("record").order_by("placed_at", "pk")
    )
)


def _holding(blocking: Blocks) -> Prepared:
    open_ones = {"lifted_at": None, f"blocks_{blocking.lower()}": True}
    return Prepared(lambda records: Hold.objects.filter(record__in=records, **open_ones).values_list("record"))


_HELD = {blocking: _holding(blocking) for blocking in Blocks}


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
    sources = sorted({source for _one, source in pairs})
    pieces = (sources[some : some + AT_ONCE] for some in range(0, len(sources), AT_ONCE))
    held = {source for piece in pieces for (source,) in _HELD[blocking](piece)}
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


def answer_due_of(event: Event) -> datetime:
    """Until when an event was to be judged: within one working day of its site."""
    zone = Site.objects.filter(code=event.subject.site).values_list("timezone", flat=True).first()
    return one_working_day_after(event.opened_at, zone or "UTC")


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


# --- corrective and preventive actions ------------------------------------------------------------------------------
def visible_capas(user: User, at: datetime) -> QuerySet[Capa]:
    """The actions of the person's sites."""
    return Capa.objects.filter(record__site__in=visible_to(user, at)).select_related("record", "source", "subject")


def capa_now(capa: Capa) -> Capa:
    """The action as it is inside the door."""
    return Capa.objects.select_related("record", "source", "subject").get(pk=capa.pk)


def capas_of(source: Record) -> QuerySet[Capa]:
    """The actions out of a deviation or an investigation."""
    return Capa.objects.filter(source=source).select_related("record", "source").order_by("pk")


def capas_about(subject: Record) -> QuerySet[Capa]:
    """The actions out of everything that concerned a batch or another record."""
    return Capa.objects.filter(subject=subject).select_related("record", "source").order_by("pk")


def overdue_capas(at: datetime, sites: Collection[str] | None = None) -> QuerySet[Capa]:
    """A duty: actions not carried out in time, and those whose effect nobody judged in time."""
    not_done = Q(state=CapaState.OPEN, due_at__lte=at)
    not_judged = Q(state=CapaState.DONE, check_at__lte=at)
    late = Capa.objects.filter(not_done | not_judged).select_related("record", "source").order_by("due_at", "pk")
    return late if sites is None else late.filter(record__site__in=sites)


def member_at(username: str, site: str, at: datetime) -> User | None:
    """Somebody who holds a role at a site, by user name."""
    grant = roles_held(at).filter(site__code=site, user__username=username).select_related("user").first()
    return grant.user if grant else None


def members_at(site: str, at: datetime) -> list[User]:
    """Everybody who holds a role at a site, by name."""
    held = roles_held(at).filter(site__code=site).values("user")
    return list(User.objects.filter(pk__in=held).order_by("printed_name", "pk"))
