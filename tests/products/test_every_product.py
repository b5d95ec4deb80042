"""Every product of the seeds, found by looking: it holds, is founded, speaks both languages, can be read and made."""

import re
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from apps.batches.facts.words import Origin
from apps.batches.models import Batch
from apps.batches.selectors.batches import chain_of_batch
from apps.documents.facts import Section
from apps.documents.services import preview
from apps.donation.selectors import screening_asked
from apps.products.content import master_document
from apps.products.definition import ComputedParameter, Definition, NumberParameter, Recordable
from apps.products.facts import ChainOfIdentity, Entered, Gate, Place, StepAct, TestLevel, VersionState
from apps.products.loader import SEEDS, Loaded, load, read_product, units
from apps.products.models import ProductVersion
from apps.products.rules.computed import compute
from apps.products.rules.numbers import read_entry
from apps.products.selectors import owning_site
from apps.products.services import import_version
from tests.banks.story import bank_of_seven, drawn, from_it
from tests.batches.story import Room, approved, passing, start
from tests.cast import AT, actor
from tests.products.making import planned

PRODUCTS = sorted(path for path in (SEEDS / "products").glob("*/v*") if path.is_dir())
NAMES = [path.parent.name for path in PRODUCTS]
FOUNDED = ("range", "at_least", "at_most", "within_time_of")


@pytest.fixture(params=PRODUCTS, ids=NAMES)
def source(request: pytest.FixtureRequest) -> Path:
    """Where one version of one product lies."""
    return request.param


@pytest.fixture
def product(source: Path) -> Loaded:
    """One version of one product, as it is taken in."""
    return load(source)


def everything(part: object, at: str = "") -> Iterator[tuple[str, object]]:
    """Every part of a record with its place."""
    yield at, part
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in inner:
        yield from everything(value, f"{at}.{key}")


def test_more_than_one_family_is_there() -> None:
    assert len({load(path).definition.band.colour for path in PRODUCTS}) > 1


def test_every_numeric_limit_cites_its_source(source: Path) -> None:
    limits = [(at, part) for at, part in everything(read_product(source).data) if at.endswith(".limit")]
    unfounded = [at for at, limit in limits if limit["kind"] in FOUNDED and "source" not in limit]

    assert len(limits) > 50
    assert unfounded == []


def test_every_dose_shelf_life_and_transport_cites_its_source(product: Loaded) -> None:
    definition = product.definition
    cited = [
        *(definition.given.arms if definition.given else ()),
        *(definition.given.outcomes if definition.given else ()),
        *definition.storage.states,
        *definition.transport.modes,
        *definition.disposal.treatments,
        *definition.testing.tests,
    ]

    assert all(part.source.cites for part in cited)
    assert {entry.key for entry in definition.sources} >= {part.source.cites for part in cited}


def test_every_text_stands_in_both_languages(source: Path) -> None:
    texts = [part for _, part in everything(read_product(source).data) if isinstance(part, dict) and "zh" in part]
    untranslated = {text["zh"] for text in texts if not re.search(r"[\u4e00-\u9fff]", text["zh"])}

    assert len(texts) > 200
    assert {text for text in untranslated if len(text) > 22} == set()  # figures and names such as CD73 stay as they are


def test_what_is_common_practice_is_never_shown_as_law(product: Loaded) -> None:
    kept = [source for _, source in _sources(product.definition) if source.cites == "site_practice"]

    assert len(kept) > (20 if product.definition.collected else 4)
    assert all(source.site_to_confirm for source in kept)


def _sources(definition: Definition) -> Iterator[tuple[str, object]]:
    for stage in definition.preparation.stages:
        for step in stage.steps:
            for field in step.fields:
                found = getattr(field.limit, "source", None) or field.source
                if found is not None:
                    yield field.key, found


def test_the_lot_is_tested_before_anybody_gets_it(product: Loaded) -> None:
    required = product.definition.required_tests(TestLevel.LOT)
    gates = {test.at(TestLevel.LOT).gate for test in required}

    assert Gate.BEFORE_RELEASE in gates
    watched = required if product.definition.units.fill.viable_cells else product.definition.testing.tests
    assert any(test.period for test in watched)  # something is watched for its period, or growth would go unseen
    assert all(result.limit for test in required for result in test.results[:1])


def test_what_is_outstanding_at_a_conditional_release_gates_after_it(product: Loaded) -> None:
    conditional, tests = product.definition.release.conditional, product.definition.testing
    outstanding = {entry.test for entry in conditional.outstanding}

    assert not outstanding & set(conditional.rapid_tests)
    assert conditional.allowed or not outstanding
    late = {
        test.key for test in tests.tests if (at := test.at(TestLevel.LOT)) and at.gate is Gate.AFTER_CONDITIONAL_RELEASE
    }
    assert late <= outstanding


def test_every_state_a_unit_comes_to_has_an_end(product: Loaded) -> None:
    storage = product.definition.storage
    reached, frontier = set(), {product.definition.units.first_state}
    while frontier:
        reached |= frontier
        frontier = {key for state in frontier for key in storage.state(state).may_follow} - reached

    assert {state.key for state in storage.states} - reached <= {"in_infusion_bag"}
    assert all(storage.state(key).temperature.limit for key in reached)


def test_units_are_filled_labelled_and_accounted_for_once(product: Loaded) -> None:
    steps = [step for stage in product.definition.preparation.stages for step in stage.steps]
    acts = [act for step in steps for act in step.acts]

    for act in (StepAct.FILL_UNITS, StepAct.PRINT_LABELS, StepAct.RECONCILE_LABELS):
        assert acts.count(act) == 1, act


