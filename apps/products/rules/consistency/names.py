"""Names that point to another part of the record, or to a table beside it."""

from collections.abc import Collection, Iterator

from apps.products.definition import ChoiceParameter, Definition
from apps.products.definition.donation import Donation, Eligibility
from apps.products.definition.preparation import Preparation
from apps.products.definition.storage import Deadline, Storage
from apps.products.facts import ParameterKind
from apps.products.rules.problems import Problem, path
from apps.products.rules.tables import Tables


def name_problems(definition: Definition, tables: Tables) -> Iterator[Problem]:
    """Every name that leads nowhere."""
    yield from _preparation(definition)
    yield from _units_and_donation(definition)
    yield from _testing(definition, tables)
    yield from _release(definition)
    yield from _storage_and_transport(definition)
    yield from _dosing_and_disposal(definition, tables)


def _keys(parts: Collection) -> set[str]:
    return {part.key for part in parts}


def _unknown(name: str | None, known: set[str], word: str, *at: str | int) -> Iterator[Problem]:
    if name is not None and name not in known:
        yield Problem(path(*at), f'there is no {word} "{name}"')


def _preparation(definition: Definition) -> Iterator[Problem]:
    preparation = definition.preparation
    for i, stage in enumerate(preparation.stages):
        for j, step in enumerate(stage.steps):
            at = ("preparation", "stages", i, "steps", j)
            if step.rows is not None and not step.rows.keys:
                yield from _unknown(step.rows.kind, _keys(preparation.vessels), "vessel", *at, "rows")
            yield from _needs(preparation, step, at)
            for k, sampling in enumerate(step.samples):
                here = (*at, "samples", k)
                yield from _unknown(sampling.sample, _keys(definition.testing.samples), "sample", *here, "sample")
                for m, test in enumerate(sampling.tests):
                    yield from _unknown(test, _keys(definition.testing.tests), "test", *here, "tests", m)


def _needs(preparation: Preparation, step: object, at: tuple[str | int, ...]) -> Iterator[Problem]:
    for part, name in (("materials", "material"), ("equipment", "equipment"), ("vessels", "vessel")):
        known = _keys(getattr(preparation, part))
        for k, need in enumerate(getattr(step, part)):
            yield from _unknown(getattr(need, name), known, name, *at, part, k, name)


def _units_and_donation(definition: Definition) -> Iterator[Problem]:
    units = definition.units
    yield from _unknown(units.first_state, _keys(definition.storage.states), "storage state", "units", "first_state")
    yield from _unknown(
        units.container.material, _keys(definition.preparation.materials), "material", "units", "container", "material"
    )
    if definition.collected is not None:
        yield from _donation(definition.collected)


def _donation(donation: Donation) -> Iterator[Problem]:
    for i, scope in enumerate(donation.consent.required_scopes):
        yield from _unknown(scope, _keys(donation.consent.scopes), "scope", "donation", "consent", "required_scopes", i)
    yield from _criteria(donation.eligibility)
    decisions = _keys(donation.eligibility.decisions)
    yield from _unknown(
        donation.eligibility.eligible_decision, decisions, "decision", "donation", "eligibility", "eligible_decision"
    )


def _criteria(medical: Eligibility) -> Iterator[Problem]:
    """Intervals count from dates among the criteria; a condition hangs on another criterion."""
    at = ("donation", "eligibility")
    dates = {one.key for one in medical.criteria if one.kind is ParameterKind.DATE}
    for i, interval in enumerate(medical.intervals):
        yield from _unknown(interval.criterion, dates, "date among the criteria", *at, "intervals", i, "criterion")
    for i, condition in enumerate(medical.asked_if):
        for name in (condition.criterion, condition.when):
            yield from _unknown(name, _keys(medical.criteria), "criterion", *at, "asked_if", i)


def _testing(definition: Definition, tables: Tables) -> Iterator[Problem]:
    testing = definition.testing
    for i, sample in enumerate(testing.samples):
        yield from _unknown(
            sample.division, _keys(definition.units.divisions), "division", "testing", "samples", i, "division"
        )
    for i, test in enumerate(testing.tests):
        at = ("testing", "tests", i)
        yield from _unknown(test.sample, _keys(testing.samples), "sample", *at, "sample")
        if tables.method(test.method, test.method_version) is None:
            yield Problem(
                path(*at, "method"), f'seeds/methods.yaml has no "{test.method}" version {test.method_version}'
            )
        yield from _unknown(test.assay, _keys(test.results), "result", *at, "assay")
        for j, result in enumerate(test.results):
            if test.period and isinstance(result, ChoiceParameter):
                for k, key in enumerate(test.period.final_at_any_time):
                    yield from _unknown(
                        key,
                        _keys(result.options),
                        f"option of {test.results[j].key}",
                        *at,
                        "period",
                        "final_at_any_time",
                        k,
                    )


def _release(definition: Definition) -> Iterator[Problem]:
    tests, conditional = _keys(definition.testing.tests), definition.release.conditional
    for i, test in enumerate(conditional.rapid_tests):
        yield from _unknown(test, tests, "test", "release", "conditional", "rapid_tests", i)
    for i, outstanding in enumerate(conditional.outstanding):
        yield from _unknown(outstanding.test, tests, "test", "release", "conditional", "outstanding", i, "test")
    seen: set[str] = set()
    for i, signature in enumerate(definition.release.signatures):
        if signature.verb in seen:
            yield Problem(path("release", "signatures", i, "verb"), f'"{signature.verb.value.lower()}" is signed twice')
        seen.add(signature.verb)


def _storage_and_transport(definition: Definition) -> Iterator[Problem]:
    storage = definition.storage
    states, events = _keys(storage.states), _keys(storage.events)
    for i, state in enumerate(storage.states):
        yield from _unknown(state.starts_with, events, "event", "storage", "states", i, "starts_with")
        yield from _unknown(state.ends_with, events, "event", "storage", "states", i, "ends_with")
        if state.deadline is not None:
            yield from _deadline(definition.storage, state.deadline, ("storage", "states", i, "deadline"))
        for j, following in enumerate(state.may_follow):
            yield from _unknown(following, states, "storage state", "storage", "states", i, "may_follow", j)
    if storage.stability is not None:
        for i, test in enumerate(storage.stability.tests):
            yield from _unknown(test, _keys(definition.testing.tests), "test", "storage", "stability", "tests", i)
    for i, mode in enumerate(definition.transport.modes):
        yield from _unknown(mode.state, states, "storage state", "transport", "modes", i, "state")


def _deadline(storage: Storage, deadline: Deadline, at: tuple[str | int, ...]) -> Iterator[Problem]:
    """It counts from an instant that the record knows; the state that comes instead is reached in the same way."""
    yield from _unknown(deadline.since, _keys(storage.events), "event", *at, "since")
    yield from _unknown(deadline.otherwise, _keys(storage.states), "storage state", *at, "otherwise")
    if storage.instant_of(deadline.since) is None:
        yield Problem(path(*at, "since"), f'"{deadline.since}" names no instant that the record knows')


def _dosing_and_disposal(definition: Definition, tables: Tables) -> Iterator[Problem]:
    dosing = definition.given
    for i, arm in enumerate(dosing.arms if dosing else ()):
        yield from _unknown(arm.route, _keys(dosing.routes if dosing else ()), "route", "dosing", "arms", i, "route")
    if tables.retention_of(definition.disposal.retention) is None:
        yield Problem("disposal.retention", f'seeds/retention.yaml has no "{definition.disposal.retention}"')
