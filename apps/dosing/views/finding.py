"""What the pages of treatments share: finding within one's sites, on the site's clock, and who acts."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from apps.core.roles import Role
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import visible_orders
from apps.identity.models import Recipient
from apps.identity.selectors import visible_recipients
from apps.organisation.selectors import roles_at


def order_named(request: HttpRequest, number: str) -> TreatmentOrder:
    """The order with this number, within the person's sites; the pages show the time of its site."""
    found = get_object_or_404(visible_orders(request.user, timezone.now()), number=number)
    timezone.activate(found.site.timezone)  # until the end of the request
    return found


def recipient_named(request: HttpRequest, number: str) -> Recipient:
    """The recipient with this code, within the person's sites."""
    found = get_object_or_404(visible_recipients(request.user, timezone.now()), number=number)
    timezone.activate(found.site.timezone)
    return found


def roles_here(request: HttpRequest, site: str) -> set[Role]:
    """The roles the person holds at a site."""
    return roles_at(request.user, site, timezone.now())