def test_a_directed_or_autologous_product_is_scanned_at_the_bedside(product: Loaded) -> None:
    definition = product.definition
    keys = {check.key for check in definition.given.bedside} if definition.given else set()

    assert ("chain_matches" in keys) is (definition.chain_of_identity is not ChainOfIdentity.NONE)


@pytest.mark.django_db
def test_the_readable_master_record_is_drawn_without_a_missing_glyph(cast, product: Loaded) -> None:
    version = import_version(loaded=product, actor=actor(cast.arthur), at=AT)

    assert version.state == VersionState.DRAFT
    assert preview(master_document(version, owning_site(version))).startswith(b"%PDF")


@pytest.mark.django_db
def test_the_readable_master_record_says_for_which_countries_and_under_which_trials(cast, product: Loaded) -> None:
    right = product.definition.authorisation
    version = import_version(loaded=product, actor=actor(cast.arthur), at=AT)

    content = master_document(version, owning_site(version))

    (said,) = [
        {field.label.en: field.value for field in block.fields}
        for block in content.blocks
        if isinstance(block, Section) and block.title.en == "Product"
    ]
    assert right.destinations
    assert said["Destination"].zh == "、".join(one.label.zh for one in right.destinations)  # type: ignore[union-attr]
    assert all(trial.number in str(said["Clinical trials"]) for trial in right.trials)
    assert bool(right.trials) is ("Clinical trials" in said)
    prepared = [one for one in product.definition.preparation.materials if one.prepared_here]
    assert all(one.storage and one.storage.label.zh in content.text for one in prepared)


@pytest.mark.django_db
def test_manage_py_seed_takes_every_product_in() -> None:
    said = StringIO()
    call_command("seed", stdout=said)

    assert {load(path).definition.key for path in PRODUCTS} == set(ProductVersion.objects.values_list("key", flat=True))
    assert said.getvalue().count("in the register") == len(PRODUCTS)


# --- making one -----------------------------------------------------------------------------------------------------


def running(cast, product: Loaded) -> Room:
    """A batch of this product, planned and started by the services from an eligible donation."""
    batch = from_a_bank(cast) if product.definition.preparation.from_bank else planned(cast, product)
    chain = chain_of_batch(batch)
    return start(Room(cast, batch), chain=chain.number if chain else "")


def from_a_bank(cast) -> Batch:
    """Planned from a released bank, of which a unit is drawn."""
    batch = from_it(cast, bank_of_seven(cast))
    drawn(cast, batch, "CT-0900-U01")
    return batch


def good_text(field: Recordable, room: Room) -> str:
    """Something that may stand in a field."""
    if field.kind in ("INSTANT",):
        return room.now.isoformat()
    if field.kind == "DATE":
        return room.now.date().isoformat()
    if field.kind == "TEXT":
        return "A-17"
    return passing(field)


@pytest.mark.django_db
def test_a_batch_is_planned_started_and_its_first_step_filled_in(web_client, cast, product: Loaded) -> None:
    room = running(cast, product)
    first = product.definition.walk()[0]
    assert not first.step.rows
    typed = [field for field in first.step.parameters if field.kind not in ("COMPUTED", "FILE") and field.required]
    for field in typed:
        room.enter(f"{first.place}.{field.key}", good_text(field, room))
    assert room.batch.values.exclude(origin=Origin.COMPUTED).count() == len(typed) > 0

    sections = {}
    for step in product.definition.walk():
        sections.setdefault(step.place.stage, step)
    for step in sections.values():  # the first page of every section
        page = web_client(cast.olga).get(f"/batches/{room.batch.number}/steps/{step.place}/")
        said = unescape(page.content.decode())

        assert page.status_code == 200, step.place
        assert "Bilingual(" not in said
        for field in (step.step, *step.step.parameters):
            assert field.label.en in said, (step.place, field.key)


@pytest.mark.django_db
def test_two_products_that_ask_the_same_test_ask_the_results_of_both(cast) -> None:
    for path in PRODUCTS:
        approved(load(path))
    asked = screening_asked({"NANHU"})

    for donation in (load(path).definition.collected for path in PRODUCTS):
        for test in donation.screening if donation else ():
            assert {result.key for result in test.results} <= {result.key for result in asked[test.key].results}


# --- what the field knows -------------------------------------------------------------------------------------------


def growth_of(definition: Definition, function: str) -> list[tuple[Place, ComputedParameter]]:
    """Where a record works out this function."""
    return [
        (step.place, field)
        for step in definition.walk()
        for field in step.step.parameters
        if isinstance(field, ComputedParameter) and field.function == function
    ]


def worked_out(field: ComputedParameter, seeded: str, harvested: str) -> Entered:
    """What the record's own computed field says of so many million cells that became so many."""
    label = {"en": "Cells", "zh": "细胞"}
    cells = {"key": "cells", "kind": "number", "label": label, "unit": "10*6{cells}", "decimals": 6}
    count = NumberParameter.model_validate(cells)
    given = {"seeded": seeded, "harvested": harvested}
    return compute(field, {name: (read_entry(count, text, units=units()),) for name, text in given.items()}, units())


def with_a_fold_limit() -> list[tuple[str, ComputedParameter]]:
    return [
        (path.parent.name, field)
        for path in PRODUCTS
        for _, field in growth_of(load(path).definition, "fold_expansion")
        if field.limit is not None
    ]


def test_vector_10_two_million_cells_become_2400_million_in_ten_doublings() -> None:
    limited = with_a_fold_limit()

    assert limited
    for name, field in limited:
        result = worked_out(field, "2", "2400")
        assert (result.text, result.verdict) == ("1200", "PASS"), name
        assert worked_out(field, "2", "1998").verdict == "ACTION", name
        (_, doublings), *_ = growth_of(load(SEEDS / "products" / name / "v1").definition, "population_doublings")
        assert worked_out(doublings, "2", "2400").rounded == Decimal("10.2"), name
