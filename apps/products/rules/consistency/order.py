"""The order of steps and stages: what they wait for exists, and nothing waits for itself."""

from collections.abc import Iterator, Mapping, Sequence

from apps.products.definition.places import stages_before, steps_before
from apps.products.definition.preparation import Preparation
from apps.products.rules.problems import Problem, path


def order_problems(preparation: Preparation) -> Iterator[Problem]:
    """Unknown predecessors and circles, stage by stage and among the stages."""
    stage_at = ("preparation", "stages")
    waits = {stage.key: stages_before(preparation, stage) for stage in preparation.stages}
    yield from _problems(stage_at, waits, [stage.after for stage in preparation.stages], "stage")
    stages = {stage.key for stage in preparation.stages}
    for i, stage in enumerate(preparation.stages):
        at = (*stage_at, i, "steps")
        waits = {step.key: steps_before(stage, step) for step in stage.steps}
        yield from _problems(at, waits, [step.after for step in stage.steps], "step")
        for j, step in enumerate(stage.steps):
            if step.key in stages:
                yield Problem(path(*at, j, "key"), f'"{step.key}" is the key of a stage; references could mean either')


def _problems(
    at: tuple[str | int, ...], waits: Mapping[str, Sequence[str]], written: Sequence[Sequence[str] | None], word: str
) -> Iterator[Problem]:
    for i, (key, after) in enumerate(zip(waits, written, strict=False)):
        for j, awaited in enumerate(after or ()):
            if awaited not in waits:
                yield Problem(path(*at, i, "after", j), f'there is no {word} "{awaited}"')
        if key in _reached(key, waits):
            yield Problem(path(*at, i, "after"), f'{word} "{key}" waits for itself')


def _reached(key: str, waits: Mapping[str, Sequence[str]]) -> set[str]:
    reached: set[str] = set()
    frontier = set(waits[key])
    while frontier:
        reached |= frontier
        frontier = {further for awaited in frontier for further in waits.get(awaited, ())} - reached
    return reached
