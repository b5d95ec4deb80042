"""Steps as they stand, with the values they hold: for signing, checking, finishing and the pages."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet, prefetch_related_objects

from apps.batches.facts.words import Origin, StepState
from apps.batches.models import Attachment, Batch, RecordedValue, Step, Vessel
from apps.batches.rules.completion import HeldValue, StepView, fingerprint
from apps.batches.rules.plan import Plan
from apps.batches.selectors.plans import plan_of
from apps.batches.selectors.situation import current, place_of
from apps.batches.selectors.things import NUMBERED, rows_at
from apps.products.definition.parameters import Recordable
from apps.products.facts import ParameterKind, Place


@dataclass(frozen=True)
class Sheet:
    """Part of a batch record: step rows and views, the values that stand, and who ever touched each step."""

    plan: Plan
    rows: dict[Place, Step]
    views: dict[Place, StepView]
    values: dict[Place, RecordedValue]
    superseded: dict[Place, tuple[RecordedValue, ...]]

    def fields_of(self, step: Place, vessels: Iterable[Vessel] = ()) -> list[tuple[Place, Recordable]]:
        """Every place of a step, in the order of its form."""
        rows = rows_at(self.plan, step, vessels, self.values)
        return list(self.plan.definition.places_of(step, rows))


def step_sheet(batch: Batch, step: Place) -> Sheet:
    """One step."""
    return sheet_of(batch, step)


def section_sheet(batch: Batch, section: Place) -> Sheet:
    """The steps of one occurrence of a stage."""
    return sheet_of(batch, section)


def sheet_of(batch: Batch, part: Place | None = None, *, with_sentences: bool = True) -> Sheet:
    """The steps of a part, a step or a section, or of the whole record, in few statements whatever their number.

    Without sentences the values come without what is only read one by one: verdict sentences and overridden objections.
    """
    plan = plan_of(batch)
    found = _steps(batch, part).select_related("performed", "second")
    found = found.defer("performed__content", "second__content").order_by("pk")
    rows = _in_order(plan, {place_of(row.place): row for row in found})
    recorded = _recorded(batch, rows, whole=part is None, with_sentences=with_sentences)
    values = current(recorded)
    vessels = list(Vessel.objects.filter(batch=batch).order_by("pk"))
    papers = _uncertified(batch)
    by_step = defaultdict(list)
    for value in recorded:
        by_step[value.step_id].append(value)
    views = {place: _view(plan, place, row, by_step[row.pk], vessels, papers) for place, row in rows.items()}
    return Sheet(plan, rows, views, values, _superseded(recorded, values))


def _steps(batch: Batch, part: Place | None) -> QuerySet[Step]:
    found = Step.objects.filter(batch=batch)
    if part is None:
        return found
    return found.filter(place=str(part)) if part.step else found.filter(place__startswith=f"{part}.")


def _recorded(batch: Batch, rows: dict[Place, Step], *, whole: bool, with_sentences: bool) -> list[RecordedValue]:
    found = RecordedValue.objects.filter(batch=batch).order_by("pk")
    if not whole:
        found = found.filter(step__in=[row.pk for row in rows.values()])
    if not with_sentences:
        return list(found.defer("judgement", "overridden"))
    recorded = list(found)
    few = [value for value in recorded if value.second_id or value.file_id]
    prefetch_related_objects(few, "second", "file__certified")
    return recorded


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
    recorded: list[RecordedValue],
    vessels: list[Vessel],
    papers: dict[int, Place],
) -> StepView:
    own = current(recorded)
    fields = plan.definition.places_of(place, rows_at(plan, place, vessels, own))
    return StepView(
        place=place,
        step=plan.definition.step(place),
        state=StepState(row.state),
        missing=tuple(one for one, field in fields if field.required and one not in own),
        fingerprint=fingerprint(held_value(value) for value in own.values()),
        performed_hash=row.performed_hash,
        second_hash=row.second_hash,
        typed=tuple(one for one, value in own.items() if _was_typed(value)),
        hands=frozenset(_hands(row, recorded)),
        completed_by=row.completed_by,
        papers=tuple(papers[value.file_id] for value in own.values() if value.file_id in papers),
    )


def held_value(value: RecordedValue) -> HeldValue:
    """A value as a signature covers it."""
    return HeldValue(value.place, value.text, value.unit, value.verdict, value.performed_at, value.performed_by)


def _was_typed(value: RecordedValue) -> bool:
    return value.kind in NUMBERED and value.origin == Origin.TYPED and value.kind != ParameterKind.COMPUTED


def _hands(row: Step, recorded: list[RecordedValue]) -> set[str]:
    hands = {name for value in recorded for name in (value.recorded_by, value.performed_by)}
    return hands | ({row.completed_by} if row.completed_by else set())


def _uncertified(batch: Batch) -> dict[int, Place]:
    waiting = Attachment.objects.filter(batch=batch, is_paper=True, certified=None)
    return {pk: place_of(place) for pk, place in waiting.values_list("pk", "place")}


def _superseded(
    recorded: list[RecordedValue], values: dict[Place, RecordedValue]
) -> dict[Place, tuple[RecordedValue, ...]]:
    earlier = defaultdict(list)
    for value in recorded:
        place = place_of(value.place)
        if values[place].pk != value.pk:
            earlier[place].append(value)
    return {place: tuple(rows) for place, rows in earlier.items()}
