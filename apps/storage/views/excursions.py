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

from apps.batches.models import Batch
from apps.core.http import who
from apps.core.roles import Role
from apps.core.ui.acts import Act, asked_page
from apps.facility.facts import Quantity
from apps.organisation.access import Access, open_to
from apps.organisation.selectors import printed_names, roles_at
from apps.signatures.facts import SignedContent
from apps.signatures.pages import Panel, signed_page
from apps.storage import services
from apps.storage.content import exposure_content, not_fit_content
from apps.storage.forms import AcceptForm, NotFitForm
from apps.storage.models import StoreExcursion
from apps.storage.rules import warmth_text
from apps.storage.selectors import Exposure, cultures, exposures, visible_excursions
from apps.storage.views.keeping import WORDS
from apps.storage.views.places import METHODS, READ_ONLY

AFTER = timedelta(hours=6)  # of the curve behind an excursion
QUALITY = Access(read=frozenset({Role.QA}), write=frozenset({Role.QA}))


@open_to(access=READ_ONLY)
@require_safe
def excursion(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /storage/excursions/<pk>/: what the store read, who was there, what quality decided about each."""
    found, now = _excursion_of(request, pk), timezone.now()
    there, grown = exposures(found), cultures(found, now)
    names = printed_names(one.hold.lifted_by for one in (*there, *grown) if one.hold and one.hold.lifted_by)
    context = {
        "one": found,
        "length": (found.ended_at or found.last_at) - found.began_at,
        "look_until": (found.ended_at or found.last_at) + AFTER,
        "keeps": warmth_text(found.warmth, found.probe.mark),
        "mark": found.probe.mark,
        "quantity": WORDS[Quantity(found.probe.quantity)],
        "rows": [{"there": one, "by": names.get(one.hold.lifted_by, "") if one.hold else ""} for one in there],
        "grown": [{"there": one, "by": names.get(one.hold.lifted_by, "") if one.hold else ""} for one in grown],
        "held": sum(one.is_held for one in (*there, *grown)),
        "held_units": len(_held(there)),
        "may_decide": Role.QA in roles_at(request.user, found.store.site.code, now),
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
    of_batches: bool = False


FIT = Judging(
    gettext_lazy("What is fit although it was there"),
    gettext_lazy("The others stay on hold: for disposal, or until there is evidence."),
    AcceptForm,
    exposure_content,
    services.accept_exposure,
    "evidence",
    of_batches=True,
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
    grown = _held_batches(found) if judging.of_batches else {}
    chosen = {"units": request.GET.getlist("unit")[:200], "batches": request.GET.getlist("batch")[:200]}
    form = judging.form(request.POST or None, held=list(there), grown=list(grown), initial=chosen)
    back = reverse("storage:excursion", args=[pk])
    if not (request.method == "POST" and form.is_valid()):
        intro = str(judging.intro) if there or grown else _("This excursion holds nothing any more.")
        word = _("Read back and sign")
        act = Act(title=str(judging.title), word=word, back_url=back, intro=intro, stops=judging.stops)
        return asked_page(request, act, form)
    why, named = {judging.why: form.cleaned_data["evidence"]}, form.chosen
    if not judging.of_batches:
        named.pop("batches")
    panel = Panel(
        title=f"{judging.title} ({sum(map(len, named.values()))})",
        verb=_("Sign"),
        content=lambda: judging.content(excursion=found, **named, **why),
        record=found.store.record,
        cancel_url=back,
        hidden={**{kind: ",".join(of) for kind, of in named.items()}, "evidence": form.cleaned_data["evidence"]},
    )
    said = {"excursion": found, "units": [there[number] for number in named["units"]], **why}
    if judging.of_batches:
        said["batches"] = [grown[number] for number in named["batches"]]
    return signed_page(request, panel, lambda signing: judging.service(signing=signing, **said, **who(request)), back)


def _excursion_of(request: HttpRequest, pk: int) -> StoreExcursion:
    found = get_object_or_404(visible_excursions(request.user, timezone.now()), pk=pk)
    timezone.activate(found.store.site.timezone)  # until the end of the request
    return found


def _held_batches(found: StoreExcursion) -> dict[str, Batch]:
    return {one.batch.number: one.batch for one in cultures(found, timezone.now()) if one.is_held}


def _held(there: list[Exposure]) -> list[Exposure]:
    return [one for one in there if one.is_held]
