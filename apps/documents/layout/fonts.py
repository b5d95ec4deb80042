"""The fonts of all documents: registered once, their widths at hand, and asked before drawing what they can show."""

from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FONT = "NotoSansSC"
MARKS = "QcsMarks"
FOLDER = Path(__file__).resolve().parent.parent / "fonts"
FILES = {FONT: FOLDER / "NotoSansSC_400Regular.ttf", MARKS: FOLDER / "QcsMarks.ttf"}


@cache
def fonts() -> dict[str, TTFont]:
    """The registered fonts; reading 10 MB takes some 50 ms, once for each process."""
    loaded = {name: TTFont(name, file) for name, file in FILES.items()}
    for font in loaded.values():
        pdfmetrics.registerFont(font)
    return loaded


@cache
def known_code_points() -> frozenset[int]:
    """Every code point that has a glyph."""
    return frozenset().union(*(font.face.charToGlyph for font in fonts().values()))


def width_of(text: str, size: float, font: str = FONT) -> float:
    """The width of a text in points."""
    face = fonts()[font].face
    widths, default = face.charWidths, face.defaultWidth
    return sum(widths.get(ord(character), default) for character in text) * size / 1000
