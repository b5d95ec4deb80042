"""The forms of the batch record: what a person says before the panel of signing, or beside a value."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from apps.batches.models import Vessel
from apps.core.ui.acts import OneOf, instant_field
from apps.core.ui.status import word_of
from apps.core.ui.wording import bilingual
from apps.donation.models import Donation
from apps.organisation.models import Site, User
from apps.products.definition import ChoiceParameter, Definition, Recordable
from apps.products.definition.preparation import MonitoredCondition
from apps.products.facts import ParameterKind
from apps.products.models import ProductVersion
from apps.quality.facts import Severity

YES_NO = (("yes", _("Yes")), ("no", _("No")))
CONTROLS: dict[ParameterKind, Callable[[], forms.Widget]] = {
    ParameterKind.INSTANT: lambda: forms.TextInput(attrs={"type": "datetime-local"}),
    ParameterKind.DATE: lambda: forms.TextInput(attrs={"type": "date"}),
    ParameterKind.TEXT: lambda: forms.Textarea(attrs={"rows": 2}),
}


def area(rows: int = 3) -> forms.Textarea:
    """A box for sentences."""
    return forms.Textarea(attrs={"rows": rows})


class PlanForm(forms.Form):
    """Plan a batch: its number, what is made, from which donation, where, when."""

    number = forms.CharField(label=_("Batch number"), max_length=31, help_text=_("Capitals, digits and hyphens."))
    site = OneOf(label=_("Site"), queryset=Site.objects.none(), to_field_name="code")
    product_version = OneOf(label=_("Product and master record"), queryset=ProductVersion.objects.none())
    donation = OneOf(label=_("Donation"), queryset=Donation.objects.none(), to_field_name="din")
    planned_start = instant_field(_("Planned start"), required=False)

    def __init__(
        self, *args: object, sites: Iterable[str], versions: Sequence[int], donations: Sequence[int], **more: object
    ) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["site"].queryset = Site.objects.filter(code__in=sites).order_by("code")  # type: ignore[attr-defined]
        chosen = ProductVersion.objects.filter(pk__in=versions).select_related("record").defer("text")
        self.fields["product_version"].queryset = chosen.order_by("record__address")  # type: ignore[attr-defined]
        self.fields["product_version"].label_from_instance = _version_label  # type: ignore[attr-defined]
        found = Donation.objects.filter(pk__in=donations).select_related("donor")
        self.fields["donation"].queryset = found.order_by("-pk")  # type: ignore[attr-defined]
        self.fields["donation"].label_from_instance = _donation_label  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=area())


class StopForm(forms.Form):
    """Stop a batch at once."""

    reason = forms.CharField(label=_("What is wrong"), max_length=500, widget=area(2))


class NoteForm(forms.Form):
    """Words about a batch or a step."""

    text = forms.CharField(label=_("Note"), max_length=2000, widget=area(4))


class ReportForm(forms.Form):
    """Tell QA of something that was not as it should be."""

    what = forms.CharField(label=_("What happened"), max_length=1000, widget=area(4))
    severity = forms.ChoiceField(
        label=_("Severity at first sight"),
        choices=lambda: [(one.value, str(word_of(one).word)) for one in Severity],
        widget=forms.RadioSelect,
    )

    def clean_severity(self) -> Severity:
        """The severity as the service takes it."""
        return Severity(self.cleaned_data["severity"])


class RiskForm(forms.Form):
    """Go on in spite of holds: with whom it is agreed, and why."""

    named_qa = OneOf(
        label=_("Agreed with"),
        queryset=User.objects.none(),
        to_field_name="username",
        help_text=_("A person of quality assurance, who ratifies it within one working day."),
    )
    reason = forms.CharField(label=_("Why it can't wait"), max_length=1000, widget=area())

    def __init__(self, *args: object, people: Sequence[User], **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        found = User.objects.filter(pk__in=[person.pk for person in people]).order_by("printed_name")
        self.fields["named_qa"].queryset = found  # type: ignore[attr-defined]
        self.fields["named_qa"].label_from_instance = lambda user: user.printed_name  # type: ignore[attr-defined]


class DeviationForm(forms.Form):
    """Depart from the master record at one step, agreed beforehand."""

    step = forms.ChoiceField(label=_("Step"))
    what = forms.CharField(label=_("What will be different"), max_length=1000, widget=area())
    why = forms.CharField(label=_("Why"), max_length=1000, widget=area())

    def __init__(self, *args: object, steps: Sequence[tuple[str, str]], **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["step"].choices = steps  # type: ignore[attr-defined]


class AmendmentForm(forms.Form):
    """A change of the master record for one batch: one limit, one step left out, or changes as they are written."""

    kind = forms.ChoiceField(
        label=_("What changes"),
        choices=[
            ("limit", _("A limit")),
            ("skip_step", _("A step is left out")),
            ("written", _("Something else, as it is written in a master record")),
        ],
        widget=forms.RadioSelect,
    )
    parameter = forms.ChoiceField(label=_("Whose limit"), required=False)
    low = forms.CharField(label=_("Low end"), required=False, max_length=26)
    high = forms.CharField(label=_("High end"), required=False, max_length=26)
    step = forms.ChoiceField(label=_("Which step"), required=False)
    written = forms.CharField(
        label=_("Changes"),
        required=False,
        max_length=20_000,
        widget=area(6),
        help_text=_("A list in YAML or JSON: change limit, parameter, skip_step or add_step, and at which place."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=area())

    def __init__(
        self, *args: object, limits: Sequence[tuple[str, str]], steps: Sequence[tuple[str, str]], **more: object
    ) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["parameter"].choices = [("", "–"), *limits]  # type: ignore[attr-defined]
        self.fields["step"].choices = [("", "–"), *steps]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Whatever was chosen is named."""
        said = super().clean() or {}
        wanted = {"limit": "parameter", "skip_step": "step", "written": "written"}.get(said.get("kind", ""), "")
        if wanted and not said.get(wanted):
            self.add_error(wanted, _("Say which."))
        if said.get("kind") == "limit" and not (said.get("low") or said.get("high")):
            self.add_error("low", _("Give at least one end."))
        return said

    def clean_written(self) -> list[dict[str, Any]]:
        """The changes as a list."""
        text = self.cleaned_data["written"]
        if not text.strip():
            return []
        try:
            read = YAML(typ="safe", pure=True).load(text)
        except YAMLError as error:
            raise forms.ValidationError(_("This can’t be read as YAML or JSON.")) from error
        changes = read if isinstance(read, list) else [read]
        if not changes or not all(isinstance(change, dict) for change in changes):
            raise forms.ValidationError(_("Write a list of changes."))
        return changes


