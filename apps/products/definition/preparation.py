"""Preparation: stages, steps and what each step needs."""

from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from apps.core.roles import Role
from apps.products.definition.banking import FromBank
from apps.products.definition.base import Bilingual, Count, Key, Number, Part, Source, Span, Text, lower_case, wrong
from apps.products.definition.blinding import Blinded
from apps.products.definition.limits import Limit, SpanEnds
from apps.products.definition.parameters import EquipmentNeed, MaterialNeed, Parameter, Recordable, VesselUse
from apps.products.definition.pooling import Pool
from apps.products.facts import CheckMode, Environment, RecordMode, SignAt, StepAct, VirusMechanism

RowKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,20}$")]


class VesselKind(Part):
    """A kind of in-process vessel with a label of its own: flask, pool."""

    key: Key
    label: Bilingual
    code: Annotated[str, Field(pattern=r"^[A-Z]{1,6}$")]  # stands in the vessel's number: CT-0042-P3-F07
    numbered: bool = True


class Keeping(Part):
    """How a thing is kept, in the words of its label."""

    label: Bilingual
    source: Source


class Material(Part):
    """One line of the bill of materials."""

    key: Key
    label: Bilingual
    grade: Bilingual
    specification: Bilingual | None = None
    prepared_here: bool = False  # a prepared reagent, a lot of its own
    expiry_after_opening: Span | None = None
    storage: Keeping | None = None  # stands on the label of what is prepared here
    animal_origin: bool = False
    source: Source | None = None

    @model_validator(mode="after")
    def _opened_life_is_elapsed(self) -> Self:
        if self.expiry_after_opening and self.expiry_after_opening.is_calendar:
            raise wrong("expiry_after_opening", "a time limit is an elapsed time: s, min, h, d or wk")
        return self


class MonitoredCondition(Part):
    """What is watched continuously on a kind of equipment, and for how long it may lie outside."""

    key: Key
    label: Bilingual
    unit: str
    limit: Limit
    tolerated_for: Span | None = None


class EquipmentKind(Part):
    """A kind of equipment the product needs."""

    key: Key
    label: Bilingual
    calibrated: bool = True
    conditions: tuple[MonitoredCondition, ...] = ()


class EnvironmentGrade(Part):
    """What a cleanliness grade is held to: its monitoring results are a late input of the release."""

    key: Annotated[Environment, lower_case(Environment)]
    label: Bilingual
    use: Bilingual
    limits: Annotated[tuple[Parameter, ...], Field(min_length=1)]


class Qualification(Part):
    """What the hands at work in some cleanliness grades are qualified for, in date: gowning, media fill."""

    key: Key
    label: Bilingual
    environments: Annotated[tuple[Annotated[Environment, lower_case(Environment)], ...], Field(min_length=1)]
    valid_for: Span
    source: Source

    @property
    def subject(self) -> str:
        """What its training is recorded on."""
        return f"qualification/{self.key}"


class Rows(Part):
    """One row of parameters per vessel, or per fixed key. Short form: `rows: flask`."""

    kind: Key
    keys: tuple[RowKey, ...] = ()
    label: Bilingual | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"kind": value} if isinstance(value, str) else value

    @property
    def source(self) -> Literal["fixed", "vessel"]:
        """Where the keys come from: the definition, or the vessels that are open."""
        return "fixed" if self.keys else "vessel"


class Repeat(Part):
    """Again until a recorded value says enough. `is: pass` asks for that verdict, anything else for that text."""

    until: Text
    is_: Annotated[str, Field(alias="is")] = "yes"
    at_least: Annotated[int, Field(ge=0, le=100, strict=True)] = 1
    at_most: Count
    interval: SpanEnds | None = None
    source: Source | None = None

    @model_validator(mode="after")
    def _can_end(self) -> Self:
        if self.at_least > self.at_most:
            raise wrong("at_least", "at least {low} times, but at most {high}", low=self.at_least, high=self.at_most)
        return self


class HoldTime(SpanEnds):
    """A clock that runs from an earlier instant to an instant of this step."""

    key: Key
    label: Bilingual
    since: Text
    until: Key
    alert: SpanEnds | None = None
    source: Source


class Sampling(Part):
    """A sample taken in the step and the tests it is for; `occurrences` names the passages where it is taken."""

    sample: Key
    tests: Annotated[tuple[Key, ...], Field(min_length=1)]
    volume: Number | None = None
    unit: str = ""
    occurrences: tuple[Count, ...] = ()


