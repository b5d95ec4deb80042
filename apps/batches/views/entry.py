"""The panel about one value: what it says, where it stands on its limits, what other batches had, its history."""

from decimal import Decimal
from itertools import pairwise

from django.utils.translation import gettext as _

from apps.batches.facts.around import AroundStep, PointElsewhere
from apps.batches.facts.lines import ValueFact
from apps.batches.views import naming
from apps.batches.views.fields import FieldView
from apps.core.ui.plots import Bounds, Strip, limit_strip, trend
from apps.products.definition import NumericLimit
from apps.products.facts import Comparator, ParameterKind

COUNTED = (ParameterKind.NUMBER, ParameterKind.COMPUTED)
ENOUGH_FOR_A_TREND = 3


def entry_of(view: FieldView, around: AroundStep, elsewhere: tuple[PointElsewhere, ...] = ()) -> dict[str, object]:
    """What parts/entry.html needs of a recorded value."""
    says, follows = view.verdict_words
    return {
        "view": view,
        "says": says,
        "follows": follows,
        "strip": strip_of(view, around),
        "strip_summary": strip_summary(view),
        **_trend(view, elsewhere),
        "history": history_of(view),
    }


def bounds_of(view: FieldView) -> Bounds | None:
    """The ends of the limit as numbers; None when it has none."""
    limit = view.parameter.limit
    if view.fact.kind not in COUNTED or not isinstance(limit, NumericLimit):
        return None
    inner = limit.action or limit
    low = inner.low if inner.low is not None else limit.low
    high = inner.high if inner.high is not None else limit.high
    alert = limit.alert
    alert_low = alert.low if alert and alert.low != low else None
    alert_high = alert.high if alert and alert.high != high else None
    return Bounds(low=low, high=high, alert_low=alert_low, alert_high=alert_high)


def strip_of(view: FieldView, around: AroundStep) -> Strip | None:
    """The value on the strip of its limits, the earlier ones beside it."""
    bounds, value = bounds_of(view), view.value
    if bounds is None or value is None or value.number is None or value.comparator != Comparator.EXACT:
        return None
    before = [
        (f"P{one.stage_n}" if one.stage_n else str(one.step_n), number)
        for one in around.earlier.get(view.fact.key, ())
        if (number := one.number_in(view.fact.row)) is not None
    ]
    as_shown = value.given_unit == "" and _is_number(view.text)
    shown = Decimal(view.text) if as_shown else value.number.normalize()
    present = [*bounds.numbers, float(shown), *(float(number) for _label, number in before)]
    return limit_strip(shown, bounds, before, naming.unit_of(view.parameter), axis=_axis(view, present))


def _axis(view: FieldView, present: list[float]) -> tuple[float, float]:
    """Room on both sides for the words of the zones, inside what is possible at all."""
    low, high = min(present), max(present)
    room = (high - low) * 0.6 or abs(high) * 0.1 or 1.0
    ends = getattr(view.parameter, "possible", None)
    least = float(ends.low) if ends and ends.low is not None else low - room
    most = float(ends.high) if ends and ends.high is not None else high + room
    return float(f"{max(low - room, least):.3g}"), float(f"{min(high + room, most):.3g}")


def strip_summary(view: FieldView) -> str:
    """The strip in words."""
    return _("%(value)s on its limits: %(limit)s") % {"value": f"{view.text} {view.unit}".strip(), "limit": view.limit}


def history_of(view: FieldView) -> list[dict[str, object]]:
    """The steps from what stood first to what stands now, newest first."""
    if view.value is None:
        return []
    steps = [*view.fact.history, view.value]
    return [_corrected(view, old, new) for old, new in reversed(list(pairwise(steps)))]


def _corrected(view: FieldView, old: ValueFact, new: ValueFact) -> dict[str, object]:
    return {
        "old": naming.shown_value(view.parameter, old),
        "new": naming.shown_value(view.parameter, new),
        "who": new.printed_name,
        "at": new.recorded_at,
        "why": new.reason,
    }


def _trend(view: FieldView, elsewhere: tuple[PointElsewhere, ...]) -> dict[str, object]:
    bounds, value = bounds_of(view), view.value
    if bounds is None or value is None or value.number is None or len(elsewhere) < ENOUGH_FOR_A_TREND:
        return {"trend": None}
    points = [*((one.batch, one.number) for one in elsewhere), (view.number, value.number)]
    numbers = [number for _batch, number in points]
    summary = _("The last %(n)s batches: %(low)s to %(high)s, this one %(value)s") % {
        "n": len(elsewhere),
        "low": f"{min(numbers[:-1]):f}".rstrip("0").rstrip("."),
        "high": f"{max(numbers[:-1]):f}".rstrip("0").rstrip("."),
        "value": view.text,
    }
    return {"trend": trend(points, bounds), "trend_summary": summary, "trend_n": len(elsewhere)}


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).replace("-", "", 1).isdigit()
