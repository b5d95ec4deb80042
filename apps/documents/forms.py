"""What people send about documents."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.documents.rules import is_mistyped
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


class WithdrawForm(forms.Form):
    """Why a document is taken out of force."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
