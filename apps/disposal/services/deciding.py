"""Quality approves a destruction, or lets the units go again."""

from datetime import datetime

from apps.audit.services import audited
from apps.core.actor import Actor
from apps.core.errors import KeptRefusal, stop_if
from apps.core.rules import reason_is_missing
from apps.disposal import rules
from apps.disposal.content.signed import approve_content, refuse_content
from apps.disposal.facts import DisposalState, DisposalVerb
from apps.disposal.lifecycle import MOVES, may_not_move
from apps.disposal.models import Disposal
from apps.disposal.selectors import disposal_now, stage_for, units_in
from apps.disposal.services.requesting import hold_key
from apps.quality.services import lift_hold_for
from apps.signatures.facts import Signer, Signing
from apps.signatures.services import admit_signer, sign


def approve_disposal(
    *, disposal: Disposal, consent_checked: bool, signing: Signing, actor: Actor, at: datetime
) -> Disposal:
    """Approve the units, the reason and the way, by a role that the master record names; not one's own request."""
    signer = _approver(disposal, signing, actor, at)
    verb = DisposalVerb.APPROVE
    with audited(actor=signer.actor, action="disposal.approved", at=at, touching=[disposal.record]) as change:
        now = disposal_now(disposal)
        stop_if(
            may_not_move(verb, DisposalState(now.state)),
            rules.is_own_request(now.requested_by, signer.actor.username),
            rules.consent_is_unchecked(stage_for(now).consent_check, consent_checked),
            keep=kept_out_of_order(verb, now),
        )
        content = approve_content(now, consent_checked)
        sign(change, signer=signer, record=now.record, content=content, site=now.batch.site.code)
        state = MOVES[verb].target
        return change.update(now, state=state, approved_at=at, approved_by=signer.actor.username)


def refuse_disposal(*, disposal: Disposal, reason: str, signing: Signing, actor: Actor, at: datetime) -> Disposal:
    """Refuse a destruction that was asked for or approved: its units are free for another decision."""
    signer = _approver(disposal, signing, actor, at)
    verb, units = DisposalVerb.REFUSE, units_in(disposal)
    touching = [disposal.record, *(unit.record for unit in units)]
    with audited(actor=signer.actor, action="disposal.refused", at=at, reason=reason, touching=touching) as change:
        now = disposal_now(disposal)
        stop_if(
            may_not_move(verb, DisposalState(now.state)), reason_is_missing(reason), keep=kept_out_of_order(verb, now)
        )
        content = refuse_content(now, reason)
        sign(change, signer=signer, record=now.record, content=content, site=now.batch.site.code)
        change.update_many(list(now.lines.all()), stands=False)
        for unit in units:
            lift_hold_for(change, record=unit.record, key=hold_key(now.number), reason=reason)
        return change.update(now, state=MOVES[verb].target, refused_because=reason)


def kept_out_of_order(verb: DisposalVerb, disposal: Disposal) -> KeptRefusal | None:
    """An act out of its order stays in the trail although nothing of it is done (21 CFR 11.10(f))."""
    if may_not_move(verb, DisposalState(disposal.state)) is None:
        return None
    facts = {"verb": verb, "state": disposal.state}
    return KeptRefusal(disposal.record.address, "disposal.refused.out_of_order", facts)


def _approver(disposal: Disposal, signing: Signing, actor: Actor, at: datetime) -> Signer:
    roles, site = stage_for(disposal).approved_by, disposal.batch.site.code
    return admit_signer(signing=signing, actor=actor, role=roles, site=site, at=at, about=disposal.record.address)
