"""Beginning a further occurrence of a step or stage that is repeated until its criterion is met."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from apps.audit.services import Change, audited
from apps.batches.facts.inputs import Act
from apps.batches.facts.words import StepState
from apps.batches.models import Batch, Step
from apps.batches.rules import order
from apps.batches.rules.places import no_such_place
from apps.batches.selectors.plans import plan_of
from apps.batches.selectors.situation import Situation, situation_of
from apps.batches.services.computing import missing_computed
from apps.batches.services.judging import read_place
from apps.batches.services.misses import kept
from apps.batches.services.recording import require_hands
from apps.batches.services.reporting import report_overridden, report_value
from apps.core.actor import Actor
from apps.core.errors import BadInput, Happened, stop_if
from apps.core.text import N_
from apps.products.definition import Definition
from apps.products.facts import BadPlace, ParameterKind, Place
from apps.products.rules.limits import elapsed_text, span_text
from apps.quality.facts import EventKind, Severity
from apps.quality.services import report_event


def start_occurrence(
    *, batch: Batch, place: str | Place, actor: Actor, at: datetime, happened: Happened | None = None
) -> list[Step]:
    """Begin the next occurrence of a repeated step, or of a whole stage with all its steps."""
    wanted = read_place(place)
    steps = _steps_of(plan_of(batch).definition, wanted)
    who = require_hands(batch, steps, actor, at)
    act = Act(who, at, happened=happened)
    with audited(actor=who, action="batch.occurrence.begun", at=at, reason=act.why, touching=[batch.record]) as change:
        computed = list(_computed_places(plan_of(batch).definition, steps))
        situation = situation_of(batch, [*steps, *computed])
        stop_if(order.can_hold_no_values(situation.state))
        against = (
            order.is_not_running(situation.state),
            situation.held_at(wanted),
            *order.may_not_occur_again(situation.definition, wanted, situation.states, situation.criterion),
        )
        firm = [one for one in against if one and one.code in ("does_not_repeat", "not_next", "too_many")]
        stop_if(*firm)
        overridden = stop_if(*against, happened=happened, keep=kept(batch, [one for one in against if one]))
        rows = [_row(situation.batch, step) for step in steps]
        change.create_many(rows)
        _work_out(change, situation, rows, act)
        _report_interval(change, situation, wanted, act.performed_at(None))
        report_overridden(change, situation, str(wanted), overridden, act)
        return rows


def _steps_of(definition: Definition, place: Place) -> list[Place]:
    """The steps of an occurrence, each with its first index where it repeats. Raises BadInput."""
    try:
        if place.step:
            definition.step(place)
            return [place.step_place]
        stage = definition.stage(place.stage)
        walked = definition.walk({str(Place(stage.key)): place.stage_n or 1})
    except BadPlace as error:
        raise BadInput(no_such_place(place)) from error
    steps = [found.place for found in walked if found.place.section == place]
    if not steps:
        raise BadInput(no_such_place(place))
    return steps


def _computed_places(definition: Definition, steps: list[Place]) -> Iterator[Place]:
    for step in steps:
        for field in definition.step(step).fields:
            if field.kind is ParameterKind.COMPUTED:
                yield step.at(field.key)


def _row(batch: Batch, step: Place) -> Step:
    return Step(record=batch.record, batch=batch, place=str(step), section=str(step.section))


def _work_out(change: Change, situation: Situation, steps: list[Step], act: Act) -> None:
    opened = {read_place(row.place): (row.pk, StepState.OPEN) for row in steps}
    widened = Situation(
        situation.batch, situation.plan, {**situation.steps, **opened}, situation.values, situation.holds
    )
    known = dict(situation.values)
    rows = [row for step in opened for row in missing_computed(widened, known, step, act)]
    if rows:
        change.create_many(rows, action="batch.value.computed")
    for row in rows:
        report_value(change, widened, row, act)


def _report_interval(change: Change, situation: Situation, place: Place, begun_at: datetime) -> None:
    """A repeat that came too early or too late is done all the same; QA sees it."""
    definition = situation.definition
    repeat = definition.step(place).repeat if place.step else definition.stage(place.stage).repeat
    n = place.step_n if place.step else place.stage_n
    if repeat is None or repeat.interval is None or not n or n == 1:
        return
    elapsed = _since_the_one_before(situation, order.earlier_occurrence(place, n), begun_at)
    span = repeat.interval
    early = elapsed is not None and span.at_least and elapsed < span.at_least.timedelta
    late = elapsed is not None and span.at_most and elapsed > span.at_most.timedelta
    if elapsed is None or not (early or late):
        return
    report_event(
        change,
        subject=situation.batch.record,
        kind=EventKind.HOLD_TIME,
        severity=Severity.MINOR,
        template=N_("{place} began {elapsed} after the one before; planned {span}."),
        facts={"place": place, "elapsed": elapsed_text(elapsed), "span": span_text(span)},
        about=f"{situation.batch.record.address}/{place}",
    )


def _since_the_one_before(situation: Situation, before: Place, begun_at: datetime) -> timedelta | None:
    ids = [situation.steps[step][0] for step in order.steps_in(before, situation.states)]
    done = Step.objects.filter(pk__in=ids, state=StepState.DONE).order_by("-completed_at")
    completed_at = done.values_list("completed_at", flat=True).first()
    return begun_at - completed_at if completed_at else None
