"""A batch was in culture where a store lay outside its range: told once, and held until quality has decided."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from apps.audit.models import Record
from apps.audit.services import Change, audited
from apps.batches.models import Batch
from apps.core.actor import SYSTEM
from apps.core.text import N_, trimmed
from apps.facility.models import Probe
from apps.quality.facts import Blocks, EventKind, Severity
from apps.quality.models import Event
from apps.quality.services import place_holds, report_event
from apps.storage import rules
from apps.storage.models import StoreExcursion
from apps.storage.selectors import cultures, excursion_now, excursions_over_cultures, holds_of

IN_CULTURE = N_("{batch} was in culture in {store} ({keeps}) when {probe} read {worst}, from {began} UTC on.")
LATE = timedelta(days=30)  # how long after an excursion an entry may still say what was there


def hold_cultures(change: Change, excursion: StoreExcursion, there: Mapping[Record, Batch]) -> None:
    """Hold batches that were in culture there: the cells grow on, nothing is certified or given until quality decides.

    Each is told once, by an event of its own.
    """
    facts = {record: {**told_of(excursion), "batch": batch.number} for record, batch in there.items()}
    told = holds_of(excursion.hold_key, [record.pk for record in there])
    severity = Severity.CRITICAL if excursion.rejects else Severity.MAJOR
    for record in there:
        if record.pk not in told:
            report_on(change, record, excursion, severity, IN_CULTURE, facts[record])
    place_holds(
        change,
        records=facts,
        key=excursion.hold_key,
        blocks=[Blocks.CERTIFY, Blocks.ISSUE, Blocks.USE],
        code="excursion",
        template=IN_CULTURE,
    )


def hold_late_cultures(*, at: datetime) -> list[StoreExcursion]:
    """Hold what an entry, written after the readings had come, says was in culture where an excursion was."""
    return [done for one in excursions_over_cultures(at - LATE) if (done := _hold_late(one, at))]


def _hold_late(excursion: StoreExcursion, at: datetime) -> StoreExcursion | None:
    records = _untold(excursion, at)
    if not records:
        return None
    with audited(
        actor=SYSTEM, action="store.excursion.met", at=at, touching=[excursion.store.record, *records]
    ) as change:  # fmt: skip
        now = excursion_now(excursion)
        locked = {record.pk for record in records}
        hold_cultures(change, now, {one: batch for one, batch in _untold(now, at).items() if one.pk in locked})
        return now


def _untold(excursion: StoreExcursion, at: datetime) -> dict[Record, Batch]:
    return {one.batch.record: one.batch for one in cultures(excursion, at) if one.hold is None}


def report_on(
    change: Change,
    subject: Record,
    excursion: StoreExcursion,
    severity: Severity,
    template: str,
    facts: Mapping[str, object],
) -> Event:
    """Open the event of an excursion, on its store or on a batch that was there."""
    return report_event(
        change,
        subject=subject,
        kind=EventKind.EXCURSION,
        severity=severity,
        template=template,
        facts=facts,
        about=excursion.probe.record.address,
    )


def told_of(excursion: StoreExcursion) -> dict[str, object]:
    """What every sentence about an excursion tells."""
    return {
        "store": excursion.store.number,
        "keeps": rules.warmth_text(excursion.warmth, excursion.probe.mark),
        "probe": excursion.probe.number,
        "worst": worst_of(excursion.probe, excursion.worst),
        "began": f"{excursion.began_at:%Y-%m-%d %H:%M}",
    }


def worst_of(probe: Probe, value: Decimal) -> str:
    """A reading with what it is a reading of: "-142.25 °C", "3.1 % CO₂"."""
    return f"{trimmed(value)} {probe.mark}"