class Step(Part):
    """One step: what is done, with what, what is recorded, and who signs and checks."""

    key: Key
    label: Bilingual
    instructions: tuple[Bilingual, ...] = ()
    role: Annotated[Role, lower_case(Role)] = Role.OPERATOR
    record: Annotated[RecordMode, lower_case(RecordMode)]
    check: Annotated[CheckMode, lower_case(CheckMode)]
    sign_at: Annotated[SignAt, lower_case(SignAt)]
    contemporaneous_within: Span
    after: tuple[str, ...] | None = None
    repeat: Repeat | None = None
    rows: Rows | None = None
    environment: Annotated[Environment, lower_case(Environment)] | None = None
    hold_time: HoldTime | None = None
    acts: tuple[Annotated[StepAct, lower_case(StepAct)], ...] = ()
    inactivates: Annotated[VirusMechanism, lower_case(VirusMechanism)] | None = None
    planned_deviation: bool = False
    critical: bool = False
    equipment: tuple[EquipmentNeed, ...] = ()
    materials: tuple[MaterialNeed, ...] = ()
    vessels: tuple[VesselUse, ...] = ()
    samples: tuple[Sampling, ...] = ()
    parameters: tuple[Parameter, ...] = ()

    @cached_property
    def fields(self) -> tuple[Recordable, ...]:
        """Everything that is recorded in the step, in the order of the form."""
        return (*self.equipment, *self.materials, *self.vessels, *self.parameters)

    @cached_property
    def _by_key(self) -> dict[str, Recordable]:
        return {field.key: field for field in reversed(self.fields)}

    def field(self, key: str) -> Recordable | None:
        """The recordable thing of that key."""
        return self._by_key.get(key)

    def is_in_rows(self, field: Recordable) -> bool:
        """Whether the value is recorded once per row."""
        return self.rows is not None and not field.once


class Stage(Part):
    """A section of the batch record, signed as one; it may repeat (one occurrence per passage)."""

    key: Key
    label: Bilingual
    after: tuple[str, ...] | None = None
    repeat: Repeat | None = None
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    @cached_property
    def _by_key(self) -> dict[str, Step]:
        return {step.key: step for step in reversed(self.steps)}

    def step(self, key: str) -> Step | None:
        """The step of that key."""
        return self._by_key.get(key)


NEEDS = (("materials", "material"), ("equipment", "equipment"), ("vessels", "vessel"))


def with_labels(preparation: dict) -> dict:
    """A need that names no key or label of its own takes those of the material, equipment or vessel it names."""
    words = {
        part: {entry.get("key"): entry.get("label") for entry in _dicts(preparation.get(part))} for part, _ in NEEDS
    }
    stages = [_stage_with_labels(stage, words) for stage in preparation.get("stages") or ()]
    return preparation | {"stages": stages} if stages else preparation


def _stage_with_labels(stage: object, words: dict) -> object:
    if not isinstance(stage, dict) or not isinstance(stage.get("steps"), list):
        return stage
    return stage | {"steps": [_step_with_labels(step, words) for step in stage["steps"]]}


def _step_with_labels(step: object, words: dict) -> object:
    if not isinstance(step, dict):
        return step
    filled = dict(step)
    for part, name in NEEDS:
        if isinstance(step.get(part), list):
            filled[part] = [_need_with_label(need, name, words[part]) for need in step[part]]
    return filled


def _need_with_label(need: object, name: str, words: dict) -> object:
    if not isinstance(need, dict) or not words.get(need.get(name)):
        return need
    return {"key": need[name], "label": words[need[name]]} | need


def _dicts(entries: object) -> list[dict]:
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


class LateEntries(Part):
    """From when on a late entry needs a second person."""

    second_person_after: Span
    source: Source


class Preparation(Part):
    """From the received tissue to labelled units."""

    late: LateEntries
    pool: Pool | None = None  # left out by what is made from one donation
    from_bank: FromBank | None = None  # left out by what is made from a donation or from a pool
    blinded: Blinded | None = None  # where units of several arms are packed as kits that look alike
    vessels: tuple[VesselKind, ...] = ()
    materials: tuple[Material, ...] = ()
    equipment: tuple[EquipmentKind, ...] = ()
    environments: tuple[EnvironmentGrade, ...] = ()
    qualifications: tuple[Qualification, ...] = ()
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _needs_take_the_words_of_their_list(cls, value: object) -> object:
        return with_labels(value) if isinstance(value, dict) else value

    @cached_property
    def _by_key(self) -> dict[str, Stage]:
        return {stage.key: stage for stage in reversed(self.stages)}

    def stage(self, key: str) -> Stage | None:
        """The stage of that key."""
        return self._by_key.get(key)
