"""The living page of the parts, and whole pages made of them. Demonstration data only; not served in server mode."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.ui import samples
from apps.core.ui.status import BATCHES, MARKS, UNITS, VERDICTS, WORK

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


class SampleForm(forms.Form):
    """One field of each kind."""

    viability = forms.CharField(label=_("Viability, count B"))
    cells = forms.CharField(label=_("Viable cells per mL"), help_text=_("As the counter prints it."))
    clear = forms.ChoiceField(label=_("Bench clear of the batch before"), choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect)
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


def gallery(request: HttpRequest) -> HttpResponse:
    """GET /styleguide/: every state and every part."""
    now = timezone.now()
    words = [(_("Verdicts"), VERDICTS), (_("Marks"), MARKS), (_("Work"), WORK), (_("Batches"), BATCHES), (_("Units, donors"), UNITS)]
    context = {
        "words": [(title, list(group)) for title, group in words],
        "hues": [("MSC", "msc"), ("PLASMA", "plasma"), ("IG", "immunoglobulin"), ("NKT", "nkt"), ("HSC", "hsc")],
        "form": SampleForm(),
        "wrong": SampleForm({"viability": "918", "cells": "", "clear": "yes"}),
        "pages": list(PAGES),
        "patient_band": samples.patient(),
        "progress": {"title": samples.both("Archive of CT-0031", "CT-0031 归档"), "done": 412, "total": 1204, "percent": 34},
        "theirs": {"value": "91.8", "who": samples.both("Zhao Min", "赵敏"), "at": now},
        "mine": {"value": "91.2", "at": now},
        **_shared(now),
    }
    return render(request, "parts/gallery.html", context)


def sample_page(request: HttpRequest, page: str) -> HttpResponse:
    """GET /styleguide/<page>/: a whole page of demonstration values."""
    if page not in PAGES:
        raise Http404
    now = timezone.now()
    context = _shared(now) | {"panel_open": page == "countersign", "form": SampleForm(), "section": "desk" if page == "work" else "batches"}
    if page == "sign-in":
        context |= {"form": SignInSample(), "demo_accounts": _accounts()}
    return render(request, PAGES[page], context)


class SignInSample(forms.Form):
    """The two fields of the sign-in page."""

    username = forms.CharField(label=_("User name"))
    password = forms.CharField(label=_("Password"), widget=forms.PasswordInput)


def _shared(now) -> dict[str, object]:  # type: ignore[no-untyped-def]
    return {
        "band": samples.band(now),
        "clock": samples.running_clock(now),
        "rail": samples.rail(),
        "lines": samples.lines(),
        "signing": samples.signing(now),
        "signing_refused": samples.signing(now, refused=True),
        "holds": samples.holds(),
        "refusal": samples.refusal(),
        "correction": samples.correction(now),
        "work": samples.work(now),
        "exceptions": samples.exceptions(),
        "proof": samples.proof(),
        "numbers": samples.four_numbers(),
        "lock": {
            "short": "MSC", "hue": "msc", "number": "CT-0042", "clock": samples.running_clock(now), "resume_url": "", "other_url": "/", "next": "/",
            "printed_name": samples.both("Lin Wei", "林薇"),
            "left": samples.both("Lin Wei left step 6 at 14:12.", "林薇于 14:12 离开第 6 步。"),
        },
        "rows": [("A", "91.2", "3.17", "14:03"), ("B", "91.8", "3.23", "14:06")],
        "signoff": samples.signoff(),
        "doublings_note": samples.both("doublings", "倍增"),
        **samples.plots(),
    }  # fmt: skip


def _accounts() -> list[dict[str, object]]:
    names = ["author", "operator", "operator2", "checker", "analyst", "qc_head", "qa", "certifier", "storekeeper", "site_admin", "inspector"]
    return [{"username": name, "password": "shown-in-demo-only", "role": name, "site": "Nanhu"} for name in names]
