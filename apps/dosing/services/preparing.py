"""The dose as a volume: worked out from the count and signed, worked out again by a second person; its sheet."""

from datetime import datetime

from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.documents.services import request_document
from apps.dosing.content import confirm_content, dose_content, dose_sheet
from apps.dosing.facts import DoseInput, OrderState, OrderVerb
from apps.dosing.lifecycle import MOVES, may_not_move
from apps.dosing.models import Dose, TreatmentOrder
from apps.dosing.rules import preparing as rules
from apps.dosing.selectors import PreparedDose, dose_of, order_now, prepare_dose, prepare_dose_again, standing_dose
from apps.signatures.facts import Signer, Signing
from apps.signatures.services import admit_signer, sign


def prepare_volume(*, order: TreatmentOrder, said: DoseInput, signing: Signing, actor: Actor, at: datetime) -> Dose:
    """Work the volume out from what was counted, and sign it as shown. A later count replaces an earlier one."""
    move, site, about = MOVES[OrderVerb.PREPARE], order.site.code, order.record.address
    signer = admit_signer(signing=signing, actor=actor, role=move.roles, site=site, at=at, about=about)
    with audited(actor=signer.actor, action="dose.prepared", at=at, touching=[order.record]) as change:
        now = order_now(order)
        stop_if(may_not_move(OrderVerb.PREPARE, OrderState(now.state)))
        prepared = prepare_dose(now, said)
        stop_if(*prepared.objections)
        sign(change, signer=signer, record=now.record, content=dose_content(now, said, prepared), site=site)
        before = dose_of(now)
        if before:
            change.update(before, action="dose.replaced", replaced_at=at)
        dose = change.create(_written(now, said, prepared, signer, at))
        change.update(now, state=move.target)
        return dose


def confirm_volume(*, order: TreatmentOrder, signing: Signing, actor: Actor, at: datetime) -> Dose:
    """A second person works the volume out again and signs; nobody checks the dose they prepared."""
    move, site, about = MOVES[OrderVerb.CONFIRM], order.site.code, order.record.address
    signer = admit_signer(signing=signing, actor=actor, role=move.roles, site=site, at=at, about=about)
    with audited(actor=signer.actor, action="dose.confirmed", at=at, touching=[order.record]) as change:
        now, dose = order_now(order), standing_dose(order)
        prepared = prepare_dose_again(now, dose)
        stop_if(
            may_not_move(OrderVerb.CONFIRM, OrderState(now.state)),
            rules.is_own_dose(signer.actor.username, dose.prepared_by),
            rules.is_prepared_otherwise(dose.workings, [line.row for line in prepared.workings]),
            *prepared.objections,
        )
        sign(change, signer=signer, record=now.record, content=confirm_content(now, dose, prepared), site=site)
        return _confirmed(change, now, dose, prepared, signer)


def _confirmed(change: Change, order: TreatmentOrder, dose: Dose, prepared: PreparedDose, signer: Signer) -> Dose:
    """The dose sheet follows from the second signature; a task draws it when a checkpoint covers it."""
    who = {"confirmed_by": signer.actor.username, "confirmed_name": signer.actor.printed_name}
    confirmed = change.update(dose, confirmed_at=change.at, **who)
    ready = change.update(order, state=MOVES[OrderVerb.CONFIRM].target)
    sheet = dose_sheet(ready, confirmed, prepared)
    request_document(change, content=sheet, subject=ready.record, site=ready.site.code)
    return confirmed


def _written(order: TreatmentOrder, said: DoseInput, prepared: PreparedDose, signer: Signer, at: datetime) -> Dose:
    dose = Dose(record=order.record, order=order, n=Dose.objects.filter(order=order).count() + 1)
    dose.counted, dose.endotoxin, dose.dmso = said.counted, said.endotoxin, said.dmso
    dose.answers, dose.workings = dict(said.answers), [line.row for line in prepared.workings]
    dose.volume, dose.amount, dose.remainder = prepared.volume, prepared.amount, prepared.remainder
    dose.expires_at, dose.prepared_at = prepared.expires_at, at
    dose.prepared_by, dose.prepared_name = signer.actor.username, signer.actor.printed_name
    return dose
