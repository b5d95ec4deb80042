"""An instrument left its range: told on a page, to every batch that had something in it."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.batches.forms import ExcursionForm
from apps.batches.services.excursions import WATCHERS, record_excursion
from apps.core.errors import Happened
from apps.core.http import who
from apps.core.ui.acts import Act, act_page
from apps.core.ui.navigation import address_of
from apps.facility.models import Instrument
from apps.facility.selectors import known_equipment, visible_instruments
from apps.organisation.access import Access, open_to
from apps.organisation.models import User
from apps.products.definition.preparation import MonitoredCondition

WATCHING = Access(read=frozenset(WATCHERS), write=frozenset(WATCHERS))


@open_to(access=WATCHING)
@require_http_methods(["GET", "HEAD", "POST"])
def excursion(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /batches/excursions/<instrument>/: what was measured, from when to when."""
    found = get_object_or_404(visible_instruments(cast(User, request.user), timezone.now()), number=number)
    timezone.activate(found.site.timezone)  # until the end of the request
    form = ExcursionForm(request.POST or None, conditions=_watched(request, found))
    act = Act(
        title=_("Excursion of %(number)s") % {"number": number},
        word=_("Record the excursion"),
        back_url=address_of("facility:instrument", number),
        intro=_("Every batch that had something in it at that time gets an event."),
        icon="thermometer",
    )

    def perform(_happened: Happened | None) -> None:
        record_excursion(instrument=found, **_said(form), **who(request))

    return act_page(request, act, form, perform)


def _watched(request: HttpRequest, instrument: Instrument) -> Sequence[MonitoredCondition]:
    known = known_equipment(cast(User, request.user), timezone.now())
    return known[instrument.kind].conditions if instrument.kind in known else ()


def _said(form: forms.Form) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("condition", "worst", "unit", "began_at", "ended_at", "note")}
