"""Holders named, the list sealed and read, a code opened for one patient or, by two people, for everybody."""

from collections.abc import Callable
from typing import cast

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.blinding import content
from apps.blinding.facts import HOLDERS, NAMERS, OPENERS, TREATING
from apps.blinding.forms import BreakForm, ListForm, PersonForm, ReasonForm
from apps.blinding.models import CodeHolder
from apps.blinding.rules import holds_no_code
from apps.blinding.selectors import breaks_of, is_holder, told_to, unopened_kits, visible_lot
from apps.blinding.services import break_code, end_holder, name_holder, open_code, read_list, seal_list
from apps.core.errors import NotAllowed, Refused
from apps.core.http import who
from apps.core.ui.acts import Act, asked_page
from apps.core.ui.pages import refusal_response
from apps.identity.selectors import visible_recipients
from apps.organisation.access import Access, open_to
from apps.organisation.models import User
from apps.organisation.selectors import user_by_badge_or_name
from apps.signatures.facts import SignedContent, Signing
from apps.signatures.pages import Panel, signed_page, signing_context, signing_from, signing_pair
from apps.units.views.framing import batch_bar

METHODS = ["GET", "HEAD", "POST"]
BY_NAMERS = Access(read=frozenset(NAMERS), write=frozenset(NAMERS))
BY_HOLDERS = Access(read=frozenset(HOLDERS), write=frozenset(HOLDERS))
BY_OPENERS = Access(read=frozenset(OPENERS), write=frozenset(OPENERS))
BY_TREATING = Access(read=frozenset(TREATING), write=frozenset(TREATING))


