"""What is said when a task is given to a colleague."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from apps.core.ui.acts import OneOf
from apps.organisation.models import User


class HandOverForm(forms.Form):
    """To whom, and what they should know."""

    taker = OneOf(
        label=gettext_lazy("To"),
        queryset=User.objects.none(),
        to_field_name="username",
        words=lambda user: user.printed_name,
    )
    note = forms.CharField(
        label=gettext_lazy("What they should know"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, colleagues: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(OneOf, self.fields["taker"]).queryset = colleagues
