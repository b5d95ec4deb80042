"""Probes come into use and are taken away; their readings are kept, sealed by intake."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from apps.audit.models import Record
from apps.audit.selectors import record_at
from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import BadInput, Objection, stop_if
from apps.core.roles import Role
from apps.core.rules import is_taken, reason_is_missing
from apps.facility.facts import Point, Quantity
from apps.facility.models import Probe, Reading, ReadingIntake
from apps.facility.rules import readings as rules
from apps.facility.selectors import probe_now, values_at
from apps.organisation.models import Site
from apps.organisation.services import require
from apps.products.loader import standard_tables

KEEPERS = (Role.QA, Role.QC_HEAD, Role.STOREKEEPER)


@dataclass(frozen=True)
class Came:
    """How readings came: from which source, of which quantity and unit, in which file, read by which declaration."""

    source: str
    unit: str
    file_name: str = ""
    file_sha256: str = ""
    declared: Mapping[str, object] = field(default_factory=dict)
    quantity: Quantity | None = None


def install_probe(
    *,
    number: str,
    watches: Record,
    site: Site,
    unit: str,
    silent_after: int,
    actor: Actor,
    at: datetime,
    label: str = "",
    quantity: Quantity = Quantity.TEMPERATURE,
) -> Probe:
    """Put a probe to work on a store, a room or an instrument; without a reading for so many minutes it is silent."""
    who = require(actor, KEEPERS, site.code, at=at, about=watches.address)
    units = standard_tables().units
    unfit = rules.has_no_unit(unit, unit, units) or rules.measures_otherwise(quantity, unit, units)
    if unfit:
        raise BadInput(unfit)
    stop_if(is_taken(number, record_at(f"probe/{number}") is not None))
    with audited(actor=who, action="probe.installed", at=at) as change:
        probe = Probe(number=number, site=site, watches=watches, label=label, unit=unit, silent_after=silent_after)
        probe.quantity = quantity
        probe.record, probe.installed_at = change.open_record("probe", number, site=site.code), at
        return change.create(probe)


def retire_probe(*, probe: Probe, reason: str, actor: Actor, at: datetime) -> Probe:
    """Take a probe away, with the reason; from now on its silence is no alarm."""
    who = require(actor, KEEPERS, probe.site.code, at=at, about=probe.record.address)
    stop_if(reason_is_missing(reason))
    with audited(actor=who, action="probe.retired", at=at, reason=reason, touching=[probe.record]) as change:
        probe = probe_now(probe)
        stop_if(rules.is_retired_probe(probe.number, probe.retired_at, at))
        return change.update(probe, retired_at=at, retire_reason=reason[:500])


def keep_readings(change: Change, *, probe: Probe, points: Sequence[Point], came: Came) -> ReadingIntake:
    """Keep readings, inside the door of the stage that judges them: all of them, or none with the lines named.

    `points` are in the unit of the intake. A reading that is there with the same value is counted as repeated.
    """
    units = standard_tables().units
    unread = [*is_misdeclared(probe, came), rules.has_none(points)]
    if any(unread):
        raise BadInput(*[one for one in unread if one])
    kept = {point.at: rules.in_unit(point.value, came.unit, probe.unit, units) for point in points}
    known = values_at(probe, min(kept), max(kept))
    stop_if(*list(_against(probe, points, kept, known, change.at))[: rules.TOLD])
    new = {point.at: point for point in points if point.at not in known}
    intake = ReadingIntake(record=probe.record, probe=probe, source=came.source, unit=came.unit, taken_at=change.at)
    intake.file_name, intake.file_sha256, intake.declared = came.file_name, came.file_sha256, dict(came.declared)
    intake.repeated, intake.taken_by = len(points) - len(new), change.actor.username
    intake.first_at, intake.last_at = min(new, default=None), max(new, default=None)
    rows = [Reading(probe=probe, at=at, value=kept[at], given=point.given) for at, point in sorted(new.items())]
    return change.create_sealed(intake, rows, action="readings.taken")


def is_misdeclared(probe: Probe, came: Came) -> list[Objection]:
    """What was declared about readings and does not fit the probe: their quantity, their unit."""
    units = standard_tables().units
    said = (
        rules.is_another_quantity(came.quantity, Quantity(probe.quantity)),
        rules.has_no_unit(came.unit, probe.unit, units),
    )
    return [one for one in said if one]


def _against(
    probe: Probe,
    points: Sequence[Point],
    kept: Mapping[datetime, Decimal],
    known: Mapping[datetime, Decimal],
    now: datetime,
) -> Iterator[Objection | None]:
    converted = [Point(point.line, point.at, kept[point.at], point.given) for point in points]
    yield rules.is_retired_probe(probe.number, probe.retired_at, max(kept))
    yield from rules.lies_ahead(points, now)
    yield from rules.said_twice(points)
    yield from rules.contradicts(converted, known)
