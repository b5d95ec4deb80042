"""Reads of investigations: of a batch, of one's sites, how far a plan is, what was retested by whom."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.core.prepared import Prepared
from apps.core.roles import Role
from apps.organisation.models import User
from apps.organisation.selectors import roles_held, visible_to
from apps.testing.facts import Conclusion, InvestigationState, PlanState, ResultState, RunState
from apps.testing.models import Investigation, Line, Result, RetestPlan, Sample
from apps.testing.rules.standing import needed_results

JOINED = (
    *("record", "batch__record", "batch__site", "batch__product_version__record"),
    *("line__run__record", "line__run__site", "line__sample__record", "line__sample__batch"),
)
_OF_BATCH = Prepared(
    lambda batch: (
        Investigation.objects.filter(batch=batch)
        .select_related("record", "line__sample", "line__run")
        .order_by("opened_at", "pk")
    )
)


@dataclass(frozen=True)
class Progress:
    """How far a plan is carried out: lines on runs that were not found invalid, and those that are reviewed."""

    planned: int
    begun: int
    reviewed: int

    @property
    def left(self) -> int:
        """How many retests may still be begun."""
        return self.planned - self.begun


def investigations_of(batch: Batch) -> list[Investigation]:
    """Every investigation of a batch, in the order they were opened."""
    return _OF_BATCH(batch.pk)


def visible_investigations(user: User, at: datetime) -> QuerySet[Investigation]:
    """The investigations of the sites this person may see."""
    seen = Investigation.objects.filter(record__site__in=visible_to(user, at))
    return seen.select_related(*JOINED).defer("batch__product_version__text")


def investigation_now(investigation: Investigation) -> Investigation:
    """The investigation as it is inside the door."""
    return Investigation.objects.select_related(*JOINED).get(pk=investigation.pk)


def results_investigated(investigation: Investigation) -> list[Result]:
    """The results that failed, as they were found."""
    joined = ("batch", "line__run__record", "line__sample__record", "record", "reviewed_signature")
    return list(investigation.results.select_related(*joined).order_by("pk"))


def plan_of(investigation: Investigation) -> RetestPlan | None:
    """The plan that stands: proposed or approved."""
    standing = [PlanState.PROPOSED, PlanState.APPROVED]
    return investigation.plans.filter(state__in=standing).select_related("record").first()


def plan_now(plan: RetestPlan) -> RetestPlan:
    """The plan as it is inside the door."""
    joined = [f"investigation__{path}" for path in JOINED]
    return RetestPlan.objects.select_related("record", "investigation", *joined).get(pk=plan.pk)


def progress_of(plan: RetestPlan) -> Progress:
    """How far a plan is."""
    results = Prefetch("results", Result.objects.filter(superseded_by=None))
    lines = list(plan.lines.exclude(run__state=RunState.INVALID).select_related("run").prefetch_related(results))
    test = definition_of_batch(plan.investigation.batch).test(plan.investigation.test)
    asked = set(needed_results(test)) if test else set()
    return Progress(plan.retests, len(lines), sum(_is_reviewed(line, asked) for line in lines))


def _is_reviewed(line: Line, asked: Collection[tuple[str, int]]) -> bool:
    """A retest is done when everything that the test reports was found: what is left out may be what failed."""
    results = line.results.all()
    found = {(result.parameter, result.replicate) for result in results}
    reviewed = {result.state for result in results} == {ResultState.REVIEWED}
    return line.run.state == RunState.VALID and reviewed and found.issuperset(asked)


def retests_of(plan: RetestPlan) -> list[Line]:
    """The lines on which a plan is carried out, those of invalid runs too, in order."""
    results = Prefetch("results", Result.objects.filter(superseded_by=None).order_by("pk"))
    return list(plan.lines.select_related("run", "sample").prefetch_related(results).order_by("retest"))


def standing_against_any(samples: Iterable[Sample], test: str) -> list[str]:
    """The investigations because of which one of these samples is tested by plan only."""
    return [number for sample in samples for number in standing_against(sample, test)]


def standing_against(sample: Sample, test: str) -> list[str]:
    """The investigations because of which this sample is tested by plan only.

    Its own, whatever they came to; and one that did not invalidate its result, where the sample was drawn after it.
    """
    found = Investigation.objects.filter(batch=sample.batch_id, test=test).select_related("line").order_by("pk")
    return [one.number for one in found if _stands_against(one, sample)]


def _stands_against(one: Investigation, sample: Sample) -> bool:
    came_later = sample.drawn_at > one.opened_at and one.conclusion != Conclusion.INVALIDATED
    return one.line.sample_id == sample.pk or came_later


def analyst_at(username: str, site: str, at: datetime) -> User | None:
    """The analyst of a site by user name."""
    held = roles_held(at).filter(site__code=site, role=Role.ANALYST, user__username=username, user__is_active=True)
    grant = held.select_related("user").first()
    return grant.user if grant else None


def analysts_at(site: str, at: datetime) -> list[User]:
    """The analysts of a site, by name."""
    held = roles_held(at).filter(site__code=site, role=Role.ANALYST).values("user")
    return list(User.objects.filter(pk__in=held, is_active=True).order_by("printed_name", "pk"))


# --- duties ---------------------------------------------------------------------------------------------------------
def open_investigations(sites: Collection[str] | None = None) -> QuerySet[Investigation]:
    """Investigations that are not concluded, the longest open first."""
    found = Investigation.objects.exclude(state=InvestigationState.CONCLUDED)
    if sites is not None:
        found = found.filter(record__site__in=sites)
    return found.select_related("record", "batch__product_version", "line__sample").order_by("due_at", "pk")


def overdue_investigations(at: datetime, sites: Collection[str] | None = None) -> QuerySet[Investigation]:
    """A duty of QA: investigations that are not concluded in time."""
    return open_investigations(sites).filter(due_at__lte=at)


def plans_to_approve(sites: Collection[str]) -> QuerySet[RetestPlan]:
    """Proposed plans, oldest first."""
    return _plans(sites).filter(state=PlanState.PROPOSED)


def plans_to_carry_out(sites: Collection[str], analyst: str) -> list[tuple[RetestPlan, Progress]]:
    """Approved plans of an analyst whose retests are not all begun."""
    wanted = _plans(sites).filter(state=PlanState.APPROVED, analyst=analyst)
    open_ones = wanted.exclude(investigation__state=InvestigationState.CONCLUDED)
    told = [(plan, progress_of(plan)) for plan in open_ones]
    return [(plan, progress) for plan, progress in told if progress.left]


def _plans(sites: Collection[str]) -> QuerySet[RetestPlan]:
    found = RetestPlan.objects.filter(record__site__in=sites)
    joined = ("record", "investigation__record", "investigation__batch")
    return found.select_related(*joined).order_by("proposed_at", "pk")
