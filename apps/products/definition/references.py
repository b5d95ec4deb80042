"""References inside a master record: how a limit or a computed value names the values it looks at.

viability                         this row, else this step
replicate[*].viability            all rows of this step; replicate[A].viability: that row
count.viability_mean              another step of this stage, in this occurrence; its latest occurrence when it repeats
feed[*].x · feed[-1].x            all occurrences up to here; the latest
expansion[*].harvest.doublings    all occurrences of a stage up to here
expansion[-1].harvest.viable      the latest; from inside that stage: the one before
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from apps.products.definition.limits import TimeLimit
from apps.products.definition.parameters import ComputedParameter, Recordable
from apps.products.definition.places import parameter_of, stage_of, step_of
from apps.products.definition.preparation import Preparation, Stage, Step
from apps.products.facts import BadPlace, Place

SEGMENT = re.compile(r"([a-z][a-z0-9_]*)(?:\[(\*|-1|[A-Za-z0-9_]{1,20})\])?", re.ASCII)


@dataclass(frozen=True)
class Target:
    """What a reference names, and which occurrences of it."""

    stage: Stage
    step: Step
    field: Recordable
    stage_at: str = ""
    step_at: str = ""
    row_at: str = ""


def target_of(preparation: Preparation, reference: str, stage: Stage, step: Step) -> Target:
    """Read a reference as seen from a step. Raises BadPlace."""
    segments = [SEGMENT.fullmatch(part) for part in reference.split(".")]
    if not all(segments) or len(segments) > 4:
        raise BadPlace(f'"{reference}" is no reference')
    names = [(segment[1], segment[2] or "") for segment in segments if segment]
    (key, selector), heads = names[-1], names[:-1]
    if selector:
        raise BadPlace(f'"{reference}" ends in a parameter, which has no index')
    stage_at = step_at = row_at = ""
    elsewhere = False
    if heads and preparation.stage(heads[0][0]):
        named = stage_of(preparation, heads[0][0])
        stage_at = heads[0][1] or ("" if named.key == stage.key else "-1")
        stage, elsewhere = named, named.key != stage.key
        heads = heads[1:]
        if not heads:
            raise BadPlace(f'"{reference}" names no step')
    named_step = stage.step(heads[0][0]) if heads else None
    if named_step is not None:
        own = named_step.key == step.key and not elsewhere
        step, step_at = named_step, heads[0][1] or ("" if own else "-1")
        heads = heads[1:]
    elif elsewhere or stage_at:
        raise BadPlace(f'stage "{stage.key}" has no step "{heads[0][0]}"')
    if heads:
        row_at = _row_at(reference, step, heads)
    return Target(stage, step, _field_of(step, key), stage_at, step_at, row_at)


def _row_at(reference: str, step: Step, heads: list[tuple[str, str]]) -> str:
    kind, selector = heads[0]
    if len(heads) > 1 or step.rows is None or step.rows.kind != kind:
        raise BadPlace(f'"{reference}": "{kind}" is neither a step nor the rows of "{step.key}"')
    if not selector:
        raise BadPlace(f'"{reference}" says which rows: {kind}[*]')
    return selector


def _field_of(step: Step, key: str) -> Recordable:
    field = step.field(key)
    if field is None:
        raise BadPlace(f'step "{step.key}" records no "{key}"')
    return field


def resolve(preparation: Preparation, reference: str, at: Place, known: Collection[Place]) -> tuple[Place, ...]:
    """The recorded places a reference means, seen from a place, in order."""
    target = target_of(preparation, reference, stage_of(preparation, at.stage), step_of(preparation, at))
    stage, step, field = target.stage.key, target.step.key, target.field.key
    # The name that most places do not bear comes first: a whole record has hundreds of them.
    found = sorted(place for place in known if place.parameter == field and place.step == step and place.stage == stage)
    found = _choose_stage(found, target, at)
    found = _choose_step(found, target, at)
    return tuple(_choose_rows(found, target, at))


def _choose_stage(found: list[Place], target: Target, at: Place) -> list[Place]:
    if target.stage.key != at.stage:
        if target.stage_at == "*" or not found:
            return found
        return [place for place in found if place.stage_n == found[-1].stage_n]
    here = at.stage_n or 0
    if target.stage_at == "*":
        return [place for place in found if (place.stage_n or 0) <= here]
    wanted = here - 1 if target.stage_at == "-1" and target.stage.repeat else here
    return [place for place in found if (place.stage_n or 0) == wanted]


def _choose_step(found: list[Place], target: Target, at: Place) -> list[Place]:
    same = target.stage.key == at.stage and target.step.key == at.step and not target.stage_at
    here = at.step_n or 0
    if target.step_at == "*":
        return [place for place in found if not same or (place.step_n or 0) <= here]
    if same:
        wanted = here - 1 if target.step_at == "-1" and target.step.repeat else here
        return [place for place in found if (place.step_n or 0) == wanted]
    latest = {(place.stage_n or 0): place.step_n for place in found}
    return [place for place in found if place.step_n == latest[place.stage_n or 0]]


def _choose_rows(found: list[Place], target: Target, at: Place) -> list[Place]:
    if target.row_at not in ("", "*"):
        return [place for place in found if place.row == target.row_at]
    same_step = not target.stage_at and not target.step_at
    if same_step and not target.row_at and at.row and not target.field.once:
        return [place for place in found if place.row == at.row]
    return found


def inputs_of(preparation: Preparation, place: Place, known: Collection[Place]) -> dict[str, tuple[Place, ...]]:
    """The recorded places of each input of a computed value; constants have none."""
    field = parameter_of(preparation, place)
    if not isinstance(field, ComputedParameter):
        return {}
    names = {name: given for name, given in field.inputs.items() if isinstance(given, str)}
    return {name: resolve(preparation, reference, place, known) for name, reference in names.items()}


def dependents_of(
    preparation: Preparation, changed: Place, known: Collection[Place], targets: Collection[Place]
) -> tuple[Place, ...]:
    """The computed places that take the changed value, directly or not, in the order to work them out."""
    everywhere = {*known, *targets}
    takes = {target: _taken_by(preparation, target, everywhere) for target in targets}
    order: list[Place] = []
    frontier = {changed}
    while frontier:
        reached = {target for target, taken in takes.items() if taken & frontier}
        order = [place for place in order if place not in reached] + sorted(reached)
        frontier = reached
    return tuple(order)


def _taken_by(preparation: Preparation, target: Place, known: Collection[Place]) -> set[Place]:
    return {place for places in inputs_of(preparation, target, known).values() for place in places}


def since_reference(preparation: Preparation, place: Place) -> str:
    """The reference a time limit at this place counts from; empty when none stands here."""
    field = parameter_of(preparation, place)
    if isinstance(field.limit, TimeLimit):
        return field.limit.of
    hold = step_of(preparation, place).hold_time
    return hold.since if hold is not None and hold.until == place.parameter else ""
