"""The receipt: the logger's file kept and read, two persons who sign, quarantine for what is not as it must be."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import BadInput, Happened, KeptRefusal, Objection, stop_if
from apps.core.rules import is_future
from apps.core.text import N_
from apps.documents.store import keep_file
from apps.organisation.services import require
from apps.quality.facts import Blocks, EventKind, Severity
from apps.quality.services import place_hold, report_event
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign
from apps.transport.content import confirm_content, receive_content
from apps.transport.facts import Checked, Declared, LoggerSeries, Received, ShipmentState, ShipmentVerb
from apps.transport.lifecycle import ARRIVED, MOVES, RECEIVERS, may_not_move
from apps.transport.models import LoggerFile, ReceiptValue, Shipment
from apps.transport.rules import receiving, shipping
from apps.transport.rules.loggers import read_logger
from apps.transport.selectors import (
    against_the_logger,
    checked,
    left_at,
    mode_of,
    receipt_within,
    shipment_now,
    units_beside,
    units_in,
)
from apps.transport.services.packing import compare_scans
from apps.transport.services.requesting import out_of_turn, records_in
from apps.units.facts import UnitVerb
from apps.units.models import Unit
from apps.units.services import marks, move_units

RECEIVE, CONFIRM = ShipmentVerb.RECEIVE, ShipmentVerb.CONFIRM
ON_THE_WAY = (ShipmentState.HANDED_OVER, ShipmentState.IN_TRANSIT)
TAKES_FILES = (*ON_THE_WAY, *ARRIVED, ShipmentState.REJECTED)


def attach_logger_file(
    *, shipment: Shipment, name: str, content: bytes, declared: Declared, actor: Actor, at: datetime
) -> LoggerFile:
    """Keep the logger's file by its hash and read it. What it leaves open is asked for; the newest file counts."""
    who = require(actor, RECEIVERS, shipment.batch.site.code, at=at, about=shipment.record.address)
    series = read_logger(content, declared)
    if isinstance(series, Objection):
        raise BadInput(series)
    with audited(actor=who, action="shipment.logger.attached", at=at, touching=[shipment.record]) as change:
        now = shipment_now(shipment)
        stop_if(_takes_no_file(ShipmentState(now.state)))
        digest = keep_file(content)  # nothing stands against it any more: a refused file leaves nothing behind
        file = change.create(_kept_file(now, name, content, digest, series, declared, who.username, at))
        if now.state == ShipmentState.QUARANTINED:
            change.update(now, findings=_with_logger(now))
        return file


def receive_shipment(*, shipment: Shipment, did: Received, signing: Signing, actor: Actor, at: datetime) -> Shipment:
    """The first person signs what arrived. A finding never refuses a receipt: it leads into quarantine.

    What arrived without a complete hand-over is recorded with `did.because`. Until somebody accepts them, a hold
    keeps the units from use.
    """
    site, address = shipment.batch.site.code, shipment.record.address
    signer = admit_signer(signing=signing, actor=actor, role=MOVES[RECEIVE].roles, site=site, at=at, about=address)
    compare_scans(shipment, did, signer.actor, at)
    happened = Happened(did.arrived_at, did.because) if did.because else None
    foreign = units_beside(shipment, did.units)
    touching, action = [*records_in(shipment), *(unit.record for unit in foreign)], "shipment.arrived"
    with audited(actor=signer.actor, action=action, at=at, reason=did.because, touching=touching) as change:
        now, units = shipment_now(shipment), units_in(shipment)
        found = checked(now, did.texts, at)
        stop_if(*_never(now, did, found, at), keep=_out_of_order(now))
        against = stop_if(receiving.is_not_on_the_way(ShipmentState(now.state)), happened=happened)
        sign(change, signer=signer, record=now.record, content=receive_content(now, did, at), site=site)
        change.create_many([_value(now, one) for one in found if one.entered.done])
        _arrive(change, now, units, did, happened, against)
        _hold_beside(change, now, foreign)
        return change.update(
            now,
            state=MOVES[RECEIVE].target,
            arrived_at=did.arrived_at,
            checked_at=did.checked_at,
            seal_read=did.seal.strip(),
            ward_read=did.ward.strip(),
            received_by=signer.actor.username,
            recorded_at=at,
            findings=marks(_findings(now, units, did, found)),
            happened=now.happened or happened is not None,
            overridden=[*now.overridden, *marks(against)],
        )


def confirm_receipt(*, shipment: Shipment, signing: Signing, actor: Actor, at: datetime) -> Shipment:
    """A second person who was present signs. Then everything found is judged: anything at all means quarantine."""
    site, address = shipment.batch.site.code, shipment.record.address
    signer = admit_signer(signing=signing, actor=actor, role=MOVES[CONFIRM].roles, site=site, at=at, about=address)
    with audited(actor=signer.actor, action="shipment.received", at=at, touching=[shipment.record]) as change:
        now = shipment_now(shipment)
        stop_if(
            may_not_move(CONFIRM, ShipmentState(now.state)),
            receiving.is_same_receiver(now.received_by, signer.actor.username),
            keep=out_of_turn(CONFIRM, now),
        )
        sign(change, signer=signer, record=now.record, content=confirm_content(now), site=site)
        findings = _with_logger(now)
        state = ShipmentState.QUARANTINED if findings else MOVES[CONFIRM].target
        if findings:
            _report(change, now, findings)
        seen: dict[str, Any] = {"confirmed_at": at, "confirmed_by": signer.actor.username}
        return change.update(now, state=state, findings=findings, **seen)


