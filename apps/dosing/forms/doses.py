"""What is said when units are thawed and the dose is worked out."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from apps.core.ui.acts import instant_field, scanned
from apps.dosing.facts import DoseInput
from apps.dosing.forms.orders import control_of
from apps.dosing.rules import burdens
from apps.dosing.selectors import asked_after_thawing
from apps.identity.forms import chain_field
from apps.products.definition import Definition

CELLS = "{cells}"


class ThawForm(forms.Form):
    """Which unit, and when its last ice was gone."""

    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=120, widget=scanned("unit"))
    thawed_at = instant_field(gettext_lazy("Last ice gone at"), required=False, help_text=gettext_lazy("Empty: now."))

    def __init__(self, *args: Any, chained: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if chained:
            self.fields["chain"] = chain_field()
            self.order_fields(["unit", "chain"])


class PrepareForm(forms.Form):
    """The count, what the caps need to know, and every reading the master record asks for."""

    counted = forms.CharField(
        label=gettext_lazy("Cells counted per mL"),
        max_length=20,
        help_text=gettext_lazy("As counted, such as 4.0e6. Viable cells only where no viability is asked."),
    )
    endotoxin = forms.CharField(
        label=gettext_lazy("Endotoxin per mL, in EU"),
        max_length=20,
        help_text=gettext_lazy("From the certificate of analysis, such as <0.05."),
    )
    dmso = forms.CharField(label=gettext_lazy("DMSO, in per cent"), max_length=20)

    def __init__(self, *args: Any, definition: Definition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = asked_after_thawing(definition)
        self.asked = [field.key for field in asked]
        for field in asked:
            self.fields[field.key] = control_of(field)
        if not any(arm.amount_unit == CELLS for arm in definition.dosing.arms):
            del self.fields["counted"]
        known = {cap.key for cap in definition.dosing.caps}
        for name, key in (("endotoxin", burdens.ENDOTOXIN), ("dmso", burdens.DMSO)):
            if key not in known:
                del self.fields[name]

    @property
    def said(self) -> DoseInput:
        """What was entered, as the service takes it."""
        found = self.cleaned_data
        given = {name: found.get(name, "") for name in ("counted", "endotoxin", "dmso")}
        return DoseInput(answers={key: str(found[key]).strip() for key in self.asked if found[key]}, **given)
