"""What the pages of stability share: finding within one's sites, what one may do, units by number."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from apps.core.roles import Role
from apps.core.ui.wording import translated
from apps.organisation.access import Access
from apps.organisation.selectors import roles_at
from apps.stability.facts import ExtensionVerb, StudyVerb
from apps.stability.lifecycle import EXTENSION_MOVES, STUDY_MOVES, verbs_from
from apps.stability.models import Extension, Study
from apps.stability.selectors import visible_extensions, visible_studies
from apps.units.models import Unit

METHODS = ["GET", "HEAD", "POST"]
READ_ONLY = Access(write=frozenset())


def by(*roles: Role) -> Access:
    """Pages of an act: for those who may do it."""
    return Access(read=frozenset(roles), write=frozenset(roles))


def study_access(verb: StudyVerb) -> Access:
    """Who does this to a study."""
    return by(*STUDY_MOVES[verb].roles)


def extension_access(verb: ExtensionVerb) -> Access:
    """Who does this to an extension."""
    return by(*EXTENSION_MOVES[verb].roles)


def study_named(request: HttpRequest, number: str) -> Study:
    """The study of this number within the person's sites; the pages show the time of its site."""
    found = get_object_or_404(visible_studies(request.user, timezone.now()), number=number)
    timezone.activate(found.batch.site.timezone)  # until the end of the request
    return found


def extension_named(request: HttpRequest, number: str) -> Extension:
    """The extension of this number within the person's sites."""
    found = get_object_or_404(visible_extensions(request.user, timezone.now()), number=number)
    timezone.activate(found.batch.site.timezone)
    return found


def acts_of(
    request: HttpRequest, thing: Study | Extension, moves: Mapping[Any, Any], pages: Mapping[Any, str]
) -> list[dict[str, str]]:
    """The buttons of what this person can do now."""
    roles = roles_at(request.user, thing.record.site, timezone.now())
    verbs = [verb for verb in verbs_from(thing.state, moves, roles) if verb in pages]
    return [
        {"label": translated(moves[verb].label), "url": reverse(pages[verb], args=[thing.number])} for verb in verbs
    ]


def chosen(units: Sequence[Unit], request: HttpRequest, numbers: Sequence[str]) -> list[Unit]:
    """The units that were ticked; where the panel answers, those its address carries."""
    wanted = set(request.GET.get("units", "").split(",") if "challenge" in request.POST else numbers)
    return [unit for unit in units if unit.number in wanted]
