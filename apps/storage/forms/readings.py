"""What is said about what a probe read: one by hand, a file, and the time that is looked at."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from apps.core.ui.acts import instant_field
from apps.facility.facts import DELIMITERS, DateOrder, FileForm, Quantity
from apps.storage.forms.limits import QUANTITY_WORDS

OLDEST = datetime(2000, 1, 1, tzinfo=UTC)  # of what a page of readings shows


class ReadingForm(forms.Form):
    """One reading by hand."""

    at = instant_field(gettext_lazy("When"))
    value = forms.CharField(label=gettext_lazy("Reading"), max_length=24)

    def __init__(self, *args: Any, mark: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"].help_text = gettext("In %(mark)s, with a decimal point.") % {"mark": mark}


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
DECLARED_WORDS = (("", gettext_lazy("Say which")), *QUANTITY_WORDS)
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
    quantity = forms.ChoiceField(
        label=gettext_lazy("What was measured"), choices=DECLARED_WORDS, required=False,
        help_text=gettext_lazy("Needed where the unit is percent."),
    )  # fmt: skip
    unit = forms.CharField(
        label=gettext_lazy("Unit"), max_length=20, required=False,
        help_text=gettext_lazy("Its code: Cel for °C, K, [degF] for °F, “%” for percent."),
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
        quantity=quantity_from(said),
    )


def quantity_from(said: Mapping[str, Any]) -> Quantity | None:
    """What was measured, as somebody declared it; None: nobody did."""
    return Quantity(said["quantity"]) if said["quantity"] else None


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
