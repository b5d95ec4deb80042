"""Pages at the bed, for tablet and phone: compare and start, look, vital signs, pause and rate, end."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from apps.core.errors import Happened, Refused
from apps.core.http import happened_of, who
from apps.core.ui.acts import Act, act_page, asked_page
from apps.core.ui.pages import refusal_response
from apps.core.ui.wording import bilingual, sentence
from apps.dosing import services
from apps.dosing.content import end_content, second_content, start_content
from apps.dosing.facts import MomentKind, OrderState, Slot
from apps.dosing.forms import BedsideForm, EndForm, MomentForm, VitalsForm
from apps.dosing.lifecycle import BEDSIDE, FOLLOWERS
from apps.dosing.models import Infusion, TreatmentOrder
from apps.dosing.rules.bedside import asked_at_bed
from apps.dosing.selectors import (
    asked_at_end,
    chain_for,
    dose_of,
    infusion_of,
    kept_units,
    moments_of,
    reactions_of,
    signs_asked,
    vital_slots,
    vitals_of,
)
from apps.dosing.views.acting import METHODS, by
from apps.dosing.views.finding import order_named, roles_here
from apps.dosing.views.showing import amount_text
from apps.identity.selectors import patient_of
from apps.organisation.access import Access, open_to
from apps.products.forms import words_read
from apps.products.selectors import definition_of
from apps.signatures.facts import Signing
from apps.signatures.pages import Panel, signed_page, signing_from, signing_pair

AT_BED = by(*BEDSIDE)
MOMENTS = {
    MomentKind.STARTED: gettext_lazy("Started"),
    MomentKind.PAUSED: gettext_lazy("Paused"),
    MomentKind.RESUMED: gettext_lazy("Resumed"),
    MomentKind.RATE: gettext_lazy("Rate changed"),
    MomentKind.ENDED: gettext_lazy("Ended"),
}


@open_to(access=Access(write=frozenset()))
@require_safe
def bedside(request: HttpRequest, number: str) -> HttpResponse:
    """GET /dosing/orders/<number>/bedside/: the patient, the dose with its clock, when vital signs are due."""
    found = order_named(request, number)
    infusion, dose, roles = infusion_of(found), dose_of(found), roles_here(request, found.site.code)
    context = {
        "order": found,
        "band": _band(request, found),
        "infusion": infusion,
        "moments": [(one, MOMENTS[MomentKind(one.kind)]) for one in moments_of(infusion)] if infusion else [],
        "dose": dose,
        "drawn": amount_text(dose.volume, "mL") if dose else "",
        "holds_it": amount_text(dose.amount, found.amount_unit) if dose else "",
        "left": amount_text(dose.remainder, "mL") if dose else "",
        "units": kept_units(found),
        "slots": [_slot(slot) for slot in vital_slots(found)] if found.state != OrderState.CANCELLED else [],
        "vitals": _vitals(found),
        "reactions": reactions_of(found),
        "acts_here": bool(roles & set(BEDSIDE)),
        "follows": bool(roles & set(FOLLOWERS)),
    }
    return render(request, "dosing/bedside.html", context)


@open_to(access=AT_BED)
@require_http_methods(METHODS)
def start(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /dosing/orders/<number>/bedside/start/: scan; a mismatch is a full stop; then two people sign."""
    found = order_named(request, number)
    asked = asked_at_bed(definition_of(found.product_version).dosing.bedside)
    chained, units = chain_for(found) is not None, len(kept_units(found))
    form = BedsideForm(request.POST or None, units=units, asked=asked, chained=chained)
    if request.method == "POST" and form.is_valid():
        return _two_people(request, found, form)
    back = reverse("dosing:bedside", args=[number])
    act = Act(title=_("At the bed: %(number)s") % {"number": number}, word=_("Compare"), back_url=back, icon="scan")
    context = {"act": act, "form": form, "band": _band(request, found)}
    return render(request, "dosing/scan.html", context, status=400 if form.errors else 200)


