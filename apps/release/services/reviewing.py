"""QA's review of the record and its trail: findings judged, the review signed, a review taken back."""

from datetime import datetime

from apps.audit.services import Change, audited
from apps.batches.facts.words import BatchState, Verb
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.batches.services.planning import hold_for_review
from apps.core.actor import Actor
from apps.core.errors import BadInput, Objection, stop_if
from apps.core.roles import Role
from apps.core.rules import reason_is_missing
from apps.core.text import N_
from apps.organisation.services import require
from apps.quality.services import lift_hold_for
from apps.release import rules
from apps.release.content.signed import review_content, withdraw_content
from apps.release.models import Judgement
from apps.release.selectors import hands_on_batch, review_page
from apps.release.services.deciding import decide_on, moved, took_part
from apps.signatures.facts import Signer, Signing


def review_batch(*, batch: Batch, signing: Signing, actor: Actor, at: datetime) -> Batch:
    """QA has read the whole record and its audit trail, and signs what was shown (Annex 11, 9; 21 CFR 211.192)."""

    def decide(change: Change, now: Batch, signer: Signer) -> Batch:
        lift_hold_for(change, record=now.record, key="review", reason="QA review signed")
        against = (took_part(now, signer, but_review=True), rules.findings_left(review_page(now).left))
        return moved(change, Verb.REVIEW, now, signer, review_content(now), against)

    return decide_on(Verb.REVIEW, batch, signing, actor, at, decide)


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


def withdraw_review(*, batch: Batch, reason: str, signing: Signing, actor: Actor, at: datetime) -> Batch:
    """QA takes the review back, so that the record can be corrected; certification waits for a new one."""

    def decide(change: Change, now: Batch, signer: Signer) -> Batch:
        content = withdraw_content(now, reason)
        back = moved(change, Verb.WITHDRAW_REVIEW, now, signer, content, [rules.reason_missing(reason)], reason=reason)
        hold_for_review(change, back)
        return back

    return decide_on(Verb.WITHDRAW_REVIEW, batch, signing, actor, at, decide, reason=reason)
