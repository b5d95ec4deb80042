"""What is said about what a store keeps, and about its probes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from apps.facility.facts import Quantity
from apps.storage.facts import Rejection, Warmth

QUANTITY_WORDS = (
    (Quantity.TEMPERATURE.value, gettext_lazy("Temperature")),
    (Quantity.CO2.value, gettext_lazy("CO₂")),
    (Quantity.HUMIDITY.value, gettext_lazy("Relative humidity")),
)

CAPITALS = gettext_lazy("Capitals, figures, _ and -.")


class ProbeForm(forms.Form):
    """A probe: degrees Celsius, or percent of a gas or of humidity."""

    number = forms.RegexField(r"^[A-Z0-9_-]{1,40}$", label=gettext_lazy("Number"), help_text=CAPITALS)
    label = forms.CharField(label=gettext_lazy("Name"), max_length=120, required=False)
    quantity = forms.ChoiceField(label=gettext_lazy("What it measures"), choices=QUANTITY_WORDS)
    silent_after = forms.IntegerField(
        label=gettext_lazy("Silent after"), min_value=1, max_value=100_000,
        help_text=gettext_lazy("Minutes without a reading; then the store and quality assurance are told."),
    )  # fmt: skip


class RejectionFields(forms.Form):
    """The second limit: beyond it nothing is found fit but under a deviation."""

    reject_low = forms.DecimalField(
        label=gettext_lazy("Rejected when colder than"), required=False, max_digits=5, decimal_places=1,
        help_text=gettext_lazy("In °C. Empty: no such limit."), localize=False,
    )  # fmt: skip
    reject_high = forms.DecimalField(
        label=gettext_lazy("Rejected when warmer than"), required=False, max_digits=5, decimal_places=1,
        help_text=gettext_lazy("In °C. Empty: no such limit."), localize=False,
    )  # fmt: skip
    reject_minutes = forms.IntegerField(
        label=gettext_lazy("Rejected when outside for"), required=False, min_value=0, max_value=100_000,
        help_text=gettext_lazy("Minutes. Empty: no such limit."),
    )  # fmt: skip

    @property
    def rejection(self) -> Rejection:
        """What was said."""
        return rejection_from(self.cleaned_data)


def rejection_from(said: Mapping[str, Any]) -> Rejection:
    """The second limit of a store, said on a page or by a program."""
    minutes = said["reject_minutes"]
    after = None if minutes is None else timedelta(minutes=minutes)
    return Rejection(said["reject_low"], said["reject_high"], after)


class ToleranceForm(RejectionFields):
    """How long outside the range is no excursion yet, and the second limit."""

    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=0, max_value=100_000)
    field_order = ["minutes", "reject_low", "reject_high", "reject_minutes", "reason"]
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=500)


class LimitForm(forms.Form):
    """What a store keeps of a quantity in percent, how long outside it is no excursion yet, and the second limit."""

    low = forms.DecimalField(
        label=gettext_lazy("Lower end"), required=False, max_digits=4, decimal_places=1,
        help_text=gettext_lazy("In %. Empty: no lower end."), localize=False,
    )  # fmt: skip
    high = forms.DecimalField(
        label=gettext_lazy("Upper end"), required=False, max_digits=4, decimal_places=1,
        help_text=gettext_lazy("In %. Empty: no upper end."), localize=False,
    )  # fmt: skip
    minutes = forms.IntegerField(
        label=gettext_lazy("Tolerated outside for"), min_value=0, max_value=100_000,
        help_text=gettext_lazy("Minutes, as when the door is opened."),
    )  # fmt: skip
    reject_low = forms.DecimalField(
        label=gettext_lazy("Rejected below"), required=False, max_digits=4, decimal_places=1,
        help_text=gettext_lazy("In %. Empty: no such limit."), localize=False,
    )  # fmt: skip
    reject_high = forms.DecimalField(
        label=gettext_lazy("Rejected above"), required=False, max_digits=4, decimal_places=1,
        help_text=gettext_lazy("In %. Empty: no such limit."), localize=False,
    )  # fmt: skip
    reject_minutes = forms.IntegerField(
        label=gettext_lazy("Rejected when outside for"), required=False, min_value=0, max_value=100_000,
        help_text=gettext_lazy("Minutes. Empty: no such limit."),
    )  # fmt: skip
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=500)


def limit_from(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a store keeps of a quantity, said on a page or by a program."""
    keeps = Warmth(said["low"], said["high"])
    return {"keeps": keeps, "minutes": said["minutes"], "rejection": rejection_from(said), "reason": said["reason"]}


class RetireForm(forms.Form):
    """Why a probe is taken away."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=500)
