"""Storage and transport: states with shelf lives, ranges, shippers, loggers, hand-overs."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from apps.products.definition.base import (
    Bilingual,
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
from apps.products.definition.parameters import Parameter
from apps.products.facts import ClockStart


class StorageEvent(Listed):
    """What starts or ends a storage state. `instant` names the one the record knows; without it the clock counts from
    the moment the unit comes into the state."""

    instant: Annotated[ClockStart, lower_case(ClockStart)] | None = None


class Deadline(Part):
    """Until when a unit must have come into a state. Later it comes into `otherwise`, under the name of that state; a
    unit that is too late for every one of them is held."""

    since: Key  # an event whose instant the record knows
    at_most: Span
    otherwise: Key | None = None
    source: Source

    @model_validator(mode="after")
    def _is_elapsed(self) -> Self:
        if self.at_most.is_calendar:
            raise wrong("at_most", "a deadline is an elapsed time: s, min, h, d or wk")
        return self


class StorageState(Part):
    """A state a unit is kept in: its range, its shelf life, what starts the clock, and what may follow. `component` is
    the name the unit bears in this state, where the state decides about it."""

    key: Key
    label: Bilingual
    condition: Annotated[str, Field(pattern=r"^(fresh|frozen|thawed)$")]
    temperature: Parameter
    shelf_life: Span
    starts_with: Key  # the event that starts the clock
    ends_with: Key | None = None
    component: Bilingual | None = None
    deadline: Deadline | None = None
    may_follow: tuple[Key, ...] = ()  # the states that may come after this one
    source: Source


class StoragePoint(Part):
    """Something watched in the store besides the temperature of a state."""

    key: Key
    label: Bilingual
    rule: Parameter | None = None
    every: Span | None = None
    note: Bilingual | None = None
    source: Source


class Stability(Part):
    """The stability programme that carries the shelf life."""

    months: Annotated[tuple[Annotated[int, Field(ge=0, strict=True)], ...], Field(min_length=2)]
    tests: Annotated[tuple[Key, ...], Field(min_length=1)]
    source: Source


class Storage(Part):
    """States, watch points, zones, stability."""

    states: Annotated[tuple[StorageState, ...], Field(min_length=1)]
    events: Annotated[tuple[StorageEvent, ...], Field(min_length=1)]
    zones: Annotated[tuple[Listed, ...], Field(min_length=1)]
    points: tuple[StoragePoint, ...] = ()
    stability: Stability | None = None
    refreeze: bool = False
    retained_until: Quantity | None = None

    @model_validator(mode="after")
    def _nothing_refreezes(self) -> Self:
        order = {"fresh": 0, "frozen": 1, "thawed": 2}
        conditions = {state.key: state.condition for state in self.states}
        for i, state in enumerate(self.states):
            for j, key in enumerate(state.may_follow):
                if order[conditions.get(key, "thawed")] < order[state.condition]:
                    raise wrong(
                        f"states[{i}].may_follow[{j}]",
                        "{key} can't follow {state}: the condition only moves forward",
                        key=key,
                        state=state.key,
                    )
        return self

    def state(self, key: str) -> StorageState | None:
        """The state of that key."""
        return next((state for state in self.states if state.key == key), None)

    def instant_of(self, event: str) -> ClockStart | None:
        """The instant of the record that an event names."""
        return next((one.instant for one in self.events if one.key == event), None)


class Logger(Part):
    """What a transport needs of its temperature logger."""

    accuracy: Number
    interval: Span
    calibrated_within: Span
    two_path_alarm: bool
    source: Source


class TransportMode(Part):
    """One way of transport: range, time, shipper and logger."""

    key: Key
    label: Bilingual
    state: Key  # the storage state it keeps
    temperature: Parameter
    at_most: Span | None = None
    hold_time_factor: Number | None = None
    requalified_within: Span | None = None
    checks: tuple[Parameter, ...] = ()
    logger: Logger
    source: Source


class Transport(Part):
    """Modes, packing, documents, hand-over and receipt."""

    modes: Annotated[tuple[TransportMode, ...], Field(min_length=1)]
    packing: tuple[Listed, ...]
    label: tuple[Listed, ...]
    label_statements: tuple[Bilingual, ...]
    documents: Annotated[tuple[Listed, ...], Field(min_length=1)]
    handover: Annotated[tuple[Listed, ...], Field(min_length=1)]
    excursion: Bilingual
    receipt: Annotated[tuple[Parameter, ...], Field(min_length=1)]
    receipt_within: Quantity
    receipt_persons: Annotated[int, Field(ge=1, le=2, strict=True)]
    decisions: Annotated[tuple[Listed, ...], Field(min_length=2)]
    returns: Bilingual
    source: Source
