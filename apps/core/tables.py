"""Tables to take away: lines of CSV that a spreadsheet opens without taking a cell for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator

FORMULA = re.compile(r"^[\s\x00]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]")
BOM = "\ufeff"  # without it spreadsheets read Chinese names wrongly


def as_cell(value: object) -> str:
    """Text for a cell of a table; what a spreadsheet would take for a formula is led by an apostrophe (CWE-1236)."""
    text = "" if value is None else str(value)
    return f"'{text}" if FORMULA.match(text) else text


def as_lines(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A table as lines of CSV, safe to open in a spreadsheet."""
    yield BOM + _line(columns)
    for cells in rows:
        yield _line(cells)


def as_text(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """The same as one text, for a table that is short."""
    return "".join(as_lines(columns, rows))


def _line(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([as_cell(cell) for cell in cells])
    return line.getvalue()
