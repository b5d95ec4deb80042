"""The words of rooms and instruments, and what a rule needs to know of an instrument."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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


@dataclass(frozen=True)
class InstrumentFacts:
    """An instrument as a rule sees it. It may be used before `calibration_due` and `qualified_until`, not at them;
    None: none needed.
    """

    number: str
    kind: str
    status: InstrumentStatus
    calibration_due: datetime | None
    qualified_until: datetime | None = None


@dataclass(frozen=True)
class KnownEquipment:
    """A kind of equipment as master records name it, and what is watched on it."""

    key: str
    label: Bilingual
    conditions: tuple[MonitoredCondition, ...] = ()
