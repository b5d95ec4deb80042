"""Containers and labels close at exactly 100 %."""

from datetime import datetime

from apps.audit.services import audited
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.core.actor import Actor
from apps.core.errors import Happened, stop_if
from apps.quality.facts import EventKind
from apps.units import rules
from apps.units.facts import Counted
from apps.units.models import Reconciliation
from apps.units.selectors import balance_of
from apps.units.services.acting import trained_operator
from apps.units.services.overriding import report_accepted


def reconcile(
    *, batch: Batch, counted: Counted, actor: Actor, at: datetime, happened: Happened | None = None
) -> Reconciliation:
    """Count labels or containers against what was printed or issued. Refused while anything is unaccounted for.

    What can't be found any more is stated with `happened`: recorded as open, with an event that holds certification.
    """
    who = trained_operator(batch, actor, at)
    reason = happened.reason if happened else ""
    action = f"{counted.lower()}.reconciled"
    with audited(actor=who, action=action, at=at, reason=reason, touching=[batch.record]) as change:
        batch = batch_now(batch)
        balance = balance_of(batch, counted)
        stop_if(rules.is_locked(BatchState(batch.state)))
        overridden = stop_if(rules.does_not_close(balance), happened=happened)
        count = Reconciliation(record=batch.record, batch=batch, counted=counted, made=balance.made)
        count.accounted, count.difference = dict(balance.accounted), balance.difference
        count.closed, count.reason = balance.closes and balance.made > 0, reason
        count.reconciled_at, count.reconciled_by = at, who.username
        change.create(count)
        kind = EventKind.RECONCILIATION
        report_accepted(change, subject=batch.record, overridden=overridden, happened=happened, kind=kind)
        return count
