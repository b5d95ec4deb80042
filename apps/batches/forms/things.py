"""Vessels are opened and labelled; an instrument lay outside its range."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.batches.forms.words import area
from apps.batches.models import Vessel
from apps.core.ui.acts import instant_field, offer
from apps.core.ui.wording import bilingual
from apps.products.definition.preparation import MonitoredCondition
from apps.products.forms import NOTHING, unit_words


class OpenVesselsForm(forms.Form):
    """How many vessels are opened, and what they are made from."""

    kind = forms.CharField(max_length=40, widget=forms.HiddenInput)
    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=500)
    made_from = forms.MultipleChoiceField(
        label=_("Made from"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("Vessels of this batch.")
    )

    def __init__(self, *args: Any, groups: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        offer(self, "made_from", groups)
        if not groups:
            del self.fields["made_from"]


class LabelsForm(forms.Form):
    """Which vessels get their label once more, and why."""

    vessels = forms.MultipleChoiceField(label=_("Vessels"), widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(label=_("Why once more"), max_length=500, widget=area(2))

    def __init__(self, *args: Any, vessels: Iterable[Vessel], **more: Any) -> None:
        super().__init__(*args, **more)
        self.by_number = {vessel.number: vessel for vessel in vessels}
        offer(self, "vessels", [(number, number) for number in self.by_number])

    def clean_vessels(self) -> list[Vessel]:
        """The vessels that were ticked."""
        return [self.by_number[number] for number in self.cleaned_data["vessels"]]


class ExcursionForm(forms.Form):
    """A condition of an instrument that lay outside its range."""

    condition = forms.CharField(label=_("What was outside"), max_length=40)
    worst = forms.CharField(label=_("Worst value"), max_length=40)
    unit = forms.CharField(label=_("Unit"), required=False, max_length=20)
    began_at = instant_field(_("Began at"))
    ended_at = instant_field(_("Ended at"))
    note = forms.CharField(label=_("Note"), required=False, max_length=500)

    def __init__(self, *args: Any, conditions: Sequence[MonitoredCondition], **more: Any) -> None:
        super().__init__(*args, **more)
        self.units = {one.key: one.unit for one in conditions}
        if conditions:
            choices = [NOTHING, *((one.key, f"{bilingual(one.label)}, {unit_words(one.unit)}") for one in conditions)]
            self.fields["condition"] = forms.ChoiceField(label=_("What was outside"), choices=choices)
            del self.fields["unit"]
            self.order_fields(["condition", "worst"])

    def clean(self) -> dict[str, Any]:
        """The unit is that of the master record, where it watches this condition."""
        said = super().clean() or {}
        return {**said, "unit": self.units.get(said.get("condition", ""), said.get("unit", ""))}
