"""Quality decides on what was in a store outside its range: one unit or batch, or a group in one signed act."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from apps.audit.services import audited
from apps.batches.models import Batch
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.core.roles import Role
from apps.quality.facts import EventState
from apps.quality.rules import is_blank
from apps.quality.services import lift_hold
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign
from apps.storage.content import exposure_content, not_fit_content
from apps.storage.models import NotFit, StoreExcursion
from apps.storage.rules.excursions import has_nothing_held, needs_a_deviation
from apps.storage.selectors import cultures, excursion_now, exposures
from apps.units.facts import Disposition, UnitVerb
from apps.units.models import Unit
from apps.units.selectors import units_now
from apps.units.services import set_disposition


def accept_exposure(
    *,
    excursion: StoreExcursion,
    units: Sequence[Unit],
    evidence: str,
    signing: Signing,
    actor: Actor,
    at: datetime,
    batches: Sequence[Batch] = (),
) -> StoreExcursion:
    """Quality judges that units and batches are fit although they were there, on evidence: their holds are lifted."""
    record = excursion.store.record
    signer = admit_signer(signing=signing, actor=actor, role=Role.QA, site=record.site, at=at, about=record.address)
    touching = [record, *(unit.record for unit in units), *(batch.record for batch in batches)]
    with audited(actor=signer.actor, action="hold.lifted", reason=evidence, at=at, touching=touching) as change:
        now = excursion_now(excursion)
        held = {one.stay.unit.number: one.hold for one in exposures(now) if one.hold and one.is_held}
        grown = {one.batch.number: one.hold for one in cultures(now, at) if one.hold and one.is_held}
        numbers, in_culture = [unit.number for unit in units], [batch.number for batch in batches]
        stop_if(
            is_blank(evidence, "evidence"),
            has_nothing_held(numbers, list(held)) if numbers or not in_culture else None,
            has_nothing_held(in_culture, list(grown), "batches") if in_culture else None,
            needs_a_deviation(rejects=now.rejects, has_deviation=now.event.state == EventState.DEVIATION),
        )
        for hold in [*(held[number] for number in numbers), *(grown[number] for number in in_culture)]:
            lift_hold(change, hold=hold, reason=evidence)
        content = exposure_content(excursion=now, units=numbers, evidence=evidence, batches=in_culture)
        sign(change, signer=signer, record=record, content=content, site=record.site)
        return now


ENDS: Mapping[Disposition, UnitVerb] = {
    Disposition.QUARANTINED: UnitVerb.REJECT,
    Disposition.CONDITIONAL: UnitVerb.RECALL,
    Disposition.RELEASED: UnitVerb.RECALL,
}


def refuse_exposure(
    *, excursion: StoreExcursion, units: Sequence[Unit], reason: str, signing: Signing, actor: Actor, at: datetime
) -> StoreExcursion:
    """Quality finds units not fit after an excursion: rejected, recalled where released; they go to their disposal."""
    record = excursion.store.record
    signer = admit_signer(signing=signing, actor=actor, role=Role.QA, site=record.site, at=at, about=record.address)
    touching = [record, *(unit.record for unit in units), *(unit.batch.record for unit in units)]
    with audited(actor=signer.actor, action="hold.found_not_fit", reason=reason, at=at, touching=touching) as change:
        now, units = excursion_now(excursion), units_now(units)
        held = {one.stay.unit.number: one.hold for one in exposures(now) if one.hold and one.is_held}
        numbers = [unit.number for unit in units]
        stop_if(is_blank(reason, "reason"), has_nothing_held(numbers, list(held)))
        content = not_fit_content(excursion=now, units=numbers, reason=reason)
        sign(change, signer=signer, record=record, content=content, site=record.site)
        said = {"excursion": now, "reason": reason, "decided_at": at, "decided_by": signer.actor.username}
        change.create_many([NotFit(record=unit.record, unit=unit, **said) for unit in units])
        for standing, verb in ENDS.items():
            ending = [unit for unit in units if unit.disposition == standing]
            if ending:
                set_disposition(change, units=ending, verb=verb)
        for number in numbers:
            lift_hold(change, hold=held[number], reason=reason)
        return now
