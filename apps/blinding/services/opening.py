"""Reading the code, opening it for one patient in an emergency, opening that of a lot when the trial has ended."""

from datetime import datetime

from apps.audit.services import Change, audited
from apps.batches.models import Batch
from apps.blinding import rules
from apps.blinding.content import agree_content, break_content, open_content, read_content
from apps.blinding.facts import HOLDERS, OPENERS, TREATING, ListLine
from apps.blinding.models import CodeBreak, CodeOpening, KitAllocation
from apps.blinding.selectors import is_sealed, list_of, lot_now, opening_of, unopened_kits, waiting_bags
from apps.blinding.services.knowing import stop_the_blind
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.core.rules import reason_is_missing
from apps.core.text import N_
from apps.identity.models import Recipient
from apps.quality.facts import EventKind, Severity
from apps.quality.services import report_event
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign


def read_list(*, batch: Batch, signing: Signing, actor: Actor, at: datetime) -> list[ListLine]:
    """A holder reads the list; that it was read is written down with a signature."""
    site, about = batch.site.code, batch.record.address
    signer = admit_signer(signing=signing, actor=actor, role=HOLDERS, site=site, at=at, about=about)
    stop_the_blind(batch, signer, at)
    with audited(actor=signer.actor, action="code.read", at=at, touching=[batch.record]) as change:
        now, _definition, _blinded = lot_now(batch)
        stop_if(rules.has_no_list(is_sealed(now)))
        sign(change, signer=signer, record=now.record, content=read_content(now), site=site)
        return list_of(now, signer.actor)


def break_code(*, recipient: Recipient, reason: str, signing: Signing, actor: Actor, at: datetime) -> list[CodeBreak]:
    """The treating physician opens the code of one patient. They alone are told; quality is told that it happened."""
    site, about = recipient.site.code, recipient.record.address
    signer = admit_signer(signing=signing, actor=actor, role=TREATING, site=site, at=at, about=about)
    with audited(actor=signer.actor, action="code.broken", at=at, reason=reason, touching=[recipient.record]) as change:
        kits = list(KitAllocation.objects.filter(recipient=recipient))
        unopened = unopened_kits(recipient, signer.actor.username)
        stop_if(
            rules.has_no_kit(recipient.number, kits),
            reason_is_missing(reason),
            rules.is_told_already(unopened),
        )
        sign(change, signer=signer, record=recipient.record, content=break_content(recipient, reason), site=site)
        return [_broken(change, recipient, kit, reason) for kit in unopened]


def open_code(
    *, batch: Batch, reason: str, signing: Signing, countersigning: Signing, actor: Actor, at: datetime
) -> CodeOpening:
    """Two people open the code of a lot when the trial has ended; from then on everybody may read it."""
    site, about = batch.site.code, batch.record.address
    first, second = (
        admit_signer(signing=one, actor=actor, role=OPENERS, site=site, at=at, about=about)
        for one in (signing, countersigning)
    )
    with audited(actor=first.actor, action="code.opened", at=at, reason=reason, touching=[batch.record]) as change:
        now, _definition, _blinded = lot_now(batch)
        stop_if(
            rules.is_one_person(first.actor.username, second.actor.username),
            rules.has_no_list(is_sealed(now)),
            rules.is_open_already(opening_of(now) is not None),
            rules.is_being_given(waiting_bags(now)),
            reason_is_missing(reason),
        )
        for content, one in ((open_content, first), (agree_content, second)):
            sign(change, signer=one, record=now.record, content=content(now, reason), site=site)
        row = CodeOpening(record=now.record, batch=now, reason=reason, opened_at=at)
        row.opened_by, row.second_by = first.actor.username, second.actor.username
        return change.create(row)


def _broken(change: Change, recipient: Recipient, kit: KitAllocation, reason: str) -> CodeBreak:
    who = change.actor
    event = report_event(
        change,
        subject=recipient.record,
        kind=EventKind.REPORTED,
        severity=Severity.MAJOR,
        template=N_("{name} opened the code of {recipient}, kit {kit}: {reason}"),
        facts={"name": who.printed_name, "recipient": recipient.number, "kit": kit.kit, "reason": reason},
    )
    row = CodeBreak(record=recipient.record, allocation=kit, event=event, reason=reason, broken_at=change.at)
    row.broken_by, row.broken_name = who.username, who.printed_name
    return change.create(row)
