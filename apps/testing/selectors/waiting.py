"""What waits for a run, and what a worksheet shows besides its present values."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from apps.batches.selectors.plans import definition_of_batch
from apps.testing.facts import RunState, SampleState
from apps.testing.models import AssayRun, ControlValue, Found, Line, Result, Sample
from apps.testing.rules import LOCKED, is_of_other_method
from apps.testing.selectors.samples import method_of

MOST = 500  # samples looked at: the oldest that wait


@dataclass(frozen=True)
class WaitingTest:
    """One test of one batch whose received samples are on no run that stands."""

    test: str
    samples: tuple[Sample, ...]


def samples_without_run(sites: Collection[str]) -> list[WaitingTest]:
    """Tests that nobody has begun, of batches still in work, those of the oldest sample first."""
    found = Sample.objects.filter(state=SampleState.RECEIVED, batch__site__code__in=sites)
    found = found.exclude(batch__state__in=LOCKED).select_related("record", "batch", "batch__site")
    samples = list(found.order_by("drawn_at", "pk")[:MOST])
    begun = _begun(samples)
    waiting: dict[tuple[int, str], list[Sample]] = defaultdict(list)
    for sample in samples:
        for test in sample.tests:
            if (sample.pk, test) not in begun:
                waiting[sample.batch_id, test].append(sample)
    return [WaitingTest(test, tuple(own)) for (_, test), own in waiting.items()]


def samples_for(run: AssayRun) -> list[Sample]:
    """The received samples of the site that this run may still take: drawn for its test, tested by its method."""
    method = method_of(run)
    found = Sample.objects.filter(state=SampleState.RECEIVED, batch__site=run.site_id)
    found = found.select_related("record", "batch", "batch__record", "batch__site").order_by("drawn_at", "pk")
    samples = [sample for sample in found[:MOST] if run.test in sample.tests]
    begun = _begun(samples)
    return [
        sample
        for sample in samples
        if (sample.pk, run.test) not in begun
        and is_of_other_method(sample.number, method, definition_of_batch(sample.batch).test(run.test)) is None
    ]


def _begun(samples: Iterable[Sample]) -> set[tuple[int, str]]:
    """Sample and test, where it is on a run that was not found invalid."""
    lines = Line.objects.filter(sample__in=[sample.pk for sample in samples]).exclude(run__state=RunState.INVALID)
    return set(lines.values_list("sample_id", "run__test"))


def last_run_number(site: str) -> str:
    """The number of the run that was opened last at a site."""
    return AssayRun.objects.filter(site__code=site).order_by("-pk").values_list("number", flat=True).first() or ""


def histories_on(run: AssayRun) -> dict[type[Found], dict[int, tuple[Found, ...]]]:
    """What was corrected on the way to each present value of a run: controls and results apart, oldest first."""
    return {
        ControlValue: _chains(ControlValue.objects.filter(run=run).order_by("pk")),
        Result: _chains(Result.objects.filter(line__run=run).order_by("pk")),
    }


def _chains(rows: Iterable[ControlValue] | Iterable[Result]) -> dict[int, tuple[Found, ...]]:
    by_id: dict[int, Found] = {}
    chains: dict[int, tuple[Found, ...]] = {}
    for row in rows:
        by_id[row.pk] = row
        if row.supersedes_id is not None:
            chains[row.pk] = (*chains.pop(row.supersedes_id, ()), by_id[row.supersedes_id])
    return chains
