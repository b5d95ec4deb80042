"""Vital signs, taken at the times of the master record or in between."""

from collections.abc import Mapping
from datetime import datetime

from apps.audit.services import audited
from apps.core.actor import Actor
from apps.core.errors import BadInput, Objection, stop_if
from apps.core.rules import is_future
from apps.dosing.facts import OrderState, Said
from apps.dosing.lifecycle import BEDSIDE
from apps.dosing.models import TreatmentOrder, VitalSigns
from apps.dosing.rules import bedside as rules
from apps.dosing.rules import ordering
from apps.dosing.selectors import order_now, read_texts, signs_asked, vital_slots, vitals_of
from apps.organisation.services import require
from apps.products.facts import Entered
from apps.products.selectors import definition_of


def record_vitals(
    *,
    order: TreatmentOrder,
    signs: Mapping[str, str],
    actor: Actor,
    at: datetime,
    taken_at: datetime | None = None,
) -> VitalSigns:
    """Vital signs were taken; they answer the due time that has come, where one is open. Twice is once."""
    who = require(actor, BEDSIDE, order.site.code, at=at, about=order.record.address)
    taken_at = taken_at or at
    with audited(actor=who, action="vitals.taken", at=at, touching=[order.record]) as change:
        now = order_now(order)
        texts = _texts(now, signs)
        stop_if(
            rules.has_no_signs(texts),
            is_future(taken_at, at, "taken_at"),
            rules.is_cancelled(OrderState(now.state)),
        )
        last = max(vitals_of(now), key=lambda one: one.pk, default=None)
        if last and rules.is_said_twice(Said(who.username, taken_at, texts), _said(last)):
            return last
        closest = definition_of(now.product_version).dosing.vitals.closest
        row = VitalSigns(record=now.record, order=now, taken_at=taken_at, taken_by=who.username, recorded_at=at)
        row.due_at, row.signs = rules.answers_which(vital_slots(now), taken_at, closest), texts
        return change.create(row)


def _said(row: VitalSigns) -> Said:
    return Said(row.taken_by, row.taken_at, row.signs)


def _texts(order: TreatmentOrder, signs: Mapping[str, str]) -> dict[str, str]:
    """What was measured, as entered; what can't be read is refused, and so is what nobody asked for."""
    asked = signs_asked(order)
    read = read_texts(order, asked, signs)
    wrong = [one for one in (*read.values(), ordering.is_unasked(asked, signs)) if isinstance(one, Objection)]
    if wrong:
        raise BadInput(*wrong)
    return {key: one.text for key, one in read.items() if isinstance(one, Entered) and one.done}
