"""Limits: what a limit says of a value. Each verdict carries the sentence that explains it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from apps.core.text import N_
from apps.products.definition.limits import Ends, EqualsLimit, Limit, NumericLimit, OneOfLimit, SpanEnds, TimeLimit
from apps.products.facts import Comparator, Compare, Judgement, Verdict
from apps.products.rules.rounding import plain, round_half_up

RECORDED = Judgement(Verdict.RECORDED, "no_limit", N_("Recorded; no limit stands on it."))
NOT_DONE = Judgement(Verdict.NOT_DONE, "not_done", N_("Not done."))
SENTENCES = {
    Verdict.PASS: N_("Within the limit {limit}."),
    Verdict.ALERT: N_("Within the limit {limit}, beyond the alert level {level}."),
    Verdict.ACTION: N_("Beyond the action level {level}."),
    Verdict.FAIL: N_("Outside the limit {level}."),
}
CANNOT_SAY = N_("{given} can't be judged against {limit}.")


def judge_number(
    limit: Limit | None,
    number: Decimal | None,
    comparator: Comparator = Comparator.EXACT,
    floor: Decimal | None = None,
) -> Judgement:
    """A number, exact or censored, against its limit. `floor` is the detection limit that "ND" stands below."""
    if isinstance(limit, EqualsLimit):
        return _judge_equal_number(limit, number, comparator)
    if not isinstance(limit, NumericLimit):
        return RECORDED
    if comparator is Comparator.NOT_DETECTED:
        number, comparator = floor, Comparator.BELOW
    if number is None:
        return _not_evaluable(limit, "ND")
    if comparator is not Comparator.EXACT:
        return _judge_censored(limit, number, comparator)
    held = round_half_up(number, limit.decimals) if limit.compare is Compare.ROUNDED else number
    for verdict, ends in limit.levels:
        if not ends.holds(held):
            return _numeric(verdict, limit, ends, held)
    return _numeric(Verdict.PASS, limit, limit, held)


def _judge_censored(limit: NumericLimit, bound: Decimal, comparator: Comparator) -> Judgement:
    """Every value the result may stand for must agree; an alert that can't be excluded is an alert."""
    given = f"{comparator.value} {plain(bound)}"
    for verdict, ends in limit.levels:
        agreement = _all_inside(ends, bound, comparator)
        if agreement is False or (agreement is None and verdict is Verdict.ALERT):
            return _numeric(verdict, limit, ends, given)
        if agreement is None:
            return _not_evaluable(limit, given)
    return _numeric(Verdict.PASS, limit, limit, given)


def _all_inside(ends: Ends, bound: Decimal, comparator: Comparator) -> bool | None:
    """True: all values inside; False: all outside; None: it depends. Censored quantities are never negative."""
    if comparator is Comparator.BELOW:
        return _below_inside(ends, bound)
    return _above_inside(ends, bound)


def _below_inside(ends: Ends, bound: Decimal) -> bool | None:
    if ends.low is not None and ends.low >= bound:
        return False
    low_met = ends.low is None or ends.low < 0 or (ends.low == 0 and not ends.low_open)
    high_met = ends.high is None or bound <= ends.high
    return True if low_met and high_met else None


def _above_inside(ends: Ends, bound: Decimal) -> bool | None:
    if ends.high is not None and ends.high <= bound:
        return False
    low_met = ends.low is None or bound >= ends.low
    return True if low_met and ends.high is None else None


def _judge_equal_number(limit: EqualsLimit, number: Decimal | None, comparator: Comparator) -> Judgement:
    if number is None or comparator is not Comparator.EXACT or limit.decimals is None:
        return _not_evaluable(limit, "ND" if number is None else f"{comparator.value} {plain(number)}")
    held = round_half_up(number, limit.decimals) if limit.compare is Compare.ROUNDED else number
    return _plain_verdict(limit, held == Decimal(limit.value))


def judge_choice(limit: Limit | None, chosen: str) -> Judgement:
    """A choice, or yes or no, against what it must be."""
    if isinstance(limit, EqualsLimit):
        return _plain_verdict(limit, chosen == limit.value)
    if not isinstance(limit, OneOfLimit):
        return RECORDED
    if chosen in limit.alert:
        return Judgement(Verdict.ALERT, "alert", SENTENCES[Verdict.ALERT], _words(limit, ", ".join(limit.alert)))
    return _plain_verdict(limit, chosen in limit.values)


