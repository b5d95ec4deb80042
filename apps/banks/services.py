"""Units are drawn from a bank by two people; quality decides when the stock may go below its reserve."""

from collections.abc import Sequence
from datetime import datetime

from apps.audit.services import audited
from apps.banks import rules
from apps.banks.content import below_content, draw_content, second_content
from apps.banks.facts import DrawInput
from apps.banks.models import BelowReserve, Draw
from apps.banks.selectors import against_drawing, bank_of, never_drawn, numbers_in, units_named
from apps.batches.facts.banks import DECIDERS, DRAWERS
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.core.actor import Actor
from apps.core.errors import Happened, Objection, stop_if
from apps.core.rules import is_future, reason_is_missing
from apps.lineage.selectors import ancestors
from apps.lineage.services import link
from apps.signatures.facts import Signer, Signing
from apps.signatures.services import admit_signer, sign
from apps.storage.services import send_away
from apps.units.facts import UnitVerb
from apps.units.models import Unit
from apps.units.selectors import stock_of
from apps.units.services import marks


def draw_units(
    *,
    batch: Batch,
    said: DrawInput,
    signing: Signing,
    countersigning: Signing,
    actor: Actor,
    at: datetime,
) -> list[Draw]:
    """Two people draw units of the bank for a batch; from then on the batch is made from them.

    Refused from a bank that is not released, below its reserve, or of what is held or expired. With `said.happened` a
    draw that was done is recorded against these, marked and with an event; never a unit of another bank or one that is
    gone.
    """
    site, about = batch.site.code, batch.record.address
    people = [
        admit_signer(signing=one, actor=actor, role=DRAWERS, site=site, at=at, about=about)
        for one in (signing, countersigning)
    ]
    bank = bank_of(batch)
    units = units_named(bank, numbers_in(said))
    door = {
        "touching": [batch.record, bank.record, *(unit.record for unit in units)],
        "relying_on": ancestors([unit.record for unit in units]),
    }
    happened = said.happened
    drawn_at, reason = (happened.at, happened.reason) if happened else (at, "")
    with audited(actor=people[0].actor, action="bank.drawn", at=at, reason=reason, **door) as change:
        batch, bank = batch_now(batch), bank_of(batch)
        units = units_named(bank, numbers_in(said))
        stop_if(
            *never_drawn(batch, bank, numbers_in(said)),
            rules.is_one_person(people[0].actor.username, people[1].actor.username),
            is_future(drawn_at, at, "drawn_at"),
        )
        against = stop_if(*against_drawing(batch, bank, units, drawn_at), happened=happened)
        for content, one in ((draw_content, people[0]), (second_content, people[1])):
            sign(change, signer=one, record=batch.record, content=content(batch, said), site=site)
        send_away(change, units=units, verb=UnitVerb.DRAW, moved_at=drawn_at, happened=happened, objections=against)
        for unit in units:
            link(change, children=[batch.record], parent=unit.record)
        return change.create_many(_rows(batch, bank, units, people, drawn_at, at, happened, against))


def decide_below_reserve(
    *, batch: Batch, lowest: int, reason: str, signing: Signing, actor: Actor, at: datetime
) -> BelowReserve:
    """Quality decides, for one batch, how far below its reserve the stock of its bank may go."""
    bank = bank_of(batch)
    site, about = bank.site.code, bank.record.address
    signer = admit_signer(signing=signing, actor=actor, role=DECIDERS, site=site, at=at, about=about)
    action = "bank.lowered"
    with audited(
        actor=signer.actor, action=action, at=at, reason=reason, touching=[bank.record], relying_on=[batch.record]
    ) as change:
        batch, bank = batch_now(batch), bank_of(batch)
        stop_if(
            rules.takes_no_more(batch.number, BatchState(batch.state)),
            rules.is_no_decision(stock_of(bank), lowest),
            reason_is_missing(reason),
        )
        sign(change, signer=signer, record=bank.record, content=below_content(batch, lowest, reason), site=site)
        row = BelowReserve(record=bank.record, bank=bank, batch=batch, lowest=lowest, reason=reason)
        row.decided_at, row.decided_by = at, signer.actor.username
        return change.create(row)


def _rows(
    batch: Batch,
    bank: Batch,
    units: Sequence[Unit],
    people: Sequence[Signer],
    drawn_at: datetime,
    at: datetime,
    happened: Happened | None,
    against: Sequence[Objection],
) -> list[Draw]:
    left = stock_of(bank).left
    return [
        Draw(
            record=batch.record,
            batch=batch,
            bank=bank,
            unit=unit,
            left=left,
            drawn_at=drawn_at,
            drawn_by=people[0].actor.username,
            second_by=people[1].actor.username,
            recorded_at=at,
            happened=happened is not None,
            reason=happened.reason if happened else "",
            overridden=marks(against if happened else ()),
        )
        for unit in units
    ]
