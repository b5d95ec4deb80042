"""Tables: Onset HOBO, Thermochron iButton, and any CSV whose columns a person declares. Pure."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from apps.core.errors import Objection
from apps.core.text import N_
from apps.facility.facts import DELIMITERS
from apps.facility.rules.files import Row, is_uneven, split_rows
from apps.facility.rules.readings import read_number
from apps.transport.facts import DecimalSign, Declared, LoggerFormat, LoggerSeries
from apps.transport.rules.loggers.wording import (
    again,
    ask,
    broken,
    number,
    order_of,
    readings_of,
    temperature,
    unit_of,
    zone_of,
)

HOBO_TIME = re.compile(r"Date Time(?:, ?(.+))?")
HOBO_TEMPERATURE = re.compile(r"(.*Temp.*?), ?°?([CF])(?: \((?:LGR )?S/N: ?([0-9]+).*)?")
MISSION = re.compile(r"Mission Start:\s+\w{3} (\w{3}) ([0-9]{1,2}) [0-9:]{8} ([A-Z]{2,5}) ([0-9]{4})", re.ASCII)
SAMPLES = re.compile(r"Number of Mission Samples:\s+([0-9]{1,9})", re.ASCII)
REGISTRATION = re.compile(r"1-Wire/iButton Registration Number:\s+([0-9A-F]{16})", re.ASCII)
COLUMNS = ["Date/Time", "Unit", "Value"]
SIGNS = {DecimalSign.POINT: ".", DecimalSign.COMMA: ","}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def read_hobo(lines: list[str], declared: Declared) -> LoggerSeries:
    """HOBOware's CSV: a title, a line of columns that states offset, unit and serial number, then the readings."""
    table = _table(lines, ",")
    header = table[1][1] if len(table) > 1 else []
    time, offset = _hobo_time(header)
    value, unit, serial = _hobo_temperature(header, declared.value_column)
    rows = [(n, row[time], number(row[value], n)) for n, row in _whole(table[2:], header) if row[value]]
    _refuse_gaps(table[2:], value, len(header))
    return _series(LoggerFormat.HOBO, rows, declared, serial=serial, zone=offset, unit=unit, end=len(lines))


def read_ibutton(lines: list[str], declared: Declared) -> LoggerSeries:
    """An iButton mission: the header tells the first day, which settles the order of day and month, and the count."""
    start = next((n for n, line in enumerate(lines) if line.split(",") == COLUMNS), None)
    if start is None:
        raise broken(len(lines), N_("Line {line}: the file ends without its line of columns."))
    head = "\n".join(lines[:start])
    serial, count, mission = REGISTRATION.search(head), SAMPLES.search(head), MISSION.search(head)
    if serial is None or count is None or mission is None:
        raise broken(start + 1, N_("Line {line}: registration number, mission start or number of samples is missing."))
    rows = [(n + start + 1, row) for n, row in _table(lines[start + 1 :], ",")]
    whole = [(n, row[0], number(row[2], n)) for n, row in _whole(rows, COLUMNS)]
    if len(whole) != int(count[1]):
        template = N_("Line {line}: the header announces {said} readings, the file holds {found}.")
        raise broken(len(lines), template, said=count[1], found=len(whole))
    units = {row[1] for _, row in rows}
    unit = units.pop() if len(units) == 1 else ""
    said = {"serial": serial[1], "zone": mission[3], "unit": unit}
    return _series(LoggerFormat.IBUTTON, whole, declared, end=len(lines), begins=_begins(mission), **said)


def read_table(lines: list[str], declared: Declared) -> LoggerSeries:
    """Any CSV: a person declares the two columns, the decimal sign, unit and zone; the file states none of them."""
    separator = declared.separator or ","
    if separator not in DELIMITERS.values():
        raise ask("separator", N_("Columns are separated by a comma, a semicolon, a tab or a bar."))
    if declared.decimal_sign not in list(DecimalSign):
        raise ask("decimal_sign", N_("Say whether decimals stand behind a point or a comma."))
    table = _table(lines, separator)
    header = table[0][1] if table else []
    time = _column(header, declared.time_column, "time_column")
    value = _column(header, declared.value_column, "value_column")
    sign = SIGNS[DecimalSign(declared.decimal_sign)]
    whole = _whole(table[1:], header)
    known = _numbers_of([(n, row[value]) for n, row in whole], sign)
    rows = [(n, row[time], known[row[value]]) for n, row in whole]
    serial = declared.serial.strip()
    if not serial:
        raise ask("serial", N_("The file does not say which logger wrote it. Say its serial number."))
    return _series(LoggerFormat.TABLE, rows, declared, serial=serial, end=len(lines))


