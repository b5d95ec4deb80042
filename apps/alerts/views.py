"""Alerts on screen."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from apps.alerts.selectors import alerts_for
from apps.alerts.services import acknowledge_alert
from apps.core.errors import Objection
from apps.core.http import actor_of, refusals_on, sentence
from apps.units.views.framing import names_of

MOST = 200


class AcknowledgeForm(forms.Form):
    """What is being done about it."""

    note = forms.CharField(label=_("What is being done"), max_length=500)


@require_GET
def alert_list(request: HttpRequest) -> HttpResponse:
    """The open alerts of the person's roles, the oldest due first."""
    return _page(request, None, None)


@require_POST
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an alert in hand."""
    now = timezone.now()
    alert = get_object_or_404(alerts_for(request.user, now), pk=pk)
    form = AcknowledgeForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            acknowledge_alert(alert=alert, note=form.cleaned_data["note"], actor=actor_of(request), at=now)
    return redirect("alerts:list") if form.is_valid() else _page(request, form, pk)


def _page(request: HttpRequest, refused: forms.Form | None, refused_pk: int | None) -> HttpResponse:
    alerts = list(alerts_for(request.user, timezone.now())[:MOST])
    names = names_of([alert.acknowledged_by for alert in alerts if alert.acknowledged_by])
    rows = [
        {
            "alert": alert,
            "taken_by": names.get(alert.acknowledged_by, ""),
            "text": sentence(Objection(alert.kind, alert.template, alert.facts)),
            "form": refused if alert.pk == refused_pk else AcknowledgeForm(auto_id=f"id_{alert.pk}_%s"),
        }
        for alert in alerts
    ]
    return render(request, "alerts/list.html", {"rows": rows}, status=409 if refused else 200)
