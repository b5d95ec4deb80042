"""What must outlive a refusal: the wrong unit or the wrong patient was at hand, and nothing happened."""

from collections.abc import Sequence
from datetime import datetime

from apps.audit.services import audited
from apps.batches.selectors.batches import chain_of_batch
from apps.core.actor import Actor
from apps.core.errors import Refused
from apps.core.text import N_
from apps.dosing.models import TreatmentOrder
from apps.dosing.rules.bedside import ANOTHER_PATIENT
from apps.dosing.rules.thawing import ANOTHER_UNIT
from apps.dosing.selectors import reservations_of
from apps.identity.rules.chains import is_for_another_patient
from apps.identity.services import keep_mismatch
from apps.products.facts import ChainOfIdentity
from apps.products.selectors import definition_of
from apps.quality.facts import EventKind, Severity
from apps.quality.services import report_event
from apps.units.services import compare_labels

NEAR_MISSES = (ANOTHER_UNIT, ANOTHER_PATIENT)


def compare_chains(order: TreatmentOrder, scanned: Sequence[str], chain: str, actor: Actor, at: datetime) -> None:
    """What is made for one patient: every unit in the hand is theirs, and its label bears their chain of identity."""
    for row in reservations_of(order)[:1]:
        batch = row.unit.batch
        compare_labels(batch=batch, record=order.record, scanned=scanned, chain=chain, actor=actor, at=at)
        its = chain_of_batch(batch)
        another = is_for_another_patient(row.unit.number, its.facts if its else None, order.recipient.number)
        keep_mismatch(record=order.record, mismatch=another, actor=actor, at=at)


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
                severity=_severity(order, objection.code),
                template=N_("Near miss: {what} Nothing was done."),
                facts={"what": objection.text},
            )


def _severity(order: TreatmentOrder, code: str) -> Severity:
    """The wrong patient is worse than the wrong bag; what is made for one patient is the worst to mix up."""
    if code != ANOTHER_PATIENT:
        return Severity.MINOR
    is_for_one = definition_of(order.product_version).chain_of_identity is not ChainOfIdentity.NONE
    return Severity.CRITICAL if is_for_one else Severity.MAJOR
