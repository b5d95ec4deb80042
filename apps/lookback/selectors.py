"""Reads of looking back: what was made of a donor's donations and where it is now; what is not answered yet."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.expressions import RawSQL

from apps.batches.models import Batch, Pooled
from apps.core.roles import Role
from apps.donation.models import Donation
from apps.donation.rules import REACTIVE
from apps.dosing.models import Reservation, TreatmentOrder
from apps.identity.models import Donor, Recipient
from apps.lineage.selectors import descendants_within
from apps.lookback.facts import Finding
from apps.lookback.models import FailureReport, LookBack, PhysicianNotice, RecallDuty
from apps.organisation.models import User
from apps.organisation.selectors import people_with, visible_to
from apps.quality.models import Hold
from apps.supply.facts import SupplyState
from apps.supply.models import NamedSupply, SuppliedUnit
from apps.transport.models import Shipment, ShippedUnit
from apps.units.facts import Custody, Disposition
from apps.units.lifecycle import ISSUABLE
from apps.units.models import Unit

STOCK = (Custody.IN_STORE, Custody.RESERVED, Custody.SET_APART)
OUT = (Custody.IN_TRANSIT, Custody.AT_SITE, Custody.ADMINISTERED)


@dataclass(frozen=True)
class Affected:
    """Everything that a look-back reaches: batches, what is held in stock, what is out or destroyed, who got it."""

    donations: tuple[Donation, ...]
    batches: tuple[Batch, ...]
    stock: tuple[Unit, ...]
    out: tuple[Unit, ...]
    destroyed: int
    shipments: dict[int, Shipment]
    recipients: dict[int, Recipient]

    @property
    def patients(self) -> list[Recipient]:
        """The patients who got one of these units, or for whom one is kept."""
        return sorted({one.pk: one for one in self.recipients.values()}.values(), key=lambda one: one.number)


def visible_look_backs(user: User, at: datetime) -> QuerySet[LookBack]:
    """The look-backs of the person's sites."""
    seen = LookBack.objects.filter(record__site__in=visible_to(user, at))
    return seen.select_related("record", "donor__site", "batch__site").annotate(
        open=Count("duties", filter=Q(duties__answer=""))
    )


def duties_of(look_back: LookBack) -> QuerySet[RecallDuty]:
    """Every unit that was out, those without an answer first."""
    return _in_order(look_back.duties.all())


def with_duties(look_backs: QuerySet[LookBack]) -> QuerySet[LookBack]:
    """Look-backs with their duties, notices and reports, read at once for all of them."""
    told = PhysicianNotice.objects.select_related("order", "recipient").order_by("acknowledged_at", "pk")
    duties = Prefetch("duties", _in_order(RecallDuty.objects.all()))
    return look_backs.select_related("report").prefetch_related(duties, Prefetch("notices", told))


def _in_order(duties: QuerySet[RecallDuty]) -> QuerySet[RecallDuty]:
    return duties.select_related("unit", "shipment", "recipient", "record").order_by("answer", "unit__number")


def donations_in(donor: Donor, finding: Finding) -> list[Donation]:
    """The donations that a finding concerns; a day begins where the donor gave."""
    found = Donation.objects.filter(donor=donor).select_related("record").order_by("pk")
    if finding.since:
        begins = datetime.combine(finding.since, time.min, ZoneInfo(donor.site.timezone))
        found = found.filter(collected_at__gte=begins)
    return list(found)


def affected_by(donations: Iterable[Donation]) -> Affected:
    """What was made of these donations, unit by unit."""
    donations = tuple(donations)
    made = descendants_within([donation.record_id for donation in donations])
    return affected_units(Unit.objects.filter(record__in=made), donations, _batches(donations, made))


def affected_in(batch: Batch) -> Affected:
    """The same of one batch: its units and, where units of a bank were drawn, everything that was made from them."""
    made = descendants_within([batch.record_id])
    batches = Batch.objects.filter(Q(pk=batch.pk) | Q(record__in=made)).order_by("number")
    return affected_units(Unit.objects.filter(record__in=made), (), tuple(batches))


def affected_units(
    asked: QuerySet[Unit], donations: tuple[Donation, ...] = (), batches: tuple[Batch, ...] = ()
) -> Affected:
    """Where these units are, and whose: the same for whatever calls them back."""
    units = list(asked.select_related("record", "batch").order_by("number"))
    return Affected(
        donations,
        batches,
        tuple(unit for unit in units if unit.custody in STOCK),
        tuple(unit for unit in units if unit.custody in OUT),
        sum(unit.custody == Custody.DESTROYED for unit in units),
        _shipments(units),
        _recipients(units),
    )


def _batches(donations: Collection[Donation], made: RawSQL) -> tuple[Batch, ...]:
    """The batches that were made of these donations, and those in whose open pool one of them lies."""
    pools = Pooled.objects.filter(donation__in=donations, taken_out_at=None).values("batch")
    return tuple(Batch.objects.filter(Q(record__in=made) | Q(pk__in=pools)).order_by("number"))


def _shipments(units: Collection[Unit]) -> dict[int, Shipment]:
    """The last shipment of each unit."""
    lines = ShippedUnit.objects.filter(unit__in=[unit.pk for unit in units]).select_related("shipment__record")
    return {line.unit_id: line.shipment for line in lines.order_by("pk")}


