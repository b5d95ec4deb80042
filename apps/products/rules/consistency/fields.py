"""The recorded fields: limits fit their kind, references lead somewhere, computed values are in the catalogue."""

from collections.abc import Iterator

from apps.products.definition import Constant, Definition
from apps.products.definition.limits import EqualsLimit, NumericLimit, OneOfLimit, TimeLimit
from apps.products.definition.parameters import ChoiceParameter, ComputedParameter, NumberParameter, Recordable
from apps.products.definition.places import stage_of
from apps.products.definition.preparation import Preparation, Repeat, Stage, Step
from apps.products.definition.references import Target, target_of
from apps.products.facts import BadPlace, ParameterKind
from apps.products.rules.computed import CATALOGUE, INSTANT, SAME, Function, Input
from apps.products.rules.problems import Problem, path
from apps.products.rules.tables import Tables

At = tuple[str | int, ...]
NUMERIC = (ParameterKind.NUMBER, ParameterKind.COMPUTED)
CHOSEN = (ParameterKind.CHOICE, ParameterKind.YES_NO, ParameterKind.TEXT)


def field_problems(definition: Definition, tables: Tables) -> Iterator[Problem]:
    """Every field of the batch record, then the reported results of the tests."""
    preparation = definition.preparation
    for i, stage in enumerate(preparation.stages):
        at: At = ("preparation", "stages", i)
        yield from _repeat_problems(preparation, stage, stage.steps[-1], stage.repeat, at)
        for j, step in enumerate(stage.steps):
            yield from _step_problems(preparation, stage, step, (*at, "steps", j), tables)
    for i, grade in enumerate(preparation.environments):
        for j, limited in enumerate(grade.limits):
            yield from limit_problems(limited, ("preparation", "environments", i, "limits", j))
    for i, test in enumerate(definition.testing.tests):
        for j, result in enumerate(test.results):
            yield from limit_problems(result, ("testing", "tests", i, "results", j))


def _step_problems(preparation: Preparation, stage: Stage, step: Step, at: At, tables: Tables) -> Iterator[Problem]:
    yield from _repeat_problems(preparation, stage, step, step.repeat, at)
    keys = [field.key for field in step.fields]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield Problem(path(*at), f'"{key}" names two things in this step')
    if step.hold_time is not None:
        yield from _instant_problems(preparation, stage, step, step.hold_time.since, (*at, "hold_time", "since"))
        yield from _instant_problems(preparation, stage, step, step.hold_time.until, (*at, "hold_time", "until"))
    for k, field in enumerate(step.parameters):
        here = (*at, "parameters", k)
        yield from limit_problems(field, here)
        if isinstance(field.limit, TimeLimit):
            yield from _instant_problems(preparation, stage, step, field.limit.of, (*here, "limit", "of"))
        if isinstance(field, ComputedParameter):
            yield from _computed_problems(preparation, stage, step, field, here, tables)


def limit_problems(field: Recordable, at: At) -> Iterator[Problem]:
    """Whether a limit can be held against what is recorded here."""
    limit, here = field.limit, (*at, "limit")
    if isinstance(limit, NumericLimit) and field.kind not in NUMERIC:
        yield Problem(path(*here, "kind"), "a numeric limit stands on a number or a computed value only")
    if isinstance(limit, TimeLimit) and field.kind is not ParameterKind.INSTANT:
        yield Problem(path(*here, "kind"), "within_time_of stands on an instant only")
    if isinstance(limit, OneOfLimit) and field.kind not in CHOSEN:
        yield Problem(path(*here, "kind"), "one_of stands on a choice, yes or no, or a text only")
    if isinstance(limit, EqualsLimit) and field.kind in NUMERIC:
        yield from _numeric_equals_problems(limit, here)
    if isinstance(limit, EqualsLimit | OneOfLimit):
        yield from _option_problems(field, limit, here)


def _numeric_equals_problems(limit: EqualsLimit, at: At) -> Iterator[Problem]:
    for name in ("compare", "decimals"):
        if getattr(limit, name) is None:
            yield Problem(path(*at, name), "is missing: a number is compared raw or rounded, with so many decimals")
    if not limit.value.replace("-", "", 1).replace(".", "", 1).isdigit():
        yield Problem(path(*at, "value"), f'"{limit.value}" is no number')


def _option_problems(field: Recordable, limit: EqualsLimit | OneOfLimit, at: At) -> Iterator[Problem]:
    allowed: set[str] = {"yes", "no"} if field.kind is ParameterKind.YES_NO else set()
    if isinstance(field, ChoiceParameter):
        allowed = {option.key for option in field.options}
    if not allowed:
        return
    if isinstance(limit, EqualsLimit):
        named = [("value", limit.value)]
    else:
        named = [(f"values[{i}]", value) for i, value in enumerate(limit.values)]
        named += [(f"alert[{i}]", value) for i, value in enumerate(limit.alert)]
    for where, value in named:
        if value not in allowed:
            yield Problem(f"{path(*at)}.{where}", f'"{value}" is none of: {", ".join(sorted(allowed))}')


