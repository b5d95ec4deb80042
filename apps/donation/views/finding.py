"""What the pages of donors share: finding within one's sites, who acts, what the products ask for."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from apps.core.roles import Role
from apps.donation.models import Donation
from apps.donation.selectors import asked_at, visible_donations
from apps.identity.models import Donor
from apps.identity.selectors import visible_donors
from apps.organisation.selectors import roles_at
from apps.products.definition import Definition


def donor_named(request: HttpRequest, number: str) -> Donor:
    """The donor with this code, within the person's sites; the pages show the time of the donor's site."""
    found = get_object_or_404(visible_donors(request.user, timezone.now()), number=number)
    timezone.activate(found.site.timezone)  # until the end of the request
    return found


def donation_named(request: HttpRequest, din: str) -> Donation:
    """The donation with this number, within the person's sites."""
    found = get_object_or_404(visible_donations(request.user, timezone.now()), din=din)
    timezone.activate(found.site.timezone)
    return found


def asked_of(site: str) -> list[Definition]:
    """What the products of a site ask of a donor."""
    return [definition for _version, definition in asked_at({site})]


def roles_here(request: HttpRequest, site: str) -> set[Role]:
    """The roles the person holds at the site of a donor."""
    return roles_at(request.user, site, timezone.now())
