"""Which batches had something in an instrument during a time."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from apps.batches.facts.words import BatchState, StepState
from apps.batches.models import Batch, RecordedValue, Step
from apps.batches.selectors.batches import WITH
from apps.batches.selectors.missing import sections_repeated
from apps.facility.models import Instrument


def uses_of(instrument: Instrument, began_at: datetime, ended_at: datetime) -> list[RecordedValue]:
    """The values that name this instrument and whose section was under way in this time.

    What is put into an incubator stays there until its section is done: so a use counts from the moment it was recorded
    until the last step of its section was completed. Between two feedings nothing is open, and the cells are there.
    """
    used = RecordedValue.objects.filter(instrument=instrument, performed_at__lt=ended_at, superseded_by=None)
    rows = list(used.select_related("step").order_by("pk"))
    ends = _ends_of_sections(rows)
    left = [row for row in rows if (ends[row.batch_id, row.step.section] or ended_at) <= began_at]
    repeated = _still_repeated({row.batch_id for row in left})
    gone = {row.pk for row in left if (row.batch_id, row.step.section) not in repeated}
    return [row for row in rows if row.pk not in gone]


def batches_exposed(instrument: Instrument, began_at: datetime, ended_at: datetime) -> list[Batch]:
    """The batches that had something in this instrument during this time."""
    ids = {row.batch_id for row in uses_of(instrument, began_at, ended_at)}
    found = Batch.objects.filter(pk__in=ids).filter(Q(ended_at=None) | Q(ended_at__gt=began_at))
    return list(found.select_related(*WITH).defer("product_version__text").order_by("pk"))


def _still_repeated(ids: Collection[int]) -> set[tuple[int, str]]:
    """The sections of running batches in which a step will occur again: its criterion is not met."""
    running = Batch.objects.filter(pk__in=ids, state=BatchState.RUNNING).select_related(*WITH)
    return {(batch.pk, section) for batch in running for section in sections_repeated(batch)}


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
