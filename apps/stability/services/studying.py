"""A study is opened on a batch and closed: its units are set apart, and what is left of them goes back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.audit.services import Change, audited
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.core.actor import Actor
from apps.core.errors import Objection, stop_if
from apps.core.rules import reason_is_missing
from apps.lineage.selectors import ancestors
from apps.products.definition.stability import StabilityProtocol
from apps.quality.facts import Blocks
from apps.quality.rules import has_open_holds
from apps.quality.selectors import open_holds
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign
from apps.stability import rules
from apps.stability.content import close_study_content, open_study_content
from apps.stability.facts import StudyVerb
from apps.stability.lifecycle import STUDY_MOVES, may_not_move
from apps.stability.models import Study, StudyPoint, StudyUnit
from apps.stability.selectors import (
    clock_start,
    left_in,
    open_study,
    promises_of,
    protocol_asked,
    study_now,
    units_of_study,
)
from apps.units.facts import UnitVerb
from apps.units.models import Unit
from apps.units.rules import is_expired
from apps.units.selectors import units_now
from apps.units.services import move_units


def begin_study(*, batch: Batch, units: Sequence[Unit], signing: Signing, actor: Actor, at: datetime) -> Study:
    """Open a study by the protocol of the master record and set its units apart: no order, shipment or supply takes
    them any more."""
    site, about = batch.site.code, batch.record.address
    roles = STUDY_MOVES[StudyVerb.OPEN].roles
    signer = admit_signer(signing=signing, actor=actor, role=roles, site=site, at=at, about=about)
    touching = [batch.record, *(unit.record for unit in units)]
    door: dict[str, Any] = {"touching": touching, "relying_on": ancestors([batch.record])}
    with audited(actor=signer.actor, action="study.opened", at=at, **door) as change:
        batch, numbers, units = batch_now(batch), [unit.number for unit in units], units_now(units)
        protocol = protocol_asked(batch)
        stop_if(*_against_opening(batch, protocol, numbers, units, at))
        content, study = open_study_content(batch, units), _opened(change, batch, units)
        sign(change, signer=signer, record=study.record, content=content, site=site)
        change.create_many([StudyUnit(record=study.record, study=study, unit=unit) for unit in units])
        change.create_many(_points(study, protocol))
        move_units(change, units=units, verb=UnitVerb.SET_APART)
        return study


def _against_opening(
    batch: Batch, protocol: StabilityProtocol, numbers: Sequence[str], units: Sequence[Unit], at: datetime
) -> list[Objection | None]:
    promised = promises_of(units)
    held = open_holds([unit.record for unit in units], Blocks.USE)
    return [
        rules.is_not_studied(BatchState(batch.state)),
        rules.is_studied_already(open_study(batch)),
        rules.is_named_twice(numbers),
        rules.has_too_few(protocol, len(units)),
        has_open_holds(held),
        *(rules.is_not_of_the_batch(unit.number, batch.number, unit.batch_id == batch.pk) for unit in units),
        *(rules.is_kept_otherwise(unit.number, unit.storage_state, protocol.state) for unit in units),
        *(rules.is_for_the_laboratory(unit.facts) for unit in units),
        *(rules.is_promised(unit.number, promised.get(unit.pk, "")) for unit in units),
        *(is_expired(unit.facts, at) for unit in units),
    ]


def _opened(change: Change, batch: Batch, units: Sequence[Unit]) -> Study:
    n = Study.objects.filter(batch=batch).count() + 1
    number = f"{batch.number}-ST{n:02}"
    study = Study(batch=batch, n=n, number=number, started_at=min(clock_start(unit) for unit in units))
    study.record = change.open_record("study", number, site=batch.site.code)
    study.opened_at, study.opened_by, study.opened_name = change.at, change.actor.username, change.actor.printed_name
    return change.create(study)


def _points(study: Study, protocol: StabilityProtocol) -> list[StudyPoint]:
    zone, rows = ZoneInfo(study.batch.site.timezone), []
    for point in protocol.points:
        row = StudyPoint(record=study.record, study=study, month=point.month)
        row.key, window = rules.point_key(study.n, point.month), rules.window_of(point, study.started_at, zone)
        row.due_at, row.opens_at, row.ends_at = window.due_at, window.opens_at, window.ends_at
        rows.append(row)
    return rows


def close_study(*, study: Study, reason: str, signing: Signing, actor: Actor, at: datetime) -> Study:
    """Close a study with the reason; the units that are left go back to the stock."""
    move, record = STUDY_MOVES[StudyVerb.CLOSE], study.record
    signer = admit_signer(signing=signing, actor=actor, role=move.roles, site=record.site, at=at, about=record.address)
    touching = [record, *(unit.record for unit in units_of_study(study))]
    with audited(actor=signer.actor, action="study.closed", at=at, reason=reason, touching=touching) as change:
        now = study_now(study)
        stop_if(may_not_move(move, now.state), reason_is_missing(reason))
        sign(change, signer=signer, record=record, content=close_study_content(now, reason), site=record.site)
        left = left_in(now)
        if left:
            move_units(change, units=left, verb=UnitVerb.TAKE_UP)
        who = {"closed_by": signer.actor.username, "closed_name": signer.actor.printed_name}
        return change.update(now, state=move.target, closed_at=at, close_reason=reason[:500], **who)
