"""The decision of the authorised person, the second person who lets the units go, and taking it back before that."""

from collections.abc import Sequence
from datetime import datetime

from apps.audit.models import Record
from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import Objection, Stale, stop_if
from apps.core.rules import reason_is_missing
from apps.core.text import N_
from apps.documents.services import request_document
from apps.lineage.selectors import ancestors
from apps.organisation.services import require
from apps.quality.facts import Blocks
from apps.quality.services import lift_hold_for, place_hold, place_holds
from apps.release.rules import took_part
from apps.release.selectors import hands_on_batch
from apps.signatures.facts import Signer, Signing
from apps.signatures.services import admit_signer, sign
from apps.supply import rules
from apps.supply.content import certificate_of, decide_content, release_to_named_content
from apps.supply.facts import Route, SupplyState, SupplyVerb, TestFacts
from apps.supply.lifecycle import MOVES, may_not_move
from apps.supply.models import NamedSupply, Outstanding, SuppliedUnit
from apps.supply.selectors import (
    excused_tests,
    free_units,
    let_go_beside,
    standing_supplies,
    supply_now,
    units_in,
    why_not,
)
from apps.supply.services.donors import let_donor_issue, records_of_the_donor
from apps.supply.services.registering import enter_supply
from apps.testing.rules import SENTENCES
from apps.units.facts import UnitVerb
from apps.units.models import Unit
from apps.units.selectors import releasable_units, unit_records
from apps.units.services import refuse_expired, set_disposition


def decide_supply(
    *, supply: NamedSupply, signing: Signing, actor: Actor, at: datetime, units: Sequence[Unit] = ()
) -> NamedSupply:
    """The authorised person decides that units go to the named patient; without naming any, all that are free.

    Refused with everything at once: a rapid test that has not passed, a hold, a balance, findings, who took part.
    """
    signer = _signer(SupplyVerb.DECIDE, supply, signing, actor, at)
    door = {"touching": _touched(supply), "relying_on": _relied_on(supply)}
    with audited(actor=signer.actor, action="supply.decided", at=at, reason="", **door) as change:
        now = supply_now(supply)
        free = free_units(now.batch)
        named = [unit for unit in units] or free
        stop_if(
            may_not_move(SupplyVerb.DECIDE, SupplyState(now.state)),
            took_part(signer.actor.username, hands_on_batch(now.batch)),
            rules.is_same_person(signer.actor.username, now.agreed_by),
            *rules.names_no_units([unit.number for unit in named], {unit.number for unit in free}),
            *why_not(now),
        )
        content = decide_content(now, named)
        sign(change, signer=signer, record=now.batch.record, content=content, site=now.record.site)
        _write_down(change, now, named)
        who = {"decided_by": signer.actor.username, "decided_name": signer.actor.printed_name}
        return change.update(now, state=MOVES[SupplyVerb.DECIDE].target, decided_at=at, **who)


def release_to_named(*, supply: NamedSupply, signing: Signing, actor: Actor, at: datetime) -> NamedSupply:
    """A second person looks at all of it again and lets the units go: conditionally, to the patient named only.

    The holds of the tests that are excused keep the batch from certification, no longer these units from issue. The
    sealed document of it follows the next checkpoint.
    """
    signer = _signer(SupplyVerb.SUPPLY, supply, signing, actor, at)
    door = {"touching": [*_touched(supply), supply.batch.site.record], "relying_on": _relied_on(supply)}
    with audited(actor=signer.actor, action="supply.released", at=at, reason="", **door) as change:
        now = supply_now(supply)
        units = units_in(now)
        refuse_expired(units, at)
        stop_if(
            may_not_move(SupplyVerb.SUPPLY, SupplyState(now.state)),
            took_part(signer.actor.username, hands_on_batch(now.batch, but_review=True)),
            rules.is_same_person(signer.actor.username, now.agreed_by, now.decided_by),
            *rules.names_no_units(
                [unit.number for unit in units], {unit.number for unit in releasable_units(now.batch)}
            ),
            *why_not(now),
        )
        content = release_to_named_content(now)
        sign(change, signer=signer, record=now.batch.record, content=content, site=now.record.site)
        set_disposition(change, units=units, verb=UnitVerb.RELEASE_CONDITIONALLY)
        _let_issue(change, now, excused_tests(now))
        if now.route == Route.URGENT:
            let_donor_issue(change, now)
        who = {"supplied_by": signer.actor.username, "supplied_name": signer.actor.printed_name}
        done = change.update(now, state=MOVES[SupplyVerb.SUPPLY].target, supplied_at=at, **who)
        document = request_document(
            change, content=certificate_of(done), subject=now.batch.record, site=now.record.site
        )
        enter_supply(change, done, document)
        return done


