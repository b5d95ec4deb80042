"""Custody goes from one to another: the giver signs, the other side signs or, without an account, types a code."""

import secrets
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password

from apps.audit.services import Change, audited
from apps.batches.services.comparing import compare_chain
from apps.core.actor import Actor
from apps.core.errors import Happened, KeptRefusal, Objection, stop_if
from apps.core.rules import is_future
from apps.lineage.selectors import ancestors
from apps.organisation.services import require
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign
from apps.storage.services import send_away
from apps.transport.content import hand_over_content, take_content
from apps.transport.facts import Acknowledged, Handed, ShipmentState, ShipmentVerb, Taken
from apps.transport.lifecycle import BEFORE_LEAVING, MOVES, WHO_ISSUES_CODES, may_not_move
from apps.transport.models import HandOver, HandOverCode, Shipment
from apps.transport.rules import shipping
from apps.transport.selectors import WRONG_CODE, code_that_fits, hand_overs_of, shipment_now, units_in, wrong_codes
from apps.transport.services.requesting import against_leaving, asked_of, out_of_turn, records_in
from apps.units.facts import UnitVerb
from apps.units.services import marks, report_accepted

GIVES, TAKES = ShipmentVerb.HAND_OVER, ShipmentVerb.TAKE
SIGNS, LENGTH = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ", 8  # none that is taken for another


def hand_over(*, shipment: Shipment, did: Handed, signing: Signing, actor: Actor, at: datetime) -> Shipment:
    """The giver signs. With the first hand-over the units leave: one that is held or expires by now does not.

    What left all the same, or unpacked, is recorded with `did.because`: marked, with a critical event.
    """
    site, address = shipment.batch.site.code, shipment.record.address
    signer = admit_signer(signing=signing, actor=actor, role=MOVES[GIVES].roles, site=site, at=at, about=address)
    compare_chain(shipment.batch, shipment.record, did.chain, signer.actor, at)
    happened, records = Happened(did.at, did.because) if did.because else None, [u.record for u in units_in(shipment)]
    door = {"touching": records_in(shipment), "relying_on": ancestors(records)}
    with audited(actor=signer.actor, action="shipment.handed_over", at=at, reason=did.because, **door) as change:
        now = shipment_now(shipment)
        leaves = ShipmentState(now.state) in BEFORE_LEAVING
        stop_if(*_never(now, did, at), keep=_kept(now))
        against = stop_if(*_against(now, did, leaves), happened=happened)
        sign(change, signer=signer, record=now.record, content=hand_over_content(now, did, at), site=site)
        if leaves:
            verb = UnitVerb.SHIP_IN_QUARANTINE if now.in_quarantine else UnitVerb.SHIP
            send_away(change, units=units_in(now), verb=verb, moved_at=did.at, happened=happened, objections=against)
        else:
            report_accepted(change, subject=now.record, overridden=against, happened=happened)
        change.create(_given(now, did, signer.actor.username))
        overridden = [*now.overridden, *marks(against)]
        done: dict[str, Any] = {"happened": now.happened or happened is not None, "overridden": overridden}
        return change.update(now, state=MOVES[GIVES].target, **done)


def take_over(*, shipment: Shipment, did: Taken, signing: Signing, actor: Actor, at: datetime) -> Shipment:
    """The other side, a person with an account, reads the seal in hand and signs that it took the shipment."""
    site, address = shipment.batch.site.code, shipment.record.address
    signer = admit_signer(signing=signing, actor=actor, role=MOVES[TAKES].roles, site=site, at=at, about=address)
    compare_chain(shipment.batch, shipment.record, did.chain, signer.actor, at)
    why, touching = did.because, [shipment.record]
    with audited(actor=signer.actor, action="shipment.taken_over", at=at, reason=why, touching=touching) as change:
        now = shipment_now(shipment)
        stop_if(may_not_move(TAKES, ShipmentState(now.state)), keep=out_of_turn(TAKES, now))
        given = hand_overs_of(now)[-1]
        stop_if(shipping.is_own_hand_over(given.given_by, signer.actor.username))
        against = _unlike(now, given, did, at)
        sign(change, signer=signer, record=now.record, content=take_content(now, did), site=site)
        return _taken(change, now, given, did, against, (signer.actor.username, Acknowledged.SIGNATURE))


def issue_code(
    *, shipment: Shipment, name: str, organisation: str, actor: Actor, at: datetime
) -> tuple[HandOverCode, str]:
    """Make a one-time code for a person without an account. It is told once, for that person and no other."""
    who = require(actor, WHO_ISSUES_CODES, shipment.batch.site.code, at=at, about=shipment.record.address)
    text = new_code()
    with audited(actor=who, action="shipment.code.issued", at=at, touching=[shipment.record]) as change:
        now = shipment_now(shipment)
        stop_if(shipping.is_over(ShipmentState(now.state)), shipping.has_no_taker(name))
        code = HandOverCode(record=now.record, shipment=now, name=name.strip(), organisation=organisation.strip())
        code.encoded, code.valid_until = make_password(text), at + shipping.CODE_LIFE
        code.issued_at, code.issued_by = at, who.username
        return change.create(code), text


