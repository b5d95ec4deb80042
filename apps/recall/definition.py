"""The shape of the classes and clocks of a recall (seeds/recall.yaml)."""

from typing import Annotated

from pydantic import Field

from apps.products.definition.base import Bilingual, Count, Key, Part, Source


class RecallClass(Part):
    """One class by the hazard, and its hours."""

    key: Key
    label: Bilingual
    hours: Count
    source: Source


class MockClock(Part):
    """The hours of an exercise."""

    hours: Count
    source: Source


class RecallTable(Part):
    """All of them, as one version."""

    sources: dict[str, str]
    version: Count
    classes: Annotated[tuple[RecallClass, ...], Field(min_length=1)]
    mock: MockClock
