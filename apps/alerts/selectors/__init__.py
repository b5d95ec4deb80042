"""What is due: facts without their answer, asked of the stages that hold them. The cost grows with what is due."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from apps.alerts.facts import AlertKind, Due
from apps.alerts.models import Alert, HandOver
from apps.alerts.selectors.patients import (
    of_broken_codes,
    of_donors,
    of_late_failures,
    of_notices,
    of_open_recalls,
    of_outstanding,
    of_patients,
    of_recalls,
    of_reports,
    of_windows,
)
from apps.alerts.selectors.quality import of_capas, of_events, of_investigations
from apps.alerts.selectors.stability import of_pulls
from apps.alerts.selectors.vigilance import of_vigilance
from apps.audit.models import Record
from apps.core.roles import Role
from apps.core.text import N_
from apps.disposal.selectors import open_balances
from apps.facility.facts import Quantity
from apps.facility.selectors import lapsing_instruments, silent_probes
from apps.materials.selectors import containers_ending, lots_expiring
from apps.organisation.models import User
from apps.organisation.selectors import grants_of, recent_locks, sites_of
from apps.organisation.trainings import lapsing_trainings
from apps.quality.selectors import unanswered_holds
from apps.testing.selectors import overdue_results
from apps.units.facts import Disposition
from apps.units.selectors import expiring_units

UNIT_NOTICE = timedelta(days=30)
LOT_NOTICE = timedelta(days=14)
CONTAINER_NOTICE = timedelta(days=1)
CALIBRATION_NOTICE = timedelta(days=30)
TRAINING_NOTICE = timedelta(days=30)
TOLD_OF_SILENCE = (Role.STOREKEEPER, Role.QA)
TOLD_OF_LOCKS = (Role.SITE_ADMIN, Role.QA)
ENDED = (Disposition.REJECTED, Disposition.RECALLED)


def due_things(at: datetime) -> list[Due]:
    """Everything that is due at this instant."""
    return [
        *_units(at),
        *_lots(at),
        *_containers(at),
        *_instruments(at),
        *_trainings(at),
        *_tests(at),
        *_holds(at),
        *_locks(at),
        *_balances(),
        *_probes(at),
        *of_patients(at),
        *of_windows(at),
        *of_broken_codes(),
        *of_recalls(at),
        *of_open_recalls(at),
        *of_late_failures(at),
        *of_notices(at),
        *of_reports(at),
        *of_outstanding(at),
        *of_donors(at),
        *of_events(at),
        *of_capas(at),
        *of_investigations(at),
        *of_vigilance(at),
        *of_pulls(at),
    ]


def open_alerts() -> QuerySet[Alert]:
    """Alerts whose fact still stands."""
    return Alert.objects.filter(closed_at=None).select_related("subject", "record").order_by("due_at", "pk")


def alerts_for(user: User, at: datetime) -> QuerySet[Alert]:
    """The open alerts of the roles that this person holds, at the sites where they hold them."""
    mine = Q(pk__in=[])
    for grant in grants_of(user, at):
        mine |= Q(site=grant.site.code, role=grant.role)
    return open_alerts().filter(mine)


def hand_overs_at(sites: Collection[str]) -> QuerySet[HandOver]:
    """The tasks of these sites that somebody gave to a colleague and nobody took back."""
    return HandOver.objects.filter(site__in=sites, ended_at=None).select_related("subject", "record").order_by("pk")


@dataclass(frozen=True)
class Ending:
    """What ends: told before, and again when it has ended, each time by another kind and sentence."""

    coming: tuple[AlertKind, str]
    come: tuple[AlertKind, str]


UNITS = Ending(
    (AlertKind.UNIT_EXPIRING, N_("Unit {number} expires soon.")),
    (AlertKind.UNIT_EXPIRED, N_("Unit {number} has expired.")),
)
LOTS = Ending(
    (AlertKind.LOT_EXPIRING, N_("Lot {number} expires soon.")),
    (AlertKind.LOT_EXPIRED, N_("Lot {number} has expired.")),
)
CONTAINERS = Ending(
    (AlertKind.CONTAINER_ENDING, N_("The open container of lot {number} may be used for a short time only.")),
    (AlertKind.CONTAINER_ENDED, N_("The open container of lot {number} may no longer be used.")),
)
INSTRUMENTS = Ending(
    (AlertKind.CALIBRATION_LAPSING, N_("Calibration or qualification of {number} lapses soon.")),
    (AlertKind.CALIBRATION_LAPSED, N_("Calibration or qualification of {number} has lapsed.")),
)


def _ends(what: Ending, record: Record, number: str, ends_at: datetime, at: datetime, begins: str = "") -> Due:
    """Told to the store by the number of the thing; `begins` tells the facts of one record apart."""
    kind, template = what.come if ends_at <= at else what.coming
    key, facts = f"{begins}{_key(ends_at <= at, ends_at)}", {"number": number}
    return Due(kind, record.pk, record.site, key, Role.STOREKEEPER, template, ends_at, facts)


def _units(at: datetime) -> Iterator[Due]:
    """Units that a patient could still get: neither retained, used up, gone, rejected nor recalled."""
    for unit in expiring_units(at, UNIT_NOTICE).exclude(disposition__in=ENDED):
        yield _ends(UNITS, unit.record, unit.number, unit.expires_at, at)


def _lots(at: datetime) -> Iterator[Due]:
    """Released lots of the store. A reagent prepared here lives for hours: of its end is told, not of its coming."""
    for lot in lots_expiring(at, LOT_NOTICE).select_related("record").order_by("expires_at", "pk"):
        if not lot.is_prepared or lot.expires_at <= at:
            yield _ends(LOTS, lot.record, lot.number, lot.expires_at, at)


def _containers(at: datetime) -> Iterator[Due]:
    """Opened containers whose own clock ends before their lot: put away, or another one opened, is the answer."""
    for one in containers_ending(at, CONTAINER_NOTICE):
        yield _ends(CONTAINERS, one.lot.record, one.lot.number, one.usable_until, at, f"opened:{one.n}:")


def _instruments(at: datetime) -> Iterator[Due]:
    """Calibration or qualification of what is in service ends: the next one, or an extension, is the answer."""
    for one, ends_at in lapsing_instruments(at, CALIBRATION_NOTICE):
        yield _ends(INSTRUMENTS, one.record, one.number, ends_at, at, "fit:")


def _trainings(at: datetime) -> Iterator[Due]:
    """What somebody is trained on ends: told where they work, until a later training is recorded."""
    for one, site in lapsing_trainings(at, TRAINING_NOTICE):
        until = one.valid_until or at
        yield Due(
            AlertKind.TRAINING_LAPSED if until <= at else AlertKind.TRAINING_LAPSING,
            one.record_id,
            site,
            f"training:{one.pk}:{site}:{_key(until <= at, until)}",
            Role.QA,
            N_("The training of {name} on {subject} has lapsed.")
            if until <= at
            else N_("The training of {name} on {subject} lapses soon."),
            until,
            {"name": one.user.printed_name, "subject": one.subject},
        )


def _key(expired: bool, expires_at: datetime) -> str:
    return f"{'expired' if expired else 'expiring'}:{expires_at.isoformat()}"


def _tests(at: datetime) -> Iterator[Due]:
    for duty in overdue_results(at):
        yield Due(
            AlertKind.TEST_OVERDUE,
            duty.batch.record_id,
            duty.batch.record.site,
            f"test:{duty.test.key}:{duty.due_at.isoformat()}",
            Role.QC_HEAD,
            N_("{batch}: the result of {test} is overdue."),
            duty.due_at,
            {"batch": duty.batch.number, "test": duty.test.label.en, "test_zh": duty.test.label.zh},
        )


def _holds(at: datetime) -> Iterator[Due]:
    for hold in unanswered_holds(at):
        yield Due(
            AlertKind.HOLD_OVERDUE,
            hold.record_id,
            hold.record.site,
            f"hold:{hold.pk}",
            Role.QA,
            N_("A hold on {address} waits for its answer."),
            hold.due_at,
            {"address": hold.record.address},
        )


def _locks(at: datetime) -> Iterator[Due]:
    """An attempt at somebody's account is told at once, where they work (21 CFR 11.300(d)), and outlives the lock."""
    for lock in recent_locks(at):
        for site in sorted(sites_of(lock.user, at)):
            for role in TOLD_OF_LOCKS:
                yield Due(
                    AlertKind.ACCOUNT_LOCKED,
                    lock.user.record_id,
                    site,
                    f"locked:{site}:{role}:{lock.n}",
                    role,
                    N_("The account of {name} locked after wrong passwords."),
                    lock.locked_at,
                    {"name": lock.user.printed_name},
                )


