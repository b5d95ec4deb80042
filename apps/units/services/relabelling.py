"""A later expiry comes to a unit: its new label is printed, and takes the place of the old one with the new date."""

from collections.abc import Mapping
from datetime import datetime

from apps.audit.services import Change
from apps.batches.models import Batch
from apps.documents.services import request_document
from apps.units.content import labels_document
from apps.units.facts import Counted, LabelFate
from apps.units.models import Label, Reconciliation, Unit
from apps.units.selectors import balance_of


def print_later_labels(change: Change, *, batch: Batch, units: Mapping[Unit, datetime], reason: str) -> list[Label]:
    """One further label for each unit with its later date, inside the door of the stage that decided on it; counted
    with the labels of the batch."""
    known = Label.objects.filter(batch=batch)
    last = known.order_by("serial").last()
    serial, printing = (last.serial, last.printing + 1) if last else (0, 1)
    labels = []
    for n, (unit, expires_at) in enumerate(units.items(), 1):
        copy = known.filter(unit_number=unit.number).count() + 1
        label = Label(record=batch.record, batch=batch, serial=serial + n, unit_number=unit.number, copy=copy)
        label.printing, label.expires_at, label.storage_state = printing, expires_at, unit.storage_state
        label.printed_at, label.printed_by, label.print_reason = change.at, change.actor.username, reason
        labels.append(label)
    change.create_many(labels, action="labels.printed")
    request_document(
        change, content=labels_document(batch, labels, printing), subject=batch.record, site=batch.site.code
    )
    return labels


def exchange_label(change: Change, *, unit: Unit, label: Label, by: str, reason: str) -> Unit:
    """The old label of a unit is destroyed, the new one is on it: from now on its later date is the one that counts."""
    settled = {"settled_at": change.at, "settled_by": by, "settle_reason": reason}
    worn = list(Label.objects.filter(unit=unit, fate=LabelFate.APPLIED).select_related("record"))
    if worn:
        change.update_many(worn, action="labels.destroyed", fate=LabelFate.DESTROYED, **settled)
    change.update(label, action="labels.applied", fate=LabelFate.APPLIED, unit=unit, **settled)
    return change.update(unit, action="unit.expiry.extended", expires_at=label.expires_at)


def destroy_unused(change: Change, *, labels: list[Label], reason: str) -> None:
    """Labels that were printed for units which don't get them: destroyed, and counted as such."""
    settled = {"settled_at": change.at, "settled_by": change.actor.username, "settle_reason": reason}
    if labels:
        change.update_many(labels, action="labels.destroyed", fate=LabelFate.DESTROYED, **settled)


def reconcile_labels(change: Change, *, batch: Batch, reason: str) -> Reconciliation | None:
    """Count the labels of the batch again where they close at exactly 100 %; None while some wait."""
    balance = balance_of(batch, Counted.LABELS)
    if not balance.closes:
        return None
    count = Reconciliation(record=batch.record, batch=batch, counted=Counted.LABELS, made=balance.made)
    count.accounted, count.difference, count.closed = dict(balance.accounted), 0, True
    count.reconciled_at, count.reconciled_by, count.reason = change.at, change.actor.username, reason
    return change.create(count, action="labels.reconciled")
