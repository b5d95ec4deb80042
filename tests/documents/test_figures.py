"""How figures and instants are printed: true minus signs, groups of three, powers of ten, the zone named."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from apps.documents.rules import figures, in_thousands, instant, scientific


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("≤ -135", "≤ −135"),
        ("-2.0 – -0.5", "−2.0 – −0.5"),
        ("QC-SOP-001 v1", "QC-SOP-001 v1"),
        ("2026-11-05", "2026-11-05"),
        ("CT-0042", "CT-0042"),
        ("91.5", "91.5"),
    ],
)
def test_a_minus_is_a_minus_and_a_hyphen_a_hyphen(text: str, printed: str) -> None:
    assert figures(text) == printed


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("≤ 3520000; compared as found", "≤ 3\u00a0520\u00a0000; compared as found"),
        ("≤ 3520", "≤ 3520"),
        ("10000.5", "10000.5"),
        ("A999926000117", "A999926000117"),
    ],
)
def test_long_whole_numbers_are_read_in_groups_of_three(text: str, printed: str) -> None:
    assert in_thousands(text) == printed


@pytest.mark.parametrize(
    ("value", "printed"),
    [("5.0E+7", "5.0×10⁷"), ("40000000", "4.0×10⁷"), ("1234567", "1.234567×10⁶"), ("10.0", "10"), ("9999", "9999")],
)
def test_large_figures_are_powers_of_ten(value: str, printed: str) -> None:
    assert scientific(Decimal(value)) == printed


@pytest.mark.parametrize(
    ("zone", "printed"),
    [
        ("Asia/Shanghai", "2026-10-25 08:30 UTC+8"),
        ("Asia/Kolkata", "2026-10-25 06:00 UTC+5:30"),
        ("Europe/Berlin", "2026-10-25 02:30 UTC+2"),
        ("America/New_York", "2026-10-24 20:30 UTC−4"),
        ("UTC", "2026-10-25 00:30 UTC"),
    ],
)
def test_an_instant_is_printed_in_the_zone_of_the_site_and_names_it(zone: str, printed: str) -> None:
    assert instant(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), ZoneInfo(zone)) == printed


def test_the_hour_that_comes_twice_in_autumn_is_told_apart() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    assert instant(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), berlin) == "2026-10-25 02:30 UTC+2"
    assert instant(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), berlin) == "2026-10-25 02:30 UTC+1"
