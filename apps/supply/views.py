"""Pages of supply to named patients: the register, one supply with what stands against it, and its three acts."""

from collections.abc import Set as AbstractSet

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.batches.selectors.plans import definition_of_batch
from apps.core.errors import Happened
from apps.core.http import who
from apps.core.roles import Role
from apps.core.ui.acts import Act, act_page, asked_page
from apps.core.ui.lists import state_list
from apps.core.ui.wording import bilingual, sentence, translated
from apps.documents.selectors import documents_about
from apps.organisation.access import Access, open_to
from apps.organisation.selectors import roles_at
from apps.products.forms import words_read
from apps.quality.panels import holds_panel
from apps.signatures.facts import Signing
from apps.signatures.pages import Panel, signed_page
from apps.signatures.selectors import shown_signatures
from apps.supply import rules, services
from apps.supply.content import decide_content, known_tests, label_words, release_to_named_content
from apps.supply.facts import Route, SupplyState, SupplyVerb
from apps.supply.forms import UnitsForm, WhyForm
from apps.supply.lifecycle import AGREEING, MOVES, WAYS, verbs_from
from apps.supply.models import NamedSupply
from apps.supply.selectors import donor_of, excused_tests, free_units, units_in, visible_supplies, why_not
from apps.units.models import Unit

READ_ONLY = Access(write=frozenset())
METHODS = ["GET", "HEAD", "POST"]
PAGES = {
    SupplyVerb.DECIDE: "supply:decide",
    SupplyVerb.SUPPLY: "supply:release",
    SupplyVerb.WITHDRAW: "supply:withdraw",
}


def access_for(verb: SupplyVerb) -> Access:
    """Who takes this step."""
    roles = frozenset(MOVES[verb].roles)
    return Access(read=roles, write=roles)


@open_to(access=READ_ONLY)
@require_safe
def supplies(request: HttpRequest) -> HttpResponse:
    """GET /supply/: every supply without certification at one's sites, newest first."""
    rows = visible_supplies(request.user, timezone.now())
    shown = state_list(request, rows, SupplyState, "number", "batch__number", "recipient__number")
    return render(request, "supply/list.html", shown)


def _link(verb: SupplyVerb, number: str) -> dict[str, object]:
    """A verb as parts/act_links.html shows it: whatever withdraws is never the act that stands out."""
    stops = MOVES[verb].target is SupplyState.WITHDRAWN
    return {"label": translated(MOVES[verb].label), "url": reverse(PAGES[verb], args=[number]), "stops": stops}


@open_to(access=READ_ONLY)
@require_safe
def supply(request: HttpRequest, number: str) -> HttpResponse:
    """GET /supply/<number>/: for whom, why, by whom, which units, what is outstanding until when."""
    found = _named(request, number)
    state, roles = SupplyState(found.state), roles_at(request.user, found.record.site, timezone.now())
    acts = [verb for verb in verbs_from(state) if roles & set(MOVES[verb].roles)]
    open_ones = state in (SupplyState.AGREED, SupplyState.DECIDED)
    definition = definition_of_batch(found.batch)
    context = {
        "supply": found,
        "way": translated(WAYS[Route(found.route)]),
        "title": definition.title,
        "units": units_in(found) or (free_units(found.batch) if open_ones else []),
        "tests": [(definition.test(one.key), one) for one in excused_tests(found)],
        **_donor(found, roles),
        "outstanding": [(definition.test(row.test), row.due_at) for row in found.outstanding.order_by("due_at")],
        "against": [sentence(one) for one in why_not(found)] if open_ones else [],
        "acts": [_link(verb, number) for verb in acts],
        "documents": documents_about(found.batch.record).filter(number__endswith=f"-{found.number}"),
        "holds": holds_panel([found.batch.record]),
        "signatures": [*shown_signatures(found.order), *shown_signatures(found.batch.record)],
    }
    return render(request, "supply/supply.html", context)


