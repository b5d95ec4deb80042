"""The manifest of a pool, as it stands and as the rules see it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count

from apps.audit.models import Record
from apps.batches.facts.words import StepState
from apps.batches.models import Batch, Pooled, RecordedValue, Step
from apps.batches.rules.pooling import PoolLine, against_closing
from apps.batches.selectors.plans import plan_of
from apps.core.errors import Objection
from apps.donation.facts import Eligibility
from apps.donation.models import Donation
from apps.donation.selectors import tested_again
from apps.products.definition import Step as ProductStep
from apps.products.facts import Place, StepAct
from apps.quality.facts import Blocks
from apps.quality.models import Hold


@dataclass(frozen=True)
class PoolFacts:
    """A pool as it stands."""

    step: Place
    donors: int
    least: int
    total: Decimal
    recorded: Decimal | None
    against: tuple[Objection, ...]
    is_open: bool


def manifest_of(batch: Batch) -> list[Pooled]:
    """The donations that are in the pool of a batch, in the order in which they were entered."""
    found = Pooled.objects.filter(batch=batch, taken_out_at=None)
    return list(found.select_related("donation__record", "donation__donor__record").order_by("pk"))


def taken_out_of(batch: Batch) -> list[Pooled]:
    """What was taken out again before the pool closed."""
    found = Pooled.objects.filter(batch=batch, taken_out_at__isnull=False)
    return list(found.select_related("donation").order_by("pk"))


def pooled_anywhere(donations: Iterable[Donation]) -> set[str]:
    """The numbers of those that lie in a pool by now."""
    found = Pooled.objects.filter(donation__in=list(donations), taken_out_at=None)
    return set(found.values_list("donation__din", flat=True))


def donations_at(batch: Batch, dins: Collection[str]) -> dict[str, Donation]:
    """The donations with these numbers at the site of a batch."""
    found = Donation.objects.filter(din__in=list(dins), site=batch.site).select_related("record", "donor__record")
    return {one.din: one for one in found}


def pool_step(batch: Batch) -> Place | None:
    """The step in which the donations of a batch come together; None where it is made from one."""
    steps = plan_of(batch).definition.walk()
    return next((one.place for one in steps if StepAct.POOL in one.step.acts), None)


def closes_a_pool(step: ProductStep) -> bool:
    """Whether a step is complete only with a manifest that holds."""
    return StepAct.POOL in step.acts


def lines_of(batch: Batch, rows: Iterable[Pooled]) -> list[PoolLine]:
    """The manifest as the rules see it: eligibility, holds, later tests and other donations of each donor."""
    rows = list(rows)
    definition = plan_of(batch).definition
    donors = {row.donation.donor for row in rows}
    holds, again = _holds(rows), tested_again(donors, definition)
    given = Donation.objects.filter(donor__in=donors).values("donor").annotate(n=Count("pk"))
    counted = {one["donor"]: one["n"] for one in given}
    return [_line(row, holds, again.get(row.donation.donor_id), counted) for row in rows]


def pool_mass(batch: Batch, step: Place) -> Decimal | None:
    """The mass of the pool as it was weighed."""
    pool = plan_of(batch).definition.preparation.pool
    if pool is None:
        return None
    found = RecordedValue.objects.filter(batch=batch, place=str(step.at(pool.mass))).order_by("pk").last()
    return found.number if found else None


def pooled_in(batch: Batch) -> list[Record]:
    """The donations and donors that an open pool of a batch relies on; nothing where it is made from one donation."""
    return [] if batch.donation_id or batch.bank_id else _records_in(manifest_of(batch))


def _records_in(rows: Iterable[Pooled]) -> list[Record]:
    found = {one.pk: one for row in rows for one in (row.donation.record, row.donation.donor.record)}
    return list(found.values())


def _line(row: Pooled, holds: dict[int, list[Hold]], again: datetime | None, counted: dict[int, int]) -> PoolLine:
    donation = row.donation
    held = (*holds[donation.record_id], *holds[donation.donor.record_id])
    kept_back = again - donation.collected_at if again else None
    eligible = Eligibility(donation.eligibility) is Eligibility.ELIGIBLE
    others = counted.get(donation.donor_id, 1) - 1
    return PoolLine(donation.din, donation.donor.number, row.mass, eligible, held, kept_back, others)


def _holds(rows: Iterable[Pooled]) -> dict[int, list[Hold]]:
    found: dict[int, list[Hold]] = defaultdict(list)
    records = [record.pk for record in _records_in(rows)]
    for hold in Hold.objects.filter(record__in=records, lifted_at=None).order_by("pk"):
        if hold.blocks & {Blocks.PROCESS, Blocks.USE}:
            found[hold.record_id].append(hold)
    return found


def pool_facts(batch: Batch, rows: Collection[Pooled]) -> PoolFacts | None:
    """A pool as it is shown: donors, masses, what is against closing it; None where there is no pool."""
    pool, place = plan_of(batch).definition.preparation.pool, pool_step(batch)
    if pool is None or place is None:
        return None
    lines, recorded = lines_of(batch, rows), pool_mass(batch, place)
    state = Step.objects.filter(batch=batch, place=str(place)).values_list("state", flat=True).first()
    is_open = state == StepState.OPEN
    return PoolFacts(
        place,
        len({line.donor for line in lines}),
        pool.donors_at_least,
        sum((line.mass for line in lines), Decimal(0)),
        recorded,
        tuple(against_closing(lines, recorded, pool)) if is_open else (),
        is_open,
    )
