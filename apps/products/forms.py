"""What is typed on the pages of master records."""

from django import forms
from django.utils.translation import gettext_lazy as _

LARGEST_FILE = 2_000_000


class ReasonForm(forms.Form):
    """Why a version is returned or retired."""

    reason = forms.CharField(label=_("Why"), min_length=3, max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class ImportForm(forms.Form):
    """A master record in one YAML file."""

    file = forms.FileField(label=_("Master record (YAML)"))

    def clean_file(self) -> str:
        """The text of the file."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is too large for a master record."))
        try:
            return str(file.read().decode("utf-8"))
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is no UTF-8 text.")) from None
