"""The checklists of an investigation in force, read once."""

from functools import cache

from apps.products.loader import SEEDS, read_table
from apps.testing.definition import Checklists, Question
from apps.testing.facts import Phase


@cache
def checklists() -> Checklists:
    """seeds/investigation.yaml."""
    return Checklists.model_validate(read_table(SEEDS / "investigation.yaml"))


def questions_of(phase: Phase) -> tuple[Question, ...]:
    """What is asked in a phase."""
    return checklists().of(phase)
