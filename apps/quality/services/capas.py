"""Corrective and preventive actions: planned by QA, carried out by their owner, judged by somebody else."""

from datetime import datetime
from typing import Any

from apps.audit.models import Record
from apps.audit.selectors import next_number
from apps.audit.services import audited
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.core.roles import Role
from apps.core.rules import unknown
from apps.organisation.services import require
from apps.quality import rules
from apps.quality.content import check_capa_content
from apps.quality.facts import CapaState, Planned
from apps.quality.lifecycle import CAPA_MOVES, QualityVerb, may_not_move
from apps.quality.models import Capa
from apps.quality.selectors import capa_now, member_at
from apps.quality.services.holds import out_of_order
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign


def plan_capa(*, source: Record, subject: Record, planned: Planned, actor: Actor, at: datetime) -> Capa:
    """Plan an action out of a deviation or an investigation: owner, date, and by what it will be judged effective."""
    who = require(actor, Role.QA, source.site, at=at, about=source.address)
    with audited(actor=who, action="capa.planned", at=at, touching=[source]) as change:
        owner = member_at(planned.owner, source.site, at)
        stop_if(
            rules.is_blank(planned.what, "what"),
            rules.is_blank(planned.criterion, "criterion"),
            unknown(planned.owner, "owner") if owner is None else None,
            *rules.are_no_dates(planned, at),
        )
        number = next_number("capa", f"{source.number}-A", Capa.objects.filter(source=source).count())
        capa = Capa(record=change.open_record("capa", number, site=source.site), source=source, subject=subject)
        capa.kind, capa.what, capa.criterion = planned.kind, planned.what, planned.criterion
        capa.owner, capa.owner_name = planned.owner, owner.printed_name if owner else ""
        capa.due_at, capa.check_at = planned.due_at, planned.check_at
        capa.planned_at, capa.planned_by, capa.planned_name = at, who.username, who.printed_name
        return change.create(capa)


def carry_out_capa(*, capa: Capa, evidence: str, actor: Actor, at: datetime) -> Capa:
    """The owner says what was done, with the evidence of it."""
    verb = QualityVerb.CARRY_OUT
    who = require(actor, CAPA_MOVES[verb].roles, capa.record.site, at=at, about=capa.record.address)
    with audited(actor=who, action="capa.carried_out", at=at, touching=[capa.record]) as change:
        capa = capa_now(capa)
        stop_if(
            may_not_move(verb, capa.state),
            rules.is_not_the_owner(who.username, capa.owner, capa.owner_name),
            rules.is_blank(evidence, "evidence"),
            keep=out_of_order(verb, capa.state, capa.record),
        )
        done: dict[str, Any] = {"done_at": at, "done_by": who.username, "done_name": who.printed_name}
        return change.update(capa, state=CapaState.DONE, evidence=evidence, **done)


def check_capa(*, capa: Capa, verb: QualityVerb, finding: str, signing: Signing, actor: Actor, at: datetime) -> Capa:
    """Judge the effect of an action by its criterion: effective, or not and opened again. Not by who carried it out.

    Opened again after its date it is due at once; its effect gets the time of the plan anew.
    """
    record = capa.record
    signer = admit_signer(
        signing=signing, actor=actor, role=CAPA_MOVES[verb].roles, site=record.site, at=at, about=record.address
    )
    who, effective = signer.actor, verb is QualityVerb.FIND_EFFECTIVE
    with audited(actor=who, action="capa.checked", at=at, reason=finding, touching=[record]) as change:
        capa = capa_now(capa)
        stop_if(
            may_not_move(verb, capa.state),
            rules.is_blank(finding, "finding"),
            rules.is_own_action(who.username, capa.done_by, capa.owner),
            rules.is_too_early(capa.check_at, at) if effective else None,
            keep=out_of_order(verb, capa.state, capa.record),
        )
        content = check_capa_content(capa=capa, verb=verb, finding=finding)
        sign(change, signer=signer, record=record, content=content, site=record.site)
        judged: dict[str, Any] = {
            "finding": finding,
            "checked_at": at,
            "checked_by": who.username,
            "checked_name": who.printed_name,
        }
        again = {} if effective else {"reopened": capa.reopened + 1, **_due_anew(capa, max(capa.due_at, at))}
        return change.update(capa, state=CAPA_MOVES[verb].target, **judged, **again)


def postpone_capa(*, capa: Capa, due_at: datetime, reason: str, actor: Actor, at: datetime) -> Capa:
    """Give an action more time, with the reason; how often is counted. Its effect is judged that much later."""
    verb = QualityVerb.POSTPONE
    who = require(actor, CAPA_MOVES[verb].roles, capa.record.site, at=at, about=capa.record.address)
    with audited(actor=who, action="capa.postponed", at=at, reason=reason, touching=[capa.record]) as change:
        capa = capa_now(capa)
        stop_if(
            may_not_move(verb, capa.state),
            rules.is_blank(reason, "reason"),
            rules.is_not_later(due_at, max(capa.due_at, at)),
            rules.is_own_action(who.username, capa.owner),
        )
        return change.update(capa, reason=reason, postponed=capa.postponed + 1, **_due_anew(capa, due_at))


def reopen_capa(*, capa: Capa, due_at: datetime, reason: str, actor: Actor, at: datetime) -> Capa:
    """Open an action again that had been found effective, with the reason and a new date."""
    verb = QualityVerb.REOPEN_CAPA
    who = require(actor, CAPA_MOVES[verb].roles, capa.record.site, at=at, about=capa.record.address)
    with audited(actor=who, action="capa.reopened", at=at, reason=reason, touching=[capa.record]) as change:
        capa = capa_now(capa)
        stop_if(may_not_move(verb, capa.state), rules.is_blank(reason, "reason"), rules.is_not_later(due_at, at))
        again = {"reopened": capa.reopened + 1, **_due_anew(capa, due_at)}
        return change.update(capa, state=CapaState.OPEN, reason=reason, **again)


def cancel_capa(*, capa: Capa, reason: str, actor: Actor, at: datetime) -> Capa:
    """Cancel an action that is not needed any more, with the reason."""
    verb = QualityVerb.CANCEL_CAPA
    who = require(actor, CAPA_MOVES[verb].roles, capa.record.site, at=at, about=capa.record.address)
    with audited(actor=who, action="capa.cancelled", at=at, reason=reason, touching=[capa.record]) as change:
        capa = capa_now(capa)
        stop_if(
            may_not_move(verb, capa.state),
            rules.is_blank(reason, "reason"),
            rules.is_own_action(who.username, capa.owner),
        )
        return change.update(capa, state=CapaState.CANCELLED, reason=reason)


def _due_anew(capa: Capa, due_at: datetime) -> dict[str, Any]:
    """Another date for an action: its effect gets as long to show as the plan gave it."""
    return {"due_at": due_at, "check_at": due_at + (capa.check_at - capa.due_at)}
