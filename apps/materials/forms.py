"""What is said about a lot: received, prepared, decided about."""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.audit.models import Record
from apps.core.ui.acts import OneOf, instant_field, scanned
from apps.core.ui.times import duration
from apps.core.ui.wording import bilingual
from apps.materials.facts import KnownMaterial
from apps.materials.models import MaterialLot
from apps.materials.selectors import lot_named, used_for
from apps.organisation.models import Site
from apps.products.facts import BadDuration, Duration

NUMBER = r"^[A-Za-z0-9_-]{1,60}$"
PLACE = r"^[A-Za-z0-9_.\[\]-]{1,200}$"
NUMBER_HELP = gettext_lazy("As it stands on the label that is scanned.")
AMOUNT_HELP = gettext_lazy("A number with a point: 12.5. With it the stock is kept to an exact 0.")
COMPONENTS = 6  # lots a reagent is made from, at most, on the page


class LifeField(forms.CharField):
    """A span of time as it is written: 24 h, 14 d. Empty is none."""

    def clean(self, value: Any) -> timedelta | None:
        """The elapsed time."""
        text = super().clean(value).strip()
        try:
            return Duration.parse(text).timedelta if text else None
        except (BadDuration, OverflowError) as error:
            raise forms.ValidationError(_("Write a span of time, for instance 24 h.")) from error


