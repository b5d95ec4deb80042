"""What becomes of a shipment that arrived: accepted, in quarantine, rejected, or back into stock."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import BadInput, Objection, stop_if
from apps.core.rules import is_future, reason_is_missing
from apps.organisation.services import require
from apps.quality.services import lift_hold_for
from apps.signatures.facts import Signer, Signing
from apps.signatures.services import admit_signer, sign
from apps.storage.facts import Place
from apps.storage.models import Box
from apps.storage.rules import read_place
from apps.storage.selectors import box_named
from apps.storage.services import put_away
from apps.transport.content import NOWHERE, decision_content
from apps.transport.facts import ShipmentState, ShipmentVerb
from apps.transport.lifecycle import MOVES, RECEIVERS, is_for_others, may_not_move, roles_for
from apps.transport.models import Shipment
from apps.transport.rules import receiving, shipping
from apps.transport.selectors import against_the_logger, shipment_now, units_in
from apps.transport.services.receiving import acceptance_key
from apps.transport.services.requesting import out_of_turn, records_in
from apps.units.facts import UnitVerb
from apps.units.lifecycle import refuses
from apps.units.models import Unit
from apps.units.services import marks, move_units


def accept_shipment(
    *,
    shipment: Shipment,
    reason: str,
    signing: Signing,
    actor: Actor,
    at: datetime,
    places: Mapping[str, str] | None = None,
    refused: Collection[str] = (),
) -> Shipment:
    """The units may be used. What is in quarantine only quality assurance accepts, and says why.

    `places`: the position of each unit in a store of whoever received it, by its number; a unit that is named no
    position stands with the receiver until somebody puts it away. `refused`: units that are kept from use, as those of
    a rejected shipment are.
    """
    return _decided(ShipmentVerb.ACCEPT, shipment, reason, signing, actor, at, places or {}, refused)


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
    touching = records_in(shipment)
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
    verb: ShipmentVerb,
    shipment: Shipment,
    reason: str,
    signing: Signing,
    actor: Actor,
    at: datetime,
    places: Mapping[str, str] = NOWHERE,
    refused: Collection[str] = (),
) -> Shipment:
    signer = _signer(verb, shipment, signing, actor, at)
    found = _positions(shipment, places, signer, at)
    stores = {box.store_id: box.store.record for box, _ in found.values()}
    touching = [shipment.record, *stores.values(), *(unit.record for unit in units_in(shipment))]
    action = f"shipment.{MOVES[verb].target.lower()}"
    with audited(actor=signer.actor, action=action, at=at, reason=reason, touching=touching) as change:
        now = shipment_now(shipment)
        stop_if(
            may_not_move(verb, ShipmentState(now.state)),
            is_for_others(verb, ShipmentState(now.state), signer.actor.role),
            _says_nothing(verb, now, reason),
            receiving.is_no_part(refused, [unit.number for unit in units_in(now)]),
            receiving.is_not_in_quarantine(refused, ShipmentState(now.state)),
            receiving.is_refused_and_placed(refused, places),
            keep=out_of_turn(verb, now),
        )
        content = decision_content(now, verb, reason, places, refused)
        sign(change, signer=signer, record=now.record, content=content, site=now.batch.site.code)
        if verb is ShipmentVerb.ACCEPT:
            fit = [unit for unit in units_in(now) if unit.number not in refused]
            _let_go(change, now, fit, reason or now.number)
            _put_away(change, now, found)
        return _ended(change, now, verb, signer, reason)


def _put_away(change: Change, shipment: Shipment, found: Mapping[str, tuple[Box, Place]]) -> None:
    for unit in (one for one in units_in(shipment) if one.number in found):
        box, place = found[unit.number]
        put_away(change, unit=unit, box=box, place=place, moved_at=change.at)


def _positions(
    shipment: Shipment, places: Mapping[str, str], signer: Signer, at: datetime
) -> dict[str, tuple[Box, Place]]:
    """The positions that were scanned, of units of the shipment and of stores where the signer receives."""
    numbers = {unit.number for unit in units_in(shipment)} if places else set()
    found: dict[str, tuple[Box, Place]] = {}
    for number, text in places.items():
        place = read_place(text)
        if isinstance(place, Objection):
            raise BadInput(place)
        box = box_named(place)
        unknown = shipping.has_no_such_position(number, str(place), box is not None and number in numbers)
        if unknown or box is None:
            raise BadInput(*([unknown] if unknown else []))
        require(signer.actor, RECEIVERS, box.store.site.code, at=at, about=box.store.record.address)
        found[number] = (box, place)
    return found


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
    change.update_many(list(shipment.lines.filter(unit__in=[unit.pk for unit in units])), stands=False)
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
