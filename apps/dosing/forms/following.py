"""What is said after the dose: a reaction, an outcome."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from apps.core.ui.acts import instant_field
from apps.dosing.forms.orders import control_of
from apps.dosing.rules.following import HIGHEST, LOWEST
from apps.products.definition.parameters import Recordable


class ReactionForm(forms.Form):
    """How grave, what was seen, when."""

    grade = forms.TypedChoiceField(
        label=gettext_lazy("Grade"),
        coerce=int,
        widget=forms.RadioSelect,
        choices=[(n, str(n)) for n in range(LOWEST, HIGHEST + 1)],
    )
    what = forms.CharField(
        label=gettext_lazy("What was seen"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    occurred_at = instant_field(gettext_lazy("Seen at"), required=False, help_text=gettext_lazy("Empty: now."))


class OutcomeForm(forms.Form):
    """What was found on a day; a reason where something stands there."""

    measured_at = instant_field(gettext_lazy("Measured at"), required=False, help_text=gettext_lazy("Empty: now."))
    reason = forms.CharField(label=gettext_lazy("Why what stands there is replaced"), max_length=500, required=False)

    def __init__(self, *args: Any, parameter: Recordable, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"] = control_of(parameter)
        self.order_fields(["text", "measured_at", "reason"])
