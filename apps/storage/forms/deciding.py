"""What quality says about what was in a store outside its range."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy


class Ticks(forms.CheckboxSelectMultiple):
    """Boxes to tick, or their values in one text, as the panel of signing carries them along."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """All values that were sent."""
        return [part for sent in data.getlist(name) for part in sent.split(",") if part]


class AcceptForm(forms.Form):
    """Which units are fit although they were there, and on which evidence."""

    units = forms.MultipleChoiceField(label=gettext_lazy("Units"), widget=Ticks)
    batches = forms.MultipleChoiceField(label=gettext_lazy("Batches in culture"), widget=Ticks, required=False)
    evidence = forms.CharField(
        label=gettext_lazy("Evidence"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What shows that they are fit: another probe, a study, a test."),
    )  # fmt: skip

    def __init__(self, *args: Any, held: Sequence[str], grown: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = cast(forms.MultipleChoiceField, self.fields["units"])
        units.choices = [(number, number) for number in held]
        if not grown:
            del self.fields["batches"]
            return
        units.required = False
        cast(forms.MultipleChoiceField, self.fields["batches"]).choices = [(number, number) for number in grown]
        if not held:
            del self.fields["units"]

    def clean(self) -> dict[str, Any]:
        """Something is named: of either kind where both are held."""
        said = super().clean() or {}
        if not (self.errors or said.get("units") or said.get("batches")):
            self.add_error(next(iter(self.fields)), forms.ValidationError(gettext_lazy("Name at least one.")))
        return said

    @property
    def chosen(self) -> dict[str, list[str]]:
        """What was named, by its kind."""
        return {name: self.cleaned_data.get(name, []) for name in ("units", "batches")}


class NotFitForm(AcceptForm):
    """Which units are not fit after they were there, and why."""

    evidence = forms.CharField(label=gettext_lazy("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
