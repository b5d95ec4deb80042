"""The stability protocol of a product: what is studied, when, by which tests, and what it may support at most."""

from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from apps.products.definition.base import Count, Key, Listed, Part, Source, Span, wrong

Months = Annotated[int, Field(ge=1, le=600, strict=True)]
MOST_DAYS_OF_MONTHS = 28  # the shortest month: two windows that keep apart by it never meet


class TimePoint(Part):
    """A month after the clock of the storage state began, and how far around it a unit may be pulled. `tests`: those
    of this point only, where they are not all of the protocol."""

    month: Months
    window: Span  # before and after
    tests: tuple[Key, ...] = ()
    source: Source

    @model_validator(mode="after")
    def _is_elapsed(self) -> Self:
        if self.window.is_calendar:
            raise wrong("window", "a window is an elapsed time: h, d or wk")
        return self


class Pulling(Part):
    """How many units are pulled at each time point, and what of a unit becomes its sample."""

    sample: Key
    units: Count
    source: Source


class Support(Part):
    """How many months of shelf life the data may support at most, whatever they show."""

    at_most: Months
    source: Source


class StabilityProtocol(Part):
    """The study of one storage state. Month 0 is what was found for the release of the batch; nothing is pulled for
    it (ICH Q1A(R2) 2.2.6, Q5C 6; 21 CFR 211.166)."""

    state: Key
    points: Annotated[tuple[TimePoint, ...], Field(min_length=1)]
    tests: Annotated[tuple[Key, ...], Field(min_length=1)]
    pull: Pulling
    support: Support
    clauses: Annotated[tuple[Listed, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _points_follow_one_another(self) -> Self:
        for i, (one, following) in enumerate(pairwise(self.points), 1):
            if following.month <= one.month:
                raise wrong(
                    f"points[{i}].month", "month {month} does not come after the one before", month=following.month
                )
            apart = (following.month - one.month) * MOST_DAYS_OF_MONTHS
            if one.window.timedelta.days + following.window.timedelta.days >= apart:
                raise wrong(
                    f"points[{i}].window", "the window of month {month} meets the one before", month=following.month
                )
        return self

    @model_validator(mode="after")
    def _supports_what_it_studies(self) -> Self:
        last = self.points[-1].month
        if self.support.at_most > last:
            raise wrong("support.at_most", "nothing is studied after month {last}", last=last)
        return self

    @model_validator(mode="after")
    def _points_test_what_the_protocol_tests(self) -> Self:
        for i, point in enumerate(self.points):
            for j, test in enumerate(point.tests):
                if test not in self.tests:
                    raise wrong(f"points[{i}].tests[{j}]", 'the protocol has no test "{test}"', test=test)
        return self

    def tests_at(self, month: int) -> tuple[str, ...]:
        """The tests that are required at a month; at month 0 all of the protocol."""
        named = next((point.tests for point in self.points if point.month == month), ())
        return named or self.tests

    def point(self, month: int) -> TimePoint | None:
        """The time point of that month."""
        return next((point for point in self.points if point.month == month), None)
