"""Where things stand: finding the part of a master record that a place names, and walking its steps in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apps.products.definition.parameters import Recordable
from apps.products.definition.preparation import Preparation, Repeat, Stage, Step
from apps.products.facts import BadPlace, Place

Occurrences = Mapping[str, int]


@dataclass(frozen=True)
class StepAt:
    """One occurrence of a step, with its number in the walk."""

    place: Place
    stage: Stage
    step: Step
    number: int


def stage_of(preparation: Preparation, key: str) -> Stage:
    """The stage of that key. Raises BadPlace."""
    stage = preparation.stage(key)
    if stage is None:
        raise BadPlace(f'the master record has no stage "{key}"')
    return stage


def step_of(preparation: Preparation, place: Place) -> Step:
    """The step a place lies in. Raises BadPlace."""
    stage = stage_of(preparation, place.stage)
    step = stage.step(place.step)
    if step is None:
        raise BadPlace(f'stage "{stage.key}" has no step "{place.step}"')
    _check_index(stage.key, stage.repeat, place.stage_n)
    _check_index(step.key, step.repeat, place.step_n)
    return step


def parameter_of(preparation: Preparation, place: Place) -> Recordable:
    """What is recorded at a place. Raises BadPlace."""
    step = step_of(preparation, place)
    field = step.field(place.parameter)
    if field is None:
        raise BadPlace(f'step "{step.key}" records no "{place.parameter}"')
    rows = step.rows if step.is_in_rows(field) else None
    wanted = rows.kind if rows else ""
    if place.row_kind != wanted:
        raise BadPlace(f"{place} needs a row of {wanted}" if wanted else f"{place} has a row too many")
    if rows and rows.keys and place.row not in rows.keys:
        raise BadPlace(f"{place.row_kind}[{place.row}] is none of {', '.join(rows.keys)}")
    return field


def _check_index(key: str, repeat: Repeat | None, n: int | None) -> None:
    if repeat is None and n is not None:
        raise BadPlace(f'"{key}" does not repeat and carries no index')
    if repeat is not None and n is None:
        raise BadPlace(f'"{key}" repeats and carries its index: {key}[1]')
    if repeat is not None and n is not None and n > repeat.at_most:
        raise BadPlace(f'"{key}" occurs at most {repeat.at_most} times')


def times(repeat: Repeat | None, place: Place, occurrences: Occurrences) -> int:
    """How often a part occurs so far: what was begun, and never less than the least that must be."""
    return 1 if repeat is None else max(repeat.at_least, occurrences.get(str(place), 0))


def _indexed(repeat: Repeat | None, count: int) -> Sequence[int | None]:
    return (None,) if repeat is None else range(1, count + 1)


def walk(preparation: Preparation, occurrences: Occurrences) -> tuple[StepAt, ...]:
    """Every step in order, as often as it occurs."""
    found: list[StepAt] = []
    for stage in preparation.stages:
        for stage_n in _indexed(stage.repeat, times(stage.repeat, Place(stage.key), occurrences)):
            for step in stage.steps:
                for place in step_places(stage, stage_n, step, occurrences):
                    found.append(StepAt(place, stage, step, len(found) + 1))
    return tuple(found)


def step_places(stage: Stage, stage_n: int | None, step: Step, occurrences: Occurrences) -> list[Place]:
    """The occurrences of a step in one occurrence of its stage."""
    count = times(step.repeat, Place(stage.key, stage_n, step.key), occurrences)
    return [Place(stage.key, stage_n, step.key, step_n) for step_n in _indexed(step.repeat, count)]


def places_of(preparation: Preparation, step_place: Place, rows: Sequence[str]) -> tuple[tuple[Place, Recordable], ...]:
    """Every place of a step: what is recorded once, and once per row; rows in their order, fields within."""
    step = step_of(preparation, step_place)
    if step.rows is None:
        return tuple((step_place.at(field.key), field) for field in step.fields)
    keys = step.rows.keys or tuple(rows)
    in_rows = [
        (step_place.at(field.key, step.rows.kind, key), field)
        for key in keys
        for field in step.fields
        if step.is_in_rows(field)
    ]
    return (*in_rows, *((step_place.at(field.key), field) for field in step.fields if field.once))


def predecessors(preparation: Preparation, place: Place, occurrences: Occurrences) -> tuple[Place, ...]:
    """The steps that must be complete before this one begins."""
    step = step_of(preparation, place)
    if place.step_n is not None and place.step_n > 1:
        return (Place(place.stage, place.stage_n, place.step, place.step_n - 1),)
    stage = stage_of(preparation, place.stage)
    before = steps_before(stage, step)
    if not before:
        return _before_stage(preparation, stage, place.stage_n, occurrences)
    return _last_of(preparation, stage, place.stage_n, before, occurrences)


def steps_before(stage: Stage, step: Step) -> tuple[str, ...]:
    """The keys a step waits for: as written, or the step above it."""
    if step.after is not None:
        return step.after
    i = stage.steps.index(step)
    return (stage.steps[i - 1].key,) if i else ()


def stages_before(preparation: Preparation, stage: Stage) -> tuple[str, ...]:
    """The keys a stage waits for: as written, or the stage above it."""
    if stage.after is not None:
        return stage.after
    i = preparation.stages.index(stage)
    return (preparation.stages[i - 1].key,) if i else ()


def ends_of(stage: Stage) -> tuple[str, ...]:
    """The steps no other step of the stage waits for: with them the stage is complete."""
    awaited = {key for step in stage.steps for key in steps_before(stage, step)}
    return tuple(step.key for step in stage.steps if step.key not in awaited)


def _last_of(
    preparation: Preparation, stage: Stage, stage_n: int | None, keys: Sequence[str], occurrences: Occurrences
) -> tuple[Place, ...]:
    found: dict[Place, None] = {}
    for key in keys:
        step = stage.step(key)
        occurring = step_places(stage, stage_n, step, occurrences) if step else []
        if occurring:
            found[occurring[-1]] = None
        elif step:  # an optional step that was never begun: what it would have waited for
            first = Place(stage.key, stage_n, key, 1)
            found |= dict.fromkeys(predecessors(preparation, first, occurrences))
    return tuple(found)


def _before_stage(
    preparation: Preparation, stage: Stage, stage_n: int | None, occurrences: Occurrences
) -> tuple[Place, ...]:
    if stage_n is not None and stage_n > 1:
        return _last_of(preparation, stage, stage_n - 1, ends_of(stage), occurrences)
    found: dict[Place, None] = {}
    for key in stages_before(preparation, stage):
        earlier = stage_of(preparation, key)
        count = times(earlier.repeat, Place(key), occurrences)
        if earlier.repeat is not None and count == 0:
            found |= dict.fromkeys(_before_stage(preparation, earlier, 1, occurrences))
        else:
            last = None if earlier.repeat is None else count
            found |= dict.fromkeys(_last_of(preparation, earlier, last, ends_of(earlier), occurrences))
    return tuple(found)
