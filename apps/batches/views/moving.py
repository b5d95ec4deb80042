"""Planning a batch, and moving it from state to state: the buttons and the signed pages, from the table of moves."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.batches.content import move_content
from apps.batches.facts.pages import RecordPage
from apps.batches.facts.words import BatchState, Verb
from apps.batches.forms import PlanForm, ReasonForm
from apps.batches.lifecycle import may_not_move, move_for
from apps.batches.models import Batch
from apps.batches.selectors.banking import visible_banks
from apps.batches.selectors.batches import chain_of_batch
from apps.batches.selectors.lines import header_of
from apps.batches.selectors.missing import what_is_missing
from apps.batches.selectors.pages import batch_for_page
from apps.batches.services.planning import finish_batch, plan_batch, start_batch, terminate_batch
from apps.batches.views.acting import Act
from apps.batches.views.finding import batch_named
from apps.batches.views.framing import band_of
from apps.core.errors import RuleBroken
from apps.core.http import refusals_on, who
from apps.core.roles import Role
from apps.core.ui.pages import refusal_response
from apps.core.ui.wording import translated
from apps.donation.selectors import visible_donations
from apps.identity.forms import ChainForm
from apps.organisation.access import open_to
from apps.organisation.selectors import roles_held
from apps.products.facts import VersionState
from apps.products.selectors import visible_versions
from apps.signatures.facts import Signing
from apps.signatures.pages import Panel, signed_page

OWN: Mapping[Verb, Callable[..., object]] = {
    Verb.START: start_batch,
    Verb.FINISH: finish_batch,
    Verb.TERMINATE: terminate_batch,
}
# Verbs that the release stage owns, by the name of the page where they are signed.
ABOVE: Mapping[Verb, str] = {
    Verb.REVIEW: "release:review",
    Verb.CERTIFY: "release:certify",
    Verb.RELEASE_FOR_SUPPLY: "release:supply",
    Verb.REJECT: "release:reject",
    Verb.RECALL: "release:recall",
    Verb.WITHDRAW_REVIEW: "release:withdraw_review",
    Verb.REOPEN: "release:reopen",
}
ENDING = {Verb.TERMINATE, Verb.REJECT, Verb.RECALL}
ICONS = {Verb.START: "play", Verb.FINISH: "tick", Verb.TERMINATE: "stop", Verb.REJECT: "stop", Verb.RECALL: "stop"}
PLANNERS = frozenset(move_for(Verb.PLAN).roles)
MOVERS = frozenset(role for verb in OWN for role in move_for(verb).roles)


@open_to(read=PLANNERS, write=PLANNERS)
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """GET, POST /batches/plan/: plan a batch on an approved master record, from a donation."""
    form = PlanForm(request.POST or None, **_choices(request))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            batch = plan_batch(**form.cleaned_data, **who(request))
            return HttpResponseRedirect(reverse("batches:detail", args=[batch.number]))
    return render(request, "batches/plan.html", {"form": form}, status=400 if form.errors else 200)


@open_to(read=MOVERS, write=MOVERS)
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """GET, POST /batches/<number>/<start|finish|terminate>/: a verb of the life cycle, signed."""
    batch, wanted = batch_named(request, number), Verb(verb.upper())
    against = _what_stands_against(batch, wanted)
    if against:
        return refusal_response(request, RuleBroken(*against), title=_not_yet(wanted), next_steps=_next(batch))
    form = _asked_first(request, batch, wanted)
    if form is not None and (request.method != "POST" or not form.is_valid()):
        return _ask_first(request, batch, wanted, form)
    return _signed(request, batch, wanted, form.cleaned_data if form else {})


def move_acts(batch: Batch, page: RecordPage, roles: Collection[Role]) -> list[Act]:
    """The buttons of a batch: the verbs that lead on from its state, for those who hold their role."""
    acts = []
    for one in page.moves:
        url = _page_of(batch.number, one.verb)
        if url and set(one.roles) & set(roles):
            acts.append(Act(translated(one.label), url, ICONS.get(one.verb, "sign"), why=_locked(page, one.verb)))
    return acts


def is_ending(act: Act) -> bool:
    """Whether a button ends the batch: it is never the filled one."""
    return act.icon == "stop"


def _locked(page: RecordPage, verb: Verb) -> str:
    """What unlocks a verb that is not possible yet, as far as the page knows."""
    if verb is Verb.FINISH:
        waiting = sum(not section.is_done for section in page.sections)
        return _("open sections: %(n)s") % {"n": waiting} if waiting else ""
    return ""


def _page_of(number: str, verb: Verb) -> str:
    if verb in OWN:
        return reverse("batches:move", args=[number, verb.lower()])
    try:
        return reverse(ABOVE[verb], args=[number]) if verb in ABOVE else ""
    except NoReverseMatch:
        return ""


def _what_stands_against(batch: Batch, verb: Verb) -> list[Any]:
    """What can be said before anybody signs: the wrong state, and all that a record still lacks to be finished."""
    wrong = may_not_move(verb, BatchState(batch.state))
    if wrong:
        return [wrong]
    return list(what_is_missing(batch)) if verb is Verb.FINISH else []


def _signed(request: HttpRequest, batch: Batch, verb: Verb, said: Mapping[str, str]) -> HttpResponse:
    back = reverse("batches:detail", args=[batch.number])
    label = translated(move_for(verb).label)
    panel = Panel(
        title=f"{label}: {batch.number}",
        verb=_("Sign: %(verb)s") % {"verb": label.lower()},
        content=lambda: move_content(verb, batch, said.get("reason", "")),
        record=batch.record,
        cancel_url=back,
        hidden=said,
    )

    def perform(signing: Signing) -> object:
        return OWN[verb](batch=batch, signing=signing, **said, **who(request))

    return signed_page(request, panel, perform, back, context=frame_of(batch))


def _asked_first(request: HttpRequest, batch: Batch, verb: Verb) -> ReasonForm | ChainForm | None:
    """What is asked before the panel: why, or the chain of identity of the donation in hand."""
    if move_for(verb).needs_reason:
        return ReasonForm(request.POST or None)
    return ChainForm(request.POST or None) if verb is Verb.START and chain_of_batch(batch) else None


def _ask_first(request: HttpRequest, batch: Batch, verb: Verb, form: ReasonForm | ChainForm) -> HttpResponse:
    ending = _("Nothing of this batch will be used. Its record stays and can be read.")
    beginning = _("What is made from this donation is for one patient. Scan the chain of identity on its bag.")
    context = {
        "form": form,
        "title": f"{translated(move_for(verb).label)}: {batch.number}",
        "lead": ending if verb in ENDING else beginning,
        "back_url": reverse("batches:detail", args=[batch.number]),
        "next_word": _("Read back and sign"),
        "stops": verb in ENDING,
    }
    return render(request, "batches/act.html", {**context, **frame_of(batch)}, status=400 if form.errors else 200)


def frame_of(batch: Batch) -> dict[str, object]:
    """The bar of the record above a form or a panel."""
    return {"band": band_of(header_of(batch_for_page(batch))), "facts": []}


def _not_yet(verb: Verb) -> str:
    return _("The record can’t be finished yet") if verb is Verb.FINISH else _("This can’t be done now")


def _next(batch: Batch) -> list[dict[str, str]]:
    return [{"url": reverse("batches:record", args=[batch.number]), "label": _("Whole record")}]


def _choices(request: HttpRequest) -> dict[str, Any]:
    """The sites where the person plans, the approved master records, and the donations of these sites."""
    now = timezone.now()
    held = roles_held(now).filter(user=request.user, role__in=list(PLANNERS))
    sites = set(held.values_list("site__code", flat=True))
    versions = visible_versions(request.user, now).filter(state=VersionState.APPROVED).values_list("pk", flat=True)
    donations = visible_donations(request.user, now).filter(site__code__in=sites).values_list("pk", flat=True)
    banks = [batch.pk for batch in visible_banks(request.user, now) if batch.site.code in sites]
    return {"sites": sites, "versions": list(versions), "donations": list(donations), "banks": banks}
