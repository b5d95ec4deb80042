"""What is said about a shipment before the panel of signing."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.batches.selectors.batches import chain_of_batch
from apps.core.ui.acts import instant_field, scanned
from apps.core.ui.wording import bilingual
from apps.identity.forms import chain_field
from apps.products.forms import reading_field
from apps.transport.facts import Handed, Packed, Received, ShipmentState, Taken
from apps.transport.models import Shipment
from apps.transport.selectors import stage_for, typed_parameters, units_in
from apps.units.rules import number_of_code

BECAUSE = gettext_lazy("Already done against a rule: why it is recorded")


def because_field() -> forms.CharField:
    """Why it is recorded although a rule stands against it."""
    help_text = gettext_lazy("Only for what already happened. It opens a critical event.")
    return forms.CharField(label=BECAUSE, required=False, max_length=1000, help_text=help_text)


class ScannedUnits(forms.Form):
    """One control for each unit of the shipment: its label is scanned, or its number typed."""

    def __init__(self, *args: Any, shipment: Shipment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {f"unit_{n}": unit.number for n, unit in enumerate(units_in(shipment), 1)}
        for name, number in self.places.items():
            control = scanned("unit")
            control.attrs["data-scan-pattern"] = rf"{number}(\(92\).*)?$"
            label = _("Unit %(number)s, scanned") % {"number": number}
            self.fields[name] = forms.CharField(label=label, required=False, max_length=120, widget=control)
        _ask_for_chain(self, shipment)

    @property
    def scans(self) -> dict[str, Any]:
        """The numbers that were scanned, the scans themselves, and the chain of identity beside them."""
        texts = tuple(text for name in self.places if (text := self.cleaned_data[name].strip()))
        numbers = tuple(number_of_code(text) for text in texts)
        return {"units": numbers, "labels": texts, "chain": self.cleaned_data.get("chain", "")}


class PackForm(ScannedUnits):
    """What is packed, in what, with which logger, under which seal, with which papers."""

    packed_at = instant_field(gettext_lazy("Packed at"))
    shipper = forms.CharField(label=gettext_lazy("Shipper"), max_length=60, widget=scanned("equipment"))
    hold_hours = forms.DecimalField(
        label=gettext_lazy("Hold time left, hours"), required=False, max_digits=8, decimal_places=2, min_value=0
    )
    logger = forms.CharField(label=gettext_lazy("Logger"), max_length=60, widget=scanned("equipment"))
    seal = forms.CharField(label=gettext_lazy("Seal number"), max_length=60, widget=scanned("seal"))

    def __init__(self, *args: Any, shipment: Shipment, **kwargs: Any) -> None:
        super().__init__(*args, shipment=shipment, **kwargs)
        stage = stage_for(shipment)
        self.layers = {f"layer_{one.key}": one.key for one in stage.packing}
        self.documents = {f"document_{one.key}": one.key for one in stage.documents}
        words = {f"layer_{one.key}": one.label for one in stage.packing}
        words |= {f"document_{one.key}": one.label for one in stage.documents}
        for name, label in words.items():
            self.fields[name] = forms.BooleanField(label=bilingual(label), required=False)
        self.fields["because"] = because_field()

    @property
    def said(self) -> Packed:
        """What the packer says."""
        words = {name: self.cleaned_data[name] for name in ("shipper", "hold_hours", "logger", "seal", "because")}
        ticked = [
            tuple(key for name, key in group.items() if self.cleaned_data[name])
            for group in (self.layers, self.documents)
        ]
        return Packed(at=self.cleaned_data["packed_at"], layers=ticked[0], documents=ticked[1], **self.scans, **words)


class HandOverForm(forms.Form):
    """To whom it goes, under which seal, at which temperature."""

    given_at = instant_field(gettext_lazy("Handed over at"))
    taker = forms.CharField(label=gettext_lazy("Who takes it over"), max_length=120)
    organisation = forms.CharField(label=gettext_lazy("Of which organisation"), required=False, max_length=120)
    seal = forms.CharField(label=gettext_lazy("Seal number, as read"), max_length=60, widget=scanned("seal"))
    temperature = forms.CharField(label=gettext_lazy("Temperature shown by the logger, °C"), max_length=20)
    because = because_field()

    def __init__(self, *args: Any, shipment: Shipment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_chain(self, shipment)
        self.order_fields([name for name in self.fields if name != "because"])

    @property
    def said(self) -> Handed:
        """What the giver says."""
        words = dict(self.cleaned_data)
        return Handed(at=words.pop("given_at"), **words)


class TakeForm(forms.Form):
    """The seal as the taker reads it."""

    seal = forms.CharField(label=gettext_lazy("Seal number, as read"), max_length=60, widget=scanned("seal"))
    because = because_field()

    def __init__(self, *args: Any, shipment: Shipment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_chain(self, shipment)
        self.order_fields([name for name in self.fields if name != "because"])

    @property
    def said(self) -> Taken:
        """What the taker says."""
        words = self.cleaned_data
        return Taken(words["seal"], words.get("chain", ""), words["because"])


class CodeForm(forms.Form):
    """For whom a one-time code is made."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    organisation = forms.CharField(label=gettext_lazy("Of which organisation"), required=False, max_length=120)


