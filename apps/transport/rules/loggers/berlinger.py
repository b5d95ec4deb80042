"""Berlinger's text files: Q-tag CLm with every reading, Fridge-tag 2 with the extremes of each day. Pure.

Both are indented lists of `key: value` that end with a certificate and its signature; a file without them was cut off.
The signature itself is not verified: its scheme is not published.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal

from apps.core.text import N_
from apps.facility.facts import DateOrder
from apps.transport.facts import Day, Declared, LoggerFormat, LoggerSeries, Reading
from apps.transport.rules.loggers.wording import broken, instant, number, readings_of, unit_of, zone_of

ISO = DateOrder.YMD
HOURS = re.compile(r"-?[0-9]{1,2}\.[0-9]{2}", re.ASCII)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
TS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}", re.ASCII)


@dataclass(frozen=True)
class Item:
    """One line: where it stands, under which headings, and what it says."""

    line: int
    path: tuple[str, ...]
    value: str


def read_qtag(lines: list[str], declared: Declared) -> LoggerSeries:
    """A Q-tag CLm: single readings, checked against the extremes that the device itself reports."""
    items, rows = _items(lines), list(_rows(lines))
    if not rows:
        raise broken(len(lines), N_("Line {line}: the file ends without a reading."))
    unit = unit_of("", declared.unit)
    zone, named = _zone(items, declared)
    readings = readings_of(rows, ISO, zone)
    series = LoggerSeries(LoggerFormat.QTAG, _said(items, lines, "Conf", "Serial"), named, unit, readings)
    extremes = _said(items, lines, "Res", "Min T"), _said(items, lines, "Res", "Max T")
    for said, found in zip(extremes, (series.lowest, series.highest), strict=True):
        at = _line(items, lines, "Res")
        if number(said.partition(",")[0], at) != found:
            template = N_("Line {line}: the device reports {said}, the readings say {found}: some are missing.")
            raise broken(at, template, said=said.partition(",")[0], found=found)
    return series


def read_fridge_tag(lines: list[str], declared: Declared) -> LoggerSeries:
    """A Fridge-tag 2: no single readings. The extremes of each day are its readings, oldest first."""
    items = _items(lines)
    unit = unit_of(_said(items, lines, "Conf", "Temp unit"), declared.unit)
    zone, named = _zone(items, declared)
    days = sorted(_days(items, lines, zone), key=lambda day: day.date)
    if not days or len({day.date for day in days}) < len(days):
        raise broken(len(lines), N_("Line {line}: each day must stand in the file once."))
    readings = sorted({reading for day in days for reading in (day.lowest, day.highest)})
    serial = _said(items, lines, "Conf", "Serial")
    return LoggerSeries(LoggerFormat.FRIDGE_TAG, serial, named, unit, tuple(readings), tuple(days))


def _items(lines: list[str]) -> list[Item]:
    """The list with the headings above each line. Raises where it does not end with its signature."""
    found: list[Item] = []
    path: list[str] = []
    for n, line in enumerate(lines, 1):
        if line.startswith("\t") or not line.strip():
            continue
        depth = len(line) - len(line.lstrip(" "))
        key, colon, value = line.strip().partition(":")
        if not colon or depth > len(path):
            raise broken(n, N_('Line {line}: "{text}" does not belong here.'), text=line.strip()[:40])
        path = [*path[:depth], key]
        found.append(Item(n, tuple(path), value.strip()))
    last = found[-1] if found else Item(1, (), "")
    if last.path != ("Sig",) or not re.fullmatch(r"[0-9a-f]{128}", last.value):
        raise broken(len(lines), N_("Line {line}: the file does not end with its signature: it was cut off."))
    return found


def _said(items: list[Item], lines: list[str], *path: str) -> str:
    """What stands under these headings. A missing one breaks the file."""
    found = next((item.value for item in items if item.path == path), "")
    if not found:
        raise broken(len(lines), N_("Line {line}: the file ends without {key}."), key=": ".join(path))
    return found


def _line(items: list[Item], lines: list[str], *path: str) -> int:
    return next((item.line for item in items if item.path == path), len(lines))


def _zone(items: list[Item], declared: Declared) -> tuple[tzinfo, str]:
    """`Zone: 8.00` are hours from UTC, as the device was set."""
    found = next((item.value for item in items if item.path == ("Conf", "Zone")), "")
    if not HOURS.fullmatch(found):
        return zone_of(found, declared.zone)
    minutes = int(Decimal(found) * 60)
    sign, minutes = ("-" if minutes < 0 else "+"), abs(minutes)
    return zone_of(f"UTC{sign}{minutes // 60:02}:{minutes % 60:02}", declared.zone)


def _rows(lines: list[str]) -> Iterator[tuple[int, str, Decimal]]:
    """The lines under `Data:`, each with day, time, temperature and the mark of the device."""
    start = next((n for n, line in enumerate(lines) if line.strip() == "Data:"), len(lines))
    for n, line in enumerate(lines[start + 2 :], start + 3):
        if not line.startswith("\t"):
            return
        parts = line[1:].split("\t")
        if len(parts) != 3 or not TS.fullmatch(parts[0]) or parts[2] not in ("", "x"):
            raise broken(n, N_('Line {line}: "{text}" is no reading.'), text=line.strip()[:40])
        yield n, parts[0], number(parts[1], n)


def _days(items: list[Item], lines: list[str], zone: tzinfo) -> Iterator[Day]:
    numbered = {item.path[1] for item in items if len(item.path) > 1 and item.path[0] == "Hist" and not item.value}
    for key in sorted(numbered):
        day = _said(items, lines, "Hist", key, "Date")
        lowest = _extreme(items, lines, zone, day, key, "Min T")
        highest = _extreme(items, lines, zone, day, key, "Max T")
        at = _line(items, lines, "Hist", key, "Avrg T")
        mean = number(_said(items, lines, "Hist", key, "Avrg T"), at)
        if not lowest.value <= mean <= highest.value:
            raise broken(at, N_("Line {line}: the mean lies outside the extremes of its day."))
        yield Day(date.fromisoformat(day), lowest, highest, mean)


def _extreme(items: list[Item], lines: list[str], zone: tzinfo, day: str, key: str, name: str) -> Reading:
    """`Min T: +2.0, TS Min T: 13:30`"""
    at = _line(items, lines, "Hist", key, name)
    if not DAY.fullmatch(day):
        raise broken(at - 1, N_('Line {line}: "{text}" is no date.'), text=day[:40])
    value, comma, time = _said(items, lines, "Hist", key, name).partition(f", TS {name}: ")
    if not comma:
        raise broken(at, N_('Line {line}: "{text}" is no reading.'), text=value[:40])
    return Reading(instant(f"{day} {time}", ISO, zone, at), number(value, at))
