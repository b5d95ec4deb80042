"""What must outlive a refusal: the wrong unit or the wrong patient was at hand, and nothing happened."""

from datetime import datetime

from apps.audit.services import audited
from apps.core.actor import Actor
from apps.core.errors import Refused
from apps.core.text import N_
from apps.dosing.models import TreatmentOrder
from apps.dosing.rules.bedside import ANOTHER_PATIENT
from apps.dosing.rules.thawing import ANOTHER_UNIT
from apps.quality.facts import EventKind, Severity
from apps.quality.services import report_event

NEAR_MISSES = (ANOTHER_UNIT, ANOTHER_PATIENT)


def keep_wrong_scan(order: TreatmentOrder, refusal: Refused, actor: Actor, at: datetime) -> None:
    """A hard stop is kept with an event, in a door of its own."""
    for objection in refusal.objections:
        if objection.code not in NEAR_MISSES:
            continue
        with audited(actor=actor, action="order.near_miss", at=at, touching=[order.record]) as change:
            facts = {name: str(value) for name, value in objection.facts.items()}
            change.note(order.record, "order.near_miss", code=objection.code, place=objection.place, facts=facts)
            report_event(
                change,
                subject=order.record,
                kind=EventKind.NEAR_MISS,
                severity=Severity.MAJOR if objection.code == ANOTHER_PATIENT else Severity.MINOR,
                template=N_("Near miss: {what} Nothing was done."),
                facts={"what": objection.text},
            )
