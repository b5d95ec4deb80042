"""The shape of the levels of the environment (seeds/monitoring.yaml)."""

from typing import Annotated

from pydantic import Field, model_validator

from apps.facility.facts import Grade, Level, SampleKind
from apps.products.definition.base import Part, Source, lower_case

Count = Annotated[int, Field(ge=0, le=10_000_000, strict=True)]


class LevelEntry(Part):
    """One grade, one kind of sample."""

    grade: Grade
    kind: Annotated[SampleKind, lower_case(SampleKind)]
    unit: str
    most: Count
    alert: Count | None = None
    source: Source
    alert_source: Source | None = None

    @model_validator(mode="after")
    def _alert_lies_below(self) -> "LevelEntry":
        if self.alert is not None and (self.alert > self.most or self.alert_source is None):
            raise ValueError("an alert lies at or below the action level and has a source of its own")
        return self

    @property
    def level(self) -> Level:
        """The entry as a rule sees it."""
        return Level(self.grade, self.kind, self.unit, self.most, self.alert)


class Levels(Part):
    """All of them, as one version."""

    sources: dict[str, str]
    version: Count
    limits: Annotated[tuple[LevelEntry, ...], Field(min_length=1)]
