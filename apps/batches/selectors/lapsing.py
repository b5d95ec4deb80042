"""What lapses before a batch is planned to end: calibrations, qualifications, trainings, the authorisation."""

from collections.abc import Iterator
from datetime import datetime, time
from zoneinfo import ZoneInfo

from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.facility.selectors import lapsing_before
from apps.organisation.trainings import trainings_ending


def lapses_before_the_end(batch: Batch) -> list[tuple[str, datetime]]:
    """Each thing by its name and the instant of its end, earliest first; nothing where no end is planned."""
    return sorted(_lapses(batch, batch.planned_end), key=lambda one: one[1]) if batch.planned_end else []


def _lapses(batch: Batch, end: datetime) -> Iterator[tuple[str, datetime]]:
    definition = definition_of_batch(batch)
    kinds = {one.key for one in definition.preparation.equipment}
    for instrument, ends_at in lapsing_before(batch.site.code, kinds, end):
        yield f"{instrument.number} ({instrument.label})", ends_at
    subjects = [one.subject for one in definition.preparation.qualifications]
    for training in trainings_ending([batch.product_version.record.address, *subjects], batch.site.code, end):
        if training.valid_until:
            yield f"{training.user.printed_name}: {training.subject}", training.valid_until
    last_day = definition.authorisation.valid_until
    if last_day:
        ends_at = datetime.combine(last_day, time.max, ZoneInfo(batch.site.timezone))
        if ends_at < end:
            yield definition.authorisation.number, ends_at
