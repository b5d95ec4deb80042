"""A master record that is wrong is refused, and the refusal names the place and the reason."""

import shutil

import pytest

from apps.products.loader import load, loaded_from_yaml, read_tables
from apps.products.rules.problems import DefinitionRefused
from tests.products.conftest import MSC

COUNT = "preparation.stages[2].steps[7]"
VIABILITY = f"{COUNT}.parameters[0]"
DECIDE = "preparation.stages[2].steps[10]"
GROWTH = "preparation.stages[2].steps[8]"
DENSITY = "preparation.stages[2].steps[2].parameters[5]"

CHINA = {"en": "China", "zh": "中国"}
TRIAL = {"registry": "nct", "number": "NCT04288102", "source": "nct04288102 STD"}
WRONG = {
    "an unknown key": ("testing.colour", "blue", "testing.colour", "unknown key"),
    "an unknown key in a parameter": (f"{VIABILITY}.colour", "blue", f"{VIABILITY}.colour", "unknown key"),
    "a missing key": (f"{VIABILITY}.unit", ..., f"{VIABILITY}.unit", "is missing"),
    "a low end above the high end": (
        f"{DENSITY}.limit.low",
        "20000",
        f"{DENSITY}.limit.low",
        "the low end 20000 lies above the high end 10000",
    ),
    "an alert level outside the limit": (
        f"{VIABILITY}.limit.alert.low",
        "85.0",
        f"{VIABILITY}.limit.alert.low",
        "lies outside",
    ),
    "an action level outside the limit": (
        "storage.states[1].temperature.limit.action.high",
        "-100",
        "storage.states[1].temperature.limit.action.high",
        "lies outside",
    ),
    "a limit without compare": (f"{VIABILITY}.limit.compare", ..., f"{VIABILITY}.limit.compare", "is missing"),
    "a limit without decimals": (f"{VIABILITY}.limit.decimals", ..., f"{VIABILITY}.limit.decimals", "is missing"),
    "a limit without source": (f"{VIABILITY}.limit.source", ..., f"{VIABILITY}.limit.source", "is missing"),
    "a limit that limits nothing": (
        f"{VIABILITY}.limit",
        {"kind": "at_least", "compare": "raw", "decimals": 1, "source": "wjsc_2025 STD"},
        f"{VIABILITY}.limit.low",
        "limits nothing",
    ),
    "an unknown kind of limit": (f"{VIABILITY}.limit.kind", "about", f"{VIABILITY}.limit.kind", "kind is one of"),
    "a high end in at_least": (f"{VIABILITY}.limit.high", "99", f"{VIABILITY}.limit.high", "at_least has no high end"),
    "a range with one end": (f"{DENSITY}.limit.low", ..., f"{DENSITY}.limit.low", "write at_least or at_most"),
    "an opened life that no clock measures": (
        "preparation.materials[0].expiry_after_opening",
        "1 mo",
        "preparation.materials[0].expiry_after_opening",
        "elapsed time",
    ),
    "an unknown unit": (f"{VIABILITY}.unit", "furlong", f"{VIABILITY}.unit", '"furlong" is no permitted unit'),
    "an unknown computed function": (
        f"{GROWTH}.parameters[1].function",
        "magic",
        f"{GROWTH}.parameters[1].function",
        'no "magic" version 1',
    ),
    "an unknown version of a function": (
        f"{GROWTH}.parameters[1].version",
        9,
        f"{GROWTH}.parameters[1].function",
        "version 9",
    ),
    "a missing input": (
        f"{GROWTH}.parameters[1].inputs.seeded",
        ...,
        f"{GROWTH}.parameters[1].inputs.seeded",
        "needs it",
    ),
    "an input too many": (
        f"{GROWTH}.parameters[1].inputs.colour",
        "harvested",
        f"{GROWTH}.parameters[1].inputs.colour",
        "no such input",
    ),
    "an input that leads nowhere": (
        f"{GROWTH}.parameters[1].inputs.seeded",
        "seed.nothing",
        f"{GROWTH}.parameters[1].inputs.seeded",
        'records no "nothing"',
    ),
    "an input of another kind of unit": (
        f"{GROWTH}.parameters[1].inputs.seeded",
        "pool.volume",
        f"{GROWTH}.parameters[1].inputs.seeded",
        "can't be converted",
    ),
    "an input that is no number": (
        f"{GROWTH}.parameters[1].inputs.seeded",
        "decide.ready_to_formulate",
        f"{GROWTH}.parameters[1].inputs.seeded",
        "is no number",
    ),
    "an instant as a number": (
        f"{GROWTH}.parameters[1].inputs.seeded",
        "pool.pooled_at",
        f"{GROWTH}.parameters[1].inputs.seeded",
        "is an instant",
    ),
    "a value worked out from itself": (
        f"{DECIDE}.parameters[3].inputs.first",
        "accounted",
        f"{DECIDE}.parameters[3].inputs",
        "worked out from itself",
    ),
    "a shelf life of zero": (
        "storage.states[1].shelf_life",
        "0 mo",
        "storage.states[1].shelf_life",
        "zero limits nothing",
    ),
    "a shelf life that is no duration": (
        "storage.states[1].shelf_life",
        "long",
        "storage.states[1].shelf_life",
        "is no duration",
    ),
    "a key that stands twice in a list": (
        f"{COUNT}.key",
        "pool",
        f"{COUNT}.key",
        '"pool" is already the key of entry [6]',
    ),
    "two things of one name in a step": (
        f"{COUNT}.parameters[1].key",
        "count_dye",
        COUNT,
        '"count_dye" names two things',
    ),
    "a step that waits for itself": (f"{COUNT}.after", ["count"], f"{COUNT}.after", 'step "count" waits for itself'),
    "a circle of steps": (
        "preparation.stages[2].steps[6].after",
        ["growth"],
        "preparation.stages[2].steps[6].after",
        'step "pool" waits for itself',
    ),
    "a step that waits for nobody known": (
        f"{COUNT}.after",
        ["nobody"],
        f"{COUNT}.after[0]",
        'there is no step "nobody"',
    ),
    "a stage that waits for itself": (
        "preparation.stages[1].after",
        ["expansion"],
        "preparation.stages[1].after",
        'stage "explant" waits for itself',
    ),
    "a missing Chinese label": (f"{VIABILITY}.label.zh", ..., f"{VIABILITY}.label.zh", "the Chinese text is missing"),
    "an empty Chinese label": (f"{VIABILITY}.label.zh", " ", f"{VIABILITY}.label.zh", "is empty"),
    "an unquoted whole number": (f"{VIABILITY}.limit.low", 90, f"{VIABILITY}.limit.low", "in quotes"),
    "a number that is none": (f"{VIABILITY}.limit.low", "ninety", f"{VIABILITY}.limit.low", '"ninety" is no number'),
    "infinity": (f"{VIABILITY}.limit.low", "Infinity", f"{VIABILITY}.limit.low", "is no number"),
    "a source that is not listed": (
        f"{VIABILITY}.limit.source",
        "hearsay STD",
        f"{VIABILITY}.limit.source",
        '"hearsay" is not in the list of sources',
    ),
    "an unknown mark of certainty": (
        f"{VIABILITY}.limit.source",
        "wjsc_2025 SURE",
        f"{VIABILITY}.limit.source",
        "no mark of certainty",
    ),
    "an unknown check mode": (f"{COUNT}.check", "maybe", f"{COUNT}.check", "none of: none, witness, after, machine"),
    "a time limit from something that is no instant": (
        "preparation.stages[2].steps[5].parameters[1].limit.of",
        "seed.cells_seeded",
        "preparation.stages[2].steps[5].parameters[1].limit.of",
        "is no instant",
    ),
    "a numeric limit on yes or no": (
        "preparation.stages[2].steps[0].parameters[0].limit",
        {"kind": "at_least", "low": "1", "compare": "raw", "decimals": 0, "source": "site_practice CP"},
        "preparation.stages[2].steps[0].parameters[0].limit.kind",
        "a number or a computed value only",
    ),
    "a limit that names no option": (
        "testing.tests[0].results[0].limit.value",
        "fine",
        "testing.tests[0].results[0].limit.value",
        '"fine" is none of',
    ),
    "a repeat without its criterion": (
        f"{COUNT}.repeat.until",
        "nothing",
        f"{COUNT}.repeat.until",
        'records no "nothing"',
    ),
    "a repeat that can't end": (f"{COUNT}.repeat.at_least", 9, f"{COUNT}.repeat.at_least", "at most 3"),
    "rows of no vessel": (
        "preparation.stages[2].steps[2].rows",
        "bottle",
        "preparation.stages[2].steps[2].rows",
        'there is no vessel "bottle"',
    ),
    "a material that is not listed": (
        f"{COUNT}.materials[0]",
        {"material": "ink", "key": "ink", "label": {"en": "Ink", "zh": "墨"}},
        f"{COUNT}.materials[0].material",
        'there is no material "ink"',
    ),
    "a sample that is not listed": (
        "testing.tests[0].sample",
        "air",
        "testing.tests[0].sample",
        'there is no sample "air"',
    ),
    "a method that is not listed": ("testing.tests[0].method_version", "7", "testing.tests[0].method", "version 7"),
    "a state that follows nothing known": (
        "storage.states[0].may_follow",
        ["warm"],
        "storage.states[0].may_follow[0]",
        'there is no storage state "warm"',
    ),
    "a refreezing": (
        "storage.states[2].may_follow",
        ["frozen"],
        "storage.states[2].may_follow[0]",
        "only moves forward",
    ),
    "a retention that is not listed": ("disposal.retention", "short", "disposal.retention", 'no "short"'),
    "a verb signed twice": ("release.signatures[1].verb", "approve_coa", "release.signatures[1].verb", "signed twice"),
    "a dose without a basis for its unit": (
        "dosing.arms[0].basis",
        "per_kg",
        "dosing.arms[0].dose.unit",
        "counted in {cells}/kg",
    ),
    "dose days that go back": ("dosing.arms[0].days", [0, 6, 3], "dosing.arms[0].days[2]", "does not come after day 6"),
    "an authorisation without sites": ("authorisation.sites", [], "authorisation.sites", "at least 1"),
    "a certificate without a country": (
        "authorisation.destinations",
        ...,
        "authorisation.destinations",
        "at least one",
    ),
    "a country that is none": (
        "authorisation.destinations[0].code",
        "XX",
        "authorisation.destinations[0].code",
        '"XX" is the code of no country',
    ),
    "a country in small letters": (
        "authorisation.destinations[0].code",
        "cn",
        "authorisation.destinations[0].code",
        "no country",
    ),
    "a country named twice": (
        "authorisation.destinations",
        [{"code": "CN", "label": CHINA}, {"code": "CN", "label": CHINA}],
        "authorisation.destinations[1].code",
        '"CN" is already named',
    ),
    "a trial named twice": (
        "authorisation.trials",
        [TRIAL, TRIAL],
        "authorisation.trials[1].number",
        "already named",
    ),
    "a register that is not known": (
        "authorisation.trials[0].registry",
        "isrctn",
        "authorisation.trials[0].registry",
        "none of: nct, eudract, ctis, chictr",
    ),
    "a number of another register": (
        "authorisation.trials[0].registry",
        "eudract",
        "authorisation.trials[0].number",
        "is no number of EudraCT, which writes 2020-001234-56",
    ),
    "a trial from a source that is not listed": (
        "authorisation.trials[0].source",
        "hearsay STD",
        "authorisation.trials[0].source",
        '"hearsay" is not in the list of sources',
    ),
    "a period in calendar months": (
        "testing.tests[11].period.at_least",
        "1 mo",
        "testing.tests[11].period.at_least",
        "elapsed time",
    ),
}


