"""The page on which the units of an order are sent to its bedside."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.core.errors import Happened
from apps.core.http import who
from apps.core.ui.acts import Act, act_page
from apps.dosing import services
from apps.dosing.selectors import kept_units
from apps.dosing.views.acting import METHODS, by
from apps.dosing.views.finding import order_named
from apps.organisation.access import open_to
from apps.products.selectors import definition_of
from apps.transport.facts import Asked
from apps.transport.forms import WayForm
from apps.transport.lifecycle import WHO_MAY_ASK


@open_to(access=by(*WHO_MAY_ASK))
@require_http_methods(METHODS)
def ship(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /dosing/orders/<number>/ship/: the units kept for the order go to its bedside, and stay its own."""
    found = order_named(request, number)
    modes = definition_of(found.product_version).transport.modes
    form = WayForm(request.POST or None, modes=modes, initial={"ward": found.ward})
    kept = ", ".join(unit.number for unit in kept_units(found)) or "–"
    act = Act(
        title=_("Send the units of %(number)s to the bedside") % {"number": number},
        word=_("Ask for it"),
        back_url=reverse("dosing:detail", args=[number]),
        intro=_("Kept for it, and they stay so: %(units)s") % {"units": kept},
        icon="truck",
    )

    def perform(_happened: Happened | None) -> None:
        services.ship_reserved(order=found, asked=Asked(**form.cleaned_data), **who(request))

    return act_page(request, act, form, perform)
