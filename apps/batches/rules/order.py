"""Rules of order: what must be done before what, and how often. Pure."""

from collections.abc import Callable, Mapping, Sequence

from apps.batches.facts.words import BatchState, StepState
from apps.batches.lifecycle import LOCKED
from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.definition import Definition, Repeat
from apps.products.facts import Entered, Place
from apps.products.rules.repeats import is_enough

States = Mapping[Place, StepState]
Criterion = Callable[[str, Place], Entered | None]


def can_hold_no_values(state: BatchState) -> Objection | None:
    """Before its start a batch has no record; after the review the record is locked. No statement passes this."""
    if state is BatchState.PLANNED:
        return Objection("batch_not_started", N_("The batch is not started yet."))
    if state in LOCKED:
        template = N_("The record is locked: the batch is {state}. Add a comment, or ask QA to take the review back.")
        return Objection("record_locked", template, {"state": state})
    return None


def is_not_running(state: BatchState) -> Objection | None:
    """Values are entered while the batch runs; later only what had already been done."""
    if state is BatchState.RUNNING:
        return None
    return Objection("batch_not_running", N_("The batch is {state}, not running."), {"state": state})


def may_not_go_on_at_risk(state: BatchState, is_donor_undecided: bool) -> Objection | None:
    """At risk a batch goes on while it runs, and begins from a donor who is not found eligible (21 CFR 1271.60)."""
    if state is BatchState.PLANNED and is_donor_undecided:
        return None
    return is_not_running(state)


def is_over(state: BatchState) -> Objection | None:
    """What departs from the master record is agreed before the batch is finished."""
    if state in (BatchState.PLANNED, BatchState.RUNNING):
        return None
    return Objection("batch_not_running", N_("The batch is {state}, not running."), {"state": state})


def occurrences_of(steps: Mapping[Place, object]) -> dict[str, int]:
    """How often each stage and step was begun, as the definition counts it."""
    counted: dict[str, int] = {}
    for place in steps:
        if place.stage_n is not None:
            counted[place.stage] = max(counted.get(place.stage, 0), place.stage_n)
        if place.step_n is not None:
            step = str(Place(place.stage, place.stage_n, place.step))
            counted[step] = max(counted.get(step, 0), place.step_n)
    return counted


def open_before(definition: Definition, step: Place, states: States) -> tuple[Place, ...]:
    """The steps that must still be completed before this one begins."""
    before = definition.predecessors(step, occurrences_of(states))
    return tuple(place for place in before if states.get(place, StepState.OPEN) is StepState.OPEN)


def is_out_of_order(definition: Definition, step: Place, states: States) -> Objection | None:
    """The order of the master record; branches that don't wait for each other run side by side (21 CFR 211.100)."""
    waiting = open_before(definition, step, states)
    if not waiting:
        return None
    facts = {"step": step, "before": ", ".join(str(place) for place in waiting)}
    return Objection("out_of_order", N_("{step} comes after {before}."), facts, place=str(step))


def is_closed(step: Place, state: StepState) -> Objection | None:
    """A completed step takes no further entries; a skipped one none at all."""
    if state is StepState.DONE:
        return Objection("step_done", N_("{step} is completed already."), {"step": step}, place=str(step))
    if state is StepState.SKIPPED:
        template = N_("{step} is skipped in this batch by amendment.")
        return Objection("step_skipped", template, {"step": step}, place=str(step))
    return None


def is_before_the_criterion(
    definition: Definition, step: Place, states: States, criterion: Criterion
) -> Objection | None:
    """What follows a repeated step or stage waits until its criterion is met."""
    for before in definition.predecessors(step, occurrences_of(states)):
        if states.get(before) is StepState.SKIPPED:
            continue
        unmet = unmet_repeat(definition, before, step, criterion)
        if unmet:
            place, repeat = unmet
            facts = {"step": step, "repeated": place, "criterion": repeat.until}
            template = N_("{step} waits: {repeated} is repeated until {criterion} is met.")
            return Objection("criterion_not_met", template, facts, place=str(step))
    return None


