"""One finding in detail: where it stands on its limits, what stood before, who answered it."""

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from apps.batches.models import Batch, RecordedValue
from apps.batches.selectors.lines import value_fact
from apps.batches.selectors.plans import definition_of_batch
from apps.batches.views.naming import limit_words, shown_value, unit_of
from apps.core.ui.plots import Bounds, Strip, limit_strip
from apps.products.definition import NumericLimit, Recordable
from apps.products.facts import BadPlace, Comparator, Place
from apps.products.rules.rounding import round_half_up
from apps.release.facts import Check, Finding
from apps.testing.models import Found, Result
from apps.testing.selectors import history_of_result, specification_of
from apps.testing.views.naming import found_word


@dataclass(frozen=True)
class Detail:
    """What parts/finding.html shows of the value behind a finding."""

    strip: Strip | None = None
    summary: str = ""
    history: list[dict[str, object]] = field(default_factory=list)
    performed_at: object = None
    recorded_at: object = None


def detail_of(batch: Batch, finding: Finding) -> Detail:
    """The value or result behind a finding; nothing for the others."""
    _check, _colon, row = finding.key.partition(":")
    if finding.check is Check.RESULTS:
        return _of_result(Result.objects.select_related("line__run", "line__sample", "batch").get(pk=int(row)))
    if row.isdigit():
        return _of_value(batch, RecordedValue.objects.select_related("second", "file").get(pk=int(row)))
    return Detail()


def _of_value(batch: Batch, value: RecordedValue) -> Detail:
    try:
        parameter = definition_of_batch(batch).parameter(Place.parse(value.place))
    except BadPlace:
        return Detail(performed_at=value.performed_at, recorded_at=value.recorded_at)
    fact = value_fact(value)
    steps = list(
        RecordedValue.objects.filter(batch=batch, place=value.place, pk__lte=value.pk)
        .select_related("second", "file")
        .order_by("pk")
    )
    history = [
        {
            "old": shown_value(parameter, value_fact(old)),
            "new": shown_value(parameter, value_fact(new)),
            "who": new.printed_name,
            "at": new.recorded_at,
            "why": new.reason,
        }
        for old, new in reversed(list(pairwise(steps)))
    ]
    unit = unit_of(parameter, fact)
    exact = value.comparator == Comparator.EXACT
    strip = _strip(parameter, value.number if exact else None, unit)
    summary = f"{shown_value(parameter, fact)} {unit}: {limit_words(parameter)}"
    return Detail(strip, summary, history, value.performed_at, value.recorded_at)


def _of_result(result: Result) -> Detail:
    parameter = specification_of(result.line.run, result.batch).result(result.parameter)
    if parameter is None:
        return Detail(performed_at=result.tested_at, recorded_at=result.recorded_at)
    steps: list[Found] = [row for row in history_of_result(result) if row.pk <= result.pk]
    history = [
        {
            "old": found_word(parameter, old),
            "new": found_word(parameter, new),
            "who": getattr(new, "analyst_name", ""),
            "at": new.recorded_at,
            "why": new.reason,
        }
        for old, new in reversed(list(pairwise(steps)))
    ]
    exact = result.comparator == Comparator.EXACT
    strip = _strip(parameter, result.number if exact else None, result.unit)
    return Detail(strip, f"{result.text} {result.unit}", history, result.tested_at, result.recorded_at)


def _strip(parameter: Recordable, number: Decimal | None, unit: str) -> Strip | None:
    limit = parameter.limit
    if number is None or not isinstance(limit, NumericLimit):
        return None
    inner = limit.action or limit
    low = inner.low if inner.low is not None else limit.low
    high = inner.high if inner.high is not None else limit.high
    alert = limit.alert
    bounds = Bounds(
        low=low,
        high=high,
        alert_low=alert.low if alert and alert.low != low else None,
        alert_high=alert.high if alert and alert.high != high else None,
    )
    return limit_strip(round_half_up(number, getattr(parameter, "decimals", 2)), bounds, (), unit)
