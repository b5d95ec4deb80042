"""Testing: samples, tests, run validity, limits, periods and retests."""

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from apps.products.definition.base import (
    Bilingual,
    Count,
    Key,
    Listed,
    Number,
    Part,
    Source,
    Span,
    Text,
    lower_case,
    wrong,
)
from apps.products.definition.base import Mark as CertaintyMark
from apps.products.definition.parameters import Parameter
from apps.products.facts import Gate, Mark, Reportable, SampleSource, TestLevel


class SampleKind(Part):
    """A kind of sample: where it comes from and how it is kept."""

    key: Key
    label: Bilingual
    source_of: Annotated[SampleSource, lower_case(SampleSource)]
    division: Key | None = None  # the division of the fill it is taken from
    container: Bilingual
    storage: Bilingual
    amount: Number | None = None
    unit: str = ""


class Control(Part):
    """A control of a run: outside its limit the run is invalid and gives no reportable result."""

    key: Key
    label: Bilingual
    result: Parameter


class Run(Part):
    """What makes an assay run valid."""

    controls: Annotated[tuple[Control, ...], Field(min_length=1)]
    replicates: Count = 1


class Period(Part):
    """An observation period in elapsed time; some outcomes are final at any time (growth)."""

    at_least: Span
    counted_from: Bilingual
    final_at_any_time: tuple[Key, ...] = ()
    source: Source

    @model_validator(mode="after")
    def _is_elapsed(self) -> Self:
        if self.at_least.is_calendar:
            raise wrong("at_least", "a period is an elapsed time: 14 d means 14 × 24 h")
        return self


class Retest(Part):
    """What may be repeated after a confirmed laboratory error, by the written plan only."""

    allowed: bool
    at_most: Annotated[int, Field(ge=0, le=10, strict=True)] = 0
    plan: Bilingual


class Need(Part):
    """An instrument or a reagent that the test needs; its lot or number is recorded with the result."""

    key: Key
    label: Bilingual


def _fails_outside(results: object) -> object:
    """A reported result beyond its limit fails, where a value of the batch record calls for action."""
    if not isinstance(results, list | tuple):
        return results
    return [_with_fail(result) for result in results]


def _with_fail(result: object) -> object:
    if not isinstance(result, dict) or not isinstance(result.get("limit"), dict):
        return result
    return result | {"limit": {"outside": "fail"} | result["limit"]}


class AtLevel(Part):
    """Whether the test is required or informative on the bank, the lot or the dose, and what gates on it."""

    level: Annotated[TestLevel, lower_case(TestLevel)]
    mark: Annotated[Mark, lower_case(Mark)]
    gate: Annotated[Gate, lower_case(Gate)]
    condition: Bilingual | None = None  # "if used", "if the bank was made with animal material"
    certainty: CertaintyMark


class Test(Part):
    """One test of the specification. `assay` names the result that says by which assay the others were found: without
    it, or by an assay the record has no limit for, they are invalid and not failed. `reportable` says what the method
    reports where a quantity was determined more than once: each value, or their mean."""

    __test__ = False  # not a test class, whatever its name

    key: Key
    label: Bilingual
    method: Key
    method_version: Text
    sample: Key
    levels: Annotated[tuple[AtLevel, ...], Field(min_length=1)]
    results: Annotated[tuple[Parameter, ...], Field(min_length=1), BeforeValidator(_fails_outside)]
    assay: Key | None = None
    run: Run | None = None
    instruments: tuple[Need, ...] = ()
    reagents: tuple[Need, ...] = ()
    period: Period | None = None
    sample_age: Span | None = None
    turn_round: Span
    retest: Retest
    reportable: Annotated[Reportable, lower_case(Reportable)] = Reportable.EACH
    may_be_outstanding: bool = False
    source: Source

    def at(self, level: TestLevel) -> AtLevel | None:
        """What the test means at that level."""
        return next((entry for entry in self.levels if entry.level is level), None)

    def result(self, key: str) -> Parameter | None:
        """The reported quantity of that key."""
        return next((result for result in self.results if result.key == key), None)


class TestingLevel(Part):
    """One of the three levels of testing: by whom, when, and what it gates."""

    __test__ = False

    key: Key
    label: Bilingual
    by_whom: Bilingual
    when: Bilingual
    gates: Bilingual
    source: Source


class Rounding(Part):
    """How a reportable value is rounded, as the rule book of the site says it."""

    rule: Annotated[str, Field(pattern=r"^half_up$")]
    once: bool
    source: Source


class Testing(Part):
    """The specification."""

    rounding: Rounding
    samples: Annotated[tuple[SampleKind, ...], Field(min_length=1)]
    tests: Annotated[tuple[Test, ...], Field(min_length=1)]
    three_levels: tuple[TestingLevel, ...] = ()
    reviewer_is_not_analyst: bool = True
    out_of_specification: tuple[Listed, ...] = ()

    def test(self, key: str) -> Test | None:
        """The test of that key."""
        return next((test for test in self.tests if test.key == key), None)

    def at_level(self, level: TestLevel, mark: Mark | None = None) -> tuple[Test, ...]:
        """The tests of a level in the order of the specification; with a mark only those."""
        chosen = ((test, test.at(level)) for test in self.tests)
        return tuple(test for test, entry in chosen if entry and (mark is None or entry.mark is mark))
