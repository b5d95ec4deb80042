"""What is said at the bed: scans, moments, vital signs, the end."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from apps.core.ui.acts import instant_field, scanned
from apps.dosing.facts import Bedside, MomentKind
from apps.dosing.forms.orders import control_of
from apps.identity.forms import chain_field
from apps.products.definition.parameters import Recordable

BIRTH_CODE = r"^\d{4}-?\d{2}-?\d{2}$"
UNIT_CODE = r"unit/|^[A-Z]{1,8}-\d+-[A-Z]?\d+$"


def _scan(kind: str, pattern: str = "") -> forms.TextInput:
    widget = scanned(kind)
    if pattern:
        widget.attrs["data-scan-pattern"] = pattern
    return widget


class BedsideForm(forms.Form):
    """Two identifiers of the wristband, every unit of the dose, and what the master record asks besides."""

    first = forms.CharField(label=gettext_lazy("Wristband: hospital number"), max_length=80, widget=_scan("wristband"))
    second = forms.CharField(
        label=gettext_lazy("Wristband: date of birth"), max_length=20, widget=_scan("birth", BIRTH_CODE)
    )
    happened_at = instant_field(
        gettext_lazy("Given already: started at"),
        required=False,
        help_text=gettext_lazy("Only for what was given before it could be entered. It opens a critical event."),
    )
    happened_reason = forms.CharField(
        label=gettext_lazy("Given already: why it is recorded now"), max_length=1000, required=False
    )

    def __init__(self, *args: Any, units: int, asked: Sequence[Recordable], chained: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit_names = [f"unit_{n}" for n in range(1, max(units, 1) + 1)]
        for n, name in enumerate(self.unit_names, 1):
            self.fields[name] = forms.CharField(
                label=f"{gettext_lazy('Unit')} {n}", max_length=120, widget=_scan("unit", UNIT_CODE)
            )
        if chained:
            self.fields["chain"] = chain_field()
        self.asked = [field.key for field in asked]
        for field in asked:
            self.fields[field.key] = control_of(field)
        self.order_fields(["first", "second", *self.unit_names, "chain", *self.asked, "happened_at", "happened_reason"])

    @property
    def said(self) -> Bedside:
        """What was scanned, as the service takes it."""
        found = self.cleaned_data
        units = tuple(found[name] for name in self.unit_names)
        answers = {key: str(found[key]).strip() for key in self.asked if found[key]}
        return Bedside(found["first"], found["second"], units, answers, found.get("chain", ""))


class MomentForm(forms.Form):
    """A pause, going on, or another rate."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What"),
        widget=forms.RadioSelect,
        choices=[
            (MomentKind.PAUSED, gettext_lazy("Pause")),
            (MomentKind.RESUMED, gettext_lazy("Go on")),
            (MomentKind.RATE, gettext_lazy("Another rate")),
        ],
    )
    rate = forms.CharField(
        label=gettext_lazy("Rate"), max_length=40, required=False, help_text=gettext_lazy("With its unit.")
    )
    note = forms.CharField(label=gettext_lazy("Remark"), max_length=500, required=False)


class VitalsForm(forms.Form):
    """The vital signs of the master record; what was not measured stays empty."""

    taken_at = instant_field(gettext_lazy("Taken at"), required=False, help_text=gettext_lazy("Empty: now."))

    def __init__(self, *args: Any, asked: Sequence[Recordable], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = [field.key for field in asked]
        for field in asked:
            self.fields[field.key] = control_of(field)
            self.fields[field.key].required = False
        self.order_fields([*self.asked, "taken_at"])

    @property
    def signs(self) -> dict[str, str]:
        """What was measured."""
        return {key: str(self.cleaned_data[key]).strip() for key in self.asked if self.cleaned_data[key]}


class EndForm(forms.Form):
    """When the infusion ended, and what the master record asks about it."""

    ended_at = instant_field(gettext_lazy("Ended at"))

    def __init__(self, *args: Any, asked: Sequence[Recordable], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = [field.key for field in asked]
        for field in asked:
            self.fields[field.key] = control_of(field)

    @property
    def answers(self) -> dict[str, str]:
        """What was answered."""
        return {key: str(self.cleaned_data[key]).strip() for key in self.asked if self.cleaned_data[key]}
