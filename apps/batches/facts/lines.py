"""What is shown of one thing of a batch, be it a value, a step or a hold: frozen, nothing left to look up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from apps.batches.facts.words import Origin, StepState, Verb
from apps.core.errors import Worded
from apps.core.roles import Role
from apps.products.definition import Bilingual, Option
from apps.products.facts import ParameterKind, Place, Verdict


@dataclass(frozen=True)
class Sentence:
    """A sentence to be translated where it is shown."""

    template: str
    facts: Mapping[str, object]

    @property
    def text(self) -> str:
        """In English."""
        return self.template.format(**self.facts)


@dataclass(frozen=True)
class SignatureFact:
    """A signature as people see it: never a tick alone."""

    username: str
    printed_name: str
    printed_name_zh: str
    role: str
    title_en: str
    title_zh: str
    meaning: str
    signed_at: datetime
    hash: str
    covers: bool = True


@dataclass(frozen=True)
class FileFact:
    """An attached file."""

    id: int
    name: str
    sha256: str
    media_type: str
    size: int
    is_paper: bool
    certified: SignatureFact | None


@dataclass(frozen=True)
class ValueFact:
    """A recorded value with everything that is to be shown of it."""

    id: int
    place: Place
    text: str
    unit: str
    given_unit: str
    number: Decimal | None
    rounded: Decimal | None
    comparator: str
    instant: datetime | None
    verdict: Verdict
    sentence: Sentence
    performed_at: datetime
    recorded_at: datetime
    performed_by: str
    recorded_by: str
    printed_name: str
    origin: Origin
    function: str
    is_late: bool
    has_happened: bool
    overridden: tuple[str, ...]
    reason: str
    is_correction: bool
    second: str
    file: FileFact | None = None


@dataclass(frozen=True)
class FieldFact:
    """One field of a step's form: what is asked, its limit, and what stands there with its history."""

    place: Place
    key: str
    label: Bilingual
    kind: ParameterKind
    unit: str
    decimals: int | None
    limit: str
    alert: str
    required: bool
    critical: bool
    row: str
    help: Bilingual | None
    options: tuple[Option, ...]
    accepts: tuple[str, ...]
    wants: str  # the material, kind of equipment or kind of vessel that is asked for
    site_to_confirm: bool
    value: ValueFact | None
    history: tuple[ValueFact, ...]


@dataclass(frozen=True)
class StepLine:
    """A step in the rail and in the record's table."""

    place: Place
    label: Bilingual
    number: int
    state: StepState
    is_locked: bool
    waits_for: tuple[Place, ...]
    required: int
    missing: int
    verdict: Verdict
    late: int
    corrected: int
    is_critical: bool
    wants_signature: bool
    is_signed_alone: bool
    is_signed: bool
    wants_witness: bool
    wants_check: bool
    has_second: bool
    is_uncovered: bool
    completed_by: str
    completed_at: datetime | None
    performed: SignatureFact | None
    second: SignatureFact | None


@dataclass(frozen=True)
class SectionLine:
    """An occurrence of a stage with its steps."""

    place: Place
    label: Bilingual
    steps: tuple[StepLine, ...]
    can_repeat: bool

    @property
    def is_done(self) -> bool:
        """Whether every step is completed or skipped."""
        return all(step.state is not StepState.OPEN for step in self.steps)

    @property
    def to_sign(self) -> int:
        """How many completed steps wait for their performer's signature."""
        done = [step for step in self.steps if step.state is StepState.DONE]
        return sum(step.wants_signature and not step.is_signed for step in done)

    @property
    def to_check(self) -> int:
        """How many completed steps wait for their check."""
        done = [step for step in self.steps if step.state is StepState.DONE]
        return sum(step.wants_check and not step.has_second for step in done)


@dataclass(frozen=True)
class HoldFact:
    """An open hold: what it blocks, the sentence, who lifts it."""

    id: int
    address: str
    key: str
    blocks: tuple[str, ...]
    sentence: Sentence
    liftable_by: str
    placed_at: datetime
    placed_by: str
    due_at: datetime | None


@dataclass(frozen=True)
class EventFact:
    """An event on the batch."""

    number: str
    kind: str
    severity: str
    state: str
    about: str
    sentence: Sentence
    opened_at: datetime
    opened_by: str


@dataclass(frozen=True)
class VesselFact:
    """An in-process vessel."""

    number: str
    kind: str
    row: str
    section: str
    state: str
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class ClockFact:
    """A running clock: since when, until which event, and when it is over."""

    key: str
    label: Bilingual
    since: Place
    since_at: datetime
    until: Place
    not_before: datetime | None
    alert_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True)
class MoveFact:
    """A verb that is possible in this state, by whom."""

    verb: Verb
    label: str
    roles: tuple[Role, ...]
    needs_reason: bool


@dataclass(frozen=True)
class NoteFact:
    """A comment, an amendment, a planned deviation or a decision at risk, as one line."""

    kind: str
    id: int
    number: str
    place: str
    text: str
    reason: str
    state: str
    by: str
    at: datetime
    due_at: datetime | None = None
    says: tuple[Worded, ...] = ()  # what it is about, a sentence each
