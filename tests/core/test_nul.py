"""A NUL character where one of several rows is named: refused at the field, for PostgreSQL can't be asked for it."""

import pytest
from django import forms
from rest_framework import serializers

from apps.core import fields
from apps.core.ui import acts
from apps.organisation.models import Site
from tests.architecture.source import ROOT
from tests.cast import Cast

NUL = ["\0", "NANHU\0", "a\0b"]


@pytest.mark.parametrize("text", NUL)
def test_the_api_names_no_row_with_a_nul(cast: Cast, text: str) -> None:
    field = fields.OneOf(slug_field="code", queryset=Site.objects.all())

    with pytest.raises(serializers.ValidationError):
        field.run_validation(text)
    assert field.run_validation(cast.olga and "NANHU").code == "NANHU"


@pytest.mark.parametrize("text", NUL)
def test_a_form_names_no_row_with_a_nul(cast: Cast, text: str) -> None:
    field = acts.OneOf(queryset=Site.objects.all(), to_field_name="code")

    with pytest.raises(forms.ValidationError):
        field.clean(text)
    assert field.clean(cast.olga and "NANHU").code == "NANHU"


@pytest.mark.parametrize(
    ("other", "home"),
    [("forms.ModelChoiceField", "apps/core/ui/acts.py"), ("serializers.SlugRelatedField", "apps/core/fields.py")],
)
def test_nothing_names_a_row_in_another_way(other: str, home: str) -> None:
    own = [str(path.relative_to(ROOT)) for path in (ROOT / "apps").rglob("*.py") if other in path.read_text()]

    assert own == [home]
