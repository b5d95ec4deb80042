"""How often is tested again, per test and per analyst: by what testing into compliance is found (FDA 2022)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from apps.testing.facts import ResultState, RunState
from apps.testing.models import AssayRun, Investigation, Result
from apps.testing.rules.investigations import OUT

PERIOD = timedelta(days=365)


@dataclass(frozen=True)
class Counted:
    """One test, or one analyst: results signed, failures, invalidations, retests, invalid runs, repeated failures."""

    key: str
    results: int = 0
    failed: int = 0
    invalidated: int = 0
    retests: int = 0
    invalid_runs: int = 0
    repeated: int = 0


@dataclass(frozen=True)
class Counts:
    """The counts of a year, those with the most failures, retests and invalid runs first."""

    since: datetime
    by_test: tuple[Counted, ...]
    by_analyst: tuple[Counted, ...]


def retest_counts(sites: Collection[str], at: datetime) -> Counts:
    """What was signed, failed, was invalidated and tested again at these sites in the year before."""
    since = at - PERIOD
    results = Result.objects.filter(record__site__in=sites, recorded_at__gt=since).exclude(state=ResultState.DRAFT)
    runs = AssayRun.objects.filter(record__site__in=sites, started_at__gt=since, state=RunState.INVALID)
    looked_into = Investigation.objects.filter(record__site__in=sites, opened_at__gt=since, earlier__gt=0)
    return Counts(
        since,
        _counted(results, "test", runs, "test", looked_into, "test"),
        _counted(results, "analyst", runs, "analyst", looked_into, "line__run__analyst"),
    )


def _counted(
    results: QuerySet[Result],
    of_results: str,
    runs: QuerySet[AssayRun],
    of_runs: str,
    looked_into: QuerySet[Investigation],
    of_these: str,
) -> tuple[Counted, ...]:
    invalid, again = _numbers(runs, of_runs), _numbers(looked_into, of_these)
    told = results.values_list(of_results).annotate(
        n=Count("pk"),
        failed=Count("pk", filter=Q(verdict__in=list(OUT))),
        invalidated=Count("pk", filter=Q(invalidated_at__isnull=False)),
        retests=Count("line", filter=Q(line__retest__gt=0), distinct=True),
    )
    rows = {row[0]: row[1:] for row in told.order_by()}
    keys = {*rows, *invalid, *again}
    counted = [Counted(key, *rows.get(key, (0, 0, 0, 0)), invalid.get(key, 0), again.get(key, 0)) for key in keys]
    return tuple(sorted(counted, key=_telling))


def _numbers(rows: QuerySet, key: str) -> dict[str, int]:
    return dict(rows.values_list(key).annotate(n=Count("pk")).order_by())


def _telling(one: Counted) -> tuple[int, str]:
    return -(one.failed + one.retests + one.invalid_runs + one.repeated), one.key
