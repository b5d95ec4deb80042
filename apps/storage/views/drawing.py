"""What a probe of a store read, as a picture: range, curve with its gaps, excursions, and who lay there. Geometry."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.text import trimmed
from apps.core.ui.numbers import measured_text
from apps.core.ui.plots import Bounds, axis_of
from apps.core.ui.times import duration
from apps.storage.facts import Warmth
from apps.storage.models import Stay, StoreExcursion

WIDE, HIGH, ROW = 860, 190, 20
MOST_ROWS = 12  # of stays; more are counted
TICKS = (5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 14400, 21600)  # minutes between two marks of time
MOST_TICKS = 9
STEPS = tuple(Decimal(step).scaleb(power) for power in (-1, 0, 1, 2) for step in (1, 2, 5))
Reading = tuple[datetime, Decimal]


@dataclass(frozen=True)
class Mark:
    """A place on an axis and its words."""

    at: float
    text: str


@dataclass(frozen=True)
class Shade:
    """An excursion on the axis of time."""

    x: float
    width: float
    key: int
    text: str

    @property
    def stands(self) -> float:
        """Where its words begin, so that they end within the picture."""
        return min(self.x, WIDE - 150)


@dataclass(frozen=True)
class Bar:
    """Units of one batch that lay there from and until the same time."""

    y: int
    x: float
    width: float
    name: str
    text: str
    is_met: bool


@dataclass(frozen=True)
class CurvePlot:
    """Everything that the template draws, in a view box of its own."""

    path: str
    dots: tuple[tuple[float, float], ...]
    grid: tuple[Mark, ...]
    ticks: tuple[Mark, ...]
    limits: tuple[Mark, ...]
    shades: tuple[Shade, ...]
    bars: tuple[Bar, ...]
    more: int
    now: float | None
    summary: str

    @property
    def foot(self) -> int:
        """Where the picture of the stays ends."""
        return HIGH + 14 + ROW * len(self.bars)

    @property
    def height(self) -> int:
        """Of the whole, with the marks of time."""
        return self.foot + 52


@dataclass(frozen=True)
class Scale:
    """From instants and values to the units of the picture."""

    start: datetime
    end: datetime
    low: float
    high: float

    def x(self, at: datetime) -> float:
        """Along the axis of time, kept within it."""
        return round(WIDE * min(max((at - self.start) / (self.end - self.start), 0.0), 1.0), 1)

    def y(self, value: Decimal | float) -> float:
        """Down from the top."""
        return round(HIGH * (self.high - float(value)) / (self.high - self.low), 1)


def curve_plot(
    readings: Sequence[Reading],
    keeps: Warmth,
    mark: str,
    span: tuple[datetime, datetime],
    gap: timedelta,
    excursions: Sequence[StoreExcursion],
    stays: Iterable[Stay],
    now: datetime,
) -> CurvePlot:
    """The picture of a time. The curve breaks where nothing was read for longer than `gap`."""
    low, high = axis_of([*Bounds(keeps.low, keeps.high).numbers, *(float(value) for _at, value in readings)], None)
    scale = Scale(*span, low, high)
    path, dots = _curve(readings, scale, gap)
    bars, more = _bars(stays, excursions, scale, now)
    return CurvePlot(
        path=path,
        dots=dots,
        grid=tuple(Mark(scale.y(number), measured_text(f"{number:f}")) for number in _grid(low, high)),
        ticks=_time_marks(scale),
        limits=tuple(Mark(scale.y(one), text) for one, text in _limits(keeps)),
        shades=tuple(_shade(one, mark, scale, now) for one in excursions),
        bars=bars,
        more=more,
        now=scale.x(now) if span[0] <= now <= span[1] else None,
        summary=_summary(readings, mark, excursions),
    )


def _curve(readings: Sequence[Reading], scale: Scale, gap: timedelta) -> tuple[str, tuple[tuple[float, float], ...]]:
    """One path, broken at the gaps; of readings within one step of the picture the lowest and the highest stay."""
    parts: list[list[tuple[float, float]]] = []
    for piece in _pieces(readings, gap):
        points: list[tuple[float, float]] = []
        for x, group in groupby(piece, key=lambda reading: round(scale.x(reading[0]))):
            ys = [scale.y(value) for _at, value in group]
            points += [(float(x), y) for y in dict.fromkeys((ys[0], min(ys), max(ys), ys[-1]))]
        parts.append(points)
    path = " ".join(
        f"{'M' if n == 0 else 'L'}{x:g} {y:g}" for part in parts if len(part) > 1 for n, (x, y) in enumerate(part)
    )
    return path, tuple(part[0] for part in parts if len(part) == 1)


def _pieces(readings: Sequence[Reading], gap: timedelta) -> list[list[Reading]]:
    pieces: list[list[Reading]] = []
    for reading in readings:
        if not pieces or reading[0] - pieces[-1][-1][0] > gap:
            pieces.append([])
        pieces[-1].append(reading)
    return pieces


def _grid(low: float, high: float) -> list[Decimal]:
    """Round numbers on the axis of values: four to eight of them."""
    step = next((one for one in STEPS if (high - low) / float(one) <= 6), STEPS[-1])
    first = int(low / float(step)) - 1
    found = [step * n for n in range(first, first + 12)]
    return [number for number in found if low <= float(number) <= high]


def _time_marks(scale: Scale) -> tuple[Mark, ...]:
    """Round hours or days of the site's clock."""
    length = scale.end - scale.start
    step = next((one for one in TICKS if length / timedelta(minutes=one) <= MOST_TICKS), TICKS[-1])
    midnight = timezone.localtime(scale.start).replace(hour=0, minute=0, second=0, microsecond=0)
    form = "%H:%M" if step < 1440 else "%m-%d"
    marks, n = [], 0
    while (at := midnight + timedelta(minutes=n * step)) <= scale.end:
        if at >= scale.start:
            here = timezone.localtime(at)
            marks.append(Mark(scale.x(at), here.strftime("%m-%d" if f"{here:%H:%M}" == "00:00" else form)))
        n += 1
    return tuple(marks)


