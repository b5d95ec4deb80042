"""What becomes of a shipment that arrived: accepted, in quarantine, rejected, or back into stock."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import Objection, stop_if
from apps.core.rules import is_future, reason_is_missing
from apps.quality.services import lift_hold_for
from apps.signatures.facts import Signer, Signing
from apps.signatures.services import admit_signer, sign
from apps.transport.content import decision_content
from apps.transport.facts import ShipmentState, ShipmentVerb
from apps.transport.lifecycle import MOVES, is_for_others, may_not_move, roles_for
from apps.transport.models import Shipment
from apps.transport.rules import receiving, shipping
from apps.transport.selectors import against_the_logger, shipment_now, units_in
from apps.transport.services.receiving import acceptance_key
from apps.transport.services.requesting import out_of_turn
from apps.units.facts import UnitVerb
from apps.units.lifecycle import refuses
from apps.units.models import Unit
from apps.units.services import marks, move_units


def accept_shipment(*, shipment: Shipment, reason: str, signing: Signing, actor: Actor, at: datetime) -> Shipment:
    """The units may be used. What is in quarantine only quality assurance accepts, and says why."""
    return _decided(ShipmentVerb.ACCEPT, shipment, reason, signing, actor, at)


def quarantine_shipment(*, shipment: Shipment, reason: str, signing: Signing, actor: Actor, at: datetime) -> Shipment:
    """Who received it has doubts that no rule knows: quality assurance decides."""
    return _decided(ShipmentVerb.QUARANTINE, shipment, reason, signing, actor, at)


def reject_shipment(*, shipment: Shipment, reason: str, signing: Signing, actor: Actor, at: datetime) -> Shipment:
    """The units are not used; the hold stays until they are destroyed."""
    return _decided(ShipmentVerb.REJECT, shipment, reason, signing, actor, at)


def return_shipment(
    *,
    shipment: Shipment,
    returned_at: datetime,
    seal: str,
    reason: str,
    signing: Signing,
    actor: Actor,
    at: datetime,
) -> Shipment:
    """Take back into stock what left our control: only sealed as it was, and measured until it came back."""
    verb = ShipmentVerb.RETURN
    signer = _signer(verb, shipment, signing, actor, at)
    touching = [shipment.record, shipment.batch.record, *(unit.record for unit in units_in(shipment))]
    with audited(actor=signer.actor, action="shipment.returned", at=at, reason=reason, touching=touching) as change:
        now, units = shipment_now(shipment), units_in(shipment)
        stop_if(
            may_not_move(verb, ShipmentState(now.state)),
            is_future(returned_at, at, "returned_at"),
            reason_is_missing(reason),
            shipping.seal_differs(seal, now.seal),
            receiving.is_not_proven(_unproven(now, returned_at)),
            keep=out_of_turn(verb, now),
        )
        content = decision_content(now, verb, reason)
        sign(change, signer=signer, record=now.record, content=content, site=now.batch.site.code)
        move_units(change, units=units, verb=UnitVerb.TAKE_BACK, moved_at=returned_at)
        _keep_again(change, now)
        _let_go(change, now, units, reason)
        return _ended(change, now, verb, signer, reason)


def _decided(
    verb: ShipmentVerb, shipment: Shipment, reason: str, signing: Signing, actor: Actor, at: datetime
) -> Shipment:
    signer = _signer(verb, shipment, signing, actor, at)
    touching = [shipment.record, *(unit.record for unit in units_in(shipment))]
    action = f"shipment.{MOVES[verb].target.lower()}"
    with audited(actor=signer.actor, action=action, at=at, reason=reason, touching=touching) as change:
        now = shipment_now(shipment)
        stop_if(
            may_not_move(verb, ShipmentState(now.state)),
            is_for_others(verb, ShipmentState(now.state), signer.actor.role),
            _says_nothing(verb, now, reason),
            keep=out_of_turn(verb, now),
        )
        content = decision_content(now, verb, reason)
        sign(change, signer=signer, record=now.record, content=content, site=now.batch.site.code)
        if verb is ShipmentVerb.ACCEPT:
            _let_go(change, now, units_in(now), reason or now.number)
        return _ended(change, now, verb, signer, reason)


def _says_nothing(verb: ShipmentVerb, shipment: Shipment, reason: str) -> Objection | None:
    """An ordinary acceptance needs no reason; every other decision does."""
    is_ordinary = verb is ShipmentVerb.ACCEPT and shipment.state == ShipmentState.RECEIVED
    return None if is_ordinary else reason_is_missing(reason)


def _signer(verb: ShipmentVerb, shipment: Shipment, signing: Signing, actor: Actor, at: datetime) -> Signer:
    """Who may decide depends on the state; the state is asked again inside the door."""
    roles, site = roles_for(verb, ShipmentState(shipment_now(shipment).state)), shipment.batch.site.code
    return admit_signer(signing=signing, actor=actor, role=roles, site=site, at=at, about=shipment.record.address)


def _unproven(shipment: Shipment, until: datetime) -> list[dict[str, object]]:
    kept = [one for one in shipment.findings if one["code"] not in receiving.OF_THE_LOGGER]
    return [*kept, *marks(against_the_logger(shipment, until))]


def _let_go(change: Change, shipment: Shipment, units: Sequence[Unit], reason: str) -> None:
    change.update_many(list(shipment.lines.all()), stands=False)
    for unit in units:
        lift_hold_for(change, record=unit.record, key=acceptance_key(shipment.number), reason=reason)


def _keep_again(change: Change, shipment: Shipment) -> None:
    """What came back is its order's again, where it may still be given at all."""
    units = [unit for unit in units_in(shipment) if refuses(UnitVerb.RESERVE, unit.facts) is None]
    if shipment.kept_for and units:
        move_units(change, units=units, verb=UnitVerb.RESERVE)


def _ended(change: Change, shipment: Shipment, verb: ShipmentVerb, signer: Signer, reason: str) -> Shipment:
    ends: dict[str, Any] = {"decided_at": change.at, "decided_by": signer.actor.username, "decision": reason[:1000]}
    return change.update(shipment, state=MOVES[verb].target, **ends)
