"""Placing holds and lifting them."""

from collections.abc import Collection, Mapping
from datetime import datetime

from apps.audit.models import Record
from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import KeptRefusal, stop_if
from apps.core.roles import Role
from apps.core.text import N_
from apps.organisation.models import Site
from apps.organisation.services import require
from apps.quality import rules
from apps.quality.content import lift_content
from apps.quality.facts import Blocks, kept_facts
from apps.quality.lifecycle import QualityVerb, may_not_move
from apps.quality.models import Hold
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign

WHO_MAY_STOP = frozenset(Role) - {Role.INSPECTOR, Role.SITE_ADMIN}
EVERYTHING = tuple(Blocks)


def place_hold(
    change: Change,
    *,
    record: Record,
    key: str,
    blocks: Collection[Blocks],
    code: str,
    template: str,
    facts: Mapping[str, object] | None = None,
    liftable_by: str = "QA",
    due_at: datetime | None = None,
) -> Hold:
    """Place a hold on a record. A second hold for the same fact changes nothing: the open one is returned."""
    standing = Hold.objects.filter(record=record, key=key, lifted_at=None).first()
    if standing:
        return standing
    hold = Hold(record=record, key=key, code=code, template=template, liftable_by=liftable_by, due_at=due_at)
    return change.create(_filled(change, hold, blocks, facts or {}), action="hold.placed")


def place_holds(
    change: Change,
    *,
    records: Mapping[Record, Mapping[str, object]],
    key: str,
    blocks: Collection[Blocks],
    code: str,
    template: str,
) -> list[Hold]:
    """Place the same hold on many records, each with its own facts; where it stands already nothing is changed."""
    standing = Hold.objects.filter(record__in=list(records), key=key, lifted_at=None)
    held = set(standing.values_list("record_id", flat=True))
    holds = [
        _filled(change, Hold(record=record, key=key, code=code, template=template, liftable_by="QA"), blocks, facts)
        for record, facts in records.items()
        if record.pk not in held
    ]
    return change.create_many(holds, action="hold.placed")


def _filled(change: Change, hold: Hold, blocks: Collection[Blocks], facts: Mapping[str, object]) -> Hold:
    hold.facts = kept_facts(facts)
    for block in blocks:
        setattr(hold, f"blocks_{block.lower()}", True)
    hold.placed_at, hold.placed_by = change.at, change.actor.username
    return hold


def lift_hold(change: Change, *, hold: Hold, reason: str) -> Hold:
    """Lift a hold because its fact has its answer; the decision and its evidence are the reason."""
    return change.update(
        hold, action="hold.lifted", lifted_at=change.at, lifted_by=change.actor.username, lift_reason=reason[:500]
    )


def lift_hold_for(change: Change, *, record: Record, key: str, reason: str) -> Hold | None:
    """Lift the open hold for one fact, if there is one."""
    hold = Hold.objects.filter(record=record, key=key, lifted_at=None).first()
    return lift_hold(change, hold=hold, reason=reason) if hold else None


def answer_due(site: str, at: datetime) -> datetime:
    """Until when quality answers what people or the system reported: within one working day of the site."""
    zone = Site.objects.filter(code=site).values_list("timezone", flat=True).first()
    return rules.one_working_day_after(at, zone or "UTC")


def out_of_order(verb: QualityVerb, state: str, record: Record) -> KeptRefusal | None:
    """An act out of its order stays in the trail although nothing of it is done (21 CFR 11.10(f))."""
    if may_not_move(verb, state) is None:
        return None
    return KeptRefusal(record.address, "quality.refused.out_of_order", {"verb": verb, "state": state})


def stop_record(
    *, record: Record, reason: str, actor: Actor, at: datetime, blocks: Collection[Blocks] = EVERYTHING
) -> Hold:
    """Stop a thing at once: one act and a reason, no signature, by anybody who works with it. Only QA lifts it."""
    who = require(actor, WHO_MAY_STOP, record.site, at=at, about=record.address)
    with audited(actor=who, action="record.stopped", reason=reason, at=at, touching=[record]) as change:
        stop_if(rules.is_blank(reason, "reason"))
        n = Hold.objects.filter(record=record, key__startswith="stop:").count() + 1
        return place_hold(
            change,
            record=record,
            key=f"stop:{n}",
            blocks=blocks,
            code="stopped",
            template=N_("Stopped by {name}: {reason}"),
            facts={"name": who.printed_name, "reason": reason},
            due_at=answer_due(record.site, at),
        )


def lift_hold_by_decision(*, hold: Hold, evidence: str, signing: Signing, actor: Actor, at: datetime) -> Hold:
    """Lift a hold by a named decision of quality assurance that cites its evidence.

    A hold whose fact has an answer of its own (an event, a test, the review) is never lifted this way.
    """
    record = hold.record
    signer = admit_signer(signing=signing, actor=actor, role=Role.QA, site=record.site, at=at, about=record.address)
    with audited(actor=signer.actor, action="hold.lifted", reason=evidence, at=at, touching=[record]) as change:
        hold = Hold.objects.select_related("record").get(pk=hold.pk)
        stop_if(
            rules.is_blank(evidence, "evidence"),
            rules.is_answered_elsewhere(hold.key, hold.liftable_by),
            rules.is_lifted(hold.lifted_at),
        )
        lifted = lift_hold(change, hold=hold, reason=evidence)
        sign(change, signer=signer, record=record, content=lift_content(hold=hold, evidence=evidence), site=record.site)
        return lifted
