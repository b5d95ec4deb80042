"""Going on at risk, and what people say about a batch. The stop button is quality's: it serves every record."""

from datetime import datetime

from apps.audit.services import audited
from apps.batches.content import ratify_content, risk_content
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch, Comment, RiskDecision
from apps.batches.rules import order
from apps.batches.rules.entries import needs_a_real_reason
from apps.batches.rules.persons import is_own_work
from apps.batches.rules.places import no_such_place
from apps.batches.selectors.batches import batch_now
from apps.batches.selectors.plans import plan_of
from apps.batches.selectors.risks import is_donor_undecided
from apps.batches.selectors.situation import hold_key, process_holds
from apps.batches.services.judging import read_place
from apps.batches.services.misses import kept
from apps.core.actor import Actor
from apps.core.errors import BadInput, Objection, stop_if
from apps.core.roles import Role
from apps.core.rules import reason_is_missing
from apps.core.text import N_
from apps.organisation.selectors import people_with
from apps.organisation.services import require
from apps.products.facts import BadPlace
from apps.quality.rules import one_working_day_after
from apps.quality.services import WHO_MAY_STOP
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign

AT_RISK = (Role.OPERATOR, Role.CHECKER, Role.QA)


def proceed_at_risk(
    *, batch: Batch, named_qa: str, reason: str, signing: Signing, actor: Actor, at: datetime
) -> RiskDecision:
    """Go on in spite of holds: living cells can't wait. Signed, with a named QA who ratifies within one working day.

    Before the start it is how a batch begins from material in quarantine: its donor is not found eligible yet.
    """
    stop_if(needs_a_real_reason(reason))
    site, address = batch.site.code, batch.record.address
    signer = admit_signer(signing=signing, actor=actor, role=AT_RISK, site=site, at=at, about=address)
    with audited(
        actor=signer.actor, action="batch.risk.accepted", at=at, reason=reason, touching=[batch.record]
    ) as change:
        batch = batch_now(batch)
        holds = process_holds(batch)
        stop_if(
            order.may_not_go_on_at_risk(BatchState(batch.state), is_donor_undecided(batch)),
            None if holds else Objection("no_holds", N_("No hold blocks this batch.")),
            _is_no_qa(named_qa, site, at),
        )
        content = risk_content(batch, named_qa, reason)
        signature = sign(change, signer=signer, record=batch.record, content=content, site=site)
        decision = RiskDecision(record=batch.record, batch=batch, reason=reason, named_qa=named_qa, decided_at=at)
        decision.holds, decision.signed = [hold_key(hold) for hold in holds], signature
        decision.due_at = one_working_day_after(at, batch.site.timezone)
        return change.create(decision)


def ratify_risk(*, decision: RiskDecision, signing: Signing, actor: Actor, at: datetime) -> RiskDecision:
    """Ratify a decision to go on at risk: QA's signature, not by who took it."""
    batch = decision.batch
    site, address = batch.site.code, batch.record.address
    signer = admit_signer(signing=signing, actor=actor, role=Role.QA, site=site, at=at, about=address)
    with audited(actor=signer.actor, action="batch.risk.ratified", at=at, touching=[batch.record]) as change:
        decision = RiskDecision.objects.select_related("record", "batch__record", "signed").get(pk=decision.pk)
        own = is_own_work(signer.actor.username, {decision.signed.username}, address)
        ratified = Objection("ratified_already", N_("This decision is ratified already."))
        stop_if(own, ratified if decision.ratified_id else None, keep=kept(batch, [own] if own else []))
        signature = sign(change, signer=signer, record=batch.record, content=ratify_content(decision), site=site)
        return change.update(decision, ratified=signature, ratified_at=at)


def add_comment(*, batch: Batch, text: str, actor: Actor, at: datetime, place: str = "") -> Comment:
    """Say something about a batch or a place in it. Possible in every state; it changes no value."""
    stop_if(reason_is_missing(text, place="text"))
    _check_place(batch, place)
    who = require(actor, WHO_MAY_STOP, batch.site.code, at=at, about=batch.record.address)
    with audited(actor=who, action="batch.commented", at=at, touching=[batch.record]) as change:
        comment = Comment(record=batch.record, batch=batch, place=place, text=text.strip()[:2000], made_at=at)
        comment.made_by, comment.printed_name = who.username, who.printed_name
        return change.create(comment)


def _check_place(batch: Batch, place: str) -> None:
    if not place:
        return
    where = read_place(place)
    try:
        definition = plan_of(batch).definition
        _ = definition.step(where) if where.step else definition.stage(where.stage)
    except BadPlace as error:
        raise BadInput(no_such_place(place)) from error


def _is_no_qa(username: str, site: str, at: datetime) -> Objection | None:
    if people_with(Role.QA, site, at).filter(username=username).exists():
        return None
    template = N_("{person} does not hold the role QA here.")
    return Objection("no_qa", template, {"person": username}, place="named_qa")
