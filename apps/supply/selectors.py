"""Reads of supply to named patients: where the tests stand, which units are free, for whom a unit was let go."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, QuerySet

from apps.audit.models import Record
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.batches.selectors.banking import bank_in_the_way
from apps.batches.selectors.plans import definition_of_batch
from apps.core.errors import Objection
from apps.donation.facts import Eligibility
from apps.donation.models import Donation
from apps.donation.rules import ELIGIBILITY, undecided_key
from apps.organisation.models import User
from apps.organisation.selectors import visible_to
from apps.products.definition.base import Span
from apps.quality.facts import Blocks
from apps.quality.models import Hold
from apps.quality.rules import has_open_holds
from apps.quality.selectors import open_holds
from apps.release.rules import findings_left
from apps.release.selectors import review_page
from apps.supply import rules
from apps.supply.facts import Route, SupplyState, TestFacts
from apps.supply.models import NamedSupply, Outstanding, SuppliedUnit
from apps.testing.facts import PASSING, RunState, Standing
from apps.testing.models import Result
from apps.testing.selectors import TestOutcome, outcomes_of
from apps.units.facts import Custody, Disposition
from apps.units.lifecycle import ISSUABLE, PRESENT
from apps.units.models import Unit
from apps.units.selectors import releasable_units, why_not_certifiable

STANDING = (SupplyState.AGREED, SupplyState.DECIDED)
FORBIDS = {Blocks.CERTIFY, Blocks.ISSUE, Blocks.USE}


@dataclass(frozen=True)
class Overdue:
    """A test of a supplied batch that is not in although its day has passed; all in: the final certification waits."""

    supply: NamedSupply
    test: str
    label: str
    label_zh: str
    due_at: datetime

    @property
    def words(self) -> dict[str, str]:
        """What an alert says of it."""
        said = {"test": self.label, "test_zh": self.label_zh}
        return {"supply": self.supply.number, "batch": self.supply.batch.number, **said}


def visible_supplies(user: User, at: datetime) -> QuerySet[NamedSupply]:
    """The supplies of the person's sites, newest first."""
    seen = NamedSupply.objects.filter(record__site__in=visible_to(user, at))
    return seen.select_related("record", "order", "recipient", "batch__record", "batch__site").order_by("-pk")


def supply_now(supply: NamedSupply) -> NamedSupply:
    """The supply as it stands inside the door."""
    rows = NamedSupply.objects.select_related("record", "order", "recipient", "batch__record", "batch__site")
    return rows.get(pk=supply.pk)


def supplies_for(order: int) -> list[NamedSupply]:
    """What the physician agreed to for an order, by the key of its record."""
    return list(NamedSupply.objects.filter(order=order).select_related("batch", "record").order_by("pk"))


def standing_supplies(order: Record) -> list[NamedSupply]:
    """What was agreed or decided for an order and is not let go yet."""
    rows = NamedSupply.objects.filter(order=order, state__in=STANDING)
    return list(rows.select_related("record").order_by("pk"))


def tests_of(batch: Batch) -> list[TestFacts]:
    """Every required test of the batch, with what the master record says of its being outstanding."""
    conditional = definition_of_batch(batch).release.conditional
    due = {one.test: one.due for one in conditional.outstanding} if conditional.allowed else {}
    rapid = frozenset(conditional.rapid_tests)
    return [_facts(one, due.get(one.test.key), rapid) for one in outcomes_of(batch) if one.required]


def _facts(outcome: TestOutcome, due: Span | None, rapid: Collection[str]) -> TestFacts:
    return TestFacts(
        key=outcome.test.key,
        label=outcome.test.label.en,
        label_zh=outcome.test.label.zh,
        standing=outcome.standing,
        due_at=due.after(_drawn_at(outcome)) if due and outcome.samples and _is_running(outcome) else None,
        may_be_outstanding=due is not None,
        is_rapid=outcome.test.key in rapid,
        shows_a_failure=any(_fails(result) for result in outcome.results),
    )


def _is_running(outcome: TestOutcome) -> bool:
    return outcome.standing in rules.RUNNING


def _fails(result: Result) -> bool:
    """Whatever the run came to, but for one that is invalid."""
    return result.verdict not in PASSING and result.line.run.state != RunState.INVALID


def _drawn_at(outcome: TestOutcome) -> datetime:
    return max(sample.drawn_at for sample in outcome.samples)


def excused_tests(supply: NamedSupply) -> list[TestFacts]:
    """The tests that have not passed and may not have, on this way."""
    return rules.excused_by(Route(supply.route), tests_of(supply.batch))


def free_units(batch: Batch) -> list[Unit]:
    """The product units in quarantine that no standing or finished decision names for somebody."""
    named = SuppliedUnit.objects.exclude(supply__state=SupplyState.WITHDRAWN).values("unit")
    taken = set(named.filter(unit__batch=batch).values_list("unit", flat=True))
    free = [unit for unit in releasable_units(batch) if unit.disposition == Disposition.QUARANTINED]
    return [unit for unit in free if unit.pk not in taken and unit.custody != Custody.SET_APART]


def let_go_beside(supply: NamedSupply) -> list[Unit]:
    """The units of the batch that were let go otherwise, and are still there."""
    others = Unit.objects.filter(batch=supply.batch, disposition__in=list(ISSUABLE), custody__in=list(PRESENT))
    return list(others.exclude(supplies__supply=supply).select_related("record").order_by("pk"))


def units_in(supply: NamedSupply) -> list[Unit]:
    """The units that the decision names."""
    return list(Unit.objects.filter(supplies__supply=supply).select_related("record", "batch").order_by("number"))


