"""Units of several batches in one shipment: the strictest of what their master records allow governs. Pure."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import reduce

from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.definition import NumberParameter, NumericLimit, Parameter
from apps.products.definition.base import Listed
from apps.products.definition.limits import Ends, EqualsLimit, Limit, OneOfLimit
from apps.products.definition.storage import Logger, Transport, TransportMode
from apps.products.facts import Compare, Duration, LimitKind, Verdict
from apps.products.rules.limits import limit_text

GRAVEST = (Verdict.FAIL, Verdict.ACTION, Verdict.ALERT)


def way_for(modes: Sequence[TransportMode], key: str, stored: str) -> TransportMode | None:
    """The way of one master record for a unit in this storage state: of that name, else the one that keeps it so."""
    keeping = [mode for mode in modes if mode.state == stored]
    named = [mode for mode in modes if mode.key == key]
    return next((mode for mode in (*keeping, *named) if mode.key == key), next(iter(keeping), None))


def has_no_way(batch: str, key: str) -> Objection:
    """A batch whose master record knows no such way does not travel in it."""
    template = N_("The master record of batch {batch} knows no way of transport like {key}.")
    return Objection("no_way", template, {"batch": batch, "key": key}, place="units")


def is_of_another_patient(batch: str, chain: str, first: str) -> Objection | None:
    """What is made for one patient travels with nothing that is made for somebody else."""
    if chain == first:
        return None
    template = N_("Batch {batch} is not made for the same patient: it travels apart.")
    return Objection("another_patient", template, {"batch": batch}, place="units")


def is_at_another_site(batch: str, site: str, first: str) -> Objection | None:
    """A shipment leaves one site."""
    if site == first:
        return None
    return Objection("other_site", N_("Batch {batch} is at another site."), {"batch": batch}, place="units")


def strictest(ways: Sequence[TransportMode]) -> TransportMode | Objection:
    """One way that keeps every one of these: the range they share, the least time, the greatest margin, the most often
    read logger. Ranges that share no temperature do not travel together."""
    first = ways[0]
    for way in ways[1:]:
        both = _both(first, way)
        if isinstance(both, Objection):
            return both
        first = both
    return first


def strictest_stage(stages: Sequence[Transport]) -> Transport:
    """Every layer, every paper and every question of each master record; a question of two is judged by both."""
    first = stages[0]
    if len(stages) == 1:
        return first
    lists = {
        name: _listed(one for stage in stages for one in getattr(stage, name)) for name in ("packing", "documents")
    }
    return first.model_copy(update={**lists, "receipt": asked_once(one for stage in stages for one in stage.receipt)})


def asked_once(questions: Iterable[Parameter]) -> tuple[Parameter, ...]:
    """Each question once, as every master record asks it. Where they contradict each other it is the first one's."""
    found: dict[str, Parameter] = {}
    for one in questions:
        both = _stricter(found.get(one.key, one), one)
        if not isinstance(both, Objection):
            found[one.key] = both
    return tuple(found.values())


def contradictions(questions: Sequence[Parameter]) -> list[Objection]:
    """What two master records ask under one name although no answer meets both: such batches travel apart."""
    once = {one.key: one for one in asked_once(questions)}
    found = [_stricter(once[one.key], one) for one in questions]
    return [one for one in found if isinstance(one, Objection)]


def _both(one: TransportMode, other: TransportMode) -> TransportMode | Objection:
    if one == other:
        return one
    warmth = _shared(one.temperature, other.temperature)
    if isinstance(warmth, Objection):
        return warmth
    told = {
        "temperature": warmth,
        "at_most": _least(min, one.at_most, other.at_most),
        "requalified_within": _least(min, one.requalified_within, other.requalified_within),
        "hold_time_factor": max(filter(None, (one.hold_time_factor, other.hold_time_factor)), default=None),
        "checks": asked_once((*one.checks, *other.checks)),
        "logger": _logger(one.logger, other.logger),
    }
    return one.model_copy(update=told)


def _shared(one: Parameter, other: Parameter) -> Parameter | Objection:
    """The temperatures that both allow."""
    numbers = isinstance(one, NumberParameter) and isinstance(other, NumberParameter) and one.unit == other.unit
    if numbers and isinstance(one.limit, NumericLimit) and isinstance(other.limit, NumericLimit):
        limit = _intersection(one.limit, other.limit)
        if limit is not None:
            return one.model_copy(update={"limit": limit})
    words = {"one": _range(one), "other": _range(other)}
    template = N_("They do not travel together: {one} and {other} have no temperature in common.")
    return Objection("no_common_range", template, words, place="units")


def _intersection(one: NumericLimit, other: NumericLimit) -> NumericLimit | None:
    """Inside both; None where nothing is. A level of one of them is never wider than the limit of both."""
    own = _inner(one.own_ends, other.own_ends)
    levels = {name: _level(own, getattr(one, name), getattr(other, name)) for name in ("action", "alert")}
    if any(_excludes(ends) for ends in (own, levels["action"])):
        return None
    is_range = own.low is not None and own.high is not None
    kind = LimitKind.RANGE if is_range else LimitKind.AT_MOST if own.low is None else LimitKind.AT_LEAST
    ends = {"low": own.low, "high": own.high, "low_open": own.low_open, "high_open": own.high_open}
    how = {
        "compare": Compare.RAW if Compare.RAW in (one.compare, other.compare) else one.compare,
        "decimals": max(one.decimals, other.decimals),
        "outside": next((verdict for verdict in GRAVEST if verdict in (one.outside, other.outside)), one.outside),
    }
    return one.model_copy(update={"kind": kind, **ends, **levels, **how})


