"""What is said with a decision."""

from django import forms
from django.utils.translation import gettext_lazy as _


class WhyForm(forms.Form):
    """Why a batch is ended, or a decision over it taken back."""

    reason = forms.CharField(label=_("Why"), min_length=3, max_length=500, widget=forms.Textarea(attrs={"rows": 4}))


class AcceptForm(forms.Form):
    """Why a finding is accepted."""

    note = forms.CharField(label=_("Why it is accepted"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
