"""What the pages of the laboratory share: finding within one's sites, on the clock of the site, and by which roles."""

from typing import cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from apps.core.roles import Role
from apps.organisation.access import Access
from apps.organisation.models import User
from apps.organisation.selectors import all_roles_of, roles_at
from apps.testing.models import AssayRun, Result, Sample
from apps.testing.selectors import visible_results, visible_runs, visible_samples

READ_ONLY = Access(write=frozenset())
ANALYSTS = Access(read={Role.ANALYST}, write={Role.ANALYST})
REVIEWERS = Access(read={Role.ANALYST, Role.QC_HEAD}, write={Role.ANALYST, Role.QC_HEAD})
TAKERS = Access(read={Role.OPERATOR, Role.ANALYST}, write={Role.OPERATOR, Role.ANALYST})
QC_HEADS = Access(read={Role.QC_HEAD}, write={Role.QC_HEAD})
METHODS = ["GET", "HEAD", "POST"]


def person_of(request: HttpRequest) -> User:
    """Who is signed in: these pages are for nobody else."""
    return cast(User, request.user)


def sample_named(request: HttpRequest, number: str) -> Sample:
    """The sample with this number, within the person's sites."""
    found = get_object_or_404(visible_samples(person_of(request), timezone.now()), number=number)
    timezone.activate(found.batch.site.timezone)
    return found


def run_named(request: HttpRequest, number: str) -> AssayRun:
    """The run with this number, within the person's sites."""
    found = get_object_or_404(visible_runs(person_of(request), timezone.now()), number=number)
    timezone.activate(found.site.timezone)
    return found


def result_at(request: HttpRequest, pk: int) -> Result:
    """One result, within the person's sites."""
    found = get_object_or_404(visible_results(person_of(request), timezone.now()), pk=pk)
    timezone.activate(found.batch.site.timezone)
    return found


def opens_runs(request: HttpRequest) -> bool:
    """Whether the person is an analyst anywhere, so that opening a run is worth offering."""
    return Role.ANALYST in all_roles_of(person_of(request), timezone.now())


def roles_at_site(request: HttpRequest, site: str) -> set[Role]:
    """The roles the person holds at a site."""
    return roles_at(person_of(request), site, timezone.now())
