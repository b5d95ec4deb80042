"""Donations as they stand before anybody has decided."""

from apps.audit.services import audited
from apps.batches.models import Batch
from apps.core.actor import SYSTEM
from apps.donation.facts import Eligibility
from apps.donation.models import Donation
from apps.donation.rules import ELIGIBILITY
from apps.quality.facts import Blocks
from apps.quality.services import place_hold
from tests.cast import AT


def undecided(batch: Batch) -> Donation:
    """As if nobody had decided, and the hold of the collection stood."""
    assert batch.donation
    donation = Donation.objects.select_related("record").get(pk=batch.donation.pk)
    with audited(actor=SYSTEM, action="test.undecided", at=AT, touching=[donation.record]) as change:
        change.update(donation, eligibility=Eligibility.PENDING)
        place_hold(
            change, record=donation.record, key=ELIGIBILITY, blocks=list(Blocks), code="not_eligible",
            template="Donation {din} is not found eligible.", facts={"din": donation.din}, liftable_by="PHYSICIAN",
        )  # fmt: skip
    return donation
