"""What people agreed and said about a batch, as lines of its record."""

from apps.batches.facts.lines import NoteFact
from apps.batches.models import Amendment, Batch, Comment, PlannedDeviation, RiskDecision
from apps.core.canonical import canonical
from apps.products.facts import Place


def notes_of(batch: Batch) -> tuple[NoteFact, ...]:
    """Amendments, planned deviations, decisions at risk and comments, in the order of time."""
    amendments = Amendment.objects.filter(batch=batch).defer("text").select_related("authored")
    planned = PlannedDeviation.objects.filter(batch=batch).select_related("agreed")
    risks = RiskDecision.objects.filter(batch=batch).select_related("signed")
    comments = Comment.objects.filter(batch=batch)
    notes = [
        *(_amendment(row) for row in amendments),
        *(_planned(row) for row in planned),
        *(_risk(row) for row in risks),
        *(_comment(row) for row in comments),
    ]
    return tuple(sorted(notes, key=lambda note: (note.at, note.kind, note.id)))


def planned_at(batch: Batch, step: Place) -> tuple[NoteFact, ...]:
    """The planned deviations at a step."""
    rows = PlannedDeviation.objects.filter(batch=batch, place=str(step)).select_related("agreed").order_by("pk")
    return tuple(_planned(row) for row in rows)


def _amendment(row: Amendment) -> NoteFact:
    text = "; ".join(canonical(change) for change in row.changes)
    name = row.authored.printed_name
    return NoteFact("amendment", row.pk, row.number, "", text, row.reason, row.state, name, row.proposed_at)


def _planned(row: PlannedDeviation) -> NoteFact:
    name = row.agreed.printed_name
    return NoteFact("planned_deviation", row.pk, "", row.place, row.what, row.why, "AGREED", name, row.agreed_at)


def _risk(row: RiskDecision) -> NoteFact:
    state = "RATIFIED" if row.ratified_id else "TO_RATIFY"
    name = row.signed.printed_name
    return NoteFact(
        "risk", row.pk, "", "", "; ".join(row.holds), row.reason, state, name, row.decided_at, due_at=row.due_at
    )


def _comment(row: Comment) -> NoteFact:
    return NoteFact("comment", row.pk, "", row.place, row.text, "", "", row.printed_name, row.made_at)
