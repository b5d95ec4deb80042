"""Urgent use of what has a donor who is not found eligible: what it lets go, and who is told afterwards."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from apps.audit.models import Record
from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.core.roles import Role
from apps.core.text import N_
from apps.donation.models import Donation
from apps.donation.rules import ELIGIBILITY, undecided_key
from apps.organisation.services import require
from apps.quality.facts import Blocks
from apps.quality.services import lift_hold_for, place_hold, place_holds
from apps.supply import rules
from apps.supply.facts import Route, SupplyState
from apps.supply.models import NamedSupply
from apps.supply.selectors import donor_of, made_beside, supply_now

HELD = N_("Donation {din} is not found eligible; units went to a named patient by {supply}.")


def records_of_the_donor(supply: NamedSupply) -> Sequence[Record]:
    """What urgent use touches beside the batch: the donation, and everything else that was made of it."""
    donation = supply.batch.donation
    if supply.route != Route.URGENT or donation is None:
        return ()
    return (donation.record, *(batch.record for batch in made_beside(supply)))


def let_donor_issue(change: Change, supply: NamedSupply) -> None:
    """The units named may go; the batch is not certified, nothing new is begun, other batches of it stay here."""
    donation = cast(Donation, supply.batch.donation)
    facts = {"din": donation.din, "supply": supply.number}
    said: dict[str, Any] = {"code": "not_eligible", "template": HELD}
    lift_hold_for(change, record=donation.record, key=ELIGIBILITY, reason=supply.number)
    lift_hold_for(change, record=supply.batch.record, key=undecided_key(donation.din), reason=supply.number)
    place_hold(
        change,
        record=donation.record,
        key=ELIGIBILITY,
        blocks=[Blocks.PROCESS, Blocks.CERTIFY],
        facts=facts,
        liftable_by=Role.PHYSICIAN,
        **said,
    )
    others = {batch.record: facts for batch in made_beside(supply)}
    place_holds(change, records=others, key=undecided_key(donation.din), blocks=[Blocks.ISSUE, Blocks.USE], **said)


def tell_of_donor(*, supply: NamedSupply, actor: Actor, at: datetime) -> NamedSupply:
    """The physician has read what was decided about the donor after the urgent use (21 CFR 1271.60(d)(4))."""
    record = supply.record
    who = require(actor, Role.PHYSICIAN, record.site, at=at, about=record.address)
    relied = [supply.batch.record]
    with audited(actor=who, action="supply.donor.told", at=at, touching=[record], relying_on=relied) as change:
        now = supply_now(supply)
        found = donor_of(now.batch)
        stop_if(
            rules.is_not_let_go_urgently(Route(now.route), SupplyState(now.state)),
            rules.waits_for_no_answer(now.donor_told, found),
        )
        return change.update(now, donor_told=found, donor_told_at=at, donor_told_to=who.printed_name)