@open_to(access=access_for(SupplyVerb.DECIDE))
@require_http_methods(METHODS)
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /supply/<number>/decide/: the units first, then what is signed."""
    found, back = _named(request, number), reverse("supply:supply", args=[number])
    free = free_units(found.batch)
    form = UnitsForm(request.POST or None, units=free, initial={"units": [unit.number for unit in free]})
    title = _("Decide on %(number)s") % {"number": number}
    signs = "challenge" in request.POST
    if not signs and (request.method != "POST" or not form.is_valid()):
        return asked_page(request, Act(title=title, word=_("Read back and sign"), back_url=back, icon="sign"), form)
    chosen = request.GET.get("units", "").split(",") if signs else form.cleaned_data["units"]
    units = [unit for unit in free if unit.number in chosen]
    panel = Panel(
        title=title,
        verb=_("Sign: decided"),
        content=lambda: decide_content(found, units),
        record=found.record,
        cancel_url=back,
        action=f"{request.path}?{urlencode({'units': ','.join(chosen)})}",
        words=words_read(definition_of_batch(found.batch)),
    )
    return signed_page(request, panel, lambda signing: _decided(request, found, units, signing), back)


@open_to(access=access_for(SupplyVerb.SUPPLY))
@require_http_methods(METHODS)
def release(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /supply/<number>/release/: a second person lets the units go to the patient named."""
    found, back = _named(request, number), reverse("supply:supply", args=[number])
    panel = Panel(
        title=_("Release to the patient named: %(number)s") % {"number": number},
        verb=_("Sign: released to this patient"),
        content=lambda: release_to_named_content(found),
        record=found.record,
        cancel_url=back,
        words=words_read(definition_of_batch(found.batch)),
    )

    def perform(signing: Signing) -> NamedSupply:
        return services.release_to_named(supply=found, signing=signing, **who(request))

    return signed_page(request, panel, perform, back)


@open_to(access=access_for(SupplyVerb.WITHDRAW))
@require_http_methods(METHODS)
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /supply/<number>/withdraw/: taken back before anything was let go, with the reason."""
    found, form = _named(request, number), WhyForm(request.POST or None)
    back = reverse("supply:supply", args=[number])
    act = Act(title=_("Withdraw %(number)s") % {"number": number}, word=_("Withdraw"), back_url=back, stops=True)

    def perform(_happened: Happened | None) -> None:
        services.withdraw_supply(supply=found, reason=form.cleaned_data["reason"], **who(request))

    return act_page(request, act, form, perform)


@open_to(access=Access(read=frozenset(AGREEING), write=frozenset(AGREEING)))
@require_http_methods(METHODS)
def donor_told(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /supply/<number>/donor/: the physician has read what was decided about the donor."""
    found, form = _named(request, number), Form(request.POST if request.method == "POST" else None)
    back = reverse("supply:supply", args=[number])
    intro = _("What was decided about the donor stands on the page before. By this you say that you have read it.")
    title = _("Read about the donor: %(number)s") % {"number": number}
    act = Act(title=title, word=_("I have read it"), back_url=back, intro=intro)

    def perform(_happened: Happened | None) -> None:
        services.tell_of_donor(supply=found, **who(request))

    return act_page(request, act, form, perform)


def _donor(supply: NamedSupply, roles: AbstractSet[Role]) -> dict[str, object]:
    """What is known of the donor of an urgent use, and whether the physician still has to read what was decided."""
    if supply.route != Route.URGENT:
        return {}
    now = donor_of(supply.batch)
    waits = supply.state == SupplyState.SUPPLIED and rules.waits_for_no_answer(supply.donor_told, now) is None
    tests = [
        (bilingual(one.label), translated(one.standing), bilingual(one.found)) for one in known_tests(supply.batch)
    ]
    said = {"donor_tests": tests, "donor_label": [bilingual(one) for one in label_words(supply.batch)]}
    return {"donor": now, **said, "to_read": waits and bool(roles & set(AGREEING))}


def _decided(request: HttpRequest, supply: NamedSupply, units: list[Unit], signing: Signing) -> NamedSupply:
    return services.decide_supply(supply=supply, units=units, signing=signing, **who(request))


def _named(request: HttpRequest, number: str) -> NamedSupply:
    found = get_object_or_404(visible_supplies(request.user, timezone.now()), number=number)
    timezone.activate(found.batch.site.timezone)  # until the end of the request
    return found
