"""What is asked about a code: a person, the list as it was received, a reason."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.blinding.facts import ListLine

PARTS = re.compile(r"[,;\t]")
HOW = _("One bag to a line: bag, arm, unit. As a table copied from a sheet, or with commas.")


class PersonForm(forms.Form):
    """Who is named."""

    person = forms.CharField(label=_("Badge or user name"), max_length=80)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class BreakForm(ReasonForm):
    """Why the code of a patient is opened; it is signed before anything is told, and many may read it."""

    reason = forms.CharField(
        label=_("Why the treatment depends on it"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Quality is told at once. What you read next is told to you alone."),
    )


class ListForm(forms.Form):
    """The list of a lot, line by line."""

    lines = forms.CharField(
        label=_("List"),
        max_length=400_000,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "autocomplete": "off"}),
        help_text=HOW,
    )

    def clean_lines(self) -> str:
        text: str = self.cleaned_data["lines"]
        for n, line in enumerate(text.splitlines(), 1):
            if line.strip() and len(_parts(line)) != 3:
                raise ValidationError(gettext("Line %(n)s does not name bag, arm and unit.") % {"n": n})
        return text

    @property
    def said(self) -> list[ListLine]:
        """The lines, as the service takes them."""
        rows: list[Any] = [_parts(line) for line in self.cleaned_data["lines"].splitlines() if line.strip()]
        return [ListLine(*row) for row in rows]


def _parts(line: str) -> list[str]:
    return [part.strip() for part in PARTS.split(line)]
