"""Search of the trail: by record, person, action, time and words; page by page, at the same cost however deep."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from apps.audit.models import Entry, Record
from apps.core.roles import Role
from apps.inspection.facts import EntryView, Question
from apps.inspection.selectors.reading import entry_view
from apps.organisation.models import User
from apps.organisation.selectors import all_roles_of, visible_to

PAGE = 50
LONGEST_LOOK = timedelta(days=31)  # for words alone: every text of that time is read
SEE_THE_INSTALLATION = frozenset({Role.QA, Role.SITE_ADMIN, Role.INSPECTOR})  # accounts, attempts, what has no site


@dataclass(frozen=True)
class EntryPage:
    """One page of entries; the cursors are places in the order of time (or of a chain)."""

    rows: tuple[EntryView, ...]
    next_cursor: str
    previous_cursor: str = ""

    @property
    def shown(self) -> int:
        return len(self.rows)


def visible_records(user: User, at: datetime) -> QuerySet[Record]:
    """The records of this person's sites; what belongs to no site is seen by QA, administrators and inspectors."""
    sites = visible_to(user, at)
    if SEE_THE_INSTALLATION & all_roles_of(user, at):
        sites = sites | {""}
    return Record.objects.filter(site__in=sites)


def visible_record(user: User, address: str, at: datetime) -> Record:
    """The record with this address, if this person may see it; 404 otherwise."""
    record = visible_records(user, at).filter(address=address).first()
    if record is None:
        raise Http404(address)
    return record


def visible_entries(user: User, at: datetime) -> QuerySet[Entry]:
    """Every entry of the records that this person may see."""
    # Asked of each entry: the newest are found by their time, without sorting all that a site has ever written.
    seen = visible_records(user, at).filter(pk=OuterRef("record"))
    return Entry.objects.filter(Exists(seen)).select_related("record")


def answering(entries: QuerySet[Entry], question: Question, at: datetime) -> QuerySet[Entry]:
    """The entries that answer the question."""
    entries = _by_record(entries, question.record)
    if question.person:
        entries = entries.filter(username__in=_usernames(question.person))
    if question.action:
        entries = entries.filter(action__startswith=question.action)
    since = question.since
    if question.text and not question.is_bounded:
        since = timezone.localtime(at).date() - LONGEST_LOOK
    if since:
        entries = entries.filter(at__gte=_begin_of(since))
    if question.until:
        entries = entries.filter(at__lt=_begin_of(question.until + timedelta(days=1)))
    return entries.filter(text__icontains=question.text) if question.text else entries


def page_of_entries(entries: QuerySet[Entry], after: str = "") -> EntryPage:
    """Newest first. `after` is the cursor of the page before; one that can't be read begins anew."""
    rows = list(_after(entries, after).order_by("-at", "-id")[: PAGE + 1])
    cursor = _cursor(rows[PAGE - 1]) if len(rows) > PAGE else ""
    return EntryPage(_views(rows[:PAGE]), cursor)


def all_entries(entries: QuerySet[Entry], size: int = 500) -> Iterator[Entry]:
    """Every entry that was asked for, newest first, in pieces: for exports of any length."""
    after = ""
    while rows := list(_after(entries, after).order_by("-at", "-id")[:size]):
        yield from rows
        after = _cursor(rows[-1])


def chain_page(record: Record, after: int | None = None, before: int | None = None) -> EntryPage:
    """A part of one chain, oldest first."""
    chain = Entry.objects.filter(record=record).select_related("record")
    if before is not None:
        rows = list(chain.filter(n__lt=before).order_by("-n")[: PAGE + 1])
        earlier, rows = len(rows) > PAGE, rows[:PAGE][::-1]
        return EntryPage(_views(rows), str(rows[-1].n) if rows else "", str(rows[0].n) if earlier else "")
    rows = list(chain.filter(n__gt=after or 0).order_by("n")[: PAGE + 1])
    later, rows = len(rows) > PAGE, rows[:PAGE]
    return EntryPage(_views(rows), str(rows[-1].n) if later else "", str(rows[0].n) if rows and after else "")


def _views(rows: list[Entry]) -> tuple[EntryView, ...]:
    return tuple(entry_view(row) for row in rows)


def _by_record(entries: QuerySet[Entry], words: str) -> QuerySet[Entry]:
    """An address, the beginning of one (batch/CT-), or any part of a number (0042)."""
    if not words:
        return entries
    if "/" in words:
        records = Record.objects.filter(address__startswith=words.partition("#")[0].strip())
    else:
        records = Record.objects.filter(address__icontains=words.strip())
    return entries.filter(record__in=records.values("pk"))


def _usernames(words: str) -> set[str]:
    """The user name as it was typed, and those of the people whose name has these words in it."""
    people = User.objects.filter(
        Q(username__iexact=words) | Q(printed_name__icontains=words) | Q(printed_name_zh__icontains=words)
    )
    return {words, *people.values_list("username", flat=True)[:200]}


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _cursor(entry: Entry) -> str:
    return f"{entry.at.isoformat()}~{entry.pk}"


def _after(entries: QuerySet[Entry], cursor: str) -> QuerySet[Entry]:
    moment, _, key = cursor.partition("~")
    try:
        at, pk = datetime.fromisoformat(moment), UUID(key)
    except ValueError:
        return entries
    if at.tzinfo is None:
        return entries
    return entries.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk), at__lte=at)
