"""Deviations: what they mean for the product, and their end."""

from datetime import datetime
from typing import Any

from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.core.text import N_
from apps.quality import rules
from apps.quality.content import close_deviation_content, product_impact_content, reopen_deviation_content
from apps.quality.facts import Blocks, DeviationState, RootCause, Severity
from apps.quality.lifecycle import MOVES, QualityVerb, may_not_move
from apps.quality.models import Deviation
from apps.quality.services.events import hold_for_impact
from apps.quality.services.holds import lift_hold_for, out_of_order, place_hold
from apps.signatures.facts import Signer, Signing
from apps.signatures.services import admit_signer, sign


def sign_product_impact(
    *, deviation: Deviation, impact: str, other_batches: str, signing: Signing, actor: Actor, at: datetime
) -> Deviation:
    """State what the deviation means for this product, and which other batches were considered."""
    signer = _quality(QualityVerb.SIGN_PRODUCT_IMPACT, deviation, signing, actor, at)
    touching = [deviation.record, deviation.subject]
    with audited(actor=signer.actor, action="deviation.impact.signed", at=at, touching=touching) as change:
        deviation = _now(deviation)
        stop_if(
            may_not_move(QualityVerb.SIGN_PRODUCT_IMPACT, deviation.state),
            rules.is_blank(impact, "impact"),
            rules.is_blank(other_batches, "other_batches"),
            keep=out_of_order(QualityVerb.SIGN_PRODUCT_IMPACT, deviation.state, deviation.record),
        )
        content = product_impact_content(deviation=deviation, impact=impact, other_batches=other_batches)
        sign(change, signer=signer, record=deviation.record, content=content, site=deviation.subject.site)
        lift_hold_for(change, record=deviation.subject, key=f"deviation:{deviation.record.number}", reason=impact[:500])
        if deviation.classification == Severity.CRITICAL:
            _hold_until_found(change, deviation)
        return change.update(
            deviation,
            state=DeviationState.IMPACT_SIGNED,
            impact=impact,
            other_batches=other_batches,
            impact_signed_at=at,
        )


def _hold_until_found(change: Change, deviation: Deviation) -> None:
    """Actions may stay open over a certification; the root cause of what is critical may not."""
    number = deviation.record.number
    place_hold(
        change,
        record=deviation.subject,
        key=f"root_cause:{number}",
        blocks=[Blocks.CERTIFY],
        code="root_cause_open",
        template=N_("Deviation {number} is critical: its root cause is not found yet."),
        facts={"number": number},
        due_at=deviation.due_at,
    )


def close_deviation(
    *, deviation: Deviation, root_cause: str, category: RootCause, signing: Signing, actor: Actor, at: datetime
) -> Deviation:
    """Close a deviation with its root cause and what follows from it; its actions may still be under way."""
    signer = _quality(QualityVerb.CLOSE_DEVIATION, deviation, signing, actor, at)
    touching = [deviation.record, deviation.subject]
    with audited(actor=signer.actor, action="deviation.closed", at=at, touching=touching) as change:
        deviation = _now(deviation)
        stop_if(
            may_not_move(QualityVerb.CLOSE_DEVIATION, deviation.state),
            rules.is_blank(root_cause, "root_cause"),
            rules.is_unfound(Severity(deviation.classification), category),
            keep=out_of_order(QualityVerb.CLOSE_DEVIATION, deviation.state, deviation.record),
        )
        content = close_deviation_content(deviation=deviation, root_cause=root_cause, category=category)
        sign(change, signer=signer, record=deviation.record, content=content, site=deviation.subject.site)
        key = f"root_cause:{deviation.record.number}"
        lift_hold_for(change, record=deviation.subject, key=key, reason=root_cause[:500])
        found = {"root_cause": root_cause, "root_cause_category": category}
        return change.update(deviation, state=DeviationState.CLOSED, closed_at=at, **found)


def reopen_deviation(*, deviation: Deviation, reason: str, signing: Signing, actor: Actor, at: datetime) -> Deviation:
    """Open a closed deviation again: it holds certification anew until its impact is signed as it is now known."""
    verb = QualityVerb.REOPEN_DEVIATION
    signer = _quality(verb, deviation, signing, actor, at)
    touching = [deviation.record, deviation.subject]
    with audited(actor=signer.actor, action="deviation.reopened", at=at, reason=reason, touching=touching) as change:
        deviation = _now(deviation)
        stop_if(
            may_not_move(verb, deviation.state),
            rules.is_blank(reason, "reason"),
            keep=out_of_order(verb, deviation.state, deviation.record),
        )
        content = reopen_deviation_content(deviation=deviation, reason=reason)
        sign(change, signer=signer, record=deviation.record, content=content, site=deviation.subject.site)
        hold_for_impact(change, deviation)
        again: dict[str, Any] = {"reopened": deviation.reopened + 1, "reopen_reason": reason, "closed_at": None}
        return change.update(deviation, state=DeviationState.OPEN, due_at=at + rules.DEVIATION_TIME, **again)


def _quality(verb: QualityVerb, deviation: Deviation, signing: Signing, actor: Actor, at: datetime) -> Signer:
    subject = deviation.subject
    return admit_signer(
        signing=signing, actor=actor, role=MOVES[verb].roles, site=subject.site, at=at, about=subject.address
    )


def _now(deviation: Deviation) -> Deviation:
    return Deviation.objects.select_related("record", "subject", "event__record").get(pk=deviation.pk)
