"""The forms of quality: what a person says before the panel of signing."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.ui.status import word_of
from apps.quality.facts import Severity

_AREA = forms.Textarea(attrs={"rows": 4})


def _severities() -> list[tuple[str, str]]:
    return [(severity.value, str(word_of(severity).word)) for severity in Severity]


class StopForm(forms.Form):
    """Stop a thing at once."""

    reason = forms.CharField(label=_("What is wrong"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class ReportForm(forms.Form):
    """Report something in one's own words."""

    what = forms.CharField(label=_("What happened"), max_length=1000, widget=_AREA)
    severity = forms.ChoiceField(label=_("Severity at first sight"), choices=_severities, widget=forms.RadioSelect)


class EvidenceForm(forms.Form):
    """On what evidence a hold is lifted."""

    evidence = forms.CharField(label=_("Evidence"), max_length=500, widget=_AREA)


class ReasonForm(forms.Form):
    """Why an event needs no deviation."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=_AREA)


class ClassificationForm(forms.Form):
    """How grave a deviation is, and why."""

    classification = forms.ChoiceField(label=_("Classification"), choices=_severities, widget=forms.RadioSelect)
    rationale = forms.CharField(label=_("Rationale"), max_length=1000, widget=_AREA)

    def clean_classification(self) -> Severity:
        """The classification as the service takes it."""
        return Severity(self.cleaned_data["classification"])


class ImpactForm(forms.Form):
    """What a deviation means for the product."""

    impact = forms.CharField(label=_("Impact on the product"), max_length=4000, widget=_AREA)
    other_batches = forms.CharField(
        label=_("Other batches considered"),
        help_text=_("Which ones, and why they are or are not concerned."),
        max_length=2000,
        widget=_AREA,
    )


class RootCauseForm(forms.Form):
    """How a deviation came about and what follows from it."""

    root_cause = forms.CharField(label=_("Root cause and what follows"), max_length=4000, widget=_AREA)
