"""Entering values: one, or several of a step at once."""

from collections.abc import Sequence
from datetime import datetime

from apps.audit.services import Change, audited
from apps.batches.content import late_content
from apps.batches.facts.inputs import Act, ValueInput
from apps.batches.models import Batch, RecordedValue
from apps.batches.rules.persons import is_own_work
from apps.batches.rules.places import no_such_place
from apps.batches.selectors.plans import plan_of
from apps.batches.selectors.situation import situation_of
from apps.batches.selectors.things import Things, things_named
from apps.batches.services.hands import against_the_hands
from apps.batches.services.judging import judge_inputs, read_place
from apps.batches.services.misses import keep_near_miss, kept
from apps.batches.services.reporting import report_overridden
from apps.batches.services.storing import store_values
from apps.core.actor import Actor
from apps.core.errors import BadInput, Happened, Refused, stop_if
from apps.core.roles import Role
from apps.organisation.services import require
from apps.products.facts import BadPlace, Place
from apps.signatures.facts import Signer, Signing
from apps.signatures.models import Signature
from apps.signatures.services import admit_signer, sign

RECORDED = "batch.value.recorded"
CONFIRMERS = (Role.CHECKER, Role.OPERATOR, Role.QA)


def record_value(
    *,
    batch: Batch,
    place: str | Place,
    text: str,
    actor: Actor,
    at: datetime,
    performed_at: datetime | None = None,
    unit: str = "",
    reason: str = "",
    happened: Happened | None = None,
    scanned: bool = False,
    second: Signing | None = None,
) -> RecordedValue:
    """Enter one value. Raises Refused with every objection at once; what was already done is recorded and marked."""
    given = ValueInput(read_place(place), text, unit, performed_at, scanned)
    rows = record_values(
        batch=batch, inputs=[given], actor=actor, at=at, reason=reason, happened=happened, second=second
    )
    return rows[0]


def record_values(
    *,
    batch: Batch,
    inputs: Sequence[ValueInput],
    actor: Actor,
    at: datetime,
    reason: str = "",
    happened: Happened | None = None,
    second: Signing | None = None,
) -> list[RecordedValue]:
    """Enter several values at once, all or none; a later one may count from an earlier one."""
    check_places(batch, inputs)
    who = require_hands(batch, [given.place for given in inputs], actor, at, is_done=happened is not None)
    act = Act(who, at, reason, happened)
    signer = _confirmer(batch, second, actor, at) if second else None
    things = things_named(batch, plan_of(batch), inputs)
    try:
        return _record(batch, inputs, act, signer, things)
    except Refused as refusal:
        keep_near_miss(batch, refusal, act)
        raise


def check_places(batch: Batch, inputs: Sequence[ValueInput]) -> None:
    """Each value is for a place that the master record of this batch knows. Raises BadInput with all that are not."""
    unknown = [given.place for given in inputs if not _is_known(batch, given.place)]
    if unknown:
        raise BadInput(*(no_such_place(place) for place in unknown))


def _is_known(batch: Batch, place: Place) -> bool:
    try:
        plan_of(batch).definition.parameter(place)
    except BadPlace:
        return False
    return True


def require_hands(batch: Batch, places: Sequence[Place], actor: Actor, at: datetime, *, is_done: bool = False) -> Actor:
    """The actor with the role that the steps ask for, trained on this master record.

    Of what is done already, training is judged with all else that stands against the act.
    """
    definition = plan_of(batch).definition
    try:
        roles = {definition.step(place).role for place in places}
    except BadPlace as error:
        raise BadInput(no_such_place(places[0])) from error
    subject = None if is_done else batch.product_version.record.address
    return require(actor, sorted(roles), batch.site.code, at=at, trained_on=subject, about=batch.record.address)


def _record(
    batch: Batch, inputs: Sequence[ValueInput], act: Act, signer: Signer | None, things: Things
) -> list[RecordedValue]:
    touching, relied = [batch.record, *things.changed()], things.relied_on()
    with audited(
        actor=act.actor, action=RECORDED, at=act.at, reason=act.why, touching=touching, relying_on=relied
    ) as change:
        situation = situation_of(batch, [given.place for given in inputs])
        named = things_named(batch, situation.plan, inputs) if things.by_place else things
        judged, findings = judge_inputs(situation, inputs, named, act, signer is not None)
        findings.against_the_act += against_the_hands(situation, [given.place for given in inputs], act)
        overridden = findings.stop(act, keep=kept(batch, findings.against_the_act))
        second = _confirm(change, batch, inputs, act, signer) if signer else None
        rows = store_values(change, situation, judged, act, overridden, second)
        report_overridden(change, situation, str(inputs[0].place), overridden, act)
        return rows


def _confirmer(batch: Batch, second: Signing, actor: Actor, at: datetime) -> Signer:
    address, site = batch.record.address, batch.site.code
    signer = admit_signer(signing=second, actor=actor, role=CONFIRMERS, site=site, at=at, about=address)
    stop_if(is_own_work(signer.actor.username, {actor.username}, address))
    return signer


def _confirm(change: Change, batch: Batch, inputs: Sequence[ValueInput], act: Act, signer: Signer) -> Signature:
    content = late_content(batch, inputs, act.reason)
    return sign(change, signer=signer, record=batch.record, content=content, site=batch.site.code)
