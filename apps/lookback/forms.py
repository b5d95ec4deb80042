"""What is said when quality looks back, and about each unit that was out."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from apps.core.ui.acts import offer
from apps.core.ui.status import word_of
from apps.lookback.facts import Answer, Finding, Reported
from apps.organisation.models import User


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


class ReadForm(forms.Form):
    """What a physician does for the patient, having read what failed."""

    note = forms.CharField(
        label=gettext_lazy("What is done for the patient"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class DeputyForm(forms.Form):
    """The physician who reads it for the one that is away."""

    deputy = forms.ChoiceField(label=gettext_lazy("Deputy"))

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "deputy", [(one.username, one.printed_name) for one in people])


class ReportForm(forms.Form):
    """What is told sponsor and authority."""

    sent_to = forms.CharField(
        label=gettext_lazy("Reported to"), max_length=300, help_text=gettext_lazy("Sponsor and authority, by name.")
    )
    reference = forms.CharField(label=gettext_lazy("Reference"), max_length=120, required=False)
    organism = forms.CharField(
        label=gettext_lazy("Organism"), max_length=300, help_text=gettext_lazy("Or that none is identified yet.")
    )
    sensitivity = forms.CharField(label=gettext_lazy("Sensitive to"), max_length=300, required=False)

    @property
    def said(self) -> Reported:
        """What was said."""
        return Reported(**self.cleaned_data)
