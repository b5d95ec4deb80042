"""A tank outside its range: told once, and every unit that was there is held until quality has decided."""

from decimal import Decimal

import pytest

from apps.audit.models import Entry
from apps.audit.selectors import Verification
from apps.core.errors import BadInput, Happened, NotAllowed, Refused
from apps.facility.facts import Quantity
from apps.facility.models import Probe, Reading, ReadingIntake
from apps.facility.services import retire_probe
from apps.quality.facts import Blocks
from apps.quality.models import Event, Hold
from apps.storage.content import exposure_content
from apps.storage.facts import StoreKind
from apps.storage.models import Store, StoreExcursion
from apps.storage.services import accept_exposure, change_tolerance
from apps.units.models import Unit
from tests.audit.owner import drop_the_triggers, execute, undone
from tests.batches.refusals import codes
from tests.cast import AT, Cast, actor, sign_as
from tests.storage.conftest import tank_of
from tests.storage.story import out, put
from tests.storage.watching import DAYTIME, held, minute, probe_of, take

pytestmark = pytest.mark.django_db
WARM = ((0, "-160"), (5, "-149.5"), (10, "-142.25"), (15, "-147"), (20, "-155"))


@pytest.fixture
def probe(cast: Cast, tank: Store) -> Probe:
    return probe_of(cast, tank)


# --- readings -------------------------------------------------------------------------------------------------------
def test_readings_are_kept_as_they_came_and_sealed_by_their_intake(cast: Cast, probe: Probe) -> None:
    taken = take(cast, probe, (0, "-160.10"), (5, "-161"))

    assert [(str(one.value), one.given) for one in Reading.objects.order_by("at")] == [
        ("-160.100", "-160.10"),
        ("-161.000", "-161"),
    ]
    assert (taken.intake.rows, taken.intake.first_at, taken.intake.last_at) == (2, minute(0), minute(5))
    assert Entry.objects.filter(table="facility_reading").count() == 0
    assert Entry.objects.filter(record=probe.record, action="readings.taken").count() == 1
    assert list(Verification().findings()) == []


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE facility_reading SET value = -170 WHERE given = '-161'",
        "UPDATE facility_reading SET given = '-160.1' WHERE given = '-160.10'",
        "DELETE FROM facility_reading WHERE given = '-161'",
        "UPDATE facility_readingintake SET rows_sha256 = 'x'",
    ],
)
def test_a_changed_or_lost_reading_is_found_by_its_seal(cast: Cast, probe: Probe, forgery: str) -> None:
    take(cast, probe, (0, "-160.10"), (5, "-161"))
    with undone():
        drop_the_triggers()
        execute(forgery)
        found = {(one.check, one.address) for one in Verification().findings() if one.check != "trigger"}

    assert ("seal", "probe/TP-31") in found


def test_the_same_reading_again_is_the_same_reading(cast: Cast, probe: Probe) -> None:
    take(cast, probe, (0, "-160"), (5, "-161"))

    again = take(cast, probe, (0, "-160.0"), (5, "-161"), (10, "-162"), (10, "-162"))

    assert (again.intake.rows, again.intake.repeated, Reading.objects.count()) == (1, 3, 3)


def test_another_value_at_the_same_instant_refuses_all_and_names_the_line(cast: Cast, probe: Probe) -> None:
    take(cast, probe, (5, "-161"))

    with pytest.raises(Refused) as refused:
        take(cast, probe, (0, "-160"), (5, "-161.5"), (10, "-150"))

    (objection,) = refused.value.objections
    assert (objection.code, objection.facts["line"], str(objection.facts["there"])) == (
        "other_value_recorded",
        2,
        "-161.000",
    )
    assert (Reading.objects.count(), ReadingIntake.objects.count()) == (1, 1)
    assert codes(lambda: take(cast, probe, (0, "-160"), (0, "-161"))) == ["two_values"]


def test_a_reading_in_kelvin_is_kept_in_the_unit_of_the_probe(cast: Cast, probe: Probe) -> None:
    take(cast, probe, (0, "113.15"), unit="K")

    assert (Reading.objects.get().value, Reading.objects.get().given) == (Decimal("-160.000"), "113.15")