@open_to(access=AT_BED)
@require_http_methods(METHODS)
def moment(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /dosing/orders/<number>/bedside/moment/: a pause, going on, another rate."""
    found, form = order_named(request, number), MomentForm(request.POST or None)
    act = _act(number, _("Pause or rate: %(number)s"), _("Record"))

    def perform(_happened: Happened | None) -> None:
        said = form.cleaned_data
        told = {"kind": MomentKind(said["kind"]), "rate": said["rate"], "note": said["note"]}
        services.note_moment(order=found, **told, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=AT_BED)
@require_http_methods(METHODS)
def vitals(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /dosing/orders/<number>/bedside/vitals/: what was measured, now or a moment ago."""
    found = order_named(request, number)
    form = VitalsForm(request.POST or None, asked=signs_asked(found))
    act = _act(number, _("Vital signs: %(number)s"), _("Record"))

    def perform(_happened: Happened | None) -> None:
        services.record_vitals(order=found, signs=form.signs, taken_at=form.cleaned_data["taken_at"], **who(request))

    return act_page(request, act, form, perform)


@open_to(access=AT_BED)
@require_http_methods(METHODS)
def end(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /dosing/orders/<number>/bedside/end/: what the master record asks about it, then the signature."""
    found, back = order_named(request, number), reverse("dosing:bedside", args=[number])
    initial = {"ended_at": timezone.now()}
    form = EndForm(request.POST or None, asked=asked_at_end(found), initial=initial)
    if request.method != "POST" or not form.is_valid():
        act = _act(number, _("End the infusion: %(number)s"), _("Read back and sign"))
        return asked_page(request, act, form)
    ended_at, answers = form.cleaned_data["ended_at"], form.answers
    try:
        end_content(found, answers, ended_at)
    except Refused as unread:
        return refusal_response(request, unread)
    panel = Panel(
        title=_("End the infusion: %(number)s") % {"number": number},
        verb=_("Sign: ended"),
        content=lambda: end_content(found, answers, ended_at),
        words=words_read(definition_of(found.product_version)),
        record=found.record,
        cancel_url=back,
        hidden={name: request.POST[name] for name in form.fields if name in request.POST},
    )

    def perform(signing: Signing) -> Infusion:
        told: dict[str, Any] = {"ended_at": ended_at, "answers": answers, "signing": signing}
        return services.end_infusion(order=found, **told, **who(request))

    return signed_page(request, panel, perform, back)


def _two_people(request: HttpRequest, order: TreatmentOrder, form: BedsideForm) -> HttpResponse:
    """One dialog for two people: what both compared, and room for both to sign."""
    said, refused = form.said, None
    try:
        if "challenge" in request.POST:
            _begin(request, order, form)
            return HttpResponseRedirect(reverse("dosing:bedside", args=[order.number]))
        services.compare_at_bedside(order=order, bedside=said, **who(request))
    except Refused as refusal:
        if "challenge" not in request.POST:
            return _stopped(request, order, refusal)
        refused = refusal
    began = form.cleaned_data["happened_at"]
    words = words_read(definition_of(order.product_version))
    first = Panel(
        title="",
        verb="",
        content=lambda: start_content(order, said, began),
        words=words,
        cancel_url=reverse("dosing:bedside", args=[order.number]),
        hidden={name: request.POST[name] for name in form.fields if name in request.POST},
    )
    second = Panel(title="", verb="", content=lambda: second_content(order, said, began), words=words, second=True)
    context = {"order": order, "band": _band(request, order), **signing_pair(request, first, second, refused)}
    return render(request, "dosing/two_people.html", context, status=refused.status if refused else 200)


def _begin(request: HttpRequest, order: TreatmentOrder, form: BedsideForm) -> None:
    at, reason = form.cleaned_data["happened_at"], form.cleaned_data["happened_reason"]
    services.start_infusion(
        order=order,
        bedside=form.said,
        signing=signing_from(request),
        countersigning=signing_from(request, "second_"),
        happened=happened_of(at, reason),
        **who(request),
    )


def _stopped(request: HttpRequest, order: TreatmentOrder, refusal: Refused) -> HttpResponse:
    """The wrong patient or unit fills the page: nothing else can be done there."""
    context = {
        "order": order,
        "stop": {
            "title": _("STOP: do not give"),
            "detail": " ".join(sentence(one) for one in refusal.objections),
            "kept": _("Nothing was recorded as given. The near miss is kept and quality is told."),
            "act": _("Scan again"),
            "url": reverse("dosing:start", args=[order.number]),
        },
    }
    return render(request, "dosing/stopped.html", context, status=refusal.status)


def _band(request: HttpRequest, order: TreatmentOrder) -> dict[str, object]:
    """Name and numbers only for those who care for the patient; the pseudonym for everybody else."""
    known, definition = patient_of(order.recipient, request.user, timezone.now()), definition_of(order.product_version)
    line = f"{order.number} · {bilingual(definition.band.word)}"
    if known:
        who_it_is = {"name": known.name, "born_text": known.born, "number": known.identifier, "line": line}
        return {"patient": who_it_is}
    return {
        "short": bilingual(definition.band.word),
        "hue": definition.band.colour,
        "number": order.number,
        "title": definition.title,
        "url": reverse("dosing:detail", args=[order.number]),
    }


def _slot(slot: Slot) -> dict[str, object]:
    """A due time with its state: taken, overdue, still to come."""
    overdue = not slot.taken and slot.due_at < timezone.now()
    return {"due_at": slot.due_at, "state": "done" if slot.taken else "overdue" if overdue else "due"}


def _vitals(order: TreatmentOrder) -> list[dict[str, object]]:
    asked = signs_asked(order)
    return [
        {"row": row, "signs": [(one.label, row.signs[one.key]) for one in asked if one.key in row.signs]}
        for row in reversed(vitals_of(order))
    ]


def _act(number: str, title: str, word: str) -> Act:
    return Act(title=title % {"number": number}, word=word, back_url=reverse("dosing:bedside", args=[number]))
