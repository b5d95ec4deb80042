"""The words laid under a page that is not the real thing, as outlines: they never mix with extracted text."""

import json
from functools import cache
from math import atan, degrees

from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from apps.documents.layout.fonts import FOLDER
from apps.documents.layout.style import WATERMARK


@cache
def _outlines() -> dict[str, dict]:
    return json.loads((FOLDER / "watermarks.json").read_text())


def draw_watermark(canvas: Canvas, key: str, width: float, height: float) -> None:
    """Fill the diagonal of the page with the words; the outlines are stored once and used on every page."""
    outline = _outlines()[key]
    scale = min(0.8 * (width**2 + height**2) ** 0.5 / outline["width"], 0.1)
    if not canvas.hasForm(key):
        canvas.beginForm(key, 0, -300, outline["width"], 1100)
        canvas.setFillColor(WATERMARK)
        canvas.drawPath(_path(canvas, outline["path"]), stroke=0, fill=1, fillMode=1)
        canvas.endForm()
    canvas.saveState()
    canvas.translate(width / 2, height / 2)
    canvas.rotate(degrees(atan(height / width)))
    canvas.scale(scale, scale)
    canvas.translate(-outline["width"] / 2, -360)
    canvas.doForm(key)
    canvas.restoreState()


def _path(canvas: Canvas, operators: list[list]) -> PDFPathObject:
    path = canvas.beginPath()
    for kind, *numbers in operators:
        if kind == "closePath":
            path.close()
        else:
            getattr(path, kind)(*numbers)
    return path
