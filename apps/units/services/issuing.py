"""Containers issued to a batch, and labels printed for it: what is given out, and what became of each."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.audit.services import Change, audited
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.batches.selectors.plans import definition_of_batch
from apps.core.actor import Actor
from apps.core.errors import Happened, Objection, stop_if
from apps.core.rules import is_future, reason_is_missing
from apps.core.text import N_
from apps.documents.services import request_document
from apps.lineage.services import link_once
from apps.materials.models import MaterialLot
from apps.materials.rules import against_use
from apps.materials.selectors import facts_in_use, lots_now
from apps.products.definition import Definition
from apps.products.definition.storage import StorageState
from apps.quality.facts import Blocks
from apps.quality.rules import has_open_holds
from apps.quality.selectors import open_holds
from apps.units import rules
from apps.units.content import labels_document
from apps.units.facts import LabelFate
from apps.units.models import ContainerIssue, ContainerLoss, Label, Unit
from apps.units.selectors import clock_moments, expiry_at_fill, free_containers, labels_now, state_of_label
from apps.units.services.acting import trained_operator
from apps.units.services.overriding import marks, report_accepted


def issue_containers(
    *, batch: Batch, lot: MaterialLot, count: int, actor: Actor, at: datetime, happened: Happened | None = None
) -> ContainerIssue:
    """Hand empty containers of one released lot to a batch for its fill. The batch is made with that lot from now on:
    what holds the lot later holds the units that were filled into it."""
    who = trained_operator(batch, actor, at)
    stop_if(rules.is_no_count(count))
    issued_at = happened.at if happened else at
    stop_if(is_future(issued_at, at, "happened.at"))
    reason = happened.reason if happened else ""
    door = audited(
        actor=who,
        action="containers.issued",
        at=at,
        reason=reason,
        touching=[batch.record],
        relying_on=[lot.record],
    )
    with door as change:
        batch, lot = batch_now(batch), lots_now([lot])[0]
        stop_if(rules.is_locked(BatchState(batch.state)), _is_elsewhere(lot, batch))
        overridden = stop_if(*_against_issuing(batch, lot, issued_at), happened=happened)
        issue = ContainerIssue(record=batch.record, batch=batch, lot=lot, count=count, issued_at=issued_at)
        issue.issued_by, issue.overridden = who.username, marks(overridden)
        change.create(issue)
        link_once(change, child=batch.record, parent=lot.record)
        report_accepted(change, subject=batch.record, overridden=overridden, happened=happened)
        return issue


def _against_issuing(batch: Batch, lot: MaterialLot, issued_at: datetime) -> list[Objection | None]:
    material = definition_of_batch(batch).units.container.material
    held = open_holds([lot.record], Blocks.USE)
    running = rules.is_not_running(BatchState(batch.state))
    return [running, *against_use(facts_in_use(lot), material, issued_at), has_open_holds(held)]


def _is_elsewhere(lot: MaterialLot, batch: Batch) -> Objection | None:
    if lot.site_id == batch.site_id:
        return None
    return Objection("other_site", N_("Lot {lot} is at another site."), {"lot": lot.number}, "lot")


def lose_containers(
    *, batch: Batch, count: int, returned: bool, reason: str, actor: Actor, at: datetime
) -> ContainerLoss:
    """Account for issued containers that became no unit: returned unused, or broken or rejected. Says why."""
    who = trained_operator(batch, actor, at)
    stop_if(rules.is_no_count(count), reason_is_missing(reason))
    with audited(actor=who, action="containers.accounted", at=at, reason=reason, touching=[batch.record]) as change:
        batch = batch_now(batch)
        free = free_containers(batch)
        template = N_("{count} containers can't be accounted for: only {free} are free.")
        stop_if(
            rules.is_locked(BatchState(batch.state)),
            Objection("too_many", template, {"count": count, "free": free}, "count") if count > free else None,
        )
        loss = ContainerLoss(record=batch.record, batch=batch, count=count, returned=returned, reason=reason)
        loss.lost_at, loss.lost_by = at, who.username
        return change.create(loss)


# --- labels ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Print:
    """What a printing is dated from, and why where it prints again."""

    dated_from: datetime
    reason: str
    username: str


def print_labels(
    *,
    batch: Batch,
    actor: Actor,
    at: datetime,
    units: Sequence[str] = (),
    specimens: int = 0,
    dated_from: datetime | None = None,
    reason: str = "",
) -> list[Label]:
    """Print labels: for the named units, or for every planned unit that has none yet; each one is counted.

    A further copy for a unit needs a reason; specimens are kept in the record. The expiry is that of the labelled
    storage state, counted from `dated_from` (now, unless the fill was earlier).
    """
    who = trained_operator(batch, actor, at)
    stop_if(is_future(dated_from or at, at, "dated_from"))
    with audited(actor=who, action="labels.printed", at=at, reason=reason, touching=[batch.record]) as change:
        batch = batch_now(batch)
        definition = definition_of_batch(batch)
        copies = Counter(
            Label.objects.filter(batch=batch).exclude(unit_number="").values_list("unit_number", flat=True)
        )
        planned = rules.planned_numbers(definition, batch.number)
        wanted = list(units) or [number for number in planned if number not in copies]
        stop_if(
            rules.is_locked(BatchState(batch.state)),
            _prints_nothing(wanted, specimens),
            *_against_copies(batch, definition, wanted, copies, reason),
        )
        run = Print(dated_from or at, reason, who.username)
        labels = _print(change, batch, definition, [*wanted, *[""] * specimens], copies, run)
        sheet = labels_document(batch, labels, labels[0].printing)
        request_document(change, content=sheet, subject=batch.record, site=batch.site.code)
        return labels


def _prints_nothing(wanted: Sequence[str], specimens: int) -> Objection | None:
    if specimens < 0 or not (wanted or specimens):
        return Objection("nothing_to_print", N_("Every planned unit has its label; name the units to print for."))
    return None


def _against_copies(
    batch: Batch, definition: Definition, wanted: Sequence[str], copies: Counter[str], reason: str
) -> list[Objection | None]:
    last = Unit.objects.filter(batch=batch).count() + len(wanted) + sum(copies.values())
    possible = {rules.unit_number(definition, batch.number, n) for n in range(1, last + 1)}
    unknown = [number for number in wanted if number not in possible]
    template = N_("{units} is no number of a unit of this batch.")
    again = any(number in copies for number in wanted) or len(set(wanted)) < len(wanted)
    return [
        Objection("unknown_unit", template, {"units": ", ".join(unknown)}, "units") if unknown else None,
        reason_is_missing(reason) if again else None,
    ]


def _print(
    change: Change, batch: Batch, definition: Definition, wanted: Sequence[str], copies: Counter[str], run: Print
) -> list[Label]:
    state = rules.labelled_state(definition)
    expires_at = expiry_at_fill(batch, definition, state, run.dated_from)
    known = {unit.number: unit for unit in Unit.objects.filter(batch=batch, condition=rules.condition_of(state))}
    last = Label.objects.filter(batch=batch).order_by("serial").last()
    serial, printing = (last.serial, last.printing + 1) if last else (0, 1)
    labels = []
    for n, number in enumerate(wanted, 1):
        copies[number] += 1
        label = Label(record=batch.record, batch=batch, serial=serial + n, unit_number=number, printing=printing)
        label.copy = copies[number] if number else 1
        label.expires_at = known[number].expires_at if number in known else expires_at
        label.storage_state = known[number].storage_state if number in known else state.key
        label.printed_at, label.printed_by, label.print_reason = change.at, run.username, run.reason
        labels.append(label)
    return change.create_many(labels)


def apply_labels(*, labels: Sequence[Label], actor: Actor, at: datetime) -> list[Label]:
    """Stick printed labels on the units they were printed for, where the fill has not done so."""
    return _settle(LabelFate.APPLIED, labels, "", actor, at)


def destroy_labels(*, labels: Sequence[Label], reason: str, actor: Actor, at: datetime) -> list[Label]:
    """Destroy labels that were printed and not used, or taken off again. Says why."""
    stop_if(reason_is_missing(reason))
    return _settle(LabelFate.DESTROYED, labels, reason, actor, at)


def keep_specimens(*, labels: Sequence[Label], actor: Actor, at: datetime) -> list[Label]:
    """Keep labels in the batch record as specimens (21 CFR 211.188(b)(8))."""
    return _settle(LabelFate.SPECIMEN, labels, "", actor, at)


def _settle(fate: LabelFate, labels: Sequence[Label], reason: str, actor: Actor, at: datetime) -> list[Label]:
    stop_if(None if labels else Objection("no_labels", N_("Name the labels."), place="labels"))
    batch = labels[0].batch
    who = trained_operator(batch, actor, at)
    action = f"labels.{fate.lower()}"
    with audited(actor=who, action=action, at=at, reason=reason, touching=[batch.record]) as change:
        labels, batch = labels_now(labels), batch_now(batch)
        units = {unit.number: unit for unit in Unit.objects.filter(batch=batch)}
        stop_if(
            rules.is_locked(BatchState(batch.state)),
            *(rules.is_settled(label.serial, LabelFate(label.fate), fate) for label in labels),
            *(_against_applying(label, units) for label in labels if fate is LabelFate.APPLIED),
        )
        settled: dict[str, Any] = {"settled_at": at, "settled_by": who.username, "settle_reason": reason}
        if fate is LabelFate.APPLIED:
            return [change.update(label, fate=fate, unit=units[label.unit_number], **settled) for label in labels]
        return change.update_many(labels, fate=fate, **settled)


def _against_applying(label: Label, units: dict[str, Unit]) -> Objection | None:
    unit = units.get(label.unit_number)
    if unit is None:
        template = N_("Label {serial} was printed for no unit that exists.")
        return Objection("no_such_unit", template, {"serial": label.serial})
    if Label.objects.filter(unit=unit, fate=LabelFate.APPLIED).exists():
        template = N_("Unit {unit} carries a label already; destroy that one first.")
        return Objection("already_labelled", template, {"unit": unit.number})
    definition = definition_of_batch(unit.batch)
    printed, now = state_of_label(label, definition), definition.storage.state(unit.storage_state)
    misnamed = rules.bears_another_name(unit.number, printed, now) if now else None
    return misnamed or rules.label_outlives_unit(unit.number, label.expires_at, _labelled_expiry(unit, printed))


def _labelled_expiry(unit: Unit, state: StorageState) -> datetime:
    """Until when the label of a unit may promise: its own expiry, or that of the state the label speaks of."""
    if unit.storage_state == state.key:
        return unit.expires_at
    storage, zone = definition_of_batch(unit.batch).storage, ZoneInfo(unit.batch.site.timezone)
    return rules.expiry_in(state, storage, clock_moments(unit.batch, unit), unit.filled_at, zone)
