"""Who took part in a batch, on any path."""

from collections.abc import Iterable, Sequence

from django.db.models import Q

from apps.audit.models import Entry, Record
from apps.batches.models import Batch, RecordedValue
from apps.batches.selectors.batches import records_of
from apps.lineage.selectors import ancestor_ids
from apps.materials.models import MaterialLot
from apps.signatures.models import Signature
from apps.testing.models import RunNeed
from apps.testing.selectors import investigations_of, testing_records
from apps.units.selectors import unit_records

SIGNED = "signature."
# Who only answered for quality, spoke, stopped or was refused took no part in making, checking or testing; nor did who
# certified, released or ended the batch before: these decisions may be taken again after a correction. A word that ends
# with a dot stands for everything that begins so. "batch.finished" also follows a review taken back and a record
# reopened; whoever finished the record is found by that signature.
NOT_TAKING_PART = (
    "access.",
    "batch.amendment.approved",
    "batch.certified",
    "batch.commented",
    "batch.deviation.planned",
    "batch.finished",
    "batch.refused.",
    "batch.rejected",
    "batch.released",
    "batch.risk.ratified",
    "deviation.",
    "document.",
    "event.",
    "finding.",
    "hold.",
    "investigation.",
    "record.stopped",
    "results.review.refused",
    "signature.approve_amendment",
    "signature.certify",
    "signature.decide_conditionally",
    "signature.decide_exceptionally",
    "signature.hold.lifted",
    "signature.investigation_approve_plan",
    "signature.investigation_assess",
    "signature.investigation_conclude",
    "signature.investigation_extend",
    "signature.investigation_invalidate",
    "signature.investigation_review_production",
    "signature.plan_deviation",
    "signature.ratify_risk",
    "signature.recall",
    "signature.reject",
    "signature.release_for_supply",
    "signature.release_to_named_conditionally",
    "signature.release_to_named_exceptionally",
    "signature.reopen",
    "signing.",
    "unit.recall",
    "unit.reject",
    "unit.release",
    "unit.release_conditionally",
)
# A review that was taken back may be given again by the same person.
OF_THE_REVIEW = ("batch.reviewed", "signature.review", "signature.withdraw_review")
PREPARED = "lot.prepared"


def all_records_of(batch: Batch) -> list[Record]:
    """The batch with everything that carries its traces: vessels, samples, runs, units, investigations."""
    looked_into = [one.record for one in investigations_of(batch)]
    return [*records_of(batch), *testing_records(batch), *unit_records(batch), *looked_into]


def hands_on_batch(batch: Batch, *, but_review: bool = False, records: Sequence[Record] = ()) -> set[str]:
    """Everybody who performed, checked, tested or reviewed, on any path; not who only answered for quality.

    A second person who signs on another's screen is found by the signature, whoever made the entry. `but_review` leaves
    out who only signed a review: the same person may sign one again after it was taken back. `records` are those that
    carry its traces, where they were read before.
    """
    ids = [record.pk for record in records or all_records_of(batch)]
    left_out = (*NOT_TAKING_PART, *OF_THE_REVIEW) if but_review else NOT_TAKING_PART
    entries = Entry.objects.filter(record__in=ids).exclude(_named(left_out))
    verbs = [action.removeprefix(SIGNED) for action in left_out if action.startswith(SIGNED)]
    signed = Signature.objects.filter(record__in=ids).exclude(verb__in=verbs)
    prepared = Entry.objects.filter(record__in=prepared_for(batch), action=PREPARED)
    names = [found.values_list("username", flat=True).distinct() for found in (entries, signed, prepared)]
    return {name for found in names for name in found}


def prepared_for(batch: Batch) -> set[int]:
    """The lots that were prepared here for what the batch and its tests used, and those that went into them."""
    in_values = RecordedValue.objects.filter(batch=batch, lot__is_prepared=True).values_list("lot__record", flat=True)
    in_runs = RunNeed.objects.filter(run__lines__sample__batch=batch, lot__is_prepared=True)
    used = set(in_values) | set(in_runs.values_list("lot__record", flat=True))
    made = MaterialLot.objects.filter(is_prepared=True, record__in=ancestor_ids(Record.objects.filter(pk__in=used)))
    return used | set(made.values_list("record", flat=True))


def _named(actions: Iterable[str]) -> Q:
    found = Q()
    for action in actions:
        found |= Q(action__startswith=action) if action.endswith(".") else Q(action=action)
    return found
