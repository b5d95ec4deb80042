"""Reads of the register: within one's sites, narrowed, each entry with its checkpoint; the numbers that are missing."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Q, QuerySet, Subquery

from apps.audit.models import Checkpoint, Entry, Leaf, Record
from apps.core.canonical import instant_text
from apps.core.tables import as_lines
from apps.organisation.models import Site, User
from apps.organisation.selectors import visible_to
from apps.register.facts import Asked, RegisterKind
from apps.register.models import RegisterEntry
from apps.register.rules import missing_numbers
from apps.signatures.models import Signature

COLUMNS = (
    "site", "number", "kind", "batch", "product", "title_en", "title_zh", "quantity", "units", "decided_at",
    "entered_at", "printed_name", "printed_name_zh", "title", "document", "document_sha256", "checkpoint", "corrects",
    "reason",
)  # fmt: skip


def register_of(site: str) -> Record:
    """The record whose lock and chain a site's register has: that of the site."""
    return Record.objects.get(address=f"site/{site}")


def registers_naming(document: Record) -> list[Record]:
    """The register that names a document, for the door that takes it out of force; none for most documents."""
    return list(Record.objects.filter(pk__in=RegisterEntry.objects.filter(document=document).values("record")))


def visible_entries(user: User, at: datetime) -> QuerySet[RegisterEntry]:
    """The registers of the sites where this person works."""
    return with_checkpoints(RegisterEntry.objects.filter(record__site__in=visible_to(user, at)))


def with_checkpoints(entries: QuerySet[RegisterEntry]) -> QuerySet[RegisterEntry]:
    """Each with the number of the first signed checkpoint over it; none for seconds after the decision."""
    leaf = Leaf.objects.filter(entry=OuterRef("last_entry")).values("index")[:1]
    covering = Checkpoint.objects.filter(size__gt=OuterRef("leaf")).order_by("size").values("size")[:1]
    found = entries.select_related("record", "batch", "document", "corrects__record")
    return found.annotate(leaf=Subquery(leaf)).annotate(checkpoint=Subquery(covering))


def narrowed(entries: QuerySet[RegisterEntry], asked: Asked) -> QuerySet[RegisterEntry]:
    """What was asked for; a day begins where the site of the entry is."""
    if asked.kind:
        entries = entries.filter(kind=asked.kind)
    if asked.q:
        columns = ("batch__address", "product", "title_en", "title_zh", "document_name", "printed_name", "reason")
        entries = entries.filter(Q(*[Q(**{f"{name}__icontains": asked.q}) for name in columns], _connector=Q.OR))
    if asked.since or asked.until:
        entries = entries.filter(_within(asked))
    return entries


def _within(asked: Asked) -> Q:
    """The span on the clock of each site."""
    spans = Q(pk__in=[])
    for code, zone in Site.objects.values_list("code", "timezone"):
        span, here = Q(record__site=code), ZoneInfo(zone)
        if asked.since:
            span &= Q(decided_at__gte=datetime.combine(asked.since, time.min, here))
        if asked.until:
            span &= Q(decided_at__lt=datetime.combine(asked.until + timedelta(days=1), time.min, here))
        spans |= span
    return spans


def as_table(entries: QuerySet[RegisterEntry]) -> Iterator[str]:
    """The entries as lines of CSV, in the order of their numbers."""
    rows = entries.order_by("record__site", "n").iterator(chunk_size=500)
    return as_lines(COLUMNS, (_cells(one) for one in rows))


def _cells(one: RegisterEntry) -> tuple[object, ...]:
    return (
        one.record.site, one.n, one.kind, one.batch.number, one.product, one.title_en, one.title_zh, one.quantity,
        " ".join(one.units), instant_text(one.decided_at), instant_text(one.entered_at), one.printed_name,
        one.printed_name_zh, one.person_title_en, one.document_name, one.document_hash, one.checkpoint,
        one.corrects.n if one.corrects else "", one.reason,
    )  # fmt: skip


def gaps_of(register: Record) -> list[int]:
    """The numbers that are missing of a site's register, by its rows and by what the trail says was written."""
    numbers = RegisterEntry.objects.filter(record=register).values_list("n", flat=True)
    written = Entry.objects.filter(record=register, table=RegisterEntry._meta.db_table)
    return missing_numbers(numbers, written.count())


def earlier_kinds(batch: Record) -> list[RegisterKind]:
    """What was entered of a batch, oldest first."""
    kinds = RegisterEntry.objects.filter(batch=batch).order_by("pk").values_list("kind", flat=True)
    return [RegisterKind(kind) for kind in kinds]


def entries_of_batch(batch: Record) -> QuerySet[RegisterEntry]:
    """What the register says of a batch, oldest first."""
    return with_checkpoints(RegisterEntry.objects.filter(batch=batch)).order_by("pk")


def broken_registers(sites: Iterable[str]) -> dict[str, list[int]]:
    """The missing numbers of each register that has any."""
    found = {site: gaps_of(register_of(site)) for site in sorted(sites)}
    return {site: gaps for site, gaps in found.items() if gaps}


def unregistered(verbs: list[str], kind: str) -> QuerySet[Signature]:
    """Decisions on records of a kind that were signed, and stand in no register: older than it."""
    found = Signature.objects.filter(verb__in=verbs, record__kind=kind, register_entry=None)
    return found.select_related("record").order_by("signed_at", "pk")
