"""The words of rooms, instruments and readings, and what a rule needs to know of them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from apps.core.text import N_
from apps.products.definition.base import Bilingual
from apps.products.definition.preparation import MonitoredCondition


class Grade(StrEnum):
    """The cleanliness grade of a room (EU GMP Annex 1, China GMP annex 1)."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    UNCLASSIFIED = "UNCLASSIFIED"


class InstrumentStatus(StrEnum):
    """Whether an instrument may be used."""

    IN_SERVICE = "IN_SERVICE"
    OUT_OF_SERVICE = "OUT_OF_SERVICE"
    RETIRED = "RETIRED"


class SampleKind(StrEnum):
    """How the environment is looked at: counted particles, air drawn in, settle and contact plates, glove prints."""

    PARTICLES = "PARTICLES"
    AIR = "AIR"
    SETTLE = "SETTLE"
    CONTACT = "CONTACT"
    GLOVE = "GLOVE"


@dataclass(frozen=True)
class Level:
    """What a grade is held to by one kind of sample: a count above `most` is an action, from `alert` on an alert."""

    grade: Grade
    kind: SampleKind
    unit: str
    most: int
    alert: int | None = None


@dataclass(frozen=True)
class InstrumentFacts:
    """An instrument as a rule sees it. It may be used before `calibration_due`, `qualified_until` and `clean_until`,
    not at them; None: none needed.
    """

    number: str
    kind: str
    status: InstrumentStatus
    calibration_due: datetime | None
    qualified_until: datetime | None = None
    clean_until: datetime | None = None


@dataclass(frozen=True)
class KnownEquipment:
    """A kind of equipment as master records name it, and what is watched on it."""

    key: str
    label: Bilingual
    conditions: tuple[MonitoredCondition, ...] = ()


# Kinds that no master record names: what carries units, and what measures on the way.
OTHER_KINDS = (N_("Dry shipper"), N_("Temperature logger"))


class Quantity(StrEnum):
    """What a probe measures."""

    TEMPERATURE = "TEMPERATURE"
    CO2 = "CO2"
    HUMIDITY = "HUMIDITY"


JUDGED_IN = {Quantity.TEMPERATURE: "Cel", Quantity.CO2: "%", Quantity.HUMIDITY: "%"}  # the unit of its limits
MARKS = {Quantity.TEMPERATURE: "°C", Quantity.CO2: "% CO₂", Quantity.HUMIDITY: "% RH"}  # the same in every language


class DateOrder(StrEnum):
    """In which order a file writes its dates; a date that begins with four digits needs no declaration."""

    YMD = "YMD"
    DMY = "DMY"
    MDY = "MDY"


DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}


@dataclass(frozen=True)
class Point:
    """One reading as it came: the line or item it stood in (from 1), when, its value in the probe's unit, its text."""

    line: int
    at: datetime
    value: Decimal
    given: str


@dataclass(frozen=True)
class FileForm:
    """What somebody declared about a file of readings; nothing of it is guessed.

    `at` names the column of the instant, or of the date where `time` names another one. `zone` is that of the clock,
    by its name or as an offset; empty where the file writes its own offsets.
    """

    at: str
    value: str
    unit: str
    time: str = ""
    zone: str = ""
    date_order: DateOrder | None = None
    decimal_sign: str = "."
    delimiter: str = ","
    header_line: int = 1
    quantity: Quantity | None = None
