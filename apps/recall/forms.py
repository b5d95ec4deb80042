"""What is said when a recall is opened, of each unit, of whom was reached, and at its end."""

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy

from apps.core.ui.acts import offer
from apps.core.ui.status import word_of
from apps.recall.facts import Begun, Outcome
from apps.recall.table import recall_table

MOCK = "mock"


class BeginForm(forms.Form):
    """What it is opened from, whether it is an exercise or of which class, and why."""

    address = forms.CharField(
        label=gettext_lazy("Opened from"),
        max_length=200,
        help_text=gettext_lazy("An address: lot/…, donor/…, equipment/…, shipment/…, unit/…, batch/…, store/…/…"),
        widget=forms.TextInput({"data-scan-input": "any", "autocomplete": "off", "spellcheck": "false"}),
    )
    classification = forms.ChoiceField(label=gettext_lazy("Exercise or class"), widget=forms.RadioSelect)
    why = forms.CharField(label=gettext_lazy("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zh = (get_language() or "").startswith("zh")
        classes = [(one.key, one.label.zh if zh else one.label.en) for one in recall_table().classes]
        mock = gettext_lazy("Mock recall: no unit is held or moved")
        offer(self, "classification", [(MOCK, str(mock)), *classes])

    @property
    def said(self) -> Begun:
        """What was said."""
        chosen = self.cleaned_data["classification"]
        return Begun(chosen == MOCK, "" if chosen == MOCK else chosen, self.cleaned_data["why"])


class OutcomeForm(forms.Form):
    """What became of one unit, and how it is known."""

    outcome = forms.ChoiceField(label=gettext_lazy("What became of it"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=gettext_lazy("How it is known"),
        max_length=1000,
        help_text=gettext_lazy("The document, or the person spoken to and when."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, outcomes: tuple[Outcome, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "outcome", [(one.value, str(word_of(one).word)) for one in outcomes])


class ReachForm(forms.Form):
    """Who was reached, and what was agreed."""

    note = forms.CharField(
        label=gettext_lazy("Who was reached, and what was said"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CloseForm(forms.Form):
    """What the recall has shown."""

    conclusion = forms.CharField(
        label=gettext_lazy("Conclusion"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
