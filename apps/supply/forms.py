"""What is said when units go to a named patient without certification."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from apps.batches.models import Batch
from apps.core.ui.acts import OneOf, offer
from apps.supply.facts import Agreed, Route
from apps.supply.lifecycle import WAYS
from apps.units.models import Unit


class AgreeForm(forms.Form):
    """The batch, the way, and how the patient was informed."""

    batch = OneOf(label=gettext_lazy("Batch"), queryset=Batch.objects.none(), to_field_name="number", empty_label=None)
    route = forms.ChoiceField(
        label=gettext_lazy("Way"),
        choices=[(one.value, gettext_lazy(words)) for one, words in WAYS.items()],
        widget=forms.RadioSelect,
    )
    informed = forms.CharField(
        label=gettext_lazy("How the patient was informed"),
        max_length=1000,
        help_text=gettext_lazy("By whom, when, and what is outstanding or out of specification."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    need = forms.CharField(
        label=gettext_lazy("Why it is needed"),
        max_length=1000,
        required=False,
        help_text=gettext_lazy("For an exceptional supply and for urgent use."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    risk = forms.CharField(
        label=gettext_lazy("Risk"),
        max_length=1000,
        required=False,
        help_text=gettext_lazy("For an exceptional supply and for urgent use."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, batches: QuerySet[Batch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(OneOf, self.fields["batch"]).queryset = batches

    @property
    def said(self) -> Agreed:
        """What was said."""
        told = {name: self.cleaned_data[name] for name in ("informed", "need", "risk")}
        return Agreed(Route(self.cleaned_data["route"]), **told)

    @property
    def carried(self) -> dict[str, str]:
        """The same, as the panel of signing carries it along."""
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


class UnitsForm(forms.Form):
    """The units that go to the patient."""

    units = forms.MultipleChoiceField(label=gettext_lazy("Units"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, units: Iterable[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "units", [(unit.number, unit.number) for unit in units])


class WhyForm(forms.Form):
    """Why it is taken back."""

    reason = forms.CharField(label=gettext_lazy("Why"), min_length=3, max_length=500, widget=forms.Textarea)
