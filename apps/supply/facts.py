"""The words of supply to one named patient before, or without, certification."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from apps.testing.facts import Standing


class Route(StrEnum):
    """Why it is not certified: tests are outstanding; it is out of its specification and never will be; or its donor is
    not found eligible and the need is urgent (21 CFR 1271.60(d), 1271.65(b))."""

    CONDITIONAL = "CONDITIONAL"
    EXCEPTIONAL = "EXCEPTIONAL"
    URGENT = "URGENT"


class SupplyState(StrEnum):
    """The physician has agreed; the authorised person has decided; a second person let the units go; or it ended."""

    AGREED = "AGREED"
    DECIDED = "DECIDED"
    SUPPLIED = "SUPPLIED"
    WITHDRAWN = "WITHDRAWN"


class SupplyVerb(StrEnum):
    """What is done to it."""

    DECIDE = "DECIDE"
    SUPPLY = "SUPPLY"
    WITHDRAW = "WITHDRAW"


@dataclass(frozen=True)
class Agreed:
    """What the physician says: how the patient was informed; for an exception also the need and its risk."""

    route: Route
    informed: str
    need: str = ""
    risk: str = ""


@dataclass(frozen=True)
class TestFacts:
    """A required test of the batch: where it stands; until when it must be in, where it may be outstanding; whether a
    result that fails lies there, reviewed or not."""

    __test__ = False  # not a test class, whatever its name

    key: str
    label: str
    label_zh: str
    standing: Standing
    due_at: datetime | None = None
    may_be_outstanding: bool = False
    is_rapid: bool = False
    shows_a_failure: bool = False
