"""Batches that wait for somebody: to be started, filled in, checked, approved, reviewed, certified, released."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Max, OuterRef, QuerySet, Subquery

from apps.batches.facts.words import BatchState, StepState
from apps.batches.models import Batch, Step
from apps.core.text import N_
from apps.desk.facts import Asked, Risk, Task
from apps.products.facts import BadPlace, CheckMode, Place
from apps.products.selectors import definition_of
from apps.quality.models import Hold
from apps.testing.models import Approval, Result

Duty = Callable[[Asked], Iterator[Task]]
MOST = 200  # of each kind: more is not read on one screen


def to_start(whom: Asked) -> Iterator[Task]:
    """Planned batches."""
    for batch in _in(BatchState.PLANNED, whom, "planned_at"):
        yield _task(batch, N_("Start batch"), "batches:detail", batch.planned_at, Risk.LOW)


def to_fill(whom: Asked) -> Iterator[Task]:
    """Running batches, each with the step that comes next."""
    running = list(_in(BatchState.RUNNING, whom, "started_at"))
    following: dict[int, str] = {}
    for pk, open_place in _steps(running).filter(state=StepState.OPEN).values_list("batch", "place"):
        following.setdefault(pk, open_place)
    for batch in running:
        place = following.get(batch.pk, "")
        said = {"step": _label(batch, place)} if place else None
        note = N_("Next: {step}") if place else N_("Every step is done; the record can be finished.")
        task = _task(
            batch, N_("Go on with the batch record"), "batches:detail", batch.started_at, Risk.MIDDLE, note, said
        )
        yield replace(task, url_name="batches:step", url_args=(batch.number, place)) if place else task


def to_check(whom: Asked) -> Iterator[Task]:
    """Running batches in which a completed step waits for the check of a second person."""
    running = list(_in(BatchState.RUNNING, whom, "started_at"))
    done = _steps(running).filter(state=StepState.DONE, second=None).exclude(completed_by=whom.username)
    waiting: dict[int, list[tuple[str, datetime]]] = {}
    for pk, place, completed_at in done.exclude(completed_at=None).values_list("batch", "place", "completed_at"):
        waiting.setdefault(pk, []).append((place, completed_at or whom.at))
    for batch in running:
        steps = [(place, since) for place, since in waiting.get(batch.pk, ()) if _is_checked_after(batch, place)]
        if steps:
            said = {"n": str(len(steps)), "step": _label(batch, steps[0][0])}
            note = N_("Steps to check: {n}, the first is {step}")
            yield _task(batch, N_("Check sections"), "batches:check", steps[0][1], Risk.MIDDLE, note, said)


def to_approve(whom: Asked) -> Iterator[Task]:
    """Finished batches whose analysis is not approved as it stands, with what it still waits for."""
    told = {"approved": _latest(Approval, "approved_at"), "found": _latest(Result, "recorded_at")}
    reviewed = _latest(Result, "reviewed_signature__signed_at")
    found = _in(BatchState.FINISHED, whom, "finished_at").annotate(**told, reviewed=reviewed)
    waiting = [batch for batch in found if not _is_covered(batch)]
    yield from _with_holds(
        waiting, "test:", N_("Approve certificate of analysis"), "testing:analysis", "finished_at", Risk.MIDDLE
    )


def to_review(whom: Asked) -> Iterator[Task]:
    """Finished batches."""
    for batch in _in(BatchState.FINISHED, whom, "finished_at"):
        yield _task(batch, N_("QA review by exception"), "release:review", batch.finished_at, Risk.MIDDLE)


def to_certify(whom: Asked) -> Iterator[Task]:
    """Reviewed batches, with the holds that still stand in the way."""
    reviewed = list(_in(BatchState.REVIEWED, whom, "reviewed_at"))
    yield from _with_holds(reviewed, "", N_("Certify"), "release:certify", "reviewed_at", Risk.HIGH)


def to_release(whom: Asked) -> Iterator[Task]:
    """Certified batches."""
    certified = list(_in(BatchState.CERTIFIED, whom, "certified_at"))
    yield from _with_holds(certified, "", N_("Release for supply"), "release:supply", "certified_at", Risk.HIGH)


def _in(state: BatchState, whom: Asked, since: str) -> QuerySet[Batch]:
    found = Batch.objects.filter(state=state, site__code__in=whom.sites).select_related("product_version", "record")
    return found.order_by(since, "pk")[:MOST]


def _steps(batches: Iterable[Batch]) -> QuerySet[Step]:
    return Step.objects.filter(batch__in=[batch.pk for batch in batches]).order_by("pk")


def _latest(model: type[Approval | Result], field: str) -> Subquery:
    own = model._base_manager.filter(batch=OuterRef("pk")).order_by().values("batch")
    return Subquery(own.annotate(latest=Max(field)).values("latest"))


def _is_covered(batch: Any) -> bool:
    """Whether nothing was found or reviewed since the analysis was approved; the page itself compares every result."""
    since = [moment for moment in (batch.found, batch.reviewed) if moment]
    approved: datetime | None = batch.approved
    return approved is not None and all(moment <= approved for moment in since)


def _with_holds(batches: Sequence[Batch], kind: str, ask: str, url_name: str, since: str, risk: Risk) -> Iterator[Task]:
    holds = Hold.objects.filter(record__in=[batch.record_id for batch in batches], lifted_at=None, blocks_certify=True)
    standing: dict[int, int] = {}
    for record in holds.filter(key__startswith=kind).values_list("record", flat=True):
        standing[record] = standing.get(record, 0) + 1
    for batch in batches:
        n = standing.get(batch.record_id, 0)
        note, said = (N_("Waits for open holds: {n}"), {"n": str(n)}) if n else ("", None)
        yield _task(batch, ask, url_name, getattr(batch, since), risk, note, said)


def _task(
    batch: Batch,
    ask: str,
    url_name: str,
    since: datetime | None,
    risk: Risk,
    note: str = "",
    facts: Mapping[str, object] | None = None,
) -> Task:
    band = definition_of(batch.product_version).band
    return Task(
        ask, batch.number, since or batch.planned_at, url_name, (batch.number,), facts or {}, note, risk,
        band_word=band.word.en, band_hue=band.colour.lower(),
    )  # fmt: skip


def _is_checked_after(batch: Batch, place: str) -> bool:
    try:
        return definition_of(batch.product_version).step(Place.parse(place)).check is CheckMode.AFTER
    except BadPlace:  # a step that an amendment added
        return True


def _label(batch: Batch, place: str) -> object:
    try:
        return definition_of(batch.product_version).step(Place.parse(place)).label
    except BadPlace:
        return place
