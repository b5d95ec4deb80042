"""What must outlive a refusal: an act out of order, and the wrong vessel in the hand."""

from collections.abc import Iterable

from apps.audit.services import audited
from apps.batches.facts.inputs import Act
from apps.batches.models import Batch
from apps.core.errors import KeptRefusal, Objection, Refused
from apps.core.text import N_
from apps.identity.rules.chains import MISMATCH
from apps.quality.facts import EventKind, Severity
from apps.quality.services import report_event

KEPT = {"out_of_order", "same_person", "not_the_performer"}
WRONG_VESSEL = "wrong_vessel"


def kept(batch: Batch, objections: Iterable[Objection]) -> KeptRefusal | None:
    """What the trail keeps of a refusal, when it is one of those that must be kept."""
    codes = [objection.code for objection in objections if objection.code in KEPT]
    if not codes:
        return None
    return KeptRefusal(batch.record.address, f"batch.refused.{codes[0]}")


def keep_near_miss(batch: Batch, refusal: Refused, act: Act) -> None:
    """A hard stop is kept with an event, in a door of its own: the wrong thing was in hand, and nothing happened."""
    for objection in _missed(refusal):
        with audited(actor=act.actor, action="batch.near_miss", at=act.at, touching=[batch.record]) as change:
            facts = {name: str(value) for name, value in objection.facts.items()}
            change.note(batch.record, "batch.near_miss", code=objection.code, place=objection.place, facts=facts)
            report_event(
                change,
                subject=batch.record,
                kind=EventKind.NEAR_MISS,
                severity=Severity.CRITICAL if objection.code == MISMATCH else Severity.MINOR,
                template=N_(
                    "Near miss at {place}: {scanned} was scanned where {wanted} belongs. Nothing was recorded."
                ),
                facts={**facts, "place": objection.place},
                about=f"{batch.record.address}/{objection.place}",
            )


def _missed(refusal: Refused) -> list[Objection]:
    """What was nearly done: a mix-up of patients is graver than, and told instead of, the wrong vessel."""
    of_patients = [one for one in refusal.objections if one.code == MISMATCH]
    return of_patients or [one for one in refusal.objections if one.code == WRONG_VESSEL]
