"""The plots of the overview: the stages on one time axis with their marks, and growth against earlier batches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.batches.facts.around import Growth, SectionSpan
from apps.batches.facts.lines import EventFact, SectionLine, StepLine
from apps.batches.facts.pages import RecordPage
from apps.batches.views import naming
from apps.core.ui.times import duration
from apps.core.ui.wording import bilingual, sentence
from apps.products.facts import Verdict
from apps.quality.facts import EventKind

WIDTH = 1000
STEPS_OF_THE_AXIS = (1, 2, 3, 7, 14, 30, 60)
MOST_TICKS = 8
PLOT = (400, 190)  # width and height of the growth plot's inside
ENOUGH = 5  # batches, before an envelope is drawn
MARKED = 4  # marks beside one row; more are counted


@dataclass(frozen=True)
class Mark:
    """One thing to know of a section, beside its bar."""

    status: str
    text: str
    url: str = ""


@dataclass(frozen=True)
class StageRow:
    """A section as a bar on the axis."""

    name: str
    url: str
    x: float
    width: float
    state: str  # done, running, waiting
    note: str
    ticks: tuple[float, ...] = ()
    marks: tuple[Mark, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class StageAxis:
    """The sections on one axis of time."""

    rows: tuple[StageRow, ...]
    ticks: tuple[datetime, ...]
    lines: tuple[float, ...]
    now: float | None
    summary: str


def stage_rows(page: RecordPage, spans: Sequence[SectionSpan], now: datetime) -> StageAxis | None:
    """The sections of a started batch on their axis."""
    if not page.sections or page.header.started_at is None:
        return None
    begins = timezone.localtime(page.header.started_at).replace(hour=0, minute=0, second=0, microsecond=0)
    last = max([now if page.header.finished_at is None else page.header.finished_at, *(one.last_at for one in spans)])
    days = max((last - begins) / timedelta(days=1), 0.2)
    step = next((one for one in STEPS_OF_THE_AXIS if days / one <= MOST_TICKS - 1), STEPS_OF_THE_AXIS[-1])
    n = int(days // step) + 1

    def at(moment: datetime) -> float:
        return round(WIDTH * ((moment - begins) / timedelta(days=n * step)), 1)

    by_section = {one.section: one for one in spans}
    rows = [_row(page, section, by_section.get(section.place), at, now) for section in page.sections]
    done = sum(line.state != "OPEN" for section in page.sections for line in section.steps)
    total = sum(len(section.steps) for section in page.sections)
    return StageAxis(
        rows=tuple(rows),
        ticks=tuple(begins + timedelta(days=i * step) for i in range(n)),
        lines=tuple(round(WIDTH * i / n, 1) for i in range(1, n)),
        now=at(now) if now <= begins + timedelta(days=n * step) else None,
        summary=_("%(days)s · %(done)s of %(total)s steps done")
        % {"days": duration(last - begins), "done": done, "total": total},
    )


def _row(
    page: RecordPage, section: SectionLine, span: SectionSpan | None, at: Callable[[datetime], float], now: datetime
) -> StageRow:
    name = naming.section_name(section)
    url = f"{reverse('batches:record', args=[page.header.number])}#{section.place}"
    marks = _marks(page, section, span)
    if span is None:
        return StageRow(name, url, 0, 0, "waiting", _("not begun"), marks=marks[:MARKED])
    ends = span.last_at if section.is_done else max(span.last_at, now)
    x, end = at(span.begun_at), at(ends)
    times = [line.completed_at for line in section.steps if line.place.step_n and line.completed_at]
    return StageRow(
        name=name,
        url=url,
        x=x,
        width=max(round(end - x, 1), 4),
        state="done" if section.is_done else "running",
        note=duration(ends - span.begun_at),
        ticks=tuple(at(moment) for moment in times),
        marks=marks[:MARKED],
        more=max(len(marks) - MARKED, 0),
    )


def _marks(page: RecordPage, section: SectionLine, span: SectionSpan | None) -> tuple[Mark, ...]:
    number = page.header.number
    marks = [mark for line in section.steps for mark in _step_marks(number, line)]
    marks += [_event_mark(event) for event in page.events if _belongs(event, span)]
    return tuple(marks)


def _step_marks(number: str, line: StepLine) -> list[Mark]:
    name = naming.numbered(bilingual(line.label), line.place.step_n if (line.place.step_n or 0) > 1 else None)
    url = reverse("batches:step", args=[number, str(line.place)])
    found = (
        ("action", line.verdict in (Verdict.ACTION, Verdict.FAIL), _("%(step)s: beyond a limit")),
        ("not_evaluable", line.verdict is Verdict.NOT_EVALUABLE, _("%(step)s: can’t be judged")),
        ("not_covered", line.is_uncovered, _("%(step)s: sign again")),
        ("late", line.late > 0, _("%(step)s: entered late")),
        ("corrected", line.corrected > 0, _("%(step)s: corrected")),
        ("alert", line.verdict is Verdict.ALERT, _("%(step)s: alert")),
    )
    return [Mark(status, words % {"step": name}, url) for status, stands, words in found if stands]


def _belongs(event: EventFact, span: SectionSpan | None) -> bool:
    """An excursion belongs to the section that was under way; other events are marked on their step already."""
    is_outside = event.kind == EventKind.EXCURSION
    return is_outside and span is not None and span.begun_at <= event.opened_at <= span.last_at


def _event_mark(event: EventFact) -> Mark:
    return Mark("deviation", sentence(event.sentence), reverse("quality:event", args=[event.number]))


@dataclass(frozen=True)
class PlotPoint:
    """A point of the growth plot with its words."""

    x: float
    y: float
    name: str
    text: str
    at: datetime


@dataclass(frozen=True)
class GrowthPlot:
    """The geometry of growth against earlier batches."""

    label: str
    unit: str
    path: str
    points: tuple[PlotPoint, ...]
    grid: tuple[tuple[float, str], ...]
    limit_y: float | None
    limit: str
    envelope: str = ""
    summary: str = ""
    batches: int = 0
    ticks: tuple[tuple[float, str], ...] = field(default=())


def growth_plot(growth: Growth | None) -> GrowthPlot | None:
    """Growth as a plot; None while there is nothing to draw."""
    if growth is None or not growth.points:
        return None
    highest = max([growth.high or Decimal(0), *(point.number for point in growth.points)]) * Decimal("1.08")
    across = max(len(growth.points), 3)

    def x(n: int) -> float:
        return round(PLOT[0] * n / across, 1)

    def y(number: Decimal) -> float:
        return round(PLOT[1] * float(1 - number / highest), 1)

    points = tuple(
        PlotPoint(x(point.n), y(point.number), f"P{point.place.stage_n or point.n}", point.text, point.at)
        for point in growth.points
    )
    low, high = _envelope(growth)
    return GrowthPlot(
        label=bilingual(growth.label),
        unit=growth.unit,
        path=f"M0 {y(Decimal(0))} " + " ".join(f"L{one.x} {one.y}" for one in points),
        points=points,
        grid=tuple((y(Decimal(i)), str(i)) for i in range(0, int(highest) + 1, 5)),
        limit_y=y(growth.high) if growth.high is not None else None,
        limit=f"≤ {growth.high:f}" if growth.high is not None else "",
        envelope=_polygon([(x(n), y(number)) for n, number in low], [(x(n), y(number)) for n, number in high]),
        summary=_inside(growth, dict(low), dict(high)),
        batches=growth.batches,
        ticks=tuple((one.x, one.name) for one in points),
    )


def _envelope(growth: Growth) -> tuple[list[tuple[int, Decimal]], list[tuple[int, Decimal]]]:
    """The tenth and the ninetieth of hundred earlier batches at each point, where there are enough of them."""
    low, high = [], []
    for point in growth.points:
        if len(point.elsewhere) >= ENOUGH:
            low.append((point.n, point.elsewhere[len(point.elsewhere) // 10]))
            high.append((point.n, point.elsewhere[-1 - len(point.elsewhere) // 10]))
    return low, high


def _polygon(low: list[tuple[float, float]], high: list[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in [*low, *reversed(high)])


def _inside(growth: Growth, low: dict[int, Decimal], high: dict[int, Decimal]) -> str:
    if not low:
        return _("Too few earlier batches to compare with: %(n)s.") % {"n": growth.batches}
    outside = [
        point.n for point in growth.points if point.n in low and not low[point.n] <= point.number <= high[point.n]
    ]
    if outside:
        return _("Outside the envelope of earlier batches at %(where)s.") % {
            "where": ", ".join(f"P{n}" for n in outside)
        }
    return _("Inside the envelope of earlier batches at every point.")
