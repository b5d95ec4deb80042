"""The master record of one product version, whole, with what every stage asks of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from apps.core.errors import Objection, RuleBroken
from apps.core.text import N_
from apps.products.definition import places, references
from apps.products.definition.base import Bilingual, Count, Key, Listed, Part, Source, Text, lower_case, wrong
from apps.products.definition.disposal import Disposal
from apps.products.definition.donation import Donation
from apps.products.definition.dosing import Dosing
from apps.products.definition.limits import SpanEnds, TimeLimit
from apps.products.definition.parameters import Recordable
from apps.products.definition.preparation import Preparation, Stage, Step
from apps.products.definition.release import Release
from apps.products.definition.stability import StabilityProtocol
from apps.products.definition.storage import Storage, Transport
from apps.products.definition.testing import Test, Testing
from apps.products.definition.units import Units
from apps.products.facts import (
    COUNTRIES,
    REGISTRY_NAMES,
    TRIAL_EXAMPLES,
    BandColour,
    ChainOfIdentity,
    Mark,
    Place,
    Regime,
    TestLevel,
    TrialRegistry,
    is_trial_number,
)

Occurrences = Mapping[str, int]
OF_NO_DONOR = N_("{product} is made from no donation.")
GIVEN_TO_NOBODY = N_("{product} is given to nobody: its master record has no dosing.")


class SourceEntry(Part):
    """One document that figures cite."""

    key: Key
    title: Text
    reference: str = ""
    note: str = ""


class Destination(Part):
    """A country for which batches are certified (EU GMP Annex 16, Appendix II 3), by its code of ISO 3166-1."""

    code: str
    label: Bilingual

    @model_validator(mode="after")
    def _is_a_country(self) -> Self:
        if self.code not in COUNTRIES:
            raise wrong("code", '"{code}" is the code of no country; write CN, DE, US', code=self.code)
        return self


class TrialNumber(Part):
    """A clinical trial under which batches are used, and the sponsor's own code of it (Reg. 536/2014 Art. 62)."""

    registry: Annotated[TrialRegistry, lower_case(TrialRegistry)]
    number: Text
    protocol: str = ""
    source: Source

    @model_validator(mode="after")
    def _is_of_its_registry(self) -> Self:
        if not is_trial_number(self.registry, self.number):
            name, example = REGISTRY_NAMES[self.registry], TRIAL_EXAMPLES[self.registry]
            raise wrong(
                "number",
                '"{number}" is no number of {name}, which writes {example}',
                number=self.number,
                name=name,
                example=example,
            )
        return self


class Authorisation(Part):
    """By what right the product is made, where, and for what. What an older version does not say is left empty."""

    kind: Literal["filing", "trial", "licence", "hospital_exemption", "compassionate_use"]
    number: Text
    valid_until: date
    sites: Annotated[tuple[str, ...], Field(min_length=1)]
    destinations: tuple[Destination, ...] = ()
    trials: tuple[TrialNumber, ...] = ()
    indications: Annotated[tuple[Bilingual, ...], Field(min_length=1)]


class Band(Part):
    """The short word and the colour by which the product is known at a glance."""

    word: Bilingual
    colour: Annotated[BandColour, lower_case(BandColour)]


class Clock(Part):
    """A time limit as the screen shows it: since which instant, until which, how long."""

    key: str
    label: Bilingual
    stage: str
    step: str
    since: str
    until: str
    span: SpanEnds
    alert: SpanEnds | None = None


