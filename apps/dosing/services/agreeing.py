"""The physician of an order agrees to, or asks for, units that are not certified: for this patient only."""

from datetime import datetime

from apps.audit.services import audited
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.core.actor import Actor
from apps.dosing.facts import OrderState
from apps.dosing.models import TreatmentOrder
from apps.dosing.rules import ordering
from apps.dosing.selectors import batch_is_of_another, order_now
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer
from apps.supply import rules
from apps.supply.facts import Agreed
from apps.supply.lifecycle import AGREEING
from apps.supply.models import NamedSupply
from apps.supply.services import open_supply


def agree_to_supply(
    *, order: TreatmentOrder, batch: Batch, said: Agreed, signing: Signing, actor: Actor, at: datetime
) -> NamedSupply:
    """The physician signs for one order and one batch: tests pending, or outside the specification at their request.

    The authorised person decides on it, and a second person lets the units go.
    """
    site, about = order.site.code, order.record.address
    signer = admit_signer(signing=signing, actor=actor, role=AGREEING, site=site, at=at, about=about)
    door = {"touching": [order.record], "relying_on": [batch.record, order.recipient.record]}
    with audited(actor=signer.actor, action="supply.agreed", at=at, reason="", **door) as change:
        now, batch = order_now(order), batch_now(batch)
        is_other = (batch.product_version.key, batch.site_id) != (now.product_version.key, now.site_id)
        against = [
            ordering.is_not_waiting(OrderState(now.state)),
            rules.is_of_another_product(batch.number, is_other),
            rules.is_for_another_chain(batch.number, batch_is_of_another(now, batch)),
        ]
        return open_supply(
            change,
            batch=batch,
            order=now.record,
            recipient=now.recipient,
            said=said,
            signer=signer,
            objections=against,
        )
