"""The shape of the checklists of an investigation (seeds/investigation.yaml)."""

from typing import Annotated

from pydantic import Field

from apps.products.definition.base import Bilingual, Count, Key, Part, Source, Text
from apps.testing.facts import Phase


class Question(Part):
    """One question of a checklist."""

    key: Key
    label: Bilingual
    source: Source


Questions = Annotated[tuple[Question, ...], Field(min_length=1)]


class Checklists(Part):
    """Both lists, as one version."""

    sources: dict[Key, Text]
    version: Count
    laboratory: Questions
    production: Questions

    def of(self, phase: Phase) -> tuple[Question, ...]:
        """The questions of a phase, in their order."""
        return self.laboratory if phase is Phase.LABORATORY else self.production
