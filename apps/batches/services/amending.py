"""Departing from the master record in one batch: amendments with two signatures, and deviations agreed beforehand."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from apps.audit.services import Change, audited
from apps.batches.content import amendment_content, approval_content, deviation_content
from apps.batches.facts.words import AmendmentState, BatchState, StepState
from apps.batches.models import Amendment, Batch, PlannedDeviation, Step
from apps.batches.rules import order
from apps.batches.rules.amending import BadAmendment, amended, is_skipped, skipped_steps
from apps.batches.rules.entries import needs_a_real_reason
from apps.batches.rules.persons import is_own_work
from apps.batches.rules.places import no_such_place
from apps.batches.selectors.batches import batch_now
from apps.batches.selectors.plans import plan_of, text_of
from apps.batches.selectors.situation import place_of, steps_of
from apps.batches.services.judging import read_place
from apps.batches.services.misses import kept
from apps.core.actor import Actor
from apps.core.errors import BadInput, Objection, stop_if
from apps.core.roles import Role
from apps.core.text import N_
from apps.products.facts import BadPlace, Place
from apps.products.loader import Loaded, standard_tables, validated
from apps.products.reading import Reading
from apps.products.rules.problems import DefinitionRefused
from apps.quality.facts import EventKind, Severity
from apps.quality.services import report_event
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign

Changes = Sequence[Mapping[str, Any]]


def amended_record(batch: Batch, changes: Changes) -> Loaded:
    """The master record of this batch with these changes, judged like any other. Raises BadInput with each problem."""
    try:
        return validated(Reading(amended(text_of(batch), changes)), standard_tables())
    except BadAmendment as bad:
        raise BadInput(bad.objection) from bad
    except DefinitionRefused as refused:
        template = N_("The amended master record does not hold: {place}: {reason}")
        raise BadInput(
            *(
                Objection("definition", template, {"place": problem.place, "reason": problem.reason}, "changes")
                for problem in refused.problems
            )
        ) from refused


def propose_amendment(
    *, batch: Batch, changes: Changes, reason: str, signing: Signing, actor: Actor, at: datetime
) -> Amendment:
    """Propose a change of the master record for one batch: its author's signature. It waits for QA."""
    stop_if(needs_a_real_reason(reason))
    loaded = amended_record(batch, changes)
    site, address = batch.site.code, batch.record.address
    signer = admit_signer(signing=signing, actor=actor, role=Role.AUTHOR, site=site, at=at, about=address)
    with audited(
        actor=signer.actor, action="batch.amendment.proposed", at=at, reason=reason, touching=[batch.record]
    ) as change:
        batch = batch_now(batch)
        stop_if(order.is_over(BatchState(batch.state)), _changed_meanwhile(batch, changes, loaded.sha256))
        number = next_amendment(batch)
        content = amendment_content(batch, changes, reason, loaded.sha256, number, approving=False)
        signature = sign(change, signer=signer, record=batch.record, content=content, site=site)
        amendment = Amendment(record=batch.record, batch=batch, number=number, changes=list(changes), reason=reason)
        amendment.text, amendment.sha256 = loaded.text, loaded.sha256
        amendment.authored, amendment.proposed_at = signature, at
        return change.create(amendment)


def approve_amendment(*, amendment: Amendment, signing: Signing, actor: Actor, at: datetime) -> Amendment:
    """Approve an amendment: QA's signature puts it in force for this batch."""
    batch = amendment.batch
    site, address = batch.site.code, batch.record.address
    signer = admit_signer(signing=signing, actor=actor, role=Role.QA, site=site, at=at, about=address)
    with audited(actor=signer.actor, action="batch.amendment.approved", at=at, touching=[batch.record]) as change:
        batch = batch_now(batch)
        amendment = Amendment.objects.select_related("record", "batch__record", "authored").get(pk=amendment.pk)
        own = is_own_work(signer.actor.username, {amendment.authored.username}, amendment.number)
        stop_if(
            own,
            order.is_over(BatchState(batch.state)),
            _is_decided(amendment),
            _changed_meanwhile(batch, amendment.changes, amendment.sha256),
            keep=kept(batch, [own] if own else []),
        )
        signature = sign(change, signer=signer, record=batch.record, content=approval_content(amendment), site=site)
        change.update(batch, definition_sha256=amendment.sha256)
        state = AmendmentState.APPROVED
        change.update(amendment, state=state, approved=signature, approved_at=at)
        _mark_steps(change, batch)
        return amendment


