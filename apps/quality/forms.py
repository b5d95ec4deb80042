"""The forms of quality: what a person says before the panel of signing."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.ui.acts import instant_field, offer
from apps.core.ui.status import word_of
from apps.organisation.models import User
from apps.quality.facts import CapaKind, Planned, RootCause, Severity

ROOT_CAUSES = {
    RootCause.PEOPLE: _("People, training"),
    RootCause.PROCEDURE: _("Procedure, method"),
    RootCause.EQUIPMENT: _("Equipment"),
    RootCause.MATERIAL: _("Material, reagent"),
    RootCause.STARTING_MATERIAL: _("Donor material"),
    RootCause.ENVIRONMENT: _("Room, environment"),
    RootCause.MEASUREMENT: _("Measurement, testing"),
    RootCause.SYSTEM: _("Computerised system"),
    RootCause.UNKNOWN: _("Not found"),
}
_AREA = forms.Textarea(attrs={"rows": 4})


def _severities() -> list[tuple[str, str]]:
    return [(severity.value, str(word_of(severity).word)) for severity in Severity]


def _categories() -> list[tuple[str, str]]:
    return [(one.value, str(word)) for one, word in ROOT_CAUSES.items()]


def _kinds() -> list[tuple[str, str]]:
    return [(kind.value, str(word_of(kind).word)) for kind in CapaKind]


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

    category = forms.ChoiceField(label=_("Category of the root cause"), choices=_categories, widget=forms.RadioSelect)
    root_cause = forms.CharField(label=_("Root cause and what follows"), max_length=4000, widget=_AREA)

    def clean_category(self) -> RootCause:
        """The category as the service takes it."""
        return RootCause(self.cleaned_data["category"])


class CapaForm(forms.Form):
    """A corrective or preventive action."""

    kind = forms.ChoiceField(label=_("Kind of action"), choices=_kinds, widget=forms.RadioSelect)
    what = forms.CharField(label=_("What is done"), max_length=2000, widget=_AREA)
    owner = forms.ChoiceField(label=_("Owner"))
    due_at = instant_field(_("Due"))
    criterion = forms.CharField(
        label=_("Criterion"),
        help_text=_("By what it will be judged effective."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    check_at = instant_field(_("Judged from"))

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "owner", [("", ""), *((one.username, one.printed_name) for one in people)])

    @property
    def planned(self) -> Planned:
        """The action as the service takes it."""
        return Planned(**{**self.cleaned_data, "kind": CapaKind(self.cleaned_data["kind"])})


class DoneForm(forms.Form):
    """What was done, with its evidence."""

    evidence = forms.CharField(label=_("What was done, and the evidence of it"), max_length=2000, widget=_AREA)


class FindingForm(forms.Form):
    """What the effect is, by the criterion."""

    finding = forms.CharField(label=_("Finding"), max_length=2000, widget=_AREA)


class DueForm(forms.Form):
    """A new date, and why."""

    due_at = instant_field(_("Due"))
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=_AREA)
