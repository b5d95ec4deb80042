"""The words of a look-back: what a donor was found to have, and what became of each unit that was out."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Answer(StrEnum):
    """What became of a unit that was out when its donor was looked back upon."""

    CAME_BACK = "CAME_BACK"
    DESTROYED_THERE = "DESTROYED_THERE"
    PHYSICIAN_TOLD = "PHYSICIAN_TOLD"
    NOT_FOUND = "NOT_FOUND"


@dataclass(frozen=True)
class Finding:
    """What was found at a donor after donating, by whom, and from which collection on it counts; None: from all."""

    what: str
    laboratory: str
    since: date | None = None


@dataclass(frozen=True)
class Reported:
    """What is told sponsor and authority: to whom, under which reference, which organism, sensitive to what."""

    sent_to: str
    organism: str
    sensitivity: str = ""
    reference: str = ""


@dataclass(frozen=True)
class DutyFacts:
    """A recall duty as a rule sees it."""

    unit: str
    was_given: bool
    is_answered: bool
