"""Lines of mixed English and Chinese: words stay whole, Chinese breaks between characters, nothing is lost.

ReportLab breaks either at spaces or, with its CJK wrap, anywhere, also inside an English word. A certificate has
both scripts in one cell, so lines are broken here; ReportLab still draws them.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from apps.documents.layout.fonts import FONT, MARKS, width_of
from apps.documents.layout.style import Style

SOFT_BREAK = "\v"  # a space when all fits on one line, a new line when it does not
NOTE_BREAK = "\f"  # a new line; what follows is a note that takes whatever width the rest leaves it
SOFT_GAP = 3.0

THIN_SPACES = {0x2009: "\u00a0", 0x202F: "\u00a0", 0x2007: "\u00a0", 0x0D: None}

HAN = "\u2e80-\u2fdf\u3001-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff"
IS_HAN = re.compile(f"[{HAN}]")
PART = re.compile(f"[\n\v\f]|[ \t]+|[{HAN}]|[^\n\v\f \t{HAN}]+")
SIGNS = "·×÷±≥≤≈≠→←↑↓§†‡•⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾₀₁₂₃₄₅₆₇₈₉₊₋₍₎"
QUOTES = "“”‘’…"  # as wide as a character beside Chinese, narrow in English
MARKS_PART = re.compile(f"([{SIGNS}]+|(?<![{HAN}])[{QUOTES}]+(?![{HAN}]))")
NEVER_FIRST = frozenset("、。，．：；？！）】》〉」』”’％℃%°…!?:;,.)]}")
NEVER_LAST = frozenset("（【《〈「『“‘([{≥≤<>±−＜＞~")


@dataclass(frozen=True)
class Run:
    """A stretch of text of one look.

    `glued` keeps it with what stands before.
    """

    text: str
    style: Style
    rise: float = 0
    font: str = FONT
    struck: bool = False
    icon: str = ""
    glued: bool = False

    @property
    def width(self) -> float:
        """Width in points; an icon is a square with a little room behind it."""
        return self.style.size * 1.3 if self.icon else width_of(self.text, self.style.size, self.font)

    def saying(self, text: str) -> "Run":
        """The same look with another text."""
        return Run(text, self.style, self.rise, self.font, self.struck, self.icon, self.glued)


@dataclass(slots=True)
class Unit:
    """What a line end never tears apart, with the gap that stands before it inside a line."""

    runs: list[Run]
    width: float
    gap: Run | None = None
    gap_width: float = 0

    def join(self, gap: Run | None, piece: Run) -> None:
        self.runs += [gap, piece] if gap else [piece]
        self.width += piece.width + (gap.width if gap else 0)


@dataclass(slots=True)
class Segment:
    """Units up to a forced line end; a soft one goes on in the same line where all fits."""

    soft: bool = False
    note: bool = False
    units: list[Unit] = field(default_factory=list)

    @property
    def width(self) -> float:
        return sum(unit.width + unit.gap_width for unit in self.units)


@dataclass(frozen=True)
class Line:
    """One laid line: its runs from left to right."""

    runs: tuple[Run, ...]
    width: float
    leading: float
    size: float


def in_fonts(run: Run) -> Iterator[Run]:
    """The run in parts of one font: signs and raised figures come from the companion font."""
    text = run.text.translate(THIN_SPACES)
    if text.isascii():
        yield run if text == run.text else run.saying(text)
        return
    for place, part in enumerate(MARKS_PART.split(text)):
        if part:
            yield replace(run, text=part, font=MARKS if place % 2 else FONT)


def segments_of(runs: Iterable[Run]) -> list[Segment]:
    """The runs as units between which a line may end."""
    taker = _Taker()
    for run in runs:
        taker.take(run)
    return taker.segments


class _Taker:
    """Reads runs part by part and decides what belongs together."""

    def __init__(self) -> None:
        self.segments = [Segment()]
        self.gap: Run | None = None

    def take(self, run: Run) -> None:
        if run.icon:
            self._place(run)
            return
        for part in PART.findall(run.text):
            if part in "\n\v\f":
                self.segments.append(Segment(soft=part == SOFT_BREAK, note=part == NOTE_BREAK))
                self.gap = None
            elif part[0] in " \t":
                self.gap = replace(run, text=" ", struck=False, font=FONT)
            else:
                self._place(run if part == run.text else run.saying(part))

    def _place(self, piece: Run) -> None:
        units = self.segments[-1].units
        if units and self._belongs(units[-1].runs[-1], piece):
            units[-1].join(self.gap, piece)
        else:
            units.append(Unit([piece], piece.width, self.gap, self.gap.width if self.gap else 0))
        self.gap = None

    def _belongs(self, last: Run, piece: Run) -> bool:
        if piece.glued or last.icon or piece.text[:1] in NEVER_FIRST or last.text[-1:] in NEVER_LAST:
            return True
        return self.gap is None and not (IS_HAN.match(piece.text) or IS_HAN.match(last.text[-1:]))


def lines_of(segments: list[Segment], width: float, fallback: Style) -> Iterator[Line]:
    """The segments broken into lines no wider than `width`."""
    for units in _joined(segments, width):
        yield from _Filler(width, fallback).lines(units)


def _joined(segments: list[Segment], width: float) -> Iterator[list[Unit]]:
    """Soft segments run on in one line when the whole paragraph fits into it."""
    index = 0
    while index < len(segments):
        end = index + 1
        while end < len(segments) and segments[end].soft:
            end += 1
        group = segments[index:end]
        if sum(part.width for part in group) + SOFT_GAP * (len(group) - 1) <= width:
            yield [unit for part in group for unit in _spaced(part)]
        else:
            yield from (part.units for part in group if part.units or not part.soft)
        index = end


def _spaced(segment: Segment) -> Iterator[Unit]:
    for place, unit in enumerate(segment.units):
        if segment.soft and place == 0:
            gap = replace(unit.runs[0], text=" ", icon="", rise=0, font=FONT)
            yield Unit(unit.runs, unit.width, gap, gap.width)
        else:
            yield unit


class _Filler:
    """Fills one line after the other."""

    def __init__(self, width: float, fallback: Style) -> None:
        self.width, self.fallback = width, fallback
        self.held: list[Run] = []
        self.used = 0.0

    def lines(self, units: list[Unit]) -> Iterator[Line]:
        for unit in units:
            if self.held and self.used + unit.gap_width + unit.width > self.width + 0.01:
                yield self._end()
            if unit.width > self.width + 0.01:
                *full, unit = _torn(unit, self.width)
                for part in full:
                    self._add(part)
                    yield self._end()
            self._add(unit)
        if self.held or not units:
            yield self._end()

    def _add(self, unit: Unit) -> None:
        if unit.gap and self.held:
            self.held.append(unit.gap)
            self.used += unit.gap_width
        self.held += unit.runs
        self.used += unit.width

    def _end(self) -> Line:
        styles = [run.style for run in self.held if not run.rise] or [self.fallback]
        largest = max(styles, key=lambda style: style.size)
        line = Line(tuple(_merged(self.held)), self.used, largest.leading, largest.size)
        self.held, self.used = [], 0.0
        return line


def _torn(unit: Unit, width: float) -> Iterator[Unit]:
    """A unit wider than the line, cut between characters."""
    held: list[Run] = []
    used = 0.0
    for run in unit.runs:
        for character in [run.text] if run.icon else run.text:
            piece = run.saying(character)
            if held and used + piece.width > width:
                yield Unit(_merged(held), used)
                held, used = [], 0.0
            held.append(piece)
            used += piece.width
    yield Unit(_merged(held), used, unit.gap, unit.gap_width)


def _merged(runs: list[Run]) -> list[Run]:
    """Neighbours of one look as one run: fewer operators, and text that extracts as whole words."""
    merged: list[Run] = []
    for run in runs:
        last = merged[-1] if merged else None
        if last and not (last.icon or run.icon) and _look(last) == _look(run):
            merged[-1] = last.saying(last.text + run.text)
        else:
            merged.append(run)
    return merged


def _look(run: Run) -> tuple[Style, float, bool, str]:
    return run.style, run.rise, run.struck, run.font
