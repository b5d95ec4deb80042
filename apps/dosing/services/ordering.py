"""Ordering a dose, checking it by a second person, cancelling it."""

from collections.abc import Sequence
from datetime import datetime

from apps.audit.models import Record
from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.core.rules import reason_is_missing
from apps.dosing.content import check_content, order_content
from apps.dosing.facts import OrderInput, OrderState, OrderVerb
from apps.dosing.lifecycle import MOVES, ORDERING, may_not_move
from apps.dosing.models import TreatmentOrder
from apps.dosing.rules import ordering as rules
from apps.dosing.selectors import Prepared, order_now, prepare, prepare_again
from apps.dosing.services.giving_back import give_back, kept_records
from apps.identity.models import Recipient
from apps.organisation.services import require
from apps.products.models import ProductVersion
from apps.products.selectors import version_now
from apps.signatures.facts import Signer, Signing
from apps.signatures.services import admit_signer, sign
from apps.supply.selectors import standing_supplies
from apps.supply.services import withdraw_with_order


def order_treatment(
    *,
    recipient: Recipient,
    product_version: ProductVersion,
    said: OrderInput,
    signing: Signing,
    actor: Actor,
    at: datetime,
) -> TreatmentOrder:
    """A physician orders one dose for one patient; the dose is worked out line by line and signed as shown."""
    site, about = recipient.site.code, recipient.record.address
    signer = admit_signer(signing=signing, actor=actor, role=ORDERING, site=site, at=at, about=about)
    touching, relying = [recipient.record], [product_version.record]
    with audited(
        actor=signer.actor, action="treatment.ordered", at=at, touching=touching, relying_on=relying
    ) as change:
        version = version_now(product_version)
        prepared = prepare(recipient, version, said)
        stop_if(*prepared.objections)
        record = change.open_record("order", prepared.number, site)
        sign(
            change,
            signer=signer,
            record=record,
            content=order_content(recipient, version, said, prepared),
            site=site,
        )
        order = TreatmentOrder(record=record, number=prepared.number, site=recipient.site, recipient=recipient)
        return change.create(_written(order, version, said, prepared, signer, at))


def check_order(*, order: TreatmentOrder, signing: Signing, actor: Actor, at: datetime) -> TreatmentOrder:
    """A second person works the dose out again and signs; nobody checks their own order."""
    move = MOVES[OrderVerb.CHECK]
    site, about = order.site.code, order.record.address
    signer = admit_signer(signing=signing, actor=actor, role=move.roles, site=site, at=at, about=about)
    with audited(actor=signer.actor, action="order.checked", at=at, touching=[order.record]) as change:
        now = order_now(order)
        prepared = prepare_again(now)
        stop_if(
            may_not_move(OrderVerb.CHECK, OrderState(now.state)),
            rules.is_own_order(signer.actor.username, now.ordered_by),
            rules.is_computed_otherwise(now.workings, [line.row for line in prepared.workings]),
            *prepared.objections,
        )
        sign(change, signer=signer, record=now.record, content=check_content(now, prepared), site=site)
        who = {"checked_by": signer.actor.username, "checked_name": signer.actor.printed_name}
        return change.update(now, state=move.target, checked_at=at, **who)


def cancel_order(*, order: TreatmentOrder, reason: str, actor: Actor, at: datetime) -> TreatmentOrder:
    """End an order that is not to be given, with the reason; the units kept for it are free again, and
    what was agreed to for it and not let go ends."""
    move = MOVES[OrderVerb.CANCEL]
    who = require(actor, move.roles, order.site.code, at=at, about=order.record.address)
    kept = [*kept_records(order), *(supply.record for supply in standing_supplies(order.record))]
    with audited(actor=who, action="order.cancelled", at=at, reason=reason, touching=[order.record, *kept]) as change:
        now = order_now(order)
        stop_if(may_not_move(OrderVerb.CANCEL, OrderState(now.state)), reason_is_missing(reason))
        return _cancelled(change, now, reason, kept)


def _cancelled(change: Change, order: TreatmentOrder, reason: str, kept: Sequence[Record]) -> TreatmentOrder:
    give_back(change, order, reason, kept)
    withdraw_with_order(change, order=order.record, reason=reason, touched=kept)
    return change.update(order, state=MOVES[OrderVerb.CANCEL].target, cancelled_at=change.at, cancel_reason=reason)


def _written(
    order: TreatmentOrder, version: ProductVersion, said: OrderInput, prepared: Prepared, signer: Signer, at: datetime
) -> TreatmentOrder:
    order.product_version, order.arm, order.indication, order.n = version, said.arm, said.indication, prepared.n
    order.weight, order.amount, order.amount_unit = prepared.weight, prepared.amount, prepared.unit
    order.units_to_thaw, order.workings = prepared.units_to_thaw, [line.row for line in prepared.workings]
    order.answers, order.asked_amount, order.conditioned_at = dict(said.answers), said.amount, said.conditioned_at
    order.intensive, order.ward = said.intensive, said.ward.strip()
    order.planned_start, order.planned_end, order.ordered_at = said.planned_start, said.planned_end, at
    order.ordered_by, order.ordered_name = signer.actor.username, signer.actor.printed_name
    return order
