"""What is said about a disposal before the panel of signing."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from apps.batches.models import Batch
from apps.core.ui.acts import instant_field, offer
from apps.core.ui.wording import bilingual
from apps.disposal.selectors import stage_of, units_to_choose
from apps.products.definition import FileParameter
from apps.products.definition.disposal import Treatment
from apps.products.facts import ParameterKind
from apps.products.forms import reading_field
from apps.units.models import Unit


class RequestForm(forms.Form):
    """Which units are destroyed, why and how."""

    units = forms.MultipleChoiceField(label=gettext_lazy("Units"), widget=forms.CheckboxSelectMultiple)
    reason = forms.ChoiceField(label=gettext_lazy("Reason"))
    treatment = forms.ChoiceField(label=gettext_lazy("Treatment"), widget=forms.RadioSelect)
    note = forms.CharField(label=gettext_lazy("Remark"), required=False, max_length=1000)

    def __init__(self, *args: Any, batch: Batch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stage = stage_of(batch)
        self.there = {unit.number: unit for unit in units_to_choose(batch)}
        choices = {
            "units": [(number, number) for number in self.there],
            "reason": [(one.key, bilingual(one.label)) for one in stage.reasons],
            "treatment": [(one.key, f"{bilingual(one.label)} ({bilingual(one.for_what)})") for one in stage.treatments],
        }
        for name, offered in choices.items():
            offer(self, name, offered)

    def clean_units(self) -> list[Unit]:
        """The units themselves."""
        return [self.there[number] for number in self.cleaned_data["units"]]


class ApproveForm(forms.Form):
    """What the approver looked at."""

    consent_checked = forms.BooleanField(label=gettext_lazy("I looked at what the donor agreed to"), required=False)


class RefuseForm(forms.Form):
    """Why units are not destroyed."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class ProofForm(forms.Form):
    """A file that proves the treatment."""

    parameter = forms.ChoiceField(label=gettext_lazy("What it shows"))
    file = forms.FileField(label=gettext_lazy("File"), allow_empty_file=True)

    def __init__(self, *args: Any, treatment: Treatment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = [one for one in treatment.parameters if isinstance(one, FileParameter)]
        offered = [(one.key, f"{bilingual(one.label)} ({', '.join(one.accepts)})") for one in wanted]
        offer(self, "parameter", offered)


class DestroyForm(forms.Form):
    """When it was done, under which waste number, with the readings that the treatment asks for."""

    treated_at = instant_field(gettext_lazy("Destroyed at"))
    waste_number = forms.CharField(label=gettext_lazy("Waste number"), max_length=60)
    because = forms.CharField(
        label=gettext_lazy("Already done against a rule: why it is recorded"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("Only for what was done without approval or proof. It opens a critical event."),
    )

    def __init__(self, *args: Any, treatment: Treatment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed = [one for one in treatment.parameters if one.kind is not ParameterKind.FILE]
        self.keys = {f"reading_{one.key}": one.key for one in typed}
        for one in typed:
            self.fields[f"reading_{one.key}"] = reading_field(one)
        self.order_fields(["treated_at", "waste_number", *self.keys, "because"])

    @property
    def texts(self) -> dict[str, str]:
        """The readings as they were typed."""
        return {key: str(self.cleaned_data[name]) for name, key in self.keys.items() if self.cleaned_data[name]}
