"""How a batch grew, and when its sections were worked on: what the overview draws."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Max, Min

from apps.batches.facts.around import Growth, GrowthPoint, SectionSpan
from apps.batches.models import Batch, RecordedValue
from apps.batches.rules.plan import field_of
from apps.batches.selectors.around import batches_before, shown_text
from apps.batches.selectors.plans import plan_of
from apps.batches.selectors.situation import current, steps_of
from apps.products.definition import ComputedParameter, Definition, NumericLimit
from apps.products.facts import Place
from apps.products.loader import standard_tables

FUNCTION = "cumulative_doublings"
COMPARED_WITH = 24


def growth_of(batch: Batch) -> Growth | None:
    """The cumulative doublings of a batch at each passage; None when its master record works none out."""
    found = _growing(plan_of(batch).definition)
    if found is None:
        return None
    place, parameter = found
    limit = parameter.limit
    before = batches_before(batch, COMPARED_WITH)
    field = field_of(place)
    history = _at(RecordedValue.objects.filter(batch__in=before, field=field).order_by("pk"), before)
    own = current(RecordedValue.objects.filter(batch=batch, field=field).order_by("pk"))
    points = [
        GrowthPoint(
            at,
            n,
            shown_text(row, parameter),
            row.number,
            row.performed_at,
            tuple(sorted(history.get(str(at), {}).values())),
        )
        for n, (at, row) in enumerate(sorted(own.items()), 1)
        if row.number is not None
    ]
    high = limit.high if isinstance(limit, NumericLimit) else None
    unit = standard_tables().units.display(parameter.unit)
    return Growth(parameter.label, unit, high, tuple(points), len(before))


def spans_of(batch: Batch) -> tuple[SectionSpan, ...]:
    """When the first and the last thing was done in each section."""
    done = RecordedValue.objects.filter(batch=batch).values_list("step")
    of_steps = {step: (begun, last) for step, begun, last in done.annotate(Min("performed_at"), Max("performed_at"))}
    spans: dict[Place, list[tuple[datetime, datetime]]] = {}
    for place, (step, _) in steps_of(batch).items():
        if step in of_steps:
            spans.setdefault(place.section, []).append(of_steps[step])
    return tuple(
        SectionSpan(section, min(begun for begun, _ in own), max(last for _, last in own))
        for section, own in spans.items()
    )


def _growing(definition: Definition) -> tuple[Place, ComputedParameter] | None:
    for stage in definition.preparation.stages:
        for step in stage.steps:
            for field in step.fields:
                if isinstance(field, ComputedParameter) and field.function == FUNCTION:
                    return Place(stage.key, None, step.key, None, parameter=field.key), field
    return None


def _at(rows: Collection[RecordedValue], batches: Collection[Batch]) -> dict[str, dict[int, object]]:
    """By place and batch, the number that stands."""
    found: dict[str, dict[int, object]] = {}
    for row in rows:
        if row.number is not None:
            found.setdefault(row.place, {})[row.batch_id] = row.number
    return found
