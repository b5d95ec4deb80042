"""The forms of signing in and of one's own account."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.core.preferences import THEMES


class SignInForm(forms.Form):
    """Both components."""

    username = forms.CharField(
        label=_("Badge or user name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    secret = forms.CharField(
        label=_("Password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class SecretForm(forms.Form):
    """A new secret of one's own."""

    old_secret = forms.CharField(
        label=_("Present password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new_secret = forms.CharField(
        label=_("New password"),
        help_text=_("At least 12 characters; several words make a good one."),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password once more"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        """Typed twice, the same both times."""
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("new_secret"):
            raise forms.ValidationError(_("The two new passwords differ."))
        return again


class ViewForm(forms.Form):
    """A list as one filters it, under a name."""

    name = forms.CharField(max_length=60)
    path = forms.CharField(max_length=400)


class DisplayForm(forms.Form):
    """Language and theme of one's own screens."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    theme = forms.ChoiceField(
        label=_("Display"),
        choices=list(zip(THEMES, (_("As the device"), _("Light"), _("Dark")), strict=True)),
    )


class IdleLimitForm(forms.Form):
    """After how many idle minutes a session locks."""

    minutes = forms.IntegerField(label=_("Minutes until an idle session locks"), min_value=1, max_value=30)


class DeclarationForm(forms.Form):
    """Accepting that one's electronic signature binds."""

    accepted = forms.BooleanField(label=_("I have read the declaration and accept it."))
