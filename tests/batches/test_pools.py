"""A pool of donations: what may enter, what keeps it open, and that a batch is made from all that is in it."""

import copy
import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.batches.facts.inputs import PoolInput
from apps.batches.models import Pooled
from apps.batches.rules.pooling import PoolLine, against_closing, is_another_mass, is_not_released, is_twice, mass_of
from apps.batches.services.planning import plan_batch
from apps.batches.services.pooling import pool_donations, take_from_pool
from apps.core.errors import Happened, Objection
from apps.donation.facts import Eligibility
from apps.donation.models import Donation
from apps.donation.services import record_screening
from apps.lineage.selectors import ancestor_ids
from apps.products.definition import NumberParameter
from apps.products.facts import Place
from apps.products.loader import SEEDS, Loaded, load, read_product, standard_tables, validated
from apps.products.reading import Reading
from apps.products.rules.numbers import read_entry
from apps.products.rules.problems import DefinitionRefused
from apps.quality.facts import Blocks, EventKind, Severity
from apps.quality.models import Event
from apps.quality.selectors import open_holds
from tests.access.oddities import ODD
from tests.batches.refusals import codes
from tests.batches.story import Room, decide, passing, start
from tests.cast import AT, Cast, actor, site_of
from tests.lookback.story import looked_back
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
        ({"holds": (Objection("donor_reactive", "Donor reactive"),)}, "pooled_held"),
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


@pytest.mark.parametrize(
    ("total", "mass", "passes"),
    [
        ("65.000", "64.357", True),
        ("65.000", "64.350", False),
        ("65.000", "65.656", True),
        ("65.000", "65.670", False),
        ("101.000", "100.000", True),
        ("101.001", "100.000", False),
        ("99.000", "100.000", True),
        ("98.999", "100.000", False),
    ],
)
def test_the_manifest_adds_up_to_the_pool_within_one_percent(total: str, mass: str, passes: bool) -> None:
    assert POOL
    lines = [line(1), line(2, mass=Decimal(total) - line(1).mass)]
    assert (is_another_mass(lines, Decimal(mass), POOL) is None) is passes


@pytest.mark.parametrize(
    ("mass", "is_one"),
    [
        ("0.001", True),
        ("0.0001", False),
        ("0", False),
        ("6.5000", True),
        ("6.5004", False),
        ("999999999.999", True),
        ("1000000000", False),
        ("0" * 36 + "6.50", True),
        ("0" * 37 + "6.50", False),
    ],
)
def test_a_mass_is_kept_as_it_was_weighed_or_not_at_all(mass: str, is_one: bool) -> None:
    weighed = load(FOLDER).definition.step(Place.parse(STEP)).field("mass")
    assert isinstance(weighed, NumberParameter)
    assert isinstance(mass_of(PoolInput("A999926000001", mass), read_entry(weighed, mass)), Decimal) is is_one


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
    weighed(room, "13.000")

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


def reactive(cast: Cast, gave: Donation) -> None:
    """A later result of the donor that does not pass."""
    said = {"specimen_at": AT - timedelta(days=1), "actor": actor(cast.paula), "at": AT}
    record_screening(donor=gave.donor, test="hiv", results=[("hiv_antibody", "positive")], laboratory="Lab 1", **said)


def weighed(room: Room, mass: str) -> None:
    """Everything that the step records beside its manifest."""
    room.enter(f"{STEP}.thawed_at", (room.now - timedelta(hours=1)).isoformat())
    room.enter(f"{STEP}.mass", mass)
    room.enter(f"{STEP}.temperature", "3.0")
    room.enter(f"{STEP}.pooled_at", room.now.isoformat())
    room.witness(STEP)