def acceptance_key(number: str) -> str:
    """The fact behind the hold on a unit that arrived and is not accepted."""
    return f"shipment:{number}"


def _takes_no_file(state: ShipmentState) -> Objection | None:
    if state in TAKES_FILES:
        return None
    return Objection(
        "takes_no_file", N_("While the shipment is {state} no file is attached."), {"state": state.lower()}
    )


def _kept_file(
    shipment: Shipment,
    name: str,
    content: bytes,
    digest: str,
    series: LoggerSeries,
    declared: Declared,
    by: str,
    at: datetime,
) -> LoggerFile:
    file = LoggerFile(record=shipment.record, shipment=shipment, name=name[:200], size=len(content), sha256=digest)
    file.format, file.serial, file.zone, file.unit = series.format, series.serial[:80], series.zone[:60], series.unit
    file.declared, file.count = {key: said for key, said in asdict(declared).items() if said}, len(series.readings)
    file.first_at, file.last_at = series.readings[0].at, series.readings[-1].at
    file.lowest, file.highest = series.lowest, series.highest
    file.attached_at, file.attached_by = at, by
    return file


def _never(shipment: Shipment, did: Received, found: Sequence[Checked], at: datetime) -> list[Objection | None]:
    return [
        receiving.never_arrives(ShipmentState(shipment.state)),
        is_future(did.arrived_at, at, "arrived_at"),
        is_future(did.checked_at, at, "checked_at"),
        receiving.arrives_before_it_left(did.arrived_at, left_at(shipment)),
        receiving.was_checked_before_it_came(did.checked_at, did.arrived_at),
        *(receiving.is_not_answered(one) for one in found),
    ]


def _out_of_order(shipment: Shipment) -> KeptRefusal | None:
    if receiving.never_arrives(ShipmentState(shipment.state)) is None:
        return None
    return out_of_turn(RECEIVE, shipment)


def _findings(shipment: Shipment, units: Sequence[Unit], did: Received, found: Sequence[Checked]) -> list[Objection]:
    """Everything about the arrival that is not as it must be, but for the readings of the logger."""
    mode, given = mode_of(shipment), left_at(shipment)
    said: list[Objection | None] = [
        shipping.seal_differs(did.seal, shipment.seal),
        receiving.is_another_ward(shipment.ward, did.ward),
        receiving.differs_from_the_list(did.units, [unit.number for unit in units]),
        receiving.travelled_too_long(mode, given, did.arrived_at) if given else None,
        receiving.was_checked_late(did.arrived_at, did.checked_at, receipt_within(shipment)),
        *(receiving.is_past_expiry(unit.number, unit.expires_at, did.arrived_at) for unit in units),
        *(receiving.is_unfit(one) for one in found),
    ]
    return [one for one in said if one]


def _with_logger(shipment: Shipment) -> list[dict[str, object]]:
    """What was found at the arrival, with what the newest logger file says until then."""
    kept = [one for one in shipment.findings if one["code"] not in receiving.OF_THE_LOGGER]
    return [*kept, *marks(against_the_logger(shipment, shipment.arrived_at or shipment.requested_at))]


def _arrive(
    change: Change,
    shipment: Shipment,
    units: Sequence[Unit],
    did: Received,
    happened: Happened | None,
    against: Sequence[Objection],
) -> None:
    there = [unit for unit in units if unit.number in did.units]
    if there:
        verb = UnitVerb.ARRIVE
        move_units(change, units=there, verb=verb, moved_at=did.arrived_at, happened=happened, objections=against)
        lines = shipment.lines.filter(unit__in=[unit.pk for unit in there])
        change.update_many(list(lines), action="unit.scanned_in", scanned_in=True)
    for unit in units:
        place_hold(
            change,
            record=unit.record,
            key=acceptance_key(shipment.number),
            blocks=[Blocks.ISSUE, Blocks.USE],
            code="waits_for_acceptance",
            template=N_("Waits for the decision about the shipment {number}"),
            facts={"number": shipment.number},
            liftable_by="TRANSPORT",
        )


def _hold_beside(change: Change, shipment: Shipment, foreign: Sequence[Unit]) -> None:
    """What lay among them and is not on the packing list is issued to nobody until quality assurance knows how."""
    for unit in foreign:
        place_hold(
            change,
            record=unit.record,
            key=f"beside:{shipment.number}",
            blocks=[Blocks.ISSUE, Blocks.USE],
            code="arrived_unlisted",
            template=N_("It arrived with the shipment {number} and is not on its packing list"),
            facts={"number": shipment.number},
        )


def _value(shipment: Shipment, found: Checked) -> ReceiptValue:
    row = ReceiptValue(record=shipment.record, shipment=shipment, parameter=found.parameter.key)
    row.text, row.unit, row.verdict = found.entered.text, found.entered.unit, found.entered.verdict
    return row


def _report(change: Change, shipment: Shipment, findings: Sequence[dict[str, object]]) -> None:
    codes = {str(one["code"]) for one in findings}
    words = " ".join(str(one["text"]) for one in findings)
    report_event(
        change,
        subject=shipment.record,
        kind=EventKind.EXCURSION if "excursion" in codes else EventKind.REPORTED,
        severity=Severity.MAJOR,
        template=N_("Shipment {shipment} is in quarantine: {findings}"),
        facts={"shipment": shipment.number, "findings": words[:900], "findings_zh": list(findings)},
    )
