"""Whether a stability protocol studies what the record keeps, by tests and a kind of sample that it has."""

from collections.abc import Iterator

from apps.products.definition import Definition
from apps.products.definition.stability import StabilityProtocol
from apps.products.facts import SampleSource
from apps.products.rules.problems import Problem, path


def stability_problems(definition: Definition) -> Iterator[Problem]:
    """Every place where the protocol leads nowhere; a programme that is said twice."""
    protocol = definition.stability
    if protocol is None:
        return
    if definition.storage.stability is not None:
        yield Problem(path("storage", "stability"), "the stability programme is said in `stability` already")
    yield from _state(definition, protocol)
    yield from _sample(definition, protocol)
    known = {test.key for test in definition.testing.tests}
    for i, test in enumerate(protocol.tests):
        if test not in known:
            yield Problem(path("stability", "tests", i), f'there is no test "{test}"')


def _state(definition: Definition, protocol: StabilityProtocol) -> Iterator[Problem]:
    state = definition.storage.state(protocol.state)
    if state is None:
        yield Problem(path("stability", "state"), f'there is no storage state "{protocol.state}"')
    elif not state.shelf_life.is_calendar:
        yield Problem(path("stability", "state"), f'the shelf life of "{protocol.state}" is no number of months')


def _sample(definition: Definition, protocol: StabilityProtocol) -> Iterator[Problem]:
    kinds = {kind.key: kind for kind in definition.testing.samples}
    kind, at = kinds.get(protocol.pull.sample), path("stability", "pull", "sample")
    if kind is None:
        yield Problem(at, f'there is no sample "{protocol.pull.sample}"')
    elif kind.source_of is not SampleSource.UNIT or kind.division is not None:
        yield Problem(at, f'"{protocol.pull.sample}" is not taken from any unit of the fill')
