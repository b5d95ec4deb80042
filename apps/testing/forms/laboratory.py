"""What is entered in the laboratory."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.audit.models import Record
from apps.core.ui.acts import instant_field, offer, scanned
from apps.core.ui.wording import bilingual
from apps.facility.models import Instrument
from apps.facility.selectors import instrument_named
from apps.materials.models import MaterialLot
from apps.materials.selectors import lot_named
from apps.products.definition import Definition, Parameter, Test
from apps.products.forms import answers_of
from apps.testing.models import AssayRun, Sample

Choices = Sequence[tuple[str, str]]


class DrawForm(forms.Form):
    """A sample that is taken: what, from where, when, for which tests."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of sample"))
    source = forms.ChoiceField(label=gettext_lazy("Taken from"))
    drawn_at = instant_field(gettext_lazy("Drawn at"))
    tests = forms.MultipleChoiceField(
        label=gettext_lazy("Only for these tests"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: every test of this kind of sample."),
    )
    amount = forms.CharField(
        label=gettext_lazy("Amount"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("Empty: as the master says."),
    )

    def __init__(self, *args: Any, definition: Definition, sources: Mapping[Record, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_address = {record.address: record for record in sources}
        kinds = [(kind.key, bilingual(kind.label)) for kind in definition.testing.samples]
        tests = [(test.key, bilingual(test.label)) for test in definition.testing.tests]
        choose = [("", "")]
        offer(self, "kind", [*choose, *kinds])
        offer(self, "source", [*choose, *((record.address, word) for record, word in sources.items())])
        offer(self, "tests", tests)

    def clean_source(self) -> Record:
        """The record it is taken from."""
        return self.by_address[self.cleaned_data["source"]]


class ReceiveForm(forms.Form):
    """A sample arrives."""

    received_at = instant_field(gettext_lazy("Received at"))


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class InvalidForm(forms.Form):
    """A cause against a run that its controls don't show."""

    because = forms.CharField(
        label=gettext_lazy("The cause, as it was found"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class RunForm(forms.Form):
    """A run that begins: number, time, and what the method needs."""

    number = forms.CharField(label=gettext_lazy("Number of the run"), max_length=60)
    started_at = instant_field(gettext_lazy("Started at"))

    def __init__(self, *args: Any, test: Test, site: str, before: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site
        self.instruments = {f"instrument_{need.key}": need for need in test.instruments}
        self.reagents = {f"reagent_{need.key}": need for need in test.reagents}
        if before:
            self.fields["number"].help_text = _("The last one here is %(number)s.") % {"number": before}
        for needs, kind, hint in (
            (self.instruments, "instrument", _("Instrument: scan or type its number.")),
            (self.reagents, "lot", _("Reagent: scan or type the number of its lot.")),
        ):
            for name, need in needs.items():
                label = bilingual(need.label)
                self.fields[name] = forms.CharField(label=label, max_length=60, help_text=hint, widget=scanned(kind))

    def clean(self) -> dict[str, Any]:
        """Numbers become the things that bear them."""
        said = super().clean() or {}
        for name in self.instruments:
            said[name] = self._thing(name, instrument_named(said.get(name, "").strip(), self.site))
        for name in self.reagents:
            said[name] = self._thing(name, lot_named(said.get(name, "").strip(), self.site))
        return said

    def _thing(self, name: str, found: Instrument | MaterialLot | None) -> Instrument | MaterialLot | None:
        if found is None and name not in self.errors:
            self.add_error(name, _("Nothing at this site has this number."))
        return found

    @property
    def needs(self) -> dict[str, dict[str, Any]]:
        """Instruments and reagents by the key of the method's need."""
        return {
            "instruments": {need.key: self.cleaned_data[name] for name, need in self.instruments.items()},
            "reagents": {need.key: self.cleaned_data[name] for name, need in self.reagents.items()},
        }


class AddSamplesForm(forms.Form):
    """Received samples that join the worksheet of a run."""

    samples = forms.MultipleChoiceField(label=gettext_lazy("Samples"), widget=forms.CheckboxSelectMultiple)
    inoculated_at = instant_field(
        gettext_lazy("Inoculated at"), help_text=gettext_lazy("The period of the method counts from here.")
    )

    def __init__(self, *args: Any, samples: Iterable[Sample], run: AssayRun, test: Test, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_number = {sample.number: sample for sample in samples}
        offer(self, "samples", [(number, number) for number in self.by_number])
        if test.period is None:
            del self.fields["inoculated_at"]

    def clean_samples(self) -> list[Sample]:
        """The samples that were ticked."""
        return [self.by_number[number] for number in self.cleaned_data["samples"]]


class FoundForm(forms.Form):
    """What was found, typed as it is read; it is judged by its own rule, not here."""

    text = forms.CharField(max_length=2000, required=False)
    tested_at = instant_field(gettext_lazy("Read at"), required=False)


class CorrectionForm(forms.Form):
    """What a recorded result or control should say, and why."""

    text = forms.CharField(label=gettext_lazy("What it should say"), max_length=2000)
    tested_at = instant_field(
        gettext_lazy("Read at"), required=False, help_text=gettext_lazy("Empty: as it was recorded.")
    )
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, parameter: Parameter, timed: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"] = field_for(parameter, self.fields["text"].label)
        self.order_fields(["text", "tested_at", "reason"])
        if not timed:
            del self.fields["tested_at"]


class LateResultForm(forms.Form):
    """A result that comes after certification."""

    tested_at = instant_field(gettext_lazy("Read at"))

    def __init__(self, *args: Any, parameter: Parameter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"] = field_for(parameter, bilingual(parameter.label))
        self.order_fields(["text", "tested_at"])


def field_for(parameter: Parameter, label: Any) -> forms.Field:
    """The field that asks for a parameter: choices as buttons, everything else as typed."""
    answers = answers_of(parameter)
    if answers:
        return forms.ChoiceField(label=label, choices=answers, widget=forms.RadioSelect)
    return forms.CharField(label=label, max_length=2000)
