"""A series of readings against the limits of the master record: what lay outside, and what nobody measured. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.definition import NumberParameter, NumericLimit
from apps.products.facts import Verdict
from apps.products.rules.limits import elapsed_text, ends_text, judge_number, limit_text
from apps.products.rules.rounding import plain
from apps.transport.facts import LoggerSeries, Outside, Reading, Trip

BEYOND = (Verdict.ACTION, Verdict.FAIL)


def excursions_in(series: LoggerSeries, trip: Trip) -> list[Outside]:
    """Stretches of readings beyond the action level or the limit while the shipment travelled."""
    found: list[Outside] = []
    run: list[Reading] = []
    for reading in _within(series, trip):
        if verdict_of(reading.value, trip.temperature) in BEYOND:
            run.append(reading)
        elif run:
            found.append(_outside([*run, reading], run, trip.temperature))
            run = []
    return [*found, _outside(run, run, trip.temperature)] if run else found


def verdict_of(value: Decimal, temperature: NumberParameter) -> Verdict:
    """One reading against the limit of the way of transport."""
    return judge_number(temperature.limit, value).verdict


def _within(series: LoggerSeries, trip: Trip) -> Iterator[Reading]:
    return (reading for reading in series.readings if trip.began_at <= reading.at <= trip.ended_at)


def _outside(spanned: list[Reading], beyond: list[Reading], temperature: NumberParameter) -> Outside:
    """The worst reading is the one farthest beyond a level."""
    worst = max((one.value for one in beyond), key=lambda value: _distance(value, temperature))
    return Outside(spanned[0].at, spanned[-1].at, worst, verdict_of(worst, temperature))


def _distance(value: Decimal, temperature: NumberParameter) -> Decimal:
    limit = temperature.limit
    levels = [ends for verdict, ends in limit.levels if verdict in BEYOND] if isinstance(limit, NumericLimit) else []
    warm = [value - ends.high for ends in levels if ends.high is not None]
    cold = [ends.low - value for ends in levels if ends.low is not None]
    return max([*warm, *cold], default=Decimal(0))


def does_not_cover(series: LoggerSeries, trip: Trip) -> Objection | None:
    """From hand-over to arrival everything was measured, without a gap longer than the interval asked for."""
    if series.days:
        return Objection("no_single_readings", N_("The logger kept no single readings: the way is not proven."))
    gap = max(_gaps(list(_within(series, trip)), trip), default=trip.ended_at - trip.began_at)
    if gap <= trip.interval:
        return None
    template = N_("For {gap} nothing was measured; the master record asks for a reading every {interval}.")
    return Objection("gap_in_readings", template, {"gap": elapsed_text(gap), "interval": elapsed_text(trip.interval)})


def _gaps(readings: Iterable[Reading], trip: Trip) -> Iterator[timedelta]:
    last = trip.began_at
    for reading in readings:
        yield reading.at - last
        last = reading.at
    yield trip.ended_at - last


def was_outside(excursion: Outside, temperature: NumberParameter, unit: str) -> Objection:
    """The sentence about one excursion, in the unit as people read it."""
    template = N_("From {began_at:%Y-%m-%d %H:%M} UTC for {length} outside {limit} {unit}: worst {worst}.")
    facts = {
        "began_at": excursion.began_at,
        "length": elapsed_text(excursion.length),
        "limit": _level_passed(temperature, excursion.verdict),
        "unit": unit,
        "worst": plain(excursion.worst),
    }
    return Objection("excursion", template, facts)


def _level_passed(temperature: NumberParameter, verdict: Verdict) -> str:
    """The level beyond which the worst reading lay: the action level, or the limit itself."""
    limit = temperature.limit
    levels = dict(limit.levels) if isinstance(limit, NumericLimit) else {}
    return ends_text(levels[verdict]) if verdict in levels else limit_text(limit) if limit else ""


def of_batch(said: Objection, batch: str) -> Objection:
    """The same sentence, with the batch whose own limit it is."""
    template = N_(
        "Batch {batch}: from {began_at:%Y-%m-%d %H:%M} UTC for {length} outside {limit} {unit}: worst {worst}."
    )
    return replace(said, template=template, facts={**said.facts, "batch": batch})


def is_of_another_logger(series: LoggerSeries, serial_number: str) -> Objection | None:
    """The file was written by the logger that travelled along."""
    if series.serial == serial_number:
        return None
    facts = {"found": series.serial, "known": serial_number or "–"}
    return Objection("other_logger", N_("The file is of logger {found}; {known} travelled along."), facts)
