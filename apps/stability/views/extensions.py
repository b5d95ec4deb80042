"""Pages of later expiries: one extension, proposing it, its two signatures, the relabelling and its second person."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.core.errors import Happened, Refused
from apps.core.http import who
from apps.core.ui.acts import Act, act_page, asked_page
from apps.core.ui.pages import refusal_response
from apps.core.ui.wording import sentence, translated
from apps.documents.selectors import documents_about
from apps.organisation.access import open_to
from apps.quality.panels import holds_panel
from apps.signatures.facts import SignedContent, Signing
from apps.signatures.pages import Panel, signed_page
from apps.signatures.selectors import shown_signatures
from apps.stability import rules, services
from apps.stability.content import authorise_content, confirm_content, endorse_content, relabel_content
from apps.stability.facts import ExtensionVerb
from apps.stability.forms import ProposalForm, RelabelForm, WhyForm
from apps.stability.lifecycle import EXTENSION_MOVES
from apps.stability.models import Extension
from apps.stability.selectors import extended_units, support_of, units_to_extend
from apps.stability.views.finding import (
    METHODS,
    READ_ONLY,
    acts_of,
    chosen,
    extension_access,
    extension_named,
    study_named,
)

V = ExtensionVerb
PAGES = {
    V.ENDORSE: "stability:endorse",
    V.AUTHORISE: "stability:authorise",
    V.RELABEL: "stability:relabel",
    V.CONFIRM: "stability:confirm",
    V.COMPLETE: "stability:complete",
    V.WITHDRAW: "stability:withdraw",
}


@open_to(access=extension_access(V.PROPOSE))
@require_http_methods(METHODS)
def propose(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /stability/<number>/extensions/: how long, which units, on what ground."""
    found, now = study_named(request, number), timezone.now()
    offered = units_to_extend(found, now)
    form = ProposalForm(request.POST or None, units=offered)
    back = reverse("stability:study", args=[number])
    act = Act(
        title=_("Propose a later expiry on %(study)s") % {"study": number},
        word=_("Propose it"),
        back_url=back,
        intro=sentence(rules.said(support_of(found))),
        icon="calendar",
    )

    def perform(_happened: Happened | None) -> None:
        said = {name: form.cleaned_data[name] for name in ("months", "ground")}
        units = chosen(offered, request, form.cleaned_data["units"])
        services.propose_extension(study=found, units=units, **said, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=READ_ONLY)
@require_safe
def extension(request: HttpRequest, number: str) -> HttpResponse:
    """GET /stability/extensions/<number>/: the ground, who signed, each unit with both dates and its relabelling."""
    found = extension_named(request, number)
    context = {
        "extension": found,
        "study": found.study,
        "rows": extended_units(found),
        "said": sentence(rules.said(support_of(found.study))),
        "acts": acts_of(request, found, EXTENSION_MOVES, PAGES),
        "documents": documents_about(found.batch.record).filter(number=f"EX-{number}"),
        "holds": holds_panel([found.batch.record]),
        "signatures": shown_signatures(found.record),
    }
    return render(request, "stability/extension.html", context)


@open_to(access=extension_access(V.ENDORSE))
@require_http_methods(METHODS)
def endorse(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /stability/extensions/<number>/endorse/: quality signs."""
    found = extension_named(request, number)
    return _signed(request, found, V.ENDORSE, endorse_content, services.endorse_extension)


@open_to(access=extension_access(V.AUTHORISE))
@require_http_methods(METHODS)
def authorise(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /stability/extensions/<number>/authorise/: the authorised person signs."""
    found = extension_named(request, number)
    return _signed(request, found, V.AUTHORISE, authorise_content, services.authorise_extension)


@open_to(access=extension_access(V.CONFIRM))
@require_http_methods(METHODS)
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /stability/extensions/<number>/confirm/: a second person saw the relabelling."""
    found = extension_named(request, number)
    return _signed(request, found, V.CONFIRM, confirm_content, services.confirm_relabelling)


def _signed(
    request: HttpRequest,
    found: Extension,
    verb: ExtensionVerb,
    content: Callable[[Extension], SignedContent],
    service: Callable[..., Extension],
) -> HttpResponse:
    back, label = reverse("stability:extension", args=[found.number]), translated(EXTENSION_MOVES[verb].label)
    panel = Panel(
        title=f"{label}: {found.number}",
        verb=_("Sign"),
        content=lambda: content(found),
        record=found.record,
        cancel_url=back,
    )
    return signed_page(request, panel, lambda signing: service(extension=found, signing=signing, **who(request)), back)


@open_to(access=extension_access(V.RELABEL))
@require_http_methods(METHODS)
def relabel(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /stability/extensions/<number>/relabel/: unit and new label by scan, then the signature."""
    found, form = extension_named(request, number), RelabelForm(request.POST or None)
    back, title = reverse("stability:extension", args=[number]), _("Relabel a unit of %(number)s") % {"number": number}
    if request.method != "POST" or not form.is_valid():
        intro = _("Take the old label off and destroy it, apply the new one, scan both. A second person confirms it.")
        return asked_page(request, Act(title, _("Read back and sign"), back, intro=intro, icon="scan"), form)
    said = form.cleaned_data
    try:
        row = services.row_scanned(found, said["scanned"])
    except Refused as refused:
        return refusal_response(request, refused)
    panel = Panel(
        title=title,
        verb=_("Sign: relabelled"),
        content=lambda: relabel_content(row),
        record=found.record,
        cancel_url=back,
        hidden=said,
    )

    def perform(signing: Signing) -> object:
        return services.relabel_unit(extension=found, signing=signing, **said, **who(request))

    return signed_page(request, panel, perform, back)


@open_to(access=extension_access(V.COMPLETE))
@require_http_methods(METHODS)
def complete(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /stability/extensions/<number>/complete/: the units that were not relabelled keep their date."""
    found, title = extension_named(request, number), _("Leave the other units of %(number)s out")
    return _ended(request, found, title, services.leave_out_the_others)


@open_to(access=extension_access(V.WITHDRAW))
@require_http_methods(METHODS)
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /stability/extensions/<number>/withdraw/: taken back before it is authorised."""
    found, title = extension_named(request, number), _("Withdraw %(number)s")
    return _ended(request, found, title, services.withdraw_extension)


def _ended(request: HttpRequest, found: Extension, title: str, service: Callable[..., Extension]) -> HttpResponse:
    form, back = WhyForm(request.POST or None), reverse("stability:extension", args=[found.number])
    act = Act(title=title % {"number": found.number}, word=_("End it"), back_url=back, stops=True)

    def perform(_happened: Happened | None) -> None:
        service(extension=found, reason=form.cleaned_data["reason"], **who(request))

    return act_page(request, act, form, perform)
