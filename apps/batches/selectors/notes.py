"""What people agreed and said about a batch, as lines of its record."""

from collections.abc import Iterator, Sequence

from apps.batches.facts.lines import NoteFact
from apps.batches.models import Amendment, Batch, Comment, PlannedDeviation, RiskDecision
from apps.batches.rules.amending import change_in_words
from apps.batches.selectors.situation import holds_named
from apps.products.facts import Place


def notes_of(batch: Batch) -> tuple[NoteFact, ...]:
    """Amendments, planned deviations, decisions at risk and comments, in the order of time."""
    amendments = Amendment.objects.filter(batch=batch).defer("text").select_related("authored")
    planned = PlannedDeviation.objects.filter(batch=batch).select_related("agreed")
    risks = list(RiskDecision.objects.filter(batch=batch).select_related("signed"))
    comments = Comment.objects.filter(batch=batch)
    notes = [
        *(_amendment(row) for row in amendments),
        *(_planned(row) for row in planned),
        *_risks(risks),
        *(_comment(row) for row in comments),
    ]
    return tuple(sorted(notes, key=lambda note: (note.at, note.kind, note.id)))


def planned_at(batch: Batch, step: Place) -> tuple[NoteFact, ...]:
    """The planned deviations at a step."""
    rows = PlannedDeviation.objects.filter(batch=batch, place=str(step)).select_related("agreed").order_by("pk")
    return tuple(_planned(row) for row in rows)


def _amendment(row: Amendment) -> NoteFact:
    says, name = tuple(change_in_words(change) for change in row.changes), row.authored.printed_name
    return NoteFact("amendment", row.pk, row.number, "", "", row.reason, row.state, name, row.proposed_at, says=says)


def _planned(row: PlannedDeviation) -> NoteFact:
    name = row.agreed.printed_name
    return NoteFact("planned_deviation", row.pk, "", row.place, row.what, row.why, "AGREED", name, row.agreed_at)


def _risks(rows: Sequence[RiskDecision]) -> Iterator[NoteFact]:
    holds = holds_named([key for row in rows for key in row.holds])
    for row in rows:
        state, name = "RATIFIED" if row.ratified_id else "TO_RATIFY", row.signed.printed_name
        says = tuple(holds[key] for key in row.holds)
        yield NoteFact("risk", row.pk, "", "", "", row.reason, state, name, row.decided_at, row.due_at, says)


def _comment(row: Comment) -> NoteFact:
    return NoteFact("comment", row.pk, "", row.place, row.text, "", "", row.printed_name, row.made_at)
