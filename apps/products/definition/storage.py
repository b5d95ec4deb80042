"""Storage and transport: states with shelf lives, ranges, shippers, loggers, hand-overs."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from apps.products.definition.base import Bilingual, Key, Listed, Number, Part, Quantity, Source, Span, wrong
from apps.products.definition.parameters import Parameter


class StorageState(Part):
    """A state a unit is kept in: its range, its shelf life, what starts the clock, and what may follow."""

    key: Key
    label: Bilingual
    condition: Annotated[str, Field(pattern=r"^(fresh|frozen|thawed)$")]
    temperature: Parameter
    shelf_life: Span
    starts_with: Key  # the event that starts the clock
    ends_with: Key | None = None
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
    events: Annotated[tuple[Listed, ...], Field(min_length=1)]
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