@open_to(access=BY_NAMERS)
@require_http_methods(METHODS)
def name(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /blinding/<number>/holders/: quality names a holder of the code."""
    lot, form = _lot(request, number), PersonForm(request.POST or None)
    title, back = _("Name a holder of the code: %(number)s") % {"number": number}, _page_of(lot)
    person = user_by_badge_or_name(form.cleaned_data["person"]) if form.is_valid() else None
    if form.is_valid() and person is None:
        form.add_error("person", _("Nobody has this badge or user name."))
    if request.method != "POST" or person is None:
        act = Act(title=title, word=_("Read back and sign"), back_url=back, icon="sign", context=batch_bar(lot))
        return asked_page(request, act, form)
    panel = Panel(
        title=title,
        verb=_("Sign: named"),
        content=lambda: content.name_content(lot, person),
        record=lot.record,
        cancel_url=back,
        hidden={"person": request.POST["person"]},
    )

    def perform(signing: Signing) -> CodeHolder:
        return name_holder(batch=lot, person=person, signing=signing, **who(request))

    return signed_page(request, panel, perform, back, context=batch_bar(lot))


@open_to(access=BY_NAMERS)
@require_http_methods(METHODS)
def end(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """GET, POST /blinding/<number>/holders/<pk>/end/: somebody holds the code no more."""
    lot, form = _lot(request, number), ReasonForm(request.POST or None)
    held = CodeHolder.objects.select_related("batch__record", "batch__site", "person")
    holder = get_object_or_404(held, batch=lot, pk=pk)
    title, back = _("%(name)s holds the code no more") % {"name": holder.person.printed_name}, _page_of(lot)
    if request.method != "POST" or not form.is_valid():
        act = Act(title=title, word=_("Read back and sign"), back_url=back, icon="sign", context=batch_bar(lot))
        return asked_page(request, act, form)
    reason = form.cleaned_data["reason"]
    panel = Panel(
        title=title,
        verb=_("Sign: ended"),
        content=lambda: content.end_content(lot, holder.person, reason),
        cancel_url=back,
        hidden={"reason": request.POST["reason"]},
    )

    def perform(signing: Signing) -> CodeHolder:
        return end_holder(holder=holder, reason=reason, signing=signing, **who(request))

    return signed_page(request, panel, perform, back, context=batch_bar(lot))


@never_cache
@open_to(access=BY_HOLDERS)
@require_http_methods(METHODS)
def seal(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /blinding/<number>/list/: two holders bring the list in, and it is sealed."""
    lot, form = _lot(request, number), ListForm(request.POST or None)
    if not is_holder(lot, request.user.get_username()):
        return refusal_response(request, NotAllowed(holds_no_code(lot.number)))
    title, word = _("Bring the list in: %(number)s") % {"number": number}, _("Sign: both, sealed")

    def perform(first: Signing, second: Signing) -> object:
        return seal_list(batch=lot, lines=form.said, signing=first, countersigning=second, **who(request))

    shown = (lambda: content.seal_content(lot, form.said), lambda: content.compare_content(lot, form.said))
    intro = _("Arms: %(arms)s. The list is kept apart; nothing you write here is shown to anybody else.")
    blinded = definition_of_batch(lot).preparation.blinded
    arms = ", ".join(arm.key for arm in blinded.arms) if blinded else ""
    return _by_two(request, lot, form, (title, word, intro % {"arms": arms}), shown, perform)


@open_to(access=BY_OPENERS)
@require_http_methods(METHODS)
def opening(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /blinding/<number>/opening/: the trial has ended; two people open the code of the lot."""
    lot, form = _lot(request, number), ReasonForm(request.POST or None)
    title, word = _("Open the code: %(number)s") % {"number": number}, _("Sign: both, opened")

    def perform(first: Signing, second: Signing) -> object:
        reason = form.cleaned_data["reason"]
        return open_code(batch=lot, reason=reason, signing=first, countersigning=second, **who(request))

    shown = (
        lambda: content.open_content(lot, form.cleaned_data["reason"]),
        lambda: content.agree_content(lot, form.cleaned_data["reason"]),
    )
    intro = _("From then on everybody of the site reads which kit held what. There is no way back.")
    return _by_two(request, lot, form, (title, word, intro), shown, perform)


@never_cache
@open_to(access=BY_HOLDERS)
@require_http_methods(METHODS)
def read(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /blinding/<number>/list/reading/: a holder signs, and the answer is the list, on no other page."""
    lot, back = _lot(request, number), reverse("blinding:lot", args=[number])
    if not is_holder(lot, request.user.get_username()):
        return refusal_response(request, NotAllowed(holds_no_code(lot.number)))
    panel = Panel(
        title=_("Read the code: %(number)s") % {"number": number},
        verb=_("Sign: read"),
        content=lambda: content.read_content(lot),
        cancel_url=back,
        note=_("That you read it is written down. Nobody else sees it."),
    )
    refused: Refused | None = None
    if request.method == "POST" and "challenge" in request.POST:
        try:
            lines = read_list(batch=lot, signing=signing_from(request), **who(request))
            return render(request, "blinding/read.html", {"lot": lot, "lines": lines, **batch_bar(lot)})
        except Refused as refusal:
            refused = refusal
    signing = signing_context(panel, request, refused.objections if refused else ())
    context = {"signing": signing, "record": lot.record, **batch_bar(lot)}
    return render(request, "signing_page.html", context, status=refused.status if refused else 200)


@never_cache
@open_to(access=BY_TREATING)
@require_http_methods(METHODS)
def patient_code(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /blinding/recipients/<number>/: an emergency; the treating physician opens the code of one patient."""
    found = visible_recipients(cast(User, request.user), timezone.now())
    recipient, form = get_object_or_404(found, number=number), BreakForm(request.POST or None)
    timezone.activate(recipient.site.timezone)
    here = reverse("blinding:patient", args=[number])
    if request.method != "POST" or not form.is_valid():
        told = told_to(recipient, request.user.get_username())
        context = {"recipient": recipient, "form": form, "told": told, "breaks": breaks_of(recipient)}
        context["unopened"] = unopened_kits(recipient, request.user.get_username())
        return render(request, "blinding/patient.html", context, status=400 if form.errors else 200)
    reason = form.cleaned_data["reason"]
    panel = Panel(
        title=_("Open the code of %(number)s") % {"number": number},
        verb=_("Sign: opened"),
        content=lambda: content.break_content(recipient, reason),
        cancel_url=here,
        hidden={"reason": request.POST["reason"]},
    )

    def perform(signing: Signing) -> object:
        return break_code(recipient=recipient, reason=reason, signing=signing, **who(request))

    return signed_page(request, panel, perform, here)


def _by_two(
    request: HttpRequest,
    lot: Batch,
    form: forms.Form,
    words: tuple[str, str, str],
    shown: tuple[Callable[[], SignedContent], Callable[[], SignedContent]],
    perform: Callable[[Signing, Signing], object],
) -> HttpResponse:
    """A form, then one dialog in which two people sign what it said."""
    (title, word, intro), back, refused = words, _page_of(lot), None
    if request.method != "POST" or not form.is_valid():
        said = {"word": _("Read back and sign"), "back_url": back, "intro": intro, "icon": "sign"}
        return asked_page(request, Act(title=title, context=batch_bar(lot), **said), form)
    if "challenge" in request.POST:
        try:
            perform(signing_from(request), signing_from(request, "second_"))
            return HttpResponseRedirect(back)
        except Refused as refusal:
            refused = refusal
    hidden = {field: request.POST[field] for field in form.fields if field in request.POST}
    first = Panel(title="", verb="", content=shown[0], cancel_url=back, hidden=hidden)
    second = Panel(title="", verb="", content=shown[1], second=True)
    pair = signing_pair(request, first, second, refused)
    context = {**pair, **batch_bar(lot), "title": title, "verb": word, "lines": getattr(form, "said", ())}
    return render(request, "blinding/two_people.html", context, status=refused.status if refused else 200)


def _lot(request: HttpRequest, number: str) -> Batch:
    """The lot with this number within the person's sites, on the clock of its site."""
    found = visible_lot(cast(User, request.user), number, timezone.now())
    timezone.activate(found.site.timezone)
    return found


def _page_of(lot: Batch) -> str:
    return reverse("blinding:lot", args=[lot.number])