def _limits(keeps: Warmth) -> list[tuple[Decimal, str]]:
    ends = ((keeps.low, "≥"), (keeps.high, "≤"))
    return [(one, f"{sign} {measured_text(trimmed(one))}") for one, sign in ends if one is not None]


def _shade(excursion: StoreExcursion, mark: str, scale: Scale, now: datetime) -> Shade:
    until = excursion.ended_at or now
    x = scale.x(excursion.began_at)
    length = duration((excursion.ended_at or excursion.last_at) - excursion.began_at)
    worst = measured_text(trimmed(excursion.worst))
    words = _("%(length)s, worst %(worst)s") if excursion.ended_at else _("open, worst %(worst)s")
    text = words % {"length": length, "worst": f"{worst} {mark}"}
    return Shade(x, max(round(scale.x(until) - x, 1), 2.0), excursion.pk, text)


def _bars(
    stays: Iterable[Stay], excursions: Sequence[StoreExcursion], scale: Scale, now: datetime
) -> tuple[tuple[Bar, ...], int]:  # fmt: skip
    """The stays of a batch with the same beginning and end are one bar; those that an excursion meets come first."""
    together: dict[tuple[str, datetime, datetime | None], int] = defaultdict(int)
    for stay in stays:
        together[stay.unit.batch.number, stay.in_at, stay.out_at] += 1
    rows = [
        (not _is_met(begun, ended, excursions), batch, begun, ended, n) for (batch, begun, ended), n in together.items()
    ]
    rows.sort(key=lambda row: (row[0], row[2], row[1]))
    bars = [_bar(place, row, scale, now) for place, row in enumerate(rows[:MOST_ROWS])]
    return tuple(bars), max(len(rows) - MOST_ROWS, 0)


def _bar(
    place: int, row: tuple[bool, str, datetime, datetime | None, int], scale: Scale, now: datetime
) -> Bar:  # fmt: skip
    is_free, batch, begun, ended, n = row
    x = scale.x(begun)
    text = _("%(n)s units") % {"n": n} if n > 1 else _("1 unit")
    return Bar(HIGH + 14 + place * ROW, x, max(round(scale.x(ended or now) - x, 1), 2.0), batch, text, not is_free)


def _is_met(begun: datetime, ended: datetime | None, excursions: Sequence[StoreExcursion]) -> bool:
    return any(
        begun < (one.ended_at or datetime.max.replace(tzinfo=begun.tzinfo)) and (ended is None or one.began_at < ended)
        for one in excursions
    )


def _summary(readings: Sequence[Reading], mark: str, excursions: Sequence[StoreExcursion]) -> str:
    """The picture in one sentence."""
    if not readings:
        return _("No reading in this time.")
    values = [value for _at, value in readings]
    facts = {
        "n": len(values),
        "low": measured_text(trimmed(min(values))),
        "high": f"{measured_text(trimmed(max(values)))} {mark}",
        "times": len(excursions),
    }
    if not excursions:
        return _("%(n)s readings from %(low)s to %(high)s; never outside the range for too long.") % facts
    return _("%(n)s readings from %(low)s to %(high)s; times outside the range: %(times)s.") % facts