def _target(preparation: Preparation, stage: Stage, step: Step, reference: str, at: At) -> Target | Problem:
    try:
        return target_of(preparation, reference, stage, step)
    except BadPlace as error:
        return Problem(path(*at), str(error))


def _instant_problems(preparation: Preparation, stage: Stage, step: Step, reference: str, at: At) -> Iterator[Problem]:
    target = _target(preparation, stage, step, reference, at)
    if isinstance(target, Problem):
        yield target
    elif target.field.kind is not ParameterKind.INSTANT:
        yield Problem(path(*at), f'"{reference}" is no instant')


def _repeat_problems(
    preparation: Preparation, stage: Stage, step: Step, repeat: Repeat | None, at: At
) -> Iterator[Problem]:
    if repeat is None:
        return
    target = _target(preparation, stage, step, repeat.until, (*at, "repeat", "until"))
    if isinstance(target, Problem):
        yield target
    elif target.stage.key != stage.key:
        yield Problem(path(*at, "repeat", "until"), "the criterion is recorded inside what repeats")
    elif repeat.is_ == "pass" and target.field.limit is None:
        yield Problem(path(*at, "repeat", "until"), f'"{repeat.until}" has no limit that could be met')


def _computed_problems(
    preparation: Preparation, stage: Stage, step: Step, field: ComputedParameter, at: At, tables: Tables
) -> Iterator[Problem]:
    function = CATALOGUE.get((field.function, field.version))
    if function is None:
        yield Problem(path(*at, "function"), f'the catalogue has no "{field.function}" version {field.version}')
        return
    if (
        function.unit != SAME
        and tables.units.knows(field.unit)
        and not tables.units.is_same_kind(function.unit, field.unit)
    ):
        yield Problem(path(*at, "unit"), f"{function.name} gives {function.unit}, which can't be shown in {field.unit}")
    yield from _input_name_problems(function, field, at)
    for name, wanted in function.inputs.items():
        given = field.inputs.get(name)
        if isinstance(given, str):
            yield from _input_problems(
                _target(preparation, stage, step, given, (*at, "inputs", name)),
                wanted,
                field,
                (*at, "inputs", name),
                tables,
            )
    if _takes_itself(preparation, stage, step, field):
        yield Problem(path(*at, "inputs"), f'"{field.key}" is worked out from itself')


def _input_name_problems(function: Function, field: ComputedParameter, at: At) -> Iterator[Problem]:
    for name in function.inputs:
        if name not in field.inputs:
            yield Problem(path(*at, "inputs", name), f"is missing: {function.name} needs it")
    for name in field.inputs:
        if name not in function.inputs:
            yield Problem(path(*at, "inputs", name), f"{function.name} has no such input")


def _input_problems(
    target: Target | Problem, wanted: Input, field: ComputedParameter, at: At, tables: Tables
) -> Iterator[Problem]:
    if isinstance(target, Problem):
        yield target
        return
    is_instant = target.field.kind is ParameterKind.INSTANT
    if is_instant != (wanted.unit == INSTANT):
        yield Problem(path(*at), f'"{target.field.key}" is {"an" if is_instant else "no"} instant')
        return
    given = _units_of(target.field)
    if not given and not is_instant:
        yield Problem(path(*at), f'"{target.field.key}" is no number')
    needed = field.unit if wanted.unit == SAME else wanted.unit
    for unit in given if wanted.unit not in (INSTANT, "any") else ():
        if tables.units.knows(unit) and tables.units.knows(needed) and not tables.units.is_same_kind(unit, needed):
            yield Problem(path(*at), f'{unit} of "{target.field.key}" can\'t be converted to {needed}')


def _units_of(field: Recordable) -> set[str]:
    if isinstance(field, ChoiceParameter):
        return {option.unit for option in field.options if option.value is not None}
    return {field.unit} if isinstance(field, NumberParameter | ComputedParameter) else set()


def _takes_itself(preparation: Preparation, stage: Stage, step: Step, field: ComputedParameter) -> bool:
    """Follow references of the same occurrence; one with [-1] or [*] on a step or stage looks back, and ends."""
    start = (stage.key, step.key, field.key)
    frontier, seen = [start], set()
    while frontier:
        stage_key, step_key, key = frontier.pop()
        here_stage = stage_of(preparation, stage_key)
        here_step = here_stage.step(step_key) or step
        here = here_step.field(key)
        for reference in here.inputs.values() if isinstance(here, ComputedParameter) else ():
            reached = _same_occurrence(preparation, here_stage, here_step, reference)
            if reached == start:
                return True
            if reached and reached not in seen:
                seen.add(reached)
                frontier.append(reached)
    return False


def _same_occurrence(
    preparation: Preparation, stage: Stage, step: Step, reference: object
) -> tuple[str, str, str] | None:
    if isinstance(reference, Constant):
        return None
    try:
        target = target_of(preparation, str(reference), stage, step)
    except BadPlace:
        return None
    same_step = target.step.key == step.key and target.step_at == "-1"
    looks_back = target.stage.key == stage.key and (target.stage_at == "-1" or same_step)
    return None if looks_back else (target.stage.key, target.step.key, target.field.key)
