"""What waits in the laboratory."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Max

from apps.core.text import N_
from apps.desk.facts import Asked, Risk, Task
from apps.desk.selectors.batches import MOST
from apps.products.definition.testing import Test
from apps.products.selectors import definition_of
from apps.testing.facts import ResultState, RunState, SampleState
from apps.testing.models import AssayRun, Result, Sample
from apps.testing.selectors import samples_without_run


def to_receive(whom: Asked) -> Iterator[Task]:
    """Samples on their way."""
    waiting = Sample.objects.filter(state=SampleState.DRAWN, batch__site__code__in=whom.sites).select_related("record")
    for sample in waiting.order_by("drawn_at", "pk")[:MOST]:
        yield Task(
            N_("Receive sample"), sample.number, sample.drawn_at, "testing:sample", (sample.number,), risk=Risk.MIDDLE
        )


def to_begin(whom: Asked) -> Iterator[Task]:
    """Received samples with tests that are on no run."""
    tests: dict[str, list[str]] = {}
    samples: dict[str, Sample] = {}
    for waiting in samples_without_run(whom.sites):
        for sample in waiting.samples:
            samples[sample.number] = sample
            tests.setdefault(sample.number, []).append(waiting.test)
    for number, sample in list(samples.items())[:MOST]:
        said = {"n": str(len(tests[number]))}
        yield Task(
            N_("Begin the tests"), number, sample.received_at or sample.drawn_at, "testing:sample", (number,), said,
            N_("Tests on no run: {n}"), Risk.MIDDLE,
        )  # fmt: skip


def to_finish(whom: Asked) -> Iterator[Task]:
    """Runs that nobody has signed."""
    runs = AssayRun.objects.filter(state=RunState.OPEN, record__site__in=whom.sites).order_by("started_at", "pk")
    runs = runs.annotate(begun=Max("lines__inoculated_at"))
    for run in runs.select_related("product_version")[:MOST]:
        test = definition_of(run.product_version).test(run.test)
        said = {"test": test.label if test else run.test}
        due = _end_of_the_period(test, getattr(run, "begun", None))
        yield Task(
            N_("Finish assay run"), run.number, run.started_at, "testing:run", (run.number,), said, "{test}",
            due_at=due,
        )  # fmt: skip


def to_review(whom: Asked) -> Iterator[Task]:
    """Signed results that somebody else tested: nobody reviews their own."""
    tested = Result.objects.filter(state=ResultState.TESTED, record__site__in=whom.sites, superseded_by=None)
    others = tested.exclude(line__run__analyst=whom.username).exclude(analyst=whom.username)
    for number, since in sorted(set(others.values_list("line__run__number", "line__run__started_at")))[:MOST]:
        yield Task(N_("Review results"), number, since, "testing:run", (number,), risk=Risk.MIDDLE)


def _end_of_the_period(test: Test | None, inoculated_at: datetime | None) -> datetime | None:
    """When what did not grow may be called so: the last of the samples counts."""
    if test is None or test.period is None or inoculated_at is None:
        return None
    return inoculated_at + test.period.at_least.timedelta
