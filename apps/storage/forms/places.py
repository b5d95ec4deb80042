"""What is said about stores, boxes and moves."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy

from apps.core.errors import Objection
from apps.core.ui.acts import OneOf, instant_field, scanned
from apps.core.ui.wording import sentence
from apps.facility.forms import room_words
from apps.facility.models import Instrument, Room
from apps.identity.forms import chain_field
from apps.storage.facts import Place, StoreKind, Zone
from apps.storage.forms.limits import CAPITALS
from apps.storage.rules import read_place

KIND_WORDS = (
    (StoreKind.TANK.value, gettext_lazy("Nitrogen tank")),
    (StoreKind.FREEZER.value, gettext_lazy("Freezer")),
    (StoreKind.FRIDGE.value, gettext_lazy("Fridge")),
    (StoreKind.INCUBATOR.value, gettext_lazy("Incubator")),
)
ZONE_WORDS = (
    (Zone.ANY.value, gettext_lazy("Any unit")),
    (Zone.QUARANTINE.value, gettext_lazy("Units that are not released")),
    (Zone.RELEASED.value, gettext_lazy("Released units")),
    (Zone.REACTIVE.value, gettext_lazy("Units of reactive donors")),
)

CODE = r"^[A-Z0-9_-]{1,20}$"


UNIT_CODE = r"^[^/]*(unit/)?[^/]+$"  # a number, an address, or the symbol of a label
POSITION_CODE = r"^[^/]+/[^/]+/[^/]+/[^/]+$"


def _scan(kind: str, pattern: str) -> forms.TextInput:
    """A control that takes only the scans that fit it, so that unit and position may be scanned in either order."""
    widget = scanned(kind)
    widget.attrs["data-scan-pattern"] = pattern
    return widget


class StoreForm(forms.Form):
    """A store that comes into use."""

    number = forms.RegexField(r"^[A-Z0-9_-]{1,40}$", label=gettext_lazy("Number"), help_text=CAPITALS)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=KIND_WORDS)
    label = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    room = OneOf(
        label=gettext_lazy("Room"),
        queryset=Room.objects.none(),
        to_field_name="code",
        empty_label=None,
        words=room_words,
    )
    low = forms.DecimalField(
        label=gettext_lazy("Coldest it may be"), required=False, max_digits=5, decimal_places=1,
        help_text=gettext_lazy("In °C. Empty: no lower end."), localize=False,
    )  # fmt: skip
    high = forms.DecimalField(
        label=gettext_lazy("Warmest it may be"), required=False, max_digits=5, decimal_places=1,
        help_text=gettext_lazy("In °C. Empty: no upper end."), localize=False,
    )  # fmt: skip

    def __init__(self, *args: Any, sites: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(OneOf, self.fields["room"])
        field.queryset = Room.objects.filter(site__code__in=sites).select_related("site").order_by("code")


class InstrumentForm(forms.Form):
    """The number under which the steps of a batch scan a store."""

    instrument = OneOf(
        label=gettext_lazy("Instrument"),
        queryset=Instrument.objects.none(),
        to_field_name="number",
        words=lambda one: f"{one.number} · {one.label}",
    )

    def __init__(self, *args: Any, site: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(OneOf, self.fields["instrument"])
        field.queryset = Instrument.objects.filter(site__code=site, store=None).order_by("number")


class BoxForm(forms.Form):
    """A box with its positions."""

    rack = forms.RegexField(CODE, label=gettext_lazy("Rack"), help_text=CAPITALS)
    code = forms.RegexField(CODE, label=gettext_lazy("Box"), help_text=CAPITALS)
    rows = forms.IntegerField(label=gettext_lazy("Rows"), min_value=1, max_value=26)
    columns = forms.IntegerField(label=gettext_lazy("Columns"), min_value=1, max_value=99)
    capacity = forms.IntegerField(label=gettext_lazy("Units in one position"), min_value=1, max_value=100, initial=1)
    zone = forms.ChoiceField(label=gettext_lazy("Kept for"), choices=ZONE_WORDS, initial=Zone.ANY.value)


class MoveForm(forms.Form):
    """A unit and the position it is put into."""

    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=120, widget=_scan("unit", UNIT_CODE))
    position = forms.CharField(
        label=gettext_lazy("Position"),
        max_length=120,
        widget=_scan("position", POSITION_CODE),
        help_text=gettext_lazy("Store/rack/box/position, such as LN-03/4/2/E6."),
    )
    chain = chain_field()
    taken_at = instant_field(
        gettext_lazy("Taken out of its old position"),
        required=False,
        help_text=gettext_lazy("For a move from one position to another: the time out counts from here."),
    )
    moved_at = instant_field(gettext_lazy("When"), required=False, help_text=gettext_lazy("Empty: now."))

    def clean_position(self) -> Place:
        """The position that was scanned."""
        found = read_place(self.cleaned_data["position"])
        if isinstance(found, Objection):
            raise forms.ValidationError(sentence(found))
        return found


class OutForm(forms.Form):
    """Why a unit is taken out, and when."""

    reason = forms.CharField(label=gettext_lazy("What for"), max_length=500, required=False)
    chain = chain_field()
    moved_at = instant_field(gettext_lazy("When"), required=False, help_text=gettext_lazy("Empty: now."))
