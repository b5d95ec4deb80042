"""The words of the quality system: what a hold blocks, what an event is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from apps.core.errors import are_sentences


class Blocks(StrEnum):
    """What a hold forbids: going on with the process, certification, issue (allocation, shipping), use in a patient."""

    PROCESS = "PROCESS"
    CERTIFY = "CERTIFY"
    ISSUE = "ISSUE"
    USE = "USE"


class EventKind(StrEnum):
    """Why something wants a look by QA."""

    ACTION_LIMIT = "ACTION_LIMIT"
    ALERT_LIMIT = "ALERT_LIMIT"
    HOLD_TIME = "HOLD_TIME"
    SEQUENCE = "SEQUENCE"
    NEAR_MISS = "NEAR_MISS"
    EXCURSION = "EXCURSION"
    YIELD = "YIELD"
    LATE_ENTRY = "LATE_ENTRY"
    ACCEPTED_FACT = "ACCEPTED_FACT"
    RECONCILIATION = "RECONCILIATION"
    TEST_FAILED = "TEST_FAILED"
    LATE_RESULT = "LATE_RESULT"
    REPORTED = "REPORTED"


class Severity(StrEnum):
    """How grave an event is at first sight; QA classifies."""

    MINOR = "MINOR"
    MAJOR = "MAJOR"
    CRITICAL = "CRITICAL"


class EventState(StrEnum):
    """Open until QA closes it with a reason or makes it a deviation."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"
    DEVIATION = "DEVIATION"


class DeviationState(StrEnum):
    """Open until the product impact is signed, then until it is closed."""

    OPEN = "OPEN"
    IMPACT_SIGNED = "IMPACT_SIGNED"
    CLOSED = "CLOSED"


class RootCause(StrEnum):
    """Where a departure came from. Unknown is said as such, and no root cause of a critical one."""

    PEOPLE = "PEOPLE"
    PROCEDURE = "PROCEDURE"
    EQUIPMENT = "EQUIPMENT"
    MATERIAL = "MATERIAL"
    STARTING_MATERIAL = "STARTING_MATERIAL"
    ENVIRONMENT = "ENVIRONMENT"
    MEASUREMENT = "MEASUREMENT"
    SYSTEM = "SYSTEM"
    UNKNOWN = "UNKNOWN"


class CapaKind(StrEnum):
    """Against what happened, or against what could."""

    CORRECTIVE = "CORRECTIVE"
    PREVENTIVE = "PREVENTIVE"


class CapaState(StrEnum):
    """Planned; carried out, its effect not known yet; effective; or cancelled."""

    OPEN = "OPEN"
    DONE = "DONE"
    EFFECTIVE = "EFFECTIVE"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True)
class Planned:
    """An action as it is planned: what, by whom, until when; by what, and when, it is judged effective."""

    kind: CapaKind
    what: str
    owner: str
    due_at: datetime
    criterion: str
    check_at: datetime


def kept_facts(facts: Mapping[str, object]) -> dict[str, object]:
    """What a sentence tells, as a row keeps it: text; sentences within the sentence as they are."""
    return {name: fact if are_sentences(fact) else _as_text(fact) for name, fact in facts.items()}


def _as_text(fact: object) -> str:
    return ", ".join(map(str, fact)) if isinstance(fact, list | tuple) else str(fact)
