"""What the method reports where a quantity was determined more than once: its mean, where the master says so."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from apps.products.definition import NumberParameter, Test
from apps.products.facts import Comparator, Verdict
from apps.products.rules.limits import judge_number
from apps.products.rules.rounding import round_half_up
from apps.testing.models import Result
from apps.testing.rules import mean_of


@dataclass(frozen=True)
class Mean:
    """The reportable mean of one quantity of one sample: rounded half up, once; each value behind it."""

    sample: str
    parameter: str
    rounded: Decimal
    unit: str
    verdict: Verdict
    of: tuple[Result, ...]


def means_of(test: Test, results: Iterable[Result]) -> Iterator[Mean]:
    """The means that a test reports, of results that count. A value beyond its limit still fails beside its mean."""
    grouped: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        grouped.setdefault((result.line.sample.number, result.parameter), []).append(result)
    for (sample, key), own in grouped.items():
        parameter = test.result(key)
        if not isinstance(parameter, NumberParameter):
            continue
        mean = mean_of(test, [one.number if one.comparator == Comparator.EXACT else None for one in own])
        if mean is None:
            continue
        verdict = judge_number(parameter.limit, mean).verdict
        yield Mean(sample, key, round_half_up(mean, parameter.decimals), own[0].unit, verdict, tuple(own))