def _balances() -> Iterator[Due]:
    for check in open_balances():
        yield Due(
            AlertKind.BALANCE_OPEN,
            check.batch.record_id,
            check.batch.record.site,
            f"balance:{check.pk}",
            Role.QA,
            N_("{batch}: the units do not balance. Without a place: {units}"),
            check.checked_at,
            {"batch": check.batch.number, "units": ", ".join(check.unexplained) or "–"},
        )


def _probes(at: datetime) -> Iterator[Due]:
    """A probe that gave no reading for its interval: one alert for each silence, closed by the next reading."""
    for probe, since in silent_probes(at):
        told = {"number": probe.number, "address": probe.watches.address, "since": f"{since:%Y-%m-%d %H:%M}"}
        template = N_("Probe {number} of {address} is silent since {since} UTC.")
        if probe.quantity != Quantity.TEMPERATURE:
            template = N_("Probe {number} of {address}, which reads {mark}, is silent since {since} UTC.")
            told["mark"] = probe.mark
        for role in TOLD_OF_SILENCE:
            yield Due(
                AlertKind.PROBE_SILENT,
                probe.record_id,
                probe.record.site,
                f"silent:{role}:{since.isoformat()}",
                role,
                template,
                since + timedelta(minutes=probe.silent_after),
                told,
            )
