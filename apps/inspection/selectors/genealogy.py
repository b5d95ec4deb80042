"""Where a record comes from, what became of it and what it met, both ways in one look, within one's sites."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Count, Func, QuerySet

from apps.audit.models import Record
from apps.core.canonical import instant_text
from apps.core.tables import as_lines
from apps.inspection.rules import read_address
from apps.inspection.selectors.searching import visible_record, visible_records
from apps.inspection.selectors.touching import Meeting, met_by, touched_by
from apps.lineage.selectors import ancestors_of, descendants_of, earlier_generations, edges_among, later_generations
from apps.organisation.models import User

MOST = 400  # relatives each way on a page, the nearest; the table to take away holds all
ALL = 10_000_000
COLUMNS = ("generation", "how", "kind", "number", "address", "site", "opened_at")


@dataclass(frozen=True)
class Relative:
    """One record of the family: generations back are negative, those on positive. `met`: touched, not made from."""

    pk: int
    address: str
    kind: str
    number: str
    site: str
    opened_at: datetime
    generation: int
    made_from: tuple[str, ...] = ()
    met: bool = False


@dataclass(frozen=True)
class Genealogy:
    """A record with its family. `elsewhere` counts relatives of sites that this person does not see.

    `earlier` and `later` count all that is related, and of what was met that which touched the relatives shown.
    """

    record: Record
    relatives: tuple[Relative, ...]
    edges: tuple[tuple[int, int], ...]
    earlier: dict[str, int]
    later: dict[str, int]
    elsewhere: int
    is_whole: bool
    position: str = ""

    @property
    def before(self) -> list[Relative]:
        """What it was made from and with, the nearest first."""
        return [relative for relative in self.relatives if relative.generation < 0]

    @property
    def after(self) -> list[Relative]:
        """What was made from it and where that went, the nearest first."""
        return [relative for relative in self.relatives if relative.generation > 0]


@dataclass(frozen=True)
class _Kin:
    """Generation by id: of what is related and of what was met; every line between two; whether some were left out."""

    family: dict[int, int]
    met: dict[int, int]
    lines: tuple[tuple[int, int], ...]
    cut: bool


def genealogy(user: User, address: str, at: datetime, most: int = MOST) -> Genealogy:
    """The family of the record with this address, or of one position of a store: `store/LN-03/4/2/E6`.

    Raises Http404 where this person may not see it.
    """
    record, position = _asked_about(user, address, at)
    seen, touched = visible_records(user, at), touched_by(record, position)
    kin = _kin(record, touched, most)
    edges = (*edges_among([record.pk, *kin.family]), *kin.lines)
    relatives = tuple(_relatives(seen, kin, edges))
    counted, hidden = _shown(relatives), len(kin.family) + len(kin.met) - len(relatives)
    if kin.cut and not touched:
        counted, hidden = _all_of(seen, record, relatives)
    earlier, later = counted
    return Genealogy(record, relatives, edges, earlier, later, hidden, not kin.cut, position)


def as_table(user: User, address: str, at: datetime) -> Iterator[str]:
    """The whole family as lines of CSV, safe to open in a spreadsheet."""
    record, position = _asked_about(user, address, at)
    kin, seen = _kin(record, touched_by(record, position), ALL), visible_records(user, at)
    generations = kin.met | kin.family
    ids = sorted(generations, key=lambda pk: (generations[pk], pk))
    pieces = (ids[start : start + 500] for start in range(0, len(ids), 500))
    found = (seen.in_bulk(piece) for piece in pieces)
    rows = (_relative(one, generations[pk], met=pk in kin.met) for piece in found for pk, one in piece.items())
    return as_lines(COLUMNS, map(_cells, rows))


def _asked_about(user: User, address: str, at: datetime) -> tuple[Record, str]:
    read = read_address(address)
    if read and read.place and read.record.startswith("store/"):
        return visible_record(user, read.record, at), read.place
    return visible_record(user, address, at), ""


def _kin(record: Record, touched: list[Meeting], most: int) -> _Kin:
    """Everything related to the record and to what it touched, and everything that touched these."""
    base = (-1 if touched[0].after else 1) if touched else 0
    seeds = {meeting.touched: base for meeting in touched[:most]}
    starts = [record.pk, *seeds]
    ways = earlier_generations(starts, most + 1), later_generations(starts, most + 1)
    up, down = (dict(islice(way.items(), most)) for way in ways)
    sides = [
        {pk: _step(base, -generation) for pk, generation in up.items()},
        {pk: _step(base, generation) for pk, generation in down.items()},
    ]
    first, second = sides if base > 0 else sides[::-1]
    family = {pk: generation for pk, generation in (first | second | seeds).items() if pk != record.pk}
    cut = max(len(touched), *map(len, ways)) > most
    return _with_met(record, family, touched, cut)


def _with_met(record: Record, family: dict[int, int], touched: list[Meeting], cut: bool) -> _Kin:
    met: dict[int, int] = {}
    meetings = [*touched, *met_by([record.pk, *family])]
    for one in meetings:
        generation = _step(family.get(one.touched, 0), 1 if one.after else -1)
        if one.thing not in family and one.thing != record.pk:
            met[one.thing] = min(met.get(one.thing, generation), generation, key=abs)
    lines = {(one.thing, one.touched) if one.after else (one.touched, one.thing) for one in meetings}
    return _Kin(family, met, tuple(sorted(lines)), cut)


def _step(generation: int, by: int) -> int:
    """So many generations on or back; only the record itself stands at nought."""
    there = generation + by
    return there + (1 if by > 0 else -1) if generation and there * generation <= 0 else there


def _relatives(seen: QuerySet[Record], kin: _Kin, edges: tuple[tuple[int, int], ...]) -> Iterator[Relative]:
    generations, parents = kin.met | kin.family, defaultdict(set)
    records = seen.in_bulk(list(generations))
    for child, parent in edges:
        if parent in records:
            parents[child].add(records[parent].address)
    for pk in sorted(records, key=lambda pk: (abs(generations[pk]), records[pk].kind, records[pk].number)):
        yield _relative(records[pk], generations[pk], tuple(sorted(parents[pk])), met=pk in kin.met)


def _relative(record: Record, generation: int, made_from: tuple[str, ...] = (), *, met: bool = False) -> Relative:
    site, opened = record.site, record.opened_at
    return Relative(record.pk, record.address, record.kind, record.number, site, opened, generation, made_from, met)


def _cells(relative: Relative) -> tuple[object, ...]:
    opened, how = instant_text(relative.opened_at), "met" if relative.met else "made"
    return (relative.generation, how, relative.kind, relative.number, relative.address, relative.site, opened)


def _shown(relatives: tuple[Relative, ...], *, met_only: bool = False) -> tuple[dict[str, int], dict[str, int]]:
    """How many of each kind are shown, before and after."""
    counted = [one for one in relatives if one.met or not met_only]
    sides = ([one for one in counted if one.generation < 0], [one for one in counted if one.generation > 0])
    before, after = (dict(sorted(Counter(one.kind for one in side).items())) for side in sides)
    return before, after


def _all_of(
    seen: QuerySet[Record], record: Record, relatives: tuple[Relative, ...]
) -> tuple[tuple[dict[str, int], dict[str, int]], int]:
    """How many there are of each kind although not all are shown, and how many of them belong to other sites."""
    ids = (ancestors_of(record.pk), descendants_of(record.pk))
    earlier, later = (_counts(seen, one) for one in ids)
    hidden = sum(Record.objects.filter(pk__in=one).count() for one in ids) - sum(earlier.values()) - sum(later.values())
    for counted, met in zip((earlier, later), _shown(relatives, met_only=True), strict=True):
        for kind, n in met.items():
            counted[kind] = counted.get(kind, 0) + n
    return (earlier, later), hidden


def _counts(seen: QuerySet[Record], ids: Func) -> dict[str, int]:
    kinds = seen.filter(pk__in=ids).values_list("kind").annotate(Count("pk")).order_by("kind")
    return dict(kinds)
