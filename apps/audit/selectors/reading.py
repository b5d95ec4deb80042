"""Reads of the trail."""

from collections.abc import Iterable

from django.db.models import QuerySet

from apps.audit.models import Entry, Head, Record
from apps.core.prepared import Prepared

_VERSION = Prepared(lambda record: Head.objects.filter(record=record).values_list("n"))


def record_at(address: str) -> Record | None:
    """The record with this address, if there is one."""
    return Record.objects.filter(address=address).first()


def next_number(kind: str, stem: str, taken: int) -> str:
    """The next free number of what belongs to a thing: a lot and a batch, a donor and a batch may be numbered alike."""
    n = taken + 1
    while Record.objects.filter(address=f"{kind}/{stem}{n:02}").exists():
        n += 1
    return f"{stem}{n:02}"


def entries_of(record: Record) -> QuerySet[Entry]:
    """The chain of a record, oldest first."""
    return Entry.objects.filter(record=record).order_by("n")


def version_of(record: Record) -> int:
    """The number of the newest entry: the record's ETag."""
    found = _VERSION(record.pk)
    return int(found[0][0]) if found else 0


def hands_on(records: Iterable[Record | int]) -> set[str]:
    """Everybody with an entry in these records' chains: who took part, on whatever path."""
    ids = [record.pk if isinstance(record, Record) else record for record in records]
    return set(Entry.objects.filter(record__in=ids).values_list("username", flat=True).distinct())
