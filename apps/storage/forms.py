"""What is said about stores, boxes and moves, about probes and what they read, and about excursions."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy

from apps.core.errors import Objection
from apps.core.ui.acts import OneOf, instant_field, scanned
from apps.core.ui.wording import sentence
from apps.facility.facts import DELIMITERS, DateOrder, FileForm
from apps.facility.forms import room_words
from apps.facility.models import Room
from apps.identity.forms import chain_field
from apps.storage.facts import Place, Rejection, StoreKind, Zone
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
CAPITALS = gettext_lazy("Capitals, figures, _ and -.")
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)  # of what a page of readings shows


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


class ProbeForm(forms.Form):
    """A probe that measures degrees Celsius."""

    number = forms.RegexField(r"^[A-Z0-9_-]{1,40}$", label=gettext_lazy("Number"), help_text=CAPITALS)
    label = forms.CharField(label=gettext_lazy("Name"), max_length=120, required=False)
    silent_after = forms.IntegerField(
        label=gettext_lazy("Silent after"), min_value=1, max_value=100_000,
        help_text=gettext_lazy("Minutes without a reading; then the store and quality assurance are told."),
    )  # fmt: skip


class RejectionFields(forms.Form):
    """The second limit: beyond it nothing is found fit but under a deviation."""

    reject_low = forms.DecimalField(
        label=gettext_lazy("Rejected when colder than"), required=False, max_digits=5, decimal_places=1,
        help_text=gettext_lazy("In °C. Empty: no such limit."), localize=False,
    )  # fmt: skip
    reject_high = forms.DecimalField(
        label=gettext_lazy("Rejected when warmer than"), required=False, max_digits=5, decimal_places=1,
        help_text=gettext_lazy("In °C. Empty: no such limit."), localize=False,
    )  # fmt: skip
    reject_minutes = forms.IntegerField(
        label=gettext_lazy("Rejected when outside for"), required=False, min_value=0, max_value=100_000,
        help_text=gettext_lazy("Minutes. Empty: no such limit."),
    )  # fmt: skip

    @property
    def rejection(self) -> Rejection:
        """What was said."""
        return rejection_from(self.cleaned_data)


def rejection_from(said: Mapping[str, Any]) -> Rejection:
    """The second limit of a store, said on a page or by a program."""
    minutes = said["reject_minutes"]
    after = None if minutes is None else timedelta(minutes=minutes)
    return Rejection(said["reject_low"], said["reject_high"], after)


class ToleranceForm(RejectionFields):
    """How long outside the range is no excursion yet, and the second limit."""

    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=0, max_value=100_000)
    field_order = ["minutes", "reject_low", "reject_high", "reject_minutes", "reason"]
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=500)


class RetireForm(forms.Form):
    """Why a probe is taken away."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=500)


class ReadingForm(forms.Form):
    """One reading by hand."""

    at = instant_field(gettext_lazy("When"))
    value = forms.CharField(
        label=gettext_lazy("Reading"), max_length=24, help_text=gettext_lazy("In °C, with a decimal point.")
    )


ZONE_HELP = gettext_lazy(
    "A name such as Asia/Shanghai or an offset such as +08:00. Empty: the file writes its offsets."
)
ORDER_WORDS = (
    ("", gettext_lazy("The year comes first")),
    (DateOrder.DMY.value, gettext_lazy("Day, month, year")),
    (DateOrder.MDY.value, gettext_lazy("Month, day, year")),
    (DateOrder.YMD.value, gettext_lazy("Year, month, day")),
)
DELIMITER_WORDS = (
    ("comma", gettext_lazy("Comma")),
    ("semicolon", gettext_lazy("Semicolon")),
    ("tab", gettext_lazy("Tab")),
    ("bar", gettext_lazy("Vertical bar")),
)
SIGN_WORDS = (("", gettext_lazy("Say which")), (".", gettext_lazy("Point")), (",", gettext_lazy("Comma")))


class FileOfReadings(forms.Form):
    """A file of readings and what is declared about it. What is not said and not written in it is asked for."""

    file = forms.FileField(label=gettext_lazy("File"), allow_empty_file=True)
    at_column = forms.CharField(
        label=gettext_lazy("Column of the time"), max_length=120,
        help_text=gettext_lazy("As the head of the table calls it; with the date alone, name the column of the hour."),
    )  # fmt: skip
    time_column = forms.CharField(label=gettext_lazy("Column of the hour"), max_length=120, required=False)
    value_column = forms.CharField(label=gettext_lazy("Column of the value"), max_length=120)
    unit = forms.CharField(
        label=gettext_lazy("Unit"), max_length=20, required=False,
        help_text=gettext_lazy("Its code: Cel for °C, K, [degF] for °F."),
    )  # fmt: skip
    zone = forms.CharField(label=gettext_lazy("Zone of its clock"), max_length=60, required=False, help_text=ZONE_HELP)
    date_order = forms.ChoiceField(label=gettext_lazy("Order of the date"), choices=ORDER_WORDS, required=False)
    decimal_sign = forms.ChoiceField(label=gettext_lazy("Decimal sign"), choices=SIGN_WORDS, required=False)
    delimiter = forms.ChoiceField(label=gettext_lazy("Columns are separated by"), choices=DELIMITER_WORDS)
    header_line = forms.IntegerField(
        label=gettext_lazy("Line that names the columns"), min_value=1, max_value=10_000, initial=1
    )


def file_form(said: Mapping[str, Any]) -> FileForm:
    """What was declared about a file, on a page or by a program."""
    return FileForm(
        at=said["at_column"],
        time=said["time_column"],
        value=said["value_column"],
        unit=said["unit"],
        zone=said["zone"],
        date_order=DateOrder(said["date_order"]) if said["date_order"] else None,
        decimal_sign=said["decimal_sign"],
        delimiter=DELIMITERS[said["delimiter"]],
        header_line=said["header_line"],
    )


class PeriodForm(forms.Form):
    """Which probe is looked at, for how many days, until when."""

    probe = forms.CharField(max_length=40, required=False)
    days = forms.TypedChoiceField(choices=[(n, n) for n in (1, 7, 30, 90)], coerce=int, required=False)
    until = instant_field("", required=False)

    def clean_until(self) -> datetime | None:
        """Not before there were probes."""
        until: datetime | None = self.cleaned_data["until"]
        if until and until < OLDEST:
            raise forms.ValidationError(gettext_lazy("Nothing was read then."))
        return until


class Ticks(forms.CheckboxSelectMultiple):
    """Boxes to tick, or their values in one text, as the panel of signing carries them along."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """All values that were sent."""
        return [part for sent in data.getlist(name) for part in sent.split(",") if part]


class AcceptForm(forms.Form):
    """Which units are fit although they were there, and on which evidence."""

    units = forms.MultipleChoiceField(label=gettext_lazy("Units"), widget=Ticks)
    evidence = forms.CharField(
        label=gettext_lazy("Evidence"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What shows that they are fit: another probe, a study, a test."),
    )  # fmt: skip

    def __init__(self, *args: Any, held: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.MultipleChoiceField, self.fields["units"]).choices = [(number, number) for number in held]


class NotFitForm(AcceptForm):
    """Which units are not fit after they were there, and why."""

    evidence = forms.CharField(label=gettext_lazy("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


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
