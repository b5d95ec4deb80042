"""Pages of the register, and the public pages where a stranger verifies a document."""

from collections.abc import Mapping
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apps.core.http import actor_of, as_file
from apps.core.roles import Role
from apps.documents.content import withdraw_content
from apps.documents.facts import DocumentKind, DocumentState
from apps.documents.forms import CodeForm, FileForm, WithdrawForm
from apps.documents.models import Document
from apps.documents.rules import is_mistyped
from apps.documents.selectors import (
    document_by_code,
    document_page,
    judgement_of,
    matching,
    public_facts,
    visible_documents,
)
from apps.documents.services import withdraw_document
from apps.documents.store import read_file
from apps.documents.throttle import CodeThrottle, FileThrottle
from apps.documents.verify import UNREADABLE
from apps.organisation.access import open_to
from apps.organisation.models import User
from apps.signatures.pages import Panel, signed_page

KINDS = {
    DocumentKind.BATCH_CERTIFICATE: gettext_lazy("Batch certificate"),
    DocumentKind.CERTIFICATE_OF_ANALYSIS: gettext_lazy("Certificate of analysis"),
    DocumentKind.BATCH_RECORD: gettext_lazy("Batch record"),
    DocumentKind.MASTER_RECORD: gettext_lazy("Master record"),
    DocumentKind.ACCOMPANYING_RECORD: gettext_lazy("Accompanying record"),
    DocumentKind.LABEL: gettext_lazy("Labels"),
    DocumentKind.REPORT: gettext_lazy("Report"),
}
STATES = {
    DocumentState.ISSUED: gettext_lazy("Issued"),
    DocumentState.DRAFT: gettext_lazy("Draft"),
    DocumentState.SUPERSEDED: gettext_lazy("Superseded"),
    DocumentState.WITHDRAWN: gettext_lazy("Withdrawn"),
}


# --- verifying, open to everybody -----------------------------------------------------------------------------------


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """GET, POST /verify/: type a code, or hand in a PDF."""
    if request.method != "POST":
        return _verify_page(request, CodeForm(), FileForm(), 200)
    wants_file = "code" not in request.POST
    throttle = FileThrottle() if wants_file else CodeThrottle()
    if throttle.refuses(request):
        return _too_often(request, throttle)
    if wants_file:
        file_form = FileForm(request.POST, request.FILES)
        if file_form.is_valid():
            return _judged(request, file_form.cleaned_data["file"])
        return _verify_page(request, CodeForm(), file_form, 400)
    code_form = CodeForm(request.POST)
    if code_form.is_valid():
        return HttpResponseRedirect(reverse("verify:code", args=[code_form.cleaned_data["code"]]))
    return _verify_page(request, code_form, FileForm(), 400)


@login_not_required
@never_cache
@require_safe
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """GET /verify/<code>/: what the register says of this document; nothing of a patient or donor."""
    throttle = CodeThrottle()
    if throttle.refuses(request):
        return _too_often(request, throttle)
    found = None if is_mistyped(code) else document_by_code(code)
    context = {
        "facts": public_facts(found) if found else None,
        "mistyped": is_mistyped(code),
        "code": code[:120],
        "file_form": FileForm(),
    }
    return render(request, "documents/verify_code.html", context, status=200 if found else 404)


def _judged(request: HttpRequest, pdf: bytes) -> HttpResponse:
    judgement = judgement_of(pdf, at=timezone.now())
    found = document_by_code(judgement.code) if judgement.code else None
    context = {"judgement": judgement, "facts": public_facts(found) if found else None, "file_form": FileForm()}
    status = 400 if UNREADABLE in judgement.verdict.objections else 200
    return render(request, "documents/verify_file.html", context, status=status)


def _verify_page(request: HttpRequest, code_form: CodeForm, file_form: FileForm, status: int) -> HttpResponse:
    return render(request, "documents/verify.html", {"code_form": code_form, "file_form": file_form}, status=status)


def _too_often(request: HttpRequest, throttle: CodeThrottle) -> HttpResponse:
    wait = max(1, round(throttle.wait() or 60))
    reply = render(request, "documents/verify_wait.html", {"seconds": wait}, status=429)
    reply["Retry-After"] = str(wait)
    return reply


# --- the register ---------------------------------------------------------------------------------------------------


@require_safe
def document_list(request: HttpRequest) -> HttpResponse:
    """GET /documents/: the documents of the sites this person works at, newest first."""
    asked = {name: request.GET.get(name, "").strip() for name in ("kind", "state", "q")}
    visible = visible_documents(cast(User, request.user), timezone.now())
    found = matching(visible, kind=asked["kind"], state=asked["state"], words=asked["q"])
    filters = [
        {"name": "kind", "label": _("Kind"), "choices": _choices(KINDS), "value": asked["kind"]},
        {"name": "state", "label": _("State"), "choices": _choices(STATES), "value": asked["state"]},
    ]
    page = document_page(found, after=_row(request, "after"), before=_row(request, "before"))
    context = {"page": page, "filters": filters, "q": asked["q"], "asked": any(asked.values())}
    return render(request, "documents/list.html", context)


@require_safe
def document(request: HttpRequest, number: str, version: int) -> HttpResponse:
    """GET /documents/<number>/<version>/: what the register knows of one document."""
    found = _visible(request, number, version)
    successor = Document.objects.filter(supersedes=found).first()
    context = {"document": found, "successor": successor, "withdraw_form": WithdrawForm()}
    return render(request, "documents/detail.html", context)


@require_safe
def document_file(request: HttpRequest, number: str, version: int) -> HttpResponse:
    """GET /documents/<number>/<version>/file/: the sealed PDF."""
    return pdf_reply(get_object_or_404(_issued(request), number=number, version=version))


@open_to(read={Role.QA}, write={Role.QA})
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, number: str, version: int) -> HttpResponse:
    """GET, POST /documents/<number>/<version>/withdraw/: say why, then sign."""
    found = _visible(request, number, version)
    back = reverse("documents:detail", args=[number, version])
    form = WithdrawForm(request.POST or None)
    if not form.is_valid():
        status = 400 if request.method == "POST" else 200
        return render(request, "documents/withdraw.html", {"document": found, "form": form}, status=status)
    reason = form.cleaned_data["reason"]
    panel = Panel(
        title=_("Withdraw {name}").format(name=found.name),
        verb=_("Sign: withdrawn"),
        content=lambda: withdraw_content(found, reason),
        record=found.record,
        cancel_url=back,
        hidden={"reason": reason},
    )
    return signed_page(
        request,
        panel,
        lambda signing: withdraw_document(
            document=found, reason=reason, signing=signing, actor=actor_of(request), at=timezone.now()
        ),
        back,
    )


def pdf_reply(found: Document) -> HttpResponse:
    """The sealed file of a document, shown by the browser under its own name."""
    return as_file(HttpResponse(read_file(found.file_sha256), content_type="application/pdf"), found.file_name)


def _visible(request: HttpRequest, number: str, version: int) -> Document:
    return get_object_or_404(
        visible_documents(cast(User, request.user), timezone.now()), number=number, version=version
    )


def _issued(request: HttpRequest) -> QuerySet[Document]:
    return visible_documents(cast(User, request.user), timezone.now()).exclude(file_sha256="")


def _choices(words: Mapping[Any, Any]) -> list[tuple[str, str]]:
    return [("", _("all")), *((key.value, word) for key, word in words.items())]


def _row(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
