"""The second pair of eyes: the witness who was present, and the check before a section closes."""

from datetime import datetime

from apps.audit.services import audited
from apps.batches.content import check_content, witness_content
from apps.batches.facts.words import BatchState, StepState
from apps.batches.models import Batch, Step
from apps.batches.rules import completion, order
from apps.batches.rules.completion import StepView
from apps.batches.rules.persons import is_own_work
from apps.batches.rules.places import no_such_place
from apps.batches.selectors.batches import batch_now
from apps.batches.selectors.steps import section_sheet, step_sheet
from apps.batches.services.judging import read_place
from apps.batches.services.misses import kept
from apps.batches.services.signing import cover_second
from apps.core.actor import Actor
from apps.core.errors import Objection, stop_if
from apps.core.roles import Role
from apps.core.text import N_
from apps.products.facts import Place
from apps.signatures.facts import Signer, Signing
from apps.signatures.services import admit_signer, sign

WITNESSES = (Role.CHECKER, Role.OPERATOR)


def witness_step(*, batch: Batch, step: str | Place, signing: Signing, actor: Actor, at: datetime) -> Step:
    """Sign that one was present: the second person, on the operator's screen, before the step is completed."""
    place = read_place(step)
    signer = _second_person(batch, WITNESSES, signing, actor, at)
    action = "batch.step.witnessed"
    with audited(actor=signer.actor, action=action, at=at, touching=[batch.record]) as change:
        batch = batch_now(batch)
        sheet = step_sheet(batch, place)
        stop_if(
            order.can_hold_no_values(BatchState(batch.state)), None if place in sheet.views else no_such_place(place)
        )
        view = sheet.views[place]
        own = is_own_work(signer.actor.username, view.hands, str(place))
        stop_if(own, _nothing_to_witness(view), *completion.lacks_values(view), keep=kept(batch, [own] if own else []))
        content = witness_content(batch, place)
        signature = sign(change, signer=signer, record=batch.record, content=content, site=batch.site.code)
        return cover_second(change, sheet, view, signature, action)


def check_section(*, batch: Batch, section: str | Place, signing: Signing, actor: Actor, at: datetime) -> list[Step]:
    """Sign that the steps of a section were checked, by a person who had no hand in them."""
    place = read_place(section)
    signer = _second_person(batch, (Role.CHECKER,), signing, actor, at)
    action = "batch.section.checked"
    with audited(actor=signer.actor, action=action, at=at, touching=[batch.record]) as change:
        batch = batch_now(batch)
        sheet = section_sheet(batch, place)
        views = completion.to_check(sheet.views.values())
        own = is_own_work(signer.actor.username, completion.hands_in(views), str(place))
        locked = order.can_hold_no_values(BatchState(batch.state))
        stop_if(own, locked, completion.nothing_to_sign(views, place), keep=kept(batch, [own] if own else []))
        content = check_content(batch, place)
        signature = sign(change, signer=signer, record=batch.record, content=content, site=batch.site.code)
        return [cover_second(change, sheet, view, signature, action) for view in views]


def _second_person(batch: Batch, roles: tuple[Role, ...], signing: Signing, actor: Actor, at: datetime) -> Signer:
    return admit_signer(
        signing=signing, actor=actor, role=roles, site=batch.site.code, at=at, about=batch.record.address
    )


def _nothing_to_witness(view: StepView) -> Objection | None:
    if view.state is StepState.SKIPPED or not view.wants_witness:
        return Objection("no_witness_wanted", N_("{step} asks for no witness."), {"step": view.place})
    if view.has_second:
        return Objection("witnessed_already", N_("{step} is witnessed already."), {"step": view.place})
    return None