def withdraw_supply(*, supply: NamedSupply, reason: str, actor: Actor, at: datetime) -> NamedSupply:
    """Take an agreement or a decision back, with the reason, before anything was let go."""
    move, record = MOVES[SupplyVerb.WITHDRAW], supply.record
    who = require(actor, move.roles, record.site, at=at, about=record.address)
    with audited(actor=who, action="supply.withdrawn", at=at, reason=reason, touching=[record]) as change:
        now = supply_now(supply)
        stop_if(may_not_move(SupplyVerb.WITHDRAW, SupplyState(now.state)), reason_is_missing(reason))
        return change.update(now, state=move.target, ended_at=at, end_reason=reason)


def withdraw_with_order(change: Change, *, order: Record, reason: str, touched: Sequence[Record]) -> None:
    """The order is cancelled: what was agreed or decided for it, and not let go, ends with it. `touched` are the
    records that the door has locked."""
    known = {record.pk for record in touched}
    for supply in standing_supplies(order):
        if supply.record_id not in known:
            raise Stale(Objection("changed_meanwhile", N_("A supply was agreed to meanwhile. Look at it again.")))
        ended = {"state": MOVES[SupplyVerb.WITHDRAW].target, "ended_at": change.at, "end_reason": reason[:500]}
        change.update(supply, action="supply.withdrawn", **ended)


def _signer(verb: SupplyVerb, supply: NamedSupply, signing: Signing, actor: Actor, at: datetime) -> Signer:
    site, about = supply.batch.site.code, supply.batch.record.address
    return admit_signer(signing=signing, actor=actor, role=MOVES[verb].roles, site=site, at=at, about=about)


def _touched(supply: NamedSupply) -> list[Record]:
    return [supply.record, supply.batch.record, *unit_records(supply.batch), *records_of_the_donor(supply)]


def _relied_on(supply: NamedSupply) -> list[Record]:
    """A hold placed on the donor at this moment waits until we are through, or we see it."""
    return [*ancestors([supply.batch.record]), supply.order]


def _write_down(change: Change, supply: NamedSupply, units: Sequence[Unit]) -> None:
    told = {"record": supply.record, "supply": supply}
    change.create_many([SuppliedUnit(unit=unit, **told) for unit in units])
    change.create_many([Outstanding(test=one.key, due_at=one.due_at, **told) for one in excused_tests(supply)])


def _let_issue(change: Change, supply: NamedSupply, excused: Sequence[TestFacts]) -> None:
    batch = supply.batch
    for one in excused:
        keys = [f"{word}:{one.key}" for word in rules.words_excused(one)]
        lifted = [lift_hold_for(change, record=batch.record, key=key, reason=supply.number) for key in keys]
        if one.standing in rules.FAILING and any(hold and Blocks.ISSUE in hold.blocks for hold in lifted):
            _hold_the_others(change, supply, one)
        place_hold(
            change,
            record=batch.record,
            key=f"test:{one.key}",
            blocks=[Blocks.CERTIFY],
            code="test_outstanding",
            template=N_("{test} has not passed; units went to a named patient by {supply}."),
            facts={"test": one.label, "test_zh": one.label_zh, "supply": supply.number},
            liftable_by="QC",
            due_at=one.due_at,
        )


def _hold_the_others(change: Change, supply: NamedSupply, test: TestFacts) -> None:
    """What fails was asked for by one physician: what others have of the batch stays held, unit by unit."""
    facts = {"test": test.label, "test_zh": test.label_zh}
    place_holds(
        change,
        records={unit.record: facts for unit in let_go_beside(supply)},
        key=f"failed:{test.key}",
        blocks=[Blocks.ISSUE, Blocks.USE],
        code=f"test_{test.standing.lower()}",
        template=SENTENCES[test.standing],
    )
