"""The relabelling of an extension: one person at the unit, a second one who sees it; then the later date counts."""

from datetime import datetime
from typing import Any

from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import KeptRefusal, Objection, RuleBroken, stop_if
from apps.core.rules import reason_is_missing
from apps.core.text import N_
from apps.organisation.services import require
from apps.quality.facts import EventKind, Severity
from apps.quality.services import report_event
from apps.signatures.facts import Signing
from apps.signatures.services import sign
from apps.stability import rules
from apps.stability.content import confirm_content, relabel_content
from apps.stability.facts import ExtensionState, ExtensionVerb, RelabelState
from apps.stability.lifecycle import EXTENSION_MOVES, may_not_move
from apps.stability.models import ExtendedUnit, Extension
from apps.stability.selectors import extended_units, extension_now
from apps.stability.services.extending import against_months, against_units, door_of, extension_signer
from apps.units.rules import number_of_code, read_code
from apps.units.services import destroy_unused, exchange_label, reconcile_labels

V = ExtensionVerb


def relabel_unit(
    *, extension: Extension, scanned: str, label: str, signing: Signing, actor: Actor, at: datetime
) -> ExtendedUnit:
    """The first person took the old label off and applied the new one; both are scanned. Nothing counts yet: a second
    person confirms it. Another unit or label is a hard stop, kept as a near miss."""
    signer = extension_signer(V.RELABEL, extension, signing, actor, at)
    _compare(extension, scanned, label, signer.actor, at)
    with audited(actor=signer.actor, action="unit.relabelled", at=at, **door_of(extension)) as change:
        now = extension_now(extension)
        row = row_scanned(now, scanned)
        stop_if(
            may_not_move(EXTENSION_MOVES[V.RELABEL], now.state),
            rules.is_not_waiting(row.unit.number, RelabelState(row.state), RelabelState.PRINTED),
            *against_months(now.study, now.batch, now.months),
            *against_units(now.study, now.batch, [row.unit], now.months, at),
        )
        sign(change, signer=signer, record=now.record, content=relabel_content(row), site=now.record.site)
        by = {"applied_by": signer.actor.username, "applied_name": signer.actor.printed_name}
        return change.update(row, state=RelabelState.APPLIED, applied_at=at, **by)


def row_scanned(extension: Extension, scanned: str) -> ExtendedUnit:
    """The unit in the hand among those of the extension. Raises RuleBroken for any other."""
    number = number_of_code(scanned.replace("\0", ""))[:60]
    row = next((one for one in extended_units(extension) if one.unit.number == number), None)
    if row is None:
        raise RuleBroken(*_some(rules.is_not_waiting(number, None, RelabelState.PRINTED)))
    return row


def _some(objection: Objection | None) -> list[Objection]:
    return [objection] if objection else []


def _compare(extension: Extension, scanned: str, label: str, who: Actor, at: datetime) -> None:
    try:
        row = row_scanned(extension, scanned)
        wrong = rules.is_another_label(row.unit.number, read_code(label.strip()), row.new_expires_at)
    except RuleBroken as refused:
        wrong = refused.objections[0]
    if wrong is None:
        return
    record = extension.record
    with audited(actor=who, action="extension.near_miss", at=at, touching=[record]) as change:
        report_event(
            change,
            subject=record,
            kind=EventKind.NEAR_MISS,
            severity=Severity.MINOR,
            template=N_("Near miss at the relabelling of {extension}: {what} Nothing was recorded."),
            facts={"extension": extension.number, "what": wrong.text},
        )
    raise RuleBroken(wrong, keep=KeptRefusal(record.address, "extension.relabel.refused", {"code": wrong.code}))


def confirm_relabelling(*, extension: Extension, signing: Signing, actor: Actor, at: datetime) -> Extension:
    """A second person saw it: the old labels are destroyed, the new ones on the units, and the later dates count.

    The labels of the batch are reconciled anew as soon as none is left over.
    """
    signer, door = extension_signer(V.CONFIRM, extension, signing, actor, at), door_of(extension)
    with audited(actor=signer.actor, action="extension.confirmed", at=at, **door) as change:
        now = extension_now(extension)
        rows = extended_units(now, RelabelState.APPLIED)
        stop_if(
            may_not_move(EXTENSION_MOVES[V.CONFIRM], now.state),
            rules.has_nothing_to_confirm(len(rows)),
            *(rules.is_same_person(signer.actor.username, row.applied_by) for row in rows),
            *against_months(now.study, now.batch, now.months),
            *against_units(now.study, now.batch, [row.unit for row in rows], now.months, at),
        )
        sign(change, signer=signer, record=now.record, content=confirm_content(now), site=now.record.site)
        for row in rows:
            if row.label:  # the database knows no relabelled unit without one
                exchange_label(change, unit=row.unit, label=row.label, by=row.applied_by, reason=now.number)
        by: dict[str, Any] = {"confirmed_by": signer.actor.username, "confirmed_name": signer.actor.printed_name}
        change.update_many(rows, state=RelabelState.RELABELLED, confirmed_at=at, **by)
        reconcile_labels(change, batch=now.batch, reason=now.number)
        return _completed(change, now)


def _completed(change: Change, extension: Extension, reason: str = "") -> Extension:
    if extended_units(extension, RelabelState.PRINTED, RelabelState.APPLIED):
        return extension
    return change.update(extension, state=ExtensionState.COMPLETED, ended_at=change.at, end_reason=reason[:500])


def leave_out_the_others(*, extension: Extension, reason: str, actor: Actor, at: datetime) -> Extension:
    """End an extension although units of it were not relabelled: their new labels are destroyed, their dates stay."""
    move, record = EXTENSION_MOVES[V.COMPLETE], extension.record
    who = require(actor, move.roles, record.site, at=at, about=record.address)
    with audited(actor=who, action="extension.completed", at=at, reason=reason, **door_of(extension)) as change:
        now = extension_now(extension)
        stop_if(may_not_move(move, now.state), reason_is_missing(reason))
        applied = extended_units(now, RelabelState.APPLIED)
        stop_if(*(rules.waits_for_a_second_person(row.unit.number) for row in applied))
        rows = extended_units(now, RelabelState.PRINTED)
        destroy_unused(change, labels=[row.label for row in rows if row.label], reason=reason)
        change.update_many(rows, state=RelabelState.LEFT_OUT)
        reconcile_labels(change, batch=now.batch, reason=now.number)
        return _completed(change, now, reason)
