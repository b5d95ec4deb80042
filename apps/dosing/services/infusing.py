"""At the bed: compared by two people and started, paused, ended. What was given is recorded whatever forbids it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import Happened, Objection, RuleBroken, stop_if
from apps.core.rules import is_future
from apps.core.text import N_
from apps.dosing.content import end_content, second_content, start_content
from apps.dosing.facts import Bedside, MomentKind, OrderState, OrderVerb, Said
from apps.dosing.lifecycle import MOVES, may_not_move
from apps.dosing.models import Infusion, Moment, TreatmentOrder
from apps.dosing.rules import bedside as rules
from apps.dosing.selectors import (
    administered,
    against_the_start,
    dose_of,
    infusion_of,
    kept_units,
    mismatches,
    moments_of,
    order_now,
)
from apps.dosing.services.misses import compare_chains, keep_wrong_scan
from apps.dosing.services.safety import note_next_window
from apps.lineage.selectors import ancestors
from apps.lineage.services import link
from apps.organisation.services import require
from apps.products.definition.parameters import Recordable
from apps.products.facts import Entered, Verdict
from apps.quality.facts import EventKind, Severity
from apps.quality.services import report_event
from apps.signatures.facts import Signer, Signing
from apps.signatures.services import admit_signer, sign
from apps.storage.services import send_away
from apps.units.facts import UnitVerb
from apps.units.models import Unit
from apps.units.services import marks

AT_BED = MOVES[OrderVerb.START].roles
BEYOND = (Verdict.ACTION, Verdict.FAIL, Verdict.NOT_EVALUABLE)


def compare_at_bedside(*, order: TreatmentOrder, bedside: Bedside, actor: Actor, at: datetime) -> None:
    """Compare wristband and units with the order. The wrong patient or unit is a hard stop that the trail keeps."""
    who = require(actor, AT_BED, order.site.code, at=at, about=order.record.address)
    compare_chains(order, bedside.units, bedside.chain, who, at)
    try:
        stop_if(*mismatches(order, bedside))
    except RuleBroken as refusal:
        keep_wrong_scan(order, refusal, who, at)
        raise


def start_infusion(
    *,
    order: TreatmentOrder,
    bedside: Bedside,
    signing: Signing,
    countersigning: Signing,
    actor: Actor,
    at: datetime,
    happened: Happened | None = None,
) -> Infusion:
    """Two people sign that they compared at the bed, and the infusion begins. The units are the patient's from now on.

    With `happened` an infusion that was given is recorded against every rule but the identity of patient and units.
    """
    compare_at_bedside(order=order, bedside=bedside, actor=actor, at=at)
    site, about = order.site.code, order.record.address
    signer = admit_signer(signing=signing, actor=actor, role=AT_BED, site=site, at=at, about=about)
    second = admit_signer(signing=countersigning, actor=actor, role=AT_BED, site=site, at=at, about=about)
    began, reason, units = happened.at if happened else at, happened.reason if happened else "", kept_units(order)
    records = [unit.record for unit in units]
    batches = [unit.batch.record for unit in units]
    door = {"touching": [order.record, *records, *batches], "relying_on": [*ancestors(records), order.recipient.record]}
    with audited(actor=signer.actor, action="infusion.started", at=at, reason=reason, **door) as change:
        now, units = order_now(order), kept_units(order)
        stop_if(*_never(now, bedside, signer, second, began, at))
        against = [*against_the_start(now, bedside, began), *_unready(now)]
        stop_if(*against, happened=happened)
        for content, one in ((start_content, signer), (second_content, second)):
            said = content(now, bedside, happened.at if happened else None)
            sign(change, signer=one, record=now.record, content=said, site=site)
        send_away(change, units=units, verb=UnitVerb.ADMINISTER, moved_at=began, happened=happened, objections=against)
        change.update(now, state=MOVES[OrderVerb.START].target)
        for unit in units:
            link(change, children=[now.record], parent=unit.record)
        infusion = _begun(now, units, bedside, (signer, second), began, happened, against, at)
        return _with_moment(change, change.create(infusion), MomentKind.STARTED, began)


def note_moment(
    *,
    order: TreatmentOrder,
    kind: MomentKind,
    actor: Actor,
    at: datetime,
    moment_at: datetime | None = None,
    rate: str = "",
    note: str = "",
) -> Moment:
    """A pause, going on, or another rate, while the infusion runs. The same said twice is one moment."""
    who = require(actor, AT_BED, order.site.code, at=at, about=order.record.address)
    moment_at = moment_at or at
    with audited(actor=who, action=f"infusion.{kind.lower()}", at=at, reason=note, touching=[order.record]) as change:
        now, infusion = order_now(order), infusion_of(order)
        stop_if(
            may_not_move(OrderVerb.END, OrderState(now.state)),
            None if kind in (MomentKind.PAUSED, MomentKind.RESUMED, MomentKind.RATE) else _no_moment(kind),
            is_future(moment_at, at, "moment_at"),
            rules.is_before_start(moment_at, infusion.started_at, "moment_at") if infusion else None,
        )
        last = max(moments_of(infusion), key=lambda one: one.pk, default=None) if infusion else None
        if last and rules.is_said_twice(Said(who.username, moment_at, (kind, rate, note)), _said(last)):
            return last
        row = Moment(record=now.record, infusion=infusion, kind=kind, at=moment_at, by=who.username)
        row.rate, row.note = rate, note
        return change.create(row)


def end_infusion(
    *,
    order: TreatmentOrder,
    ended_at: datetime,
    answers: Mapping[str, str],
    signing: Signing,
    actor: Actor,
    at: datetime,
) -> Infusion:
    """The infusion ended: what the master record asks is signed; a value beyond its limit stands and opens an event."""
    move, site, about = MOVES[OrderVerb.END], order.site.code, order.record.address
    signer = admit_signer(signing=signing, actor=actor, role=move.roles, site=site, at=at, about=about)
    with audited(actor=signer.actor, action="infusion.ended", at=at, touching=[order.record]) as change:
        now, infusion = order_now(order), infusion_of(order)
        stop_if(may_not_move(OrderVerb.END, OrderState(now.state)), is_future(ended_at, at, "ended_at"))
        if infusion is None:
            raise LookupError("unreachable: an order that is infusing has its infusion")
        stop_if(rules.is_before_start(ended_at, infusion.started_at, "ended_at"))
        read = administered(now, answers, ended_at)
        stop_if(*(rules.is_not_said(one, entered.done) for one, entered in read))
        sign(change, signer=signer, record=now.record, content=end_content(now, answers, ended_at), site=site)
        _tell_what_is_beyond(change, now, read)
        _tell_what_had_expired(change, now, infusion, ended_at)
        change.update(now, state=move.target)
        who = {"ended_by": signer.actor.username, "ended_name": signer.actor.printed_name}
        given = {one.key: entered.text for one, entered in read if entered.done}
        ended = change.update(infusion, ended_at=ended_at, answers=given, **who)
        note_next_window(change, now, ended)
        return _with_moment(change, ended, MomentKind.ENDED, ended_at)


def _never(
    order: TreatmentOrder, bedside: Bedside, first: Signer, second: Signer, began: datetime, at: datetime
) -> list[Objection | None]:
    """What no statement passes: another patient or unit, one person for two, a time to come, a dose given before."""
    return [
        *mismatches(order, bedside),
        rules.is_one_person(first.actor.username, second.actor.username),
        is_future(began, at, "happened.at"),
        rules.is_over(OrderState(order.state)),
    ]


def _unready(order: TreatmentOrder) -> list[Objection]:
    found = may_not_move(OrderVerb.START, OrderState(order.state))
    return [found] if found else []


def _begun(
    order: TreatmentOrder,
    units: Sequence[Unit],
    bedside: Bedside,
    people: tuple[Signer, Signer],
    began: datetime,
    happened: Happened | None,
    against: Sequence[Objection],
    at: datetime,
) -> Infusion:
    dose, (first, second) = dose_of(order), people
    row = Infusion(record=order.record, order=order, units=[unit.number for unit in units], started_at=began)
    row.bedside, row.remainder = dict(bedside.answers), dose.remainder if dose else None
    row.expires_at = min(unit.expires_at for unit in units)
    row.started_by, row.started_name = first.actor.username, first.actor.printed_name
    row.second_by, row.second_name = second.actor.username, second.actor.printed_name
    row.happened, row.reason = happened is not None, happened.reason if happened else ""
    row.overridden, row.recorded_at = marks(against if happened else ()), at
    return row


def _with_moment(change: Change, infusion: Infusion, kind: MomentKind, at: datetime) -> Infusion:
    change.create(Moment(record=infusion.record, infusion=infusion, kind=kind, at=at, by=change.actor.username))
    return infusion


def _tell_what_is_beyond(change: Change, order: TreatmentOrder, read: Sequence[tuple[Recordable, Entered]]) -> None:
    for parameter, entered in read:
        if entered.verdict not in BEYOND:
            continue
        report_event(
            change,
            subject=order.record,
            kind=EventKind.ACTION_LIMIT,
            severity=Severity.MAJOR,
            template=N_("{field} of the infusion is {value}: {verdict}"),
            facts={"field": parameter.label.en, "value": entered.text, "verdict": entered.judgement.text},
        )


def _tell_what_had_expired(change: Change, order: TreatmentOrder, infusion: Infusion, ended_at: datetime) -> None:
    if not rules.ran_past(ended_at, infusion.expires_at):
        return
    report_event(
        change,
        subject=order.record,
        kind=EventKind.HOLD_TIME,
        severity=Severity.CRITICAL,
        template=N_("The infusion ended at {ended_at} UTC; its units had expired at {expires_at} UTC."),
        facts={"ended_at": f"{ended_at:%Y-%m-%d %H:%M}", "expires_at": f"{infusion.expires_at:%Y-%m-%d %H:%M}"},
    )


def _said(moment: Moment) -> Said:
    return Said(moment.by, moment.at, (moment.kind, moment.rate, moment.note))


def _no_moment(kind: MomentKind) -> Objection:
    return Objection("no_moment", N_("{kind} is no moment to note."), {"kind": kind}, place="kind")
