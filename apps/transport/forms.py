"""What is said about a shipment before the panel of signing, and about the file of its logger."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.batches.models import Batch
from apps.batches.selectors.batches import chain_of_batch
from apps.core.ui.acts import instant_field, offer, scanned
from apps.core.ui.wording import bilingual
from apps.facility.facts import DateOrder
from apps.identity.forms import chain_field
from apps.products.definition.storage import TransportMode
from apps.products.forms import reading_field
from apps.products.loader import units as unit_table
from apps.products.rules.limits import limit_text
from apps.transport.facts import Asked, DecimalSign, Declared, Handed, LoggerFormat, Packed, Received
from apps.transport.models import Shipment
from apps.transport.selectors import mode_of, stage_of, typed_parameters, units_in, units_to_ship
from apps.units.models import Unit
from apps.units.rules import number_of_code

BECAUSE = gettext_lazy("Already done against a rule: why it is recorded")
MOST = Decimal(100_000)
FORMAT_WORDS = {
    LoggerFormat.QTAG: "Berlinger Q-tag",
    LoggerFormat.FRIDGE_TAG: "Berlinger Fridge-tag",
    LoggerFormat.HOBO: "Onset HOBO",
    LoggerFormat.IBUTTON: "iButton",
    LoggerFormat.TABLE: gettext_lazy("A table"),
}
DATE_ORDER_WORDS = {
    DateOrder.DMY: gettext_lazy("Day, month, year"),
    DateOrder.MDY: gettext_lazy("Month, day, year"),
    DateOrder.YMD: gettext_lazy("Year, month, day"),
}


def because_field() -> forms.CharField:
    """Why it is recorded although a rule stands against it."""
    help_text = gettext_lazy("Only for what already happened. It opens a critical event.")
    return forms.CharField(label=BECAUSE, required=False, max_length=1000, help_text=help_text)


class WayForm(forms.Form):
    """To whom it goes, how, when, and for how long at most."""

    mode = forms.ChoiceField(label=gettext_lazy("Way of transport"), widget=forms.RadioSelect)
    receiver = forms.CharField(label=gettext_lazy("Receiver"), max_length=200)
    contact = forms.CharField(label=gettext_lazy("Telephone day and night"), max_length=200)
    departs_at = instant_field(gettext_lazy("Planned departure"))
    hours = forms.DecimalField(label=gettext_lazy("Planned hours, at most"), max_digits=6, decimal_places=2)
    note = forms.CharField(label=gettext_lazy("Remark"), required=False, max_length=1000)

    def __init__(self, *args: Any, modes: Iterable[TransportMode], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "mode", [(one.key, bilingual(one.label)) for one in modes])


class RequestForm(WayForm):
    """Which units go to whom."""

    units = forms.MultipleChoiceField(label=gettext_lazy("Units"), widget=forms.CheckboxSelectMultiple)
    field_order = ("units",)

    def __init__(self, *args: Any, batch: Batch, **kwargs: Any) -> None:
        super().__init__(*args, modes=stage_of(batch).modes, **kwargs)
        self.there = {unit.number: unit for unit in units_to_ship(batch)}
        offer(self, "units", [(number, number) for number in self.there])

    @property
    def said(self) -> tuple[list[Unit], Asked]:
        """The units themselves, and what is asked."""
        words = dict(self.cleaned_data)
        return [self.there[number] for number in words.pop("units")], Asked(**words)


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
        stage = stage_of(shipment.batch)
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


class CodeForm(forms.Form):
    """For whom a one-time code is made."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    organisation = forms.CharField(label=gettext_lazy("Of which organisation"), required=False, max_length=120)


class AcknowledgeForm(forms.Form):
    """The code that a person without an account types."""

    code = forms.CharField(
        label=gettext_lazy("One-time code"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class WhyForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class AcceptForm(forms.Form):
    """An ordinary acceptance needs no reason."""

    reason = forms.CharField(
        label=gettext_lazy("Why"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReturnForm(WhyForm):
    """When it came back, and under which seal."""

    returned_at = instant_field(gettext_lazy("Came back at"))
    seal = forms.CharField(label=gettext_lazy("Seal number, as read"), max_length=60, widget=scanned("seal"))
    field_order = ("returned_at", "seal", "reason")


class LoggerForm(forms.Form):
    """The file of the logger, and what it does not say itself."""

    file = forms.FileField(label=gettext_lazy("File"), allow_empty_file=True)
    format = forms.ChoiceField(label=gettext_lazy("Format"), required=False)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), required=False, choices=[("", "–"), ("Cel", "°C")])
    zone = forms.CharField(
        label=gettext_lazy("Time zone of its clock"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("As UTC+08:00 or Asia/Shanghai; only where the file does not say it."),
    )
    date_order = forms.ChoiceField(label=gettext_lazy("Order of year, month and day"), required=False)
    decimal_sign = forms.ChoiceField(label=gettext_lazy("Decimal sign"), required=False)
    separator = forms.ChoiceField(
        label=gettext_lazy("Columns are separated by"),
        required=False,
        choices=[("", "–"), (",", ","), (";", ";"), ("\t", gettext_lazy("Tab")), ("|", "|")],
    )
    time_column = forms.CharField(label=gettext_lazy("Column of date and time"), required=False, max_length=80)
    value_column = forms.CharField(label=gettext_lazy("Column of temperature"), required=False, max_length=80)
    serial = forms.CharField(label=gettext_lazy("Serial number of the logger"), required=False, max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {
            "format": [
                ("", _("The file says it itself")),
                *((one.value, FORMAT_WORDS[one]) for one in LoggerFormat),
            ],
            "date_order": [("", "–"), *((one.value, DATE_ORDER_WORDS[one]) for one in DateOrder)],
            "decimal_sign": [
                ("", "–"),
                (DecimalSign.POINT.value, _("point")),
                (DecimalSign.COMMA.value, _("comma")),
            ],
        }
        for name, offered in words.items():
            offer(self, name, offered)

    @property
    def declared(self) -> Declared:
        """What the person says about the file."""
        return Declared(**{name: value for name, value in self.cleaned_data.items() if name != "file"})


class ReceiveForm(ScannedUnits):
    """What arrived, when, under which seal, and every question that the master record asks."""

    arrived_at = instant_field(gettext_lazy("Arrived at"))
    checked_at = instant_field(gettext_lazy("Check ended at"))
    seal = forms.CharField(label=gettext_lazy("Seal number, as read"), max_length=60, widget=scanned("seal"))

    def __init__(self, *args: Any, shipment: Shipment, **kwargs: Any) -> None:
        super().__init__(*args, shipment=shipment, **kwargs)
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
        return Received(texts=texts, **self.scans, **words)


def mode_words(shipment: Shipment) -> str:
    """The way of transport with its range."""
    mode = mode_of(shipment)
    limit = limit_text(mode.temperature.limit) if mode.temperature.limit else ""
    unit = unit_table().display(getattr(mode.temperature, "unit", ""))
    return f"{bilingual(mode.label)}: {limit} {unit}".strip()


def _ask_for_chain(form: forms.Form, shipment: Shipment) -> None:
    """Only what is for one patient has a chain of identity."""
    if chain_of_batch(shipment.batch):
        form.fields["chain"] = chain_field()
