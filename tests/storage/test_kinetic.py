"""Mean kinetic temperature (USP <1079>): of labelled materials in their store, never of cells or plasma."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.facility.models import Probe
from apps.storage.models import Store
from apps.storage.rules.kinetic import Reading, is_no_time, mean_kinetic, was_not_watched
from apps.storage.selectors import kinetic_of
from apps.units.models import Unit
from tests.cast import Cast
from tests.storage.conftest import tank_of
from tests.storage.story import put
from tests.storage.watching import DAYTIME, minute, probe_of, take

HOUR = timedelta(hours=1)
WARM = [(0, "20.9676"), (10, "29.8803"), (20, "20.9676"), (30, "29.8803")]


def every_ten_minutes(*values: str) -> list[Reading]:
    return [(minute(10 * n), Decimal(value)) for n, value in enumerate(values)]


def test_ten_thousand_kelvin_over_the_logarithm_of_the_mean() -> None:
    """By hand: ΔH/R is 83144 ÷ 8.3144 = 10,000 K. At 20.9676 °C (294.1176 K) 10,000 ÷ T is 34, at 29.8803 °C (303.0303
    K) it is 33. The mean of e⁻³⁴ and e⁻³³ is e⁻³⁴ × (1 + e) ÷ 2 = e⁻³⁴ × 1.859141, whose logarithm is −34 + 0.620114 =
    −33.379886. 10,000 ÷ 33.379886 = 299.5816 K = 26.43 °C; the arithmetic mean would be 25.42 °C."""
    assert mean_kinetic(every_ten_minutes("20.9676", "29.8803"), minute(20)) == Decimal("26.4")


def test_a_reading_counts_as_long_as_it_stood() -> None:
    """Half an hour at e⁻³⁴ and ten minutes at e⁻³³: e⁻³⁴ × (3 + e) ÷ 4, −33.642333, 297.2420 K."""
    readings = [(minute(0), Decimal("20.9676")), (minute(30), Decimal("29.8803"))]

    assert mean_kinetic(readings, minute(40)) == Decimal("24.1")


@pytest.mark.parametrize("value", ["4.9", "25.0", "-196.0"])
def test_what_never_changed_is_its_own_mean(value: str) -> None:
    assert mean_kinetic(every_ten_minutes(value, value, value), minute(30)) == Decimal(value)


def test_a_mean_is_told_of_what_was_measured_as_a_whole() -> None:
    readings = every_ten_minutes("5.0", "5.0")

    assert was_not_watched(readings, minute(0), minute(25), timedelta(minutes=15)) is None
    assert was_not_watched(readings, minute(0), minute(26), timedelta(minutes=15)) is not None


def test_one_reading_at_the_very_end_of_a_short_time_makes_no_mean() -> None:
    assert was_not_watched(every_ten_minutes("5.0"), minute(-5), minute(0), timedelta(minutes=15)) is not None
    assert was_not_watched([], minute(0), minute(1), HOUR) is not None
    assert is_no_time(minute(0), minute(0)) is not None
    assert is_no_time(minute(0), minute(0) + timedelta(days=367)) is not None


@pytest.mark.django_db
def test_a_store_of_materials_has_a_mean_on_its_page_and_in_the_api(
    cast: Cast, api_client: Any, web_client: Any, time_machine: Any
) -> None:
    time_machine.move_to(DAYTIME, tick=False)
    shelf = tank_of(cast, "SH-01", low=Decimal("2"), high=Decimal("30"))
    take(cast, probe_of(cast, shelf), *WARM)
    span = f"since={minute(0).isoformat()}&until={minute(40).isoformat()}".replace("+", "%2B")
    url = f"/api/v1/probes/TP-31/mean-kinetic-temperature/?{span}"
    told = api_client(cast.stella).get(url).json()

    assert (told["value"], told["code"]) == ("26.4", "")
    assert api_client(cast.stella).get(url.split("?")[0]).json()["code"] == "not_watched"
    page = web_client(cast.stella).get("/storage/stores/SH-01/temperature/").content.decode()
    assert "Mean kinetic temperature" in page


@pytest.mark.django_db
def test_cells_have_no_mean(cast: Cast, tank: Store, frozen: list[Unit]) -> None:
    put(cast, frozen[0], "LN-03/4/2/A1", at=minute(5))
    probe: Probe = probe_of(cast, tank)
    take(cast, probe, *((when, "-196.0") for when in range(0, 31, 10)))
    found: Any = kinetic_of(tank, probe, minute(0), minute(30))

    assert found.code == "keeps_units"
