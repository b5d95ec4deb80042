"""A page with one form and one act: shown, refused beside its field or on the page of refusals, done."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from apps.core.errors import Happened, Refused
from apps.core.http import who
from apps.core.rules import in_utc
from apps.core.ui.pages import happened_from, refusal_response
from apps.core.ui.wording import sentence

INSTANT = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class Act:
    """The words and ways around the form. `already`: what happened may be recorded although a rule forbids it."""

    title: str
    word: str
    back_url: str
    done_url: str = ""
    intro: str = ""
    icon: str = ""
    stops: bool = False
    already: bool = False
    template: str = "act_page.html"
    context: Mapping[str, object] = field(default_factory=dict)


def act_page(
    request: HttpRequest, act: Act, form: forms.Form, perform: Callable[[Happened | None], object]
) -> HttpResponse:
    """GET shows the form. POST performs the act with what `form` has read, and goes on to where it is done."""
    if request.method != "POST" or not form.is_valid():
        return asked_page(request, act, form)
    try:
        perform(happened_from(request))
    except Refused as refused:
        if not _stands_beside(form, refused):
            return refusal_response(request, refused, already=act.already)
        _say_beside(form, refused)
        return asked_page(request, act, form, refused.status)
    return HttpResponseRedirect(act.done_url or act.back_url)


def said_page(
    request: HttpRequest, act: Act, form: forms.Form, service: Callable[..., object], **about: object
) -> HttpResponse:
    """As `act_page`, where the form says all that the service asks beside what it is done to."""
    return act_page(request, act, form, lambda _happened: service(**about, **form.cleaned_data, **who(request)))


def asked_page(request: HttpRequest, act: Act, form: forms.Form, refused: int = 400) -> HttpResponse:
    """The form of an act, with what stands against what was said; a signature may follow it."""
    context = {**act.context, "act": act, "form": form}
    return render(request, act.template, context, status=refused if form.errors else 200)


def _stands_beside(form: forms.Form, refused: Refused) -> bool:
    return any(objection.place in form.fields for objection in refused.objections)


def _say_beside(form: forms.Form, refused: Refused) -> None:
    for objection in refused.objections:
        form.add_error(objection.place if objection.place in form.fields else None, sentence(objection))


class LocalInstant(forms.DateTimeField):
    """An instant that the clock of every site can show."""

    def to_python(self, value: Any) -> datetime | None:
        instant = super().to_python(value)
        try:
            if instant:
                in_utc(instant)
        except ValueError as beyond:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from beyond
        return instant


def instant_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateTimeField:
    """An instant on the clock of the page."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=INSTANT)
    return LocalInstant(label=label, required=required, help_text=help_text, widget=widget)


class OneOf(forms.ModelChoiceField):
    """One of the rows that are offered, each in these words. PostgreSQL can't be asked for a text with a NUL."""

    def __init__(self, *args: Any, words: Callable[[Any], str] = str, **more: Any) -> None:
        super().__init__(*args, **more)
        self._words = words

    def label_from_instance(self, obj: Any) -> str:
        return self._words(obj)

    def to_python(self, value: Any) -> Any:
        if "\0" in str(value):
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)


def offer(form: forms.Form, name: str, choices: Iterable[tuple[str, str]]) -> None:
    """What may be chosen in a field of a form."""
    cast(forms.ChoiceField, form.fields[name]).choices = list(choices)


def scanned(kind: str) -> forms.TextInput:
    """A control that takes a scan, or the number by hand."""
    return forms.TextInput(attrs={"data-scan-input": kind, "autocomplete": "off", "spellcheck": "false"})
