"""What is said about complaints and adverse events on the pages."""

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.batches.models import Batch
from apps.core.ui.acts import instant_field, offer, scanned
from apps.core.ui.wording import bilingual, translated
from apps.dosing.rules.following import HIGHEST, LOWEST
from apps.quality.facts import Severity
from apps.units.models import Unit
from apps.vigilance.facts import (
    WORDS,
    Assessment,
    Category,
    Causality,
    Expectedness,
    FollowUp,
    Observed,
    Outcome,
    Reported,
    Sent,
    Seriousness,
    Stage,
    Triage,
)
from apps.vigilance.models import ReportDuty
from apps.vigilance.selectors import key_of, named_by
from apps.vigilance.table import clock_named

FURTHER = "further"  # a report that no duty asks for
MORE = 4  # units on one page; a longer list goes through the API
NO_NAMES = gettext_lazy("No names of patients or donors: only their codes.")


def in_words(words: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Choices in the reader's language."""
    return [(one.value, translated(WORDS[one])) for one in words]


def _text(label: Any, most: int, *, rows: int = 3, required: bool = True, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=most, required=required, help_text=help_text, widget=widget)


def _grade() -> forms.TypedChoiceField:
    choices = [(n, str(n)) for n in range(LOWEST, HIGHEST + 1)]
    label = gettext_lazy("Grade (CTCAE)")
    return forms.TypedChoiceField(label=label, coerce=int, widget=forms.RadioSelect, choices=choices)


class ConcernedForm(forms.Form):
    """The units, or the batches, that are concerned, each by a scan."""

    scans = tuple(f"scanned_{n}" for n in range(1, MORE + 1))

    def __init__(self, *args: Any, sites: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = sites
        for n, name in enumerate(self.scans, 1):
            label = _("Unit or batch, scanned (%(n)s)") % {"n": n}
            self.fields[name] = forms.CharField(label=label, required=n == 1, max_length=120, widget=scanned("unit"))

    def clean(self) -> dict[str, Any]:
        """What was scanned is a unit or a batch of one's sites."""
        found = super().clean() or self.cleaned_data
        self.concerned: list[Unit | Batch] = []
        for name in self.scans:
            text = found.pop(name, "").replace("\0", "").strip()
            named = named_by(text, self.sites) if text else None
            if text and named is None:
                self.add_error(name, _("No unit and no batch of your sites has this number."))
            elif named is not None:
                self.concerned.append(named)
        return found


class ComplaintForm(ConcernedForm):
    """Who reported what, when and how, and which units it is about."""

    reporter = forms.CharField(
        label=gettext_lazy("Reported by"),
        max_length=200,
        help_text=gettext_lazy("Institution, and who there: the answer goes to them."),
    )
    channel = forms.CharField(
        label=gettext_lazy("How it came"), max_length=120, help_text=gettext_lazy("By phone, letter, with a return ...")
    )
    received_at = instant_field(gettext_lazy("Received at"))
    category = forms.ChoiceField(label=gettext_lazy("What it is about"), widget=forms.RadioSelect)
    severity = forms.ChoiceField(label=gettext_lazy("How grave it looks"), widget=forms.RadioSelect)
    what = _text(gettext_lazy("What was reported"), 2000, help_text=NO_NAMES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "category", in_words(Category))
        offer(self, "severity", in_words(Severity))
        self.order_fields([*self.scans, "category", "severity", "what", "reporter", "channel", "received_at"])

    @property
    def said(self) -> Reported:
        """What was said."""
        told = dict(self.cleaned_data)
        category, severity = Category(told.pop("category")), Severity(told.pop("severity"))
        return Reported(category=category, severity=severity, **told)


class TriageForm(forms.Form):
    """What quality makes of a complaint."""

    severity = forms.ChoiceField(label=gettext_lazy("Severity"), widget=forms.RadioSelect)
    rationale = _text(gettext_lazy("Rationale"), 1000)
    deviation = forms.BooleanField(label=gettext_lazy("It is a deviation and is investigated as one"), required=False)
    hold = forms.BooleanField(label=gettext_lazy("Hold sister units that are in stock"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "severity", in_words(Severity))

    @property
    def said(self) -> Triage:
        """What was said."""
        told = dict(self.cleaned_data)
        return Triage(severity=Severity(told.pop("severity")), **told)


class ComplaintAnswerForm(forms.Form):
    """What the reporter was answered, and when."""

    answer = _text(gettext_lazy("Answer to the reporter"), 4000, rows=6)
    answered_at = instant_field(gettext_lazy("Answered at"))


class ConclusionForm(forms.Form):
    """With what it is closed."""

    conclusion = _text(gettext_lazy("Conclusion"), 2000)


class ReopeningForm(forms.Form):
    """Why it is opened again."""

    reason = _text(gettext_lazy("Why it is opened again"), 1000)


class StandingForm(forms.Form):
    """How grave an event is, what makes it serious, how it went."""

    grade = _grade()
    seriousness = forms.MultipleChoiceField(
        label=gettext_lazy("What makes it serious"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: it is not serious (ICH E2A)."),
    )
    outcome = forms.ChoiceField(label=gettext_lazy("How it went"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "seriousness", in_words(Seriousness))
        offer(self, "outcome", [("", "–"), *in_words(Outcome)])

    @property
    def told(self) -> dict[str, Any]:
        """What was said, its words as the rules know them."""
        told = dict(self.cleaned_data)
        told["seriousness"] = tuple(Seriousness(one) for one in told["seriousness"])
        told["outcome"] = Outcome(told["outcome"])
        return told


class AdverseEventForm(StandingForm):
    """What a patient had after a dose."""

    term = forms.CharField(
        label=gettext_lazy("Term"), max_length=200, help_text=gettext_lazy("The diagnosis, or the sign, by its name.")
    )
    narrative = _text(gettext_lazy("Course in words"), 4000, required=False, help_text=NO_NAMES)
    onset_at = instant_field(gettext_lazy("Began at"))
    known_at = instant_field(
        gettext_lazy("Known at"), help_text=gettext_lazy("When anybody of the site first knew: the clock runs from it.")
    )

    field_order = ("term", "grade", "seriousness", "outcome", "onset_at", "known_at", "narrative")

    @property
    def said(self) -> Observed:
        """What was said."""
        return Observed(**self.told)


class FollowUpForm(StandingForm):
    """What was learned later, and the event as it stands now."""

    what = _text(gettext_lazy("What was learned"), 4000, help_text=NO_NAMES)
    learned_at = instant_field(gettext_lazy("Learned at"))

    field_order = ("what", "learned_at", "grade", "seriousness", "outcome")

    @property
    def said(self) -> FollowUp:
        """What was said."""
        return FollowUp(**self.told)


class AssessmentForm(forms.Form):
    """The judgement of the physician."""

    causality = forms.ChoiceField(label=gettext_lazy("Relation to the product"), widget=forms.RadioSelect)
    expectedness = forms.ChoiceField(label=gettext_lazy("Expectedness"), widget=forms.RadioSelect)
    reference = forms.CharField(
        label=gettext_lazy("Reference safety information"),
        max_length=200,
        help_text=gettext_lazy("The document and its version against which it was compared."),
    )
    rationale = _text(gettext_lazy("Rationale"), 2000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "causality", in_words(Causality))
        offer(self, "expectedness", in_words(Expectedness))

    @property
    def said(self) -> Assessment:
        """What was said."""
        told = dict(self.cleaned_data)
        causality, expectedness = Causality(told.pop("causality")), Expectedness(told.pop("expectedness"))
        return Assessment(causality, expectedness, **told)


class SentForm(forms.Form):
    """What was reported to whom, when, under which number, and which duty it answers."""

    answers = forms.ChoiceField(label=gettext_lazy("Which report it is"), widget=forms.RadioSelect)
    sent_to = forms.CharField(
        label=gettext_lazy("Reported to"), max_length=300, help_text=gettext_lazy("Authority, sponsor or committee.")
    )
    reference = forms.CharField(label=gettext_lazy("Reference number"), max_length=120)
    sent_at = instant_field(gettext_lazy("Sent at"))
    what = _text(gettext_lazy("What was reported"), 1000, required=False)

    def __init__(self, *args: Any, duties: Iterable[ReportDuty], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        due = [(key_of(duty), duty_words(duty)) for duty in duties if duty.is_open]
        offer(self, "answers", [*due, (FURTHER, _("A further report"))])

    def clean_answers(self) -> str:
        """The duty it answers, or none."""
        answered = str(self.cleaned_data["answers"])
        return "" if answered == FURTHER else answered

    @property
    def said(self) -> Sent:
        """What was said."""
        return Sent(**{name: value for name, value in self.cleaned_data.items() if name != "answers"})


def duty_words(duty: ReportDuty) -> str:
    """A duty in words: which report, by which clock."""
    clock = clock_named(duty.clock)
    return f"{translated(WORDS[Stage(duty.stage)])}: {bilingual(clock.label) if clock else duty.clock}"
