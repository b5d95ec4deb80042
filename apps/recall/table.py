"""The classes and clocks of a recall, read once."""

from functools import cache

from apps.products.definition.base import Source
from apps.products.loader import SEEDS, read_table
from apps.recall.definition import RecallClass, RecallTable
from apps.recall.facts import Begun


@cache
def recall_table() -> RecallTable:
    """seeds/recall.yaml."""
    return RecallTable.model_validate(read_table(SEEDS / "recall.yaml"))


def class_keys() -> list[str]:
    """The classes by their keys, the gravest first."""
    return [one.key for one in recall_table().classes]


def class_named(key: str) -> RecallClass | None:
    """A class with its words, hours and source."""
    return next((one for one in recall_table().classes if one.key == key), None)


def clock_for(said: Begun) -> tuple[int, Source]:
    """The hours a recall has, and where they come from."""
    found = None if said.is_mock else class_named(said.classification)
    return (found.hours, found.source) if found else (recall_table().mock.hours, recall_table().mock.source)
