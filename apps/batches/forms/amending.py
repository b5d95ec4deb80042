"""A batch departs from its master record: a planned deviation, or an amendment."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from apps.batches.forms.words import area
from apps.core.ui.acts import offer
from apps.core.ui.wording import bilingual
from apps.products.definition import Definition
from apps.products.forms import NOTHING


class DeviationForm(forms.Form):
    """Depart from the master record at one step, agreed beforehand."""

    step = forms.ChoiceField(label=_("Step"))
    what = forms.CharField(label=_("What will be different"), max_length=1000, widget=area())
    why = forms.CharField(label=_("Why"), max_length=1000, widget=area())

    def __init__(self, *args: Any, steps: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        offer(self, "step", steps)


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
        self, *args: Any, limits: Sequence[tuple[str, str]], steps: Sequence[tuple[str, str]], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        offer(self, "parameter", [NOTHING, *limits])
        offer(self, "step", [NOTHING, *steps])

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
