"""What is asked when units are drawn, and when the stock may go below its reserve."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.banks.facts import DrawInput
from apps.core.errors import BadInput
from apps.core.http import happened_of
from apps.core.ui.acts import instant_field
from apps.core.ui.wording import sentence


class DrawForm(forms.Form):
    """The units in the hand, and when they were drawn where that is past."""

    units = forms.CharField(
        label=_("Units"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "data-scan-input": "unit", "spellcheck": "false"}),
        help_text=_("Scan each unit, one to a line."),
    )
    happened_at = instant_field(
        _("Drawn already: at"),
        required=False,
        help_text=_("Only for what was drawn before it could be entered. It opens a critical event."),
    )
    happened_reason = forms.CharField(label=_("Drawn already: why it is recorded now"), max_length=1000, required=False)

    def clean(self) -> dict[str, Any]:
        """When it was drawn and why that is recorded now are said together."""
        said = super().clean() or {}
        try:
            said["happened"] = happened_of(said.get("happened_at"), said.get("happened_reason", ""))
        except BadInput as refused:
            for one in refused.objections:
                self.add_error(one.place.replace(".", "_"), sentence(one))
        return said

    @property
    def said(self) -> DrawInput:
        """What was scanned, as the service takes it."""
        lines = self.cleaned_data["units"].splitlines()
        return DrawInput(tuple(line.strip() for line in lines if line.strip()), self.cleaned_data["happened"])


class BelowForm(forms.Form):
    """How far the stock may go down for this batch, and why."""

    lowest = forms.IntegerField(label=_("The stock may go down to"), min_value=0, max_value=100_000)
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
