"""What depends on what in a master record, worked out once per version: so that recording a value loads little.

A field is stage.step.parameter, without occurrences and rows.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from apps.products.definition import ComputedParameter, Definition, Stage, Step
from apps.products.definition.limits import TimeLimit
from apps.products.definition.parameters import Recordable
from apps.products.definition.places import stages_before
from apps.products.definition.references import target_of
from apps.products.facts import Place

Fields = frozenset[str]


def field_of(place: Place) -> str:
    """The field at a place."""
    return f"{place.stage}.{place.step}.{place.parameter}"


@dataclass(frozen=True)
class Plan:
    """A master record with its dependencies between fields."""

    definition: Definition
    sha256: str

    @cached_property
    def inputs(self) -> dict[str, Fields]:
        """The fields each computed field is worked out from."""
        found = {}
        for stage, step, field in self._fields():
            if isinstance(field, ComputedParameter):
                references = [given for given in field.inputs.values() if isinstance(given, str)]
                found[_key(stage, step, field)] = frozenset(self._target(text, stage, step) for text in references)
        return found

    @cached_property
    def dependents(self) -> dict[str, Fields]:
        """The computed fields that change with a field, directly or through another."""
        direct = defaultdict(set)
        for computed, inputs in self.inputs.items():
            for field in inputs:
                direct[field].add(computed)
        return {field: _closure(field, direct) for field in direct}

    @cached_property
    def counted_from(self) -> dict[str, Fields]:
        """The fields that a time limit or hold time of a field counts from."""
        found = defaultdict(set)
        for stage, step, field in self._fields():
            if isinstance(field.limit, TimeLimit):
                found[_key(stage, step, field)].add(self._target(field.limit.of, stage, step))
            if step.hold_time is not None and step.hold_time.until == field.key:
                found[_key(stage, step, field)].add(self._target(step.hold_time.since, stage, step))
        return {field: frozenset(fields) for field, fields in found.items()}

    @cached_property
    def criteria(self) -> dict[str, Fields]:
        """Per step (stage.step): the criteria of the repeats that must have ended before it begins, and of its own."""
        found = {}
        for stage in self.definition.preparation.stages:
            earlier = [self.definition.stage(key) for key in stages_before(self.definition.preparation, stage)]
            outer = {field for before in (*earlier, stage) for field in self._criteria_in(before)}
            for step in stage.steps:
                found[f"{stage.key}.{step.key}"] = frozenset(outer)
        return found

    def needed_for(self, place: Place) -> Fields:
        """The fields of other steps to look at when a value is recorded at a place."""
        field = field_of(place)
        dependents = self.dependents.get(field, frozenset())
        inputs = {needed for computed in (field, *dependents) for needed in self.inputs.get(computed, ())}
        since = self.counted_from.get(field, frozenset())
        return frozenset(dependents | inputs | since | self.criteria.get(f"{place.stage}.{place.step}", frozenset()))

    def _fields(self) -> Iterator[tuple[Stage, Step, Recordable]]:
        for stage in self.definition.preparation.stages:
            for step in stage.steps:
                for field in step.fields:
                    yield stage, step, field

    def _target(self, reference: str, stage: Stage, step: Step) -> str:
        target = target_of(self.definition.preparation, reference, stage, step)
        return _key(target.stage, target.step, target.field)

    def _criteria_in(self, stage: Stage) -> Iterator[str]:
        if stage.repeat is not None:
            yield self._target(stage.repeat.until, stage, stage.steps[-1])
        for step in stage.steps:
            if step.repeat is not None:
                yield self._target(step.repeat.until, stage, step)


def _key(stage: Stage, step: Step, field: Recordable) -> str:
    return f"{stage.key}.{step.key}.{field.key}"


def _closure(field: str, direct: dict[str, set[str]]) -> Fields:
    found: set[str] = set()
    frontier = {field}
    while frontier:
        frontier = {computed for key in frontier for computed in direct.get(key, ())} - found
        found |= frontier
    return frozenset(found)
