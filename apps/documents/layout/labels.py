"""Container labels: one page each, as large as the label stock; the identity first, then the symbol that repeats it."""

from dataclasses import dataclass, replace
from io import BytesIO
from zoneinfo import ZoneInfo

from reportlab.lib.colors import white
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from apps.core.errors import Objection, RuleBroken
from apps.core.text import N_
from apps.documents.facts import DocumentContent, Label, Sign, Symbology
from apps.documents.layout import style
from apps.documents.layout.barcodes import draw_barcode
from apps.documents.layout.breaking import Run, in_fonts
from apps.documents.layout.fonts import FONT, fonts
from apps.documents.layout.phrases import both, entry_text, phrase_runs
from apps.documents.layout.style import Style
from apps.documents.layout.text import Text, draw_runs
from apps.documents.layout.watermark import draw_watermark

EDGE = 2.5 * mm
QUIET = 2.0 * mm
LARGEST_SYMBOL = 24 * mm
BAR_HEIGHT = 9 * mm
NAME_SHARE = 0.4  # of a row in columns: what its value is
GAP = 1.5 * mm


class Tight(Style):
    """Lines closer together than on a page: a label is small."""

    @property
    def leading(self) -> float:
        return self.size * 1.26


IDENTITY = Style(13)
TITLE = Tight(7.6)
LINE = Tight(6.9)
LINE_LABEL = Tight(6.3, style.INK_2)
WARNING = Tight(6.6)
FINE = Style(5.2, style.INK_2)


def draw_labels(content: DocumentContent) -> bytes:
    """The labels of a content, one page each."""
    fonts()
    target = BytesIO()
    canvas = Canvas(target, invariant=1, initialFontName=FONT)
    canvas.setTitle(f"{content.title.en} {content.number} v{content.version}")
    canvas.setAuthor(content.issuer.en)
    canvas.setSubject(content.subject)
    labels = [block for block in content.blocks if isinstance(block, Label)]
    total = len(labels)
    for place, label in enumerate(labels, start=1):
        _draw_label(canvas, content, label, f"{content.number} v{content.version} · {place}/{total}")
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def _draw_label(canvas: Canvas, content: DocumentContent, label: Label, counted: str) -> None:
    width, height = label.width_mm * mm, label.height_mm * mm
    canvas.setPageSize((width, height))
    key = "draft" if content.draft else "demo" if content.demo else ""
    if key:
        draw_watermark(canvas, key, width, height)
    is_linear = label.barcode.symbology is Symbology.CODE_128
    side = 0 if is_linear else min(LARGEST_SYMBOL, width / 3, height - 2 * EDGE)
    room = width - 2 * EDGE - (side + QUIET if side else 0)
    foot = EDGE + FINE.leading
    if is_linear:
        draw_barcode(canvas, label.barcode, EDGE + QUIET, foot, width - 2 * (EDGE + QUIET), BAR_HEIGHT)
        foot += BAR_HEIGHT + 1
    else:
        _clear(canvas, width - EDGE - side, height - EDGE - side, side)
        draw_barcode(canvas, label.barcode, width - EDGE - side, height - EDGE - side, side, side)
    top = height - EDGE
    beside = Beside(top - side - QUIET if side else top, room, width - 2 * EDGE)
    arrangements = (_rows(content, label, in_columns=in_columns) for in_columns in (True, False))
    rows = next((rows for rows in arrangements if _end(rows, top, beside) >= foot), None)
    if rows is None:
        template = N_("The label {identity} has more text than its {width} x {height} mm can hold.")
        facts = {"identity": label.identity, "width": label.width_mm, "height": label.height_mm}
        raise RuleBroken(Objection("label_too_small", template, facts))
    _draw_rows(canvas, rows, top, beside)
    fine = f"{counted} · {both(content.issuer)}"
    draw_runs(canvas, in_fonts(Run(fine, FINE)), EDGE, EDGE)


def _clear(canvas: Canvas, x: float, y: float, side: float) -> None:
    """White under a symbol and its quiet zone, so that no watermark disturbs a scanner."""
    canvas.setFillColor(white)
    canvas.rect(x - QUIET, y - QUIET, side + 2 * QUIET, side + 2 * QUIET, stroke=0, fill=1)


@dataclass(frozen=True)
class Beside:
    """Rows that begin above `until` leave room for the symbol; those below have the whole label."""

    until: float
    room: float
    whole: float

    def width_at(self, top: float) -> float:
        return self.room if top > self.until else self.whole


@dataclass(frozen=True)
class Line:
    """A text of the label, with its name in a column of its own where it has one."""

    text: Text
    name: Text | None = None
    gap: float = 0

    def height_in(self, width: float) -> float:
        if self.name is None:
            return self.text.height_in(width) + self.gap
        side = width * NAME_SHARE
        return max(self.name.height_in(side - GAP), self.text.height_in(width - side)) + self.gap

    def draw(self, canvas: Canvas, top: float, width: float) -> None:
        side = width * NAME_SHARE if self.name else 0
        if self.name:
            self.name.draw_on(canvas, EDGE, top - (LINE.leading - LINE_LABEL.leading) / 2, side - GAP)
        self.text.draw_on(canvas, EDGE + side, top, width - side)


def _rows(content: DocumentContent, label: Label, *, in_columns: bool) -> list[Line]:
    """The lines from the top; where the label is too small for two columns, each value follows its name."""
    zone = ZoneInfo(content.timezone)
    rows = [Line(Text(phrase_runs(label.title, TITLE))), Line(Text([Run(label.identity, IDENTITY)]), gap=2)]
    for item in label.fields:
        value = entry_text(item.value, LINE, zone)
        if in_columns:
            rows.append(Line(value, Text(phrase_runs(item.label, LINE_LABEL)), gap=1))
        else:
            rows.append(Line(Text([Run(f"{both(item.label)}  ", LINE_LABEL), *value.runs])))
    rows[-1] = replace(rows[-1], gap=3)
    for warning in (*label.warnings, *((style.DEMO,) if content.demo else ())):
        rows.append(Line(Text([Run("", WARNING, icon=Sign.ALERT), *phrase_runs(warning, WARNING)])))
    return rows


def _end(rows: list[Line], top: float, beside: Beside) -> float:
    for row in rows:
        top -= row.height_in(beside.width_at(top))
    return top


def _draw_rows(canvas: Canvas, rows: list[Line], top: float, beside: Beside) -> None:
    for row in rows:
        width = beside.width_at(top)
        row.draw(canvas, top, width)
        top -= row.height_in(width)
