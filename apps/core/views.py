"""The living page of the parts, and whole pages made of them. Demonstration data only; not served in server mode."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.ui.samples import samples
from apps.core.ui.status import BATCHES, LABORATORY, MARKS, UNITS, VERDICTS, WORK

PAGES = {
    "step": "samples/step.html",
    "countersign": "samples/step.html",
    "exceptions": "samples/exceptions.html",
    "work": "samples/work.html",
    "refused": "refusal_page.html",
    "signing": "signing_page.html",
    "lock": "lock.html",
    "sign-in": "signin.html",
}
WORDS = [
    (_("Verdicts"), VERDICTS),
    (_("Marks"), MARKS),
    (_("Work"), WORK),
    (_("Batches"), BATCHES),
    (_("Units, donors"), UNITS),
    (_("Laboratory, counts"), LABORATORY),
]


class SampleForm(forms.Form):
    """One field of each kind."""

    viability = forms.CharField(label=_("Viability, count B"))
    cells = forms.CharField(label=_("Viable cells per mL"), help_text=_("As the counter prints it."))
    clear = forms.ChoiceField(
        label=_("Bench clear of the batch before"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=forms.RadioSelect,
    )
    grade = forms.ChoiceField(label=_("Grade of the room"), choices=[("", "—"), ("a", "A"), ("b", "B")])
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    photo = forms.FileField(label=_("Photograph"), required=False)
    copy = forms.BooleanField(label=_("This is a true copy of the paper I hold"), required=False)

    def clean_viability(self) -> str:
        """The one rule of the sample: a share of cells."""
        text: str = self.cleaned_data["viability"]
        if text == "918":
            raise forms.ValidationError(_("918 is above 100. Viability is a share of cells, 0 to 100 %."))
        return text


class SignInSample(forms.Form):
    """The two fields of the sign-in page."""

    username = forms.CharField(label=_("User name"))
    password = forms.CharField(label=_("Password"), widget=forms.PasswordInput)


def gallery(request: HttpRequest) -> HttpResponse:
    """GET /styleguide/: every state and every part."""
    context = samples(timezone.now()) | {
        "words": [(title, list(group)) for title, group in WORDS],
        "form": SampleForm(),
        "wrong": SampleForm({"viability": "918", "cells": "", "clear": "yes"}),
        "pages": list(PAGES),
    }
    return render(request, "parts/gallery.html", context)


def sample_page(request: HttpRequest, page: str) -> HttpResponse:
    """GET /styleguide/<page>/: a whole page of demonstration values."""
    if page not in PAGES:
        raise Http404
    context = samples(timezone.now()) | {
        "panel_open": page == "countersign",
        "form": SignInSample(),
        "section": "desk" if page == "work" else "batches",
    }
    return render(request, PAGES[page], context)
