"""Asking for a destruction: from that moment the units can be neither issued nor used."""

from collections.abc import Sequence
from datetime import datetime

from apps.audit.services import Change, audited
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.core.actor import Actor
from apps.core.errors import Objection, stop_if
from apps.core.text import N_
from apps.disposal import rules
from apps.disposal.lifecycle import WHO_MAY_ASK
from apps.disposal.models import Disposal, DisposedUnit
from apps.disposal.selectors import stage_of, standing_disposals
from apps.organisation.services import require
from apps.quality.facts import Blocks
from apps.quality.services import place_hold
from apps.units.models import Unit
from apps.units.selectors import units_now


def request_disposal(
    *, batch: Batch, units: Sequence[Unit], reason: str, treatment: str, actor: Actor, at: datetime, note: str = ""
) -> Disposal:
    """Ask that units are destroyed, for a reason and in a way that the frozen master record of each batch names.

    `batch` is one of theirs and gives the disposal its number.
    """
    who = require(actor, WHO_MAY_ASK, batch.site.code, at=at, about=batch.record.address)
    stop_if(rules.names_no_units([unit.number for unit in units]))
    batches = {unit.batch_id: unit.batch.record for unit in units}
    touching = [batch.record, *batches.values(), *(unit.record for unit in units)]
    with audited(actor=who, action="disposal.requested", at=at, reason=note, touching=touching) as change:
        batch, units = batch_now(batch), units_now(units)
        stop_if(*_against(batch, units, reason, treatment))
        number = f"{batch.number}-W{Disposal.objects.filter(batch=batch).count() + 1:02}"
        record = change.open_record("disposal", number, site=batch.site.code)
        disposal = Disposal(record=record, batch=batch, number=number, reason=reason, treatment=treatment, note=note)
        disposal.requested_at, disposal.requested_by = at, who.username
        change.create(disposal)
        change.create_many([DisposedUnit(record=record, disposal=disposal, unit=unit) for unit in units])
        _hold(change, units, number)
        return disposal


def hold_key(number: str) -> str:
    """The fact behind the hold on a unit that waits for its destruction."""
    return f"disposal:{number}"


def _against(batch: Batch, units: Sequence[Unit], reason: str, treatment: str) -> list[Objection | None]:
    stage, named = stage_of(batch), standing_disposals(units)
    others = list({unit.batch_id: unit.batch for unit in units if unit.batch_id != batch.pk}.values())
    is_among = any(unit.batch_id == batch.pk for unit in units)
    return [
        rules.is_not_listed(reason, [one.key for one in stage.reasons], "reason"),
        rules.is_not_listed(treatment, [one.key for one in stage.treatments], "treatment"),
        None if is_among else rules.names_no_units([]),
        *(found for other in others for found in _apart(other, batch, reason, treatment)),
        rules.has_no_common_approver([stage, *(stage_of(other) for other in others)]),
        *(rules.has_left(unit.facts) for unit in units),
        *(rules.is_named_elsewhere(unit.number, named.get(unit.pk, "")) for unit in units),
    ]


def _apart(other: Batch, first: Batch, reason: str, treatment: str) -> list[Objection | None]:
    """Why the units of another batch are not destroyed together with those of the first."""
    stage, ways = stage_of(other), {one.key: one for one in stage_of(other).treatments}
    known = {one.key: one for one in stage_of(first).treatments}
    return [
        rules.is_at_another_site(other.number, other.site.code, first.site.code),
        rules.is_not_shared(other.number, reason, [one.key for one in stage.reasons]),
        rules.is_not_shared(other.number, treatment, list(ways)),
        rules.is_treated_otherwise(other.number, ways.get(treatment), known.get(treatment)),
    ]


def _hold(change: Change, units: Sequence[Unit], number: str) -> None:
    for unit in units:
        place_hold(
            change,
            record=unit.record,
            key=hold_key(number),
            blocks=[Blocks.ISSUE, Blocks.USE],
            code="waits_for_destruction",
            template=N_("Waits for its destruction: {number}"),
            facts={"number": number},
            liftable_by="DISPOSAL",
        )
