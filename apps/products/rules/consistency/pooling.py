"""A pool has one step in which it comes together; a derivative of plasma passes two virus steps before the fill."""

from collections.abc import Iterator

from apps.products.definition import Definition, NumberParameter
from apps.products.definition.places import StepAt
from apps.products.facts import Place, Regime, StepAct
from apps.products.rules.problems import Problem

LEAST_MECHANISMS = 2


def pool_problems(definition: Definition) -> Iterator[Problem]:
    """The pool and its step need each other; the mass is a number of that step."""
    pool, walk = definition.preparation.pool, definition.walk()
    steps = [one.step for one in walk if StepAct.POOL in one.step.acts]
    if pool is None and steps:
        yield Problem("preparation.pool", "is missing: a step brings donations together")
    if pool is not None and len(steps) != 1:
        yield Problem("preparation.pool", f"one step brings the donations together, not {len(steps)}")
    elif pool is not None and not isinstance(steps[0].field(pool.mass), NumberParameter):
        yield Problem("preparation.pool.mass", f'step "{steps[0].key}" records no number "{pool.mass}"')


def virus_problems(definition: Definition) -> Iterator[Problem]:
    """Two steps of different mechanism, one after the other, both before the units are filled."""
    if definition.regime is not Regime.PLASMA_DERIVATIVE:
        return
    walk = {one.place: one for one in definition.walk()}
    fills = [one for one in walk.values() if StepAct.FILL_UNITS in one.step.acts]
    before = [walk[place] for fill in fills for place in _before(definition, fill.place) if place in walk]
    steps = sorted((one for one in before if one.step.inactivates), key=lambda one: one.number)
    mechanisms = {one.step.inactivates for one in steps}
    if len(mechanisms) < LEAST_MECHANISMS:
        found = ", ".join(sorted(one.value.lower() for one in mechanisms if one)) or "none"
        yield Problem(
            "preparation.stages", f"two virus steps of different mechanism come before the fill, not: {found}"
        )
    yield from _side_by_side(definition, steps)


def _side_by_side(definition: Definition, steps: list[StepAt]) -> Iterator[Problem]:
    for i, one in enumerate(steps[1:], start=1):
        if steps[i - 1].place not in _before(definition, one.place):
            yield Problem("preparation.stages", f'virus step "{one.step.key}" does not wait for the one before it')


def _before(definition: Definition, place: Place) -> set[Place]:
    """Every step that must be complete before this one begins, directly or not."""
    reached: set[Place] = set()
    frontier = {place}
    while frontier:
        frontier = {earlier for one in frontier for earlier in definition.predecessors(one)} - reached
        reached |= frontier
    return reached