@pytest.mark.parametrize(("change", "value", "place", "reason"), WRONG.values(), ids=WRONG)
def test_a_wrong_master_record_is_refused_at_its_place(changed, change, value, place, reason):
    with pytest.raises(DefinitionRefused) as refused:
        changed(change, value)

    found = [(problem.place, problem.reason) for problem in refused.value.problems]
    assert any(problem.startswith(place) and reason in said for problem, said in found), found


def test_the_unchanged_record_is_taken(changed):
    assert changed("units.first_state", "filled").definition.key == "msc_covid19"


def test_all_problems_are_named_at_once(changed):
    with pytest.raises(DefinitionRefused) as refused:
        changed(VIABILITY, {"key": "viability", "kind": "number", "unit": "%", "colour": "blue"})

    assert {problem.place.removeprefix(VIABILITY) for problem in refused.value.problems} == {
        ".label",
        ".decimals",
        ".colour",
    }


@pytest.fixture
def in_files(tmp_path):
    """Change the text of one file of the MSC product and read the folder again."""

    def read(file: str, old: str, new: str) -> None:
        folder = tmp_path / "msc_covid19" / "v1"
        shutil.copytree(MSC, folder)
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        load(folder)

    return read


def test_an_unquoted_number_is_refused_with_file_and_line(in_files):
    with pytest.raises(DefinitionRefused) as refused:
        in_files("preparation/10_receipt.yaml", 'low: "10.0"', "low: 10.0")

    problem = refused.value.problems[0]
    assert problem.place == "preparation.stages[0].steps[1].parameters[0].limit.low"
    assert "10.0 is not in quotes" in problem.reason
    assert (problem.file, problem.line) == ("preparation/10_receipt.yaml", 34)


