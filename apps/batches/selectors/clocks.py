"""The clocks of a batch that run now."""

from collections.abc import Mapping
from datetime import datetime

from apps.batches.facts.lines import ClockFact
from apps.batches.facts.words import StepState
from apps.batches.rules.plan import Plan
from apps.batches.selectors.lines import Values
from apps.products.definition import Clock, Definition
from apps.products.facts import Duration, Place


def clocks_of(plan: Plan, states: Mapping[Place, StepState], values: Values) -> tuple[ClockFact, ...]:
    """Every clock that runs now: its start is recorded, its end is not."""
    found = []
    for clock in plan.definition.clocks:
        for step, state in states.items():
            if (step.stage, step.step) == (clock.stage, clock.step) and state is StepState.OPEN:
                fact = _clock(plan.definition, clock, step.at(clock.until), values)
                if fact:
                    found.append(fact)
    return tuple(found)


def _clock(definition: Definition, clock: Clock, until: Place, values: Values) -> ClockFact | None:
    starts = definition.resolve(clock.since, until, values.keys())
    if not starts or until in values:
        return None
    start = values[starts[-1]]
    since_at = start.instant or start.performed_at
    return ClockFact(
        key=clock.key,
        label=clock.label,
        since=starts[-1],
        since_at=since_at,
        until=until,
        not_before=_after(since_at, clock.span.at_least),
        alert_at=_after(since_at, clock.alert.at_most if clock.alert else None),
        ends_at=_after(since_at, clock.span.at_most),
    )


def _after(instant: datetime, span: Duration | None) -> datetime | None:
    return span.after(instant) if span else None
