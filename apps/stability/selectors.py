"""Reads of stability: studies, what is due, where each time point stands, what the data support."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.core.errors import RuleBroken, stop_if
from apps.disposal.selectors import standing_disposals
from apps.organisation.models import User
from apps.organisation.selectors import visible_to
from apps.products.definition import Test
from apps.products.definition.stability import StabilityProtocol
from apps.stability import rules
from apps.stability.facts import ExtensionState, PointFacts, PointState, RelabelState, StudyState, Support
from apps.stability.models import ExtendedUnit, Extension, Pull, Study, StudyPoint, StudyUnit
from apps.supply.facts import SupplyState
from apps.supply.models import SuppliedUnit
from apps.testing.facts import PlanKind, PlanState, Standing
from apps.testing.models import Result, RetestPlan
from apps.testing.selectors import Tested, TestOutcome, outcomes_of, tested
from apps.units.facts import Custody, UnitKind
from apps.units.models import Unit
from apps.units.rules import expiry_of, is_expired, moment_of
from apps.units.selectors import clock_moments

BATCH = ("batch__record", "batch__site", "batch__product_version__record")


@dataclass(frozen=True)
class Column:
    """A month of the results: month 0 is the release of the batch. `point` is None there."""

    month: int
    point: StudyPoint | None
    outcomes: tuple[tuple[str, TestOutcome | None], ...]

    @property
    def facts(self) -> PointFacts:
        """What the rules are told; a test nothing was drawn for is missing."""
        told = {key: outcome.standing if outcome else Standing.MISSING for key, outcome in self.outcomes}
        return PointFacts(self.month, told)


def visible_studies(user: User, at: datetime) -> QuerySet[Study]:
    """The studies of the person's sites, newest first."""
    seen = Study.objects.filter(record__site__in=visible_to(user, at))
    return seen.select_related("record", *BATCH).defer("batch__product_version__text").order_by("-pk")


def study_now(study: Study) -> Study:
    """The study as it stands inside the door."""
    return Study.objects.select_related("record", *BATCH).get(pk=study.pk)


def studies_of(batch: Batch) -> list[Study]:
    """The studies of a batch, oldest first."""
    return list(Study.objects.filter(batch=batch).select_related("record").order_by("n"))


def open_study(batch: Batch) -> str:
    """The number of the study of a batch that is open; empty where there is none."""
    found = Study.objects.filter(batch=batch, state=StudyState.OPEN).values_list("number", flat=True)
    return found.first() or ""


def protocol_of(batch: Batch) -> StabilityProtocol | None:
    """The protocol of the master record the batch was made by."""
    return definition_of_batch(batch).stability


def protocol_followed(study: Study) -> StabilityProtocol:
    """The protocol of a study; none is opened without one."""
    return protocol_asked(study.batch)


def protocol_asked(batch: Batch) -> StabilityProtocol:
    """The protocol a study of the batch would follow. Raises RuleBroken where the master record has none."""
    protocol = protocol_of(batch)
    if protocol is None:
        raise RuleBroken(rules.has_no_protocol(batch.number))
    return protocol


def units_of_study(study: Study) -> list[Unit]:
    """The units that were set apart for it."""
    rows = StudyUnit.objects.filter(study=study).select_related("unit__record", "unit__batch__record")
    return [row.unit for row in rows.order_by("unit__number")]


def left_in(study: Study) -> list[Unit]:
    """Those that are still set apart and were not pulled."""
    pulled = set(Pull.objects.filter(point__study=study).values_list("unit", flat=True))
    return [unit for unit in units_of_study(study) if unit.custody == Custody.SET_APART and unit.pk not in pulled]


def units_to_offer(batch: Batch) -> list[Unit]:
    """The units of a batch in the studied state that may be set apart: retained ones first."""
    protocol = protocol_of(batch)
    found = Unit.objects.filter(batch=batch, custody=Custody.IN_STORE, storage_state=protocol.state if protocol else "")
    found = found.exclude(kind=UnitKind.QC).select_related("record")
    return sorted(found, key=lambda unit: (unit.kind != UnitKind.RETAINED, unit.number))


