"""What is said about recipients and treatment orders."""

from collections.abc import Collection, Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy

from apps.core.ui.acts import OneOf, instant_field, offer
from apps.core.ui.wording import bilingual
from apps.dosing.facts import OrderInput
from apps.dosing.selectors import there
from apps.identity.models import Donor
from apps.organisation.models import Site
from apps.products.definition import Definition
from apps.products.definition.parameters import Recordable
from apps.products.forms import answer_field, unit_of
from apps.transport.selectors import receivers_of
from apps.units.models import Unit


class RecipientForm(forms.Form):
    """A patient under a pseudonym; who it is stands apart."""

    site = OneOf(label=gettext_lazy("Site"), queryset=Site.objects.none(), to_field_name="code", empty_label=None)
    number = forms.RegexField(
        r"^[A-Za-z0-9-]{1,40}$",
        label=gettext_lazy("Recipient code"),
        help_text=gettext_lazy("The only name that orders, units and documents will know."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    born = forms.DateField(label=gettext_lazy("Born"), widget=forms.DateInput(attrs={"type": "date"}))
    identifier = forms.CharField(label=gettext_lazy("Hospital number"), max_length=80)
    donor = OneOf(
        label=gettext_lazy("Made from the donation of"),
        queryset=Donor.objects.none(),
        to_field_name="number",
        required=False,
        help_text=gettext_lazy(
            "Only where the product is made for this patient: the patient’s own donor code, or the relative’s."
        ),
    )

    def __init__(self, *args: Any, sites: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        founded = Site.objects.filter(code__in=sites).order_by("code")
        cast(OneOf, self.fields["site"]).queryset = founded
        donors = Donor.objects.filter(site__code__in=sites).order_by("number")
        cast(OneOf, self.fields["donor"]).queryset = donors


class OrderForm(forms.Form):
    """One dose for one patient: the arm, and every field the master record asks for."""

    arm = forms.ChoiceField(label=gettext_lazy("Arm"), widget=forms.RadioSelect)
    indication = forms.ChoiceField(label=gettext_lazy("Indication"))
    planned_start = instant_field(gettext_lazy("Infusion planned from"))
    planned_end = instant_field(gettext_lazy("Infusion planned until"))
    ward = forms.CharField(
        label=gettext_lazy("Ward"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Where the units are received. What arrives elsewhere goes into quarantine."),
    )

    def __init__(self, *args: Any, definition: Definition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dosing = definition.dosing
        offer(self, "arm", [(arm.key, bilingual(arm.label)) for arm in dosing.arms])
        offer(self, "indication", [(one.en, bilingual(one)) for one in definition.authorisation.indications])
        self.asked = [field.key for field in dosing.order]
        for field in dosing.order:
            self.fields[field.key] = control_of(field)
        if any(arm.dose_to for arm in dosing.arms):
            self.fields["amount"] = forms.CharField(
                label=gettext_lazy("Amount"),
                required=False,
                max_length=20,
                help_text=gettext_lazy("Empty: the least of the arm."),
            )
        if any(arm.after_conditioning for arm in dosing.arms):
            self.fields["conditioned_at"] = instant_field(
                gettext_lazy("Last dose of the conditioning at"), required=False
            )
        if dosing.weight_valid_for_intensive:
            self.fields["intensive"] = forms.BooleanField(
                label=gettext_lazy("The patient lies in intensive care"),
                required=False,
                help_text=gettext_lazy("There a weight holds for hours, not for days."),
            )
        self.fields["exclusions"] = forms.MultipleChoiceField(
            label=gettext_lazy("Contraindications that apply"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=[(one.key, bilingual(one.label)) for one in dosing.exclusions],
        )

    @property
    def said(self) -> OrderInput:
        """What was entered, as the service takes it."""
        found = self.cleaned_data
        return OrderInput(
            found["arm"],
            found["indication"],
            found["planned_start"],
            found["planned_end"],
            {key: str(found[key] or "").strip() for key in self.asked if found[key]},
            tuple(found["exclusions"]),
            found.get("amount", ""),
            found.get("conditioned_at"),
            bool(found.get("intensive")),
            found["ward"],
        )


class WhyForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class ReserveForm(forms.Form):
    """The units to keep; none ticked: those that expire first."""

    units = forms.MultipleChoiceField(
        label=gettext_lazy("Only these units"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: those that expire first."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why others than those that expire first"), required=False, max_length=500
    )

    def __init__(self, *args: Any, units: Iterable[Unit], first: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_number = {unit.number: unit for unit in units}
        places = receivers_of(there(self.by_number.values()))
        marked = [
            (number, " · ".join(filter(None, [f"{number} ✓" if number in first else number, places.get(unit.pk, "")])))
            for number, unit in self.by_number.items()
        ]
        offer(self, "units", marked)

    def clean_units(self) -> list[Unit]:
        """The units that were ticked."""
        return [self.by_number[number] for number in self.cleaned_data["units"]]


def control_of(field: Recordable) -> forms.Field:
    """What an answer of the master record is entered with."""
    return answer_field(field, required=field.required, longest=500, help_text=unit_of(field))
