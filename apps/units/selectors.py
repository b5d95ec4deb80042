"""Reads of units, labels and containers."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet

from apps.audit.models import Record
from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.core.errors import Objection
from apps.core.prepared import Prepared
from apps.lineage.models import Edge
from apps.lineage.selectors import parents
from apps.organisation.models import User
from apps.organisation.selectors import visible_to
from apps.products.definition import Definition
from apps.products.definition.storage import StorageState
from apps.units import lifecycle, rules
from apps.units.facts import (
    Balance,
    Condition,
    Counted,
    Custody,
    Disposition,
    Fate,
    LabelFate,
    Moments,
    Stock,
    UnitKind,
    UnitsBalance,
)
from apps.units.models import ContainerIssue, ContainerLoss, Label, Reconciliation, Unit

# What the master record of its batch is read by.
OF_BATCH = ("batch__record", "batch__site", "batch__product_version__record", "batch__donation__donor")
OVER = (Custody.ADMINISTERED, Custody.DRAWN, Custody.DESTROYED)
NOT_THAWED = (Condition.FRESH, Condition.FROZEN)
# Of one batch, for its pages and decisions.
_DIVISIONS = Prepared(lambda batch: Unit.objects.filter(batch=batch).values_list("division"))
_FATES = Prepared(lambda batch: Label.objects.filter(batch=batch).values_list("fate"))
_ISSUED = Prepared(lambda batch: ContainerIssue.objects.filter(batch=batch).values_list("count"))
_LOST = Prepared(lambda batch: ContainerLoss.objects.filter(batch=batch).values_list("returned", "count"))
_RECONCILED = Prepared(lambda batch: Reconciliation.objects.filter(batch=batch).order_by("pk"))
_APPLIED = Prepared(
    lambda batch: (
        Label.objects.filter(batch=batch, fate=LabelFate.APPLIED)
        .exclude(unit=None)
        .select_related("unit")
        .order_by("pk")
    )
)
_RECORDS = Prepared(lambda batch: Record.objects.filter(pk__in=Unit.objects.filter(batch=batch).values("record")))


@dataclass(frozen=True)
class BalanceFacts:
    """A balance, and whether it was closed as it stands now."""

    balance: Balance
    reconciled: bool
    reconciled_at: datetime | None = None
    reconciled_by: str = ""
    reason: str = ""


@dataclass(frozen=True)
class DivisionFacts:
    """One division of the fill: planned against made."""

    key: str
    label_en: str
    label_zh: str
    planned: int
    made: int


@dataclass(frozen=True)
class UnitsPage:
    """Everything a page about the units of a batch shows."""

    units: tuple[Unit, ...]
    labels: tuple[Label, ...]
    divisions: tuple[DivisionFacts, ...]
    balances: tuple[BalanceFacts, ...]
    free_containers: int
    whereabouts: UnitsBalance
    objections: tuple[Objection, ...]


def visible_units(user: User, at: datetime) -> QuerySet[Unit]:
    """The units of the sites this person may see."""
    seen = Unit.objects.filter(batch__site__code__in=visible_to(user, at))
    return seen.select_related("record", "batch", "batch__record", "batch__site")


def units_of(batch: Batch) -> list[Unit]:
    """The units of a batch, in the order of their numbers."""
    return list(Unit.objects.filter(batch=batch).select_related("record", "fill").order_by("pk"))


def unit_records(batch: Batch) -> list[Record]:
    """The records of the units of a batch: who laid hands on them, and what a release touches."""
    return _RECORDS(batch.pk)


def units_now(units: Iterable[Unit]) -> list[Unit]:
    """These units as they are inside the door."""
    ids = [unit.pk for unit in units]
    found = Unit.objects.filter(pk__in=ids).select_related("record", "batch", "batch__record", "batch__site")
    return list(found.order_by("pk"))


def releasable_units(batch: Batch) -> list[Unit]:
    """The product units that a release sets free: in quarantine or released conditionally, neither used up nor gone."""
    waiting = Unit.objects.filter(
        batch=batch, kind=UnitKind.PRODUCT, disposition__in=[Disposition.QUARANTINED, Disposition.CONDITIONAL]
    )
    waiting = waiting.exclude(condition=Condition.SPENT).exclude(custody__in=OVER)
    return list(waiting.select_related("record", "batch").order_by("pk"))


def expiring_units(at: datetime, within: timedelta, sites: Collection[str] | None = None) -> QuerySet[Unit]:
    """What the store is warned of, soonest first: units there that expire soon or have; not those of a study."""
    found = Unit.objects.filter(expires_at__lte=at + within).exclude(custody__in=(*OVER, Custody.SET_APART))
    found = found.exclude(condition=Condition.SPENT).exclude(kind=UnitKind.RETAINED)
    if sites is not None:
        found = found.filter(batch__site__code__in=sites)
    return found.select_related("record", "batch", "batch__site").order_by("expires_at", "pk")


def clock_moments(batch: Batch, unit: Unit | None = None) -> Moments:
    """The instants from which the clocks of a unit count; without a unit those that come before the fill."""
    # What is made from a bank counts nothing from the collection of the tissue, which may lie years back.
    collected_at = batch.donation.collected_at if batch.donation and not batch.bank_id else None
    return Moments(collected_at, unit.filled_at, unit.frozen_at, unit.thawed_at) if unit else Moments(collected_at)


def packed_from(batch: Batch, definition: Definition) -> list[Unit]:
    """The units of the arms that were drawn to be packed as the kits of a batch; none where no kits are packed."""
    sources = parents(batch.record) if definition.preparation.blinded else []
    return list(Unit.objects.filter(record__in=sources, custody=Custody.DRAWN).order_by("pk"))


def expiry_at_fill(batch: Batch, definition: Definition, state: StorageState, filled_at: datetime) -> datetime:
    """Until when what is filled then is good. All kits end with the first source: their own expiry would tell it."""
    own = rules.expiry_in(state, definition.storage, clock_moments(batch), filled_at, ZoneInfo(batch.site.timezone))
    return min([own, *(unit.expires_at for unit in packed_from(batch, definition))])


def state_of_label(label: Label, definition: Definition) -> StorageState:
    """The storage state a label speaks of."""
    return definition.storage.state(label.storage_state) or rules.labelled_state(definition)


# --- labels and containers ------------------------------------------------------------------------------------------
def labels_of(batch: Batch) -> QuerySet[Label]:
    """The labels printed for a batch, in the order of printing."""
    return Label.objects.filter(batch=batch).select_related("unit").order_by("serial")


def labels_now(labels: Iterable[Label]) -> list[Label]:
    """These labels as they are inside the door."""
    ids = [label.pk for label in labels]
    return list(Label.objects.filter(pk__in=ids).select_related("record", "batch", "batch__record").order_by("serial"))


def waiting_labels(batch: Batch, numbers: Collection[str]) -> dict[str, Label]:
    """The printed label that waits for each of these unit numbers; the newest copy where there are several."""
    found = Label.objects.filter(batch=batch, unit_number__in=numbers, fate=LabelFate.PRINTED).order_by("copy")
    return {label.unit_number: label for label in found}


def free_containers(batch: Batch) -> int:
    """Containers issued to the batch that are neither filled nor lost nor returned."""
    balance = containers_balance(batch)
    return balance.made - balance.total


def containers_balance(batch: Batch) -> Balance:
    """Issued = filled + broken or rejected + returned."""
    issued, losses = sum(count for (count,) in _ISSUED(batch.pk)), _LOST(batch.pk)
    lost, given_back = (sum(count for returned, count in losses if returned is wanted) for wanted in (False, True))
    return rules.containers_balance(issued, len(_DIVISIONS(batch.pk)), lost, given_back)


def labels_balance(batch: Batch) -> Balance:
    """Printed = applied + destroyed + specimens."""
    fates = Counter(LabelFate(fate) for (fate,) in _FATES(batch.pk))
    return rules.labels_balance(fates)


def balance_of(batch: Batch, counted: Counted) -> Balance:
    """The balance of labels or of containers as it stands now."""
    return labels_balance(batch) if counted is Counted.LABELS else containers_balance(batch)


def balances_of(batch: Batch) -> tuple[BalanceFacts, ...]:
    """Both balances, and whether somebody has reconciled them as they stand now."""
    newest = {one.counted: one for one in _RECONCILED(batch.pk)}
    return tuple(_with_reconciliation(balance_of(batch, counted), newest.get(counted)) for counted in Counted)


def _with_reconciliation(balance: Balance, last: Reconciliation | None) -> BalanceFacts:
    if last is None:
        return BalanceFacts(balance, reconciled=False)
    same = (last.made, last.accounted) == (balance.made, dict(balance.accounted))
    # One that stays open was recorded with a reason; its event holds the certification until QA has answered it.
    return BalanceFacts(balance, same, last.reconciled_at, last.reconciled_by, last.reason)


# --- where the units are --------------------------------------------------------------------------------------------
def whereabouts(batch: Batch) -> UnitsBalance:
    """Made = administered + drawn + stored + tested + retained + shipped + destroyed, from the rows as they are now."""
    return whereabouts_of([batch])[batch.pk]


def whereabouts_of(batches: Collection[Batch]) -> dict[int, UnitsBalance]:
    """The balances of the units of several batches, by their key: three statements whatever their number."""
    made = Edge.objects.filter(parent__in=[batch.record_id for batch in batches], record__kind="unit")
    counted = dict(made.values_list("parent").annotate(n=Count("pk")).order_by())
    units = list(Unit.objects.filter(batch__in=batches))
    sampled = Edge.objects.filter(record__kind="sample", parent__in=[unit.record_id for unit in units])
    tested = set(sampled.values_list("parent", flat=True))
    fates: dict[int, dict[str, Fate | None]] = {batch.pk: {} for batch in batches}
    for unit in units:
        fates[unit.batch_id][unit.number] = lifecycle.fate_of(unit.facts, unit.record_id in tested)
    return {batch.pk: rules.units_balance(counted.get(batch.record_id, 0), fates[batch.pk]) for batch in batches}


# --- the units of a bank --------------------------------------------------------------------------------------------
def units_named(numbers: Collection[str], sites: Collection[str]) -> list[Unit]:
    """Units of these sites by their numbers."""
    found = Unit.objects.filter(number__in=numbers, batch__site__code__in=sites)
    return list(found.select_related("record", *OF_BATCH).order_by("pk"))


def units_in_stock(*banks: Batch) -> QuerySet[Unit]:
    """The units that can still be drawn, those that expire first before the others."""
    found = Unit.objects.filter(batch__in=banks, kind=UnitKind.PRODUCT, custody=Custody.IN_STORE)
    found = found.filter(condition__in=NOT_THAWED).exclude(disposition__in=(Disposition.REJECTED, Disposition.RECALLED))
    return found.order_by("expires_at", "pk")


def stock_of(bank: Batch) -> Stock:
    """How many units are left, kept back and drawn."""
    return stocks_of([bank])[bank.pk]


def stocks_of(batches: Collection[Batch]) -> dict[int, Stock]:
    """The stock of each of these that is a bank, by its key: two statements whatever their number."""
    drawn = Unit.objects.filter(batch__in=batches, custody=Custody.DRAWN)
    left, gone = _counted(units_in_stock(*batches)), _counted(drawn)
    kept = [(batch, definition_of_batch(batch).units.bank) for batch in batches]
    return {
        batch.pk: Stock(batch.number, bank.tier, bank.reserved, left.get(batch.pk, 0), gone.get(batch.pk, 0))
        for batch, bank in kept
        if bank
    }


def _counted(units: QuerySet[Unit]) -> dict[int, int]:
    return dict(units.order_by().values_list("batch").annotate(n=Count("pk")))


# --- the batch as a whole -------------------------------------------------------------------------------------------
def why_not_certifiable(batch: Batch) -> tuple[Objection, ...]:
    """What the units say against certification: nothing filled, a division too short, balances not reconciled."""
    made = Counter(division for (division,) in _DIVISIONS(batch.pk))
    definition = definition_of_batch(batch)
    short = rules.falls_short(made, definition)
    open_ones = [rules.is_not_reconciled(facts.balance.counted, facts.reconciled) for facts in balances_of(batch)]
    open_ones += _misnamed(batch, definition)
    return (*short, *(objection for objection in open_ones if objection))


def _misnamed(batch: Batch, definition: Definition) -> list[Objection | None]:
    """Labels on units that have come into a state of another name."""
    return [_misnames(label, label.unit, definition) for label in _APPLIED(batch.pk) if label.unit]


def _misnames(label: Label, unit: Unit, definition: Definition) -> Objection | None:
    now = definition.storage.state(unit.storage_state)
    return rules.bears_another_name(unit.number, state_of_label(label, definition), now) if now else None


def units_page(batch: Batch) -> UnitsPage:
    """The units of a batch with their labels and balances, frozen for a page."""
    units = tuple(units_of(batch))
    made = Counter(unit.division for unit in units)
    divisions = tuple(
        DivisionFacts(d.key, d.label.en, d.label.zh, d.planned, made.get(d.key, 0))
        for d in definition_of_batch(batch).units.divisions
    )
    labels, balances = tuple(labels_of(batch)), balances_of(batch)
    free, where = free_containers(batch), whereabouts(batch)
    return UnitsPage(units, labels, divisions, balances, free, where, why_not_certifiable(batch))