@pytest.mark.django_db
def test_a_pool_that_was_closed_against_its_rules_is_told_and_what_is_held_in_it_holds_the_batch(
    room, cast, product
) -> None:
    first, second = donation(cast, product, 1), donation(cast, product, 2)
    enter(room, (first, "6.500"), (second, "6.500"))
    weighed(room, "13.000")
    for gave in (first, second):
        screened_again(cast, gave, product)
    reactive(cast, second)
    assert codes(lambda: room.sign_step(STEP)) == ["pooled_held"]
    assert not Event.objects.filter(subject=room.batch.record).exists()

    room.sign_step(STEP, happened=Happened(room.now, "The tank was filled before the laboratory called"))

    told = Event.objects.get(subject=room.batch.record)
    assert (told.kind, told.severity) == (EventKind.ACCEPTED_FACT, Severity.CRITICAL)
    assert second.din in told.facts["objections"]
    held = {hold.code for hold in open_holds([room.batch.record], Blocks.PROCESS)}
    assert "donor_reactive" in held


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
def test_what_is_no_mass_is_refused_on_the_page_and_in_the_api(room, cast, product, web_client, api_client) -> None:
    gave, page = donation(cast, product, 1), f"/batches/{room.batch.number}/pool/"
    api, web = api_client(cast.olga), web_client(cast.olga)

    for mass in ("0.0001", "999999999.9999", "1e-9", "0" * 60 + "6.5", "NaN", "1e99", "６.5", "ND"):
        sent = api.post(f"/api/v1{page}", {"lines": [{"donation": gave.din, "mass": mass}]})
        typed = web.post(f"{page}enter/", {"lines": f"{gave.printed} {mass}"})
        assert (mass, sent.status_code, typed.status_code) == (mass, 400, 400)
    assert not Pooled.objects.exists()


@pytest.mark.django_db
def test_whatever_is_sent_to_a_pool_is_answered(room, cast, product, api_client) -> None:
    inside, outside = donation(cast, product, 1), donation(cast, product, 2)
    enter(room, (inside, "6.500"))
    api, url = api_client(cast.olga), f"/api/v1/batches/{room.batch.number}/pool/"

    def sent(path: str, body: object) -> int:
        return api.generic("POST", path, json.dumps(body), content_type="application/json").status_code

    good = {"donation": outside.din, "mass": "6.5"}
    odd = [one for one in ODD.values() if not isinstance(one, bool | float)]
    replies = {sent(url, {"lines": [{**good, name: one}]}) for one in odd for name in good}
    replies |= {sent(url, {"lines": [good], "happened": {"at": one, "reason": "Seen"}}) for one in odd}
    replies |= {sent(url, {"lines": one}) for one in odd}
    replies |= {sent(f"{url}removals/", {"donation": one, "reason": "Seen"}) for one in odd}
    assert replies <= {201, 400, 409}


@pytest.mark.django_db
def test_a_look_back_reaches_the_batch_of_a_pool_open_or_closed(room, cast, product) -> None:
    first, second = donation(cast, product, 1), donation(cast, product, 2)
    enter(room, (first, "6.500"), (second, "6.500"))
    assert looked_back(cast, first.donor).batches == [room.batch.number]

    weighed(room, "13.000")
    for gave in (first, second):
        screened_again(cast, gave, product)
    assert codes(lambda: room.sign_step(STEP)) == ["pooled_held"]
    room.sign_step(STEP, happened=Happened(room.now, "The tank was filled before the laboratory called"))

    assert looked_back(cast, second.donor).batches == [room.batch.number]
    assert "looked_back" in {hold.code for hold in open_holds([room.batch.record], Blocks.CERTIFY)}


@pytest.mark.django_db
def test_a_batch_of_a_pool_names_no_donation_and_any_other_names_one(room, cast, product) -> None:
    gave = donation(cast, product, 1)
    said = {"number": "CT-0999", "site": site_of("NANHU"), "actor": actor(cast.olga), "at": AT}
    pooled, single = room.batch.product_version, known(load(SEEDS / "products" / "msc_covid19" / "v1"))

    assert room.batch.donation is None
    assert codes(lambda: plan_batch(**said, product_version=pooled, donation=gave)) == ["made_from_a_pool"]
    assert codes(lambda: plan_batch(**said, product_version=single)) == ["donation_missing"]
