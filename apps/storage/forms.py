"""What is said about stores, boxes and moves."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy

from apps.core.errors import Objection
from apps.core.ui.acts import OneOf, instant_field, scanned
from apps.core.ui.wording import bilingual, sentence
from apps.facility.models import Room
from apps.storage.facts import Place, StoreKind
from apps.storage.rules import read_place

KIND_WORDS = (
    (StoreKind.TANK.value, gettext_lazy("Nitrogen tank")),
    (StoreKind.FREEZER.value, gettext_lazy("Freezer")),
    (StoreKind.FRIDGE.value, gettext_lazy("Fridge")),
    (StoreKind.INCUBATOR.value, gettext_lazy("Incubator")),
)
CODE = r"^[A-Z0-9_-]{1,20}$"
CAPITALS = gettext_lazy("Capitals, figures, _ and -.")


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
    room = OneOf(label=gettext_lazy("Room"), queryset=Room.objects.none(), to_field_name="code", empty_label=None)
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
        field.label_from_instance = _room_label  # type: ignore[method-assign]


class BoxForm(forms.Form):
    """A box with its positions."""

    rack = forms.RegexField(CODE, label=gettext_lazy("Rack"), help_text=CAPITALS)
    code = forms.RegexField(CODE, label=gettext_lazy("Box"), help_text=CAPITALS)
    rows = forms.IntegerField(label=gettext_lazy("Rows"), min_value=1, max_value=26)
    columns = forms.IntegerField(label=gettext_lazy("Columns"), min_value=1, max_value=99)
    capacity = forms.IntegerField(label=gettext_lazy("Units in one position"), min_value=1, max_value=100, initial=1)


class MoveForm(forms.Form):
    """A unit and the position it is put into."""

    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=120, widget=_scan("unit", UNIT_CODE))
    position = forms.CharField(
        label=gettext_lazy("Position"),
        max_length=120,
        widget=_scan("position", POSITION_CODE),
        help_text=gettext_lazy("Store/rack/box/position, such as LN-03/4/2/E6."),
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
    moved_at = instant_field(gettext_lazy("When"), required=False, help_text=gettext_lazy("Empty: now."))


def _room_label(room: Room) -> str:
    return f"{room.code} · {bilingual({'en': room.label_en, 'zh': room.label_zh})}"
