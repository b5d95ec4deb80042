"""What is said about a batch: why, stop, a note, something to report, a decision at risk."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.batches.forms.words import area
from apps.core.ui.acts import OneOf
from apps.core.ui.status import word_of
from apps.organisation.models import User
from apps.quality.facts import Severity


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
        words=attrgetter("printed_name"),
        help_text=_("A person of quality assurance, who ratifies it within one working day."),
    )
    reason = forms.CharField(label=_("Why it can't wait"), max_length=1000, widget=area())

    def __init__(self, *args: Any, people: Sequence[User], **more: Any) -> None:
        super().__init__(*args, **more)
        found = User.objects.filter(pk__in=[person.pk for person in people]).order_by("printed_name")
        cast(OneOf, self.fields["named_qa"]).queryset = found
