"""Review, certification, release for supply and rejection: the decisions over a finished batch."""

from collections.abc import Callable
from datetime import datetime

from apps.audit.models import Record
from apps.audit.services import Change, audited
from apps.batches.facts.words import Verb
from apps.batches.lifecycle import move_for
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.batches.services.moving import move_batch
from apps.core.actor import Actor
from apps.core.errors import Objection
from apps.documents.services import request_document
from apps.lineage.selectors import ancestors
from apps.quality.services import lift_hold_for
from apps.release import rules
from apps.release.content.certificate import batch_certificate
from apps.release.content.signed import certify_content, reject_content, release_content, review_content
from apps.release.selectors import hands_on_batch, issued_certificate
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
        return _move(change, Verb.REVIEW, now, signer, review_content(now), (_took_part(now, signer),))

    return _decide(Verb.REVIEW, batch, signing, actor, at, decide)


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
