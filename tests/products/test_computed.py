"""The computed catalogue against the field's own vectors, and units and durations that it stands on."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.products.definition.parameters import ComputedParameter
from apps.products.facts import BadDuration, Comparator, Duration, Entered, ParameterKind, Verdict
from apps.products.loader import units
from apps.products.rules.computed import CATALOGUE, compute
from apps.products.rules.limits import RECORDED
from apps.products.rules.units import Incompatible

DAY = datetime(2026, 11, 1, 8, tzinfo=UTC)


def value(number, unit="{cells}", comparator=Comparator.EXACT):
    return Entered(
        ParameterKind.NUMBER, str(number), RECORDED, unit=unit, number=Decimal(str(number)), comparator=comparator
    )


def instant(at):
    return Entered(ParameterKind.INSTANT, at.isoformat(), RECORDED, instant=at)


def worked_out(function, unit, decimals=2, limit=None, constants=None, **inputs):
    field = ComputedParameter.model_validate(
        {
            "key": "it",
            "kind": "computed",
            "label": {"en": "It", "zh": "值"},
            "function": function,
            "unit": unit,
            "decimals": decimals,
            "limit": limit,
        }
        | {"inputs": {name: name for name in inputs} | (constants or {})}
    )
    given_values = {name: entries if isinstance(entries, tuple) else (entries,) for name, entries in inputs.items()}
    return compute(field, given_values, units())


def test_one_million_seeded_and_eight_harvested_are_three_doublings_exactly():
    result = worked_out("population_doublings", "{doublings}", seeded=value("1.0e6"), harvested=value("8.0e6"))

    assert (result.text, result.rounded) == ("3", Decimal("3.00"))


def test_the_three_passages_of_the_journey_add_up_to_ten_doublings():
    passages = [("1.0e6", "8.0e6"), ("5.0e6", "4.0e7"), ("4.0e7", "6.4e8")]
    each = tuple(
        worked_out("population_doublings", "{doublings}", seeded=value(s), harvested=value(h)) for s, h in passages
    )
    limit = {"kind": "at_most", "high": "10.00", "compare": "raw", "decimals": 2, "source": "x CP"}
    total = worked_out("cumulative_doublings", "{doublings}", limit=limit, doublings=each)

    assert [str(result.rounded) for result in each] == ["3.00", "3.00", "4.00"]
    assert (str(total.rounded), total.verdict) == ("10.00", Verdict.PASS)


def test_three_doublings_in_96_hours_are_one_in_32():
    result = worked_out(
        "doubling_time",
        "h",
        decimals=1,
        seeded=value("1.0e6"),
        harvested=value("8.0e6"),
        start=instant(DAY),
        end=instant(DAY + timedelta(hours=96)),
    )

    assert str(result.rounded) == "32.0"


def test_cells_that_do_not_grow_have_no_doubling_time():
    arguments = {"start": instant(DAY), "end": instant(DAY + timedelta(hours=96))}

    assert worked_out("doubling_time", "h", seeded=value("1e6"), harvested=value("1e6"), **arguments) is None
    assert worked_out("population_doublings", "{doublings}", seeded=value("1e6"), harvested=value("0")) is None


def test_seeding_density_of_the_third_passage():
    result = worked_out(
        "seeding_density", "{cells}/cm2", decimals=0, seeded=value("40.0", "10*6{cells}"), area=value("7000", "cm2")
    )

    assert str(result.rounded) == "5714"


def test_viable_cells_of_the_pool_convert_millions():
    result = worked_out(
        "viable_cells", "10*6{cells}", concentration=value("3.20", "10*6{cells}/mL"), volume=value("200.0", "mL")
    )

    assert (result.text, result.unit, str(result.rounded)) == ("640", "10*6{cells}", "640.00")


def test_the_counts_of_the_picture():
    viability = worked_out("mean", "%", decimals=1, values=(value("91.2", "%"), value("91.8", "%")))
    difference = worked_out(
        "difference_percent", "%", decimals=1, values=(value("3.17", "10*6{cells}/mL"), value("3.23", "10*6{cells}/mL"))
    )

    assert (str(viability.rounded), str(difference.rounded)) == ("91.5", "1.9")


def test_one_count_has_no_difference():
    assert worked_out("difference_percent", "%", values=(value("3.17", "10*6{cells}/mL"),)) is None


@pytest.mark.parametrize(
    ("concentration", "volume", "weight", "minutes", "expected"),
    [("0.5", "100", "70", 40, "0.71"), ("0.5", "100", "10", 40, "5.00"), ("0.5", "100", "10", 120, "2.50")],
)
def test_an_infusion_under_one_hour_counts_as_one(concentration, volume, weight, minutes, expected):
    result = worked_out(
        "endotoxin_dose",
        "[IU]/kg/h",
        concentration=value(concentration, "[IU]/mL"),
        volume=value(volume, "mL"),
        weight=value(weight, "kg"),
        hours=value(minutes, "min"),
    )

    assert str(result.rounded) == expected


def test_dmso_of_twenty_millilitres_in_seventy_kilograms():
    result = worked_out(
        "dmso_dose", "g/kg", decimals=3, volume=value("20", "mL"), fraction=value("10", "%"), weight=value("70", "kg")
    )

    assert str(result.rounded) == "0.031"


@pytest.mark.parametrize(("dose", "expected"), [("7.0e7", "3"), ("2.7e8", "9"), ("6.4e7", "2")])
def test_units_to_thaw_are_rounded_up(dose, expected):
    result = worked_out(
        "units_to_thaw", "1", decimals=0, dose=value(dose), per_unit=value("4.0e7"), recovery=value("80", "%")
    )

    assert str(result.rounded) == expected


def test_a_missing_or_censored_input_gives_no_value():
    assert worked_out("mean", "%", values=()) is None
    assert (
        worked_out(
            "sum_of_three",
            "mL",
            first=value("1", "mL"),
            second=value("1", "mL"),
            third=value("5", "mL", Comparator.BELOW),
        )
        is None
    )


def test_a_constant_may_be_an_input():
    result = worked_out(
        "product", "cm2", decimals=0, value=value("175", "cm2"), constants={"times": {"value": "6", "unit": "1"}}
    )

    assert str(result.rounded) == "1050"


def test_every_function_is_named_with_its_version_and_says_what_it_does():
    assert all(key == (function.name, function.version) and function.says for key, function in CATALOGUE.items())
    assert {"population_doublings", "doubling_time", "fold_expansion", "recovery", "percent_of"} <= {
        name for name, _ in CATALOGUE
    }


@given(seeded=st.integers(1, 10**9), doublings=st.integers(0, 20))
@settings(max_examples=100, derandomize=True)
def test_a_whole_number_of_doublings_has_no_noise(seeded, doublings):
    result = worked_out(
        "population_doublings", "{doublings}", seeded=value(seeded), harvested=value(seeded * 2**doublings)
    )

    assert result.number == doublings


@given(first=st.integers(1, 10**9), second=st.integers(1, 10**9), third=st.integers(1, 10**9))
@settings(max_examples=100, derandomize=True)
def test_doublings_of_two_passages_are_those_of_the_whole(first, second, third):
    parts = [
        worked_out("population_doublings", "{doublings}", seeded=value(a), harvested=value(b)).number
        for a, b in ((first, second), (second, third), (first, third))
    ]

    assert abs(parts[0] + parts[1] - parts[2]) < Decimal("0.00000001")


@pytest.mark.parametrize(
    ("number", "given_unit", "wanted", "expected"),
    [
        ("0.1", "ug/mL", "ng/mL", "100"),
        ("37", "Cel", "Cel", "37"),
        ("90", "min", "h", "1.5"),
        ("5.0", "10*6{cells}", "{cells}", "5000000"),
        ("1", "mo", "mo", "1"),
    ],
)
def test_units_convert_exactly(number, given_unit, wanted, expected):
    assert str(units().convert(Decimal(number), given_unit, wanted)) == expected


@pytest.mark.parametrize(
    ("given_unit", "wanted"),
    [("[IU]/mL", "[iU]/mL"), ("[IU]/mL", "ng/mL"), ("{cells}", "mL"), ("furlong", "mL"), ("{units}", "{cells}")],
)
def test_units_of_different_things_do_not_convert(given_unit, wanted):
    with pytest.raises(Incompatible):
        units().convert(Decimal(1), given_unit, wanted)


def test_endotoxin_is_counted_in_international_units_and_shown_as_eu():
    assert units().display("[IU]/mL") == "EU/mL"
    assert units().display("10*6{cells}/mL", "zh-hans") == "×10⁶ 个/mL"


def test_every_permitted_unit_converts_to_itself_and_is_shown():
    assert all(units().convert(Decimal("1.5"), entry.code, entry.code) == Decimal("1.5") for entry in units())
    assert len(list(units())) == len({entry.code for entry in units()})


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("120 min", "2026-11-05T12:00+08:00", "2026-11-05T14:00+08:00"),
        ("14 d", "2026-03-28T12:00+00:00", "2026-04-11T12:00+00:00"),
        ("12 mo", "2026-11-05T12:00+08:00", "2027-11-05T12:00+08:00"),
        ("1 mo", "2027-01-31T12:00+08:00", "2027-02-28T12:00+08:00"),
        ("30 a", "2028-02-29T00:00+08:00", "2058-02-28T00:00+08:00"),
    ],
)
def test_a_duration_leads_to_an_instant(text, start, end):
    assert Duration.parse(text).after(datetime.fromisoformat(start)) == datetime.fromisoformat(end)


@pytest.mark.parametrize("text", ["0 h", "0 mo", "1.5 mo", "-3 d", "3 days", "3d", "", "３ d", "1 d 2 h"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(BadDuration):
        Duration.parse(text)


def test_a_calendar_month_has_no_fixed_length():
    with pytest.raises(BadDuration, match="no fixed length"):
        _ = Duration.parse("1 mo").timedelta
