"""Quality decides on units that lay in a store outside its range: one unit, or a group in one signed act."""

from collections.abc import Sequence
from datetime import datetime

from apps.audit.services import audited
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.core.roles import Role
from apps.quality.rules import is_blank
from apps.quality.services import lift_hold
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign
from apps.storage.content import exposure_content
from apps.storage.models import StoreExcursion
from apps.storage.rules.excursions import has_nothing_held
from apps.storage.selectors import excursion_now, exposures
from apps.units.models import Unit


def accept_exposure(
    *,
    excursion: StoreExcursion,
    units: Sequence[Unit],
    evidence: str,
    signing: Signing,
    actor: Actor,
    at: datetime,
) -> StoreExcursion:
    """Quality judges that units are fit although they were there, on evidence: their holds are lifted together."""
    record = excursion.store.record
    signer = admit_signer(signing=signing, actor=actor, role=Role.QA, site=record.site, at=at, about=record.address)
    touching = [record, *(unit.record for unit in units)]
    with audited(actor=signer.actor, action="hold.lifted", reason=evidence, at=at, touching=touching) as change:
        now = excursion_now(excursion)
        held = {one.stay.unit.number: one.hold for one in exposures(now) if one.hold and one.is_held}
        numbers = [unit.number for unit in units]
        stop_if(is_blank(evidence, "evidence"), has_nothing_held(numbers, list(held)))
        for hold in [held[number] for number in numbers]:
            lift_hold(change, hold=hold, reason=evidence)
        content = exposure_content(excursion=now, units=numbers, evidence=evidence)
        sign(change, signer=signer, record=record, content=content, site=record.site)
        return now