class AcknowledgeForm(TakeForm):
    """The seal, and the code that a person without an account types."""

    code = forms.CharField(
        label=gettext_lazy("One-time code"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class WhyForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class AcceptForm(forms.Form):
    """Where each unit is put, and which ones quality assurance keeps from use; an ordinary acceptance needs no
    reason."""

    reason = forms.CharField(
        label=gettext_lazy("Why"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, shipment: Shipment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {f"place_{n}": unit.number for n, unit in enumerate(units_in(shipment), 1)}
        for name, number in self.units.items():
            label = _("Position of %(number)s, scanned") % {"number": number}
            self.fields[name] = forms.CharField(
                label=label,
                required=False,
                max_length=120,
                widget=scanned("position"),
                help_text=_("Of a store of the receiving site. Empty: it is put away later."),
            )
        self.doubted = {f"refused_{n}": unit for n, unit in enumerate(self.units.values(), 1)}
        if shipment.state != ShipmentState.QUARANTINED or len(self.units) == 1:
            self.doubted = {}
        for name, number in self.doubted.items():
            label = _("%(number)s is not accepted") % {"number": number}
            self.fields[name] = forms.BooleanField(
                label=label, required=False, help_text=_("It stays on hold until it is destroyed.")
            )
        self.order_fields([*self.units, *self.doubted, "reason"])

    @property
    def places(self) -> dict[str, str]:
        """The positions that were scanned, by the number of the unit."""
        return {number: text for name, number in self.units.items() if (text := self.cleaned_data[name].strip())}

    @property
    def refused(self) -> tuple[str, ...]:
        """The units that are not accepted."""
        return tuple(number for name, number in self.doubted.items() if self.cleaned_data[name])


class ReturnForm(WhyForm):
    """When it came back, and under which seal."""

    returned_at = instant_field(gettext_lazy("Came back at"))
    seal = forms.CharField(label=gettext_lazy("Seal number, as read"), max_length=60, widget=scanned("seal"))
    field_order = ("returned_at", "seal", "reason")


class ReceiveForm(ScannedUnits):
    """What arrived, when, under which seal, and every question that the master record asks."""

    arrived_at = instant_field(gettext_lazy("Arrived at"))
    checked_at = instant_field(gettext_lazy("Check ended at"))
    seal = forms.CharField(label=gettext_lazy("Seal number, as read"), max_length=60, widget=scanned("seal"))

    def __init__(self, *args: Any, shipment: Shipment, **kwargs: Any) -> None:
        super().__init__(*args, shipment=shipment, **kwargs)
        if shipment.ward:
            label = _("Ward where it is received, scanned: %(ward)s") % {"ward": shipment.ward}
            self.fields["ward"] = forms.CharField(label=label, max_length=120, widget=scanned("ward"))
        asked = typed_parameters(shipment)
        self.keys = {f"answer_{one.key}": one.key for one in asked}
        for one in asked:
            self.fields[f"answer_{one.key}"] = reading_field(one)
        self.fields["because"] = because_field()

    @property
    def said(self) -> Received:
        """What the first person says."""
        words = {name: self.cleaned_data[name] for name in ("arrived_at", "checked_at", "seal", "because")}
        texts = {key: str(self.cleaned_data[name]) for name, key in self.keys.items() if self.cleaned_data[name]}
        return Received(texts=texts, ward=self.cleaned_data.get("ward", ""), **self.scans, **words)


def _ask_for_chain(form: forms.Form, shipment: Shipment) -> None:
    """Only what is for one patient has a chain of identity."""
    if chain_of_batch(shipment.batch):
        form.fields["chain"] = chain_field()
