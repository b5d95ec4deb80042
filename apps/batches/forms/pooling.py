"""What goes into a pool, line by line, and what comes out of it again."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.batches.facts.inputs import PoolInput
from apps.batches.forms.words import area
from apps.core.errors import Objection
from apps.core.ui.acts import offer
from apps.core.ui.wording import sentence
from apps.identity.rules.contents import read_donation_number


class PoolForm(forms.Form):
    """Donations and their masses, one to a line: the number as it is scanned or printed, then the mass."""

    lines = forms.CharField(
        label=_("Donations"),
        max_length=100_000,
        widget=area(10),
        help_text=_("One to a line: the donation number, a space, the mass."),
    )

    def clean_lines(self) -> list[PoolInput]:
        """Each line as a donation number and a mass."""
        return [_read(n, line) for n, line in enumerate(self.cleaned_data["lines"].splitlines(), 1) if line.strip()]


class TakeOutForm(forms.Form):
    """A donation taken out of the pool, and why."""

    din = forms.ChoiceField(label=_("Donation"))
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=area(2))

    def __init__(self, *args: Any, dins: Iterable[str], **more: Any) -> None:
        super().__init__(*args, **more)
        offer(self, "din", [(din, din) for din in dins])


def _read(n: int, line: str) -> PoolInput:
    din, _space, mass = line.strip().rpartition(" ")
    read = read_donation_number(din.strip())
    if isinstance(read, Objection):
        raise forms.ValidationError(_now("Line %(n)s: %(why)s") % {"n": n, "why": sentence(read)})
    return PoolInput(read.number, mass)
