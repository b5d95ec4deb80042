"""What people send about documents."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.documents.rules import MOST_LABELS, is_mistyped, is_unexplained_reprint
from apps.documents.verify import LARGEST_FILE


class CodeForm(forms.Form):
    """A verification code, typed from a print."""

    code = forms.CharField(label=_("Code"), max_length=200)

    def clean_code(self) -> str:
        objection = is_mistyped(self.cleaned_data["code"])
        if objection:
            raise forms.ValidationError(_(objection.template), code=objection.code)
        return str(self.cleaned_data["code"])


class FileForm(forms.Form):
    """A PDF that somebody was given."""

    file = forms.FileField(label=_("PDF file"), widget=forms.FileInput(attrs={"accept": "application/pdf"}))

    def clean_file(self) -> bytes:
        uploaded = self.cleaned_data["file"]
        if uploaded.size > LARGEST_FILE:
            raise forms.ValidationError(_("This file is larger than any document of this system."), code="too_large")
        return bytes(uploaded.read())


class LabelSheetForm(forms.Form):
    """How many labels a sheet has, and why where there is one already."""

    copies = forms.IntegerField(
        label=_("How many labels"),
        min_value=1,
        max_value=MOST_LABELS,
        initial=1,
        help_text=_("One for each container."),
    )
    reason = forms.CharField(
        label=_("Why once more"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, sheets: int, **more: Any) -> None:
        super().__init__(*args, **more)
        self.sheets = sheets
        if not sheets:
            self.fields["reason"].widget = forms.HiddenInput()

    def clean_reason(self) -> str:
        """The first sheet needs none."""
        objection = is_unexplained_reprint(self.sheets, self.cleaned_data["reason"])
        if objection:
            raise forms.ValidationError(_(objection.template), code=objection.code)
        return str(self.cleaned_data["reason"]).strip()


class WithdrawForm(forms.Form):
    """Why a document is taken out of force."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
