"""The shape of the clocks of reporting and of what holds at once (seeds/vigilance.yaml)."""

from typing import Annotated

from pydantic import Field

from apps.products.definition.base import Bilingual, Part, Source, lower_case
from apps.quality.facts import Severity
from apps.vigilance.facts import Category, Clock, Seriousness

Days = Annotated[int, Field(ge=1, le=3650, strict=True)]


class ClockEntry(Part):
    """One clock: for which criteria, how many days."""

    key: str
    label: Bilingual
    any_of: Annotated[tuple[Annotated[Seriousness, lower_case(Seriousness)], ...], Field(min_length=1)]
    days: Days
    complete_after: Days | None = None
    source: Source

    @property
    def clock(self) -> Clock:
        """The entry as a rule sees it."""
        return Clock(self.key, frozenset(self.any_of), self.days, self.complete_after)


class HoldEntry(Part):
    """A category of complaints that holds sister units at once, from one severity on."""

    category: Annotated[Category, lower_case(Category)]
    at_least: Annotated[Severity, lower_case(Severity)]
    source: Source


class VigilanceTable(Part):
    """All of them, as one version."""

    sources: dict[str, str]
    version: Days
    clocks: Annotated[tuple[ClockEntry, ...], Field(min_length=1)]
    hold_at_once: tuple[HoldEntry, ...] = ()
