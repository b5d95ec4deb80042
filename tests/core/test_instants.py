"""Instants at the ends of what a calendar holds: refused at the edge, never a failure behind it."""

from typing import Any

import pytest
from django import forms
from django.utils import timezone
from rest_framework import serializers

from apps.core.fields import Instant
from apps.core.ui.acts import instant_field


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"])
def test_the_api_refuses_an_instant_that_no_year_holds_in_utc(text: str) -> None:
    with pytest.raises(serializers.ValidationError, match="year"):
        Instant().run_validation(text)


def test_a_page_refuses_an_instant_that_no_year_holds_in_utc() -> None:
    with timezone.override("Asia/Shanghai"), pytest.raises(forms.ValidationError):
        instant_field("Done at").clean("0001-01-01T00:00")


@pytest.mark.parametrize("field", [Instant(), instant_field("Done at")])
def test_an_ordinary_instant_is_taken(field: Any) -> None:
    read = field.run_validation if isinstance(field, Instant) else field.clean

    assert read("2026-11-05T14:06:00+08:00").isoformat() == "2026-11-05T14:06:00+08:00"
