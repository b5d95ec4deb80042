"""Pages of one excursion: who was there, what was decided, and the signed decision about a unit or a group."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.core.http import who
from apps.core.roles import Role
from apps.core.ui.acts import Act, asked_page
from apps.organisation.access import Access, open_to
from apps.organisation.selectors import printed_names, roles_at
from apps.signatures.pages import Panel, signed_page
from apps.storage import services
from apps.storage.content import exposure_content
from apps.storage.forms import AcceptForm
from apps.storage.models import StoreExcursion
from apps.storage.rules import warmth_text
from apps.storage.selectors import Exposure, exposures, visible_excursions
from apps.storage.views.places import METHODS, READ_ONLY

AFTER = timedelta(hours=6)  # of the curve behind an excursion
QUALITY = Access(read=frozenset({Role.QA}), write=frozenset({Role.QA}))


@open_to(access=READ_ONLY)
@require_safe
def excursion(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /storage/excursions/<pk>/: what the store read, who was there, what quality decided about each."""
    found = _excursion_of(request, pk)
    there = exposures(found)
    names = printed_names(one.hold.lifted_by for one in there if one.hold and one.hold.lifted_by)
    context = {
        "one": found,
        "length": (found.ended_at or found.last_at) - found.began_at,
        "look_until": (found.ended_at or found.last_at) + AFTER,
        "keeps": warmth_text(found.warmth),
        "rows": [{"there": one, "by": names.get(one.hold.lifted_by, "") if one.hold else ""} for one in there],
        "held": len(_held(there)),
        "may_decide": Role.QA in roles_at(request.user, found.store.site.code, timezone.now()),
    }
    return render(request, "storage/excursion.html", context)


@open_to(access=QUALITY)
@require_http_methods(METHODS)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /storage/excursions/<pk>/accept/?unit=…: units and evidence, then the signature."""
    found = _excursion_of(request, pk)
    there = {one.stay.unit.number: one.stay.unit for one in _held(exposures(found))}
    form = AcceptForm(request.POST or None, held=list(there), initial={"units": request.GET.getlist("unit")[:200]})
    if not (request.method == "POST" and form.is_valid()):
        return _asked(request, found, form, has_held=bool(there))
    numbers, evidence = form.cleaned_data["units"], form.cleaned_data["evidence"]
    units = [there[number] for number in numbers]
    back = reverse("storage:excursion", args=[pk])
    panel = Panel(
        title=_("Fit for use: %(n)s units") % {"n": len(units)},
        verb=_("Sign"),
        content=lambda: exposure_content(excursion=found, units=numbers, evidence=evidence),
        record=found.store.record,
        cancel_url=back,
        hidden={"units": ",".join(numbers), "evidence": evidence},
    )
    said = {"excursion": found, "units": units, "evidence": evidence}
    return signed_page(
        request, panel, lambda signing: services.accept_exposure(signing=signing, **said, **who(request)), back
    )  # fmt: skip


def _asked(request: HttpRequest, found: StoreExcursion, form: AcceptForm, *, has_held: bool) -> HttpResponse:
    intro = _("The others stay on hold: for disposal, or until there is evidence.")
    intro = intro if has_held else _("This excursion holds no unit any more.")
    act = Act(
        title=_("Units that are fit although they were there"),
        word=_("Read back and sign"),
        back_url=reverse("storage:excursion", args=[found.pk]),
        intro=intro,
    )
    return asked_page(request, act, form)


def _excursion_of(request: HttpRequest, pk: int) -> StoreExcursion:
    found = get_object_or_404(visible_excursions(request.user, timezone.now()), pk=pk)
    timezone.activate(found.store.site.timezone)  # until the end of the request
    return found


def _held(there: list[Exposure]) -> list[Exposure]:
    return [one for one in there if one.is_held]
