"""Review, certification, release for supply and rejection: the decisions over a finished batch."""

from collections.abc import Callable
from datetime import datetime

from apps.audit.models import Record
from apps.audit.services import Change, audited
from apps.batches.facts.words import BatchState, Verb
from apps.batches.lifecycle import move_for
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.batches.services.moving import move_batch
from apps.core.actor import Actor
from apps.core.errors import BadInput, Objection, stop_if
from apps.core.roles import Role
from apps.core.rules import reason_is_missing
from apps.core.text import N_
from apps.documents.services import request_document
from apps.lineage.selectors import ancestors
from apps.organisation.services import require
from apps.quality.services import lift_hold_for
from apps.release import rules
from apps.release.content.certificate import batch_certificate
from apps.release.content.signed import certify_content, reject_content, release_content, review_content
from apps.release.models import Judgement
from apps.release.selectors import hands_on_batch, issued_certificate, review_page
from apps.signatures.facts import SignedContent, Signer, Signing
from apps.signatures.services import admit_signer
from apps.testing.selectors import approved_coa
from apps.testing.selectors import why_not_certifiable as tests_in_the_way
from apps.units.facts import UnitVerb
from apps.units.selectors import releasable_units, unit_records, units_of
from apps.units.selectors import why_not_certifiable as balances_in_the_way
from apps.units.services import set_disposition

Decide = Callable[[Change, Batch, Signer], Batch]


def review_batch(*, batch: Batch, signing: Signing, actor: Actor, at: datetime) -> Batch:
    """QA has read the whole record and its audit trail, and signs what was shown (Annex 11, 9; 21 CFR 211.192)."""

    def decide(change: Change, now: Batch, signer: Signer) -> Batch:
        lift_hold_for(change, record=now.record, key="review", reason="QA review signed")
        part = rules.took_part(signer.actor.username, hands_on_batch(now, but_review=True))
        left = rules.findings_left(review_page(now).left)
        return _move(change, Verb.REVIEW, now, signer, review_content(now), (part, left))

    return _decide(Verb.REVIEW, batch, signing, actor, at, decide)


def accept_finding(*, batch: Batch, key: str, note: str, actor: Actor, at: datetime) -> Judgement:
    """QA has looked at one finding of the review and accepts it with a note; attributed, and signed with the review.

    Refused for what has an answer of its own: an event, a step to be signed again, a failing result.
    """
    who = require(actor, Role.QA, batch.site.code, at=at, about=batch.record.address)
    with audited(actor=who, action="finding.accepted", at=at, reason=note, touching=[batch.record]) as change:
        now = batch_now(batch)
        finding = review_page(now).finding(key)
        if finding is None:
            raise BadInput(Objection("unknown_finding", N_("There is no such finding now."), place="key"))
        stop_if(
            rules.is_not_in_review(BatchState(now.state)),
            rules.took_part(who.username, hands_on_batch(now, but_review=True)),
            rules.is_answered_elsewhere(finding.answer),
            reason_is_missing(note, "note"),
        )
        row = Judgement(record=now.record, batch=now, key=key, kind=finding.kind, what=finding.what[:1000], note=note)
        row.judged_by, row.judged_name, row.judged_at = who.username, who.printed_name, at
        return change.create(row)


def certify_batch(*, batch: Batch, signing: Signing, actor: Actor, at: datetime) -> Batch:
    """The authorised person certifies; the batch certificate is requested and follows the next checkpoint.

    Refused with every reason at once: open holds on the batch or its sources, tests or balances in the way,
    an analysis not approved, a signer who took part.
    """

    def decide(change: Change, now: Batch, signer: Signer) -> Batch:
        objections = (
            _took_part(now, signer),
            rules.analysis_not_approved(approved_coa(now) is not None),
            *tests_in_the_way(now),
            *balances_in_the_way(now),
        )
        certified = _move(change, Verb.CERTIFY, now, signer, certify_content(now), objections)
        content = batch_certificate(certified, at)
        request_document(change, content=content, subject=certified.record, site=certified.site.code)
        return certified

    return _decide(Verb.CERTIFY, batch, signing, actor, at, decide)


def release_for_supply(*, batch: Batch, signing: Signing, actor: Actor, at: datetime) -> Batch:
    """Let the product units of a certified batch leave quarantine; a verb of its own after certification."""

    def decide(change: Change, now: Batch, signer: Signer) -> Batch:
        objections = (rules.certificate_not_issued(issued_certificate(now) is not None),)
        released = _move(change, Verb.RELEASE_FOR_SUPPLY, now, signer, release_content(now), objections)
        set_disposition(change, units=releasable_units(now), verb=UnitVerb.RELEASE)
        return released

    return _decide(Verb.RELEASE_FOR_SUPPLY, batch, signing, actor, at, decide)


def reject_batch(*, batch: Batch, reason: str, signing: Signing, actor: Actor, at: datetime) -> Batch:
    """QA rejects the batch with its reason; every unit is rejected with it."""

    def decide(change: Change, now: Batch, signer: Signer) -> Batch:
        rejected = _move(
            change,
            Verb.REJECT,
            now,
            signer,
            reject_content(now, reason),
            (rules.reason_missing(reason),),
            reason=reason,
        )
        set_disposition(change, units=units_of(now), verb=UnitVerb.REJECT)
        return rejected

    return _decide(Verb.REJECT, batch, signing, actor, at, decide, reason=reason)


def _decide(
    verb: Verb, batch: Batch, signing: Signing, actor: Actor, at: datetime, decide: Decide, reason: str = ""
) -> Batch:
    # The units are touched with the batch, and everything the batch was made from is relied on: a hold placed on the
    # donor at this moment waits until we are through, or we see it.
    roles = move_for(verb).roles
    signer = admit_signer(
        signing=signing, actor=actor, role=roles, site=batch.site.code, at=at, about=batch.record.address
    )
    touching: list[Record] = [batch.record, *unit_records(batch)]
    action, sources = f"batch.{verb.lower()}", ancestors([batch.record])
    with audited(
        actor=signer.actor, action=action, at=at, reason=reason, touching=touching, relying_on=sources
    ) as change:
        return decide(change, batch_now(batch), signer)


def _move(
    change: Change,
    verb: Verb,
    batch: Batch,
    signer: Signer,
    content: SignedContent,
    objections: tuple[Objection | None, ...],
    reason: str = "",
) -> Batch:
    standing = tuple(objection for objection in objections if objection)
    return move_batch(
        change, verb=verb, batch=batch, signer=signer, content=content, reason=reason, objections=standing
    )


def _took_part(batch: Batch, signer: Signer) -> Objection | None:
    return rules.took_part(signer.actor.username, hands_on_batch(batch))