class OpenVesselsForm(forms.Form):
    """How many vessels are opened, and what they are made from."""

    kind = forms.CharField(max_length=40, widget=forms.HiddenInput)
    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=500)
    made_from = forms.MultipleChoiceField(
        label=_("Made from"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("Vessels of this batch.")
    )

    def __init__(self, *args: object, groups: Sequence[tuple[str, str]], **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["made_from"].choices = groups  # type: ignore[attr-defined]
        if not groups:
            del self.fields["made_from"]


class LabelsForm(forms.Form):
    """Which vessels get their label once more, and why."""

    vessels = forms.MultipleChoiceField(label=_("Vessels"), widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(label=_("Why once more"), max_length=500, widget=area(2))

    def __init__(self, *args: object, vessels: Iterable[Vessel], **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.by_number = {vessel.number: vessel for vessel in vessels}
        self.fields["vessels"].choices = [(number, number) for number in self.by_number]  # type: ignore[attr-defined]

    def clean_vessels(self) -> list[Vessel]:
        """The vessels that were ticked."""
        return [self.by_number[number] for number in self.cleaned_data["vessels"]]


class ExcursionForm(forms.Form):
    """A condition of an instrument that lay outside its range."""

    condition = forms.CharField(label=_("What was outside"), max_length=40)
    worst = forms.CharField(label=_("Worst value"), max_length=40)
    unit = forms.CharField(label=_("Unit"), required=False, max_length=20)
    began_at = instant_field(_("Began at"))
    ended_at = instant_field(_("Ended at"))
    note = forms.CharField(label=_("Note"), required=False, max_length=500)

    def __init__(self, *args: object, conditions: Sequence[MonitoredCondition], **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.units = {one.key: one.unit for one in conditions}
        if conditions:
            choices = [("", "–"), *((one.key, f"{bilingual(one.label)}, {one.unit}") for one in conditions)]
            self.fields["condition"] = forms.ChoiceField(label=_("What was outside"), choices=choices)
            del self.fields["unit"]
            self.order_fields(["condition", "worst"])

    def clean(self) -> dict[str, Any]:
        """The unit is that of the master record, where it watches this condition."""
        said = super().clean() or {}
        return {**said, "unit": self.units.get(said.get("condition", ""), said.get("unit", ""))}


class Asked(forms.CharField):
    """A value as it is entered: whatever is typed goes to the service, also nothing at all ("not done")."""

    def __init__(self, *, label: str, widget: forms.Widget) -> None:
        super().__init__(label=label, widget=widget, max_length=2000, strip=False)

    def validate(self, value: str) -> None:
        """Nothing is refused here."""


class PlaceForm(forms.Form):
    """A value of one place with its reason: a correction, a late entry, or why it was not done."""

    performed_at = Asked(label=_("Done at, if not now"), widget=forms.TextInput(attrs={"type": "datetime-local"}))
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=area(2))

    field_order = ("text", "performed_at", "reason")

    def __init__(self, *args: object, parameter: Recordable, reasoned: bool = True, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
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
    if parameter.kind in (ParameterKind.CHOICE, ParameterKind.YES_NO):
        options = parameter.options if isinstance(parameter, ChoiceParameter) else ()
        choices = [(option.key, bilingual(option.label)) for option in options] or list(YES_NO)
        return Asked(label=label, widget=forms.Select(choices=[("", "–"), *choices]))
    return Asked(label=label, widget=CONTROLS.get(parameter.kind, forms.TextInput)())


def planned_deviation_steps(definition: Definition, begun: Iterable[str]) -> list[tuple[str, str]]:
    """The steps at which the master record allows a planned deviation."""
    steps = {
        f"{stage.key}.{step.key}": (stage, step) for stage in definition.preparation.stages for step in stage.steps
    }
    found = []
    for place in begun:
        stage, step = steps.get(_without_indices(place), (None, None))
        if stage and step and step.planned_deviation:
            found.append((place, f"{bilingual(stage.label)} · {bilingual(step.label)} ({place})"))
    return found


def _without_indices(place: str) -> str:
    return ".".join(part.split("[")[0] for part in place.split(".")[:2])


def _version_label(version: ProductVersion) -> str:
    title = bilingual({"en": version.title_en, "zh": version.title_zh})
    return f"{title} · {version.record.number}"


def _donation_label(donation: Donation) -> str:
    return f"{donation.din} · {donation.donor.number} · {word_of(donation.eligibility).word}"
