"""A pool of donations: what may enter, what keeps it open, and that a batch is made from all that is in it."""

import copy
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.batches.facts.inputs import PoolInput
from apps.batches.models import Pooled
from apps.batches.rules.pooling import PoolLine, against_closing, is_another_mass, is_not_released, is_twice
from apps.batches.services.planning import plan_batch
from apps.batches.services.pooling import pool_donations, take_from_pool
from apps.donation.facts import Eligibility
from apps.donation.models import Donation
from apps.donation.services import record_screening
from apps.lineage.selectors import ancestor_ids
from apps.products.loader import SEEDS, Loaded, load, read_product, standard_tables, validated
from apps.products.reading import Reading
from apps.products.rules.problems import DefinitionRefused
from tests.batches.refusals import codes
from tests.batches.story import Room, decide, passing, start
from tests.cast import AT, Cast, actor, site_of
from tests.products.making import given, giver, known, planned

FOLDER = SEEDS / "products" / "special_immunoglobulin" / "v1"
POOL = load(FOLDER).definition.preparation.pool
STEP = "pooling.pool"
GIVEN = AT - timedelta(days=70)


def line(n: int = 1, **said: Any) -> PoolLine:
    """A donation that may be pooled."""
    good = {"mass": Decimal("0.650"), "is_eligible": True, "kept_back": timedelta(days=60), "other_donations": 1}
    return PoolLine(f"A99992600{n:04}", f"D-{n:04}", **{**good, **said})


def found(lines: list[PoolLine], mass: str = "65.000") -> list[str]:
    assert POOL
    return [one.code for one in against_closing(lines, Decimal(mass), POOL)]


def test_vector_8_a_pool_of_99_donors_is_blocked_and_one_of_100_is_not() -> None:
    assert found([line(n) for n in range(99)], "64.350") == ["too_few_donors"]
    assert found([line(n) for n in range(100)]) == []


def test_a_hundred_donations_of_99_donors_are_too_few() -> None:
    assert found([line(max(n, 1)) for n in range(100)]) == ["too_few_donors"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"is_eligible": False}, "pooled_not_eligible"),
        ({"holds": ("Donor reactive",)}, "pooled_held"),
        ({"kept_back": timedelta(days=59, hours=23)}, "pooled_too_early"),
        ({"kept_back": None}, "pooled_too_early"),
        ({"other_donations": 0}, "pooled_once_only"),
    ],
)
def test_a_donation_that_is_not_released_keeps_the_pool_open(said: dict[str, Any], code: str) -> None:
    assert POOL
    objection = is_not_released(line(**said), POOL)

    assert objection
    assert objection.code == code


@pytest.mark.parametrize(("mass", "passes"), [("64.357", True), ("64.350", False), ("65.656", True), ("65.670", False)])
def test_the_manifest_adds_up_to_the_pool_within_one_percent(mass: str, passes: bool) -> None:
    assert POOL
    assert (is_another_mass([line(n) for n in range(100)], Decimal(mass), POOL) is None) is passes


def test_no_donation_enters_twice() -> None:
    assert [one.facts["din"] for one in is_twice(["A", "B", "A"], {"B"})] == ["A", "B"]


# --- what the record of a product may say ---------------------------------------------------------------------------


def changed(change: Any) -> Loaded:
    """The product with something changed in its record."""
    read = read_product(FOLDER)
    data = copy.deepcopy(read.data)
    change(data)
    return validated(Reading(data, read.lines), standard_tables())


def steps(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (step for stage in data["preparation"]["stages"] for step in stage["steps"])


def only_one_mechanism(data: dict[str, Any]) -> None:
    for step in steps(data):
        if "inactivates" in step:
            step["inactivates"] = "low_ph"


def side_by_side(data: dict[str, Any]) -> None:
    inactivation = data["preparation"]["stages"][3]["steps"]
    inactivation[1]["after"] = []
    inactivation[1]["parameters"][1].pop("limit")
    inactivation[2]["after"] = ["solvent_detergent", "low_ph"]


def without_a_pool(data: dict[str, Any]) -> None:
    del data["preparation"]["pool"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (only_one_mechanism, "two virus steps of different mechanism"),
        (side_by_side, "does not wait for the one before it"),
        (without_a_pool, "a step brings donations together"),
        (lambda data: data["preparation"]["pool"].update(mass="weight"), 'records no number "weight"'),
        (lambda data: data["units"].update(gtin="09520000001231"), "check digit"),
    ],
)
def test_a_record_of_a_pool_that_does_not_hold_together_is_refused(change: Any, reason: str) -> None:
    with pytest.raises(DefinitionRefused, match=reason):
        changed(change)


# --- in the record of a batch ---------------------------------------------------------------------------------------


def of_two_donors(data: dict[str, Any]) -> None:
    """Two donors make a pool, and nothing comes before it."""
    data["preparation"]["pool"] |= {"donors_at_least": 2, "known_donors": False}
    stage = data["preparation"]["stages"][1]
    stage["after"], stage["steps"][1]["after"] = [], []
    del stage["steps"][1]["equipment"]


