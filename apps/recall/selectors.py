"""Reads of recalls: what a thing reaches, both ways; where it is; what is accounted for and what waits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from apps.audit.models import Record
from apps.core.errors import BadInput
from apps.core.rules import unknown
from apps.dosing.models import TreatmentOrder
from apps.inspection.rules import read_address
from apps.inspection.selectors.touching import touched_by
from apps.lineage.selectors import descendants_within
from apps.lookback.selectors import OUT, Affected, affected_units, orders_of_units
from apps.organisation.models import User
from apps.organisation.selectors import visible_to
from apps.recall.facts import Coverage, RecallState
from apps.recall.models import Recall, RecallLine
from apps.recall.rules import coverage
from apps.testing.models import Sample
from apps.units.facts import Custody
from apps.units.models import Unit

KINDS = ("lot", "donor", "donation", "equipment", "store", "shipment", "unit", "batch", "room")


@dataclass(frozen=True)
class Begins:
    """What a recall is opened from: a record of one's sites, or one position of a store."""

    record: Record
    place: str = ""


@dataclass(frozen=True)
class Reached:
    """Every unit that was made from a thing or touched by it, where it is, and who ordered it."""

    units: tuple[Unit, ...]
    found: Affected
    orders: dict[int, TreatmentOrder]

    @property
    def batches(self) -> list[str]:
        """The batches of these units."""
        return sorted({unit.batch.number for unit in self.units})


def begins_at(user: User, address: str, at: datetime) -> Begins:
    """What is named by its address, within one's sites. Raises BadInput beside the field."""
    read = read_address(address)
    place = read.place if read and read.place and read.record.startswith("store/") else ""
    record = Record.objects.filter(address=read.record if read else "", site__in=visible_to(user, at)).first()
    if record is None or record.kind not in KINDS or (read and read.place and not place):
        raise BadInput(unknown(address, "address"))
    return Begins(record, place)


def reached_from(begins: Begins) -> Reached:
    """By the trace: what was made from it, and from everything it touched; of a tested sample, all of its batch."""
    touched = {one.touched for one in touched_by(begins.record, begins.place)}
    samples = Sample.objects.filter(record__in=touched).values_list("batch__record", flat=True)
    starts = {begins.record.pk, *touched, *samples}
    asked = Unit.objects.filter(Q(record__in=starts) | Q(record__in=descendants_within(starts)))
    found = affected_units(asked)
    units = tuple(asked.select_related("record", "batch__record").order_by("number"))
    orders = {unit: order for order, numbers in orders_of_units(units).items() for unit in numbers}
    return Reached(units, found, {unit.pk: orders[unit.number] for unit in units if unit.number in orders})


def lines_from(recall: Recall, reached: Reached) -> list[RecallLine]:
    """One line for each unit: where it is, whom to ask, for which patient."""
    return [_line(recall, unit, reached) for unit in reached.units]


def _line(recall: Recall, unit: Unit, reached: Reached) -> RecallLine:
    order, shipment = reached.orders.get(unit.pk), reached.found.shipments.get(unit.pk)
    line = RecallLine(record=recall.record, recall=recall, unit=unit, custody=unit.custody)
    line.recipient = order.recipient if order else None
    left = unit.custody in OUT
    line.must_be_told = left or (order is not None and unit.custody != Custody.DESTROYED)
    line.whereabouts = shipment.receiver if left and shipment else unit.position
    if shipment and left:
        line.shipment = shipment.record
    told = [shipment.contact if shipment and left else "", order.ordered_name if order else ""]
    line.contact = ", ".join(one for one in told if one)[:200] if line.must_be_told else ""
    return line


def visible_recalls(user: User, at: datetime) -> QuerySet[Recall]:
    """The recalls of the person's sites."""
    found = Recall.objects.filter(record__site__in=visible_to(user, at))
    return found.select_related("record", "source", "site")


def lines_of(recall: Recall) -> list[RecallLine]:
    """Every unit, those first of which nobody knows yet."""
    rows = RecallLine.objects.filter(recall=recall).select_related("unit__batch", "recipient", "shipment", "record")
    return sorted(rows, key=lambda one: (one.outcome not in ("", "NOT_FOUND"), one.unit.number))


def lines_together(line: RecallLine) -> list[RecallLine]:
    """The lines that one call answers: the same patient, or the same shipment, and nobody reached yet."""
    same = Q(pk=line.pk)
    if line.recipient_id:
        same |= Q(recipient=line.recipient_id)
    elif line.shipment_id:
        same |= Q(shipment=line.shipment_id, recipient=None)
    rows = RecallLine.objects.filter(same, recall=line.recall_id, must_be_told=True, contacted_at=None)
    return list(rows.select_related("unit", "recipient", "record").order_by("pk"))


def coverage_of(lines: Sequence[RecallLine]) -> Coverage:
    """How much of it is accounted for."""
    return coverage([line.facts for line in lines])


def recall_now(recall: Recall) -> Recall:
    """The recall as it stands inside the door."""
    return Recall.objects.select_related("record", "source", "site__record").get(pk=recall.pk)


def line_now(line: RecallLine) -> RecallLine:
    """The line as it stands inside the door."""
    return RecallLine.objects.select_related("unit", "recipient", "record", "recall").get(pk=line.pk)


def open_recalls(sites: Collection[str] | None = None, *, late_at: datetime | None = None) -> QuerySet[Recall]:
    """A duty of quality: recalls that are not closed."""
    found = Recall.objects.filter(state=RecallState.OPEN).select_related("record", "source")
    if sites is not None:
        found = found.filter(record__site__in=sites)
    if late_at is not None:
        found = found.filter(due_at__lte=late_at)
    return found.order_by("due_at", "pk")
