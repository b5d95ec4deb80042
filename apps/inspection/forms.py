"""What is asked of the trail, read from the address of the page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.inspection.facts import Question

WORDS = {"class": "form-control", "autocomplete": "off", "size": 14}
SEARCH = {**WORDS, "data-search": True}
DAY = {"class": "form-control", "type": "date"}


class QuestionForm(forms.Form):
    """Record, person, action, time and words; each narrows what is shown."""

    record = forms.CharField(label=_("Record"), required=False, max_length=200, widget=forms.TextInput(SEARCH))
    person = forms.CharField(label=_("Person"), required=False, max_length=120, widget=forms.TextInput(WORDS))
    action = forms.CharField(label=_("Action"), required=False, max_length=80, widget=forms.TextInput(WORDS))
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(DAY))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(DAY))
    text = forms.CharField(label=_("Words in the entry"), required=False, max_length=200, widget=forms.TextInput(WORDS))

    def question(self) -> Question:
        """What was asked; a part that can't be read narrows nothing and shows its error."""
        return Question(**self.cleaned_data) if self.is_valid() else Question(**self.readable)

    @property
    def readable(self) -> dict[str, Any]:
        """The parts that could be read."""
        return {name: value for name, value in self.cleaned_data.items() if name not in self.errors}
