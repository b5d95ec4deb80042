"""What is said in a form first and signed on the panel after it."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from apps.audit.models import Record
from apps.quality.views.finding import form_page
from apps.signatures.facts import SignedContent, Signing
from apps.signatures.pages import Panel, signed_page


def said_then_signed(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str,
    record: Record,
    back: str,
    shown: Callable[[Mapping[str, Any]], SignedContent],
    done: Callable[[Signing, Mapping[str, Any]], object],
    words: Mapping[str, str] | None = None,
    intro: str = "",
) -> HttpResponse:
    """The form; then what it says as it is signed, carried along in the panel. `said` of a form is what is taken."""
    if request.method != "POST" or not form.is_valid():
        return form_page(request, form, title, back, next_word=_("Go on to the signature"), intro=intro)
    said: Mapping[str, Any] = getattr(form, "said", form.cleaned_data)
    panel = Panel(
        title=title,
        verb=_("Sign"),
        content=lambda: shown(said),
        record=record,
        cancel_url=back,
        hidden={name: str(value) for name, value in form.cleaned_data.items() if value is not None},
        words=words or {},
    )
    return signed_page(request, panel, lambda signing: done(signing, said), back)
