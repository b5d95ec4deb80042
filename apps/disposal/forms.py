"""What is said about a disposal before the panel of signing."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from apps.batches.models import Batch
from apps.core.ui.acts import instant_field, offer, scanned
from apps.core.ui.wording import bilingual
from apps.disposal.facts import GivenAway
from apps.disposal.selectors import stage_of, units_to_choose
from apps.products.definition import FileParameter
from apps.products.definition.disposal import Treatment
from apps.products.facts import ParameterKind
from apps.products.forms import reading_field
from apps.units.forms import WithOthers


class RequestForm(WithOthers):
    """Which units are destroyed, why and how."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"))
    treatment = forms.ChoiceField(label=gettext_lazy("Treatment"), widget=forms.RadioSelect)
    note = forms.CharField(label=gettext_lazy("Remark"), required=False, max_length=1000)

    def __init__(self, *args: Any, batch: Batch, **kwargs: Any) -> None:
        super().__init__(*args, site=batch.site.code, there=units_to_choose(batch), **kwargs)
        stage = stage_of(batch)
        offer(self, "reason", [(one.key, bilingual(one.label)) for one in stage.reasons])
        ways = [(one.key, f"{bilingual(one.label)} ({bilingual(one.for_what)})") for one in stage.treatments]
        offer(self, "treatment", ways)

    @property
    def said(self) -> dict[str, Any]:
        """The units themselves, why and how."""
        units, words = self.chosen
        return {**words, "units": units}


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


class GiveForm(forms.Form):
    """To which carrier the waste goes, under the number on its container."""

    waste_number = forms.CharField(label=gettext_lazy("Waste number, scanned"), max_length=60, widget=scanned("waste"))
    given_at = instant_field(gettext_lazy("Handed over at"))
    carrier = forms.CharField(label=gettext_lazy("Carrier"), max_length=120)
    taker = forms.CharField(label=gettext_lazy("Who takes it over"), max_length=120)
    paper = forms.CharField(label=gettext_lazy("Number of the carrier’s paper"), required=False, max_length=60)
    because = forms.CharField(
        label=gettext_lazy("Already done against a rule: why it is recorded"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("Only for what left before its destruction was witnessed. It opens a critical event."),
    )

    @property
    def said(self) -> GivenAway:
        """What the giver says."""
        words = dict(self.cleaned_data)
        return GivenAway(at=words.pop("given_at"), **words)


class TakeForm(forms.Form):
    """The waste number as the taker reads it."""

    waste_number = forms.CharField(label=gettext_lazy("Waste number, scanned"), max_length=60, widget=scanned("waste"))


class AcknowledgeForm(TakeForm):
    """The waste number, and the code that a person without an account types."""

    code = forms.CharField(
        label=gettext_lazy("One-time code"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
