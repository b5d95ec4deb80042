"""Quality judges a complaint, answers its reporter, closes it and, where more is learned, opens it again."""

from datetime import datetime
from typing import Any

from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.core.rules import is_future
from apps.organisation.services import require
from apps.quality.facts import EventState
from apps.quality.models import Event
from apps.quality.rules import is_blank
from apps.quality.services import end_event, make_deviation
from apps.signatures.facts import Signer, Signing
from apps.signatures.services import admit_signer, sign
from apps.vigilance import rules
from apps.vigilance.content import close_complaint_content, reopen_complaint_content, triage_content
from apps.vigilance.facts import Category, ComplaintVerb, Triage
from apps.vigilance.lifecycle import COMPLAINT_MOVES, may_not_move
from apps.vigilance.models import Complaint
from apps.vigilance.selectors import complaint_now, concerned_of, events_of, unfinished
from apps.vigilance.services.complaints import hold_sisters_of


def triage_complaint(*, complaint: Complaint, said: Triage, signing: Signing, actor: Actor, at: datetime) -> Complaint:
    """Judge how grave it is, whether its events are deviations, and whether sister units wait: one signature.

    A hold that stands since it came in stays; quality lifts it by a decision of its own, on evidence.
    """
    signer = _quality(ComplaintVerb.TRIAGE, complaint, signing, actor, at)
    rows = concerned_of(complaint)
    touching = [complaint.record, *(row.batch.record for row in rows), *(row.event.record for row in rows)]
    with audited(
        actor=signer.actor, action="complaint.triaged", reason=said.rationale, at=at, touching=touching
    ) as change:
        now, category = complaint_now(complaint), Category(complaint.category)
        stop_if(
            may_not_move(COMPLAINT_MOVES[ComplaintVerb.TRIAGE], now.state),
            is_blank(said.rationale, "rationale"),
            rules.is_own_complaint(now.recorded_by, signer.actor.username),
            rules.is_made_light_of(category, said.severity, said.deviation, said.hold),
        )
        sign(change, signer=signer, record=now.record, content=triage_content(now, said), site=now.record.site)
        rows = concerned_of(now)
        for event in events_of(rows):
            _judge(change, event, said)
        held = now.held or said.hold
        for batch in {row.batch_id: row.batch for row in rows}.values() if said.hold else ():
            hold_sisters_of(change, now, batch)
        told: dict[str, Any] = {
            "triaged_by": signer.actor.username,
            "triaged_name": signer.actor.printed_name,
            "triaged_at": at,
        }
        told |= {"state": COMPLAINT_MOVES[ComplaintVerb.TRIAGE].target, "severity": said.severity}
        return change.update(now, rationale=said.rationale, held=held, **told)


def answer_complaint(
    *, complaint: Complaint, answer: str, answered_at: datetime, actor: Actor, at: datetime
) -> Complaint:
    """The reporter was answered: with what, and when. A later answer stands beside the first in the trail."""
    record, move = complaint.record, COMPLAINT_MOVES[ComplaintVerb.ANSWER]
    who = require(actor, move.roles, record.site, at=at, about=record.address)
    with audited(actor=who, action="complaint.answered", at=at, touching=[record]) as change:
        now = complaint_now(complaint)
        stop_if(
            may_not_move(move, now.state),
            is_blank(answer, "answer"),
            is_future(answered_at, at, "answered_at"),
            rules.is_before(answered_at, now.received_at, "answered_at"),
        )
        told: dict[str, Any] = {"answered_at": answered_at, "answered_name": who.printed_name}
        return change.update(now, state=move.target, answer=answer, **told)


def close_complaint(
    *, complaint: Complaint, conclusion: str, signing: Signing, actor: Actor, at: datetime
) -> Complaint:
    """Close what is investigated and answered. A hold of it stands until quality lifts it on evidence."""
    signer = _quality(ComplaintVerb.CLOSE, complaint, signing, actor, at)
    move, record = COMPLAINT_MOVES[ComplaintVerb.CLOSE], complaint.record
    with audited(actor=signer.actor, action="complaint.closed", reason=conclusion, at=at, touching=[record]) as change:
        now = complaint_now(complaint)
        stop_if(
            may_not_move(move, now.state),
            is_blank(conclusion, "conclusion"),
            rules.has_open_investigations(*unfinished(events_of(concerned_of(now)))),
        )
        content = close_complaint_content(now, conclusion)
        sign(change, signer=signer, record=record, content=content, site=record.site)
        told: dict[str, Any] = {"closed_at": at, "closed_name": signer.actor.printed_name}
        return change.update(now, state=move.target, conclusion=conclusion, **told)


def reopen_complaint(*, complaint: Complaint, reason: str, signing: Signing, actor: Actor, at: datetime) -> Complaint:
    """Look into a closed complaint again; it is answered and closed anew."""
    signer = _quality(ComplaintVerb.REOPEN, complaint, signing, actor, at)
    move, record = COMPLAINT_MOVES[ComplaintVerb.REOPEN], complaint.record
    with audited(actor=signer.actor, action="complaint.reopened", reason=reason, at=at, touching=[record]) as change:
        now = complaint_now(complaint)
        stop_if(may_not_move(move, now.state), is_blank(reason, "reason"))
        content = reopen_complaint_content(now, reason)
        sign(change, signer=signer, record=record, content=content, site=record.site)
        return change.update(now, state=move.target, reopen_reason=reason)


def _judge(change: Change, event: Event, said: Triage) -> None:
    """An event that was judged by itself meanwhile keeps its judgement."""
    if event.state != EventState.OPEN:
        return
    if said.deviation:
        make_deviation(change, event, said.severity, said.rationale)
    else:
        end_event(change, event, said.rationale)


def _quality(verb: ComplaintVerb, complaint: Complaint, signing: Signing, actor: Actor, at: datetime) -> Signer:
    record, roles = complaint.record, COMPLAINT_MOVES[verb].roles
    return admit_signer(signing=signing, actor=actor, role=roles, site=record.site, at=at, about=record.address)
