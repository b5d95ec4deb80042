"""The list of a lot: brought in by two holders of its code and sealed; the units it names are drawn to be packed."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from apps.audit.services import audited
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.blinding import rules
from apps.blinding.content import compare_content, seal_content
from apps.blinding.facts import HOLDERS, ListLine, LotFacts, PackedUnit
from apps.blinding.models import SealedBag
from apps.blinding.selectors import is_sealed, listed_units, lot_facts, lot_now
from apps.blinding.services.knowing import stop_the_blind
from apps.core.actor import Actor
from apps.core.errors import Objection, stop_if
from apps.lineage.selectors import ancestors
from apps.lineage.services import link_all
from apps.quality.facts import Blocks
from apps.quality.rules import has_open_holds
from apps.quality.selectors import open_holds
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign
from apps.storage.services import send_away
from apps.transport.selectors import standing_shipments
from apps.units.facts import UnitVerb
from apps.units.lifecycle import refuses
from apps.units.models import Unit
from apps.units.rules import is_expired, kit_of

FORBIDS = {Blocks.PROCESS, Blocks.ISSUE, Blocks.USE}


def seal_list(
    *,
    batch: Batch,
    lines: Sequence[ListLine],
    signing: Signing,
    countersigning: Signing,
    actor: Actor,
    at: datetime,
) -> list[SealedBag]:
    """Two holders bring the list in: bag, arm, unit. The units are drawn for the lot, which is made from all of them.

    Lineage ties the lot to every unit, and no bag to its own: a hold on either arm holds every kit, and tells nothing.
    """
    site, about = batch.site.code, batch.record.address
    people = [
        admit_signer(signing=one, actor=actor, role=HOLDERS, site=site, at=at, about=about)
        for one in (signing, countersigning)
    ]
    for one in people:
        stop_the_blind(batch, one, at)
    units = listed_units(line.unit for line in lines)
    sources = {unit.batch_id: unit.batch.record for unit in units}
    touching = [batch.record, *sources.values(), *(unit.record for unit in units)]
    relying = ancestors([unit.record for unit in units])
    who = people[0].actor
    with audited(actor=who, action="code.sealed", at=at, touching=touching, relying_on=relying) as change:
        now, definition, blinded = lot_now(batch)
        lot, units = lot_facts(now, definition, blinded, len(lines)), listed_units(line.unit for line in lines)
        stop_if(rules.is_one_person(who.username, people[1].actor.username))
        stop_if(rules.is_not_being_packed(BatchState(now.state)), rules.is_sealed_already(is_sealed(now)))
        stop_if(*_against(lines, units, lot))
        stop_if(*_against_units(units, at))
        for content, one in ((seal_content, people[0]), (compare_content, people[1])):
            sign(change, signer=one, record=now.record, content=content(now, lines), site=site)
        send_away(change, units=units, verb=UnitVerb.DRAW)
        link_all(change, children=[now.record], parents=[unit.record for unit in units])
        return change.create_many([_row(now, line) for line in sorted(lines, key=lambda one: lot.bags.index(one.bag))])


def _against(lines: Sequence[ListLine], units: Sequence[Unit], lot: LotFacts) -> list[Objection | None]:
    packed = {
        one.number: PackedUnit(
            one.number, one.batch.product_version.key, one.batch.site.code, one.volume, one.volume_unit
        )
        for one in units
    }
    return [
        rules.are_not_its_bags(lines, lot),
        rules.names_unknown_arms(lines, lot.products),
        rules.mixes_arms(lines),
        rules.blinds_nobody(lines, lot.products),
        rules.are_not_units_of_the_arms(lines, packed, lot),
    ]


def _against_units(units: Sequence[Unit], at: datetime) -> list[Objection | None]:
    held = [hold for hold in open_holds([unit.record for unit in units]) if hold.blocks & FORBIDS]
    sent = standing_shipments(units)
    return [
        has_open_holds(held),
        *(refuses(UnitVerb.DRAW, unit.facts) for unit in units),
        *(is_expired(unit.facts, at) for unit in units),
        *(rules.stands_in_a_shipment(unit.number, sent.get(unit.pk, "")) for unit in units),
    ]


def _row(batch: Batch, line: ListLine) -> SealedBag:
    """A line by its bag, in the order of the bags: the order of writing tells nothing of the units."""
    row = SealedBag(record=batch.record, batch=batch, number=line.bag, kit=kit_of(line.bag))
    row.arm, row.source, row.salt = line.arm, line.unit, secrets.token_hex(32)
    return row
