"""Working out computed values: at once when their inputs are there, and again when one of them is corrected."""

from collections.abc import Collection, Iterator

from apps.batches.facts.inputs import Act
from apps.batches.facts.stood import Stood
from apps.batches.facts.words import Origin, StepState
from apps.batches.models import RecordedValue
from apps.batches.rules.plan import field_of
from apps.batches.selectors.situation import Situation, entered_of, place_of
from apps.batches.selectors.things import rows_at
from apps.batches.services.rows import blank_row
from apps.products.definition import ComputedParameter
from apps.products.definition.parameters import Constant
from apps.products.definition.references import Target, target_of
from apps.products.facts import Entered, ParameterKind, Place, Verdict
from apps.products.loader import standard_tables
from apps.products.rules.computed import compute
from apps.products.rules.limits import NOT_DONE

Known = dict[Place, RecordedValue | Stood]


def computed_rows(situation: Situation, known: Known, changed: Collection[Place], act: Act) -> list[RecordedValue]:
    """The rows of all computed values that change with these places, not stored yet, in the order worked out."""
    rows = []
    for place in _to_work_out(situation, known, changed):
        row = _worked_out(situation, known, place, changed, act)
        if row is not None:
            known[place] = row
            rows.append(row)
    return rows


def missing_computed(situation: Situation, known: Known, step: Place, act: Act) -> list[RecordedValue]:
    """The computed values of a step whose inputs were all there before the step was begun."""
    rows = []
    for place in _targets(situation, known, _computed_fields(situation, step), rows_of=known):
        if place.step_place == step and place not in known:
            row = _worked_out(situation, known, place, [], act)
            if row is not None:
                known[place] = row
                rows.append(row)
    return rows


def _to_work_out(situation: Situation, known: Known, changed: Collection[Place]) -> list[Place]:
    fields = {field for place in changed for field in situation.plan.dependents.get(field_of(place), ())}
    if not fields:
        return []
    everything = {**known, **dict.fromkeys(changed)}
    targets = list(_targets(situation, known, fields, rows_of=everything))
    ordered: dict[Place, None] = {}
    for place in changed:
        for target in situation.definition.dependents_of(place, list(everything), targets):
            ordered.pop(target, None)
            ordered[target] = None
    return list(ordered)


def _targets(
    situation: Situation, known: Known, fields: Collection[str], rows_of: Collection[Place]
) -> Iterator[Place]:
    """Where these computed fields stand in this batch: every occurrence, every row."""
    for step, (_, state) in situation.steps.items():
        if state is StepState.SKIPPED:
            continue
        definition = situation.definition.step(step)
        for field in definition.fields:
            if field_of(step.at(field.key)) not in fields:
                continue
            rows = definition.rows
            if rows is None or not definition.is_in_rows(field):
                yield step.at(field.key)
                continue
            keys = rows.keys or sorted({place.row for place in rows_of if place.step_place == step} - {""})
            for key in keys:
                yield step.at(field.key, rows.kind, key)


def _computed_fields(situation: Situation, step: Place) -> set[str]:
    fields = situation.definition.step(step).fields
    return {field_of(step.at(field.key)) for field in fields if field.kind is ParameterKind.COMPUTED}


def _worked_out(
    situation: Situation, known: Known, place: Place, changed: Collection[Place], act: Act
) -> RecordedValue | None:
    """The new row of a computed value; None when nothing is new."""
    parameter = situation.definition.parameter(place)
    if not isinstance(parameter, ComputedParameter):
        raise TypeError(f"{place} is not computed")
    standing = known.get(place)
    entered = _compute(situation, known, parameter, place)
    if entered is None and standing is None:
        return None
    if entered is None:
        entered = Entered(ParameterKind.COMPUTED, "", NOT_DONE, unit=parameter.unit, done=False)
    if standing is not None and (standing.text, standing.verdict) == (entered.text, entered.verdict):
        return None
    row = blank_row(situation, place, entered, act)
    row.origin, row.function = Origin.COMPUTED, f"{parameter.function} v{parameter.version}"
    row.performed_at = max((known[one].performed_at for one in changed if one in known), default=act.at)
    row.supersedes_id, row.reason = (standing.pk, act.reason) if standing else (None, "")
    return row


def _compute(situation: Situation, known: Known, parameter: ComputedParameter, place: Place) -> Entered | None:
    inputs = situation.definition.inputs_of(place, list(known))
    if any(_is_incomplete(situation, known, place, parameter.inputs[name], found) for name, found in inputs.items()):
        return None
    given = {name: tuple(entered_of(known[one]) for one in places) for name, places in inputs.items()}
    if any(one.verdict is Verdict.NOT_DONE for entries in given.values() for one in entries):
        return None
    return compute(parameter, given, standard_tables().units)


def _is_incomplete(
    situation: Situation, known: Known, place: Place, reference: str | Constant, found: Collection[Place]
) -> bool:
    """A reference to all rows, or all occurrences, waits for every one of them: a mean of one count is no mean."""
    definition = situation.definition
    target = target_of(definition.preparation, str(reference), definition.stage(place.stage), definition.step(place))
    steps = {one.step_place for one in found}
    if target.stage_at == "*" and steps != _occurrences(situation, place, target):
        return True
    in_own_row = bool(place.row) and not (target.stage_at or target.step_at or target.row_at)
    if target.step.rows is None or target.field.once or in_own_row or target.row_at not in ("", "*"):
        return not found
    is_by_vessel = target.step.rows.source == "vessel"
    vessels = list(situation.batch.vessels.all()) if is_by_vessel else []
    recorded = _recorded_in(situation, steps) if is_by_vessel else known
    wanted = {
        step.at(target.field.key, target.step.rows.kind, row)
        for step in steps
        for row in rows_at(situation.plan, step, vessels, recorded)
    }
    return not found or not wanted <= set(found)


def _occurrences(situation: Situation, place: Place, target: Target) -> set[Place]:
    """Every occurrence of the target up to here."""
    here = place.stage_n if place.stage == target.stage.key else None
    return {
        step
        for step, (_, state) in situation.steps.items()
        if (step.stage, step.step) == (target.stage.key, target.step.key)
        and state is not StepState.SKIPPED
        and (here is None or (step.stage_n or 0) <= here)
    }


def _recorded_in(situation: Situation, steps: Collection[Place]) -> list[Place]:
    """Every place of these steps that holds a value: a vessel that was emptied still has its row."""
    ids = [situation.steps[step][0] for step in steps]
    return [place_of(place) for place in RecordedValue.objects.filter(step__in=ids).values_list("place", flat=True)]
