"""What the pages of a batch share: finding it within one's sites, on its own clock, and who acts."""

from django.http import Http404, HttpRequest
from django.utils import timezone

from apps.batches.models import Batch
from apps.batches.selectors.batches import visible_batch
from apps.batches.selectors.plans import definition_of_batch
from apps.core.roles import Role
from apps.organisation.selectors import roles_at
from apps.products.facts import BadPlace, Place


def batch_named(request: HttpRequest, number: str) -> Batch:
    """The batch with this number within the person's sites; its pages show, and read, the time of its own site."""
    batch = visible_batch(request.user, number, timezone.now())
    timezone.activate(batch.site.timezone)  # until the end of the request: PreferencesMiddleware restores what was
    return batch


def place_named(text: str) -> Place:
    """The place an address names, or 404."""
    try:
        return Place.parse(text)
    except BadPlace as error:
        raise Http404 from error


def step_named(batch: Batch, text: str) -> Place:
    """The step of the batch's master record an address names, or 404."""
    place = place_named(text)
    try:
        definition_of_batch(batch).step(place)
    except BadPlace as error:
        raise Http404 from error
    return place.step_place


def roles_here(request: HttpRequest, batch: Batch) -> set[Role]:
    """The roles the person holds at the site of the batch."""
    return roles_at(request.user, batch.site.code, timezone.now())
