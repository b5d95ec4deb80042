"""Reads of samples, runs and results, row by row."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from apps.audit.models import Record
from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.core.prepared import Prepared
from apps.organisation.models import User
from apps.organisation.selectors import visible_to
from apps.products.definition import Test
from apps.products.facts import Verdict
from apps.products.selectors import definition_of
from apps.testing.facts import ControlFacts, ResultState, RunState, SampleState
from apps.testing.models import AssayRun, ControlValue, Line, Result, Sample

BATCH = ("batch", "batch__record", "batch__site", "batch__product_version__record")
SAMPLE_BATCH = tuple(f"sample__{path}" for path in BATCH)
LINES = ("line", "line__run", "line__run__record", "line__sample", "line__sample__record")


def _records(batch: int) -> QuerySet[Record]:
    samples = Sample.objects.filter(batch=batch).values("record")
    runs = AssayRun.objects.filter(lines__sample__batch=batch).values("record")
    return Record.objects.filter(pk__in=samples.union(runs))  # with OR both databases read every record


# Of a batch that is known: read for many a decision and page.
_RECORDS = Prepared(_records)
_SAMPLES = Prepared(lambda batch: Sample.objects.filter(batch=batch).select_related("record", "source").order_by("pk"))
_RESULTS = Prepared(lambda batch: _signed(Result.objects.filter(batch=batch, superseded_by=None)).order_by("pk"))


# --- samples --------------------------------------------------------------------------------------------------------
def visible_samples(user: User, at: datetime) -> QuerySet[Sample]:
    """The samples of the sites this person may see."""
    seen = Sample.objects.filter(batch__site__code__in=visible_to(user, at))
    return seen.select_related("record", "source", "batch", "batch__record", "batch__site")


def samples_of(batch: Batch) -> list[Sample]:
    """The samples of a batch, in the order they were drawn."""
    return _SAMPLES(batch.pk)


def samples_awaiting(sites: Collection[str]) -> QuerySet[Sample]:
    """Samples on their way to the laboratory, oldest first."""
    waiting = Sample.objects.filter(state=SampleState.DRAWN, batch__site__code__in=sites)
    return waiting.select_related("record", "source", "batch", "batch__site").order_by("drawn_at")


def sample_now(sample: Sample) -> Sample:
    """The sample as it is inside the door."""
    found = Sample.objects.select_related("record", "source", "batch", "batch__record", "batch__site")
    return found.get(pk=sample.pk)


def samples_now(samples: Iterable[Sample]) -> list[Sample]:
    """These samples as they are inside the door, in the order given."""
    ids = [sample.pk for sample in samples]
    found = Sample.objects.filter(pk__in=ids).select_related("record", "batch", "batch__record", "batch__site")
    by_id = {sample.pk: sample for sample in found}
    return [by_id[pk] for pk in ids]


def was_sampled(source: Record) -> bool:
    """Whether something was already taken from this record."""
    return Sample.objects.filter(source=source).exists()


# --- runs -----------------------------------------------------------------------------------------------------------
def visible_runs(user: User, at: datetime) -> QuerySet[AssayRun]:
    """The runs of the sites this person may see."""
    seen = AssayRun.objects.filter(site__code__in=visible_to(user, at))
    return seen.select_related("record", "site", "product_version")


def runs_open(sites: Collection[str]) -> QuerySet[AssayRun]:
    """Runs whose controls are still awaited, oldest first."""
    return AssayRun.objects.filter(state=RunState.OPEN, site__code__in=sites).order_by("started_at")


def runs_to_review(sites: Collection[str]) -> QuerySet[AssayRun]:
    """Runs with signed results that wait for their second person, oldest first."""
    waiting = AssayRun.objects.filter(
        site__code__in=sites, lines__results__state=ResultState.TESTED, lines__results__superseded_by=None
    )
    return waiting.distinct().order_by("started_at")


def run_now(run: AssayRun) -> AssayRun:
    """The run as it is inside the door."""
    return AssayRun.objects.select_related("record", "site", "product_version").get(pk=run.pk)


def lines_of(run: AssayRun) -> list[Line]:
    """The worksheet, in the order of its positions."""
    found = Line.objects.filter(run=run).order_by("position")
    return list(found.select_related("record", "sample", "sample__record", *SAMPLE_BATCH))


def visible_lines(user: User, at: datetime) -> QuerySet[Line]:
    """The lines of the worksheets of the sites this person may see."""
    seen = Line.objects.filter(run__site__code__in=visible_to(user, at))
    return seen.select_related("run__record", "run__site", "sample__record", *SAMPLE_BATCH)


def line_now(line: Line) -> Line:
    """The line of the worksheet as it is inside the door."""
    run = ("run", "run__record", "run__site", "run__product_version")
    found = Line.objects.select_related("record", *run, "sample", "sample__record", *SAMPLE_BATCH, "plan")
    return found.get(pk=line.pk)


def runs_of_sample(sample: Sample, test: str) -> list[str]:
    """The numbers of the runs that still stand, on which this sample is for a test."""
    lines = Line.objects.filter(sample=sample, run__test=test).exclude(run__state=RunState.INVALID)
    return list(lines.order_by("pk").values_list("run__number", flat=True))


def current_controls(run: AssayRun) -> dict[str, ControlValue]:
    """The present value of each control."""
    found = ControlValue.objects.filter(run=run, superseded_by=None).order_by("pk")
    return {value.control: value for value in found}


def control_facts(run: AssayRun) -> tuple[ControlFacts, ...]:
    """Every control that the method asks for, with what was found."""
    values, method = current_controls(run), method_of(run)
    controls = method.run.controls if method.run else ()
    verdicts = {key: Verdict(value.verdict) for key, value in values.items()}
    return tuple(ControlFacts(control.key, control.label.en, verdicts.get(control.key)) for control in controls)


# --- results --------------------------------------------------------------------------------------------------------
def visible_results(user: User, at: datetime) -> QuerySet[Result]:
    """The results of the sites this person may see."""
    return _with_lines(Result.objects.filter(batch__site__code__in=visible_to(user, at)))


def results_of(batch: Batch) -> list[Result]:
    """The present results of a batch, in the order they were recorded; corrected ones are left out."""
    found: list[Result] = _RESULTS(batch.pk)
    for result in found:
        result.batch = batch
    return found


def results_on(run: AssayRun) -> list[Result]:
    """The present results of a run, line by line."""
    found = _with_lines(Result.objects.filter(line__run=run, superseded_by=None))
    return list(found.order_by("line__position", "pk"))


def result_now(result: Result) -> Result:
    """The result as it is inside the door."""
    return _with_lines(Result.objects.all()).get(pk=result.pk)


def history_of_result(result: Result) -> list[Result]:
    """What was corrected on the way to this result, oldest first, itself last."""
    found = Result.objects.filter(line=result.line_id, parameter=result.parameter, replicate=result.replicate)
    return list(_with_lines(found).order_by("pk"))


def histories_of(batch: Batch) -> dict[int, tuple[Result, ...]]:
    """What was corrected on the way to each present result of a batch, oldest first."""
    rows = {row.pk: row for row in Result.objects.filter(batch=batch).order_by("pk")}
    histories: dict[int, tuple[Result, ...]] = {}
    for row in rows.values():
        if row.supersedes_id is not None:
            histories[row.pk] = (*histories.pop(row.supersedes_id, ()), rows[row.supersedes_id])
    return histories


def analysts_of(batch: Batch) -> set[str]:
    """Everybody who entered or signed a result or a control in the tests of a batch, also one that was corrected."""
    results = Result.objects.filter(batch=batch)
    entered = set(results.values_list("analyst", flat=True))
    signed = set(results.exclude(tested_signature=None).values_list("tested_signature__username", flat=True))
    runs = AssayRun.objects.filter(lines__sample__batch=batch)
    controls = set(ControlValue.objects.filter(run__in=runs).values_list("entered_by", flat=True))
    return entered | signed | controls | set(runs.values_list("analyst", flat=True))


def testers_of(run: AssayRun) -> set[str]:
    """Everybody who entered or signed a result or a control of a run: none of them reviews it."""
    results = Result.objects.filter(line__run=run)
    entered = set(results.values_list("analyst", flat=True))
    signed = set(results.exclude(tested_signature=None).values_list("tested_signature__username", flat=True))
    return entered | signed | set(run.controls.values_list("entered_by", flat=True)) | {run.analyst}


def testing_records(batch: Batch) -> list[Record]:
    """The records of a batch's samples and of the runs they were on: for asking who laid hands on them."""
    return _RECORDS(batch.pk)


