"""The words of vigilance: complaints about units and batches, adverse events of patients who got one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from apps.core.text import N_
from apps.quality.facts import Severity


class Category(StrEnum):
    """What a complaint is about."""

    PRODUCT_QUALITY = "PRODUCT_QUALITY"
    LABEL = "LABEL"
    TRANSPORT = "TRANSPORT"
    IDENTITY = "IDENTITY"
    OTHER = "OTHER"


class ComplaintState(StrEnum):
    """It came in; quality has triaged it and looks into it; its reporter has an answer; it is closed."""

    RECEIVED = "RECEIVED"
    INVESTIGATED = "INVESTIGATED"
    ANSWERED = "ANSWERED"
    CLOSED = "CLOSED"


class ComplaintVerb(StrEnum):
    """What quality does with a complaint."""

    TRIAGE = "TRIAGE"
    ANSWER = "ANSWER"
    CLOSE = "CLOSE"
    REOPEN = "REOPEN"


class Seriousness(StrEnum):
    """What makes an adverse event serious (ICH E2A II.B)."""

    DEATH = "DEATH"
    LIFE_THREATENING = "LIFE_THREATENING"
    HOSPITALISATION = "HOSPITALISATION"
    DISABILITY = "DISABILITY"
    CONGENITAL_ANOMALY = "CONGENITAL_ANOMALY"
    MEDICALLY_IMPORTANT = "MEDICALLY_IMPORTANT"


class Causality(StrEnum):
    """How the physician judges the relation to the product (the categories of the WHO-UMC system)."""

    CERTAIN = "CERTAIN"
    PROBABLE = "PROBABLE"
    POSSIBLE = "POSSIBLE"
    UNLIKELY = "UNLIKELY"
    UNCLASSIFIED = "UNCLASSIFIED"
    UNASSESSABLE = "UNASSESSABLE"


class Expectedness(StrEnum):
    """Whether nature and severity agree with the reference safety information."""

    EXPECTED = "EXPECTED"
    UNEXPECTED = "UNEXPECTED"


class Outcome(StrEnum):
    """How it went for the patient (ICH E2B(R3) E.i.7)."""

    RECOVERED = "RECOVERED"
    RECOVERING = "RECOVERING"
    NOT_RECOVERED = "NOT_RECOVERED"
    RECOVERED_WITH_SEQUELAE = "RECOVERED_WITH_SEQUELAE"
    FATAL = "FATAL"
    UNKNOWN = "UNKNOWN"


class AdverseState(StrEnum):
    """It is recorded and waits for its physician; it is assessed; it is closed."""

    UNASSESSED = "UNASSESSED"
    ASSESSED = "ASSESSED"
    CLOSED = "CLOSED"


class AdverseVerb(StrEnum):
    """What is decided about an adverse event."""

    ASSESS = "ASSESS"
    CLOSE = "CLOSE"
    REOPEN = "REOPEN"


class Stage(StrEnum):
    """Which report is due: the first one, or the complete one that follows it."""

    FIRST = "FIRST"
    COMPLETE = "COMPLETE"


WORDS: Mapping[str, str] = {
    Category.PRODUCT_QUALITY: N_("Product quality"),
    Category.LABEL: N_("Label"),
    Category.TRANSPORT: N_("Transport"),
    Category.IDENTITY: N_("Mistaken identity"),
    Category.OTHER: N_("Something else"),
    Severity.MINOR: N_("Minor: no harm is to be expected"),
    Severity.MAJOR: N_("Major: could harm, or makes the product unusable"),
    Severity.CRITICAL: N_("Critical: harm, or a danger to life"),
    Seriousness.DEATH: N_("Death"),
    Seriousness.LIFE_THREATENING: N_("Life-threatening"),
    Seriousness.HOSPITALISATION: N_("Hospitalisation, or its prolongation"),
    Seriousness.DISABILITY: N_("Persistent or significant disability"),
    Seriousness.CONGENITAL_ANOMALY: N_("Congenital anomaly"),
    Seriousness.MEDICALLY_IMPORTANT: N_("Medically important"),
    Causality.CERTAIN: N_("Certain"),
    Causality.PROBABLE: N_("Probable"),
    Causality.POSSIBLE: N_("Possible"),
    Causality.UNLIKELY: N_("Unlikely"),
    Causality.UNCLASSIFIED: N_("Not classified yet: more data are needed"),
    Causality.UNASSESSABLE: N_("Can’t be assessed"),
    Expectedness.EXPECTED: N_("Expected"),
    Expectedness.UNEXPECTED: N_("Unexpected"),
    Outcome.RECOVERED: N_("Recovered"),
    Outcome.RECOVERING: N_("Recovering"),
    Outcome.NOT_RECOVERED: N_("Not recovered"),
    Outcome.RECOVERED_WITH_SEQUELAE: N_("Recovered with sequelae"),
    Outcome.FATAL: N_("Died"),
    Outcome.UNKNOWN: N_("Outcome not known"),
    Stage.FIRST: N_("First report"),
    Stage.COMPLETE: N_("Complete report"),
}


@dataclass(frozen=True)
class Reported:
    """What a reporter told: who and how, when it came in, what it is about, in words, and how grave it looks."""

    reporter: str
    channel: str
    received_at: datetime
    category: Category
    severity: Severity
    what: str


@dataclass(frozen=True)
class Triage:
    """What quality makes of a complaint: how grave, why, whether it is a deviation, whether sister units are held."""

    severity: Severity
    rationale: str
    deviation: bool
    hold: bool


@dataclass(frozen=True)
class Observed:
    """An adverse event as it was seen: the term, its grade by CTCAE, when it began and became known, how it stands."""

    term: str
    grade: int
    onset_at: datetime
    known_at: datetime
    narrative: str = ""
    seriousness: tuple[Seriousness, ...] = ()
    outcome: Outcome = Outcome.UNKNOWN


@dataclass(frozen=True)
class FollowUp:
    """What was learned later: since when it is known, and the event as it stands now."""

    learned_at: datetime
    what: str
    grade: int
    seriousness: tuple[Seriousness, ...]
    outcome: Outcome


@dataclass(frozen=True)
class Assessment:
    """The judgement of a physician: relation, expectedness against which information, and why."""

    causality: Causality
    expectedness: Expectedness
    reference: str
    rationale: str


@dataclass(frozen=True)
class Sent:
    """What was reported, to whom, when, under which number."""

    sent_to: str
    reference: str
    sent_at: datetime
    what: str = ""


@dataclass(frozen=True)
class Clock:
    """How long a report may take for events of these criteria, in calendar days from the first knowledge."""

    key: str
    any_of: frozenset[Seriousness]
    days: int
    complete_after: int | None


@dataclass(frozen=True)
class ReportDue:
    """One report that is due."""

    clock: str
    stage: Stage
    due_at: datetime


@dataclass(frozen=True)
class Standing:
    """An adverse event as a rule of reporting sees it; not assessed counts as suspected and unexpected."""

    seriousness: frozenset[Seriousness]
    causality: Causality | None = None
    expectedness: Expectedness | None = None
