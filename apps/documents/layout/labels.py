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
from apps.documents.layout.breaking import Run
from apps.documents.layout.fonts import FONT, fonts
from apps.documents.layout.hazard import draw_biohazard
from apps.documents.layout.phrases import both, entry_text, phrase_runs
from apps.documents.layout.style import Style
from apps.documents.layout.text import Text
from apps.documents.layout.watermark import draw_watermark

EDGE = 2.5 * mm
QUIET = 2.0 * mm
LARGEST_SYMBOL = 24 * mm
HAZARD = 13 * mm
BAR_HEIGHT = 9 * mm
NAME_SHARE = 0.44  # of the room beside the symbol: what its value is
GAP = 1.5 * mm
ICON = 4.0 * mm  # before a warning; what follows on a second line stands under its first word


class Tight(Style):
    """Lines closer together than on a page: a label is small."""

    @property
    def leading(self) -> float:
        return self.size * 1.26


IDENTITY = Style(13)
LONG_IDENTITY = Style(9)  # beyond a line and a half of the large one
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
    labels = _labels_of(content)
    for place, label in enumerate(labels, start=1):
        _draw_label(canvas, content, label, _fine(content, place, len(labels)))
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def refuse_full_labels(content: DocumentContent) -> None:
    """Raise RuleBroken for a label whose text its size can't hold: nothing is ever cut. Like labels are tried once."""
    labels = _labels_of(content)
    fine = _fine(content, len(labels), len(labels))
    for label in dict.fromkeys(labels):
        _fitting(content, label, _sizes(label, fine))


def _labels_of(content: DocumentContent) -> list[Label]:
    return [block for block in content.blocks if isinstance(block, Label)]


def _fine(content: DocumentContent, place: int, total: int) -> Text:
    """The line along the foot: the sheet, the place of the label on it, who printed."""
    return Text([Run(f"{content.number} v{content.version} · {place}/{total} · {both(content.issuer)}", FINE)])


@dataclass(frozen=True)
class Sizes:
    """What of a label is taken by its symbol and its foot, and what is left for the lines of text."""

    width: float
    height: float
    side: float  # of a square symbol in the corner; 0 for bars along the foot
    foot: float
    hazard: float = 0  # of the biohazard legend, under the symbol

    @property
    def column(self) -> float:
        """How wide the symbols at the right are together."""
        return max(self.side, self.hazard)

    @property
    def legend(self) -> float:
        """Where the biohazard legend begins, from the foot of the label."""
        return self.top - self.side - (QUIET if self.side else 0) - self.hazard

    @property
    def top(self) -> float:
        return self.height - EDGE

    @property
    def beside(self) -> "Beside":
        whole = self.width - 2 * EDGE
        if not self.column:
            return Beside(self.top, whole, whole)
        under = self.legend if self.hazard else self.top - self.side
        return Beside(under - QUIET, whole - self.column - QUIET, whole)


def _sizes(label: Label, fine: Text) -> Sizes:
    width, height = label.width_mm * mm, label.height_mm * mm
    foot = EDGE + fine.height_in(width - 2 * EDGE)
    hazard = HAZARD if label.hazard else 0
    if label.barcode.symbology is Symbology.CODE_128:
        return Sizes(width, height, 0, foot + BAR_HEIGHT + 1, hazard)
    side = min(LARGEST_SYMBOL, width / 3, height - 2 * EDGE - (hazard + QUIET if hazard else 0))
    return Sizes(width, height, side, foot, hazard)


