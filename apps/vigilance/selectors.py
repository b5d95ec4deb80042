"""Reads of vigilance: complaints and adverse events of one's sites, what a record is named in, what waits."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from apps.audit.models import Record
from apps.batches.models import Batch
from apps.core.prepared import Prepared
from apps.dosing.models import Infusion
from apps.organisation.models import Site, User
from apps.organisation.selectors import visible_to
from apps.products.definition.base import Bilingual
from apps.products.models import ProductVersion
from apps.quality.facts import DeviationState, EventState
from apps.quality.models import Deviation, Event
from apps.units.models import Unit
from apps.units.rules import number_of_code
from apps.vigilance.facts import AdverseState, Category, ComplaintState
from apps.vigilance.models import AdverseEvent, Complaint, Concerned, FollowUpReport, ReportDuty, SafetyReport

SHOWN = 20  # the newest about one record; the lists have them all


@dataclass(frozen=True)
class TrendRow:
    """What came in about one product: complaints by category, adverse events, doses given in the same time."""

    key: str
    title: Bilingual
    complaints: tuple[int, ...]
    events: int
    serious: int
    doses: int

    @property
    def total(self) -> int:
        """All its complaints."""
        return sum(self.complaints)


YEAR = timedelta(days=365)
OF_AN_EVENT = ("record", "order__record", "order__site", "order__product_version", "recipient__record")


# --- complaints -------------------------------------------------------------------------------------------------------
def visible_complaints(user: User, at: datetime) -> QuerySet[Complaint]:
    """The complaints of the person's sites."""
    return Complaint.objects.filter(site__code__in=visible_to(user, at)).select_related("record", "site")


def complaint_now(complaint: Complaint) -> Complaint:
    """The complaint as it is inside the door."""
    return Complaint.objects.select_related("record", "site__record").get(pk=complaint.pk)


def concerned_of(complaint: Complaint) -> list[Concerned]:
    """The batches and units a complaint is about, each with the event that tells of it."""
    rows = Concerned.objects.filter(complaint=complaint).order_by("pk")
    told = ("batch__record", "batch__product_version", "unit", "event__record", "event__subject", "event__deviation")
    return list(rows.select_related(*told, "event__deviation__record"))


def events_of(rows: Iterable[Concerned]) -> list[Event]:
    """The events that tell of a complaint, one for each batch."""
    return list({row.event_id: row.event for row in rows}.values())


def unfinished(events: Collection[Event]) -> tuple[list[str], list[str]]:
    """Events that nobody judged yet, and deviations without their root cause, by number."""
    waiting = [event.record.number for event in events if event.state == EventState.OPEN]
    open_ones = Deviation.objects.filter(event__in=events).exclude(state=DeviationState.CLOSED)
    return waiting, [one.record.number for one in open_ones.select_related("record").order_by("pk")]


def named_by(text: str, sites: Collection[str]) -> Unit | Batch | None:
    """The unit, else the batch, that a scan or a number means, of one of these sites."""
    number = number_of_code(text)
    unit = Unit.objects.filter(number=number, batch__site__code__in=sites).select_related("record", "batch__record")
    batch = Batch.objects.filter(number=number.removeprefix("batch/"), site__code__in=sites)
    return unit.select_related("batch__site").first() or batch.select_related("record", "site").first()


def site_of_first(concerned: Sequence[Unit | Batch]) -> Site:
    """The site where the first of what is concerned was made."""
    first = concerned[0]
    return first.batch.site if isinstance(first, Unit) else first.site


def untriaged_complaints(
    sites: Collection[str] | None = None, *, late_at: datetime | None = None, but_of: str = ""
) -> QuerySet[Complaint]:
    """A duty of quality: complaints that nobody judged yet; a person's own wait for somebody else."""
    found = Complaint.objects.filter(state=ComplaintState.RECEIVED).exclude(recorded_by=but_of)
    return _of(found.select_related("record", "site"), "site__code", sites, late_at, "due_at")


def unclosed_complaints(sites: Collection[str]) -> QuerySet[Complaint]:
    """A duty of quality: complaints under investigation or answered, until they are closed."""
    found = Complaint.objects.filter(state__in=[ComplaintState.INVESTIGATED, ComplaintState.ANSWERED])
    return _of(found.select_related("record"), "site__code", sites, None, "due_at")


def trend_since(user: User, at: datetime, since: datetime) -> list[TrendRow]:
    """What came in since a day, product by product. A complaint that concerns two products counts for both."""
    named = Concerned.objects.filter(complaint__in=visible_complaints(user, at), complaint__received_at__gte=since)
    counted = named.values_list("batch__product_version__key", "complaint__category").order_by()
    complaints = {(key, category): n for key, category, n in counted.annotate(n=Count("complaint", distinct=True))}
    seen = visible_adverse_events(user, at).filter(known_at__gte=since).order_by()
    events = _by_product(seen, "order__product_version__key")
    serious = _by_product(seen.filter(is_serious=True), "order__product_version__key")
    given = Infusion.objects.filter(order__site__code__in=visible_to(user, at), started_at__gte=since).order_by()
    doses = _by_product(given, "order__product_version__key")
    keys = sorted({key for key, _category in complaints} | events.keys())
    versions = ProductVersion.objects.filter(key__in=keys).order_by("pk")
    titles = {one.key: Bilingual(en=one.title_en, zh=one.title_zh) for one in versions}
    return [
        TrendRow(
            key,
            titles[key],
            tuple(complaints.get((key, one), 0) for one in Category),
            events.get(key, 0),
            serious.get(key, 0),
            doses.get(key, 0),
        )
        for key in keys
    ]


