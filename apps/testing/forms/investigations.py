"""What is said in an investigation: the answers of a phase, decisions, plans, conclusions."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.ui.acts import instant_field, offer
from apps.core.ui.wording import bilingual, sentence
from apps.organisation.models import User
from apps.testing.checklists import questions_of
from apps.testing.facts import (
    Concluded,
    Conclusion,
    InvestigationState,
    LaboratoryCause,
    Phase,
    PlanKind,
    Planned,
    Replied,
    Reply,
)
from apps.testing.models import AssayRun, Sample
from apps.testing.rules import are_not_the_questions, has_no_finding

AREA = forms.Textarea(attrs={"rows": 3})
NO_CAUSE = "none"  # said, never taken for granted
REPLIES = {Reply.YES: _("In order"), Reply.NO: _("Not in order"), Reply.NA: _("Does not apply")}
CAUSES = {
    LaboratoryCause.SAMPLE: _("The sample was not representative"),
    LaboratoryCause.PREPARATION: _("Error of preparation"),
    LaboratoryCause.METHOD: _("The method was not followed"),
    LaboratoryCause.INSTRUMENT: _("An instrument failed"),
    LaboratoryCause.REAGENT: _("A reagent or standard was wrong"),
    LaboratoryCause.CALCULATION: _("Error of calculation"),
    LaboratoryCause.ANALYST: _("Error of the analyst"),
}
CONCLUSIONS = {
    Conclusion.CONFIRMED: _("Confirmed: the result stands, the batch fails"),
    Conclusion.INVALIDATED: _("Invalidated with its cause: what was tested instead counts"),
    Conclusion.INCONCLUSIVE: _("Inconclusive: the result stands, the batch is judged by it"),
}
KINDS = {PlanKind.RETEST: _("Retest of the same sample"), PlanKind.RESAMPLE: _("New sample")}


class PhaseForm(forms.Form):
    """Every question of a phase with its remark, and what was found."""

    finding = forms.CharField(label=_("Finding"), max_length=2000, widget=AREA)

    def __init__(self, *args: Any, phase: Phase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions_of(phase)
        for question in self.questions:
            choices = [(reply.value, word) for reply, word in REPLIES.items()]
            self.fields[f"reply_{question.key}"] = forms.ChoiceField(
                label=bilingual(question.label), choices=choices, widget=forms.RadioSelect
            )
            self.fields[f"remark_{question.key}"] = forms.CharField(
                label=_("Remark"), required=False, max_length=1000, widget=forms.TextInput(attrs={"data-beside": True})
            )
        self.order_fields([name for name in self.fields if name not in ("finding", "cause")])

    def clean(self) -> dict[str, Any]:
        """What is not in order says why before it is signed, not after."""
        told = super().clean() or self.cleaned_data
        given = [
            Replied(one.key, Reply(told[f"reply_{one.key}"]), told.get(f"remark_{one.key}", ""))
            for one in self.questions
            if told.get(f"reply_{one.key}")
        ]
        for objection in are_not_the_questions(given, [one.item for one in given]):
            self.add_error(objection.place, sentence(objection))
        return told

    @property
    def said(self) -> dict[str, Any]:
        """What the service takes."""
        told = self.cleaned_data
        answers = [
            Replied(one.key, Reply(told[f"reply_{one.key}"]), told[f"remark_{one.key}"]) for one in self.questions
        ]
        return {"answers": answers, "finding": told["finding"]}


class LaboratoryForm(PhaseForm):
    """The same of the laboratory, with an assignable cause or none."""

    cause = forms.ChoiceField(
        label=_("Laboratory cause"),
        widget=forms.RadioSelect,
        choices=[(NO_CAUSE, _("None: the result stands")), *((one.value, word) for one, word in CAUSES.items())],
        help_text=_("It must show in an answer that is not in order."),
    )

    def clean(self) -> dict[str, Any]:
        """A cause shows in an answer that is not in order."""
        told = super().clean()
        if not self.errors and (objection := has_no_finding(self.said["cause"], self.said["answers"])):
            self.add_error("cause", sentence(objection))
        return told

    @property
    def said(self) -> dict[str, Any]:
        """What the service takes."""
        cause = self.cleaned_data["cause"]
        return {**super().said, "cause": None if cause == NO_CAUSE else LaboratoryCause(cause)}


class DecisionForm(forms.Form):
    """What is decided, in words."""

    decision = forms.CharField(label=_("Decision and its grounds"), max_length=2000, widget=AREA)


class WhyForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Why"), max_length=500, widget=AREA)


class ConclusionForm(forms.Form):
    """How the investigation ends."""

    conclusion = forms.ChoiceField(label=_("Conclusion"), widget=forms.RadioSelect)
    rationale = forms.CharField(label=_("Rationale"), max_length=2000, widget=AREA)
    other_batches = forms.CharField(
        label=_("Other batches considered"),
        help_text=_("Which ones, and why they are or are not concerned."),
        max_length=2000,
        widget=AREA,
    )

    def __init__(self, *args: Any, state: InvestigationState, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gone = state is InvestigationState.INVALIDATED
        first = Conclusion.INVALIDATED if gone else Conclusion.CONFIRMED
        offered = (first, Conclusion.INCONCLUSIVE)
        offer(self, "conclusion", [(one.value, str(CONCLUSIONS[one])) for one in offered])

    @property
    def said(self) -> dict[str, Any]:
        """What the service takes."""
        return {"said": Concluded(**{**self.cleaned_data, "conclusion": Conclusion(self.cleaned_data["conclusion"])})}


class PlanForm(forms.Form):
    """What is tested again."""

    kind = forms.ChoiceField(
        label=_("What"), choices=[(one.value, word) for one, word in KINDS.items()], widget=forms.RadioSelect
    )
    analyst = forms.ChoiceField(label=_("Analyst"), help_text=_("Nobody who took part in the first test."))
    retests = forms.IntegerField(label=_("Number of retests"), min_value=1, max_value=1000)
    amount_left = forms.DecimalField(
        label=_("Amount left of the sample"), required=False, max_digits=18, decimal_places=6
    )
    amount_each = forms.DecimalField(
        label=_("Amount that each retest takes"), required=False, max_digits=18, decimal_places=6
    )
    not_representative = forms.CharField(
        label=_("What shows that the sample does not stand for its batch"),
        required=False,
        max_length=1000,
        help_text=_("Only for a new sample."),
        widget=AREA,
    )
    rationale = forms.CharField(label=_("Rationale"), max_length=1000, widget=AREA)

    def __init__(self, *args: Any, analysts: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "analyst", [("", "–"), *((one.username, one.printed_name) for one in analysts)])

    @property
    def planned(self) -> Planned:
        """The plan as the service takes it."""
        told: Mapping[str, Any] = self.cleaned_data
        return Planned(**{**told, "kind": PlanKind(told["kind"])})


class RetestForm(forms.Form):
    """How many retests go on which run."""

    run = forms.ChoiceField(label=_("Run"), help_text=_("Open runs of this test by the analyst of the plan."))
    count = forms.IntegerField(label=_("Number of retests"), min_value=1, max_value=1000)
    sample = forms.ChoiceField(label=_("New sample"), required=False)
    inoculated_at = instant_field(_("Inoculated at"), required=False)

    def __init__(
        self, *args: Any, runs: Iterable[AssayRun], samples: Iterable[Sample], has_period: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.runs = {one.number: one for one in runs}
        self.samples = {one.number: one for one in samples}
        offer(self, "run", [("", "–"), *((number, number) for number in self.runs)])
        offer(self, "sample", [("", ""), *((number, number) for number in self.samples)])
        if not self.samples:
            del self.fields["sample"]
        if not has_period:
            del self.fields["inoculated_at"]

    @property
    def said(self) -> dict[str, Any]:
        """What the service takes."""
        told = self.cleaned_data
        return {
            "run": self.runs[told["run"]],
            "count": told["count"],
            "sample": self.samples.get(told.get("sample") or ""),
            "inoculated_at": told.get("inoculated_at"),
        }