def new_code() -> str:
    """A code that somebody reads from a screen and types once."""
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def acknowledge_hand_over(*, shipment: Shipment, code: str, did: Taken, actor: Actor, at: datetime) -> Shipment:
    """A person without an account reads the seal and types their code on the giver's screen. An acknowledgement, no
    signature."""
    site, address = shipment.batch.site.code, shipment.record.address
    who = require(actor, MOVES[GIVES].roles, site, at=at, about=address)
    compare_chain(shipment.batch, shipment.record, did.chain, who, at)
    touching = [shipment.record]
    with audited(actor=who, action="shipment.acknowledged", at=at, reason=did.because, touching=touching) as change:
        now = shipment_now(shipment)
        stop_if(may_not_move(TAKES, ShipmentState(now.state)), keep=out_of_turn(TAKES, now))
        given, fits = hand_overs_of(now)[-1], _fitting(now, code, at)
        stop_if(shipping.is_own_code(fits.issued_by, given.given_by))
        against = _unlike(now, given, did, at)
        change.update(fits, action="shipment.code.used", used_at=at)
        by = f"{fits.name}, {fits.organisation}".strip(", ")
        return _taken(change, now, given, did, against, (by[:120], Acknowledged.CODE))


def _fitting(shipment: Shipment, text: str, at: datetime) -> HandOverCode:
    """The code that was typed, unused and still good; a wrong one is counted."""
    fits, n = code_that_fits(shipment, text.strip().upper()), hand_overs_of(shipment)[-1].n
    stop_if(shipping.is_tried_too_often(wrong_codes(shipment)))
    wrong = shipping.is_no_code(fits is not None, fits.valid_until if fits else None, at)
    stop_if(wrong, keep=KeptRefusal(shipment.record.address, WRONG_CODE, {"hand_over": n}) if wrong else None)
    if fits is None:
        raise LookupError("unreachable: a code that does not fit is refused")
    return fits


def _unlike(shipment: Shipment, given: HandOver, did: Taken, at: datetime) -> tuple[Objection, ...]:
    """The seal in the taker's hands is the one that was put on. Another one is refused, and kept as a near miss; what
    was taken all the same is recorded with the reason."""
    differs = shipping.seal_differs(did.seal, shipment.seal or given.seal)
    facts = {"read": did.seal.strip()[:60], "hand_over": given.n}
    kept = KeptRefusal(shipment.record.address, "shipment.refused.seal", facts) if differs else None
    return tuple(stop_if(differs, happened=Happened(at, did.because) if did.because else None, keep=kept))


def _taken(
    change: Change,
    shipment: Shipment,
    given: HandOver,
    did: Taken,
    against: tuple[Objection, ...],
    taker: tuple[str, Acknowledged],
) -> Shipment:
    by, how = taker
    happened = Happened(change.at, did.because) if did.because else None
    report_accepted(change, subject=shipment.record, overridden=against, happened=happened)
    change.update(given, taken_at=change.at, taken_by=by, acknowledged=how, seal_taken=did.seal.strip()[:60])
    done: dict[str, Any] = {"happened": shipment.happened or bool(against)}
    done["overridden"] = [*shipment.overridden, *marks(against)]
    return change.update(shipment, state=MOVES[TAKES].target, **done)


def _never(shipment: Shipment, did: Handed, at: datetime) -> list[Objection | None]:
    """What no statement passes: a shipment that is not there any more, a time to come, nobody who takes it."""
    return [
        _out_of_order(shipment),
        is_future(did.at, at, "given_at"),
        shipping.has_no_taker(did.taker),
    ]


def _out_of_order(shipment: Shipment) -> Objection | None:
    state = ShipmentState(shipment.state)
    if state is ShipmentState.REQUESTED:
        return None  # judged as "not packed", which a statement of what happened passes
    return may_not_move(GIVES, state)


def _against(shipment: Shipment, did: Handed, leaves: bool) -> list[Objection | None]:
    state = ShipmentState(shipment.state)
    found = [shipping.is_not_packed(state), shipping.seal_differs(did.seal, shipment.seal)]
    return [*found, *(against_leaving(units_in(shipment), asked_of(shipment)) if leaves else [])]


def _kept(shipment: Shipment) -> KeptRefusal | None:
    return out_of_turn(GIVES, shipment) if _out_of_order(shipment) else None


def _given(shipment: Shipment, did: Handed, by: str) -> HandOver:
    n = len(hand_overs_of(shipment)) + 1
    row = HandOver(record=shipment.record, shipment=shipment, n=n, given_at=did.at, given_by=by)
    row.taker, row.organisation = did.taker.strip(), did.organisation.strip()
    row.seal, row.temperature = did.seal.strip(), did.temperature.strip()
    return row