def _recipients(units: Collection[Unit]) -> dict[int, Recipient]:
    return {unit.pk: order.recipient for unit, order in _meant_for(units)}


def unanswered_recalls(
    sites: Collection[str] | None = None, *, late_at: datetime | None = None
) -> QuerySet[RecallDuty]:
    """A duty of quality: units that were out and of which nobody has said what became of them."""
    found = RecallDuty.objects.filter(answer="").select_related(
        "unit", "look_back__donor", "look_back__batch", "record"
    )
    if sites is not None:
        found = found.filter(record__site__in=sites)
    if late_at is not None:
        found = found.filter(due_at__lte=late_at)
    return found.order_by("due_at", "pk")


def awaiting_look_back(sites: Collection[str]) -> QuerySet[Hold]:
    """A duty of quality: donors of whom a result failed after they were found eligible, and nobody looked back."""
    found = Hold.objects.filter(lifted_at=None, key__startswith=REACTIVE, record__kind="donor", record__site__in=sites)
    return found.select_related("record").order_by("placed_at", "pk")


# --- a batch that failed late -----------------------------------------------------------------------------------------
FAILED_LATE = "failed:"


def late_failures(*, placed_before: datetime | None = None) -> list[Hold]:
    """Tests that failed after units were let go, and of which no look-back tells yet: each time anew."""
    told = LookBack.objects.filter(batch__isnull=False, hold=None)  # opened before it was kept which hold it answers
    known = {(record, f"{FAILED_LATE}{test}") for record, test in told.values_list("batch__record", "test")}
    let_go = Unit.objects.filter(batch__record=OuterRef("record"), disposition__in=[*ISSUABLE, Disposition.RECALLED])
    holds = Hold.objects.filter(
        Exists(let_go), lifted_at=None, key__startswith=FAILED_LATE, record__kind="batch", look_back=None
    )
    if placed_before is not None:
        holds = holds.filter(placed_at__lte=placed_before)
    return [one for one in holds.select_related("record").order_by("pk") if (one.record_id, one.key) not in known]


def orders_of_units(units: Collection[Unit]) -> dict[TreatmentOrder, list[str]]:
    """The orders for which these units are kept or were let go, or were when they were given, each with its units."""
    found: dict[TreatmentOrder, list[str]] = {}
    for unit, order in _meant_for(units):
        found.setdefault(order, []).append(unit.number)
    return found


def _meant_for(units: Collection[Unit]) -> list[tuple[Unit, TreatmentOrder]]:
    """Each unit with the order it is kept for, and with that for which it was let go without certification."""
    known = {unit.pk: unit for unit in units}
    kept = Reservation.objects.filter(unit__in=known, freed_at=None).values_list("unit", "order__record")
    let_go = SuppliedUnit.objects.filter(unit__in=known, supply__state=SupplyState.SUPPLIED)
    meant = sorted({*kept, *let_go.values_list("unit", "supply__order")})
    asked = TreatmentOrder.objects.filter(record__in={order for _unit, order in meant})
    orders = {order.record_id: order for order in asked.select_related("record", "recipient")}
    return [(known[unit], orders[order]) for unit, order in meant]


def theirs_to_read(username: str) -> Q:
    """The notices about whom this physician treats: ordered for, agreed for, or was named as a deputy for."""
    ordered = TreatmentOrder.objects.filter(ordered_by=username).values("record")
    agreed = NamedSupply.objects.filter(agreed_by=username, state=SupplyState.SUPPLIED).values("order")
    return Q(deputy=username) | Q(order__in=ordered) | Q(order__in=agreed)


def physicians_at(look_back: LookBack, at: datetime) -> QuerySet[User]:
    """Who may be named as a deputy."""
    return people_with(Role.PHYSICIAN, look_back.record.site, at)


def notice_now(notice: PhysicianNotice) -> PhysicianNotice:
    """The notice as it stands inside the door."""
    return PhysicianNotice.objects.select_related("record", "order", "look_back__record").get(pk=notice.pk)


def unread_notices(
    sites: Collection[str] | None = None, *, late_at: datetime | None = None
) -> QuerySet[PhysicianNotice]:
    """A duty of physicians: patients of theirs got, or were to get, what has failed; nobody has said it is known."""
    found = PhysicianNotice.objects.filter(acknowledged_at=None)
    found = found.select_related("look_back__batch", "order", "recipient", "record")
    if sites is not None:
        found = found.filter(record__site__in=sites)
    if late_at is not None:
        found = found.filter(due_at__lte=late_at)
    return found.order_by("due_at", "pk")


def notices_of(look_back: LookBack) -> QuerySet[PhysicianNotice]:
    """Who has to be told, those who have not read it first."""
    return look_back.notices.select_related("order", "recipient", "record").order_by("acknowledged_at", "pk")


def unsent_reports(sites: Collection[str] | None = None, *, late_at: datetime | None = None) -> QuerySet[FailureReport]:
    """A duty of quality: what failed after units had left, and sponsor and authority are not told yet."""
    found = FailureReport.objects.filter(sent_at=None).select_related("look_back", "record")
    if sites is not None:
        found = found.filter(record__site__in=sites)
    if late_at is not None:
        found = found.filter(due_at__lte=late_at)
    return found.order_by("due_at", "pk")


def reports_of(look_back: LookBack) -> QuerySet[FailureReport]:
    """The report of a look-back from a batch; one from a donor has none."""
    return FailureReport.objects.filter(look_back=look_back).select_related("record")
