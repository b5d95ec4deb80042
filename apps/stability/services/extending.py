"""A later expiry is proposed on the ground of a study, and signed by quality and by the authorised person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from apps.audit.services import Change, audited
from apps.batches.models import Batch
from apps.core.actor import Actor
from apps.core.errors import Objection, stop_if
from apps.core.rules import reason_is_missing
from apps.documents.services import request_document
from apps.lineage.selectors import ancestors
from apps.organisation.services import require
from apps.quality.facts import Blocks
from apps.quality.rules import has_open_holds, is_blank
from apps.quality.selectors import open_holds
from apps.signatures.facts import Signer, Signing
from apps.signatures.services import admit_signer, sign
from apps.stability import rules
from apps.stability.content import authorise_content, endorse_content, extension_report
from apps.stability.facts import ExtensionVerb, RelabelState
from apps.stability.lifecycle import EXTENSION_MOVES, may_not_move
from apps.stability.models import ExtendedUnit, Extension, Study
from apps.stability.selectors import (
    extended_units,
    extension_now,
    failed_of_itself,
    later_expiry,
    promises_of,
    protocol_followed,
    protocol_of,
    standing_extension,
    study_now,
    support_of,
)
from apps.units.models import Unit
from apps.units.rules import is_expired
from apps.units.selectors import units_now
from apps.units.services import print_later_labels

V = ExtensionVerb
STOPS = {Blocks.ISSUE, Blocks.USE}  # what keeps only the certification back holds no unit


def propose_extension(
    *, study: Study, months: int, units: Sequence[Unit], ground: str, actor: Actor, at: datetime
) -> Extension:
    """Propose that units live so many months, never longer than the data of the study support and the master allows."""
    record, batch = study.record, units[0].batch if units else study.batch
    who = require(actor, EXTENSION_MOVES[V.PROPOSE].roles, record.site, at=at, about=record.address)
    touching = [record, batch.record, *(unit.record for unit in units)]
    door = {"touching": touching, "relying_on": ancestors([batch.record])}
    with audited(actor=who, action="extension.proposed", at=at, reason=ground, **door) as change:
        study, numbers, units = study_now(study), [unit.number for unit in units], units_now(units)
        stop_if(
            is_blank(ground, "ground"),
            rules.has_no_units(numbers),
            rules.is_named_twice(numbers),
            rules.is_extended_already(standing_extension(batch)),
            *against_months(study, batch, months),
            *against_units(study, batch, units, months, at),
        )
        n = Extension.objects.filter(batch=batch).count() + 1
        extension = Extension(study=study, batch=batch, number=f"{batch.number}-X{n:02}", months=months)
        extension.ground = ground.strip()[:1000]
        extension.record = change.open_record("extension", extension.number, site=record.site)
        extension.proposed_at, extension.proposed_by, extension.proposed_name = at, who.username, who.printed_name
        change.create(extension)
        change.create_many([_named(extension, unit) for unit in units])
        return extension


def _named(extension: Extension, unit: Unit) -> ExtendedUnit:
    row = ExtendedUnit(record=extension.record, extension=extension, unit=unit, old_expires_at=unit.expires_at)
    row.new_expires_at = later_expiry(unit, extension.months)
    return row


def against_months(study: Study, batch: Batch, months: int) -> list[Objection | None]:
    """What the data and the master record say against so long a life of this batch."""
    protocol, own = protocol_followed(study), study.batch
    alike = (batch.product_version.key, batch.site_id) == (own.product_version.key, own.site_id)
    return [
        rules.is_not_alike(batch.number, study.number, alike and protocol_of(batch) == protocol),
        rules.is_beyond_the_cap(months, protocol.support.at_most),
        rules.is_beyond_the_data(months, support_of(study)),
        rules.fails_itself(batch.number, failed_of_itself(batch, months)),
    ]


def against_units(
    study: Study, batch: Batch, units: Sequence[Unit], months: int, at: datetime
) -> list[Objection | None]:
    """What stands against each unit at this moment: an open hold, its expiry, its states, a promise."""
    protocol, promised = protocol_followed(study), promises_of(units)
    return [
        has_open_holds([hold for hold in open_holds([unit.record for unit in units]) if STOPS & set(hold.blocks)]),
        *(rules.is_not_of_the_batch(unit.number, batch.number, unit.batch_id == batch.pk) for unit in units),
        *(rules.is_not_in_stock(unit.facts) for unit in units),
        *(rules.is_kept_otherwise(unit.number, unit.storage_state, protocol.state) for unit in units),
        *(is_expired(unit.facts, at) for unit in units),
        *(rules.is_no_later(unit.facts, later_expiry(unit, months)) for unit in units),
        *(rules.is_promised(unit.number, promised.get(unit.pk, "")) for unit in units),
    ]


def endorse_extension(*, extension: Extension, signing: Signing, actor: Actor, at: datetime) -> Extension:
    """Quality signs: the data support the later expiry of these units, judged again as they stand now."""
    signer, door = extension_signer(V.ENDORSE, extension, signing, actor, at), door_of(extension)
    with audited(actor=signer.actor, action="extension.endorsed", at=at, **door) as change:
        now = _judged(V.ENDORSE, extension, at)
        sign(change, signer=signer, record=now.record, content=endorse_content(now), site=now.record.site)
        by = {"endorsed_by": signer.actor.username, "endorsed_name": signer.actor.printed_name}
        return change.update(now, state=EXTENSION_MOVES[V.ENDORSE].target, endorsed_at=at, **by)


def authorise_extension(*, extension: Extension, signing: Signing, actor: Actor, at: datetime) -> Extension:
    """The authorised person signs, another one than quality's: new labels are printed, the sealed report follows."""
    signer, door = extension_signer(V.AUTHORISE, extension, signing, actor, at), door_of(extension)
    with audited(actor=signer.actor, action="extension.authorised", at=at, **door) as change:
        now = _judged(V.AUTHORISE, extension, at)
        stop_if(rules.is_same_person(signer.actor.username, now.endorsed_by))
        sign(change, signer=signer, record=now.record, content=authorise_content(now), site=now.record.site)
        by = {"authorised_by": signer.actor.username, "authorised_name": signer.actor.printed_name}
        done = change.update(now, state=EXTENSION_MOVES[V.AUTHORISE].target, authorised_at=at, **by)
        _print(change, done)
        request_document(change, content=extension_report(done), subject=done.batch.record, site=done.record.site)
        return done


