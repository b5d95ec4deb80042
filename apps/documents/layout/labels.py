"""Container labels: one page each, as large as the label stock; the identity first, then the symbol that repeats it."""

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
IDENTITY = Style(13)
TITLE = Style(7.6)
LINE = Style(6.8)
LINE_LABEL = Style(6.4, style.INK_2)
WARNING = Style(6.6)
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
    bottom = _draw_texts(canvas, _texts(content, label), height - EDGE, room)
    if bottom < foot:
        template = N_("The label {identity} has more text than its {width} x {height} mm can hold.")
        facts = {"identity": label.identity, "width": label.width_mm, "height": label.height_mm}
        raise RuleBroken(Objection("label_too_small", template, facts))
    fine = f"{counted} · {both(content.issuer)}"
    draw_runs(canvas, in_fonts(Run(fine, FINE)), EDGE, EDGE)


def _clear(canvas: Canvas, x: float, y: float, side: float) -> None:
    """White under a symbol and its quiet zone, so that no watermark disturbs a scanner."""
    canvas.setFillColor(white)
    canvas.rect(x - QUIET, y - QUIET, side + 2 * QUIET, side + 2 * QUIET, stroke=0, fill=1)


def _texts(content: DocumentContent, label: Label) -> list[Text]:
    zone = ZoneInfo(content.timezone)
    texts = [Text(phrase_runs(label.title, TITLE)), Text([Run(label.identity, IDENTITY)])]
    for item in label.fields:
        value = entry_text(item.value, LINE, zone)
        texts.append(Text([Run(f"{both(item.label)}  ", LINE_LABEL), *value.runs]))
    for warning in (*label.warnings, *((style.DEMO,) if content.demo else ())):
        texts.append(Text([Run("", WARNING, icon=Sign.ALERT), *phrase_runs(warning, WARNING)]))
    return texts


def _draw_texts(canvas: Canvas, texts: list[Text], top: float, room: float) -> float:
    for text in texts:
        text.draw_on(canvas, EDGE, top, room)
        top -= text.height_in(room)
    return top
