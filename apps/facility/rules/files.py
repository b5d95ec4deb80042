"""Reading a file of readings by what was declared about it: columns, unit, zone, order of dates, decimal sign. Pure.

What is not declared and can't be read in one way only is asked for, never guessed. A line that can't be read refuses
the whole file and is named.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from apps.core.errors import Objection
from apps.core.rules import in_utc
from apps.core.text import N_
from apps.facility.facts import DELIMITERS, DateOrder, FileForm, Point
from apps.facility.rules.clocks import comes_once, fixed_zone, wall_clock, zone_named
from apps.facility.rules.readings import TOLD, read_value

DATE = re.compile(r"(\d{1,4})([-/.])\d{1,2}\2\d{1,4}", re.ASCII)
WRITTEN_OFFSET = re.compile(r"(.*?)\s*(Z|[+-]\d{2}:?\d{2})", re.ASCII)
SIGNS = {".", ","}
LINE_END = re.compile(r"\r\n|\r|\n")

Row = tuple[int, list[str]]


def read_file(content: bytes, form: FileForm) -> list[Point] | list[Objection]:
    """The readings of a file in its own unit, or everything that stands against reading it."""
    zone = read_zone(form.zone)
    undeclared = [one for one in (*_undeclared(form), zone) if isinstance(one, Objection)]
    if undeclared or isinstance(zone, Objection):
        return undeclared
    text = _text(content)
    if isinstance(text, Objection):
        return [text]
    before = form.header_line - 1
    lines = LINE_END.sub("\n", text).removesuffix("\n").split("\n")  # splitlines() ends lines at more than these
    rows = split_rows(lines[before:], form.delimiter, before)
    return [rows] if isinstance(rows, Objection) else _read_table(rows, form, zone)


def read_zone(name: str) -> tzinfo | Objection | None:
    """The zone of the clock of a file: a name of the tz database, or an offset; nothing was said: None."""
    if not name:
        return None
    zone = zone_named(name.strip())
    if zone is not None:
        return zone
    template = N_('"{zone}" is no zone: write a name such as Asia/Shanghai, or an offset such as +08:00.')
    return Objection("unknown_zone", template, {"zone": name[:40]}, place="zone")


def _undeclared(form: FileForm) -> Iterator[Objection | None]:
    """What somebody must say before a file is opened at all."""
    if form.decimal_sign not in SIGNS:
        yield Objection("decimal_sign_needed", N_("Say which decimal sign the file writes."), place="decimal_sign")
    if form.delimiter not in DELIMITERS.values():
        yield Objection("delimiter_needed", N_("Say what separates the columns."), place="delimiter")
    if not (form.at and form.value):
        yield Objection("columns_needed", N_("Say which columns hold the time and the value."), place="at_column")


def _text(content: bytes) -> str | Objection:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return Objection("no_text", N_("Line {line} is no UTF-8 text."), {"line": line}, place="file")


def split_rows(lines: Sequence[str], delimiter: str, before: int = 0) -> list[Row] | Objection:
    """The rows of a table, each with the line of the file in which it ends; so many lines stand before the table."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    found: list[Row] = []
    try:
        found += [(before + reader.line_num, cells) for cells in reader]
    except csv.Error:
        facts = {"line": before + reader.line_num}
        return Objection("broken_line", N_("Line {line} can't be split into columns."), facts, "file")
    return found


def is_uneven(line: int, cells: Sequence[str], head: Sequence[str]) -> Objection | None:
    """A line has the columns of its head, no more: a decimal comma between commas would make one number into two."""
    if len(cells) == len(head):
        return None
    code = "line_too_short" if len(cells) < len(head) else "line_too_long"
    template = N_("Line {line}: {found} columns where the header has {said}.")
    return Objection(code, template, {"line": line, "found": len(cells), "said": len(head)}, "file")


