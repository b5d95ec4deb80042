"""A stability protocol is refused at the place where it is wrong; what was signed without one stays as it was."""

from copy import deepcopy
from typing import Any

import pytest

from apps.products.content import master_blocks
from apps.products.content.master import master_chapters
from apps.products.definition.stability import StabilityProtocol
from apps.products.loader import SEEDS, Loaded, Reading, load, read_product, standard_tables, validated
from apps.products.rules.problems import DefinitionRefused

MSC, BANK = (SEEDS / "products" / name / "v1" for name in ("msc_covid19", "umsc_working_bank"))
WRONG: dict[str, tuple[str, Any, str]] = {
    "a state the record does not keep": ("stability.state", "lyophilised", "stability.state"),
    "a state whose life is no number of months": ("stability.state", "thawed", "stability.state"),
    "a test the record does not have": ("stability.tests.0", "glow", "stability.tests[0]"),
    "a sample the record does not have": ("stability.pull.sample", "drop", "stability.pull.sample"),
    "a sample of a step": ("stability.pull.sample", "fill_suspension", "stability.pull.sample"),
    "a sample of one division only": ("stability.pull.sample", "qc_unit", "stability.pull.sample"),
    "no unit at a time point": ("stability.pull.units", 0, "stability.pull.units"),
    "a month before the one before": ("stability.points.1.month", 3, "stability.points[1].month"),
    "two windows that meet": ("stability.points.1.window", "77 d", "stability.points[1].window"),
    "a window without a length": ("stability.points.0.window", "1 mo", "stability.points[0].window"),
    "month 0, which is the release": ("stability.points.0.month", 0, "stability.points[0].month"),
    "a point with a test of its own": ("stability.points.0.tests", ["dmso"], "stability.points[0].tests[0]"),
    "support beyond what is studied": ("stability.support.at_most", 25, "stability.support.at_most"),
    "a figure without its source": ("stability.support.source", ..., "stability.support.source"),
    "a source the record does not name": ("stability.support.source", "hearsay CP", "stability.support.source"),
    "no clause": ("stability.clauses", [], "stability.clauses"),
    "said twice": (
        "storage.stability",
        {"months": [0, 3], "tests": ["sterility"], "source": "site_practice CP"},
        "storage.stability",
    ),
}


def changed(path: str, value: Any) -> Loaded:
    """The record with one thing changed, or taken out."""
    data = deepcopy(read_product(MSC).data)
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    found: Any = data
    for part in way:
        found = found[part]
    if value is ...:
        del found[last]
    else:
        found[last] = value
    return validated(Reading(data), standard_tables())


def protocol() -> StabilityProtocol:
    found = load(MSC).definition.stability
    assert found is not None
    return found


@pytest.mark.parametrize("what", WRONG)
def test_a_protocol_that_can_not_be_carried_out_is_refused_at_its_place(what: str) -> None:
    path, value, place = WRONG[what]

    with pytest.raises(DefinitionRefused) as refused:
        changed(path, value)

    assert place in [problem.place for problem in refused.value.problems]


def test_windows_that_just_keep_apart_are_taken() -> None:
    assert changed("stability.points.1.window", "76 d").definition.stability is not None


def test_a_point_may_ask_for_fewer_tests() -> None:
    found = changed("stability.points.0.tests", ["potency"]).definition.stability

    assert found is not None
    assert (found.tests_at(3), found.tests_at(6), found.tests_at(0)) == (("potency",), found.tests, found.tests)


def test_every_figure_of_the_protocol_is_for_the_site_to_confirm() -> None:
    found = protocol()
    figures = [found.pull.source, found.support.source, *(point.source for point in found.points)]

    assert not [source for source in figures if source.certainty.value in {"SRC", "STD"}]
    assert [point.month for point in found.points] == [3, 6, 9, 12, 18, 24]


def test_the_protocol_is_a_chapter_in_both_languages_and_absent_where_there_is_none() -> None:
    studied, unstudied = (master_chapters(load(one).text) for one in (MSC, BANK))

    chapter = next(one for one in studied if one.key == "stability")
    assert (chapter.title.en, chapter.title.zh) == ("Stability", "稳定性")
    assert "stability" not in [one.key for one in unstudied]
    assert all("Stability" not in str(block) for block in master_blocks(load(BANK).text))