def test_a_duplicate_key_is_refused_with_file_and_line(in_files):
    with pytest.raises(DefinitionRefused) as refused:
        in_files("units.yaml", "  first_state: filled\n", "  first_state: filled\n  first_state: frozen\n")

    problem = refused.value.problems[0]
    assert (problem.place, problem.reason, problem.file) == ("units.first_state", "the key stands twice", "units.yaml")
    assert problem.line > 30


def test_a_key_that_stands_in_two_files_is_refused(in_files):
    with pytest.raises(DefinitionRefused, match="units: stands already in"):
        in_files("storage.yaml", "storage:\n", "units: {}\nstorage:\n")


def test_a_record_that_lies_in_the_wrong_folder_is_refused(in_files):
    with pytest.raises(DefinitionRefused, match="msc_covid19/v2 does not lie in msc_covid19/v1"):
        in_files("product.yaml", "version: 1", "version: 2")


def test_broken_yaml_is_refused_with_its_line():
    with pytest.raises(DefinitionRefused, match="is no YAML"):
        loaded_from_yaml("key: [unclosed\nversion: 1\n")


def test_an_alias_that_holds_itself_is_refused():
    with pytest.raises(DefinitionRefused, match=r"an alias may contain itself|is no YAML"):
        loaded_from_yaml("key: &a [*a, *a, *a]\n")


def test_an_empty_folder_is_no_master_record(tmp_path):
    with pytest.raises(DefinitionRefused, match="no master record here"):
        load(tmp_path)


def test_a_unit_that_means_nothing_is_refused(tmp_path):
    (tmp_path / "units.yaml").write_text('units: [{code: "x", display: "x", means: "flurb"}]', encoding="utf-8")

    with pytest.raises(DefinitionRefused, match='"flurb" means nothing'):
        read_tables(tmp_path)
