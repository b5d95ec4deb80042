"""What is said about the file of a logger."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.ui.acts import offer
from apps.facility.facts import DateOrder
from apps.transport.facts import DecimalSign, Declared, LoggerFormat

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
