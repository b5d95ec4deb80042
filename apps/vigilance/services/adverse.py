"""An adverse event is recorded, followed, judged by a physician, closed and, where more is learned, judged again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from apps.audit.models import Record
from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.dosing.lifecycle import FOLLOWERS
from apps.dosing.models import Reaction, TreatmentOrder
from apps.dosing.rules import bedside, following
from apps.dosing.selectors import infusion_of, kept_units, order_now
from apps.dosing.services import hold_lots_of
from apps.organisation.services import require
from apps.products.selectors import definition_of
from apps.quality.rules import is_blank
from apps.quality.services import answer_due
from apps.signatures.facts import Signer, Signing
from apps.signatures.services import admit_signer, sign
from apps.vigilance import rules
from apps.vigilance.content import assess_content, close_adverse_event_content, reopen_adverse_event_content
from apps.vigilance.facts import (
    AdverseState,
    AdverseVerb,
    Assessment,
    FollowUp,
    Observed,
    Outcome,
    Seriousness,
)
from apps.vigilance.lifecycle import ADVERSE_MOVES, may_not_move
from apps.vigilance.models import AdverseEvent, FollowUpReport
from apps.vigilance.selectors import adverse_event_now, duties_for
from apps.vigilance.services.reporting import settle_duties


def record_adverse_event(
    *, order: TreatmentOrder, said: Observed, actor: Actor, at: datetime, reaction: Reaction | None = None
) -> AdverseEvent:
    """What a patient had after a dose; `reaction` carries one of the bed over. A grave one holds what the reaction
    did not hold yet. What is serious starts the clock of its report, before anybody has judged it.

    The same sent twice is one.
    """
    who = require(actor, FOLLOWERS, order.site.code, at=at, about=order.record.address)
    with audited(actor=who, action="adverse.recorded", at=at, touching=_touched(order)) as change:
        now, infusion = order_now(order), infusion_of(order)
        stop_if(
            following.is_not_given(infusion is not None),
            following.is_no_grade(said.grade),
            bedside.is_before_start(said.onset_at, infusion.started_at, "onset_at") if infusion else None,
            *rules.cannot_be(said, at),
            rules.is_known_later(said.known_at, reaction.recorded_at if reaction else None),
        )
        last = AdverseEvent.objects.filter(order=now).order_by("-pk").first()
        if last and _is_the_same(last, said, reaction, who):
            return last
        stop_if(rules.is_carried_over(_carried_into(reaction)))
        event = _written(change, now, said, reaction, who)
        _hold(change, event, now, held=bool(reaction and reaction.holds))
        settle_duties(change, event)
        return event


def add_follow_up(*, event: AdverseEvent, said: FollowUp, actor: Actor, at: datetime) -> AdverseEvent:
    """What was learned later. It is never refused for the state of the event: a closed one is open again by it."""
    who = require(actor, FOLLOWERS, event.record.site, at=at, about=event.record.address)
    touching = [event.record, *_touched(event.order)]
    with audited(actor=who, action="adverse.followed", at=at, touching=touching) as change:
        now = adverse_event_now(event)
        stop_if(following.is_no_grade(said.grade), *rules.cannot_follow(said, now.known_at, at))
        last = FollowUpReport.objects.filter(event=now).order_by("-n").first()
        if last and _says_again(last, said, who):
            return now
        _follow(change, now, said, last.n + 1 if last else 1, who)
        graver = set(said.seriousness) - {Seriousness(one) for one in now.seriousness}
        told: dict[str, Any] = {"grade": said.grade, "seriousness": list(said.seriousness), "outcome": said.outcome}
        told |= {"is_serious": bool(said.seriousness), "clock_from": said.learned_at if graver else now.clock_from}
        told |= {"state": AdverseState.UNASSESSED, "assess_by": answer_due(now.record.site, at)}
        change.update(now, **told)
        _hold(change, now, order_now(now.order), held=now.held)
        if graver:
            settle_duties(change, now)
        return now


def assess_adverse_event(
    *, event: AdverseEvent, said: Assessment, signing: Signing, actor: Actor, at: datetime
) -> AdverseEvent:
    """A physician judges relation and expectedness; what is not to be reported is no longer due, with the reason."""
    signer = _signer(AdverseVerb.ASSESS, event, signing, actor, at)
    record, move = event.record, ADVERSE_MOVES[AdverseVerb.ASSESS]
    with audited(
        actor=signer.actor, action="adverse.assessed", reason=said.rationale, at=at, touching=[record]
    ) as change:
        now = adverse_event_now(event)
        stop_if(
            may_not_move(move, now.state),
            is_blank(said.reference, "reference"),
            is_blank(said.rationale, "rationale"),
        )
        sign(change, signer=signer, record=record, content=assess_content(now, said), site=record.site)
        told: dict[str, Any] = {
            "causality": said.causality,
            "expectedness": said.expectedness,
            "reference": said.reference,
        }
        told |= {"assessed_by": signer.actor.username, "assessed_name": signer.actor.printed_name}
        change.update(now, state=move.target, rationale=said.rationale, assessed_at=at, **told)
        settle_duties(change, now)
        return now


def close_adverse_event(
    *, event: AdverseEvent, conclusion: str, signing: Signing, actor: Actor, at: datetime
) -> AdverseEvent:
    """Close what is judged, reported and followed to its outcome."""
    signer = _signer(AdverseVerb.CLOSE, event, signing, actor, at)
    record, move = event.record, ADVERSE_MOVES[AdverseVerb.CLOSE]
    with audited(actor=signer.actor, action="adverse.closed", reason=conclusion, at=at, touching=[record]) as change:
        now = adverse_event_now(event)
        stop_if(
            may_not_move(move, now.state),
            is_blank(conclusion, "conclusion"),
            rules.is_still_running(Outcome(now.outcome)),
            rules.reports_wait(sum(duty.is_open for duty in duties_for(now))),
        )
        content = close_adverse_event_content(now, conclusion)
        sign(change, signer=signer, record=record, content=content, site=record.site)
        told: dict[str, Any] = {"closed_at": at, "closed_name": signer.actor.printed_name, "conclusion": conclusion}
        return change.update(now, state=move.target, **told)


def reopen_adverse_event(
    *, event: AdverseEvent, reason: str, signing: Signing, actor: Actor, at: datetime
) -> AdverseEvent:
    """A closed event is judged again."""
    signer = _signer(AdverseVerb.REOPEN, event, signing, actor, at)
    record, move = event.record, ADVERSE_MOVES[AdverseVerb.REOPEN]
    with audited(actor=signer.actor, action="adverse.reopened", reason=reason, at=at, touching=[record]) as change:
        now = adverse_event_now(event)
        stop_if(may_not_move(move, now.state), is_blank(reason, "reason"))
        content = reopen_adverse_event_content(now, reason)
        sign(change, signer=signer, record=record, content=content, site=record.site)
        return change.update(now, state=move.target, assess_by=answer_due(record.site, at))


def _written(
    change: Change, order: TreatmentOrder, said: Observed, reaction: Reaction | None, who: Actor
) -> AdverseEvent:
    number = f"{order.number}-AE{AdverseEvent.objects.filter(order=order).count() + 1:02}"
    record = change.open_record("adverse", number, site=order.record.site)
    row = AdverseEvent(record=record, number=number, order=order, recipient=order.recipient, reaction=reaction)
    row.term, row.narrative, row.grade, row.outcome = said.term, said.narrative, said.grade, said.outcome
    row.onset_at, row.known_at, row.clock_from = said.onset_at, said.known_at, said.known_at
    row.seriousness, row.is_serious = list(said.seriousness), bool(said.seriousness)
    row.assess_by = answer_due(order.record.site, change.at)
    row.recorded_at, row.recorded_by, row.recorded_name = change.at, who.username, who.printed_name
    return change.create(row)


def _follow(change: Change, event: AdverseEvent, said: FollowUp, n: int, who: Actor) -> None:
    row = FollowUpReport(record=event.record, event=event, n=n, learned_at=said.learned_at, what=said.what)
    row.grade, row.seriousness, row.outcome = said.grade, list(said.seriousness), said.outcome
    row.recorded_at, row.recorded_by, row.recorded_name = change.at, who.username, who.printed_name
    change.create(row)


def _hold(change: Change, event: AdverseEvent, order: TreatmentOrder, *, held: bool) -> None:
    """From the grade of the master record on the lots are held, unless the reaction at the bed holds them already."""
    blocking = definition_of(order.product_version).dosing.blocking_reaction_grade
    grave = following.holds_sisters(event.grade, blocking)
    if grave and not held:
        told: dict[str, Any] = {"grade": event.grade, "what": event.term, "about": event.record.address}
        hold_lots_of(change, order, key=f"adverse:{event.number}", **told)
    if (grave or held) and not event.held:
        change.update(event, action="adverse.held", held=True)


def _is_the_same(last: AdverseEvent, said: Observed, reaction: Reaction | None, who: Actor) -> bool:
    before = (last.recorded_by, last.term, last.onset_at, last.reaction_id)
    return before == (who.username, said.term, said.onset_at, reaction.pk if reaction else None)


def _says_again(last: FollowUpReport, said: FollowUp, who: Actor) -> bool:
    before = (last.recorded_by, last.learned_at, last.what, last.grade, last.outcome, list(last.seriousness))
    return before == (who.username, said.learned_at, said.what, said.grade, said.outcome, list(said.seriousness))


def _carried_into(reaction: Reaction | None) -> str:
    found = AdverseEvent.objects.filter(reaction=reaction).first() if reaction else None
    return found.number if found else ""


def _touched(order: TreatmentOrder) -> Sequence[Record]:
    return [order.record, order.recipient.record, *(unit.batch.record for unit in kept_units(order))]


def _signer(verb: AdverseVerb, event: AdverseEvent, signing: Signing, actor: Actor, at: datetime) -> Signer:
    record, roles = event.record, ADVERSE_MOVES[verb].roles
    return admit_signer(signing=signing, actor=actor, role=roles, site=record.site, at=at, about=record.address)
