"""The field that takes the chain of identity at every hand-off."""

from django import forms
from django.utils.translation import gettext_lazy

from apps.core.ui.acts import scanned

PATTERN = "^(\\]..)?(&/|=\\+)?.*CH[A-NP-Z1-9][0-9]{6}[0-9A-Z]{6}"


def chain_field(*, required: bool = False) -> forms.CharField:
    """The chain of identity, scanned from the thing in hand. What is for any patient has none: it stays empty."""
    widget = scanned("chain")
    widget.attrs["data-scan-pattern"] = PATTERN
    said = gettext_lazy("Scan it from the label, where what is in hand is for one patient.")
    return forms.CharField(
        label=gettext_lazy("Chain of identity"), max_length=200, required=required, widget=widget, help_text=said
    )


class ChainForm(forms.Form):
    """The chain of identity of what is in hand, asked before an act that begins with it."""

    chain = chain_field(required=True)
