"""Who may work on the fill."""

from datetime import datetime

from apps.batches.models import Batch
from apps.core.actor import Actor
from apps.core.roles import Role
from apps.organisation.services import require


def trained_operator(batch: Batch, actor: Actor, at: datetime) -> Actor:
    """The actor as an operator of the site who is trained on the master record of the batch (21 CFR 211.25)."""
    subject = batch.product_version.record.address
    return require(actor, Role.OPERATOR, batch.site.code, at=at, trained_on=subject, about=batch.record.address)
