"""What is said after the dose: a reaction, an outcome."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from apps.core.ui.acts import instant_field, offer
from apps.core.ui.wording import bilingual
from apps.dosing.forms.orders import control_of
from apps.dosing.rules.following import HIGHEST, LOWEST
from apps.products.definition.dosing import SafetyWatch
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


class SafetyForm(forms.Form):
    """What of all that is looked for was seen; none ticked: nothing of it."""

    seen = forms.MultipleChoiceField(
        label=gettext_lazy("Seen since the infusion"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: looked for, and nothing of it was seen."),
    )
    note = forms.CharField(label=gettext_lazy("Remark"), required=False, max_length=1000)
    observed_at = instant_field(gettext_lazy("Looked at"), required=False, help_text=gettext_lazy("Empty: now."))

    def __init__(self, *args: Any, window: SafetyWatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "seen", [(one.key, bilingual(one.label)) for one in window.events])
