"""The forms of access administration."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.roles import Role
from apps.core.ui.acts import instant_field
from apps.core.ui.wording import bilingual
from apps.organisation.facts import ROLE_NAMES


class AccountForm(forms.Form):
    """A new account."""

    username = forms.CharField(
        label=_("User name"),
        max_length=40,
        help_text=_("Letters a to z, digits, - and _. Never given again, not even after the person has left."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    printed_name = forms.CharField(label=_("Printed name"), max_length=120)
    printed_name_zh = forms.CharField(label=_("Printed name in Chinese"), max_length=120, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)


class GrantForm(forms.Form):
    """A role at a site."""

    site = forms.ChoiceField(label=_("Site"))
    role = forms.ChoiceField(label=_("Role"))
    training_reference = forms.CharField(
        label=_("Reference of the training"), max_length=80, help_text=_("Without it no role is given.")
    )
    title_en = forms.CharField(label=_("Job title"), max_length=80, required=False)
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=80, required=False)

    def __init__(self, *args: object, sites: list[str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].choices = [(code, code) for code in sites]
        self.fields["role"].choices = [(role.value, bilingual(ROLE_NAMES[role])) for role in Role]


class ReasonForm(forms.Form):
    """Why access is taken away."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class BadgeForm(forms.Form):
    """A badge to be scanned."""

    badge = forms.CharField(label=_("Badge"), max_length=80)


class TrainingForm(forms.Form):
    """A proof of training."""

    subject = forms.CharField(
        label=_("Subject"),
        max_length=120,
        help_text=_("product/<key>-v1, qualification/gowning, qualification/media_fill, or a procedure."),
    )
    reference = forms.CharField(label=_("Reference of the training"), max_length=80)
    until = instant_field(_("Valid until"), required=False, help_text=_("Empty where it does not lapse."))
