"""The temperature curve of a way as geometry: readings, the limits of the master record, and what lay outside."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.timezone import localtime

from apps.products.definition import NumericLimit
from apps.products.rules.limits import elapsed_text
from apps.products.rules.rounding import plain
from apps.transport.facts import LoggerSeries, Reading, Trip
from apps.transport.rules.trips import excursions_in

WIDTH, HEIGHT = 640, 200
MOST_POINTS = 640  # one for each dot of the picture: the coldest and the warmest of each stretch


class _Scale:
    def __init__(self, readings: Sequence[Reading], levels: Sequence[Decimal]) -> None:
        self.first, self.span = readings[0].at, (readings[-1].at - readings[0].at) or timedelta(minutes=1)
        values = [*(reading.value for reading in readings), *levels]
        self.low, self.high = min(values) - 1, max(values) + 1

    def x(self, at: datetime) -> float:
        place = max(0.0, min(1.0, (at - self.first) / self.span))
        return round(place * WIDTH, 1)

    def y(self, value: Decimal) -> float:
        return round(float((self.high - value) / (self.high - self.low)) * HEIGHT, 1)


def curve_of(series: LoggerSeries, trip: Trip) -> dict[str, object]:
    """What parts/curve.html draws. Gaps stay gaps."""
    levels = _levels(trip)
    scale = _Scale(series.readings, [value for value, _ in levels])
    outside = excursions_in(series, trip)
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "path": _path(_thinned(series.readings), scale, trip.interval, is_summary=bool(series.days)),
        "limits": [{"y": scale.y(value), "text": text} for value, text in levels],
        "outside": [
            {
                "x": scale.x(one.began_at),
                "width": max(2.0, round(scale.x(one.ended_at) - scale.x(one.began_at), 1)),
                "length": elapsed_text(one.length),
                "worst": plain(one.worst),
                "began_at": one.began_at,
                "verdict": one.verdict.lower(),
            }
            for one in outside
        ],
        "way": {"x": scale.x(trip.began_at), "width": round(scale.x(trip.ended_at) - scale.x(trip.began_at), 1)},
        "first": f"{localtime(series.readings[0].at):%Y-%m-%d %H:%M}",
        "last": f"{localtime(series.readings[-1].at):%Y-%m-%d %H:%M}",
        "lowest": plain(series.lowest),
        "highest": plain(series.highest),
        "count": len(series.readings),
    }


def _levels(trip: Trip) -> list[tuple[Decimal, str]]:
    limit = trip.temperature.limit
    if not isinstance(limit, NumericLimit):
        return []
    ends = [end for _, level in limit.levels for end in (level.low, level.high) if end is not None]
    return [(end, plain(end).replace("-", "−")) for end in sorted(set(ends))]


def _thinned(readings: Sequence[Reading]) -> list[Reading]:
    """No more points than can be seen; of each stretch the coldest and the warmest stay."""
    if len(readings) <= MOST_POINTS:
        return list(readings)
    step = -(-len(readings) // (MOST_POINTS // 2))
    kept: list[Reading] = []
    for start in range(0, len(readings), step):
        stretch = readings[start : start + step]
        ends = {min(stretch, key=lambda one: one.value), max(stretch, key=lambda one: one.value)}
        kept += sorted(ends)
    return kept


def _path(readings: Sequence[Reading], scale: _Scale, interval: timedelta, *, is_summary: bool) -> str:
    typical = scale.span / max(len(readings), 1)
    longest = max(interval, 3 * typical)
    words: list[str] = []
    last: Reading | None = None
    for one in readings:
        draws = last is not None and (one.at - last.at <= longest or is_summary)
        words.append(f"{'L' if draws else 'M'}{scale.x(one.at)} {scale.y(one.value)}")
        last = one
    return "".join(words)