class Definition(Part):
    """A product as data: the stages of the guideline are its keys."""

    key: Key
    version: Count
    title: Bilingual
    dosage_form: Bilingual
    strength: Bilingual
    band: Band
    regime: Annotated[Regime, lower_case(Regime)]
    authorisation: Authorisation
    chain_of_identity: Annotated[ChainOfIdentity, lower_case(ChainOfIdentity)]
    scope: Bilingual
    sources: Annotated[tuple[SourceEntry, ...], Field(min_length=1)]
    collected: Annotated[Donation | None, Field(alias="donation")]  # `null` says: nothing in it comes from a donor
    preparation: Preparation
    units: Units
    testing: Testing
    release: Release
    storage: Storage
    stability: StabilityProtocol | None = None  # left out by what is studied by no protocol of this house
    transport: Transport
    given: Annotated[Dosing | None, Field(alias="dosing")] = None  # left out by what ends before any patient
    disposal: Disposal
    open_points: tuple[Listed, ...] = ()

    @property
    def donation(self) -> Donation:
        """What is asked of a donor. Raises RuleBroken for what is made from no donation."""
        if self.collected is None:
            raise RuleBroken(Objection("of_no_donor", OF_NO_DONOR, {"product": self.title.en}))
        return self.collected

    @property
    def dosing(self) -> Dosing:
        """How the product is given. Raises RuleBroken for one that is given to nobody."""
        if self.given is None:
            raise RuleBroken(Objection("given_to_nobody", GIVEN_TO_NOBODY, {"product": self.title.en}))
        return self.given

    def stage(self, key: str) -> Stage:
        """The stage of that key. Raises BadPlace."""
        return places.stage_of(self.preparation, key)

    def step(self, place: Place) -> Step:
        """The step a place lies in. Raises BadPlace, also when an index is missing or too many."""
        return places.step_of(self.preparation, place)

    def parameter(self, place: Place) -> Recordable:
        """What is recorded at a place. Raises BadPlace."""
        return places.parameter_of(self.preparation, place)

    def walk(self, occurrences: Occurrences | None = None) -> tuple[places.StepAt, ...]:
        """Every step in order, as often as it occurs; `occurrences` counts what was begun ("expansion[2].feed": 3)."""
        return places.walk(self.preparation, occurrences or {})

    def predecessors(self, place: Place, occurrences: Occurrences | None = None) -> tuple[Place, ...]:
        """The steps that must be complete before this one begins; parallel branches don't wait for each other."""
        return places.predecessors(self.preparation, place, occurrences or {})

    def places_of(self, step_place: Place, rows: Sequence[str] = ()) -> tuple[tuple[Place, Recordable], ...]:
        """Every place of a step; `rows` are the keys of the vessels where the rows are vessels."""
        return places.places_of(self.preparation, step_place, rows)

    def resolve(self, reference: str, at: Place, known: Collection[Place]) -> tuple[Place, ...]:
        """The recorded places a reference means, seen from a place."""
        return references.resolve(self.preparation, reference, at, known)

    def inputs_of(self, place: Place, known: Collection[Place]) -> dict[str, tuple[Place, ...]]:
        """The recorded places each input of a computed value comes from."""
        return references.inputs_of(self.preparation, place, known)

    def dependents_of(self, place: Place, known: Collection[Place], targets: Collection[Place]) -> tuple[Place, ...]:
        """The computed places of `targets` that take this value, directly or through another, in order."""
        return references.dependents_of(self.preparation, place, known, targets)

    def since(self, place: Place, known: Collection[Place]) -> Place | None:
        """The recorded instant that the time limit at this place counts from."""
        reference = references.since_reference(self.preparation, place)
        found = self.resolve(reference, place, known) if reference else ()
        return found[-1] if found else None

    @cached_property
    def clocks(self) -> tuple[Clock, ...]:
        """Every time limit of the record: the ones a screen shows running."""
        return tuple(
            clock for stage in self.preparation.stages for step in stage.steps for clock in _clocks_of(stage, step)
        )

    def test(self, key: str) -> Test | None:
        """The test of that key."""
        return self.testing.test(key)

    def required_tests(self, level: TestLevel = TestLevel.LOT) -> tuple[Test, ...]:
        """The tests marked required at a level, in the order of the specification."""
        return self.testing.at_level(level, Mark.REQUIRED)


def _clocks_of(stage: Stage, step: Step) -> list[Clock]:
    clocks = []
    for field in step.parameters:
        limit = field.limit
        if isinstance(limit, TimeLimit):
            span = SpanEnds(at_least=limit.at_least, at_most=limit.at_most)
            clocks.append(_clock(stage, step, field.key, field.label, limit.of, field.key, span, limit.alert))
    hold = step.hold_time
    if hold is not None:
        span = SpanEnds(at_least=hold.at_least, at_most=hold.at_most)
        clocks.append(_clock(stage, step, hold.key, hold.label, hold.since, hold.until, span, hold.alert))
    return clocks


def _clock(
    stage: Stage, step: Step, key: str, label: Bilingual, since: str, until: str, span: SpanEnds, alert: SpanEnds | None
) -> Clock:
    return Clock(key=key, label=label, stage=stage.key, step=step.key, since=since, until=until, span=span, alert=alert)