def plan_deviation(
    *, batch: Batch, step: str | Place, what: str, why: str, signing: Signing, actor: Actor, at: datetime
) -> PlannedDeviation:
    """Agree, before it is done, that a step of this batch departs from its master record: QA's signature."""
    place = read_place(step)
    stop_if(needs_a_real_reason(why))
    site, address = batch.site.code, batch.record.address
    signer = admit_signer(signing=signing, actor=actor, role=Role.QA, site=site, at=at, about=address)
    with audited(
        actor=signer.actor, action="batch.deviation.planned", at=at, reason=why, touching=[batch.record]
    ) as change:
        batch = batch_now(batch)
        stop_if(order.is_over(BatchState(batch.state)), _does_not_allow(batch, place), _is_done_already(batch, place))
        content = deviation_content(batch, place, what, why)
        signature = sign(change, signer=signer, record=batch.record, content=content, site=site)
        report_event(
            change,
            subject=batch.record,
            kind=EventKind.REPORTED,
            severity=Severity.MINOR,
            template=N_("Planned deviation at {step}: {what}"),
            facts={"step": place, "what": what},
            about=f"{address}/{place}",
        )
        row = PlannedDeviation(record=batch.record, batch=batch, place=str(place), what=what, why=why)
        row.agreed, row.agreed_at = signature, at
        return change.create(row)


def mark_skipped(change: Change, batch: Batch) -> None:
    """Mark the open steps that the approved amendments of a batch skip."""
    approved = Amendment.objects.filter(batch=batch, state=AmendmentState.APPROVED).values_list("changes", flat=True)
    skips = [skip for changes in approved for skip in skipped_steps(changes)]
    rows = Step.objects.filter(batch=batch, state=StepState.OPEN).select_related("record").order_by("pk")
    skipped = [row for row in rows if any(is_skipped(place_of(row.place), skip) for skip in skips)]
    change.update_many(skipped, action="batch.step.skipped", state=StepState.SKIPPED)


def next_amendment(batch: Batch) -> str:
    """The number of the next amendment of a batch: CT-0042-A01."""
    return f"{batch.number}-A{Amendment.objects.filter(batch=batch).count() + 1:02}"


def _mark_steps(change: Change, batch: Batch) -> None:
    """Open the occurrences of added steps, and mark the skipped ones that nothing was done in."""
    known = steps_of(batch)
    if not known:
        return
    definition = plan_of(batch).definition
    walked = [found.place for found in definition.walk(order.occurrences_of(known))]
    added = [
        Step(record=batch.record, batch=batch, place=str(place), section=str(place.section))
        for place in walked
        if place not in known
    ]
    change.create_many(added, action="batch.step.opened")
    mark_skipped(change, batch)


def _changed_meanwhile(batch: Batch, changes: Changes, sha256: str) -> Objection | None:
    if amended_record(batch, changes).sha256 == sha256:
        return None
    template = N_("The master record of this batch was amended meanwhile; propose the change anew.")
    return Objection("amended_meanwhile", template)


def _is_decided(amendment: Amendment) -> Objection | None:
    if amendment.state == AmendmentState.AUTHOR_SIGNED:
        return None
    return Objection("decided_already", N_("{number} is decided already."), {"number": amendment.number})


def _does_not_allow(batch: Batch, place: Place) -> Objection | None:
    try:
        step = plan_of(batch).definition.step(place)
    except BadPlace:
        return no_such_place(place)
    if step.planned_deviation:
        return None
    template = N_("The master record allows no planned deviation at {step}; it needs an amendment.")
    return Objection("no_planned_deviation", template, {"step": place}, place="step")


def _is_done_already(batch: Batch, place: Place) -> Objection | None:
    state = steps_of(batch).get(place, (0, StepState.OPEN))[1]
    return order.is_closed(place, state)
