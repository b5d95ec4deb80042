"""Dosing and outcomes: arms, order, thaw, bedside, administration, follow-up."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from apps.products.definition.base import (
    Bilingual,
    Count,
    Key,
    Listed,
    Number,
    Part,
    Quantity,
    Source,
    Span,
    lower_case,
    wrong,
)
from apps.products.definition.limits import Limit, SpanEnds
from apps.products.definition.parameters import Parameter
from apps.products.facts import ArmBasis

LAST_DAY = 10_957  # thirty years: as long as anything is traced
Day = Annotated[int, Field(ge=0, le=LAST_DAY, strict=True)]
COUNTED_IN = {  # the unit of a dose of each basis, and of its floor and cap as a whole
    ArmBasis.FIXED: ("{cells}", "{cells}"),
    ArmBasis.PER_KG: ("{cells}/kg", "{cells}"),
    ArmBasis.FIXED_VOLUME: ("mL", "mL"),
    ArmBasis.VOLUME_PER_KG: ("mL/kg", "mL"),
    ArmBasis.MASS_PER_KG: ("g/kg", "g"),
}


class Arm(Part):
    """One dose plan: basis, dose, days, window, floor and cap, route.

    `dose_to` makes a range of the dose, within which a physician orders. Floor and cap are counted as the dose is, or
    as a whole ("500 mL"). `whole_lot`: every unit of the lot is given, or none. `after_conditioning`: how long after
    the last dose of the conditioning the infusion may begin.
    """

    key: Key
    label: Bilingual
    basis: Annotated[ArmBasis, lower_case(ArmBasis)]
    dose: Quantity
    dose_to: Quantity | None = None
    days: Annotated[tuple[Day, ...], Field(min_length=1)]
    window_days: Annotated[int, Field(ge=0, le=30, strict=True)]
    minimum_interval: Span | None = None
    floor: Quantity | None = None
    cap: Quantity | None = None
    whole_lot: bool = False
    after_conditioning: SpanEnds | None = None
    route: Key
    carrier: Quantity | None = None
    source: Source

    @model_validator(mode="after")
    def _days_go_forward(self) -> Self:
        for i in range(1, len(self.days)):
            if self.days[i] <= self.days[i - 1]:
                raise wrong(
                    f"days[{i}]",
                    "day {day} does not come after day {before}",
                    day=self.days[i],
                    before=self.days[i - 1],
                )
        return self

    @model_validator(mode="after")
    def _is_counted_in_one_unit(self) -> Self:
        each, whole = COUNTED_IN[self.basis]
        if self.dose.unit != each:
            raise wrong("dose.unit", "a dose of this basis is counted in {unit}", unit=each)
        if self.dose_to and (self.dose_to.unit != each or self.dose_to.value < self.dose.value):
            raise wrong(
                "dose_to", "the other end of the dose is at least {low} {unit}", low=str(self.dose.value), unit=each
            )
        for name, end in (("floor", self.floor), ("cap", self.cap)):
            if end and end.unit not in (each, whole):
                raise wrong(f"{name}.unit", "it is counted in {each} or {whole}", each=each, whole=whole)
        return self

    @property
    def amount_unit(self) -> str:
        """The unit of the dose of one patient."""
        return COUNTED_IN[self.basis][1]

    @property
    def doses(self) -> int:
        """How many doses the plan has."""
        return len(self.days)


class Vitals(Part):
    """When the vital signs are taken: `first_after` the start besides, `also_after_end` before the watch is over."""

    before: bool
    first_after: Span | None = None
    every: Span
    after_end: Span
    also_after_end: tuple[Span, ...] = ()
    signs: Annotated[tuple[Parameter, ...], Field(min_length=1)]
    source: Source

    @property
    def closest(self) -> timedelta:
        """The shortest time between two of them while the infusion runs."""
        return min(span.timedelta for span in (self.every, self.first_after) if span)


class SafetyWatch(Part):
    """An early safety window with what is looked for."""

    key: Key
    label: Bilingual
    after: Span
    events: tuple[Listed, ...]
    source: Source


class Outcome(Part):
    """A structured outcome and its days. `after`: due so long after the start, not by the end of the day."""

    result: Parameter
    days: Annotated[tuple[Day, ...], Field(min_length=1)]
    after: Span | None = None
    source: Source

    @model_validator(mode="after")
    def _is_due_once(self) -> Self:
        if self.after and (len(self.days) > 1 or self.after.is_calendar):
            raise wrong("after", "what is due by the hour is counted in hours and asked for once")
        return self


class DoseCap(Part):
    """A cap computed from the dose: endotoxin per kg and hour, DMSO per kg and day, or a share of its cells per kg.

    `share` is the reading that says which share counts, in per cent; beyond the alert the order says `override`.
    """

    key: Key
    label: Bilingual
    function: Key
    unit: str
    limit: Limit
    share: Key | None = None
    override: Key | None = None


class Compatibility(Part):
    """By which table of the house a unit fits a patient: what a screening test found in the donor, against what the
    order says of the patient."""

    table: Key  # of seeds/abo.yaml
    version: Count
    test: Key
    result: Key
    patient: Key
    source: Source


class Dosing(Part):
    """From the treatment order to the last follow-up."""

    arms: Annotated[tuple[Arm, ...], Field(min_length=1)]
    routes: Annotated[tuple[Listed, ...], Field(min_length=1)]
    weight_valid_for: Quantity
    weight_valid_for_intensive: Quantity | None = None
    recalculate_on_weight_change: Quantity
    dose_tolerance: Quantity
    compatibility: Compatibility | None = None
    order: tuple[Parameter, ...]
    exclusions: tuple[Listed, ...]
    thaw: tuple[Parameter, ...]
    caps: tuple[DoseCap, ...]
    bedside: tuple[Parameter, ...]
    bedside_persons: Annotated[int, Field(ge=1, le=2, strict=True)]
    administration: Annotated[tuple[Parameter, ...], Field(min_length=1)]
    vitals: Vitals
    safety: tuple[SafetyWatch, ...]
    blocking_reaction_grade: Annotated[int, Field(ge=1, le=5, strict=True)]
    outcomes: Annotated[tuple[Outcome, ...], Field(min_length=1)]
    recovery_for_planning: Number
    published: tuple[Listed, ...] = ()
    maximum_doses: Count | None = None

    @model_validator(mode="after")
    def _caps_ask_what_is_said(self) -> Self:
        for i, cap in enumerate(self.caps):
            for name, key, asked in (("share", cap.share, self.thaw), ("override", cap.override, self.order)):
                if key and key not in {one.key for one in asked}:
                    raise wrong(f"caps[{i}].{name}", "nothing of that key is asked for")
        return self

    def arm(self, key: str) -> Arm | None:
        """The arm of that key."""
        return next((arm for arm in self.arms if arm.key == key), None)