def _level(own: Ends, one: Ends | None, other: Ends | None) -> Ends | None:
    found = [level for level in (one, other) if level is not None]
    return reduce(_inner, found, own) if found else None


def _inner(one: Ends, other: Ends) -> Ends:
    """The ends that both keep; of two equal ones the open end is the stricter."""
    low, low_open = _end(max, one.low, one.low_open, other.low, other.low_open)
    high, high_open = _end(min, one.high, one.high_open, other.high, other.high_open)
    return Ends(low=low, high=high, low_open=low_open, high_open=high_open)


def _end(
    stricter: Callable[[Iterable[Decimal]], Decimal],
    one: Decimal | None,
    one_open: bool,
    other: Decimal | None,
    other_open: bool,
) -> tuple[Decimal | None, bool]:
    there = [(end, is_open) for end, is_open in ((one, one_open), (other, other_open)) if end is not None]
    if not there:
        return None, False
    end = stricter([value for value, _ in there])
    return end, any(is_open for value, is_open in there if value == end)


def _excludes(ends: Ends | None) -> bool:
    """Whether no number lies inside."""
    if ends is None or ends.low is None or ends.high is None:
        return False
    return ends.low > ends.high or (ends.low == ends.high and (ends.low_open or ends.high_open))


def _logger(one: Logger, other: Logger) -> Logger:
    told = {
        "accuracy": min(one.accuracy, other.accuracy),
        "interval": _least(min, one.interval, other.interval),
        "calibrated_within": _least(min, one.calibrated_within, other.calibrated_within),
        "two_path_alarm": one.two_path_alarm or other.two_path_alarm,
    }
    return one.model_copy(update=told)


def _least(pick: Callable[..., Duration], *spans: Duration | None) -> Duration | None:
    there = [span for span in spans if span is not None]
    return pick(there, key=lambda span: span.sort_seconds) if there else None


def _listed(members: Iterable[Listed]) -> tuple[Listed, ...]:
    found: dict[str, Listed] = {}
    for one in members:
        found.setdefault(one.key, one)
    return tuple(found.values())


def _stricter(before: Parameter, one: Parameter) -> Parameter | Objection:
    """What both ask: needed where one of them needs it, and within what both allow."""
    if before == one:
        return one
    limits = [asked.limit for asked in (before, one) if asked.limit]
    limit = _allowed_by_both(*limits) if len(limits) > 1 else next(iter(limits), None)
    if _unit(before) != _unit(one) or (limits and limit is None):
        words = {"question": before.label.en, "question_zh": before.label.zh, "one": _asks(before), "other": _asks(one)}
        template = N_("They do not travel together: {question} is asked otherwise by each: {one} and {other}.")
        return Objection("asked_otherwise", template, words, place="units")
    told = {"required": before.required or one.required, "critical": before.critical or one.critical, "limit": limit}
    return before.model_copy(update=told)


def _allowed_by_both(one: Limit, other: Limit) -> Limit | None:
    """The limit that keeps both; None where no answer does."""
    if one == other:
        return one
    if isinstance(one, NumericLimit) and isinstance(other, NumericLimit):
        return _intersection(one, other)
    if isinstance(one, EqualsLimit | OneOfLimit) and isinstance(other, EqualsLimit | OneOfLimit):
        return _common(one, other)
    return None


def _common(one: EqualsLimit | OneOfLimit, other: EqualsLimit | OneOfLimit) -> EqualsLimit | OneOfLimit | None:
    values = tuple(value for value in _values(one) if value in _values(other))
    alert = tuple(value for value in values if value in (*_alerting(one), *_alerting(other)))
    outside = next((verdict for verdict in GRAVEST if verdict in (one.outside, other.outside)), one.outside)
    return OneOfLimit(kind=LimitKind.ONE_OF, values=values, alert=alert, outside=outside) if values else None


def _values(limit: EqualsLimit | OneOfLimit) -> tuple[str, ...]:
    return (limit.value,) if isinstance(limit, EqualsLimit) else limit.values


def _alerting(limit: EqualsLimit | OneOfLimit) -> tuple[str, ...]:
    return () if isinstance(limit, EqualsLimit) else limit.alert


def _unit(parameter: Parameter) -> tuple[str, str]:
    """What kind of answer is asked, in which unit."""
    return parameter.kind, getattr(parameter, "unit", "")


def _asks(parameter: Parameter) -> str:
    limit = limit_text(parameter.limit) if parameter.limit else "–"
    return f"{limit} {getattr(parameter, 'unit', '')}".strip()


def _range(parameter: Parameter) -> str:
    return f"{limit_text(parameter.limit)} °C" if parameter.limit else "–"
