"""Pages of master records: the list, the record itself by chapters, what a version changes, and its decisions."""

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from apps.core.http import actor_of, refusals_on
from apps.core.roles import Role
from apps.documents.selectors import documents_about
from apps.documents.services import preview
from apps.organisation.access import open_to
from apps.organisation.models import User
from apps.organisation.selectors import all_roles_of
from apps.products import services
from apps.products.content import master_chapters, master_document, version_content
from apps.products.facts import VersionState, VersionVerb
from apps.products.forms import ImportForm, ReasonForm, words_read
from apps.products.lifecycle import MOVES, verbs_from
from apps.products.models import ProductVersion
from apps.products.selectors import definition_of, differences_to, owning_site, version_before, visible_versions
from apps.signatures.models import Signature
from apps.signatures.pages import Panel, signed_page

SERVICES: dict[VersionVerb, Callable[..., ProductVersion]] = {
    VersionVerb.SIGN: services.sign_version,
    VersionVerb.APPROVE: services.approve_version,
    VersionVerb.RETURN: services.return_version,
    VersionVerb.RETIRE: services.retire_version,
}
TITLES: dict[VersionVerb, str | Promise] = {
    VersionVerb.SIGN: gettext_lazy("Sign the master record as its author"),
    VersionVerb.APPROVE: gettext_lazy("Approve the master record"),
    VersionVerb.RETURN: gettext_lazy("Return the master record to its author"),
    VersionVerb.RETIRE: gettext_lazy("Retire the master record"),
}
ACTS: dict[VersionVerb, str | Promise] = {
    VersionVerb.SIGN: gettext_lazy("Sign: complete"),
    VersionVerb.APPROVE: gettext_lazy("Sign: approved"),
    VersionVerb.RETURN: gettext_lazy("Sign: returned"),
    VersionVerb.RETIRE: gettext_lazy("Sign: retired"),
}


@require_safe
def version_list(request: HttpRequest) -> HttpResponse:
    """GET /products/: every version one may see, with its state."""
    person, now = cast(User, request.user), timezone.now()
    context = {
        "versions": list(visible_versions(person, now)),
        "may_import": Role.AUTHOR in all_roles_of(person, now),
    }
    return render(request, "products/list.html", context)


@require_safe
def version(request: HttpRequest, number: str, chapter: str = "product") -> HttpResponse:
    """GET /products/msc_covid19-v1/: one chapter of the record, its signatures and what may be decided."""
    found = _found(request, number)
    chapters = {part.key: part for part in master_chapters(found.text)}
    context = {
        "version": found,
        "definition": definition_of(found),
        "chapters": chapters.values(),
        "chapter": chapters.get(chapter) or chapters["product"],
        "signatures": [_signature(one) for one in (found.author_signature, found.approval_signature) if one],
        "decisions": [_decision(found, verb) for verb in verbs_from(VersionState(found.state))],
        "documents": documents_about(found.record),
        "before": version_before(found),
    }
    return render(request, "products/version.html", context)


@require_safe
def changes(request: HttpRequest, number: str) -> HttpResponse:
    """GET .../changes/: what this version says differently from the one before."""
    found = _found(request, number)
    former = version_before(found)
    rows = differences_to(found, former) if former else ()
    return render(request, "products/changes.html", {"version": found, "former": former, "rows": rows})


@require_safe
def readable(request: HttpRequest, number: str) -> HttpResponse:
    """GET .../readable/: the readable document as a PDF, marked as a draft."""
    found = _found(request, number)
    signed = [one for one in (found.author_signature, found.approval_signature) if one]
    pdf = preview(master_document(found, owning_site(found), signed))
    name = f'inline; filename="{found.number}-draft.pdf"'
    return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": name})


@open_to(write={Role.AUTHOR, Role.QA})
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """GET, POST .../approve/: read back and sign one decision; returning and retiring ask for the reason first."""
    found, chosen = _found(request, number), VersionVerb(verb.upper())
    words: dict[str, str] = {}
    if MOVES[chosen].needs_reason:
        form = ReasonForm(request.POST or None)
        if not form.is_valid():
            context = {"version": found, "form": form, "title": TITLES[chosen]}
            return render(request, "products/reason.html", context, status=400 if form.is_bound else 200)
        words = {"reason": form.cleaned_data["reason"]}
    url = reverse("products:version", args=[found.number])
    panel = Panel(
        title=str(TITLES[chosen]),
        verb=str(ACTS[chosen]),
        content=lambda: version_content(version=_found(request, number), verb=chosen, **words),
        record=found.record,
        cancel_url=url,
        hidden=words,
        words=words_read(definition_of(found).title),
    )
    return signed_page(
        request,
        panel,
        lambda signing: SERVICES[chosen](
            version=found, signing=signing, actor=actor_of(request), at=timezone.now(), **words
        ),
        url,
    )


@open_to(read={Role.AUTHOR}, write={Role.AUTHOR})
@require_http_methods(["GET", "HEAD", "POST"])
def take_in(request: HttpRequest) -> HttpResponse:
    """GET, POST /products/import/: hand in a master record; everything wrong with it is listed with its place."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        with refusals_on(form):
            taken = services.import_yaml(text=form.cleaned_data["file"], actor=actor_of(request), at=timezone.now())
            return redirect("products:version", number=taken.number)
    refusal = getattr(form, "refusal", None)
    context = {"form": form, "problems": refusal.objections if refusal else ()}
    return render(request, "products/import.html", context, status=refusal.status if refusal else 200)


def _found(request: HttpRequest, number: str) -> ProductVersion:
    return get_object_or_404(
        visible_versions(cast(User, request.user), timezone.now()), record__address=f"product/{number}"
    )


def _signature(signature: Signature) -> dict[str, object]:
    return {
        "meaning": signature.meaning,
        "printed_name": signature.printed_name,
        "printed_name_zh": signature.printed_name_zh,
        "role_title": {"en": signature.title_en, "zh": signature.title_zh},
        "at": signature.signed_at,
        "hash": signature.content_hash,
    }


def _decision(found: ProductVersion, verb: VersionVerb) -> dict[str, object]:
    return {
        "label": _(MOVES[verb].label),
        "url": reverse("products:decide", args=[found.number, verb.lower()]),
        "main": verb in (VersionVerb.SIGN, VersionVerb.APPROVE),
    }
