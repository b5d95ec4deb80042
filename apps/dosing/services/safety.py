"""The early safety windows after a dose: what was looked for, and what of it was seen."""

from collections.abc import Sequence
from datetime import datetime

from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.core.rules import is_future
from apps.core.text import N_
from apps.dosing.facts import Said
from apps.dosing.lifecycle import FOLLOWERS
from apps.dosing.models import Infusion, SafetyCheck, TreatmentOrder
from apps.dosing.rules import bedside, following
from apps.dosing.selectors import infusion_of, order_now, safety_checks_of, safety_watches, windows_of
from apps.organisation.services import require
from apps.quality.facts import EventKind, Severity
from apps.quality.services import report_event


def record_safety_check(
    *,
    order: TreatmentOrder,
    window: str,
    seen: Sequence[str],
    actor: Actor,
    at: datetime,
    note: str = "",
    observed_at: datetime | None = None,
) -> SafetyCheck:
    """Say what was seen in an early safety window; what was seen opens a critical event. The same sent twice is one.

    It holds nothing by itself: whoever saw it grades the reaction, and the grade of the master record holds.
    """
    who = require(actor, FOLLOWERS, order.site.code, at=at, about=order.record.address)
    observed_at, found = observed_at or at, sorted(set(seen))
    with audited(actor=who, action="safety.checked", at=at, reason=note, touching=[order.record]) as change:
        now, infusion = order_now(order), infusion_of(order)
        due = {one.key: one.due_at for one in windows_of(now)}
        stop_if(
            following.is_not_given(infusion is not None),
            following.is_no_window(safety_watches(now), window, found),
            is_future(observed_at, at, "observed_at"),
            bedside.is_before_start(observed_at, infusion.started_at, "observed_at") if infusion else None,
            following.is_still_open(found, observed_at, due.get(window)),
        )
        last = max(safety_checks_of(now), key=lambda one: one.pk, default=None)
        said = Said(who.username, observed_at, (window, found, note.strip()))
        if last and bedside.is_said_twice(said, _said(last)):
            return last
        row = SafetyCheck(record=now.record, order=now, window=window, seen=found, note=note.strip())
        row.observed_at, row.recorded_at, row.recorded_by = observed_at, at, who.username
        check = change.create(row)
        if found:
            _tell(change, now, check)
        if infusion:
            note_next_window(change, now, infusion)
        return check


def note_next_window(change: Change, order: TreatmentOrder, infusion: Infusion) -> None:
    """Keep beside the infusion when its next window is over: what is due is asked for, not every dose ever given."""
    due_at = following.next_window(windows_of(order))
    if infusion.window_due_at != due_at:
        change.update(infusion, action="safety.window.noted", window_due_at=due_at)


def _said(check: SafetyCheck) -> Said:
    return Said(check.recorded_by, check.observed_at, (check.window, check.seen, check.note))


def _tell(change: Change, order: TreatmentOrder, check: SafetyCheck) -> None:
    window = next(one for one in safety_watches(order) if one.key == check.window)
    events = [one.label for one in window.events if one.key in check.seen]
    facts: dict[str, object] = {"order": order.number, "window": window.label.en, "window_zh": window.label.zh}
    facts |= {"seen": "; ".join(one.en for one in events), "seen_zh": "；".join(one.zh for one in events)}
    report_event(
        change,
        subject=order.record,
        kind=EventKind.REPORTED,
        severity=Severity.CRITICAL,
        template=N_("{window} of the dose {order}: {seen}"),
        facts=facts,
    )
