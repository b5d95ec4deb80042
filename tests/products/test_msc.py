"""The MSC product: every stage of the guideline, its sources, both languages, and the journey's numbers."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from apps.products.definition import EqualsLimit
from apps.products.facts import BadPlace, CheckMode, Gate, Place, ReleaseVerb, StepAct, TestLevel
from apps.products.loader import load_text, loaded_from_yaml, standard_tables
from apps.products.reading import read_yaml
from apps.products.rules.problems import DefinitionRefused

THREE = {"expansion": 3}


def everything(part: object, at: str = "") -> Iterator[tuple[str, object]]:
    yield at, part
    if isinstance(part, dict):
        for key, inner in part.items():
            yield from everything(inner, f"{at}.{key}")
    elif isinstance(part, list):
        for i, inner in enumerate(part):
            yield from everything(inner, f"{at}[{i}]")


def test_every_stage_of_the_guideline_is_there(as_read):
    assert {
        "donation",
        "preparation",
        "units",
        "testing",
        "release",
        "storage",
        "transport",
        "dosing",
        "disposal",
    } <= set(as_read.data)


def test_every_numeric_limit_cites_a_source_with_its_certainty(as_read):
    limits = [(at, part) for at, part in everything(as_read.data) if at.endswith(".limit")]
    unfounded = [
        at
        for at, limit in limits
        if limit["kind"] in ("range", "at_least", "at_most", "within_time_of") and "source" not in limit
    ]

    assert len(limits) > 120
    assert unfounded == []


def test_every_chinese_text_is_chinese(as_read):
    texts = {part["zh"] for _, part in everything(as_read.data) if isinstance(part, dict) and "zh" in part}
    latin_only = {text for text in texts if not re.search(r"[\u4e00-\u9fff]", text)}

    assert len(texts) > 350
    assert {text for text in latin_only if len(text) > 22} == set()  # figures and names such as CD73 stay as they are


def test_the_text_is_canonical_and_reads_back_as_the_same(msc):
    assert load_text(msc.text) == msc.definition
    assert load_text(msc.text) is load_text(msc.text)
    assert "\n" not in msc.text


def test_the_required_tests_of_the_lot_are_those_marked_r(msc):
    assert [test.key for test in msc.definition.required_tests()] == [
        "appearance",
        "morphology",
        "identity_positive",
        "identity_negative",
        "viability_prefreeze",
        "viability_postthaw",
        "viable_count",
        "sterility",
        "gram_stain",
        "mycoplasma",
        "endotoxin",
        "potency",
        "residual_bsa",
        "residual_enzyme",
    ]


# The panel of the lot (final frozen units): every test that is required there, with its limit.
PANEL = {
    "appearance": "equals conforms",
    "morphology": "equals conforms",
    "cd73": ">= 95.0 rounded",
    "cd90": ">= 95.0 rounded",
    "cd105": ">= 95.0 rounded",
    "cd34": "<= 2.0 rounded",
    "cd45": "<= 2.0 rounded",
    "cd14": "<= 2.0 rounded",
    "cd19": "<= 2.0 rounded",
    "hla_dr": "<= 2.0 rounded",
    "viability_prefreeze": ">= 90.0 rounded",
    "viability_postthaw": ">= 80.0 rounded",
    "viable_cells": ">= 40.0 <= 60.0 rounded",  # 5.0e7 as labelled, 20 % to either side
    "growth": "equals no_growth",
    "organisms": "equals none_seen",
    "mycoplasma": "equals negative",
    "endotoxin": "< 0.5 raw",
    "inhibition": ">= 20.0 rounded",
    "bsa": "< 50 raw",
    "enzyme": "<= 10.0 raw",
}


def in_signs(limit: Any) -> str:
    if isinstance(limit, EqualsLimit):
        return f"equals {limit.value}"
    low = f"{'>' if limit.low_open else '>='} {limit.low}" if limit.low is not None else ""
    high = f"{'<' if limit.high_open else '<='} {limit.high}" if limit.high is not None else ""
    return " ".join(part for part in (low, high, limit.compare.lower()) if part)


def test_the_limits_of_the_lot_are_those_of_the_panel(msc):
    found = {}
    for test in msc.definition.required_tests():
        for result in test.results:
            key = test.key if result.key == "viability" else result.key
            found[key] = in_signs(result.limit)

    assert found == PANEL


def test_no_limit_of_the_lot_is_quoted_as_law_where_it_is_practice(msc):
    marks = {result.limit.source.certainty for test in msc.definition.required_tests() for result in test.results}

    assert marks <= {"STD", "STD†", "CP"}
    enzyme = msc.definition.test("residual_enzyme").results[0]
    assert (enzyme.limit.source.certainty, enzyme.limit.source.site_to_confirm) == ("CP", True)


def test_the_required_tests_of_the_bank_and_the_dose(msc):
    at_dose = {test.key for test in msc.definition.required_tests(TestLevel.DOSE)}
    at_bank = {test.key for test in msc.definition.required_tests(TestLevel.BANK)}

    assert at_dose == {"appearance", "viability_postthaw", "viable_count", "gram_stain", "mycoplasma", "endotoxin"}
    assert {"trilineage", "karyotype", "str_profile", "virus_nat", "tumorigenicity", "mycoplasma_culture"} <= at_bank
    assert not {"gram_stain", "residual_bsa", "dmso"} & at_bank


def test_sterility_waits_fourteen_days_and_growth_does_not(msc):
    sterility = msc.definition.test("sterility")

    assert (sterility.period.at_least.text, sterility.period.final_at_any_time) == ("14 d", ("growth",))
    assert sterility.at(TestLevel.LOT).gate is Gate.BEFORE_RELEASE


def test_release_is_signed_in_order_by_titled_people(msc):
    release = msc.definition.release

    assert [signature.verb for signature in release.signatures] == list(ReleaseVerb)
    assert release.signature(ReleaseVerb.CERTIFY).title.zh == "质量受权人"


def test_twelve_units_come_from_one_fill(msc):
    assert {division.key: division.planned for division in msc.definition.units.divisions} == {
        "product": 9,
        "retained": 2,
        "qc": 1,
    }


def test_the_played_batch_has_some_sixty_steps(msc):
    steps = msc.definition.walk(THREE)

    assert len(steps) == 59
    assert [step.number for step in steps] == list(range(1, 60))
    assert str(steps[0].place) == "receipt.receive"
    assert sum(1 for step in steps if StepAct.FILL_UNITS in step.step.acts) == 1
    assert all(step.step.label.zh and step.step.instructions for step in steps)
    assert {step.step.check for step in steps} == set(CheckMode)


def test_a_step_that_repeats_is_walked_as_often_as_it_was_begun(msc):
    places = [str(step.place) for step in msc.definition.walk(THREE | {"expansion[2].feed": 3})]

    assert [place for place in places if ".feed" in place] == [
        "expansion[1].feed[1]",
        "expansion[2].feed[1]",
        "expansion[2].feed[2]",
        "expansion[2].feed[3]",
        "expansion[3].feed[1]",
    ]


def waits(msc, place, occurrences=THREE):
    return [str(before) for before in msc.definition.predecessors(Place.parse(place), occurrences)]


def test_steps_wait_for_what_the_master_says(msc):
    assert waits(msc, "receipt.receive") == []
    assert waits(msc, "receipt.inspect") == ["receipt.receive"]
    assert waits(msc, "explant.line_clearance") == ["receipt.accept"]
    assert waits(msc, "expansion[1].seed") == ["expansion[1].line_clearance", "expansion[1].prepare_medium"]
    assert waits(msc, "expansion[2].feed[3]") == ["expansion[2].feed[2]"]
    assert waits(msc, "expansion[2].harvest", THREE | {"expansion[2].feed": 3}) == ["expansion[2].feed[3]"]
    assert waits(msc, "expansion[3].line_clearance") == ["expansion[2].decide"]
    assert waits(msc, "formulation.line_clearance") == ["expansion[3].decide"]
    assert waits(msc, "formulation.resuspend") == ["formulation.concentrate", "formulation.prepare_freezing_medium"]


def test_parallel_branches_do_not_wait_for_each_other(msc):
    assert (
        waits(msc, "expansion[2].prepare_medium")
        == waits(msc, "expansion[2].line_clearance")
        == ["expansion[1].decide"]
    )
    assert waits(msc, "expansion[2].take_samples") == ["expansion[2].pool"]
    assert waits(msc, "fill.line_clearance") == ["formulation.resuspend"]


def test_an_optional_step_that_was_never_begun_is_passed_over(changed):
    loaded = changed("preparation.stages[2].steps[4].repeat.at_least", 0)

    assert waits(loaded, "expansion[1].harvest", {"expansion": 1}) == ["expansion[1].incubate"]
    assert waits(loaded, "expansion[1].harvest", {"expansion": 1, "expansion[1].feed": 2}) == ["expansion[1].feed[2]"]


@pytest.mark.parametrize(
    "place",
    [
        "expansion[2].feed[3].flask[07].confluence",
        "expansion[3].count[1].replicate[A].viability",
        "expansion[3].count[1].viability_mean",
        "receipt.receive.transport_temperature",
        "expansion[1]",
        "receipt",
        "expansion[1].seed.flask[01].flask",
    ],
)
def test_a_place_is_written_as_it_was_read(place):
    assert str(Place.parse(place)) == place


@pytest.mark.parametrize(
    "place",
    [
        "",
        "Expansion",
        "expansion[0]",
        "expansion[01].feed",
        "expansion[2]..feed",
        "a.b.c[1].d.e",
        "expansion[2].feed[3].flask[].x",
        "a b",
        "expansion[２]",
        "a.b.flask[x/y].c",
    ],
)
def test_what_is_no_place_is_refused(place):
    with pytest.raises(BadPlace):
        Place.parse(place)


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("nowhere.receive.x", 'no stage "nowhere"'),
        ("receipt.nothing.x", 'no step "nothing"'),
        ("receipt.receive.nothing", 'records no "nothing"'),
        ("receipt[1].receive.received_at", "does not repeat"),
        ("expansion.seed.seeded_at", "carries its index"),
        ("expansion[5].seed.seeded_at", "at most 4 times"),
        ("expansion[1].count[1].viability", "needs a row of replicate"),
        ("expansion[1].count[1].replicate[C].viability", "none of A, B"),
        ("expansion[1].count[1].replicate[A].viability_mean", "a row too many"),
        ("expansion[1].count[1].flask[A].viability", "needs a row of replicate"),
    ],
)
def test_a_place_that_the_master_does_not_have_is_refused(msc, place, reason):
    with pytest.raises(BadPlace, match=re.escape(reason)):
        msc.definition.parameter(Place.parse(place))


def test_the_places_of_a_step_name_each_row_and_each_field(msc):
    places = [str(place) for place, _ in msc.definition.places_of(Place.parse("expansion[3].count[1]"))]
    flasks = [str(place) for place, _ in msc.definition.places_of(Place.parse("expansion[2].feed[3]"), ["06", "07"])]

    assert places[:4] == [
        f"expansion[3].count[1].replicate[{key}].{name}" for key in "AB" for name in ("viability", "viable")
    ]
    assert places[-1] == "expansion[3].count[1].difference"
    assert "expansion[2].feed[3].flask[07].confluence" in flasks
    assert all(msc.definition.parameter(Place.parse(place)) for place in places + flasks)


def known(*texts):
    return [Place.parse(text) for text in texts]


def inputs(msc, place, *recorded):
    found = msc.definition.inputs_of(Place.parse(place), known(*recorded))
    return {name: [str(each) for each in places] for name, places in found.items()}


def test_a_mean_takes_the_rows_of_its_own_count(msc):
    rows = [f"expansion[2].count[{n}].replicate[{key}].viability" for n in (1, 2) for key in "AB"]

    assert inputs(msc, "expansion[2].count[2].viability_mean", *rows) == {"values": rows[2:]}


def test_the_harvest_takes_the_latest_count_of_its_own_passage(msc):
    recorded = [
        "expansion[1].count[1].viable_mean",
        "expansion[2].count[1].viable_mean",
        "expansion[2].count[2].viable_mean",
        "expansion[2].pool.volume",
    ]

    assert inputs(msc, "expansion[2].growth.harvested", *recorded) == {
        "concentration": recorded[2:3],
        "volume": recorded[3:],
    }


def test_cumulative_doublings_take_all_passages_up_to_their_own(msc):
    recorded = [f"expansion[{n}].growth.doublings" for n in (1, 2, 3)]

    assert inputs(msc, "expansion[2].growth.cumulative_doublings", *recorded) == {"doublings": recorded[:2]}


def test_a_clock_of_another_stage_starts_at_its_last_occurrence(msc):
    pools = known("expansion[1].pool.pooled_at", "expansion[3].pool.pooled_at", "expansion[2].pool.pooled_at")

    assert str(msc.definition.since(Place.parse("fill.start_fill.started_at"), pools)) == "expansion[3].pool.pooled_at"
    assert msc.definition.since(Place.parse("fill.start_fill.started_at"), []) is None
    assert msc.definition.since(Place.parse("receipt.receive.received_at"), pools) is None


def test_a_changed_count_works_its_way_up_to_the_cumulative_doublings(msc):
    definition = msc.definition
    recorded = known(
        "expansion[1].count[1].replicate[A].viable",
        "expansion[1].count[1].replicate[B].viable",
        "expansion[1].pool.volume",
        "expansion[1].seed.cells_seeded",
    )
    targets = known(
        "expansion[1].growth.cumulative_doublings",
        "expansion[1].growth.doublings",
        "expansion[1].growth.harvested",
        "expansion[1].count[1].viable_mean",
        "expansion[1].seed.area",
    )
    order = [str(place) for place in definition.dependents_of(recorded[0], recorded, targets)]

    assert order == [
        "expansion[1].count[1].viable_mean",
        "expansion[1].growth.harvested",
        "expansion[1].growth.doublings",
        "expansion[1].growth.cumulative_doublings",
    ]


def test_the_clocks_of_the_record(msc):
    clocks = {clock.key: clock for clock in msc.definition.clocks}

    assert (clocks["pool_to_fill"].since, clocks["pool_to_fill"].span.at_most.text) == (
        "expansion.pool.pooled_at",
        "120 min",
    )


def test_a_product_in_one_file_is_read_like_one_in_a_folder(as_read, msc):
    assert loaded_from_yaml(msc.text).sha256 == msc.sha256  # canonical JSON is YAML as well


def test_methods_and_retention_stand_beside_the_products():
    tables = standard_tables()

    assert tables.method("sterility_culture", "1").title.en == "Sterility by culture"
    assert tables.method("sterility_culture", "2") is None
    assert tables.retention_of("cell_product_records").at_least.text == "30 a"


@pytest.mark.parametrize("text", ["[]", "just words", "42"])
def test_a_file_that_is_no_mapping_is_refused(text):
    assert read_yaml(text, "x.yaml").problems


def test_an_empty_record_names_every_stage_that_is_missing():
    with pytest.raises(DefinitionRefused) as refused:
        loaded_from_yaml("key: x\n")

    assert {"donation", "preparation", "testing", "disposal"} <= {problem.place for problem in refused.value.problems}
