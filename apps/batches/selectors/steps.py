"""Steps as they stand, with the values they hold: for signing, checking, finishing and the pages."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic

from django.db.models import QuerySet, prefetch_related_objects

from apps.batches.facts.stood import Recorded
from apps.batches.facts.words import Origin, StepState
from apps.batches.models import Attachment, Batch, RecordedValue, Step, Vessel
from apps.batches.rules.completion import StepView, fingerprint
from apps.batches.rules.plan import Plan
from apps.batches.selectors.plans import plan_of
from apps.batches.selectors.situation import Value, current, place_of
from apps.batches.selectors.things import NUMBERED, rows_at
from apps.core.prepared import Prepared
from apps.products.facts import ParameterKind, Place


@dataclass(frozen=True)
class Sheet(Generic[Value]):
    """Part of a batch record: step rows and views, the values that stand, and who ever touched each step."""

    plan: Plan
    rows: dict[Place, Step]
    views: dict[Place, StepView]
    values: dict[Place, Value]
    superseded: dict[Place, tuple[Value, ...]]
    vessels: tuple[Vessel, ...]


Full = Sheet[RecordedValue]
Outline = Sheet[Recorded]

_STEPS = Prepared(lambda batch: _signed(Step.objects.filter(batch=batch)))
_RECORDED = Prepared(
    lambda batch: RecordedValue.objects.filter(batch=batch).order_by("pk").values_list(*Recorded._fields)
)
_VESSELS = Prepared(lambda batch: Vessel.objects.filter(batch=batch).order_by("pk"))
_PAPERS = Prepared(
    lambda batch: Attachment.objects.filter(batch=batch, is_paper=True, certified=None).values_list("pk", "place")
)


def step_sheet(batch: Batch, step: Place) -> Full:
    """One step."""
    return sheet_of(batch, step)


def section_sheet(batch: Batch, section: Place) -> Full:
    """The steps of one occurrence of a stage."""
    return sheet_of(batch, section)


def sheet_of(batch: Batch, part: Place | None = None) -> Full:
    """The steps of a part, a step or a section, or of the whole record, in few statements whatever their number."""
    rows = list(_signed(_of_part(Step.objects.filter(batch=batch), part)))
    found = RecordedValue.objects.filter(batch=batch).order_by("pk")
    if part is not None:
        found = found.filter(step__in=[row.pk for row in rows])
    recorded = list(found)
    few = [value for value in recorded if value.second_id or value.file_id]
    prefetch_related_objects(few, "second", "file__certified")
    return _sheet(batch, rows, recorded)


def outline_of(batch: Batch) -> Outline:
    """The whole record with values as light rows: what pages over hundreds of them need."""
    return _sheet(batch, _STEPS(batch.pk), [Recorded._make(row) for row in _RECORDED(batch.pk)])


def _signed(steps: QuerySet[Step]) -> QuerySet[Step]:
    found = steps.select_related("performed", "second").order_by("pk")
    return found.defer("performed__content", "second__content")


def _of_part(steps: QuerySet[Step], part: Place | None) -> QuerySet[Step]:
    if part is None:
        return steps
    return steps.filter(place=str(part)) if part.step else steps.filter(place__startswith=f"{part}.")


def _sheet(batch: Batch, steps: Iterable[Step], recorded: list[Value]) -> Sheet[Value]:
    plan, vessels = plan_of(batch), _VESSELS(batch.pk)
    rows = _in_order(plan, {place_of(row.place): row for row in steps})
    values = current(recorded)
    papers: dict[int | None, Place] = {pk: place_of(place) for pk, place in _PAPERS(batch.pk)}
    by_step = defaultdict(list)
    for value in recorded:
        by_step[value.step_id].append(value)
    views = {place: _view(plan, place, row, by_step[row.pk], vessels, papers) for place, row in rows.items()}
    return Sheet(plan, rows, views, values, _superseded(recorded, values), tuple(vessels))


def _in_order(plan: Plan, rows: dict[Place, Step]) -> dict[Place, Step]:
    """The rows in the order of the master record, repeated parts one after the other."""
    stages = {stage.key: i for i, stage in enumerate(plan.definition.preparation.stages)}
    steps = {
        (stage.key, step.key): i for stage in plan.definition.preparation.stages for i, step in enumerate(stage.steps)
    }

    def position(place: Place) -> tuple[int, int, int, int]:
        step = steps.get((place.stage, place.step), 0)
        return stages.get(place.stage, 0), place.stage_n or 0, step, place.step_n or 0

    return {place: rows[place] for place in sorted(rows, key=position)}


def _view(
    plan: Plan,
    place: Place,
    row: Step,
    recorded: list[Value],
    vessels: list[Vessel],
    papers: dict[int | None, Place],
) -> StepView:
    own = current(recorded)
    fields = plan.definition.places_of(place, rows_at(plan, place, vessels, own))
    return StepView(
        place=place,
        step=plan.definition.step(place),
        state=StepState(row.state),
        missing=tuple(one for one, field in fields if field.required and one not in own),
        fingerprint=fingerprint(own.values()),
        performed_hash=row.performed_hash,
        second_hash=row.second_hash,
        typed=tuple(one for one, value in own.items() if _was_typed(value)),
        hands=frozenset(_hands(row, recorded)),
        completed_by=row.completed_by,
        papers=tuple(papers[value.file_id] for value in own.values() if value.file_id in papers),
    )


def _was_typed(value: RecordedValue | Recorded) -> bool:
    return value.kind in NUMBERED and value.origin == Origin.TYPED and value.kind != ParameterKind.COMPUTED


def _hands(row: Step, recorded: list[Value]) -> set[str]:
    hands = {name for value in recorded for name in (value.recorded_by, value.performed_by)}
    return hands | ({row.completed_by} if row.completed_by else set())


def _superseded(recorded: list[Value], values: dict[Place, Value]) -> dict[Place, tuple[Value, ...]]:
    earlier = defaultdict(list)
    for value in recorded:
        place = place_of(value.place)
        if values[place].pk != value.pk:
            earlier[place].append(value)
    return {place: tuple(rows) for place, rows in earlier.items()}
