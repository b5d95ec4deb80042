"""Looking back from a donor in one signed act, and answering for each unit that was out."""

from collections.abc import Sequence
from datetime import datetime

from apps.audit.models import Record
from apps.audit.selectors import next_number
from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.core.roles import Role
from apps.core.text import N_
from apps.donation.models import Donation
from apps.donation.rules import LOOKED_BACK, REACTIVE
from apps.identity.models import Donor
from apps.lookback import rules
from apps.lookback.content import look_back_content
from apps.lookback.facts import Answer, Finding
from apps.lookback.models import LookBack, RecallDuty
from apps.lookback.selectors import Affected, affected_by, donations_in
from apps.organisation.services import require
from apps.quality.facts import Blocks
from apps.quality.models import Hold
from apps.quality.rules import is_blank
from apps.quality.services import answer_due, lift_hold, place_holds
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign
from apps.units.models import Unit

WHO_MAY_LOOK_BACK = (Role.QA,)
WHO_MAY_ANSWER = (Role.QA, Role.PHYSICIAN)


def look_back(*, donor: Donor, finding: Finding, signing: Signing, actor: Actor, at: datetime) -> LookBack:
    """A donor was found reactive after donating: hold what is in stock, recall what is out, name who got it.

    The holds stand on the donations, so that whatever was or will be made of them is held at every site. All of it is
    one act of one signer: it is done whole or not at all.
    """
    site, donations = donor.site.code, donations_in(donor, finding)
    signer = admit_signer(
        signing=signing, actor=actor, role=WHO_MAY_LOOK_BACK, site=site, at=at, about=donor.record.address
    )
    touching = [donor.record, *(donation.record for donation in donations)]
    with audited(
        actor=signer.actor, action="donor.looked_back", at=at, reason=finding.what, touching=touching
    ) as change:
        stop_if(
            *rules.says_nothing(finding),
            rules.nothing_was_collected(donor.number, [donation.din for donation in donations]),
        )
        signature = sign(
            change, signer=signer, record=donor.record, content=look_back_content(donor, finding), site=site
        )
        number = next_number("lookback", f"{donor.number}-L", LookBack.objects.filter(donor=donor).count())
        record, found = change.open_record("lookback", number, site=site), affected_by(donations)
        opened = LookBack(record=record, donor=donor, number=number, what=finding.what, laboratory=finding.laboratory)
        opened.since, opened.signature = finding.since, signature
        opened.donations = [donation.din for donation in donations]
        opened.in_stock = [unit.number for unit in found.stock]
        opened.batches = [batch.number for batch in found.batches]
        opened.opened_at, opened.opened_by = at, signer.actor.username
        change.create(opened)
        _hold(change, donations, opened)
        for hold in Hold.objects.filter(record=donor.record, key__startswith=REACTIVE, lifted_at=None):
            lift_hold(change, hold=hold, reason=number)
        change.create_many([duty_of(record, opened, unit, found, answer_due(site, at)) for unit in found.out])
        return opened


def answer_recall(*, duty: RecallDuty, answer: Answer, note: str, actor: Actor, at: datetime) -> RecallDuty:
    """Say what became of a unit that was out, and on what evidence."""
    record = duty.record
    who = require(actor, WHO_MAY_ANSWER, record.site, at=at, about=record.address)
    with audited(actor=who, action="lookback.recall.answered", at=at, reason=note, touching=[record]) as change:
        now = RecallDuty.objects.select_related("unit", "record").get(pk=duty.pk)
        stop_if(
            rules.is_answered_before(now.facts),
            rules.does_not_fit(now.facts, answer),
            is_blank(note, "note"),
        )
        return change.update(now, answer=answer, note=note, answered_at=at, answered_by=who.username)


def _hold(change: Change, donations: Sequence[Donation], opened: LookBack) -> None:
    facts = {"donor": opened.donor.number if opened.donor else "", "number": opened.number, "what": opened.what}
    place_holds(
        change,
        records={donation.record: facts for donation in donations},
        key=f"{LOOKED_BACK}{opened.number}",
        blocks=tuple(Blocks),
        code="looked_back",
        template=N_("Look-back {number} of donor {donor}: {what}"),
    )


def duty_of(record: Record, opened: LookBack, unit: Unit, found: Affected, due_at: datetime) -> RecallDuty:
    """The recall of one unit that was out: where it went, and for whom."""
    duty = RecallDuty(record=record, look_back=opened, unit=unit, custody=unit.custody, due_at=due_at)
    shipment, duty.recipient = found.shipments.get(unit.pk), found.recipients.get(unit.pk)
    if shipment:
        duty.shipment, duty.whereabouts = shipment.record, shipment.receiver
    return duty