def unmet_repeat(
    definition: Definition, before: Place, step: Place, criterion: Criterion
) -> tuple[Place, Repeat] | None:
    """The repeat that `before` ends and `step` lies behind, when its criterion is not met."""
    own = definition.step(before).repeat
    is_behind = (before.stage, before.stage_n, before.step) != (step.stage, step.stage_n, step.step)
    if own is not None and is_behind and not is_enough(own, criterion(own.until, before)):
        return before, own
    around = definition.stage(before.stage).repeat
    if around is not None and before.stage != step.stage and not is_enough(around, criterion(around.until, before)):
        return before.section, around
    return None


def may_not_occur_again(
    definition: Definition, place: Place, states: States, criterion: Criterion
) -> tuple[Objection, ...]:
    """A further occurrence begins when the one before is done and the criterion is not met yet."""
    is_stage = not place.step
    stage = definition.stage(place.stage)
    repeat = stage.repeat if is_stage else definition.step(place).repeat
    n = place.stage_n if is_stage else place.step_n
    if repeat is None or n is None:
        return (Objection("does_not_repeat", N_("{place} does not repeat."), {"place": place}),)
    counted = occurrences_of(states).get(str(Place(place.stage, None if is_stage else place.stage_n, place.step)), 0)
    found = (
        _is_not_next(place, n, counted),
        _is_too_many(place, n, repeat),
        _is_unfinished(place, states, n),
        _is_enough_already(place, n, repeat, states, criterion),
    )
    return tuple(objection for objection in found if objection)


def earlier_occurrence(place: Place, n: int) -> Place:
    """The occurrence before this one."""
    if place.step:
        return Place(place.stage, place.stage_n, place.step, n - 1)
    return Place(place.stage, n - 1)


def steps_in(place: Place, states: States) -> Sequence[Place]:
    """The steps of an occurrence, be it a step or a section."""
    return [step for step in states if (step == place if place.step else step.section == place)]


def _is_not_next(place: Place, n: int, counted: int) -> Objection | None:
    if n == counted + 1:
        return None
    facts = {"place": place, "n": counted}
    return Objection("not_next", N_("{place} is not the next occurrence; there are {n} so far."), facts)


def _is_too_many(place: Place, n: int, repeat: Repeat) -> Objection | None:
    if n <= repeat.at_most:
        return None
    return Objection("too_many", N_("{place}: at most {n} times."), {"place": place, "n": repeat.at_most})


def _is_unfinished(place: Place, states: States, n: int) -> Objection | None:
    before = earlier_occurrence(place, n)
    still_open = [step for step in steps_in(before, states) if states[step] is StepState.OPEN]
    if n == 1 or not still_open:
        return None
    facts = {"step": place, "before": ", ".join(str(step) for step in still_open)}
    return Objection("out_of_order", N_("{step} comes after {before}."), facts, place=str(place))


def _is_enough_already(place: Place, n: int, repeat: Repeat, states: States, criterion: Criterion) -> Objection | None:
    if n == 1:
        return None
    steps = steps_in(earlier_occurrence(place, n), states)
    if not steps or not is_enough(repeat, criterion(repeat.until, steps[-1])):
        return None
    facts = {"place": place, "criterion": repeat.until}
    return Objection("criterion_met", N_("{place} is not needed: {criterion} is met."), facts)


def unfinished_repeats(definition: Definition, states: States, criterion: Criterion) -> list[Objection]:
    """Every repeated step or stage whose last occurrence does not meet its criterion."""
    last: dict[Place, tuple[Place, Repeat]] = {}
    for step in sorted(states):
        if states[step] is StepState.SKIPPED:
            continue
        own, around = definition.step(step).repeat, definition.stage(step.stage).repeat
        if own is not None:
            last[Place(step.stage, step.stage_n, step.step)] = (step, own)
        if around is not None:
            last[Place(step.stage)] = (step, around)
    template = N_("{repeated} is repeated until {criterion} is met.")
    return [
        Objection("criterion_not_met", template, {"repeated": place, "criterion": repeat.until}, place=str(place))
        for place, repeat in last.values()
        if not is_enough(repeat, criterion(repeat.until, place))
    ]
