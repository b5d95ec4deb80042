"""What is said on the pages of stability."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from apps.core.ui.acts import instant_field, offer
from apps.core.ui.acts import scanned as by_scan
from apps.units.models import Unit


class UnitsForm(forms.Form):
    """The units that are meant."""

    units = forms.MultipleChoiceField(label=gettext_lazy("Units"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, units: Iterable[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "units", [(unit.number, unit.number) for unit in units])


class PullForm(forms.Form):
    """The unit in the hand, by scan, and when it was taken."""

    scanned = forms.CharField(label=gettext_lazy("Unit, scanned"), max_length=120, widget=by_scan("unit"))
    pulled_at = instant_field(gettext_lazy("Pulled at"))
    reason = forms.CharField(
        label=gettext_lazy("Why it is late"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Only after the window has passed."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class WhyForm(forms.Form):
    """Why it ends."""

    reason = forms.CharField(label=gettext_lazy("Why"), min_length=3, max_length=500, widget=forms.Textarea)


class ProposalForm(UnitsForm):
    """How long the units may live, which they are, and why."""

    months = forms.IntegerField(label=gettext_lazy("Months of life"), min_value=1, max_value=600)
    ground = forms.CharField(
        label=gettext_lazy("Ground"), min_length=3, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    field_order = ("months", "units", "ground")


class RelabelForm(forms.Form):
    """The unit in the hand and its new label, both by scan."""

    scanned = forms.CharField(label=gettext_lazy("Unit, scanned"), max_length=120, widget=by_scan("unit"))
    label = forms.CharField(
        label=gettext_lazy("New label, scanned"),
        max_length=300,
        help_text=gettext_lazy("The symbol of the label that was printed for the later date."),
        widget=by_scan("label"),
    )