def _by_product(rows: QuerySet, column: str) -> dict[str, int]:
    return dict(rows.values_list(column).annotate(n=Count("pk")))


# --- adverse events ---------------------------------------------------------------------------------------------------
def visible_adverse_events(user: User, at: datetime) -> QuerySet[AdverseEvent]:
    """The adverse events of the person's sites, under pseudonyms, as their orders."""
    return AdverseEvent.objects.filter(order__site__code__in=visible_to(user, at)).select_related(*OF_AN_EVENT)


def adverse_event_now(event: AdverseEvent) -> AdverseEvent:
    """The event as it is inside the door."""
    return AdverseEvent.objects.select_related(*OF_AN_EVENT).get(pk=event.pk)


def follow_ups_of(event: AdverseEvent) -> list[FollowUpReport]:
    """What was learned later, first to last."""
    return list(FollowUpReport.objects.filter(event=event).order_by("n"))


def reports_sent(event: AdverseEvent) -> list[SafetyReport]:
    """What went out about an event, first to last."""
    return list(SafetyReport.objects.filter(event=event).order_by("sent_at", "pk"))


def duties_for(event: AdverseEvent) -> list[ReportDuty]:
    """The reports that are or were due, soonest first."""
    return list(ReportDuty.objects.filter(event=event).select_related("report").order_by("due_at", "pk"))


def key_of(duty: ReportDuty) -> str:
    """How a form or a program names a duty."""
    return f"{duty.clock}:{duty.stage}"


def open_duties(sites: Collection[str] | None = None, *, late_at: datetime | None = None) -> QuerySet[ReportDuty]:
    """A duty of quality: reports that are due by a clock and not sent."""
    found = ReportDuty.objects.filter(report=None, withdrawn_at=None).select_related("event__record", "record")
    return _of(found, "record__site", sites, late_at, "due_at")


def unassessed_events(
    sites: Collection[str] | None = None, *, late_at: datetime | None = None
) -> QuerySet[AdverseEvent]:
    """A duty of physicians: adverse events that wait for their judgement."""
    found = AdverseEvent.objects.filter(state=AdverseState.UNASSESSED).select_related("record", "order")
    return _of(found, "record__site", sites, late_at, "assess_by")


def unclosed_events(sites: Collection[str]) -> QuerySet[AdverseEvent]:
    """A duty of quality: events that are assessed, of which no report is due, until they are closed."""
    waits = ReportDuty.objects.filter(event=OuterRef("pk"), report=None, withdrawn_at=None)
    found = AdverseEvent.objects.filter(~Exists(waits), state=AdverseState.ASSESSED).select_related("record", "order")
    return _of(found, "record__site", sites, None, "assess_by")


def _of(rows: QuerySet, site: str, sites: Collection[str] | None, late_at: datetime | None, due: str) -> QuerySet:
    if sites is not None:
        rows = rows.filter(**{f"{site}__in": sites})
    if late_at is not None:
        rows = rows.filter(**{f"{due}__lte": late_at})
    return rows.order_by(due, "pk")


# --- what a record is named in ----------------------------------------------------------------------------------------
def _complaints(about: Q) -> QuerySet[Complaint]:
    named = Concerned.objects.filter(about).values("complaint")
    return Complaint.objects.filter(pk__in=named).select_related("record").order_by("-pk")[:SHOWN]


def _adverse_events(about: Q) -> QuerySet[AdverseEvent]:
    found = AdverseEvent.objects.filter(about).values("pk")
    return AdverseEvent.objects.filter(pk__in=found).select_related("record", "order").order_by("-pk")[:SHOWN]


_KEPT = Q(order__reservations__freed_at=None)
_COMPLAINTS = {
    "unit": Prepared(lambda record: _complaints(Q(unit__record=record) | Q(unit=None, batch__units__record=record))),
    "batch": Prepared(lambda record: _complaints(Q(batch__record=record))),
}
_ADVERSE_EVENTS = {
    "unit": Prepared(lambda record: _adverse_events(_KEPT & Q(order__reservations__unit__record=record))),
    "batch": Prepared(lambda record: _adverse_events(_KEPT & Q(order__reservations__unit__batch__record=record))),
    "order": Prepared(lambda record: _adverse_events(Q(order__record=record))),
    "recipient": Prepared(lambda record: _adverse_events(Q(recipient__record=record))),
}


def complaints_about(record: Record) -> list[Complaint]:
    """The newest complaints that name a unit, its batch as a whole, or any unit of a batch."""
    read = _COMPLAINTS.get(record.kind)
    return read(record.pk) if read else []


def adverse_events_about(record: Record) -> list[AdverseEvent]:
    """The newest adverse events after a dose of a unit, of a batch, of an order or of a patient."""
    read = _ADVERSE_EVENTS.get(record.kind)
    return read(record.pk) if read else []