def _judged(verb: ExtensionVerb, extension: Extension, at: datetime) -> Extension:
    """The extension as it is now, with everything that stood against it when it was proposed asked again."""
    now = extension_now(extension)
    units = [row.unit for row in extended_units(now)]
    stop_if(may_not_move(EXTENSION_MOVES[verb], now.state))
    stop_if(*against_months(now.study, now.batch, now.months))
    stop_if(*against_units(now.study, now.batch, units, now.months, at))
    return now


def _print(change: Change, extension: Extension) -> None:
    rows = extended_units(extension)
    dates = {row.unit: row.new_expires_at for row in rows}
    labels = print_later_labels(change, batch=extension.batch, units=dates, reason=extension.number)
    printed = {label.unit_number: label for label in labels}
    for row in rows:
        change.update(row, label=printed[row.unit.number], state=RelabelState.PRINTED)


def withdraw_extension(*, extension: Extension, reason: str, actor: Actor, at: datetime) -> Extension:
    """Take an extension back before it is authorised, with the reason."""
    move, record = EXTENSION_MOVES[V.WITHDRAW], extension.record
    who = require(actor, move.roles, record.site, at=at, about=record.address)
    with audited(actor=who, action="extension.withdrawn", at=at, reason=reason, touching=[record]) as change:
        now = extension_now(extension)
        stop_if(may_not_move(move, now.state), reason_is_missing(reason))
        ended: dict[str, Any] = {"state": move.target, "ended_at": at, "end_reason": reason[:500]}
        return change.update(now, **ended)


def extension_signer(verb: ExtensionVerb, extension: Extension, signing: Signing, actor: Actor, at: datetime) -> Signer:
    """Who signs this verb, by the roles of the table."""
    record, roles = extension.record, EXTENSION_MOVES[verb].roles
    return admit_signer(signing=signing, actor=actor, role=roles, site=record.site, at=at, about=record.address)


def door_of(extension: Extension) -> dict[str, Any]:
    """What a decision touches, and what it relies on: a hold placed at this moment waits, or is seen."""
    batch = extension.batch.record
    units = [row.unit.record for row in extended_units(extension)]
    return {"touching": [extension.record, extension.study.record, batch, *units], "relying_on": ancestors([batch])}
