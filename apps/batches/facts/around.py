"""What stands around a step and around a batch: earlier values, other batches, what follows, spans of time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from apps.products.definition import Bilingual
from apps.products.facts import Place


@dataclass(frozen=True)
class Named:
    """A person's name in both scripts."""

    en: str
    zh: str


@dataclass(frozen=True)
class EarlierValues:
    """What a field held at one earlier occurrence, in the order of its rows: shown beside the field, never in it."""

    stage_n: int | None
    step_n: int | None
    texts: tuple[str, ...]
    numbers: tuple[Decimal, ...]
    rows: tuple[str, ...] = ()

    def number_in(self, row: str) -> Decimal | None:
        """The number of the same row, or the only one."""
        by_row = dict(zip(self.rows, self.numbers, strict=False))
        return by_row.get(row, self.numbers[0] if len(self.numbers) == 1 else None)


@dataclass(frozen=True)
class Following:
    """What comes after a step: the next step that is free, and the occurrences that may begin now."""

    step: Place | None
    occurrences: tuple[Place, ...]


@dataclass(frozen=True)
class AroundStep:
    """Everything beside a step that is not in it."""

    sections: tuple[Place, ...]
    earlier: Mapping[str, tuple[EarlierValues, ...]]
    numbers: Mapping[str, tuple[str, ...]]  # of things on the shelf, by the key of the field that asks for them
    following: Following


@dataclass(frozen=True)
class PointElsewhere:
    """The value at the same place of an earlier batch."""

    batch: str
    number: Decimal


@dataclass(frozen=True)
class SectionSpan:
    """When something was done in a section, from the first act to the last."""

    section: Place
    begun_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class GrowthPoint:
    """The worked-out growth at the end of one occurrence, and what earlier batches had there."""

    place: Place
    n: int
    text: str
    number: Decimal
    at: datetime
    elsewhere: tuple[Decimal, ...] = ()


@dataclass(frozen=True)
class Growth:
    """How the cells of a batch grew against the batches before it."""

    label: Bilingual
    unit: str
    high: Decimal | None
    points: tuple[GrowthPoint, ...]
    batches: int


@dataclass(frozen=True)
class ListedBatch:
    """A batch as a line of the list: what is asked, who waits."""

    number: str
    state: str
    title: Bilingual
    band: Bilingual
    band_colour: str
    version: str
    donation: str
    site: str
    planned_start: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    open_holds: int
    steps_done: int = 0
    steps: int = 0
    marks: tuple[str, ...] = field(default=())