def promises_of(units: Collection[Unit]) -> dict[int, str]:
    """Units that a standing decision names for a patient or for destruction, and where."""
    named = SuppliedUnit.objects.filter(unit__in=units).exclude(supply__state=SupplyState.WITHDRAWN)
    return {**dict(named.values_list("unit", "supply__number")), **standing_disposals(units)}


# --- time points ----------------------------------------------------------------------------------------------------
def points_of(study: Study) -> list[StudyPoint]:
    """Its time points in their order, with what was pulled."""
    return list(
        StudyPoint.objects.filter(study=study).prefetch_related("pulls__unit", "pulls__sample").order_by("month")
    )


def point_now(study: Study, month: int) -> StudyPoint:
    """One of them, inside the door. Raises RuleBroken for a month the protocol does not have."""
    points = {point.month: point for point in StudyPoint.objects.filter(study=study).select_related("record", "study")}
    stop_if(rules.has_no_point(month, points))
    return points[month]


def wanted_at(point: StudyPoint, units: int) -> int:
    """How many units the point takes: those of the protocol, and one for each resample that quality approved."""
    plans = RetestPlan.objects.filter(kind=PlanKind.RESAMPLE, state=PlanState.APPROVED)
    of_it = {"investigation__batch": point.study.batch_id, "investigation__line__sample__point": point.key}
    return units + plans.filter(**of_it).count()


def due_points(at: datetime, *, sites: Collection[str] | None = None) -> QuerySet:
    """Time points of open studies whose window is open: pulls that are owed."""
    found = StudyPoint.objects.filter(state=PointState.WAITING, study__state=StudyState.OPEN)
    found = found.filter(opens_at__lte=at, ends_at__gte=at)
    if sites is not None:
        found = found.filter(record__site__in=sites)
    return found.select_related("study__batch", "record").order_by("due_at", "pk")


def late_points(at: datetime, *, sites: Collection[str] | None = None) -> QuerySet:
    """Time points of open studies whose window went by and for which nothing was pulled yet, told or not."""
    found = StudyPoint.objects.exclude(state=PointState.PULLED).filter(study__state=StudyState.OPEN, ends_at__lt=at)
    if sites is not None:
        found = found.filter(record__site__in=sites)
    return found.select_related("study__batch", "record").order_by("due_at", "pk")


def points_gone_by(at: datetime) -> list[StudyPoint]:
    """Time points whose window went by without their pull, and nobody was told yet."""
    found = StudyPoint.objects.filter(state=PointState.WAITING, study__state=StudyState.OPEN, ends_at__lt=at)
    return list(found.select_related("study__record").order_by("ends_at", "pk"))


# --- results --------------------------------------------------------------------------------------------------------
def columns_of(study: Study) -> list[Column]:
    """Month 0 and each time point, with where the required tests stand; read once for all of them."""
    protocol, known = protocol_followed(study), tested(study.batch)
    columns = [_column(study.batch, protocol.tests_at(0), known)]
    for point in points_of(study):
        columns.append(_column(study.batch, protocol.tests_at(point.month), known, point))
    return columns


def _column(batch: Batch, tests: Iterable[str], known: Tested, point: StudyPoint | None = None) -> Column:
    found = {one.test.key: one for one in outcomes_of(batch, known=known, point=point.key if point else "")}
    return Column(point.month if point else 0, point, tuple((key, found.get(key)) for key in tests))


def support_of(study: Study, columns: Iterable[Column] = ()) -> Support:
    """What the data of a study support so far."""
    told = [column.facts for column in columns or columns_of(study)]
    return rules.supported(told, protocol_followed(study).support.at_most)


def tests_studied(study: Study) -> list[Test]:
    """The tests of the protocol, in its order."""
    definition = definition_of_batch(study.batch)
    return [test for key in protocol_followed(study).tests if (test := definition.test(key))]


def reported(outcome: TestOutcome, parameter: str) -> list[Result]:
    """What was found of one quantity and counts."""
    return [one for one in outcome.results if one.parameter == parameter and not one.invalidated_at]


