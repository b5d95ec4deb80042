"""Who took part in a batch, on any path."""

from django.db.models import Q

from apps.audit.models import Entry, Record
from apps.batches.models import Batch
from apps.batches.selectors.batches import records_of
from apps.testing.selectors import testing_records
from apps.units.selectors import unit_records

# Who only answered for quality, spoke, stopped or was refused took no part in making, checking or testing.
NOT_TAKING_PART = (
    "hold.",
    "event.",
    "deviation.",
    "record.stopped",
    "risk.",
    "batch.risk.ratified",
    "batch.amendment.approved",
    "batch.deviation.planned",
    "batch.commented",
    "signature.approve_amendment",
    "signature.plan_deviation",
    "signature.ratify_risk",
    "signature.lift_hold",
    "finding.",
    "document.",
    "access.",
    "signing.",
)
OF_THE_REVIEW = ("batch.reviewed", "signature.review")


def all_records_of(batch: Batch) -> list[Record]:
    """The batch with everything that carries its traces: vessels, samples, runs, units."""
    return [*records_of(batch), *testing_records(batch), *unit_records(batch)]


def hands_on_batch(batch: Batch, *, but_review: bool = False) -> set[str]:
    """Everybody who performed, checked, tested or reviewed, on any path; not who only answered for quality.

    `but_review` leaves out who only signed a review: the same person may sign one again after it was taken back.
    """
    entries = Entry.objects.filter(record__in=[record.pk for record in all_records_of(batch)])
    no_part = Q()
    for prefix in (*NOT_TAKING_PART, *(OF_THE_REVIEW if but_review else ())):
        no_part |= Q(action__startswith=prefix)
    return set(entries.exclude(no_part).values_list("username", flat=True).distinct())
