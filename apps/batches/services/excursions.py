"""An instrument left its range: every batch that had something in it is told."""

from datetime import datetime

from apps.audit.models import Record
from apps.audit.services import Change, audited
from apps.batches.selectors.exposure import batches_exposed
from apps.core.actor import Actor
from apps.core.roles import Role
from apps.core.text import N_
from apps.facility.models import Excursion, Instrument
from apps.facility.selectors import known_equipment_at
from apps.facility.services import note_excursion
from apps.organisation.services import require
from apps.products.loader import units
from apps.products.rules.limits import elapsed, elapsed_text
from apps.quality.facts import EventKind, Severity
from apps.quality.services import report_event

WATCHERS = (Role.OPERATOR, Role.CHECKER, Role.QA, Role.QC_HEAD, Role.STOREKEEPER)


def record_excursion(
    *,
    instrument: Instrument,
    condition: str,
    worst: str,
    unit: str,
    began_at: datetime,
    ended_at: datetime,
    actor: Actor,
    at: datetime,
    note: str = "",
) -> Excursion:
    """Record that an instrument lay outside its range, and open an event on each batch that had something in it."""
    who = require(actor, WATCHERS, instrument.site.code, at=at, about=instrument.record.address)
    records = [batch.record for batch in batches_exposed(instrument, began_at, ended_at)]
    touching = [instrument.record, *records]
    with audited(actor=who, action="equipment.excursion.recorded", at=at, touching=touching) as change:
        excursion = note_excursion(
            change,
            instrument=instrument,
            condition=condition,
            worst=worst,
            unit=unit,
            began_at=began_at,
            ended_at=ended_at,
            note=note,
        )
        for record in records:
            _tell(change, record, excursion)
        return excursion


def _tell(change: Change, batch: Record, excursion: Excursion) -> None:
    instrument = excursion.instrument
    facts = {
        "instrument": instrument.number,
        "condition": excursion.condition,
        "condition_zh": _in_chinese(excursion),
        "worst": excursion.worst,
        "unit": units().display(excursion.unit),
        "length": elapsed_text(elapsed(excursion.began_at, excursion.ended_at)),
    }
    report_event(
        change,
        subject=batch,
        kind=EventKind.EXCURSION,
        severity=Severity.MAJOR,
        template=N_("{instrument}: {condition} reached {worst} {unit} for {length}."),
        facts=facts,
        about=instrument.record.address,
    )


def _in_chinese(excursion: Excursion) -> str:
    kind = known_equipment_at([excursion.instrument.site.code]).get(excursion.instrument.kind)
    labels = {one.key: one.label.zh for one in kind.conditions} if kind else {}
    return labels.get(excursion.condition, excursion.condition)
