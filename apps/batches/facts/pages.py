"""What the pages and the API show of a whole batch and of one of its steps: frozen, nothing left to look up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from apps.batches.facts.lines import (
    ClockFact,
    EventFact,
    FieldFact,
    HoldFact,
    MoveFact,
    NoteFact,
    SectionLine,
    StepLine,
    VesselFact,
)
from apps.batches.facts.words import BatchState
from apps.core.errors import Objection
from apps.products.definition import Bilingual, Step
from apps.products.facts import Place, Verdict


@dataclass(frozen=True)
class BatchHeader:
    """What never scrolls away."""

    number: str
    address: str
    version: int
    state: BatchState
    title: Bilingual
    product: str
    band: Bilingual
    band_colour: str
    regime: str
    site: str
    zone: str
    donor: str
    donation: str
    planned_start: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    definition_sha256: str
    is_amended: bool

    @property
    def etag(self) -> str:
        """The place in the chain that the reader has seen."""
        return f"{self.address}#{self.version}"


@dataclass(frozen=True)
class Counts:
    """How many values there are, by verdict and mark: the proof beside the green."""

    recorded: int
    by_verdict: Mapping[Verdict, int]
    corrected: int
    late: int
    happened: int
    required: int
    missing: int


@dataclass(frozen=True)
class RecordPage:
    """The batch record as a whole."""

    header: BatchHeader
    sections: tuple[SectionLine, ...]
    counts: Counts
    holds: tuple[HoldFact, ...]
    events: tuple[EventFact, ...]
    vessels: tuple[VesselFact, ...]
    clocks: tuple[ClockFact, ...]
    notes: tuple[NoteFact, ...]
    moves: tuple[MoveFact, ...]


@dataclass(frozen=True)
class StepPage:
    """One step: what to do, what to enter, what stands, what it still lacks."""

    header: BatchHeader
    section: SectionLine
    line: StepLine
    step: Step
    rows: tuple[str, ...]
    fields: tuple[FieldFact, ...]
    against: tuple[Objection, ...]
    lacks: tuple[Objection, ...]
    vessels: tuple[VesselFact, ...]
    clocks: tuple[ClockFact, ...]
    holds: tuple[HoldFact, ...]
    planned: tuple[NoteFact, ...]
    previous: Place | None
    following: Place | None
    next_occurrence: Place | None
