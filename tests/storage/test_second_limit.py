"""The second limit of a store, the decision that a unit is not fit, zones, and the time of a direct move."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.audit.services import audited
from apps.batches.models import Batch
from apps.core.actor import SYSTEM
from apps.core.errors import Happened
from apps.desk.facts import Asked
from apps.desk.selectors.storage import to_move
from apps.facility.models import Probe
from apps.quality.content import open_deviation_content
from apps.quality.facts import Blocks, Severity
from apps.quality.services import lift_hold, open_deviation, place_hold
from apps.storage.content import exposure_content, not_fit_content
from apps.storage.facts import Rejection, Spell, Warmth, Zone
from apps.storage.models import NotFit, Stay, Store, StoreExcursion
from apps.storage.rules import fits_zone, rejection_text, rejects_within
from apps.storage.rules.excursions import is_beyond, joined, spells
from apps.storage.selectors import exposures, history_of, suggested_for
from apps.storage.services import accept_exposure, add_box, change_tolerance, refuse_exposure
from apps.units.facts import Disposition
from apps.units.models import Unit
from apps.units.selectors import units_now
from tests.batches.refusals import codes
from tests.cast import AT, ApiPerson, Cast, actor, sign_as
from tests.dosing.story import let_go
from tests.storage.story import STORED, put
from tests.storage.watching import DAYTIME, held, minute, probe_of, take

db = pytest.mark.django_db
LIMIT = Rejection(None, Decimal("-130.0"), timedelta(minutes=60))
BOX: dict[str, Any] = {"rows": 1, "columns": 3, "at": AT}
EVIDENCE = "A second probe read -170 °C all the time"


@pytest.fixture
def probe(cast: Cast, tank: Store) -> Probe:
    """A probe in a tank whose units are rejected above -130 °C, or after an hour."""
    said: dict[str, Any] = {"minutes": 5, "reason": "Site decision 7", "actor": actor(cast.stella), "at": AT}
    change_tolerance(store=tank, rejection=LIMIT, **said)
    return probe_of(cast, tank)


def warmed(cast: Cast, probe: Probe, worst: str, back: int = 20) -> StoreExcursion:
    return take(cast, probe, (0, "-160"), (10, worst), (back, "-160")).excursions[0]


def judged(cast: Cast, service: Any, content: Any, found: StoreExcursion, unit: Unit, **why: str) -> StoreExcursion:
    signing = sign_as(cast.quinn, content(excursion=found, units=[unit.number], **why), at=DAYTIME)
    who: dict[str, Any] = {"actor": actor(cast.quinn), "at": DAYTIME}
    return service(excursion=found, units=units_now([unit]), signing=signing, **who, **why)


@pytest.mark.parametrize(
    ("worst", "minutes", "expected"),
    [("-130.0", 10, False), ("-129.9", 10, True), ("-149", 59, False), ("-149", 60, True)],
)
def test_the_rejection_limit_is_passed_by_warmth_or_by_time(worst: str, minutes: int, expected: bool) -> None:
    found = outside(worst, keeps=Warmth(None, Decimal(-150)), lasts=minutes)

    assert is_beyond(found, LIMIT) is expected
    assert not is_beyond(found, Rejection())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("15", "-0.1"), True),
        (("-0.1", "15"), True),
        (("0.0", "20.0"), False),
        (("20.1", "1"), True),
        (("1", "20.1"), True),
    ],
)
def test_the_rejection_limit_is_passed_on_either_side_whichever_is_the_worst(
    values: tuple[str], expected: bool
) -> None:
    fridge, limit = Warmth(Decimal(2), Decimal(8)), Rejection(Decimal(0), Decimal(20))
    first, second = (outside(value, keeps=fridge) for value in values)

    assert is_beyond(outside(*values, keeps=fridge), limit) is expected
    assert is_beyond(joined(first, second, fridge), limit) is expected


def outside(*values: str, keeps: Warmth, lasts: int = 10) -> Spell:
    """One time outside the range with these readings, so many minutes long."""
    ends = (minute(lasts), (keeps.high or Decimal(0)) - 1)
    readings = [*((minute(n), Decimal(value)) for n, value in enumerate(values)), ends]
    (found,) = spells(readings, keeps, timedelta(days=1))
    return found


def test_the_rejection_limit_lies_outside_the_range() -> None:
    assert rejects_within(Warmth(None, Decimal(-150)), timedelta(0), Rejection(None, Decimal(-160)))
    assert rejects_within(Warmth(None, Decimal(-150)), timedelta(minutes=90), LIMIT)
    assert rejects_within(Warmth(None, Decimal(-150)), timedelta(minutes=5), LIMIT) is None
    assert rejection_text(LIMIT) == "> -130.0 °C, ≥ 60 min"


@db
def test_beyond_the_rejection_limit_the_event_is_critical_and_fit_needs_a_deviation(
    cast: Cast, probe: Probe, frozen: list[Unit]
) -> None:
    unit = frozen[0]
    put(cast, unit, "LN-03/4/2/A1")
    found = warmed(cast, probe, "-120")

    assert (found.rejects, found.event.severity) == (True, Severity.CRITICAL)

    def accept() -> StoreExcursion:
        return judged(cast, accept_exposure, exposure_content, found, unit, evidence=EVIDENCE)

    assert codes(accept) == ["beyond_rejection"]
    said = {"classification": Severity.MAJOR, "rationale": "The probe failed"}
    signing = sign_as(cast.quinn, open_deviation_content(event=found.event, **said), at=DAYTIME)
    open_deviation(event=found.event, signing=signing, actor=actor(cast.quinn), at=DAYTIME, **said)
    accept()
    assert held(found) == []


@db
def test_an_excursion_that_grows_beyond_the_rejection_limit_is_told_once_more(cast: Cast, probe: Probe) -> None:
    within = take(cast, probe, (0, "-160"), (10, "-140"), (20, "-140")).excursions[0]
    grown = take(cast, probe, (30, "-120"), (40, "-160")).excursions[0]
    later = take(cast, probe, (35, "-119")).excursions[0]

    assert (within.rejects, grown.rejects, later.rejects) == (False, True, True)
    assert within.pk == grown.pk == later.pk
    assert (within.event.severity, grown.event.severity) == (Severity.MAJOR, Severity.CRITICAL)
    assert later.event == grown.event  # its deviation is asked for, whatever was made of the first event


@db
def test_what_was_found_fit_is_held_again_when_the_excursion_is_beyond_the_limit(
    cast: Cast, tank: Store, probe: Probe, frozen: list[Unit]
) -> None:
    unit = frozen[0]
    put(cast, unit, "LN-03/4/2/A1")
    found = warmed(cast, probe, "-140")
    judged(cast, accept_exposure, exposure_content, found, unit, evidence=EVIDENCE)
    said: dict[str, Any] = {"minutes": 5, "reason": "Site decision 8", "actor": actor(cast.stella), "at": AT}
    change_tolerance(store=tank, rejection=Rejection(None, Decimal("-140.1")), **said)

    again = take(cast, probe, (15, "-141")).excursions[0]

    assert (again.pk, again.rejects, again.worst) == (found.pk, True, Decimal("-140.000"))
    assert held(again) == [unit.number]


@db
def test_what_is_not_fit_is_rejected_and_goes_to_its_disposal(cast: Cast, probe: Probe, frozen: list[Unit]) -> None:
    ours, sister = frozen[0], frozen[1]
    for unit, spot in ((ours, "A1"), (sister, "A2")):
        put(cast, unit, f"LN-03/4/2/{spot}")
    found = warmed(cast, probe, "-140")

    judged(cast, refuse_exposure, not_fit_content, found, ours, reason="Warmed beyond its study")

    assert units_now([ours])[0].disposition == Disposition.REJECTED
    assert {one.stay.unit.number: (one.is_held, one.is_fit) for one in exposures(found)} == {
        ours.number: (False, False),
        sister.number: (True, True),
    }
    assert NotFit.objects.get().reason == "Warmed beyond its study"


@db
def test_page_and_api_find_units_not_fit(cast: Cast, probe: Probe, frozen: list[Unit]) -> None:
    for unit, spot in ((frozen[0], "A1"), (frozen[1], "A2")):
        put(cast, unit, f"LN-03/4/2/{spot}")
    found, api, client = warmed(cast, probe, "-120"), ApiPerson(), Client()
    with time_machine.travel(DAYTIME, tick=False):
        api.sign_in(cast.quinn)
        url, body = f"/api/v1/store-excursions/{found.pk}/refusal/", {"units": [frozen[0].number], "reason": "Warm"}
        etag = api.get(f"/api/v1/store-excursions/{found.pk}/").headers["ETag"]
        done = api.sign(url, body, person=cast.quinn, if_match=etag)
        client.force_login(cast.quinn)
        asked = client.post(
            f"/storage/excursions/{found.pk}/refuse/", {"units": frozen[1].number, "evidence": "Warm"}
        ).content.decode()
        page = client.get(f"/storage/excursions/{found.pk}/").content.decode()

    assert (done.status_code, done.json()["rejects"]) == (200, True)
    assert 'name="challenge"' in asked
    assert "not fit" in page


@pytest.mark.parametrize(
    ("zone", "disposition", "reactive", "expected"),
    [
        (Zone.ANY, Disposition.RELEASED, False, True),
        (Zone.QUARANTINE, Disposition.RELEASED, False, False),
        (Zone.QUARANTINE, Disposition.REJECTED, False, True),
        (Zone.RELEASED, Disposition.QUARANTINED, False, False),
        (Zone.RELEASED, Disposition.CONDITIONAL, False, True),
        (Zone.REACTIVE, Disposition.RELEASED, False, False),
        (Zone.REACTIVE, Disposition.QUARANTINED, True, True),
        (Zone.ANY, Disposition.QUARANTINED, True, False),
    ],
)
def test_what_belongs_to_a_zone(zone: Zone, disposition: Disposition, reactive: bool, expected: bool) -> None:
    assert fits_zone(zone, disposition, reactive=reactive) is expected


@db
def test_a_unit_is_kept_in_its_zone_and_leaves_it_when_it_is_released(
    cast: Cast, tank: Store, batch: Batch, frozen: list[Unit]
) -> None:
    said: dict[str, Any] = {**BOX, "actor": actor(cast.stella)}
    for code, zone in (("Q", Zone.QUARANTINE), ("R", Zone.RELEASED)):
        add_box(store=tank, rack="9", code=code, zone=zone, **said)
    unit = frozen[0]

    assert codes(lambda: put(cast, unit, "LN-03/9/R/A1")) == ["wrong_zone"]
    assert "LN-03/9/R/A1" not in {str(place) for place in suggested_for(unit, 200)}
    put(cast, unit, "LN-03/9/Q/A1")
    let_go([unit])
    assert told_to_move(cast) == {unit.number}
    put(cast, units_now([unit])[0], "LN-03/9/R/A1", at=minute(5))
    assert told_to_move(cast) == set()


@db
def test_what_comes_from_a_reactive_donor_lies_apart(cast: Cast, tank: Store, frozen: list[Unit]) -> None:
    unit = frozen[0]
    donor = unit.batch.donation.donor.record
    before = put(cast, frozen[1], "LN-03/4/2/A2")
    with audited(actor=SYSTEM, action="test.arranged", at=AT, touching=[donor]) as change:
        words: dict[str, Any] = {"blocks": [Blocks.USE], "code": "donor_reactive", "template": "reactive"}
        hold = place_hold(change, record=donor, key="reactive:hiv", **words)

    assert codes(lambda: put(cast, unit, "LN-03/4/2/A1")) == ["wrong_zone"]
    there = put(cast, unit, "LN-03/4/2/A1", happened=Happened(STORED, "No other place was left"))
    assert [one["code"] for one in there.overridden] == ["wrong_zone"]
    assert told_to_move(cast) == {unit.number, before.unit.number}

    add_box(store=tank, rack="9", code="X", zone=Zone.REACTIVE, **BOX, actor=actor(cast.stella))
    put(cast, unit, "LN-03/9/X/A1", at=minute(5))
    assert told_to_move(cast) == {before.unit.number}
    with audited(actor=SYSTEM, action="test.arranged", at=AT, touching=[donor]) as change:
        lift_hold(change, hold=hold, reason="The second test was negative")
    assert told_to_move(cast) == {unit.number}


def told_to_move(cast: Cast) -> set[str]:
    return {task.record for task in to_move(Asked(frozenset({"NANHU"}), DAYTIME, cast.stella.username))}


@db
def test_a_direct_move_counts_the_time_it_took(cast: Cast, tank: Store, frozen: list[Unit]) -> None:
    unit = frozen[0]
    put(cast, unit, "LN-03/4/2/A1")

    moved: dict[str, Any] = {"at": minute(30), "moved_at": minute(20)}
    assert codes(lambda: put(cast, unit, "LN-03/4/2/A2", taken_at=minute(25), **moved)) == ["taken_after"]
    put(cast, unit, "LN-03/4/2/A2", taken_at=minute(19), **moved)

    assert history_of(unit).time_out == timedelta(minutes=1)
    assert Stay.objects.filter(unit=unit, out_at=minute(19)).exists()