def why_not(supply: NamedSupply) -> list[Objection]:
    """Everything about the batch that stands against letting it go, whoever asks."""
    batch, route = supply.batch, Route(supply.route)
    tests = tests_of(batch)
    found = [
        rules.is_not_foreseen(route, definition_of_batch(batch)),
        rules.is_not_reviewed(BatchState(batch.state)),
        *rules.tests_in_the_way(route, tests),
        *rules.failed_since(route, supply.failing, tests),
        rules.donor_in_the_way(route, donor_of(batch)),
        rules.decided_since(route, supply.donor_when_asked, donor_of(batch)),
        findings_left(review_page(batch).left_in_the_record),
        *why_not_certifiable(batch),
        *bank_in_the_way(batch),
        _other_holds(batch, route, rules.excused_by(route, tests)),
    ]
    return [one for one in found if one]


def _other_holds(batch: Batch, route: Route, excused: Iterable[TestFacts]) -> Objection | None:
    """Every hold on the batch or its sources, but for those of the tests that are excused.

    That a test has failed late is excused where it is what the physician asked about; where it is called outstanding
    again, quality lifts that hold first. A root cause that is looked for keeps from certification, which never comes on
    the exceptional way.
    """
    keys = {f"{word}:{one.key}" for one in excused for word in rules.words_excused(one)}
    holds = [hold for hold in open_holds([batch.record]) if hold.blocks & FORBIDS]
    if route is Route.EXCEPTIONAL:
        holds = [hold for hold in holds if not hold.key.startswith("root_cause:")]
    if route is Route.URGENT:
        holds = [hold for hold in holds if not is_of_the_donor(hold, batch)]
    return has_open_holds([h for h in holds if h.record_id != batch.record_id or h.key not in keys])


def is_of_the_donor(hold: Hold, batch: Batch) -> bool:
    """Whether a hold waits for the decision about the donor of this batch, or is what became of it by urgent use."""
    return bool(batch.donation) and hold.key in (ELIGIBILITY, undecided_key(batch.din))


def donor_of(batch: Batch) -> Eligibility | None:
    """What was decided about the donation of a batch, as it is now; None where it has none of its own."""
    found = Donation.objects.filter(pk=batch.donation_id).values_list("eligibility", flat=True).first()
    return Eligibility(found) if found else None


def made_beside(supply: NamedSupply) -> list[Batch]:
    """The other batches of the same donation, but for those of which units went out by urgent use themselves."""
    others = Batch.objects.filter(donation=supply.batch.donation_id).exclude(pk=supply.batch.pk)
    urgent = NamedSupply.objects.filter(route=Route.URGENT, state=SupplyState.SUPPLIED).values("batch")
    return list(others.exclude(pk__in=urgent).select_related("record").order_by("pk"))


def urgent_supplies(sites: Collection[str] | None = None) -> QuerySet[NamedSupply]:
    """A duty of physicians: urgent uses whose physician does not know yet what was decided about the donor."""
    rows = NamedSupply.objects.filter(state=SupplyState.SUPPLIED, donor_when_asked=Eligibility.PENDING, donor_told="")
    rows = rows.annotate(decided_about_at=Max("batch__donation__decisions__decided_at"))
    rows = rows.select_related("record", "batch__record", "batch__donation", "recipient").order_by("supplied_at", "pk")
    return rows if sites is None else rows.filter(record__site__in=sites)


def recipients_of(units: Iterable[Unit]) -> dict[int, int]:
    """The patient (by key) to whom alone a unit was let go, by the key of the unit; only those let go that way."""
    asked = [unit.pk for unit in units if unit.disposition == Disposition.CONDITIONAL]
    if not asked:
        return {}
    rows = SuppliedUnit.objects.filter(unit__in=asked, supply__state=SupplyState.SUPPLIED)
    return dict(rows.values_list("unit", "supply__recipient"))


def overdue_outstanding(at: datetime, sites: Collection[str] | None = None) -> list[Overdue]:
    """Tests of batches of which units went to a patient that are not in although their day has passed, oldest first.

    When all have passed and the last day is over, the final certification of a conditional release is overdue itself.
    """
    rows = Outstanding.objects.filter(
        due_at__isnull=False,
        supply__state=SupplyState.SUPPLIED,
        supply__batch__state__in=[BatchState.FINISHED, BatchState.REVIEWED],
    ).select_related("supply__record", "supply__batch__record", "supply__batch__product_version")
    if sites is not None:
        rows = rows.filter(record__site__in=sites)
    found: dict[NamedSupply, list[Outstanding]] = {}
    for row in rows.order_by("due_at", "pk"):
        found.setdefault(row.supply, []).append(row)
    return sorted((one for supply, own in found.items() for one in _overdue(supply, own, at)), key=_due)


def _overdue(supply: NamedSupply, rows: Iterable[Outstanding], at: datetime) -> list[Overdue]:
    due = {row.test: row.due_at for row in rows if row.due_at}
    if min(due.values()) > at:
        return []
    tests = [one for one in tests_of(supply.batch) if one.key in due]
    waiting = [one for one in tests if one.standing not in rules.ANSWERED and due[one.key] <= at]
    found = [Overdue(supply, one.key, one.label, one.label_zh, due[one.key]) for one in waiting]
    passed = all(one.standing is Standing.PASSED for one in tests)
    if supply.route == Route.CONDITIONAL and passed and max(due.values()) <= at:
        found.append(Overdue(supply, "", "final certification", "最终放行", max(due.values())))
    return found


def _due(one: Overdue) -> datetime:
    return one.due_at
