"""What every reader shares: lines, numbers, dates, zones, and the two ways to refuse. Pure.

A reader asks (`ask`) for what the file leaves open, and refuses (`broken`) a file that contradicts its own form, with
the line. Both leave as one objection.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from operator import lt

from apps.batches.rules.files import is_too_large
from apps.core.errors import BadInput, Objection
from apps.core.rules import in_utc
from apps.core.text import N_
from apps.facility.facts import DateOrder
from apps.facility.rules.clocks import PLAIN, comes_once, fixed_zone, wall_clock, zone_named
from apps.transport.facts import Reading

UNITS = {"C": "Cel", "°C": "Cel", "Cel": "Cel", "degC": "Cel", "℃": "Cel"}
NUMBER = re.compile(r"[+-]?[0-9]{1,4}(?:\.[0-9]{1,6})?", re.ASCII)
COLDEST, WARMEST = Decimal("-273.15"), Decimal(400)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")  # but tab and the end of a line


def ask(place: str, template: str, **facts: object) -> BadInput:
    """Something the file leaves open: a person has to say it."""
    return BadInput(Objection(f"logger_{place}_needed", template, facts, place))


def broken(line: int, template: str, **facts: object) -> BadInput:
    """A file that can't be what it says it is; `line` counts from 1."""
    return BadInput(Objection("logger_file_broken", template, {"line": line, **facts}, "file"))


def again(fault: Objection) -> BadInput:
    """What the rules of files of readings say against a line, as every refusal of a logger's file is."""
    return BadInput(Objection("logger_file_broken", fault.template, fault.facts, "file"))


