"""A value or a file of one place, with its reason."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.batches.forms.words import area
from apps.core.ui.wording import bilingual
from apps.products.definition import Recordable
from apps.products.facts import ParameterKind
from apps.products.forms import NOTHING, answers_of

CONTROLS: dict[ParameterKind, Callable[[], forms.Widget]] = {
    ParameterKind.INSTANT: lambda: forms.TextInput(attrs={"type": "datetime-local"}),
    ParameterKind.DATE: lambda: forms.TextInput(attrs={"type": "date"}),
    ParameterKind.TEXT: lambda: forms.Textarea(attrs={"rows": 2}),
}


class Asked(forms.CharField):
    """A value as it is entered: whatever is typed goes to the service, also nothing at all ("not done")."""

    def __init__(self, *, label: Any, widget: forms.Widget) -> None:
        super().__init__(label=label, widget=widget, max_length=2000, strip=False)

    def validate(self, value: str) -> None:
        """Nothing is refused here."""


class PlaceForm(forms.Form):
    """A value of one place with its reason: a correction, a late entry, or why it was not done."""

    performed_at = Asked(label=_("Done at, if not now"), widget=forms.TextInput(attrs={"type": "datetime-local"}))
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=area(2))

    field_order = ("text", "performed_at", "reason")

    def __init__(self, *args: Any, parameter: Recordable, reasoned: bool = True, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["text"] = field_for(parameter)
        if not reasoned:
            self.fields["reason"] = Asked(label=_("Reason"), widget=area(2))
        self.order_fields(self.field_order)


class FileForm(forms.Form):
    """Another file instead of the one attached, with the reason."""

    file = forms.FileField(label=_("File"), allow_empty_file=True)
    is_paper = forms.BooleanField(label=_("Photo of a paper"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=area(2))


def field_for(parameter: Recordable) -> forms.Field:
    """The control of a parameter as a form field; what may stand in it is judged by the service alone."""
    label = bilingual(parameter.label)
    answers = answers_of(parameter)
    if answers:
        return Asked(label=label, widget=forms.Select(choices=[NOTHING, *answers]))
    return Asked(label=label, widget=CONTROLS.get(parameter.kind, forms.TextInput)())