def _series(
    format: LoggerFormat,
    rows: Sequence[tuple[int, str, Decimal]],
    declared: Declared,
    *,
    end: int,
    serial: str,
    zone: str = "",
    unit: str = "",
    begins: date | None = None,
) -> LoggerSeries:
    if not rows:
        raise broken(end, N_("Line {line}: the file ends without a reading."))
    kept = unit_of(unit, declared.unit)
    clock, named = zone_of(zone, declared.zone)
    order = order_of([(n, stamp) for n, stamp, _ in rows], declared.date_order, begins)
    return LoggerSeries(format, serial, named, kept, readings_of(rows, order, clock))


def _table(lines: Sequence[str], separator: str) -> list[Row]:
    """The rows that hold something, each with its line. A quotation mark that is never closed breaks the file."""
    found = split_rows(lines, separator)
    if isinstance(found, Objection):
        raise again(found)
    return [(n, row) for n, row in found if row]


def _whole(rows: Iterable[Row], header: Sequence[str]) -> list[Row]:
    """Rows with as many columns as the header."""
    found = list(rows)
    width = len(header)
    for n, row in found:
        uneven = is_uneven(n, row, header) if len(row) != width else None
        if uneven:
            raise again(uneven)
    return found


def _refuse_gaps(rows: Sequence[Row], value: int, width: int) -> None:
    """A row without a temperature tells of something else, such as the logger being read; an empty one is a fault."""
    for n, row in rows:
        if not row[value] and (width < 3 or not any(cell for i, cell in enumerate(row) if i > value)):
            raise broken(n, N_("Line {line}: there is no temperature."))


def _hobo_time(header: Sequence[str]) -> tuple[int, str]:
    for place, name in enumerate(header):
        form = HOBO_TIME.fullmatch(name)
        if form:
            return place, form[1] or ""
    raise broken(2, N_("Line {line}: no column of date and time."))


def _hobo_temperature(header: Sequence[str], wanted: str) -> tuple[int, str, str]:
    found = [(place, form) for place, name in enumerate(header) if (form := HOBO_TEMPERATURE.fullmatch(name))]
    named = [one for one in found if not wanted or header[one[0]] == wanted or one[1][1] == wanted]
    if not found:
        raise broken(2, N_("Line {line}: no column of temperature with its unit."))
    if len(named) != 1:
        template = N_("The file has several columns of temperature. Say which: {columns}")
        raise ask("value_column", template, columns=" | ".join(form[1] for _, form in found))
    place, form = named[0]
    if not form[3]:
        raise broken(2, N_("Line {line}: the column of temperature names no serial number."))
    return place, form[2], form[3]


def _begins(mission: re.Match[str]) -> date:
    try:
        return datetime(int(mission[4]), MONTHS.index(mission[1]) + 1, int(mission[2]), tzinfo=UTC).date()
    except ValueError:
        raise broken(1, N_("Line {line}: the mission has no such day of its start.")) from None


def _column(header: Sequence[str], name: str, place: str) -> int:
    if name and list(header).count(name) == 1:
        return list(header).index(name)
    raise ask(place, N_("Say which column it is: {columns}"), columns=" | ".join(header)[:200])


def _numbers_of(column: Iterable[tuple[int, str]], sign: str) -> dict[str, Decimal]:
    """What a column's texts are as numbers with the decimal sign that a person declared. A long file repeats few."""
    known: dict[str, Decimal] = {}
    for line, text in column:
        if text not in known:
            known[text] = _declared_number(text, line, sign)
    return known


def _declared_number(text: str, line: int, sign: str) -> Decimal:
    value = read_number(text, line, sign)
    if isinstance(value, Objection):
        raise again(value)
    return temperature(value, line)
