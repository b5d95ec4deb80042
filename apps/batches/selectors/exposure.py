"""Which batches had something in an instrument during a time."""

from datetime import datetime

from django.db.models import Q

from apps.batches.facts.words import StepState
from apps.batches.models import Batch, RecordedValue, Step
from apps.batches.selectors.batches import WITH
from apps.facility.models import Instrument


def uses_of(instrument: Instrument, began_at: datetime, ended_at: datetime) -> list[RecordedValue]:
    """The values that name this instrument and whose section was under way in this time.

    What is put into an incubator stays there until its section is done: so a use counts from the moment it was recorded
    until the last step of its section was completed.
    """
    used = RecordedValue.objects.filter(instrument=instrument, performed_at__lt=ended_at, superseded_by=None)
    rows = list(used.select_related("step").order_by("pk"))
    ends = _ends_of_sections(rows)
    return [row for row in rows if (ends[row.batch_id, row.step.section] or ended_at) > began_at]


def batches_exposed(instrument: Instrument, began_at: datetime, ended_at: datetime) -> list[Batch]:
    """The batches that had something in this instrument during this time."""
    ids = {row.batch_id for row in uses_of(instrument, began_at, ended_at)}
    found = Batch.objects.filter(pk__in=ids).filter(Q(ended_at=None) | Q(ended_at__gt=began_at))
    return list(found.select_related(*WITH).defer("product_version__text").order_by("pk"))


def _ends_of_sections(rows: list[RecordedValue]) -> dict[tuple[int, str], datetime | None]:
    """When the last step of each section was completed; None while one is open."""
    ends: dict[tuple[int, str], datetime | None] = {}
    wanted = {(row.batch_id, row.step.section) for row in rows}
    steps = Step.objects.filter(batch__in={batch for batch, _ in wanted}).exclude(state=StepState.SKIPPED)
    for batch, section, completed_at in steps.values_list("batch", "section", "completed_at"):
        if (batch, section) not in wanted:
            continue
        before = ends.get((batch, section), completed_at)
        ends[batch, section] = max(before, completed_at) if before and completed_at else None
    return {key: ends.get(key) for key in wanted}
