"""What is entered about containers, labels and units."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from apps.batches.models import Batch
from apps.core.ui.acts import instant_field, offer, scanned
from apps.core.ui.wording import bilingual
from apps.materials.models import MaterialLot
from apps.materials.selectors import lot_named
from apps.products.definition import Definition
from apps.units.content import amount
from apps.units.facts import LabelFate
from apps.units.models import Label, Unit
from apps.units.rules import number_of_code
from apps.units.selectors import units_named


class ContainersForm(forms.Form):
    """Empty containers of one lot, handed to a batch."""

    lot = forms.CharField(label=gettext_lazy("Lot of the containers"), max_length=60, widget=scanned("lot"))
    count = forms.IntegerField(label=gettext_lazy("How many"), min_value=1, max_value=100_000)

    def __init__(self, *args: Any, batch: Batch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch = batch

    def clean_lot(self) -> MaterialLot:
        """The lot with this number at the site of the batch."""
        found = lot_named(self.cleaned_data["lot"].strip(), self.batch.site.code)
        if found is None:
            raise forms.ValidationError(_("No lot at this site has this number."))
        return found


class ContainersLeftForm(forms.Form):
    """Containers that became no unit."""

    FATES = (("returned", gettext_lazy("Returned unused")), ("lost", gettext_lazy("Broken or rejected")))

    count = forms.IntegerField(label=gettext_lazy("How many"), min_value=1, max_value=100_000)
    fate = forms.ChoiceField(label=gettext_lazy("What became of them"), choices=FATES, widget=forms.RadioSelect)
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=500)


class PrintForm(forms.Form):
    """A printing of labels."""

    specimens = forms.IntegerField(
        label=gettext_lazy("Specimens for the record"),
        min_value=0,
        max_value=1000,
        help_text=gettext_lazy("0 is none."),
    )
    units = forms.CharField(
        label=gettext_lazy("Only for these units"),
        required=False,
        max_length=4000,
        help_text=gettext_lazy("Numbers with spaces between them. Empty: every planned unit that has no label."),
    )
    reason = forms.CharField(label=gettext_lazy("Why once more"), required=False, max_length=500)
    dated_from = instant_field(
        gettext_lazy("Expiry counted from"),
        required=False,
        help_text=gettext_lazy("Empty: from now on. A label may promise less than its unit gives, never more."),
    )

    def clean_units(self) -> list[str]:
        """The numbers, one by one."""
        return self.cleaned_data["units"].replace(",", " ").replace("、", " ").split()


class FillForm(forms.Form):
    """One fill: when, how many of each division, what each holds."""

    filled_at = instant_field(gettext_lazy("Filled at"))
    volume = forms.CharField(label=gettext_lazy("Volume of each"), required=False, max_length=20)
    viable_cells = forms.CharField(label=gettext_lazy("Viable cells in each"), required=False, max_length=20)

    def __init__(self, *args: Any, definition: Definition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys = {f"count_{division.key}": division.key for division in definition.units.divisions}
        for division in definition.units.divisions:
            planned = _("The master plans %(planned)s, at least %(least)s.")
            self.fields[f"count_{division.key}"] = forms.IntegerField(
                label=bilingual(division.label),
                min_value=0,
                max_value=10_000,
                help_text=planned % {"planned": division.planned, "least": division.at_least},
            )
        self.order_fields(["filled_at", *self.keys, "volume", "viable_cells"])
        nominal = definition.units.fill
        as_master = gettext_lazy("Empty: as the master says, %(value)s.")
        for name, quantity in (("volume", nominal.volume), ("viable_cells", nominal.viable_cells)):
            if quantity is None:
                del self.fields[name]
                continue
            self.fields[name].help_text = as_master % {
                "value": amount(quantity.value, quantity.unit, get_language() or "en")
            }

    @property
    def counts(self) -> dict[str, int]:
        """How many of each division."""
        return {key: self.cleaned_data[name] for name, key in self.keys.items()}

    @property
    def contents(self) -> dict[str, str | None]:
        """What each holds; None is as the master says."""
        return {name: self.cleaned_data.get(name, "").strip() or None for name in ("volume", "viable_cells")}


class FatesForm(forms.Form):
    """What became of printed labels."""

    CHOICES = (
        (LabelFate.APPLIED.value, gettext_lazy("Applied to their units")),
        (LabelFate.SPECIMEN.value, gettext_lazy("Kept as specimens in the record")),
        (LabelFate.DESTROYED.value, gettext_lazy("Destroyed")),
    )

    labels = forms.MultipleChoiceField(label=gettext_lazy("Labels"), widget=forms.CheckboxSelectMultiple)
    fate = forms.ChoiceField(label=gettext_lazy("What became of them"), choices=CHOICES, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Needed when labels are destroyed."),
    )

    def __init__(self, *args: Any, labels: Iterable[Label], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_serial = {str(label.serial): label for label in labels}
        cast(forms.MultipleChoiceField, self.fields["labels"]).choices = [
            (serial, label_name(label)) for serial, label in self.by_serial.items()
        ]

    def clean_labels(self) -> list[Label]:
        """The labels that were ticked."""
        return [self.by_serial[serial] for serial in self.cleaned_data["labels"]]


class FreezeForm(forms.Form):
    """Units that were frozen together."""

    frozen_at = instant_field(gettext_lazy("Frozen at"))
    units = forms.MultipleChoiceField(
        label=gettext_lazy("Only these units"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: all fresh units."),
    )

    def __init__(self, *args: Any, units: Iterable[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_number = {unit.number: unit for unit in units}
        cast(forms.MultipleChoiceField, self.fields["units"]).choices = [(number, number) for number in self.by_number]

    def clean_units(self) -> list[Unit]:
        """The units that were ticked, or all of them."""
        return [self.by_number[number] for number in self.cleaned_data["units"] or self.by_number]


def label_name(label: Label) -> str:
    """A label as people tell it apart: its unit, its copy."""
    if not label.unit_number:
        return _("%(serial)s · specimen") % {"serial": label.serial}
    copy = _("copy %(n)s") % {"n": label.copy} if label.copy > 1 else ""
    return " · ".join(part for part in (str(label.serial), label.unit_number, copy) if part)


MORE = 6  # units of other batches on one page; a longer list goes through the API


class WithOthers(forms.Form):
    """Units of one batch that are ticked, and those of other batches of its site that are scanned."""

    units = forms.MultipleChoiceField(label=gettext_lazy("Units"), widget=forms.CheckboxSelectMultiple)
    others = tuple(f"other_{n}" for n in range(1, MORE + 1))

    def __init__(self, *args: Any, site: str, there: Iterable[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site, self.there = site, {unit.number: unit for unit in there}
        offer(self, "units", [(number, number) for number in self.there])
        for n, name in enumerate(self.others, 1):
            label = _("Unit of another batch, scanned (%(n)s)") % {"n": n}
            self.fields[name] = forms.CharField(label=label, required=False, max_length=120, widget=scanned("unit"))
        self.order_fields(["units", *self.others])

    def clean(self) -> dict[str, Any]:
        """What was scanned is a unit of this site."""
        found = super().clean() or self.cleaned_data
        for name in self.others:
            number = number_of_code(found.get(name, "").strip())
            unit = next(iter(units_named([number], {self.site})), None) if number else None
            if number and unit is None:
                self.add_error(name, _("This is no unit of this site."))
            found[name] = unit
        return found

    @property
    def chosen(self) -> tuple[list[Unit], dict[str, Any]]:
        """The units themselves, and the other answers."""
        words = dict(self.cleaned_data)
        others = [unit for name in self.others if (unit := words.pop(name))]
        return [*(self.there[number] for number in words.pop("units")), *others], words