def test_a_probe_whose_readings_could_not_be_judged_is_not_listened_to(cast: Cast, tank: Store) -> None:
    """Nobody installs one any more; those of before say so with their first reading."""
    assert codes(lambda: probe_of(cast, tank, "TP-99", unit="K")) == ["not_judged_in"]
    before = probe_of(cast, tank, "TP-98")
    execute("UPDATE facility_probe SET unit = 'K' WHERE number = 'TP-98'")
    before.refresh_from_db()

    assert codes(lambda: take(cast, before, (0, "150"), unit="K")) == ["not_judged_in"]
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    ("unit", "code"), [("", "unit_needed"), ("degrees", "unknown_unit"), ("%", "other_kind_of_unit")]
)
def test_a_unit_is_never_guessed(cast: Cast, probe: Probe, unit: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        take(cast, probe, (0, "-160"), unit=unit)

    assert [(one.code, one.place) for one in refused.value.objections] == [(code, "unit")]


def test_no_reading_comes_before_its_time_nor_from_a_probe_that_is_gone(cast: Cast, probe: Probe) -> None:
    assert codes(lambda: take(cast, probe, (0, "-160"), (6, "-160"), at=minute(5))) == ["in_the_future"]
    assert codes(lambda: take(cast, probe)) == ["no_readings"]
    retire_probe(probe=probe, reason="Replaced by TP-32.", actor=actor(cast.stella), at=minute(10))

    assert take(cast, probe, (10, "-160")).intake.rows == 1
    assert codes(lambda: take(cast, probe, (11, "-160"))) == ["probe_retired"]


def test_who_may_not_take_readings(cast: Cast, probe: Probe) -> None:
    for stranger in (cast.adam, cast.ines, cast.rolf):
        with pytest.raises(NotAllowed):
            take(cast, probe, (0, "-160"), by=stranger)


# --- excursions -----------------------------------------------------------------------------------------------------
def test_an_excursion_is_one_row_one_event_and_a_hold_on_each_unit_that_was_there(
    cast: Cast, tank: Store, probe: Probe, frozen: list[Unit]
) -> None:
    put(cast, frozen[0], "LN-03/4/2/A1", minute(0))
    put(cast, frozen[1], "LN-03/4/2/A2", minute(0))
    out(cast, frozen[1], minute(5))  # left at the very moment it began
    put(cast, frozen[2], "LN-03/4/2/A3", minute(19))
    put(cast, frozen[3], "LN-03/4/2/A4", minute(20))  # came when it had ended

    (excursion,) = take(cast, probe, *WARM).excursions

    assert (excursion.began_at, excursion.last_at, excursion.ended_at) == (minute(5), minute(15), minute(20))
    assert (excursion.worst, excursion.mean, excursion.readings) == (Decimal("-142.250"), Decimal("-146.250"), 3)
    assert held(excursion) == [frozen[0].number, frozen[2].number]
    event = Event.objects.get()
    assert (event.pk, event.subject, event.kind) == (excursion.event_id, tank.record, "EXCURSION")
    assert event.text == "LN-03 keeps ≤ -150.0 °C; TP-31 read -142.25 °C, from 2026-11-05 09:05 UTC on."
    hold = Hold.objects.get(record=frozen[0].record)
    assert hold.blocks == {Blocks.ISSUE, Blocks.USE}
    assert list(Verification().findings()) == []


def test_what_the_store_tolerates_is_no_excursion(cast: Cast, tank: Store, probe: Probe) -> None:
    change_tolerance(store=tank, minutes=16, reason="Filling takes 15 min.", actor=actor(cast.stella), at=AT)

    assert take(cast, probe, *WARM).excursions == ()
    assert not Event.objects.exists()


def test_a_late_reading_lengthens_the_excursion_and_holds_who_was_there_then(
    cast: Cast, probe: Probe, frozen: list[Unit]
) -> None:
    put(cast, frozen[0], "LN-03/4/2/A1", minute(0))
    out(cast, frozen[0], minute(5))
    (first,) = take(cast, probe, *WARM).excursions
    assert held(first) == []

    (same,) = take(cast, probe, (4, "-149")).excursions

    assert (same.pk, same.began_at, same.readings) == (first.pk, minute(4), 4)
    assert held(same) == [frozen[0].number]
    assert (StoreExcursion.objects.count(), Event.objects.count()) == (1, 1)


def test_readings_that_arrive_one_by_one_tell_the_same_as_all_at_once(
    cast: Cast, probe: Probe, frozen: list[Unit]
) -> None:
    put(cast, frozen[0], "LN-03/4/2/A1", minute(0))
    for pair in (WARM[3], WARM[0], WARM[4], WARM[1], WARM[2]):
        take(cast, probe, pair)

    excursion = StoreExcursion.objects.get()
    assert (excursion.began_at, excursion.ended_at, excursion.worst) == (minute(5), minute(20), Decimal("-142.25"))
    assert (Event.objects.count(), Hold.objects.filter(record=frozen[0].record).count()) == (1, 1)


def test_a_good_reading_between_keeps_two_excursions_apart(cast: Cast, probe: Probe) -> None:
    take(cast, probe, (0, "-160"), (5, "-149"), (10, "-151"), (20, "-148"), (25, "-151"))

    assert list(StoreExcursion.objects.order_by("began_at").values_list("began_at", "ended_at")) == [
        (minute(5), minute(10)),
        (minute(20), minute(25)),
    ]
    assert codes(lambda: take(cast, probe, (10, "-149"))) == ["other_value_recorded"]


def test_an_excursion_over_a_silence_is_joined_by_what_comes_late(cast: Cast, probe: Probe) -> None:
    take(cast, probe, (0, "-160"), (5, "-149"), (60, "-149"), (65, "-160"))
    (one,) = StoreExcursion.objects.all()

    assert (one.began_at, one.ended_at, one.unwatched) == (minute(5), minute(65), 55 * 60)
    take(cast, probe, *((n, "-149") for n in range(10, 60, 5)))
    one.refresh_from_db()
    assert (one.unwatched, one.readings, StoreExcursion.objects.count()) == (0, 12, 1)


def test_an_open_excursion_goes_on_until_a_good_reading(cast: Cast, probe: Probe, frozen: list[Unit]) -> None:
    put(cast, frozen[0], "LN-03/4/2/A1", minute(0))
    take(cast, probe, (0, "-160"), (5, "-149"))
    (opened,) = StoreExcursion.objects.all()
    assert (opened.ended_at, held(opened)) == (None, [frozen[0].number])

    take(cast, probe, (10, "-140"))
    take(cast, probe, (15, "-151"))

    opened.refresh_from_db()
    assert (opened.ended_at, opened.worst, opened.readings) == (minute(15), Decimal(-140), 2)


def test_a_unit_put_into_a_store_that_is_outside_its_range_is_held_at_once(
    cast: Cast, probe: Probe, frozen: list[Unit]
) -> None:
    take(cast, probe, (0, "-160"), (5, "-149"))

    put(cast, frozen[0], "LN-03/4/2/A1", minute(6))
    put(cast, frozen[0], "LN-03/4/2/A2", minute(7))

    assert held(StoreExcursion.objects.get()) == [frozen[0].number]
    assert Hold.objects.filter(record=frozen[0].record).count() == 1


def test_a_move_told_late_is_joined_with_the_excursion_it_lay_in(cast: Cast, probe: Probe, frozen: list[Unit]) -> None:
    take(cast, probe, *WARM)

    put(cast, frozen[0], "LN-03/4/2/A1", minute(60), moved_at=minute(25))
    put(cast, frozen[1], "LN-03/4/2/A2", minute(60), happened=Happened(minute(10), "Told by hand."))

    assert held(StoreExcursion.objects.get()) == [frozen[1].number]


def test_each_probe_and_each_store_has_its_own_excursions(
    cast: Cast, tank: Store, probe: Probe, frozen: list[Unit]
) -> None:
    fridge = tank_of(cast, "F-20", kind=StoreKind.FRIDGE, low=Decimal(2), high=Decimal(8))
    put(cast, frozen[0], "LN-03/4/2/A1", minute(0))

    take(cast, probe_of(cast, fridge, "TP-40"), (0, "5"), (5, "9"), (10, "1"), (15, "5"))
    of_gas = probe_of(cast, tank, "CO-1", quantity=Quantity.CO2, unit="%")
    take(cast, of_gas, (0, "5"), (5, "90"), quantity=Quantity.CO2, unit="%")  # no limit of it is known here
    assert held(StoreExcursion.objects.get()) == []
    take(cast, probe, *WARM)
    take(cast, probe_of(cast, tank, "TP-32"), *WARM)

    assert StoreExcursion.objects.count() == 3
    assert Hold.objects.filter(record=frozen[0].record).count() == 2


# --- decisions ------------------------------------------------------------------------------------------------------
def accept(
    cast: Cast, excursion: StoreExcursion, units: list[Unit], evidence: str = "Lid open, core below -155."
) -> None:
    content = exposure_content(excursion=excursion, units=[unit.number for unit in units], evidence=evidence)
    signing = sign_as(cast.quinn, content, at=DAYTIME)
    accept_exposure(
        excursion=excursion, units=units, evidence=evidence, signing=signing, actor=actor(cast.quinn), at=DAYTIME
    )


@pytest.fixture
def excursion(cast: Cast, probe: Probe, frozen: list[Unit]) -> StoreExcursion:
    """Three units held."""
    for n, unit in enumerate(frozen[:3], start=1):
        put(cast, unit, f"LN-03/4/2/A{n}", minute(0))
    out(cast, frozen[2], minute(12))
    take(cast, probe, *WARM)
    return StoreExcursion.objects.select_related("store__record", "probe").get()


def test_quality_lifts_a_group_with_one_signature_and_the_rest_stays_held(
    cast: Cast, excursion: StoreExcursion, frozen: list[Unit]
) -> None:
    accept(cast, excursion, frozen[:2])

    assert held(excursion) == [frozen[2].number]
    hold = Hold.objects.get(record=frozen[0].record)
    assert (hold.lifted_by, hold.lift_reason) == ("quinn", "Lid open, core below -155.")
    assert codes(lambda: accept(cast, excursion, frozen[:2])) == ["not_held"]
    assert codes(lambda: accept(cast, excursion, [])) == ["not_held"]
    assert codes(lambda: accept(cast, excursion, [frozen[2], frozen[2]])) == ["not_held"]
    assert codes(lambda: accept(cast, excursion, frozen[2:3], evidence="-")) == ["text_missing"]


def test_only_quality_decides(cast: Cast, excursion: StoreExcursion, frozen: list[Unit]) -> None:
    content = exposure_content(excursion=excursion, units=[frozen[0].number], evidence="Fine.")
    signing = sign_as(cast.stella, content, at=DAYTIME)

    with pytest.raises(NotAllowed):
        accept_exposure(
            excursion=excursion,
            units=frozen[:1],
            evidence="Fine.",
            signing=signing,
            actor=actor(cast.stella),
            at=DAYTIME,
        )


def test_what_was_decided_is_held_again_only_where_the_excursion_grew_for_it(
    cast: Cast, probe: Probe, excursion: StoreExcursion, frozen: list[Unit]
) -> None:
    accept(cast, excursion, frozen[:3])

    take(cast, probe, (3, "-160"))
    assert held(excursion) == []
    take(cast, probe, (17, "-149"))  # within what was known
    assert held(excursion) == []
    take(cast, probe, (18, "-141"))  # worse than what was decided on

    assert held(excursion) == [unit.number for unit in frozen[:3]]


def test_what_left_before_an_open_excursion_went_on_stays_decided(cast: Cast, probe: Probe, frozen: list[Unit]) -> None:
    put(cast, frozen[0], "LN-03/4/2/A1", minute(0))
    put(cast, frozen[1], "LN-03/4/2/A2", minute(0))
    take(cast, probe, (0, "-160"), (5, "-149"), (10, "-149"))
    excursion = StoreExcursion.objects.select_related("store__record", "probe").get()
    out(cast, frozen[1], minute(10))
    accept(cast, excursion, frozen[:2])

    take(cast, probe, (15, "-149"))

    excursion.refresh_from_db()
    assert held(excursion) == [frozen[0].number]