def _read_table(rows: Sequence[Row], form: FileForm, zone: tzinfo | None) -> list[Point] | list[Objection]:
    head = rows[0][1] if rows else []
    wanted = [name for name in (form.at, form.time, form.value) if name]
    where = [_column(head, name) for name in wanted]
    missing = [name for name, column in zip(wanted, where, strict=True) if column is None]
    if missing:
        facts = {"line": form.header_line, "names": ", ".join(missing)[:200]}
        return [Objection("no_column", N_("Line {line} does not name exactly one column {names}."), facts, "file")]
    reader = _Reader(form, zone, head, [column for column in where if column is not None])
    return _read_rows(rows[1:], reader)


def _read_rows(rows: Sequence[Row], reader: "_Reader") -> list[Point] | list[Objection]:
    points: list[Point] = []
    faults: list[Objection] = []
    for line, cells in rows:
        read = reader.read(line, cells) if any(cell.strip() for cell in cells) else None
        if isinstance(read, Objection):
            faults.append(read)
        elif read is not None:
            points.append(read)
        if len(faults) == TOLD or (faults and faults[0].place != "file"):
            break  # what is asked for is asked once, not for each line
    return faults or points


def _column(head: Sequence[str], name: str) -> int | None:
    """Where a column stands, by its name in the head of the table; None: nowhere, or in two places."""
    names = [cell.strip() for cell in head]
    return names.index(name.strip()) if names.count(name.strip()) == 1 else None


class _Reader:
    """Reads the lines of one file."""

    def __init__(self, form: FileForm, zone: tzinfo | None, head: Sequence[str], columns: Sequence[int]) -> None:
        self._form, self._zone, self._head, self._columns = form, zone, head, columns

    def read(self, line: int, cells: Sequence[str]) -> Point | Objection:
        """One line."""
        uneven = is_uneven(line, cells, self._head)
        if uneven:
            return uneven
        *moment, given = [cells[column].strip() for column in self._columns]
        value = read_value(given, line, self._form.decimal_sign)
        if isinstance(value, Objection):
            return value
        at = self._instant(" ".join(moment), line)
        return at if isinstance(at, Objection) else Point(line, at, value, given)

    def _instant(self, text: str, line: int) -> datetime | Objection:
        plain, offset = _split_offset(text)
        day = DATE.match(plain)
        order = DateOrder.YMD if day and len(day[1]) == 4 else self._form.date_order
        if day and order is None:
            template = N_("Line {line}: say in which order {text} writes year, month and day.")
            return Objection("date_order_needed", template, {"line": line, "text": day[0][:20]}, place="date_order")
        local = wall_clock(plain, order) if order else None
        return self._placed(local, offset, text, line) if local else _no_instant(text, line)

    def _placed(self, local: datetime, offset: tzinfo | None, text: str, line: int) -> datetime | Objection:
        """The instant of a clock; a time that a clock shows twice or never is no instant."""
        zone = offset or self._zone
        if zone is None:
            return Objection("zone_needed", N_("Say by which zone the clock of the file goes."), place="zone")
        aware = local.replace(tzinfo=zone)
        if not comes_once(aware):
            template = N_("Line {line}: the clocks were changed; {text} is not one instant. Declare an offset.")
            return Objection("not_one_instant", template, {"line": line, "text": text[:40]}, "file")
        try:
            return in_utc(aware)
        except (ValueError, OverflowError):
            return _no_instant(text, line)


def _split_offset(text: str) -> tuple[str, tzinfo | None]:
    """A time and the offset that is written behind it."""
    form = WRITTEN_OFFSET.fullmatch(text.strip())
    zone = fixed_zone(form[2]) if form and ":" in form[1] else None
    return (form[1], zone) if form and zone else (text.strip(), None)


def _no_instant(text: str, line: int) -> Objection:
    template = N_('Line {line}: "{text}" is no date and time.')
    return Objection("no_instant", template, {"line": line, "text": text[:40]}, "file")
