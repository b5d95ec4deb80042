"""A kit becomes one patient's when the first of its bags is kept for them."""

from collections.abc import Sequence

from apps.audit.services import Change
from apps.blinding.models import KitAllocation
from apps.blinding.selectors import kit_of_patient
from apps.identity.models import Recipient
from apps.units.models import Unit
from apps.units.rules import kit_of


def allocate_kit(change: Change, *, recipient: Recipient, product: str, units: Sequence[Unit]) -> None:
    """Give a patient the kit of these bags, for good, inside the door of the order; what they have they keep.

    The caller holds the records of the patient and of the lot: nobody else gives this kit, or this patient, another.
    """
    if kit_of_patient(recipient, product):
        return
    row = KitAllocation(record=recipient.record, batch=units[0].batch, kit=kit_of(units[0].number), product=product)
    row.recipient, row.allocated_at, row.allocated_by = recipient, change.at, change.actor.username
    change.create(row, action="kit.allocated")
