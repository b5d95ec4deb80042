"""Completing steps, with or without a signature, and signing a section as one shown list."""

from datetime import datetime
from typing import Any

from apps.audit.services import Change, audited
from apps.batches.content import section_content, step_content
from apps.batches.facts.inputs import Act
from apps.batches.facts.words import StepState
from apps.batches.models import Batch, Step
from apps.batches.rules import completion, order
from apps.batches.rules.completion import StepView
from apps.batches.rules.persons import is_not_a_performer
from apps.batches.selectors.plans import plan_of
from apps.batches.selectors.pooling import pooled_in
from apps.batches.selectors.situation import Situation, situation_of
from apps.batches.selectors.steps import Full, section_sheet, step_sheet
from apps.batches.services.judging import is_not_begun, read_place
from apps.batches.services.misses import kept
from apps.batches.services.pooling import against_the_pool, close_pool
from apps.batches.services.recording import require_hands
from apps.batches.services.reporting import report_overridden, resign_key
from apps.core.actor import Actor
from apps.core.errors import Happened, Objection, stop_if
from apps.core.rules import is_future
from apps.core.text import N_
from apps.products.facts import Place
from apps.quality.services import lift_hold_for
from apps.signatures.facts import Signer, Signing
from apps.signatures.models import Signature
from apps.signatures.services import admit_signer, sign


def complete_step(
    *, batch: Batch, step: str | Place, actor: Actor, at: datetime, happened: Happened | None = None
) -> Step:
    """Say that a step is done; its signature comes with that of its section, or none is asked for."""
    place = read_place(step)
    who = require_hands(batch, [place], actor, at)
    return _complete(batch, place, Act(who, at, happened=happened), None)


def sign_step(
    *,
    batch: Batch,
    step: str | Place,
    signing: Signing,
    actor: Actor,
    at: datetime,
    happened: Happened | None = None,
) -> Step:
    """Complete a step by the performer's own signature, or sign it again after a correction."""
    place = read_place(step)
    signer = _performer(batch, place, signing, actor, at)
    return _complete(batch, place, Act(signer.actor, at, happened=happened), signer)


def sign_section(*, batch: Batch, section: str | Place, signing: Signing, actor: Actor, at: datetime) -> list[Step]:
    """Sign the steps of a section that one completed oneself, in one act, as shown."""
    place = read_place(section)
    signer = _performer(batch, place, signing, actor, at)
    action = "batch.section.signed"
    with audited(actor=signer.actor, action=action, at=at, touching=[batch.record]) as change:
        situation = situation_of(batch, [], holds=False)
        sheet = section_sheet(situation.batch, place)
        views = completion.to_sign_by(signer.actor.username, sheet.views.values())
        stop_if(order.can_hold_no_values(situation.state), completion.nothing_to_sign(views, place))
        content = section_content(situation.batch, place, signer.actor.username)
        signature = sign(change, signer=signer, record=batch.record, content=content, site=batch.site.code)
        return [cover_performed(change, sheet, view, signature) for view in views]


def cover_performed(change: Change, sheet: Full, view: StepView, signature: Signature) -> Step:
    """The performer's signature covers the step as it stands."""
    row = sheet.rows[view.place]
    change.update(row, action="batch.step.signed", performed=signature, performed_hash=view.fingerprint)
    is_covered = view.has_second or not view.second_hash
    return _lift_if(change, sheet, view, row, is_covered)


def cover_second(change: Change, sheet: Full, view: StepView, signature: Signature, action: str) -> Step:
    """The second person's signature covers the step as it stands."""
    row = sheet.rows[view.place]
    change.update(row, action=action, second=signature, second_hash=view.fingerprint)
    is_covered = view.is_signed or not view.performed_hash
    return _lift_if(change, sheet, view, row, is_covered)


def _lift_if(change: Change, sheet: Full, view: StepView, row: Step, is_covered: bool) -> Step:
    if is_covered and view.is_uncovered:
        lift_hold_for(change, record=row.record, key=resign_key(view.place), reason=N_("Signed again."))
    return row


def _performer(batch: Batch, place: Place, signing: Signing, actor: Actor, at: datetime) -> Signer:
    definition = plan_of(batch).definition
    steps = definition.stage(place.stage).steps
    roles = {definition.step(place).role} if place.step else {step.role for step in steps}
    return admit_signer(
        signing=signing,
        actor=actor,
        role=sorted(roles),
        site=batch.site.code,
        at=at,
        trained_on=batch.product_version.record.address,
        about=batch.record.address,
    )


def _complete(batch: Batch, place: Place, act: Act, signer: Signer | None) -> Step:
    action = "batch.step.signed" if signer else "batch.step.completed"
    with audited(
        actor=act.actor, action=action, at=act.at, reason=act.why, touching=[batch.record], relying_on=pooled_in(batch)
    ) as change:
        situation = situation_of(batch, [place])
        stop_if(order.can_hold_no_values(situation.state), is_not_begun(situation, place))
        sheet = step_sheet(situation.batch, place)
        view = sheet.views[place]
        if signer and view.state is StepState.DONE and not view.is_signed:
            return _sign_again(change, situation, sheet, view, signer)
        overridden = _stop(situation, view, act, signer)
        done: dict[str, Any] = {"completed_at": act.performed_at(None), "completed_by": act.actor.username}
        if signer:
            done |= {"performed": _sign(change, situation, place, signer), "performed_hash": view.fingerprint}
        row = change.update(sheet.rows[place], state=StepState.DONE, **done)
        close_pool(change, situation, view)
        report_overridden(change, situation, str(place), overridden, act)
        return row


def _stop(situation: Situation, view: StepView, act: Act, signer: Signer | None) -> tuple[Objection, ...]:
    alone = completion.lacks_its_own_signature(view) if signer is None else None
    closed = order.is_closed(view.place, view.state)
    stop_if(alone, closed, is_future(act.performed_at(None), act.at))
    against = situation.against(view.place)
    objections = [*against, *completion.lacks_values(view), completion.lacks_witness(view)]
    objections += against_the_pool(situation, view)
    return stop_if(*objections, happened=act.happened, keep=kept(situation.batch, against))


def _sign(change: Change, situation: Situation, place: Place, signer: Signer) -> Signature:
    batch = situation.batch
    content = step_content(batch, place)
    return sign(change, signer=signer, record=batch.record, content=content, site=batch.site.code)


def _sign_again(change: Change, situation: Situation, sheet: Full, view: StepView, signer: Signer) -> Step:
    other = is_not_a_performer(signer.actor.username, view.hands, str(view.place))
    stop_if(other, keep=kept(situation.batch, [other] if other else []))
    return cover_performed(change, sheet, view, _sign(change, situation, view.place, signer))