def method_of(run: AssayRun) -> Test:
    """The test a run was opened for, as its own master version says it: its controls, instruments and reagents."""
    test = definition_of(run.product_version).test(run.test)
    if test is None:
        raise LookupError(f"{run.product_version} has no test {run.test}")
    return test


def specification_of(run: AssayRun, batch: Batch) -> Test:
    """The test a run is for, as the frozen master of a batch says it."""
    test = definition_of_batch(batch).test(run.test)
    if test is None:
        raise LookupError(f"the master of {batch} has no test {run.test}")
    return test


def _with_lines(results: QuerySet[Result]) -> QuerySet[Result]:
    return _signed(results.select_related(*BATCH).defer("batch__product_version__text"))


def _signed(results: QuerySet[Result]) -> QuerySet[Result]:
    found = results.select_related("record", *LINES, "tested_signature", "reviewed_signature", "investigation")
    return found.defer("tested_signature__content", "reviewed_signature__content")


def with_results(runs: QuerySet[AssayRun]) -> QuerySet[AssayRun]:
    """Runs with their worksheet, for lists that show them."""
    lines = Line.objects.select_related("sample", "sample__record", "sample__batch").order_by("position")
    return runs.prefetch_related(Prefetch("lines", queryset=lines), "needs__instrument", "needs__lot")
