"""The words of transport, and what its rules are told."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class LoggerFormat(StrEnum):
    """The files that can be read. A TABLE is any CSV whose columns, zone and signs somebody declares."""

    QTAG = "QTAG"
    FRIDGE_TAG = "FRIDGE_TAG"
    HOBO = "HOBO"
    IBUTTON = "IBUTTON"
    TABLE = "TABLE"


class DateOrder(StrEnum):
    """In which order a file writes year, month and day."""

    YMD = "YMD"
    DMY = "DMY"
    MDY = "MDY"


class DecimalSign(StrEnum):
    """What stands before the decimals."""

    POINT = "POINT"
    COMMA = "COMMA"


@dataclass(frozen=True)
class Declared:
    """What a person says about a file where it does not say it itself. Nothing here overrules the file."""

    format: str = ""
    unit: str = ""
    zone: str = ""
    date_order: str = ""
    decimal_sign: str = ""
    separator: str = ""
    time_column: str = ""
    value_column: str = ""
    serial: str = ""


class Reading(NamedTuple):
    """One temperature at one instant."""

    at: datetime
    value: Decimal


@dataclass(frozen=True)
class Day:
    """What a logger that keeps no single readings says of one day."""

    date: date
    lowest: Reading
    highest: Reading
    mean: Decimal


@dataclass(frozen=True)
class LoggerSeries:
    """A logger file as it was read. With `days` it is a summary: its readings are the extremes of each day."""

    format: LoggerFormat
    serial: str
    zone: str
    unit: str
    readings: tuple[Reading, ...]
    days: tuple[Day, ...] = ()

    @property
    def lowest(self) -> Decimal:
        """The coldest reading."""
        return min(reading.value for reading in self.readings)

    @property
    def highest(self) -> Decimal:
        """The warmest reading."""
        return max(reading.value for reading in self.readings)
