"""What is said when quality looks back, and about each unit that was out."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from apps.core.ui.acts import offer
from apps.core.ui.status import word_of
from apps.lookback.facts import Answer, Finding


class FindingForm(forms.Form):
    """What was found at the donor, by whom, and since when it counts."""

    what = forms.CharField(label=gettext_lazy("What was found"), max_length=300)
    laboratory = forms.CharField(label=gettext_lazy("Laboratory"), max_length=120)
    since = forms.DateField(
        label=gettext_lazy("Only what was collected since"),
        required=False,
        help_text=gettext_lazy("Empty: every donation of this donor."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    @property
    def finding(self) -> Finding:
        """What was said."""
        return Finding(**self.cleaned_data)

    @property
    def carried(self) -> dict[str, str]:
        """What was said, as the panel of signing carries it along."""
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


class AnswerForm(forms.Form):
    """What became of one unit, and on what evidence."""

    answer = forms.ChoiceField(label=gettext_lazy("What became of it"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=gettext_lazy("How it is known"),
        max_length=1000,
        help_text=gettext_lazy("The document, or the person spoken to and when."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "answer", [(one.value, str(word_of(one).word)) for one in Answer])
