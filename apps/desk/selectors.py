"""What is asked of a person: every duty of the roles they hold, in order of urgency."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.core.roles import Role
from apps.core.text import N_
from apps.desk.facts import Desk, Risk, Task
from apps.donation.facts import Eligibility
from apps.donation.models import Donation
from apps.materials.models import MaterialLot
from apps.organisation.models import User
from apps.organisation.selectors import roles_held
from apps.products.models import ProductVersion
from apps.products.selectors import definition_of
from apps.quality.facts import DeviationState, EventState
from apps.quality.models import Deviation, Event
from apps.testing.facts import ResultState, RunState, SampleState
from apps.testing.models import AssayRun, Result, Sample

Duty = Callable[[set[str], datetime], Iterator[Task]]
WORKING_DAY = timedelta(days=1)


def desk_of(user: User, at: datetime, zone: ZoneInfo) -> Desk:
    """Everything asked of this person at the sites where they hold a role: overdue, today, later."""
    held: dict[Role, set[str]] = {}
    for role, site in roles_held(at).filter(user=user).values_list("role", "site__code"):
        held.setdefault(Role(role), set()).add(site)
    tasks = {task for role, sites in held.items() for duty in DUTIES.get(role, ()) for task in duty(sites, at)}
    ordered = sorted(tasks, key=lambda task: (task.due_at or at + timedelta(days=3650), -task.risk, task.waiting_since))
    midnight = (at.astimezone(zone) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    overdue = tuple(task for task in ordered if task.due_at and task.due_at <= at)
    today = tuple(task for task in ordered if task.due_at and at < task.due_at < midnight)
    later = tuple(task for task in ordered if task not in overdue and task not in today)
    return Desk(overdue, today, later)


def pipeline(sites: set[str]) -> tuple[tuple[BatchState, int], ...]:
    """How many batches stand in each open state."""
    states = list(Batch.objects.filter(site__code__in=sites).values_list("state", flat=True))
    wanted = (BatchState.PLANNED, BatchState.RUNNING, BatchState.FINISHED, BatchState.REVIEWED, BatchState.CERTIFIED)
    return tuple((state, states.count(state)) for state in wanted)


def _batches(state: BatchState, ask: str, url_name: str, since: str, risk: Risk) -> Duty:
    def duty(sites: set[str], at: datetime) -> Iterator[Task]:
        found = Batch.objects.filter(state=state, site__code__in=sites).select_related("product_version", "record")
        for batch in found.order_by(since)[:200]:
            band = definition_of(batch.product_version).band
            yield Task(
                ask, batch.number, getattr(batch, since), url_name, (batch.number,), risk=risk, band_word=band.word.en,
                band_hue=band.colour.lower(),
            )  # fmt: skip

    return duty


def _events(sites: set[str], at: datetime) -> Iterator[Task]:
    events = Event.objects.filter(state=EventState.OPEN, subject__site__in=sites).select_related("record", "subject")
    for event in events.order_by("opened_at")[:200]:
        yield Task(
            N_("Triage event"), event.record.number, event.opened_at, "quality:event", (event.record.number,),
            note=event.text, risk=Risk[_RISK_OF[event.severity]], due_at=event.opened_at + WORKING_DAY,
        )  # fmt: skip


def _deviations(sites: set[str], at: datetime) -> Iterator[Task]:
    open_ones = Deviation.objects.filter(state=DeviationState.OPEN, subject__site__in=sites).select_related(
        "record", "event"
    )
    for deviation in open_ones.order_by("due_at")[:200]:
        yield Task(
            N_("Sign product impact"), deviation.record.number, deviation.opened_at, "quality:deviation",
            (deviation.record.number,), note=deviation.event.text, risk=Risk.HIGH, due_at=deviation.due_at,
        )  # fmt: skip


def _samples(sites: set[str], at: datetime) -> Iterator[Task]:
    waiting = Sample.objects.filter(state=SampleState.DRAWN, batch__site__code__in=sites).select_related("record")
    for sample in waiting.order_by("drawn_at")[:200]:
        yield Task(
            N_("Receive sample"), sample.number, sample.drawn_at, "testing:sample", (sample.number,), risk=Risk.MIDDLE
        )


def _runs(sites: set[str], at: datetime) -> Iterator[Task]:
    for run in AssayRun.objects.filter(state=RunState.OPEN, record__site__in=sites).order_by("started_at")[:200]:
        yield Task(N_("Finish assay run"), run.number, run.started_at, "testing:run", (run.number,), note=run.test)


def _results(sites: set[str], at: datetime) -> Iterator[Task]:
    tested = Result.objects.filter(state=ResultState.TESTED, record__site__in=sites)
    for number, since in sorted(set(tested.values_list("line__run__number", "line__run__started_at")))[:200]:
        yield Task(N_("Review results"), number, since, "testing:run", (number,), risk=Risk.MIDDLE)


def _lots(sites: set[str], at: datetime) -> Iterator[Task]:
    for lot in MaterialLot.objects.filter(state="QUARANTINED", site__code__in=sites).order_by("received_at")[:200]:
        yield Task(
            N_("Release or reject lot"), lot.number, lot.received_at, "materials:lot", (lot.number,), note=lot.material
        )


def _donations(sites: set[str], at: datetime) -> Iterator[Task]:
    pending = Donation.objects.filter(eligibility=Eligibility.PENDING, site__code__in=sites).select_related("donor")
    for donation in pending.order_by("collected_at")[:200]:
        yield Task(
            N_("Decide about a donation"), donation.din, donation.collected_at, "donation:donation", (donation.din,),
            note=donation.donor.number, risk=Risk.MIDDLE,
        )  # fmt: skip


def _masters(state: str, ask: str) -> Duty:
    def duty(sites: set[str], at: datetime) -> Iterator[Task]:
        for version in ProductVersion.objects.filter(state=state).select_related("record"):
            number = version.record.number
            yield Task(ask, number, version.record.opened_at, "products:version", (number,))

    return duty


_RISK_OF = {"MINOR": "LOW", "MAJOR": "MIDDLE", "CRITICAL": "HIGH"}
_to_start = _batches(BatchState.PLANNED, N_("Start batch"), "batches:detail", "planned_at", Risk.LOW)
_to_fill = _batches(BatchState.RUNNING, N_("Go on with the batch record"), "batches:detail", "started_at", Risk.MIDDLE)
_to_check = _batches(BatchState.RUNNING, N_("Check sections"), "batches:check", "started_at", Risk.MIDDLE)
_to_approve = _batches(
    BatchState.FINISHED, N_("Approve certificate of analysis"), "testing:analysis", "finished_at", Risk.MIDDLE
)
_to_review = _batches(BatchState.FINISHED, N_("QA review by exception"), "release:review", "finished_at", Risk.MIDDLE)
_to_certify = _batches(BatchState.REVIEWED, N_("Certify"), "release:certify", "reviewed_at", Risk.HIGH)
_to_release = _batches(BatchState.CERTIFIED, N_("Release for supply"), "release:supply", "certified_at", Risk.HIGH)

DUTIES: dict[Role, tuple[Duty, ...]] = {
    Role.AUTHOR: (_masters("DRAFT", N_("Sign the master record as its author")),),
    Role.OPERATOR: (_to_start, _to_fill),
    Role.CHECKER: (_to_check,),
    Role.PHYSICIAN: (_donations,),
    Role.ANALYST: (_samples, _runs, _results),
    Role.QC_HEAD: (_results, _to_approve),
    Role.QA: (_events, _deviations, _lots, _to_review, _masters("AUTHOR_SIGNED", N_("Approve the master record"))),
    Role.CERTIFIER: (_to_certify, _to_release),
}
