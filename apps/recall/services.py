"""What is done in a recall: opened, each unit answered for, each holder reached, closed. The only writers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from apps.audit.models import Record
from apps.audit.selectors import next_number
from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.core.roles import Role
from apps.core.rules import reason_is_missing
from apps.core.text import N_
from apps.documents.services import request_document
from apps.organisation.selectors import site_at
from apps.organisation.services import require
from apps.quality.facts import Blocks
from apps.quality.services import place_holds
from apps.recall import rules
from apps.recall.content import close_content, open_content, recall_report
from apps.recall.facts import Begun, Outcome, RecallState
from apps.recall.models import Recall, RecallLine
from apps.recall.selectors import (
    Begins,
    Reached,
    coverage_of,
    line_now,
    lines_from,
    lines_of,
    lines_together,
    reached_from,
    recall_now,
)
from apps.recall.table import class_keys, clock_for
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign

WHO_MAY_RECALL = (Role.QA,)
WHO_MAY_ANSWER = (Role.QA, Role.STOREKEEPER, Role.PHYSICIAN, Role.NURSE)


def open_recall(*, begins: Begins, said: Begun, signing: Signing, actor: Actor, at: datetime) -> Recall:
    """Quality opens a recall by one signature: every unit has its line, and in earnest a hold at once.

    A mock recall touches no unit and no hold; it asks for the same answers against the same clock.
    """
    site, reached = site_at(begins.record.site), reached_from(begins)
    signer = admit_signer(
        signing=signing, actor=actor, role=WHO_MAY_RECALL, site=site.code, at=at, about=begins.record.address
    )
    door = {"touching": [begins.record, *_held(said, reached)]}
    with audited(actor=signer.actor, action="recall.opened", at=at, reason=said.why, **door) as change:
        stop_if(
            *rules.says_too_little(said, class_keys()), rules.reaches_nothing([unit.number for unit in reached.units])
        )
        content = open_content(begins, said)
        sign(change, signer=signer, record=begins.record, content=content, site=site.code)
        number = next_number("recall", f"{site.code}-R", Recall.objects.filter(site=site).count())
        record = change.open_record("recall", number, site=site.code)
        recall = Recall(record=record, number=number, site=site, source=begins.record, place=begins.place)
        recall.is_mock, recall.classification, recall.why = said.is_mock, said.classification, said.why
        recall.batches, recall.opened_at, recall.due_at = reached.batches, at, rules.due_at(at, clock_for(said)[0])
        recall.opened_by, recall.opened_name = signer.actor.username, signer.actor.printed_name
        change.create(recall)
        change.create_many(lines_from(recall, reached))
        if not said.is_mock:
            _hold(change, recall, reached)
        return recall


def account_for(*, line: RecallLine, outcome: Outcome, note: str, actor: Actor, at: datetime) -> RecallLine:
    """Say where a unit was found, or what had become of it, and how that is known."""
    record = line.record
    who = require(actor, WHO_MAY_ANSWER, record.site, at=at, about=record.address)
    with audited(actor=who, action="recall.unit.accounted", at=at, reason=note, touching=[record]) as change:
        now = line_now(line)
        stop_if(
            rules.is_closed(RecallState(now.recall.state)),
            rules.is_accounted_for(now.facts),
            rules.does_not_fit(now.facts, outcome, is_mock=now.recall.is_mock),
            reason_is_missing(note, "note"),
        )
        told: dict[str, Any] = {"found_at": at, "found_by": who.username, "found_name": who.printed_name}
        return change.update(now, outcome=outcome, note=note, **told)


def reach(*, line: RecallLine, note: str, actor: Actor, at: datetime) -> list[RecallLine]:
    """Whoever has the unit, or treats its patient, was reached: one call for all units of that patient or shipment."""
    record = line.record
    who = require(actor, WHO_MAY_ANSWER, record.site, at=at, about=record.address)
    with audited(actor=who, action="recall.holder.reached", at=at, reason=note, touching=[record]) as change:
        now = line_now(line)
        stop_if(
            rules.is_closed(RecallState(now.recall.state)),
            rules.needs_no_contact(now.facts),
            reason_is_missing(note, "note"),
        )
        told: dict[str, Any] = {"contacted_at": at, "contacted_by": who.username, "contacted_name": who.printed_name}
        return change.update_many(lines_together(now), contact_note=note, **told)


def close_recall(*, recall: Recall, conclusion: str, signing: Signing, actor: Actor, at: datetime) -> Recall:
    """Quality closes a recall by signature when each unit has its answer; the sealed report follows a checkpoint."""
    record = recall.record
    signer = admit_signer(
        signing=signing, actor=actor, role=WHO_MAY_RECALL, site=record.site, at=at, about=record.address
    )
    with audited(actor=signer.actor, action="recall.closed", at=at, reason=conclusion, touching=[record]) as change:
        now = recall_now(recall)
        stop_if(
            rules.is_closed(RecallState(now.state)),
            *rules.is_not_finished(coverage_of(lines_of(now))),
            reason_is_missing(conclusion, "conclusion"),
        )
        content = close_content(now, conclusion)
        signature = sign(change, signer=signer, record=record, content=content, site=record.site)
        report = recall_report(now, signature, conclusion, at)
        request_document(change, content=report, subject=record, site=record.site)
        who: dict[str, Any] = {
            "closed_at": at,
            "closed_by": signer.actor.username,
            "closed_name": signer.actor.printed_name,
        }
        return change.update(now, state=RecallState.CLOSED, conclusion=conclusion, **who)


def _held(said: Begun, reached: Reached) -> Sequence[Record]:
    return [] if said.is_mock else [unit.record for unit in reached.units]


def _hold(change: Change, recall: Recall, reached: Reached) -> None:
    facts = {"number": recall.number, "why": recall.why}
    place_holds(
        change,
        records={unit.record: facts for unit in reached.units},
        key=f"recall:{recall.number}",
        blocks=(Blocks.ISSUE, Blocks.USE),
        code="recalled",
        template=N_("Recall {number}: {why}"),
    )
