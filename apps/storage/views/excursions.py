"""Pages of one excursion: who was there, what was decided, and the signed decision about a unit or a group."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from apps.core.http import who
from apps.core.roles import Role
from apps.core.ui.acts import Act, asked_page
from apps.organisation.access import Access, open_to
from apps.organisation.selectors import printed_names, roles_at
from apps.signatures.facts import SignedContent
from apps.signatures.pages import Panel, signed_page
from apps.storage import services
from apps.storage.content import exposure_content, not_fit_content
from apps.storage.forms import AcceptForm, NotFitForm
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


@dataclass(frozen=True)
class Judging:
    """One of the two decisions about units that were there: its words, what is signed, which service takes it."""

    title: Promise
    intro: Promise
    form: type[AcceptForm]
    content: Callable[..., SignedContent]
    service: Callable[..., StoreExcursion]
    why: str
    stops: bool = False


FIT = Judging(
    gettext_lazy("Units that are fit although they were there"),
    gettext_lazy("The others stay on hold: for disposal, or until there is evidence."),
    AcceptForm,
    exposure_content,
    services.accept_exposure,
    "evidence",
)
NOT_FIT = Judging(
    gettext_lazy("Units that are not fit after they were there"),
    gettext_lazy("They are rejected, or recalled where they were released, and wait for their destruction."),
    NotFitForm,
    not_fit_content,
    services.refuse_exposure,
    "reason",
    stops=True,
)


@open_to(access=QUALITY)
@require_http_methods(METHODS)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /storage/excursions/<pk>/accept/?unit=…: units and evidence, then the signature."""
    return _decided(request, pk, FIT)


@open_to(access=QUALITY)
@require_http_methods(METHODS)
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /storage/excursions/<pk>/refuse/?unit=…: units and why, then the signature."""
    return _decided(request, pk, NOT_FIT)


def _decided(request: HttpRequest, pk: int, judging: Judging) -> HttpResponse:
    found = _excursion_of(request, pk)
    there = {one.stay.unit.number: one.stay.unit for one in _held(exposures(found))}
    chosen = {"units": request.GET.getlist("unit")[:200]}
    form = judging.form(request.POST or None, held=list(there), initial=chosen)
    back = reverse("storage:excursion", args=[pk])
    if not (request.method == "POST" and form.is_valid()):
        intro = str(judging.intro) if there else _("This excursion holds no unit any more.")
        word = _("Read back and sign")
        act = Act(title=str(judging.title), word=word, back_url=back, intro=intro, stops=judging.stops)
        return asked_page(request, act, form)
    numbers, why = form.cleaned_data["units"], {judging.why: form.cleaned_data["evidence"]}
    panel = Panel(
        title=f"{judging.title} ({len(numbers)})",
        verb=_("Sign"),
        content=lambda: judging.content(excursion=found, units=numbers, **why),
        record=found.store.record,
        cancel_url=back,
        hidden={"units": ",".join(numbers), "evidence": form.cleaned_data["evidence"]},
    )
    said = {"excursion": found, "units": [there[number] for number in numbers], **why}
    return signed_page(request, panel, lambda signing: judging.service(signing=signing, **said, **who(request)), back)


def _excursion_of(request: HttpRequest, pk: int) -> StoreExcursion:
    found = get_object_or_404(visible_excursions(request.user, timezone.now()), pk=pk)
    timezone.activate(found.store.site.timezone)  # until the end of the request
    return found


def _held(there: list[Exposure]) -> list[Exposure]:
    return [one for one in there if one.is_held]
