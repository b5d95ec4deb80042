"""Make the small companion font from the full one: `python apps/documents/fonts/make_marks.py` (needs fonttools).

The full font draws signs such as the middle dot, the multiplication sign and curly quotes as wide as a Chinese
character, and has no superscript figures. The companion holds the same outlines at the width of Latin text, and raised
and lowered figures. The words of the watermarks become outlines, so that they never mix with extracted text. Both files
are committed; nothing needs this script to run.
"""

import hashlib
import json
import sys
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.qu2cuPen import Qu2CuPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "NotoSansSC_400Regular.ttf"
TARGET = HERE / "QcsMarks.ttf"
OUTLINES = HERE / "watermarks.json"
WATERMARKS = {"demo": "DEMONSTRATION 演示", "draft": "DRAFT 草稿"}

NARROW = "×÷±≥≤≈≠→←↑↓§†‡•“”‘’"
BEARING = 55
SMALL = 0.68
DOT = 0.58
RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾", "0123456789+−()", strict=True))
LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₍₎", "0123456789+−()", strict=True))

Drawing = tuple[tuple[float, float, float, float, float, float], str]


class Maker:
    """Collects glyphs drawn from the source by moving and scaling."""

    def __init__(self) -> None:
        self.source = TTFont(SOURCE)
        self.shapes = self.source.getGlyphSet()
        self.names = self.source.getBestCmap()
        self.glyphs = {".notdef": TTGlyphPen(None).glyph(), "space": TTGlyphPen(None).glyph()}
        self.metrics = {".notdef": (500, 0), "space": (224, 0)}
        self.characters = {0x20: "space"}

    def add(self, character: str, drawings: list[Drawing], advance: int) -> None:
        """One glyph from one or more drawings of source glyphs."""
        pen = TTGlyphPen(None)
        for matrix, drawn in drawings:
            self.shapes[self.names[ord(drawn)]].draw(TransformPen(pen, matrix))
        name = f"uni{ord(character):04X}"
        self.glyphs[name] = pen.glyph()
        self.metrics[name] = (advance, 0)
        self.characters[ord(character)] = name

    def add_narrow(self, character: str) -> None:
        """The same outline with the bearings of Latin text."""
        bounds = BoundsPen(self.shapes)
        self.shapes[self.names[ord(character)]].draw(bounds)
        left, _, right, _ = bounds.bounds
        self.add(character, [((1, 0, 0, 1, BEARING - left, 0), character)], round(right - left + 2 * BEARING))

    def add_dot(self, character: str) -> None:
        """The middle dot at the weight of a full stop instead of a bullet."""
        bounds = BoundsPen(self.shapes)
        self.shapes[self.names[ord(character)]].draw(bounds)
        left, bottom, right, top = bounds.bounds
        rise = (bottom + top) / 2 * (1 - DOT) - 30
        self.add(
            character,
            [((DOT, 0, 0, DOT, BEARING - left * DOT, rise), character)],
            round((right - left) * DOT + 2 * BEARING),
        )

    def add_shifted(self, character: str, drawn: str, rise: int) -> None:
        """A figure made smaller and moved up or down."""
        advance = self.source["hmtx"][self.names[ord(drawn)]][0]
        self.add(character, [((SMALL, 0, 0, SMALL, 0, rise), drawn)], round(advance * SMALL))

    def save(self) -> None:
        """Write the companion; the same source gives the same bytes."""
        builder = FontBuilder(self.source["head"].unitsPerEm, isTTF=True)
        builder.setupGlyphOrder(list(self.glyphs))
        builder.setupCharacterMap(self.characters)
        builder.setupGlyf(self.glyphs)
        table = builder.font["glyf"]
        builder.setupHorizontalMetrics(
            {name: (wide, getattr(table[name], "xMin", 0)) for name, (wide, _) in self.metrics.items()}
        )
        builder.setupHorizontalHeader(ascent=880, descent=-120)
        builder.setupNameTable(
            {
                "familyName": "QCS Marks",
                "styleName": "Regular",
                "psName": "QcsMarks-Regular",
                "licenseDescription": "SIL Open Font License 1.1; outlines of Noto Sans SC",
            }
        )
        builder.setupOS2(sTypoAscender=880, sTypoDescender=-120, usWinAscent=880, usWinDescent=120)
        builder.setupPost()
        builder.font["head"].created = builder.font["head"].modified = self.source["head"].modified
        builder.font.recalcTimestamp = False
        builder.save(TARGET)

    def outline(self, words: str) -> dict[str, object]:
        """The words as path operators in thousandths of the font size, with their width."""
        recorder, x = DecomposingRecordingPen(self.shapes), 0
        for character in words:
            name = self.names[ord(character)]
            self.shapes[name].draw(TransformPen(Qu2CuPen(recorder, 1.0, all_cubic=True), (1, 0, 0, 1, x, 0)))
            x += self.source["hmtx"][name][0]
        path = [[kind, *(round(number) for point in points for number in point)] for kind, points in recorder.value]
        return {"width": x, "path": path}


def main() -> None:
    """Make the files and print the hash of the font for the table in README.md."""
    maker = Maker()
    for character in NARROW:
        maker.add_narrow(character)
    maker.add_dot("·")
    dot = maker.source["hmtx"][maker.names[ord(".")]][0]
    maker.add("…", [((1, 0, 0, 1, place * dot, 0), ".") for place in range(3)], 3 * dot)
    for character, drawn in RAISED.items():
        maker.add_shifted(character, drawn, 330)
    for character, drawn in LOWERED.items():
        maker.add_shifted(character, drawn, -110)
    maker.save()
    OUTLINES.write_text(
        json.dumps({key: maker.outline(words) for key, words in WATERMARKS.items()}, separators=(",", ":")) + "\n"
    )
    sys.stdout.write(hashlib.sha256(TARGET.read_bytes()).hexdigest() + "\n")


if __name__ == "__main__":
    main()
