"""Barcodes as vector modules, encoded by the same engine that reads them back."""

from collections.abc import Iterator
from typing import Any, cast

import zxingcpp
from reportlab.pdfgen.canvas import Canvas

from apps.documents.facts import Barcode, Symbology
from apps.documents.layout.style import INK

FORMATS = {
    Symbology.DATA_MATRIX: zxingcpp.BarcodeFormat.DataMatrix,
    Symbology.QR: zxingcpp.BarcodeFormat.QRCode,
    Symbology.CODE_128: zxingcpp.BarcodeFormat.Code128,
}
# Left alone, a short Data Matrix becomes a strip of 8 x 32 modules, which the square on our labels would distort.
EXTRAS: dict[Symbology, dict[str, Any]] = {
    Symbology.QR: {"ec_level": "M"},
    Symbology.DATA_MATRIX: {"force_square": True},
}


def modules_of(barcode: Barcode) -> list[list[int]]:
    """The modules, row by row from the top: 0 is dark."""
    extra = EXTRAS.get(barcode.symbology, {})
    symbol = zxingcpp.create_barcode(barcode.text, FORMATS[barcode.symbology], gs1=barcode.gs1, **extra)
    image: Any = symbol.to_image(scale=1, add_quiet_zones=False)
    rows = cast(list[list[int]], memoryview(image).tolist())
    return rows[:1] if barcode.symbology is Symbology.CODE_128 else rows


def draw_barcode(canvas: Canvas, barcode: Barcode, x: float, y: float, width: float, height: float) -> None:
    """Fill the box with the symbol; its quiet zone is the caller's white space."""
    rows = modules_of(barcode)
    across, down = width / len(rows[0]), height / len(rows)
    canvas.saveState()
    canvas.translate(x, y + height)
    canvas.scale(across, -down)  # whole modules as units: short numbers in the file
    path = canvas.beginPath()
    for number, row in enumerate(rows):
        for start, length in _dark_stretches(row):
            path.rect(start, number, length, 1)
    canvas.setFillColor(INK)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()


def _dark_stretches(row: list[int]) -> Iterator[tuple[int, int]]:
    start = None
    for place, module in enumerate([*row, 255]):
        if module == 0 and start is None:
            start = place
        elif module and start is not None:
            yield start, place - start
            start = None
