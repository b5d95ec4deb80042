"""What is asked of the register, and the period of a sealed copy."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.ui.acts import offer
from apps.core.ui.status import word_of
from apps.register.facts import Asked, RegisterKind

DAY = {"class": "form-control", "type": "date"}


class AskedForm(forms.Form):
    """Kind, words and days; each narrows what is shown."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=80,
        widget=forms.TextInput({"class": "form-control", "type": "search", "data-search": True}),
    )
    kind = forms.ChoiceField(label=_("Decision"), required=False, widget=forms.Select({"class": "form-select"}))
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(DAY))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(DAY))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "kind", [("", _("All")), *((one.value, str(word_of(one).word)) for one in RegisterKind)])

    @property
    def asked(self) -> Asked:
        """What was asked; a part that can't be read narrows nothing and shows its error."""
        self.is_valid()
        return Asked(**{name: value for name, value in self.cleaned_data.items() if name not in self.errors})


class PeriodForm(forms.Form):
    """The first and the last day of a sealed copy."""

    since = forms.DateField(label=_("From"), widget=forms.DateInput(DAY))
    until = forms.DateField(label=_("To"), widget=forms.DateInput(DAY))
