"""In-process vessels: opened with a number of their own, scanned where they are used, closed when they are empty."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from apps.audit.services import Change, audited
from apps.batches.content import vessel_labels
from apps.batches.facts.inputs import Act, ValueInput
from apps.batches.models import Batch, RecordedValue, Vessel
from apps.batches.rules.vessels import is_empty, row_label, vessel_number
from apps.batches.selectors.plans import plan_of
from apps.batches.selectors.situation import Situation, situation_of
from apps.batches.selectors.things import Thing, Things, scanned_vessel
from apps.batches.selectors.vessels import vessel_label_sheets
from apps.batches.services.judging import is_not_begun, judge_inputs, read_place
from apps.batches.services.misses import kept
from apps.batches.services.recording import record_value, require_hands
from apps.batches.services.reporting import report_overridden
from apps.batches.services.storing import store_values
from apps.core.actor import Actor
from apps.core.errors import BadInput, Happened, Objection, stop_if
from apps.core.roles import Role
from apps.core.rules import reason_is_missing
from apps.core.text import N_
from apps.documents.models import Document
from apps.documents.services import request_document
from apps.lineage.services import link_all
from apps.organisation.services import require
from apps.products.definition import VesselUse
from apps.products.definition.preparation import VesselKind
from apps.products.facts import Place, VesselAct


def open_vessels(
    *,
    batch: Batch,
    step: str | Place,
    kind: str,
    count: int,
    actor: Actor,
    at: datetime,
    parents: Sequence[Vessel] = (),
    performed_at: datetime | None = None,
    reason: str = "",
    happened: Happened | None = None,
) -> list[Vessel]:
    """Open vessels in a step: each gets number and printed label, and is made from the batch and the vessels before."""
    place = read_place(step)
    who = require_hands(batch, [place], actor, at)
    use = _opening(batch, place, kind, count)
    act = Act(who, at, reason, happened)
    touching = [batch.record]
    relied = [vessel.record for vessel in parents]
    with audited(
        actor=who, action="vessel.opened", at=at, reason=act.why, touching=touching, relying_on=relied
    ) as change:
        situation = situation_of(batch, [place])
        stop_if(is_not_begun(situation, place), _is_another_batchs(situation.batch, parents))
        vessels = [_open(change, situation, place, use, act.performed_at(performed_at), act) for _ in range(count)]
        link_all(change, children=[vessel.record for vessel in vessels], parents=[batch.record, *relied])
        _record_labels(change, situation, place, use, vessels, act, performed_at)
        _print(change, situation.batch, vessels)
        return vessels


def open_vessel(
    *,
    batch: Batch,
    step: str | Place,
    kind: str,
    actor: Actor,
    at: datetime,
    parents: Sequence[Vessel] = (),
    performed_at: datetime | None = None,
    happened: Happened | None = None,
) -> Vessel:
    """Open one vessel."""
    opened = open_vessels(
        batch=batch,
        step=step,
        kind=kind,
        count=1,
        actor=actor,
        at=at,
        parents=parents,
        performed_at=performed_at,
        happened=happened,
    )
    return opened[0]


def print_vessel_labels(
    *, batch: Batch, vessels: Sequence[Vessel], reason: str, actor: Actor, at: datetime
) -> Document:
    """Print the labels of open vessels once more, because a label was lost or spoilt. Says why."""
    site, address = batch.site.code, batch.record.address
    who = require(actor, Role.OPERATOR, site, at=at, about=address)
    none = Objection("no_vessels", N_("Name the vessels."), place="vessels") if not vessels else None
    stop_if(none, reason_is_missing(reason), _is_another_batchs(batch, vessels, "vessels"))
    with audited(actor=who, action="vessel.labels.printed", at=at, reason=reason, touching=[batch.record]) as change:
        found = list(Vessel.objects.filter(pk__in=[vessel.pk for vessel in vessels]).order_by("pk"))
        stop_if(*(_is_closed(vessel) for vessel in found))
        return _print(change, batch, found)


def scan_vessel(
    *,
    batch: Batch,
    place: str | Place,
    scanned: str,
    actor: Actor,
    at: datetime,
    happened: Happened | None = None,
) -> RecordedValue:
    """Scan the vessel in hand where the step asks for it. The wrong one is a hard stop, kept as a near miss."""
    return record_value(batch=batch, place=place, text=scanned, actor=actor, at=at, scanned=True, happened=happened)


def _opening(batch: Batch, place: Place, kind: str, count: int) -> VesselUse:
    step = plan_of(batch).definition.step(place)
    uses = [use for use in step.vessels if use.act is VesselAct.OPEN and use.vessel == kind]
    if not uses:
        template = N_("{step} opens no {kind}.")
        raise BadInput(Objection("opens_none", template, {"step": place, "kind": kind}, place="kind"))
    if not 1 <= count <= 500 or (count > 1 and not step.is_in_rows(uses[0])):
        raise BadInput(Objection("vessel_count", N_("This number of vessels can't be opened here."), place="count"))
    return uses[0]


def _open(change: Change, situation: Situation, place: Place, use: VesselUse, opened_at: datetime, act: Act) -> Vessel:
    batch, section = situation.batch, str(place.section)
    kind = next(known for known in situation.definition.preparation.vessels if known.key == use.vessel)
    opened = Vessel.objects.filter(batch=batch, kind=kind.key, section=section).count()
    row = row_label(opened + 1, kind.numbered)
    record = change.open_record("vessel", _number(situation, place, kind, row), site=batch.site.code)
    vessel = Vessel(record=record, batch=batch, number=record.number, kind=kind.key, row=row, section=section)
    vessel.opened_in, vessel.opened_at, vessel.opened_by = str(place), opened_at, act.actor.username
    return change.create(vessel)


def _number(situation: Situation, place: Place, kind: VesselKind, row: str) -> str:
    stages = [stage.key for stage in situation.definition.preparation.stages]
    section = f"P{place.stage_n}" if place.stage_n else f"S{stages.index(place.stage) + 1}"
    return vessel_number(situation.batch.number, section, kind.code, row, kind.numbered)


def _record_labels(
    change: Change,
    situation: Situation,
    place: Place,
    use: VesselUse,
    vessels: Sequence[Vessel],
    act: Act,
    performed_at: datetime | None,
) -> None:
    step = situation.definition.step(place)
    rows = step.rows.kind if step.rows and step.is_in_rows(use) else ""
    places = [place.at(use.key, rows, vessel.row if rows else "") for vessel in vessels]
    # The number comes from the label that was just printed, not from a keyboard: no second person confirms it.
    inputs = [
        ValueInput(one, vessel.number, performed_at=performed_at, scanned=True)
        for one, vessel in zip(places, vessels, strict=True)
    ]
    things = Things({one: Thing(vessel=vessel) for one, vessel in zip(places, vessels, strict=True)})
    judged, findings = judge_inputs(situation, inputs, things, act, has_second=False)
    overridden = findings.stop(act, keep=kept(situation.batch, findings.against_the_act))
    store_values(change, situation, judged, act, overridden)
    report_overridden(change, situation, str(place), overridden, act)


def _print(change: Change, batch: Batch, vessels: Sequence[Vessel]) -> Document:
    """One sheet with a label for each vessel; a sheet is a document of the register, numbered within its batch."""
    sheet = vessel_labels(batch, vessels, len(vessel_label_sheets(batch)) + 1)
    return request_document(change, content=sheet, subject=batch.record, site=batch.site.code)


def _is_closed(vessel: Vessel) -> Objection | None:
    closed = is_empty(scanned_vessel(vessel))
    return replace(closed, place="vessels") if closed else None


def _is_another_batchs(batch: Batch, parents: Collection[Vessel], place: str = "parents") -> Objection | None:
    others = [vessel.number for vessel in parents if vessel.batch_id != batch.pk]
    if not others:
        return None
    facts = {"vessels": ", ".join(others), "batch": batch.number}
    return Objection("wrong_vessel", N_("{vessels} is not of batch {batch}."), facts, place=place)
