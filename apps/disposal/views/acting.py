"""Pages that act: a request, its approval or refusal, proof attached, the destruction and its witness."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.batches.views.finding import batch_named
from apps.core.errors import Happened, Refused
from apps.core.http import who
from apps.core.ui.acts import Act, act_page, asked_page
from apps.core.ui.pages import refusal_response
from apps.core.ui.wording import translated
from apps.disposal import services
from apps.disposal.content.signed import approve_content, destroy_content, refuse_content, witness_content
from apps.disposal.facts import DisposalVerb, Treated
from apps.disposal.forms import ApproveForm, DestroyForm, ProofForm, RefuseForm, RequestForm
from apps.disposal.lifecycle import MOVES, WHO_MAY_ASK
from apps.disposal.models import Disposal
from apps.disposal.selectors import batches_in, stage_for, treatment_of
from apps.disposal.views.finding import disposal_named
from apps.organisation.access import STAFF, Access, open_to
from apps.products.forms import words_read
from apps.products.selectors import definition_of
from apps.signatures.facts import SignedContent, Signing
from apps.signatures.pages import Panel, signed_page
from apps.units.views.framing import batch_bar

ASKING = Access(read=WHO_MAY_ASK, write=WHO_MAY_ASK)
DECIDING = Access(read=STAFF, write=STAFF)  # the master record names who approves; the service asks it
DOING = Access(read=MOVES[DisposalVerb.DESTROY].roles, write=MOVES[DisposalVerb.DESTROY].roles)
SEEING = Access(read=MOVES[DisposalVerb.WITNESS].roles, write=MOVES[DisposalVerb.WITNESS].roles)
METHODS = ["GET", "HEAD", "POST"]


@open_to(access=ASKING)
@require_http_methods(METHODS)
def request_page(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /disposal/batches/<number>/request/: which units, why, how."""
    batch = batch_named(request, number)
    chosen = request.GET.getlist("unit")[:50]
    form = RequestForm(request.POST or None, batch=batch, initial={"units": chosen})
    act = Act(
        title=_("Ask for a destruction"),
        word=_("Ask for it"),
        back_url=reverse("units:batch", args=[number]),
        done_url=f"{reverse('disposal:list')}?q={number}",
        intro=_("From now on these units can be neither issued nor used. Quality decides."),
        icon="destroy",
        context=batch_bar(batch),
    )

    def perform(happened: Happened | None) -> None:
        services.request_disposal(batch=batch, **form.said, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=DECIDING)
@require_http_methods(METHODS)
def approve(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /disposal/<number>/approve/: the consent looked at, then the signature."""
    found = disposal_named(request, number)
    form = ApproveForm(request.POST or None)
    if stage_for(found).consent_check and not _is_said(request, form):
        return _asked(request, found, DisposalVerb.APPROVE, form)
    checked = bool(form.is_valid() and form.cleaned_data["consent_checked"])
    return _signed(
        request,
        found,
        DisposalVerb.APPROVE,
        lambda: approve_content(found, checked),
        lambda signing: services.approve_disposal(
            disposal=found, consent_checked=checked, signing=signing, **who(request)
        ),
        {"consent_checked": "on"} if checked else {},
    )


@open_to(access=DECIDING)
@require_http_methods(METHODS)
def refuse(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /disposal/<number>/refuse/: the reason, then the signature."""
    found = disposal_named(request, number)
    form = RefuseForm(request.POST or None)
    if not _is_said(request, form):
        return _asked(request, found, DisposalVerb.REFUSE, form, stops=True)
    said = form.cleaned_data["reason"]
    return _signed(
        request,
        found,
        DisposalVerb.REFUSE,
        lambda: refuse_content(found, said),
        lambda signing: services.refuse_disposal(disposal=found, reason=said, signing=signing, **who(request)),
        {"reason": said},
    )


@open_to(access=DOING)
@require_http_methods(METHODS)
def attach(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /disposal/<number>/proof/: the print-out of the cycle, or another file the treatment asks for."""
    found = disposal_named(request, number)
    form = ProofForm(request.POST or None, request.FILES or None, treatment=treatment_of(found))
    back = reverse("disposal:disposal", args=[number])
    act = Act(
        title=_("Attach the proof: %(number)s") % {"number": number},
        word=_("Attach"),
        back_url=back,
        icon="document",
        template="disposal/attach.html",
        context=batch_bar(found.batch),
    )

    def perform(happened: Happened | None) -> None:
        file = form.cleaned_data["file"]
        sent = {"name": file.name, "media_type": file.content_type or "", "content": file.read()}
        services.attach_proof(disposal=found, parameter=form.cleaned_data["parameter"], **sent, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=DOING)
@require_http_methods(METHODS)
def destroy(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /disposal/<number>/destroy/: time, waste number, readings; then the operator's signature."""
    found = disposal_named(request, number)
    form = DestroyForm(request.POST or None, treatment=treatment_of(found))
    if not _is_said(request, form):
        return _asked(request, found, DisposalVerb.DESTROY, form)
    said, now = form.cleaned_data, who(request)["at"]
    did = Treated(said["treated_at"], said["waste_number"], form.texts, said["because"])
    try:
        destroy_content(found, did, now)
    except Refused as unread:
        return refusal_response(request, unread)
    return _signed(
        request,
        found,
        DisposalVerb.DESTROY,
        lambda: destroy_content(found, did, now),
        lambda signing: services.destroy_units(disposal=found, did=did, signing=signing, **who(request)),
        {name: str(value) for name, value in said.items()},
    )


@open_to(access=SEEING)
@require_http_methods(METHODS)
def witness(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /disposal/<number>/witness/: a second person signs, on the operator's screen or on their own."""
    found = disposal_named(request, number)
    return _signed(
        request,
        found,
        DisposalVerb.WITNESS,
        lambda: witness_content(found),
        lambda signing: services.witness_destruction(disposal=found, signing=signing, **who(request)),
        {},
        second=True,
    )


def _is_said(request: HttpRequest, form: forms.Form) -> bool:
    return request.method == "POST" and form.is_valid()


def _asked(
    request: HttpRequest, disposal: Disposal, verb: DisposalVerb, form: forms.Form, *, stops: bool = False
) -> HttpResponse:
    act = Act(
        title=f"{translated(MOVES[verb].label)}: {disposal.number}",
        word=_("Read back and sign"),
        back_url=reverse("disposal:disposal", args=[disposal.number]),
        stops=stops,
        context=batch_bar(disposal.batch),
    )
    return asked_page(request, act, form)


def _signed(
    request: HttpRequest,
    disposal: Disposal,
    verb: DisposalVerb,
    content: Callable[[], SignedContent],
    perform: Callable[[Signing], object],
    hidden: dict[str, str],
    *,
    second: bool = False,
) -> HttpResponse:
    back = reverse("disposal:disposal", args=[disposal.number])
    label = translated(MOVES[verb].label)
    panel = Panel(
        title=f"{label}: {disposal.number}",
        verb=_("Sign"),
        content=content,
        words=words_of(disposal),
        record=disposal.record,
        cancel_url=back,
        hidden=hidden,
        second=second,
    )
    context: dict[str, Any] = batch_bar(disposal.batch)
    return signed_page(request, panel, perform, back, context=context)


def words_of(disposal: Disposal) -> dict[str, str]:
    """The words of the masters of its batches, for what is read back."""
    found: dict[str, str] = {}
    for batch in batches_in(disposal):
        found |= words_read(definition_of(batch.product_version))
    return found
