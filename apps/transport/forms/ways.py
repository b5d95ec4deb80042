"""What a shipment is asked for with: which units, to whom, in which way."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from apps.batches.models import Batch
from apps.core.ui.acts import instant_field, offer
from apps.core.ui.wording import bilingual
from apps.products.definition.storage import TransportMode
from apps.products.loader import units as unit_table
from apps.products.rules.limits import limit_text
from apps.transport.facts import Asked
from apps.transport.models import Shipment
from apps.transport.selectors import mode_of, stage_of, units_to_ship
from apps.units.forms import WithOthers
from apps.units.models import Unit


class WayForm(forms.Form):
    """To whom it goes, how, when, and for how long at most."""

    mode = forms.ChoiceField(label=gettext_lazy("Way of transport"), widget=forms.RadioSelect)
    receiver = forms.CharField(label=gettext_lazy("Receiver"), max_length=200)
    contact = forms.CharField(label=gettext_lazy("Telephone day and night"), max_length=200)
    departs_at = instant_field(gettext_lazy("Planned departure"))
    hours = forms.DecimalField(label=gettext_lazy("Planned hours, at most"), max_digits=6, decimal_places=2)
    ward = forms.CharField(
        label=gettext_lazy("Ward"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Where the units are received. What arrives elsewhere goes into quarantine."),
    )
    note = forms.CharField(label=gettext_lazy("Remark"), required=False, max_length=1000)

    def __init__(self, *args: Any, modes: Iterable[TransportMode], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "mode", [(one.key, bilingual(one.label)) for one in modes])


class RequestForm(WithOthers, WayForm):
    """Which units go to whom: those of the batch, and units of other batches that travel with them."""

    in_quarantine = forms.BooleanField(
        label=gettext_lazy("In quarantine: the donor is not decided about"),
        required=False,
        help_text=gettext_lazy("It travels with the statements of 21 CFR 1271.60(c) and stays in quarantine there."),
    )
    establishment = forms.CharField(
        label=gettext_lazy("Receiving establishment"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Only in quarantine: its name and address."),
    )

    def __init__(self, *args: Any, batch: Batch, **kwargs: Any) -> None:
        there = units_to_ship(batch)
        super().__init__(*args, site=batch.site.code, there=there, modes=stage_of(batch).modes, **kwargs)

    @property
    def said(self) -> tuple[list[Unit], Asked]:
        """The units themselves, and what is asked."""
        units, words = self.chosen
        return units, Asked(**words)


def mode_words(shipment: Shipment) -> str:
    """The way of transport with its range."""
    return way_words(mode_of(shipment))


def way_words(mode: TransportMode) -> str:
    """One way of one master record with its range and its longest time."""
    limit = limit_text(mode.temperature.limit) if mode.temperature.limit else ""
    unit = unit_table().display(getattr(mode.temperature, "unit", ""))
    longest = f" · ≤ {mode.at_most}" if mode.at_most else ""
    return f"{bilingual(mode.label)}: {limit} {unit}".strip() + longest
