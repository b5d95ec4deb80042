"""The two pages of the batch record: the whole, and one step. A constant number of statements each."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from apps.batches.facts.lines import FieldFact, SectionLine, StepLine
from apps.batches.facts.pages import Counts, RecordPage, StepPage
from apps.batches.facts.words import StepState
from apps.batches.models import Batch, RecordedValue
from apps.batches.rules.completion import lacks_anything
from apps.batches.rules.order import occurrences_of
from apps.batches.selectors.batches import WITH
from apps.batches.selectors.clocks import clocks_of
from apps.batches.selectors.lines import (
    by_step,
    event_fact,
    field_fact,
    header_of,
    hold_fact,
    moves_of,
    states_in,
    step_line,
    vessel_fact,
    waiting_for,
)
from apps.batches.selectors.notes import notes_of, planned_at
from apps.batches.selectors.situation import Situation, Value, process_holds, steps_of
from apps.batches.selectors.steps import Full, Sheet, outline_of, section_sheet
from apps.batches.selectors.things import rows_at
from apps.core.prepared import Prepared
from apps.products.definition import Definition
from apps.products.facts import BadPlace, Place, Verdict
from apps.products.loader import standard_tables
from apps.quality.models import Event
from apps.quality.selectors import open_holds

_FOR_PAGE = Prepared(lambda batch: Batch.objects.filter(pk=batch).select_related(*WITH).defer("product_version__text"))
_SHOWN = [Batch._meta.get_field(name) for name in ("record", "site", "donation", "product_version")]


def batch_for_page(batch: Batch) -> Batch:
    """The batch with everything its header shows: this one, or read anew where it came as part of something else."""
    if all(field.is_cached(batch) for field in _SHOWN):
        return batch
    found: Batch = _FOR_PAGE(batch.pk)[0]
    return found


def record_page(batch: Batch, at: datetime) -> RecordPage:
    """The batch record as a whole, as it stands at an instant."""
    batch = batch_for_page(batch)
    sheet = outline_of(batch)
    states = states_in(sheet.rows.items())
    events = Event.objects.filter(subject=batch.record).select_related("record").order_by("pk")
    return RecordPage(
        header=header_of(batch),
        sections=sections_of(sheet, states),
        counts=counts_of(sheet),
        holds=tuple(hold_fact(hold) for hold in open_holds([batch.record])),
        events=tuple(event_fact(event) for event in events),
        vessels=tuple(vessel_fact(vessel) for vessel in sheet.vessels),
        clocks=clocks_of(sheet.plan, states, sheet.values),
        notes=notes_of(batch),
        moves=moves_of(batch),
    )


def step_page(batch: Batch, step: Place, at: datetime) -> StepPage:
    """One step with its form, its rail and everything that stands against going on. Raises BadPlace."""
    batch = batch_for_page(batch)
    all_steps = steps_of(batch)
    if step not in all_steps:
        raise BadPlace(f"{step} was not begun")
    sheet = section_sheet(batch, step.section)
    states = {place: state for place, (_, state) in all_steps.items()}
    situation = _situation(batch, sheet, all_steps, step)
    section = next(one for one in sections_of(sheet, states) if one.place == step.section)
    rows = rows_at(sheet.plan, step, sheet.vessels, sheet.values)
    order = [view.place for view in sheet.views.values()]
    i = order.index(step)
    return StepPage(
        header=header_of(batch),
        section=section,
        line=next(line for line in section.steps if line.place == step),
        step=sheet.plan.definition.step(step),
        rows=tuple(rows),
        fields=_fields(sheet, step, rows),
        against=tuple(situation.against(step)),
        lacks=tuple(lacks_anything(sheet.views[step])),
        vessels=tuple(vessel_fact(vessel) for vessel in sheet.vessels),
        clocks=clocks_of(sheet.plan, states, situation.values),
        holds=tuple(hold_fact(hold) for hold in open_holds([batch.record])),
        planned=planned_at(batch, step),
        previous=order[i - 1] if i else None,
        following=order[i + 1] if i + 1 < len(order) else None,
        next_occurrence=_next_occurrence(sheet.plan.definition, step, states),
    )


def sections_of(sheet: Sheet[Value], states: Mapping[Place, StepState]) -> tuple[SectionLine, ...]:
    """The sections of a sheet in order, each with the lines of its steps."""
    definition = sheet.plan.definition
    own = by_step(sheet.values)
    lines: dict[Place, list[StepLine]] = {}
    for number, view in enumerate(sheet.views.values(), 1):
        waits = waiting_for(definition, view.place, states) if view.state is StepState.OPEN else ()
        line = step_line(sheet, view, number, own.get(view.place, {}), waits)
        lines.setdefault(view.place.section, []).append(line)
    counted = occurrences_of(states)
    return tuple(
        SectionLine(section, definition.stage(section.stage).label, tuple(steps), _is_last(section, counted))
        for section, steps in lines.items()
    )


def counts_of(sheet: Sheet[Value]) -> Counts:
    """The proof: how many values there are, by verdict and mark."""
    values = list(sheet.values.values())
    missing = sum(len(view.missing) for view in sheet.views.values() if view.state is not StepState.SKIPPED)
    return Counts(
        recorded=len(values),
        by_verdict=dict(Counter(Verdict(value.verdict) for value in values)),
        corrected=sum(value.supersedes_id is not None for value in values if not value.function),
        late=sum(value.is_late for value in values),
        happened=sum(value.has_happened for value in values),
        required=len(values) + missing,
        missing=missing,
    )


def _situation(batch: Batch, sheet: Full, steps: dict[Place, tuple[int, StepState]], step: Place) -> Situation:
    """The values that decide whether this step may go on: those of its section, criteria and clocks."""
    plan = sheet.plan
    fields = set(plan.criteria.get(f"{step.stage}.{step.step}", ()))
    fields |= {field for wanted in plan.counted_from.values() for field in wanted} | set(plan.counted_from)
    elsewhere = RecordedValue.objects.filter(batch=batch, field__in=fields).order_by("pk")
    values = {Place.parse(row.place): row for row in elsewhere} | sheet.values
    return Situation(batch, plan, steps, values, process_holds(batch))


def _fields(sheet: Full, step: Place, rows: list[str]) -> tuple[FieldFact, ...]:
    units = standard_tables().units
    places = sheet.plan.definition.places_of(step, rows)
    displays = {unit: units.display(unit) for unit in {getattr(field, "unit", "") for _, field in places} if unit}
    return tuple(
        field_fact(place, field, sheet.values.get(place), sheet.superseded.get(place, ()), displays)
        for place, field in places
    )


def _is_last(section: Place, counted: Mapping[str, int]) -> bool:
    return section.stage_n is not None and section.stage_n == counted.get(section.stage)


def _next_occurrence(definition: Definition, step: Place, states: Mapping[Place, StepState]) -> Place | None:
    repeat = definition.step(step).repeat
    if repeat is None or step.step_n is None:
        return None
    last = occurrences_of(states).get(str(Place(step.stage, step.stage_n, step.step)), 0)
    if last >= repeat.at_most:
        return None
    return Place(step.stage, step.stage_n, step.step, last + 1)