def lines_of(content: bytes) -> list[str]:
    """The lines of a text file. A file that does not end with its line was cut off."""
    too_large = is_too_large(len(content))
    if too_large:
        raise BadInput(too_large)
    if not content.strip():
        raise broken(1, N_("Line {line}: the file is empty."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")  # what old exporters write; only the degree sign differs
    text = text.replace("\r\n", "\n")
    control = CONTROL.search(text)
    if control:
        n = text.count("\n", 0, control.start()) + 1
        raise broken(n, N_("Line {line} holds control characters: this is no text file of a logger."))
    lines = text.split("\n")
    if lines[-1]:
        raise broken(len(lines), N_("Line {line} does not end: the file was cut off."))
    return lines[:-1]


def number(text: str, line: int) -> Decimal:
    """A temperature with a decimal point. Raises with the line."""
    if not NUMBER.fullmatch(text):
        raise broken(line, N_('Line {line}: "{text}" is no temperature.'), text=text[:40])
    return temperature(Decimal(text), line)


def temperature(value: Decimal, line: int) -> Decimal:
    """A temperature that there can be, in degrees Celsius. Raises with the line."""
    if not COLDEST <= value <= WARMEST:
        raise broken(line, N_('Line {line}: "{text}" is no temperature.'), text=str(value)[:40])
    return value


def unit_of(found: str, declared: str) -> str:
    """The unit that the file names, else the one a person says. Only degrees Celsius are kept."""
    said = found or declared
    if not said:
        raise ask("unit", N_("The file names no unit of temperature. Say it: Cel for degrees Celsius."))
    if said not in UNITS or (declared and UNITS.get(declared) != UNITS[said]):
        raise ask("unit", N_("The unit {unit} is not read here. Export the file in degrees Celsius."), unit=said[:20])
    return UNITS[said]


def zone_of(found: str, declared: str) -> tuple[tzinfo, str]:
    """The zone that the file states by its offset, else the one a person says; its name goes with the series."""
    stated = fixed_zone(found)
    said = zone_named(declared)
    if declared and said is None:
        raise ask("zone", N_("{zone} is no time zone. Write it as UTC+08:00 or Asia/Shanghai."), zone=declared[:40])
    if stated is not None:
        if said is not None and fixed_zone(declared) != stated:
            template = N_("The file says {found}, you say {zone}. The file's own zone counts.")
            raise ask("zone", template, found=found, zone=declared)
        return stated, found
    if said is None:
        template = N_("The file does not say in which zone its clock ran (it says: {found}). Say the zone.")
        raise ask("zone", template, found=found[:20] or "–")
    return said, declared


# --- dates ----------------------------------------------------------------------------------------------------------
def order_of(stamps: Sequence[tuple[int, str]], declared: str, begins: date | None = None) -> DateOrder:
    """The one order in which every date of the file can be read. `begins` is the first day, where a header names it."""
    if declared and declared not in list(DateOrder):
        raise ask("date_order", N_("There is no such order of year, month and day."))
    candidates = [DateOrder(declared)] if declared else list(DateOrder)
    for line, text in stamps:
        left = [order for order in candidates if wall_clock(text, order)]
        if not left:
            raise broken(line, N_('Line {line}: "{text}" is no date and time.'), text=text[:40])
        candidates = left
        if len(left) == 1:
            break  # the other lines are read in this order, or refuse the file then
    if begins is not None and not declared:
        first = stamps[0][1]
        candidates = [order for order in candidates if _day(first, order) == begins]
    if len(candidates) == 1:
        return candidates[0]
    template = N_('"{text}" can be read as several dates. Say the order of year, month and day.')
    raise ask("date_order", template, text=stamps[0][1][:40])


def _day(text: str, order: DateOrder) -> date | None:
    read = wall_clock(text, order)
    return read.date() if read else None


def readings_of(rows: Sequence[tuple[int, str, Decimal]], order: DateOrder, zone: tzinfo) -> tuple[Reading, ...]:
    """The readings in UTC, each later than the one before. Raises with the line."""
    return _read_at_once(rows, order, zone) or _read_line_by_line(rows, order, zone)


def _read_at_once(rows: Sequence[tuple[int, str, Decimal]], order: DateOrder, zone: tzinfo) -> tuple[Reading, ...]:
    """Plain dates at a fixed offset, one later than the other. Nothing where a file is another, or has a fault."""
    offset = zone.utcoffset(None)
    stamps = [text for _line, text, _value in rows]
    if order is not DateOrder.YMD or offset is None or not all(map(PLAIN.fullmatch, stamps)):
        return ()
    try:
        clocks = list(map(datetime.fromisoformat, map("{}Z".format, stamps)))
        found = [clock - offset for clock in clocks] if offset else clocks
        for end in found[:1] + found[-1:]:
            in_utc(end)  # what lies between two that there can be can be too
    except (ValueError, OverflowError):
        return ()
    values = [value for _line, _text, value in rows]
    return tuple(map(Reading._make, zip(found, values, strict=True))) if all(map(lt, found, found[1:])) else ()


def _read_line_by_line(rows: Iterable[tuple[int, str, Decimal]], order: DateOrder, zone: tzinfo) -> tuple[Reading, ...]:
    found: list[Reading] = []
    last = datetime.min.replace(tzinfo=UTC)
    for line, text, value in rows:
        at = instant(text, order, zone, line)
        if at <= last:
            raise broken(line, N_("Line {line}: {text} is not later than the reading before it."), text=text[:40])
        found.append(Reading(at, value))
        last = at
    return tuple(found)


def instant(text: str, order: DateOrder, zone: tzinfo, line: int) -> datetime:
    """One time of the file in UTC; it must exist in its zone exactly once."""
    clock = wall_clock(text, order)
    if clock is None:
        raise broken(line, N_('Line {line}: "{text}" is no date and time.'), text=text[:40])
    local = clock.replace(tzinfo=zone)
    if not comes_once(local):
        template = N_("Line {line}: {text} comes twice or never in this zone. Say the offset, such as UTC+01:00.")
        raise ask("zone", template, line=line, text=text[:40])
    try:
        return in_utc(local)
    except (ValueError, OverflowError):
        raise broken(line, N_('Line {line}: "{text}" is no date and time.'), text=text[:40]) from None
