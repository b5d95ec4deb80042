"""A paragraph or the content of a cell, as something ReportLab can place, split and draw."""

from collections.abc import Iterable

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus.flowables import Flowable

from apps.documents.layout.breaking import SOFT_GAP, Line, Run, Segment, in_fonts, lines_of, segments_of
from apps.documents.layout.icons import draw_icon
from apps.documents.layout.style import BODY


class Text(Flowable):
    """Runs laid in lines; may stand alone on a page or inside a grid."""

    def __init__(self, runs: Iterable[Run], *, right: bool = False, gap_after: float = 0) -> None:
        super().__init__()
        parts = [part for run in runs for part in ([run] if run.icon else in_fonts(run))]
        self.right = right
        self.gap_after = gap_after
        self.runs = parts
        self.style = parts[0].style if parts else BODY
        self.segments = segments_of(parts)
        self.cut_off = False  # a part of a laid text keeps its lines
        self._laid: tuple[float, list[Line]] | None = None

    @property
    def natural_width(self) -> float:
        """The width with nothing broken, hard line ends aside."""
        widths: list[float] = []
        for segment in self._counted():
            widths.append(widths.pop() + SOFT_GAP + segment.width if segment.soft else segment.width)
        return max(widths)

    @property
    def stacked_width(self) -> float:
        """The width with the Chinese on a line of its own."""
        return max(segment.width for segment in self._counted())

    def _counted(self) -> list[Segment]:
        return [segment for segment in self.segments if not segment.note]

    @property
    def least_width(self) -> float:
        """The widest thing that is kept whole."""
        return max((unit.width for segment in self.segments for unit in segment.units), default=0)

    def lines(self, width: float) -> list[Line]:
        """The text in lines no wider than asked."""
        if self._laid is None or (self._laid[0] != width and not self.cut_off):
            self._laid = width, list(lines_of(self.segments, width, self.style))
        return self._laid[1]

    def height_in(self, width: float) -> float:
        """The height when laid in a width."""
        return sum(line.leading for line in self.lines(width))

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        self.width = width
        return width, self.height_in(width) + self.gap_after

    def split(self, width: float, height: float) -> list[Flowable]:
        head, tail = self.cut(width, height)
        return [head, tail] if head and tail else []

    def cut(self, width: float, height: float) -> tuple["Text | None", "Text | None"]:
        """What fits into the height, and the rest."""
        lines, used, fits = self.lines(width), 0.0, 0
        while fits < len(lines) and used + lines[fits].leading <= height:
            used += lines[fits].leading
            fits += 1
        return self._part(lines[:fits], width, 0), self._part(lines[fits:], width, self.gap_after)

    def _part(self, lines: list[Line], width: float, gap_after: float) -> "Text | None":
        if not lines:
            return None
        part = Text([], right=self.right, gap_after=gap_after)
        part.style, part.cut_off, part._laid = self.style, True, (width, lines)
        return part

    def draw(self) -> None:
        self.draw_on(self.canv, 0, self.height_in(self.width) + self.gap_after, self.width)

    def draw_on(self, canvas: Canvas, x: float, top: float, width: float) -> None:
        """Draw downwards from `top`."""
        for line in self.lines(width):
            baseline = top - (line.leading - line.size) / 2 - line.size * 0.86
            draw_runs(canvas, line.runs, x + (width - line.width if self.right else 0), baseline)
            top -= line.leading


def draw_runs(canvas: Canvas, runs: Iterable[Run], x: float, baseline: float) -> float:
    """Draw runs from left to right on one baseline; answers where they end."""
    for run in runs:
        if run.icon:
            draw_icon(canvas, run.icon, x, baseline, run.style)
        else:
            canvas.setFillColor(run.style.colour)
            canvas.setFont(run.font, run.style.size)
            canvas.drawString(x, baseline + run.rise, run.text)
            if run.struck:
                _strike(canvas, run, x, baseline)
        x += run.width
    return x


def _strike(canvas: Canvas, run: Run, x: float, baseline: float) -> None:
    y = baseline + run.rise + run.style.size * 0.3
    canvas.setStrokeColor(run.style.colour)
    canvas.setLineWidth(0.6)
    canvas.line(x, y, x + run.width, y)
