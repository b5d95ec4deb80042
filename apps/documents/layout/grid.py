"""A table that splits over pages with its head repeated; a row taller than a page is cut by lines, never dropped."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus.flowables import Flowable

from apps.documents.layout.style import INK, RULE
from apps.documents.layout.text import Text

GAP = 7.0  # between columns
FEWEST_LINES = 24.0  # height that must be left before a row is cut


@dataclass(frozen=True)
class Placed:
    """A text in a column, or over several."""

    text: Text
    column: int
    span: int = 1


@dataclass
class Row:
    """The texts of one row and the rule beneath it."""

    cells: Sequence[Placed]
    padding: float = 3.2
    rule: Color | None = RULE
    rule_width: float = 0.5
    height: float = field(default=0, init=False)


class Grid(Flowable):
    """Rows under an optional head. `widths` are points that add up to the line."""

    def __init__(
        self, widths: Sequence[float], rows: list[Row], head: Row | None = None, *, tallest: float, gap_after: float = 0
    ) -> None:
        super().__init__()
        self.widths, self.rows, self.head = list(widths), rows, head
        self.tallest, self.gap_after = tallest, gap_after
        self.edges = [sum(self.widths[:place]) for place in range(len(self.widths) + 1)]

    def cell_width(self, cell: Placed) -> float:
        """The room of a cell, the gap to the next column left out."""
        right = self.edges[cell.column + cell.span]
        return right - self.edges[cell.column] - (GAP if cell.column + cell.span < len(self.widths) else 0)

    def _measure(self, row: Row) -> float:
        if not row.height:
            row.height = (
                max((cell.text.height_in(self.cell_width(cell)) for cell in row.cells), default=0) + 2 * row.padding
            )
        return row.height

    @property
    def head_height(self) -> float:
        return self._measure(self.head) if self.head else 0

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        self.width = width
        return width, self.head_height + sum(self._measure(row) for row in self.rows) + self.gap_after

    def split(self, width: float, height: float) -> list[Flowable]:
        room = height - self.head_height
        fits, used = 0, 0.0
        while fits < len(self.rows) and used + self._measure(self.rows[fits]) <= room:
            used += self.rows[fits].height
            fits += 1
        upper, lower = self.rows[:fits], self.rows[fits:]
        if lower and self._too_tall(lower[0]) and room - used > FEWEST_LINES:
            first, rest = self._cut(lower[0], room - used)
            upper, lower = [*upper, first], [rest, *lower[1:]]
        elif len(lower) == 1 and len(upper) > 2:  # the last row does not stand alone on the next page
            upper, lower = upper[:-1], [upper[-1], *lower]
        if not upper:
            return []
        return [self._part(upper, 0), *([self._part(lower, self.gap_after)] if lower else [])]

    def _too_tall(self, row: Row) -> bool:
        return self.head_height + row.height > self.tallest

    def _cut(self, row: Row, room: float) -> tuple[Row, Row]:
        upper, lower = [], []
        for cell in row.cells:
            head, tail = cell.text.cut(self.cell_width(cell), room - 2 * row.padding)
            upper += [Placed(head, cell.column, cell.span)] if head else []
            lower += [Placed(tail, cell.column, cell.span)] if tail else []
        return Row(upper, row.padding, row.rule, row.rule_width), Row(lower, row.padding, row.rule, row.rule_width)

    def _part(self, rows: list[Row], gap_after: float) -> "Grid":
        return Grid(self.widths, rows, self.head, tallest=self.tallest, gap_after=gap_after)

    def draw(self) -> None:
        top = self.head_height + sum(row.height for row in self.rows) + self.gap_after
        if self.head:
            self._rule(top, INK, 0.8)
        for row in [self.head, *self.rows] if self.head else self.rows:
            self._draw_row(self.canv, row, top)
            top -= row.height
            if row.rule:
                self._rule(top, row.rule, row.rule_width)
        if self.head:
            self._rule(top, INK, 0.8)

    def _draw_row(self, canvas: Canvas, row: Row, top: float) -> None:
        for cell in row.cells:
            cell.text.draw_on(canvas, self.edges[cell.column], top - row.padding, self.cell_width(cell))

    def _rule(self, y: float, colour: Color, width: float) -> None:
        self.canv.setStrokeColor(colour)
        self.canv.setLineWidth(width)
        self.canv.line(0, y, self.edges[-1], y)


def shared_widths(columns: Sequence[Sequence[Text]], room: float) -> list[float]:
    """Widths by content: whole words first, then the two languages on two lines, then all on one line."""
    least = [min(max((text.least_width for text in column), default=0), room * 0.3) + GAP for column in columns]
    stacked = [max((text.stacked_width for text in column), default=0) + GAP for column in columns]
    natural = [max((text.natural_width for text in column), default=0) + GAP for column in columns]
    if sum(least) >= room:
        return [width * room / sum(least) for width in least]
    widths = least
    for wanted in (stacked, natural):
        widths = _grown(widths, wanted, room)
    spare = room - sum(widths)
    return [width + spare * width / sum(widths) for width in widths]


def _grown(widths: list[float], wanted: list[float], room: float) -> list[float]:
    """Give each column what it wants, the modest ones first, so that a short word never wraps for a long remark."""
    grown, spare = list(widths), room - sum(widths)
    by_need = sorted(range(len(widths)), key=lambda place: wanted[place] - widths[place])
    for left, place in zip(range(len(widths), 0, -1), by_need, strict=True):
        given = min(max(0.0, wanted[place] - grown[place]), spare / left)
        grown[place] += given
        spare -= given
    return grown
