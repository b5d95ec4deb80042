"""Reading a file of readings by what was declared about it: columns, unit, zone, order of dates, decimal sign. Pure.

What is not declared and can't be read in one way only is asked for, never guessed. A line that can't be read refuses
the whole file and is named.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from apps.core.errors import Objection
from apps.core.rules import in_utc
from apps.core.text import N_
from apps.facility.facts import DELIMITERS, DateOrder, FileForm, Point
from apps.facility.rules.readings import TOLD, read_value

DATE = re.compile(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})", re.ASCII)
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?(?:\s*([AaPp])\.?[Mm]\.?)?", re.ASCII)
OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{2}):?(\d{2})", re.ASCII)
WRITTEN_OFFSET = re.compile(r"(.*?)\s*(Z|[+-]\d{2}:?\d{2})", re.ASCII)
SIGNS = {".", ","}


def read_file(content: bytes, form: FileForm) -> list[Point] | list[Objection]:
    """The readings of a file in its own unit, or everything that stands against reading it."""
    zone = read_zone(form.zone)
    undeclared = [one for one in (*_undeclared(form), zone) if isinstance(one, Objection)]
    if undeclared or isinstance(zone, Objection):
        return undeclared
    text = _text(content)
    if isinstance(text, Objection):
        return [text]
    table = _Table(text, form)
    try:
        return _read_table(table, form, zone)
    except csv.Error:
        line = table.line
        return [Objection("broken_line", N_("Line {line} can't be split into columns."), {"line": line}, "file")]


def read_zone(name: str) -> tzinfo | Objection | None:
    """The zone of the clock of a file: a name of the tz database, or an offset; nothing was said: None."""
    if not name:
        return None
    offset = OFFSET.fullmatch(name.strip())
    if offset:
        length = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        if length < timedelta(hours=24):
            return timezone(length if offset[1] == "+" else -length)
    try:
        return ZoneInfo(name.strip())
    except (KeyError, ValueError, OSError):
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


class _Table:
    """The lines of the table under its head, with their numbers in the file."""

    def __init__(self, text: str, form: FileForm) -> None:
        self._before = form.header_line - 1
        self._rows = csv.reader(text.splitlines()[self._before :], delimiter=form.delimiter, strict=True)

    def __iter__(self) -> Iterator[list[str]]:
        return self._rows

    @property
    def line(self) -> int:
        """The line that was read last; a row of several lines ends there."""
        return self._before + self._rows.line_num


def _read_table(table: _Table, form: FileForm, zone: tzinfo | None) -> list[Point] | list[Objection]:
    rows = iter(table)
    head = next(rows, [])
    wanted = [name for name in (form.at, form.time, form.value) if name]
    where = [_column(head, name) for name in wanted]
    missing = [name for name, column in zip(wanted, where, strict=True) if column is None]
    if missing:
        facts = {"line": form.header_line, "names": ", ".join(missing)[:200]}
        return [Objection("no_column", N_("Line {line} does not name exactly one column {names}."), facts, "file")]
    reader = _Reader(form, zone, [column for column in where if column is not None])
    return _read_rows(table, rows, reader)


def _read_rows(table: _Table, rows: Iterator[list[str]], reader: "_Reader") -> list[Point] | list[Objection]:
    points: list[Point] = []
    faults: list[Objection] = []
    for cells in rows:
        read = reader.read(table.line, cells) if any(cell.strip() for cell in cells) else None
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

    def __init__(self, form: FileForm, zone: tzinfo | None, columns: Sequence[int]) -> None:
        self._form, self._zone, self._columns = form, zone, columns
        self._date = _date_reader(form.date_order)

    def read(self, line: int, cells: Sequence[str]) -> Point | Objection:
        """One line."""
        if len(cells) <= max(self._columns):
            facts = {"line": line, "n": len(cells)}
            return Objection("line_too_short", N_("Line {line} has only {n} columns."), facts, "file")
        *moment, given = [cells[column].strip() for column in self._columns]
        value = read_value(given, line, self._form.decimal_sign)
        if isinstance(value, Objection):
            return value
        at = self._instant(" ".join(moment), line)
        return at if isinstance(at, Objection) else Point(line, at, value, given)

    def _instant(self, text: str, line: int) -> datetime | Objection:
        plain, offset = _split_offset(text)
        day, _, clock = plain.replace("T", " ", 1).partition(" ")
        read = self._date(day, line)
        if isinstance(read, Objection):
            return read
        hour = _clock(clock.strip())
        if hour is None:
            return _no_instant(text, line)
        return self._placed(datetime.combine(read, hour), offset, text, line)

    def _placed(self, local: datetime, offset: tzinfo | None, text: str, line: int) -> datetime | Objection:
        """The instant of a clock; a time that a clock shows twice or never is no instant."""
        zone = offset or self._zone
        if zone is None:
            return Objection("zone_needed", N_("Say by which zone the clock of the file goes."), place="zone")
        aware = local.replace(tzinfo=zone)
        if aware.utcoffset() != aware.replace(fold=1).utcoffset():
            template = N_("Line {line}: the clocks were changed; {text} is not one instant. Declare an offset.")
            return Objection("not_one_instant", template, {"line": line, "text": text[:40]}, "file")
        try:
            return in_utc(aware)
        except (ValueError, OverflowError):
            return _no_instant(text, line)


def _split_offset(text: str) -> tuple[str, tzinfo | None]:
    """A time and the offset that is written behind it."""
    form = WRITTEN_OFFSET.fullmatch(text.strip())
    if form is None or ":" not in form[1]:
        return text.strip(), None
    zone = read_zone("+00:00" if form[2] == "Z" else form[2])
    return (form[1], zone) if isinstance(zone, tzinfo) else (text.strip(), None)


def _date_reader(order: DateOrder | None) -> Callable[[str, int], date | Objection]:
    def read(text: str, line: int) -> date | Objection:
        form = DATE.fullmatch(text)
        if form is None:
            return _no_instant(text, line)
        if len(form[1]) == 4:
            return _date(form[1], form[2], form[3]) or _no_instant(text, line)
        if order is None:
            template = N_("Line {line}: say in which order {text} writes year, month and day.")
            return Objection("date_order_needed", template, {"line": line, "text": text[:20]}, place="date_order")
        year, month, day = (form[1 + order.value.index(part)] for part in "YMD")
        return _date(year, month, day) or _no_instant(text, line)

    return read


def _date(year: str, month: str, day: str) -> date | None:
    """A date; a year of two digits is one of this century."""
    if len(year) not in (2, 4) or len(month) > 2 or len(day) > 2:
        return None
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None


def _clock(text: str) -> time | None:
    form = CLOCK.fullmatch(text)
    if form is None:
        return None
    hour = int(form[1])
    if form[5]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if form[5] in "Pp" else 0)
    try:
        return time(hour, int(form[2]), int(form[3] or 0), int((form[4] or "").ljust(6, "0")))
    except ValueError:
        return None


def _no_instant(text: str, line: int) -> Objection:
    template = N_('Line {line}: "{text}" is no date and time.')
    return Objection("no_instant", template, {"line": line, "text": text[:40]}, "file")