def judge_elapsed(limit: TimeLimit, since: datetime | None, until: datetime) -> Judgement:
    """The time that passed since an earlier instant."""
    return judge_span(limit, limit.alert, limit.outside, since, until)


def judge_span(
    span: SpanEnds, alert: SpanEnds | None, outside: Verdict, since: datetime | None, until: datetime
) -> Judgement:
    """The time between two instants against a span, with its alert level."""
    words = {"limit": span_text(span), "level": span_text(span), "given": N_("The time")}
    if since is None:
        return Judgement(Verdict.NOT_EVALUABLE, "no_start", N_("The instant it counts from is not recorded."), words)
    passed = elapsed(since, until)
    words["elapsed"] = elapsed_text(passed)
    for verdict, ends in ((outside, span), (Verdict.ALERT, alert)):
        if ends is not None and not _lasts(ends, passed):
            return Judgement(verdict, verdict.value.lower(), SENTENCES[verdict], words | {"level": span_text(ends)})
    return Judgement(Verdict.PASS, "pass", SENTENCES[Verdict.PASS], words)


def _lasts(span: SpanEnds, elapsed: timedelta) -> bool:
    long_enough = span.at_least is None or elapsed >= span.at_least.timedelta
    return long_enough and (span.at_most is None or elapsed <= span.at_most.timedelta)


def _plain_verdict(limit: EqualsLimit | OneOfLimit, is_met: bool) -> Judgement:
    verdict = Verdict.PASS if is_met else limit.outside
    text = limit_text(limit)
    return Judgement(verdict, verdict.value.lower(), SENTENCES[verdict], {"limit": text, "level": text})


def _numeric(verdict: Verdict, limit: NumericLimit, ends: Ends, held: object) -> Judgement:
    compared = plain(held) if isinstance(held, Decimal) else held
    facts = {"limit": limit_text(limit), "level": ends_text(ends), "compared": compared}
    return Judgement(verdict, verdict.value.lower(), SENTENCES[verdict], facts)


def _not_evaluable(limit: NumericLimit | EqualsLimit, given: str) -> Judgement:
    return Judgement(Verdict.NOT_EVALUABLE, "not_evaluable", CANNOT_SAY, {"limit": limit_text(limit), "given": given})


def _words(limit: OneOfLimit, level: str) -> dict[str, object]:
    return {"limit": limit_text(limit), "level": level}


def ends_text(ends: Ends) -> str:
    """ "≥ 90.0", "< 0.5", "36.5 – 37.5"."""
    if ends.low is not None and ends.high is not None and not (ends.low_open or ends.high_open):
        return f"{plain(ends.low)} – {plain(ends.high)}"
    low = "" if ends.low is None else f"{'>' if ends.low_open else '≥'} {plain(ends.low)}"
    high = "" if ends.high is None else f"{'<' if ends.high_open else '≤'} {plain(ends.high)}"
    return ", ".join(part for part in (low, high) if part)


def span_text(span: SpanEnds) -> str:
    """ "≤ 120 min", "7 d – 18 d"."""
    if span.at_least and span.at_most:
        return f"{span.at_least} – {span.at_most}"
    return f"≥ {span.at_least}" if span.at_least else f"≤ {span.at_most}"


def elapsed(since: datetime, until: datetime) -> timedelta:
    """The time that really passed: instants with one zone would subtract as wall clocks, an hour wrong twice a year."""
    return until.astimezone(UTC) - since.astimezone(UTC)


def elapsed_text(elapsed: timedelta) -> str:
    """ "95 min", "3 h 10 min", "13 d 23 h 59 min"; seconds only below an hour."""
    seconds = int(elapsed.total_seconds())
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    days, hours, minutes = seconds // 86_400, seconds % 86_400 // 3600, seconds % 3600 // 60
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds % 60 if seconds < 3600 else 0, "s")]
    return sign + (" ".join(f"{n} {unit}" for n, unit in parts if n) or "0 min")


def limit_text(limit: Limit) -> str:
    """The limit as one short text of signs and figures: the same in every language."""
    if isinstance(limit, NumericLimit):
        return next((ends_text(ends) for ends in (limit, limit.action, limit.alert) if ends and not ends.is_empty), "")
    if isinstance(limit, TimeLimit):
        return span_text(limit)
    return f"= {limit.value}" if isinstance(limit, EqualsLimit) else ", ".join(limit.values)
