"""Where a record comes from and what became of it, both ways in one look, within the sites a person may see."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet
from django.db.models.expressions import RawSQL

from apps.audit.models import Record
from apps.core.canonical import instant_text
from apps.inspection.selectors.exporting import as_lines
from apps.inspection.selectors.searching import visible_record, visible_records
from apps.lineage.selectors import ancestors_of, descendants_of, earlier_generations, edges_among, later_generations
from apps.organisation.models import User

MOST = 400  # relatives each way on a page, the nearest; the table to take away holds all
ALL = 10_000_000
COLUMNS = ("generation", "kind", "number", "address", "site", "opened_at")


@dataclass(frozen=True)
class Relative:
    """One record of the family: generations back are negative, those on positive."""

    pk: int
    address: str
    kind: str
    number: str
    site: str
    opened_at: datetime
    generation: int
    made_from: tuple[str, ...] = ()


@dataclass(frozen=True)
class Genealogy:
    """A record with its family. `elsewhere` counts relatives of sites that this person does not see."""

    record: Record
    relatives: tuple[Relative, ...]
    edges: tuple[tuple[int, int], ...]
    earlier: dict[str, int]
    later: dict[str, int]
    elsewhere: int

    @property
    def is_whole(self) -> bool:
        """Whether every relative that may be seen is among those shown."""
        return len(self.relatives) == sum(self.earlier.values()) + sum(self.later.values())

    @property
    def before(self) -> list[Relative]:
        """What it was made from, the nearest first."""
        return [relative for relative in self.relatives if relative.generation < 0]

    @property
    def after(self) -> list[Relative]:
        """What was made from it, the nearest first."""
        return [relative for relative in self.relatives if relative.generation > 0]


def genealogy(user: User, address: str, at: datetime, most: int = MOST) -> Genealogy:
    """The family of the record with this address. Raises Http404 where this person may not see it."""
    record, seen = visible_record(user, address, at), visible_records(user, at)
    generations = _both_ways(record, most)
    edges = tuple(edges_among([record.pk, *generations]))
    earlier, later = (_counts(seen, ids) for ids in (ancestors_of(record.pk), descendants_of(record.pk)))
    whole = sum(
        Record.objects.filter(pk__in=ids).count() for ids in (ancestors_of(record.pk), descendants_of(record.pk))
    )
    return Genealogy(
        record=record,
        relatives=tuple(_relatives(seen, generations, edges)),
        edges=edges,
        earlier=earlier,
        later=later,
        elsewhere=whole - sum(earlier.values()) - sum(later.values()),
    )


def as_table(user: User, record: Record, at: datetime) -> Iterator[str]:
    """The whole family as lines of CSV, safe to open in a spreadsheet."""
    generations, seen = _both_ways(record, ALL), visible_records(user, at)
    ids = sorted(generations, key=lambda pk: (generations[pk], pk))
    pieces = (ids[start : start + 500] for start in range(0, len(ids), 500))
    found = (seen.in_bulk(piece) for piece in pieces)
    return as_lines(COLUMNS, (_cells(_relative(one, generations[pk])) for piece in found for pk, one in piece.items()))


def _both_ways(record: Record, most: int) -> dict[int, int]:
    earlier = {pk: -generation for pk, generation in earlier_generations(record, most).items()}
    return earlier | later_generations(record, most)


def _relatives(
    seen: QuerySet[Record], generations: dict[int, int], edges: tuple[tuple[int, int], ...]
) -> Iterator[Relative]:
    records = seen.in_bulk(list(generations))
    for pk in sorted(records, key=lambda pk: (abs(generations[pk]), records[pk].kind, records[pk].number)):
        parents = sorted(records[parent].address for child, parent in edges if child == pk and parent in records)
        yield _relative(records[pk], generations[pk], tuple(parents))


def _relative(record: Record, generation: int, made_from: tuple[str, ...] = ()) -> Relative:
    site, opened = record.site, record.opened_at
    return Relative(record.pk, record.address, record.kind, record.number, site, opened, generation, made_from)


def _cells(relative: Relative) -> tuple[object, ...]:
    opened = instant_text(relative.opened_at)
    return (relative.generation, relative.kind, relative.number, relative.address, relative.site, opened)


def _counts(seen: QuerySet[Record], ids: RawSQL) -> dict[str, int]:
    kinds = seen.filter(pk__in=ids).values_list("kind").annotate(Count("pk")).order_by("kind")
    return dict(kinds)