class SiteForm(forms.Form):
    """A form about one of the sites where the person works; with one site it does not ask."""

    site = OneOf(label=gettext_lazy("Site"), queryset=Site.objects.none(), to_field_name="code", empty_label=None)

    def __init__(self, *args: Any, sites: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Site.objects.filter(code__in=sites).order_by("code")
        field = cast(OneOf, self.fields["site"])
        field.queryset = found
        if len(sites) == 1:
            field.widget, field.required, self.only = forms.HiddenInput(), False, found.first()

    only: Site | None = None

    def clean_site(self) -> Site:
        """The site that was chosen, or the only one there is."""
        return self.only or self.cleaned_data["site"]


class ReceiveForm(SiteForm):
    """A delivered lot."""

    number = forms.RegexField(NUMBER, label=gettext_lazy("Lot number"), help_text=NUMBER_HELP, widget=scanned("lot"))
    material = forms.ChoiceField(label=gettext_lazy("Material"))
    expiry = forms.CharField(
        label=gettext_lazy("Expiry, as written on the label"),
        max_length=40,
        help_text=gettext_lazy("2027-03 is usable through its last day; 2027-03-31 through that day; or an instant."),
    )
    supplier = forms.CharField(label=gettext_lazy("Supplier"), required=False, max_length=120)
    supplier_lot = forms.CharField(label=gettext_lazy("Lot of the supplier"), required=False, max_length=60)
    certificate = forms.CharField(label=gettext_lazy("Certificate"), required=False, max_length=120)
    amount = forms.CharField(label=gettext_lazy("Amount"), required=False, max_length=16, help_text=AMOUNT_HELP)
    unit = forms.CharField(label=gettext_lazy("Unit"), required=False, max_length=20)
    life_after_opening = LifeField(
        label=gettext_lazy("Life after opening"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("30 d, 8 h. Where the label says how long an opened container lives."),
    )

    field_order = ["site", "number", "material", "expiry"]

    def __init__(self, *args: Any, known: Mapping[str, KnownMaterial], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bought = [one for one in known.values() if not one.prepared_here]
        cast(forms.ChoiceField, self.fields["material"]).choices = _choices(bought)


class PrepareForm(SiteForm):
    """A reagent that is made here from lots."""

    number = forms.RegexField(NUMBER, label=gettext_lazy("Number of the new lot"), help_text=NUMBER_HELP)
    material = forms.ChoiceField(label=gettext_lazy("What is prepared"))
    life = LifeField(
        label=gettext_lazy("How long it lives"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("24 h, 14 d. Only where the master record does not say it."),
    )
    amount = forms.CharField(label=gettext_lazy("Amount"), required=False, max_length=16, help_text=AMOUNT_HELP)
    unit = forms.CharField(label=gettext_lazy("Unit"), required=False, max_length=20)
    prepared_at = instant_field(gettext_lazy("Prepared at"))

    field_order = ["site", "number", "material"]

    def __init__(self, *args: Any, known: Mapping[str, KnownMaterial], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {key: one for key, one in known.items() if one.prepared_here}
        cast(forms.ChoiceField, self.fields["material"]).choices = _choices(self.known.values())
        for n in range(1, COMPONENTS + 1):
            label = _("Made from lot %(n)s") % {"n": n}
            self.fields[f"component_{n}"] = forms.CharField(
                label=label, required=n == 1, max_length=60, widget=scanned("lot")
            )
        if self.known and all(one.life for one in self.known.values()):
            del self.fields["life"]
        self.order_fields([*self.field_order, *(f"component_{n}" for n in range(1, COMPONENTS + 1))])

    def clean(self) -> dict[str, Any]:
        """Its life is that of the master record; the lots are found at its site."""
        said = super().clean() or {}
        known = self.known.get(said.get("material", ""))
        said["own_life"] = (known.life if known else None) or said.get("life")
        if known and not said["own_life"] and not self.errors.get("life"):
            self.add_error("life", _("Say how long it lives."))
        said["components"] = self._lots(said) if said.get("site") else []
        return said

    def _lots(self, said: Mapping[str, Any]) -> list[MaterialLot]:
        found: dict[int, MaterialLot] = {}
        for n in range(1, COMPONENTS + 1):
            number = str(said.get(f"component_{n}", "")).strip()
            lot = lot_named(number, said["site"].code) if number else None
            if lot:
                found[lot.pk] = lot
            elif number:
                self.add_error(f"component_{n}", _("No lot at this site has this number."))
        return list(found.values())


class TakeForm(forms.Form):
    """How much of a lot is taken, and for what."""

    amount = forms.CharField(label=gettext_lazy("Amount"), max_length=16)
    used_for = forms.CharField(
        label=gettext_lazy("Batch or prepared reagent it is for"), max_length=60, widget=scanned("batch")
    )
    place = forms.RegexField(
        PLACE, label=gettext_lazy("Step"), required=False, help_text=gettext_lazy("For instance expansion[2].feed[1]")
    )
    taken_at = instant_field(gettext_lazy("Taken at"))

    def __init__(self, *args: Any, site: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site

    def clean_used_for(self) -> Record:
        """The record of the batch or of the reagent, at the site of the lot."""
        number = self.cleaned_data["used_for"].strip().removeprefix("batch/").removeprefix("lot/")
        found = used_for(number, self.site)
        if found is None:
            raise forms.ValidationError(_("Nothing at this site has this number."))
        return found


class TakeHereForm(forms.Form):
    """Which lot a step takes from, and how much."""

    lot = forms.CharField(label=gettext_lazy("Lot"), max_length=60, widget=scanned("lot"))
    amount = forms.CharField(label=gettext_lazy("Amount"), max_length=16)
    taken_at = instant_field(gettext_lazy("Taken at"))

    def __init__(self, *args: Any, site: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site

    def clean_lot(self) -> MaterialLot:
        """The lot with this number at the site of the batch."""
        found = lot_named(self.cleaned_data["lot"].strip().removeprefix("lot/"), self.site)
        if found is None:
            raise forms.ValidationError(_("No lot at this site has this number."))
        return found


class CountForm(forms.Form):
    """What was counted, and why the book is set right."""

    counted = forms.CharField(label=gettext_lazy("Counted"), max_length=16)
    unit = forms.CharField(label=gettext_lazy("Unit"), required=False, max_length=20)
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if unit:
            del self.fields["unit"]


class DestroyForm(forms.Form):
    """How much is destroyed, and why."""

    amount = forms.CharField(label=gettext_lazy("Amount"), max_length=16)
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class PlainForm(forms.Form):
    """An act about which nothing is asked."""


class OpenForm(forms.Form):
    """When a container was opened."""

    opened_at = instant_field(gettext_lazy("Opened at"))


class RejectForm(forms.Form):
    """Why a lot is rejected."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


def _choices(materials: Iterable[KnownMaterial]) -> list[tuple[str, str]]:
    return [("", "–"), *((one.key, _named(one)) for one in materials)]


def _named(material: KnownMaterial) -> str:
    words = [bilingual(material.label)]
    if material.grade:
        words.append(bilingual(material.grade))
    if material.life:
        words.append(_("lives %(span)s") % {"span": duration(material.life)})
    return " · ".join(words)
