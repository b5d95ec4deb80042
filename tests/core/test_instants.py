"""Instants at the ends of what a calendar holds: refused at the edge, never a failure behind it."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.utils import timezone
from rest_framework import serializers

from apps.core.fields import Instant
from apps.core.ui.acts import instant_field
from tests.architecture.source import ROOT


@pytest.mark.parametrize(
    "text",
    [
        *("9999-12-31T23:59:59-23:59", "9999-12-31T00:00:00Z", "9999-12-31T08:00:00+08:00"),
        *("0001-01-01T00:00:00+23:59", "0001-01-01T23:59:59Z"),
    ],
)
def test_the_api_refuses_an_instant_that_no_year_holds_in_utc(text: str) -> None:
    with pytest.raises(serializers.ValidationError, match="year"):
        Instant().run_validation(text)


@pytest.mark.parametrize("text", ["9999-12-30T23:59:59Z", "0001-01-02T00:00:00Z"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_what_the_api_takes_every_site_can_show(text: str, zone: str) -> None:
    taken = Instant().run_validation(text)

    assert taken.astimezone(ZoneInfo(zone)).year in (1, 9999)


def test_a_page_refuses_an_instant_that_no_year_holds_in_utc() -> None:
    with timezone.override("Asia/Shanghai"), pytest.raises(forms.ValidationError):
        instant_field("Done at").clean("0001-01-01T00:00")


def test_no_form_asks_for_an_instant_in_another_way() -> None:
    own = [path for path in (ROOT / "apps").rglob("*.py") if "forms.DateTimeField" in path.read_text()]

    assert [str(path.relative_to(ROOT)) for path in own] == ["apps/core/ui/acts.py"]


@pytest.mark.parametrize("field", [Instant(), instant_field("Done at")])
def test_an_ordinary_instant_is_taken(field: Any) -> None:
    read = field.run_validation if isinstance(field, Instant) else field.clean

    assert read("2026-11-05T14:06:00+08:00").isoformat() == "2026-11-05T14:06:00+08:00"
