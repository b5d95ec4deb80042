"""Packing: every unit scanned, a qualified shipper that holds long enough, a calibrated logger, a seal, the papers."""

from collections.abc import Sequence
from datetime import datetime

from apps.audit.services import audited
from apps.core.actor import Actor
from apps.core.errors import BadInput, Happened, KeptRefusal, Objection, stop_if
from apps.core.rules import is_future
from apps.core.text import N_
from apps.facility.models import Instrument
from apps.facility.selectors import instrument_named
from apps.lineage.selectors import ancestors
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign
from apps.storage.services import judge_times_out
from apps.transport.content import pack_content
from apps.transport.facts import Packed, Received, ShipmentState, ShipmentVerb
from apps.transport.lifecycle import MOVES, may_not_move
from apps.transport.models import Shipment
from apps.transport.rules import shipping
from apps.transport.selectors import mode_of, shipment_now, stage_for, units_in
from apps.transport.services.requesting import against_leaving, asked_of, out_of_turn
from apps.units.models import Unit
from apps.units.services import compare_labels, marks, report_accepted

VERB = ShipmentVerb.PACK


def pack_shipment(*, shipment: Shipment, did: Packed, signing: Signing, actor: Actor, at: datetime) -> Shipment:
    """The packer signs what went into the shipper. What was packed against a rule is recorded with `did.because`.

    With the packing the time out of the store ends: a unit that lay out too long is held, and stays here.
    """
    site, address = shipment.batch.site.code, shipment.record.address
    signer = admit_signer(signing=signing, actor=actor, role=MOVES[VERB].roles, site=site, at=at, about=address)
    compare_scans(shipment, did, signer.actor, at)
    happened, records = Happened(did.at, did.because) if did.because else None, _records(shipment)
    shipper, logger = equipment(did.shipper, site, "shipper"), equipment(did.logger, site, "logger")
    door = {"touching": [shipment.record, *records], "relying_on": ancestors(records)}
    with audited(actor=signer.actor, action="shipment.packed", at=at, reason=did.because, **door) as change:
        now = shipment_now(shipment)
        stop_if(*_never(now, did, at), keep=_kept(now))
        against = stop_if(*_against(now, did, shipper, logger), happened=happened)
        sign(change, signer=signer, record=now.record, content=pack_content(now, did, at), site=site)
        scanned = now.lines.filter(unit__number__in=did.units)
        change.update_many(list(scanned), action="unit.packed", scanned_out=True)
        report_accepted(change, subject=now.record, overridden=against, happened=happened)
        judge_times_out(change, units=units_in(now), until=did.at)
        return change.update(
            now,
            state=MOVES[VERB].target,
            shipper=shipper,
            logger=logger,
            hold_hours=did.hold_hours,
            seal=did.seal.strip(),
            layers=list(did.layers),
            documents=list(did.documents),
            packed_at=did.at,
            packed_by=signer.actor.username,
            happened=happened is not None,
            overridden=marks(against),
        )


def compare_scans(shipment: Shipment, did: Packed | Received, actor: Actor, at: datetime) -> None:
    """What is made for one patient is packed and received with its chain of identity scanned from every label."""
    scanned = did.labels or did.units
    compare_labels(batch=shipment.batch, record=shipment.record, scanned=scanned, chain=did.chain, actor=actor, at=at)


def equipment(number: str, site: str, place: str) -> Instrument:
    """The shipper or the logger with this number. Raises BadInput where the site has none."""
    found = instrument_named(number, site)
    if found is None:
        template = N_("There is no instrument {number} at this site.")
        raise BadInput(Objection("unknown_instrument", template, {"number": number[:60]}, place))
    return found


def _records(shipment: Shipment) -> list:
    return [unit.record for unit in units_in(shipment)]


def _never(shipment: Shipment, did: Packed, at: datetime) -> list[Objection | None]:
    stage = stage_for(shipment)
    return [
        may_not_move(VERB, ShipmentState(shipment.state)),
        is_future(did.at, at, "packed_at"),
        shipping.has_no_seal(did),
        shipping.unknown_keys(did.layers, stage.packing, "layers"),
        shipping.unknown_keys(did.documents, stage.documents, "documents"),
    ]


def _against(shipment: Shipment, did: Packed, shipper: Instrument, logger: Instrument) -> list[Objection | None]:
    units, asked, mode = units_in(shipment), asked_of(shipment), mode_of(shipment)
    stage, until = stage_for(shipment), asked_of(shipment).arrives_at
    return [
        shipping.is_not_what_was_asked(did.units, [unit.number for unit in units]),
        *_lying(units),
        *against_leaving(units, asked),
        *shipping.against_shipper(shipper.facts, until),
        *shipping.against_logger(logger.facts, until),
        shipping.holds_too_short(mode, did.hold_hours, shipment.hours),
        shipping.is_incomplete(did.layers, stage.packing, "layers"),
        shipping.is_incomplete(did.documents, stage.documents, "documents"),
    ]


def _lying(units: Sequence[Unit]) -> list[Objection | None]:
    return [shipping.lies_in_store(unit.number, unit.position) for unit in units]


def _kept(shipment: Shipment) -> KeptRefusal | None:
    return out_of_turn(VERB, shipment)