def _draw_label(canvas: Canvas, content: DocumentContent, label: Label, fine: Text) -> None:
    sizes = _sizes(label, fine)
    whole = sizes.beside.whole
    canvas.setPageSize((sizes.width, sizes.height))
    key = "draft" if content.draft else "demo" if content.demo else ""
    if key:
        draw_watermark(canvas, key, sizes.width, sizes.height)
    rows = _fitting(content, label, sizes)
    if sizes.side:
        right, under = sizes.width - EDGE - sizes.side, sizes.top - sizes.side
        _clear(canvas, right, under, sizes.side)
        draw_barcode(canvas, label.barcode, right, under, sizes.side, sizes.side)
    else:
        under = sizes.foot - BAR_HEIGHT - 1
        draw_barcode(canvas, label.barcode, EDGE + QUIET, under, whole - 2 * QUIET, BAR_HEIGHT)
    if sizes.hazard:
        draw_biohazard(canvas, sizes.width - EDGE - (sizes.column + sizes.hazard) / 2, sizes.legend, sizes.hazard)
    _draw_rows(canvas, rows, sizes.top, sizes.beside)
    fine.draw_on(canvas, EDGE, EDGE + fine.height_in(whole), whole)


def _fitting(content: DocumentContent, label: Label, sizes: Sizes) -> list["Line"]:
    """The lines, in columns where they have the room. Raises RuleBroken where there is none."""
    beside = sizes.beside
    arrangements = (_rows(content, label, beside, in_columns=in_columns) for in_columns in (True, False))
    rows = next((rows for rows in arrangements if _end(rows, sizes.top, beside) >= sizes.foot), None)
    if rows is None:
        template = N_("The label {identity} has more text than its {width} x {height} mm can hold.")
        facts = {"identity": label.identity, "width": label.width_mm, "height": label.height_mm}
        raise RuleBroken(Objection("label_too_small", template, facts))
    return rows


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
    """A text of the label, with its name in a column of its own, `side` wide, where it has one."""

    text: Text
    name: Text | None = None
    side: float = 0
    gap: float = 0

    def height_in(self, width: float) -> float:
        if self.name is None:
            return self.text.height_in(width) + self.gap
        return max(self.name.height_in(self.side - GAP), self.text.height_in(width - self.side)) + self.gap

    def draw(self, canvas: Canvas, top: float, width: float) -> None:
        if self.name:
            self.name.draw_on(canvas, EDGE, top - (LINE.leading - LINE_LABEL.leading) / 2, self.side - GAP)
        self.text.draw_on(canvas, EDGE + self.side, top, width - self.side)


def _rows(content: DocumentContent, label: Label, beside: Beside, *, in_columns: bool) -> list[Line]:
    """The lines from the top; where the label is too small for two columns, each value follows its name."""
    zone, side = ZoneInfo(content.timezone), beside.room * NAME_SHARE  # one edge for all values, from top to foot
    rows = [Line(Text(phrase_runs(label.title, TITLE))), Line(_identity(label, beside.room), gap=2)]
    for item in label.fields:
        value = entry_text(item.value, LINE, zone)
        if in_columns:
            rows.append(Line(value, Text(phrase_runs(item.label, LINE_LABEL)), side, gap=1))
        else:
            rows.append(Line(Text([Run(f"{both(item.label)}  ", LINE_LABEL), *value.runs])))
    rows[-1] = replace(rows[-1], gap=3)
    for warning in (*label.warnings, *((style.DEMO,) if content.demo else ())):
        rows.append(Line(Text(phrase_runs(warning, WARNING)), Text([Run("", WARNING, icon=Sign.ALERT)]), ICON))
    return rows


def _identity(label: Label, room: float) -> Text:
    """The number by which people read it: large, smaller where that would take half of the label."""
    large = Text([Run(label.identity, IDENTITY)])
    return large if large.natural_width <= 1.5 * room else Text([Run(label.identity, LONG_IDENTITY)])


def _end(rows: list[Line], top: float, beside: Beside) -> float:
    for row in rows:
        top -= row.height_in(beside.width_at(top))
    return top


def _draw_rows(canvas: Canvas, rows: list[Line], top: float, beside: Beside) -> None:
    for row in rows:
        width = beside.width_at(top)
        row.draw(canvas, top, width)
        top -= row.height_in(width)