def donation(cast: Cast, product: Loaded, n: int) -> Donation:
    """A donation of seventy days ago, found eligible."""
    gave = given(cast, product, giver(cast, product, n, at=GIVEN - timedelta(days=1)), None, n, collected=GIVEN)
    return decide(cast, gave, known(product), Eligibility.ELIGIBLE)


def screened_again(cast: Cast, gave: Donation, product: Loaded) -> None:
    """The donor's blood of yesterday, good in every test."""
    for test in product.definition.donation.screening:
        results = [(result.key, passing(result)) for result in test.results if result.required]
        said = {"specimen_at": AT - timedelta(days=1), "actor": actor(cast.paula), "at": AT}
        record_screening(donor=gave.donor, test=test.key, results=results, laboratory="Lab 1", **said)


@pytest.fixture
def product() -> Loaded:
    return changed(of_two_donors)


@pytest.fixture
def room(cast: Cast, product: Loaded) -> Room:
    """A running batch that is made from a pool."""
    return start(Room(cast, planned(cast, product)))


def enter(room: Room, *lines: tuple[Donation, str]) -> list[Pooled]:
    said = [PoolInput(gave.din, mass) for gave, mass in lines]
    room.later(minutes=1)
    return pool_donations(batch=room.batch, lines=said, actor=actor(room.cast.olga), at=room.now)


@pytest.mark.django_db
def test_a_pool_closes_with_a_manifest_that_holds_and_the_batch_is_made_from_all_of_it(room, cast, product) -> None:
    first, second = donation(cast, product, 1), donation(cast, product, 2)
    enter(room, (first, "6.500"))
    assert codes(lambda: enter(room, (first, "6.500"))) == ["pooled_twice"]
    room.enter(f"{STEP}.thawed_at", (room.now - timedelta(hours=1)).isoformat())
    room.enter(f"{STEP}.mass", "13.000")
    room.enter(f"{STEP}.temperature", "3.0")
    room.enter(f"{STEP}.pooled_at", room.now.isoformat())
    room.witness(STEP)

    assert codes(lambda: room.sign_step(STEP)) == ["too_few_donors", "pool_mass", "pooled_too_early"]
    enter(room, (second, "6.600"))
    screened_again(cast, first, product)
    assert codes(lambda: room.sign_step(STEP)) == ["pooled_too_early"]
    assert second.record_id not in ancestor_ids([room.batch.record])
    screened_again(cast, second, product)
    room.sign_step(STEP)

    before = ancestor_ids([room.batch.record])
    assert {gave.record_id for gave in (first, second)} | {gave.donor.record_id for gave in (first, second)} <= before
    assert codes(lambda: enter(room, (donation(cast, product, 3), "6.500"))) == ["step_done"]


@pytest.mark.django_db
def test_what_is_taken_out_stays_with_its_reason_and_may_enter_another_pool(room, cast, product, web_client) -> None:
    gave = donation(cast, product, 1)
    enter(room, (gave, "6.500"))
    page = f"/batches/{room.batch.number}/pool/"
    operator = web_client(cast.olga)
    assert operator.post(f"{page}take-out/", {"din": gave.din, "reason": "Bag torn"}).status_code == 302

    shown = operator.get(page).content.decode()
    assert "Bag torn" in shown
    assert "No donation is in the pool yet" in shown
    assert codes(lambda: take_from_pool(batch=room.batch, din=gave.din, reason="x", actor=actor(cast.olga), at=AT))
    assert enter(room, (gave, "6.500"))[0].text == "6.500"


@pytest.mark.django_db
def test_page_and_api_enter_the_same_lines(room, cast, product, web_client, api_client) -> None:
    first, second = donation(cast, product, 1), donation(cast, product, 2)
    url = f"/api/v1/batches/{room.batch.number}/pool/"
    sent = api_client(cast.olga).post(url, {"lines": [{"donation": first.din, "mass": "6.500"}]})
    typed = web_client(cast.olga).post(
        f"/batches/{room.batch.number}/pool/enter/", {"lines": f"{second.printed} 6.600\n"}
    )

    assert (sent.status_code, typed.status_code) == (201, 302)
    assert [row["mass"] for row in api_client(cast.olga).get(url).json()] == ["6.500", "6.600"]
    assert api_client(cast.olga).post(url, {"lines": [{"donation": "NONE", "mass": "1"}]}).status_code == 400
    assert api_client(cast.olga).post(url, {"lines": [{"donation": first.din, "mass": "-1"}]}).status_code == 400


@pytest.mark.django_db
def test_a_batch_of_a_pool_names_no_donation_and_any_other_names_one(room, cast, product) -> None:
    gave = donation(cast, product, 1)
    said = {"number": "CT-0999", "site": site_of("NANHU"), "actor": actor(cast.olga), "at": AT}
    pooled, single = room.batch.product_version, known(load(SEEDS / "products" / "msc_covid19" / "v1"))

    assert room.batch.donation is None
    assert codes(lambda: plan_batch(**said, product_version=pooled, donation=gave)) == ["made_from_a_pool"]
    assert codes(lambda: plan_batch(**said, product_version=single)) == ["donation_missing"]
