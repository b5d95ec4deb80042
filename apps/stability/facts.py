"""The words of stability studies and of longer lives, and what their rules are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from apps.testing.facts import Standing


class StudyState(StrEnum):
    """Open while its units are kept; closed when they are given back."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class PointState(StrEnum):
    """A time point waits for its pull; it was pulled; or its window went by."""

    WAITING = "WAITING"
    PULLED = "PULLED"
    MISSED = "MISSED"


class StudyVerb(StrEnum):
    """What is done to a study."""

    OPEN = "OPEN"
    PULL = "PULL"
    CLOSE = "CLOSE"


class ExtensionState(StrEnum):
    """Proposed; signed by quality; authorised, so that it is relabelled; every unit relabelled or left out; taken back
    before that."""

    PROPOSED = "PROPOSED"
    ENDORSED = "ENDORSED"
    AUTHORISED = "AUTHORISED"
    COMPLETED = "COMPLETED"
    WITHDRAWN = "WITHDRAWN"


class ExtensionVerb(StrEnum):
    """What is done to an extension."""

    PROPOSE = "PROPOSE"
    ENDORSE = "ENDORSE"
    AUTHORISE = "AUTHORISE"
    RELABEL = "RELABEL"
    CONFIRM = "CONFIRM"
    COMPLETE = "COMPLETE"
    WITHDRAW = "WITHDRAW"


class RelabelState(StrEnum):
    """A unit of an extension: its new label is printed; applied by one person; confirmed by a second one, and its
    later expiry counts; or left out."""

    NAMED = "NAMED"
    PRINTED = "PRINTED"
    APPLIED = "APPLIED"
    RELABELLED = "RELABELLED"
    LEFT_OUT = "LEFT_OUT"


@dataclass(frozen=True)
class Window:
    """When a time point is due, and from when until when a unit may be pulled for it."""

    due_at: datetime
    opens_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class PointFacts:
    """A month of a study: where each test that is required there stands."""

    month: int
    standings: Mapping[str, Standing]


@dataclass(frozen=True)
class Support:
    """What the data support so far: `months` of shelf life; where it ends, the month that failed or that is the cap."""

    months: int
    failed_at: int | None = None
    capped_at: int | None = None
    begun: bool = True  # month 0 passed
