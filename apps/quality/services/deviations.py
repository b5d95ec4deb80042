"""Deviations: what they mean for the product, and their end."""

from datetime import datetime

from apps.audit.services import audited
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.quality import rules
from apps.quality.content import close_deviation_content, product_impact_content
from apps.quality.facts import DeviationState
from apps.quality.lifecycle import MOVES, QualityVerb, may_not_move
from apps.quality.models import Deviation
from apps.quality.services.holds import lift_hold_for, out_of_order
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
        return change.update(
            deviation,
            state=DeviationState.IMPACT_SIGNED,
            impact=impact,
            other_batches=other_batches,
            impact_signed_at=at,
        )


def close_deviation(
    *, deviation: Deviation, root_cause: str, signing: Signing, actor: Actor, at: datetime
) -> Deviation:
    """Close a deviation with its root cause and what follows from it."""
    signer = _quality(QualityVerb.CLOSE_DEVIATION, deviation, signing, actor, at)
    with audited(actor=signer.actor, action="deviation.closed", at=at, touching=[deviation.record]) as change:
        deviation = _now(deviation)
        stop_if(
            may_not_move(QualityVerb.CLOSE_DEVIATION, deviation.state),
            rules.is_blank(root_cause, "root_cause"),
            keep=out_of_order(QualityVerb.CLOSE_DEVIATION, deviation.state, deviation.record),
        )
        content = close_deviation_content(deviation=deviation, root_cause=root_cause)
        sign(change, signer=signer, record=deviation.record, content=content, site=deviation.subject.site)
        return change.update(deviation, state=DeviationState.CLOSED, root_cause=root_cause, closed_at=at)


def _quality(verb: QualityVerb, deviation: Deviation, signing: Signing, actor: Actor, at: datetime) -> Signer:
    subject = deviation.subject
    return admit_signer(
        signing=signing, actor=actor, role=MOVES[verb].roles, site=subject.site, at=at, about=subject.address
    )


def _now(deviation: Deviation) -> Deviation:
    return Deviation.objects.select_related("record", "subject", "event__record").get(pk=deviation.pk)