# --- later expiries -------------------------------------------------------------------------------------------------
STANDING = (ExtensionState.PROPOSED, ExtensionState.ENDORSED, ExtensionState.AUTHORISED)
STUDY = ("study__record", *(f"study__{path}" for path in BATCH), *BATCH)


def visible_extensions(user: User, at: datetime) -> QuerySet[Extension]:
    """The extensions of the person's sites, newest first."""
    seen = Extension.objects.filter(record__site__in=visible_to(user, at)).select_related("record", *STUDY)
    texts = ("study__batch__product_version__text", "batch__product_version__text")
    return seen.defer(*texts).order_by("-pk")


def extension_now(extension: Extension) -> Extension:
    """The extension as it stands inside the door."""
    return Extension.objects.select_related("record", *STUDY).get(pk=extension.pk)


def standing_extension(batch: Batch) -> str:
    """The number of the extension of a batch that is not completed; empty where there is none."""
    found = Extension.objects.filter(batch=batch, state__in=STANDING).values_list("number", flat=True)
    return found.first() or ""


def extended_units(extension: Extension, *states: RelabelState) -> list[ExtendedUnit]:
    """The units of an extension, in the order of their numbers; in these states where any are named."""
    rows = ExtendedUnit.objects.filter(extension=extension).select_related(
        "unit__record", "unit__batch__record", "label__record"
    )
    if states:
        rows = rows.filter(state__in=states)
    return list(rows.order_by("unit__number"))


def later_expiry(unit: Unit, months: int) -> datetime:
    """Until when a unit may be used that lives so many months in the state it is in."""
    return expiry_of(rules.months_of(months), clock_start(unit), ZoneInfo(unit.batch.site.timezone))


def clock_start(unit: Unit) -> datetime:
    """When the clock of the storage state a unit is in began to count for it."""
    storage = definition_of_batch(unit.batch).storage
    state = storage.state(unit.storage_state)
    begun = moment_of(storage, state.starts_with, clock_moments(unit.batch, unit)) if state else None
    # Where the event names no instant that the record knows, it counts from when the unit came into the state.
    came = {"frozen": unit.frozen_at, "thawed": unit.thawed_at}.get(state.condition if state else "")
    return begun or came or unit.filled_at


def units_to_extend(study: Study, at: datetime) -> list[Unit]:
    """What the study may speak for: units of the product at its site, in the store and the studied state, unused, not
    expired; those of each batch together."""
    protocol, batch = protocol_followed(study), study.batch
    of_product = {"batch__product_version__key": batch.product_version.key, "batch__site": batch.site_id}
    found = Unit.objects.filter(**of_product, storage_state=protocol.state, kind=UnitKind.PRODUCT)
    found = found.select_related("record", "batch__donation", *BATCH)
    rest = [unit for unit in found.order_by("number") if rules.is_not_in_stock(unit.facts) is None]
    return [unit for unit in rest if is_expired(unit.facts, at) is None]


def failed_of_itself(batch: Batch, months: int) -> str:
    """The study of the batch itself that failed within so many months; empty where none did."""
    for study in studies_of(batch):
        failed_at = support_of(study).failed_at
        if failed_at is not None and failed_at <= months:
            return study.number
    return ""


def extensions_in(
    state: ExtensionState, sites: Collection[str], relabel: RelabelState | None = None, but_by: str = ""
) -> QuerySet[Extension]:
    """The extensions of these sites in a state, oldest first; with a unit that far in its relabelling, by others."""
    found = Extension.objects.filter(state=state, record__site__in=sites)
    if relabel:
        rows = ExtendedUnit.objects.filter(state=relabel)
        found = found.filter(pk__in=(rows.exclude(applied_by=but_by) if but_by else rows).values("extension"))
    return found.select_related("record").order_by("proposed_at", "pk")


def extensions_of(unit: Unit) -> list[ExtendedUnit]:
    """How the expiry of a unit was changed, oldest first."""
    rows = ExtendedUnit.objects.filter(unit=unit).select_related("extension__record")
    return list(rows.order_by("pk"))
