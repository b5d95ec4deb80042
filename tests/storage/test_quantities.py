"""An incubator keeps its temperature, its CO2 and its humidity, each by its own limit; what was in culture is told."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from apps.alerts.selectors import alerts_for
from apps.alerts.services import raise_due_alerts
from apps.audit.models import Record
from apps.audit.selectors import Verification
from apps.batches.models import Step
from apps.batches.selectors.missing import sections_repeated
from apps.core.errors import BadInput, NotAllowed, Objection
from apps.core.http import sentence
from apps.facility.facts import Quantity
from apps.facility.models import Instrument, Probe, Reading
from apps.inspection.selectors.usage import use_log
from apps.quality.facts import Blocks
from apps.quality.models import Event, Hold
from apps.storage.content import exposure_content
from apps.storage.facts import Rejection, StoreKind, Warmth
from apps.storage.models import Store, StoreExcursion, StoreLimit
from apps.storage.services import Taken, accept_exposure, name_instrument, set_limit
from apps.storage.tasks import sweep_cultures
from tests.batches.conftest import cast, planned_once, room, started_once
from tests.batches.refusals import codes
from tests.batches.story import Room, instrument
from tests.cast import AT, SECRET, Cast, actor, sign_as
from tests.storage.conftest import tank_of
from tests.storage.watching import minute, probe_of, take

__all__ = ["cast", "planned_once", "room", "started_once"]
pytestmark = pytest.mark.django_db
CO2, HUMIDITY = Quantity.CO2, Quantity.HUMIDITY
LIMITS = "/api/v1/stores/IS-07/limits/"


@pytest.fixture
def incubator(cast: Cast) -> Store:
    """IS-07: 36.5 to 37.5 °C, 4.5 to 5.5 % CO2 for which 30 minutes are tolerated, and at least 85 % of humidity."""
    store = tank_of(cast, "IS-07", kind=StoreKind.INCUBATOR, low=Decimal("36.5"), high=Decimal("37.5"))
    limit(cast, store, CO2, "4.5", "5.5", 30, at=AT - timedelta(days=3))
    limit(cast, store, HUMIDITY, "85", None, 60)
    return store


def limit(
    cast: Cast, store: Store, quantity: Quantity, low: str | None, high: str | None, minutes: int = 0, **more: Any
) -> StoreLimit:
    keeps = Warmth(*(None if end is None else Decimal(end) for end in (low, high)))
    said = {"keeps": keeps, "minutes": minutes, "reason": "As qualified.", "at": AT, **more}
    return set_limit(store=store, quantity=quantity, actor=actor(cast.stella), **said)


def of(cast: Cast, store: Store, quantity: Quantity, number: str = "GP-71") -> Probe:
    return probe_of(cast, store, number, quantity=quantity, unit="%")


def reads(cast: Cast, probe: Probe, *pairs: tuple[int, str], **more: Any) -> Taken:
    return take(cast, probe, *pairs, unit="%", quantity=Quantity(probe.quantity), **more)


def every(minutes: int, values: str) -> list[tuple[int, str]]:
    return [(minutes * n, value) for n, value in enumerate(values.split())]


LOW = every(10, "5.0 4.1 3.2 4.2 4.9")  # below 4.5 from the 10th to the 40th minute


# --- limits and readings --------------------------------------------------------------------------------------------
def test_each_quantity_is_judged_by_its_own_limit_and_told_in_its_own_unit(cast: Cast, incubator: Store) -> None:
    gas, damp = of(cast, incubator, CO2), of(cast, incubator, HUMIDITY, "HP-71")

    (found,) = reads(cast, gas, *LOW).excursions
    assert reads(cast, damp, *every(10, "95 84 83 90")).excursions == ()  # half an hour of 60 minutes
    (dry,) = reads(cast, damp, *[(40 + n, value) for n, value in every(10, "84 84 84 84 84 84 90")]).excursions

    assert (found.began_at, found.ended_at, found.worst) == (minute(10), minute(40), Decimal("3.200"))
    assert (found.low, found.high) == (Decimal("4.5"), Decimal("5.5"))
    assert found.event.text == "IS-07 keeps 4.5 – 5.5 % CO₂; GP-71 read 3.2 % CO₂, from 2026-11-05 09:10 UTC on."
    assert dry.event.text == "IS-07 keeps ≥ 85.0 % RH; HP-71 read 84 % RH, from 2026-11-05 09:40 UTC on."
    assert list(Verification().findings()) == []


def test_what_is_tolerated_is_no_excursion_and_a_minute_more_is_one(cast: Cast, incubator: Store) -> None:
    gas = of(cast, incubator, CO2)

    assert reads(cast, gas, (0, "4.4"), (15, "4.4"), (29, "5.0")).excursions == ()
    assert len(reads(cast, gas, (60, "4.4"), (75, "4.4"), (90, "5.0")).excursions) == 1


def test_beyond_the_second_limit_the_event_is_critical(cast: Cast, incubator: Store) -> None:
    limit(cast, incubator, CO2, "4.5", "5.5", 30, rejection=Rejection(low=Decimal(2)), at=minute(-1))

    (found,) = reads(cast, of(cast, incubator, CO2), *every(10, "5 4 1.9 4 5")).excursions

    assert (found.rejects, found.event.severity) == (True, "CRITICAL")


@pytest.mark.parametrize(
    ("declared", "code"), [({}, "quantity_needed"), ({"quantity": HUMIDITY}, "other_quantity"), ({"unit": "Cel"}, "")]
)
def test_percent_say_of_what_and_mean_what_the_probe_measures(
    cast: Cast, incubator: Store, declared: dict[str, Any], code: str
) -> None:
    gas = of(cast, incubator, CO2)

    with pytest.raises(BadInput) as refused:
        take(cast, gas, (0, "5.0"), **{"unit": "%", **declared})

    told = [(one.code, one.place) for one in refused.value.objections]
    assert told == ([(code, "quantity")] if code else [("quantity_needed", "quantity"), ("other_kind_of_unit", "unit")])
    assert not Reading.objects.exists()


def test_a_probe_of_before_is_one_of_temperature_and_may_declare_it(cast: Cast, incubator: Store) -> None:
    probe = probe_of(cast, incubator)

    assert (probe.quantity, probe.mark) == ("TEMPERATURE", "°C")
    assert take(cast, probe, (0, "37")).intake.rows == 1
    assert take(cast, probe, (5, "37"), quantity=Quantity.TEMPERATURE).intake.rows == 1
    assert codes(lambda: take(cast, probe, (10, "37"), quantity=CO2)) == ["other_quantity"]


@pytest.mark.parametrize(("quantity", "unit"), [(CO2, "Cel"), (HUMIDITY, "K"), (Quantity.TEMPERATURE, "%")])
def test_a_probe_is_installed_in_the_unit_of_its_limits(
    cast: Cast, incubator: Store, quantity: Quantity, unit: str
) -> None:
    assert codes(lambda: probe_of(cast, incubator, quantity=quantity, unit=unit)) == ["not_judged_in"]


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        ((None, None), "no_range"),
        (("5.5", "4.5"), "range_reversed"),
        (("-1", "5"), "no_share"),
        (("5", "100.1"), "no_share"),
    ],
)
def test_a_limit_that_says_nothing_or_nonsense_is_refused(
    cast: Cast, incubator: Store, ends: tuple[str | None, str | None], code: str
) -> None:
    assert codes(lambda: limit(cast, incubator, CO2, *ends)) == [code]
    inside = Rejection(low=Decimal(5))
    assert codes(lambda: limit(cast, incubator, CO2, "4.5", "5.5", rejection=inside)) == ["rejects_within"]
    assert codes(lambda: limit(cast, incubator, CO2, "4.5", "5.5", reason=" ")) == ["reason_missing"]
    assert codes(lambda: limit(cast, incubator, Quantity.TEMPERATURE, "4", "5")) == ["temperature_of_a_store"]
    assert StoreLimit.objects.filter(store=incubator).count() == 2


def test_one_limit_of_a_quantity_is_in_force_and_the_database_knows(cast: Cast, incubator: Store) -> None:
    twin = StoreLimit.objects.get(quantity=CO2)
    twin.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_a_limit_judges_what_was_read_in_its_time(cast: Cast, incubator: Store) -> None:
    """The first limit until the 100th minute, a wider one from then on; readings of before come late."""
    gas = of(cast, incubator, CO2)
    limit(cast, incubator, CO2, "3.0", "5.5", 30, at=minute(100))

    assert reads(cast, gas, *[(100 + n, value) for n, value in LOW]).excursions == ()
    (late,) = reads(cast, gas, *LOW).excursions

    assert (late.began_at, late.ended_at, late.low) == (minute(10), minute(40), Decimal("4.5"))


def test_a_limit_never_judges_what_was_read_before_it_and_ends_what_was_open(cast: Cast, incubator: Store) -> None:
    gas = of(cast, incubator, CO2)
    (open_one,) = reads(cast, gas, *every(10, "5 4 4 4 4"), at=minute(41)).excursions
    assert open_one.ended_at is None

    limit(cast, incubator, CO2, "3.8", "5.5", 30, at=minute(45))
    reads(cast, gas, (50, "4"), (60, "4"), (70, "3.7"), (100, "3.7"))
    open_one.refresh_from_db()
    later = StoreExcursion.objects.exclude(pk=open_one.pk).get()

    assert open_one.ended_at == minute(45)
    assert (later.began_at, later.low) == (minute(70), Decimal("3.8"))


def test_who_may_not_say_what_a_store_keeps(cast: Cast, incubator: Store) -> None:
    for stranger in (cast.olga, cast.adam, cast.rolf):
        with pytest.raises(NotAllowed):
            set_limit(
                store=incubator, quantity=CO2, keeps=Warmth(Decimal(4), None), minutes=0, reason="So.",
                actor=actor(stranger), at=AT,
            )  # fmt: skip


def test_the_silence_of_each_quantity_is_an_alarm_of_its_own(cast: Cast, incubator: Store) -> None:
    warm, gas = probe_of(cast, incubator, at=minute(0)), of(cast, incubator, CO2)
    take(cast, warm, (5, "37"), (55, "37"), at=minute(55))
    reads(cast, gas, (5, "5.0"), at=minute(55))

    raise_due_alerts(at=minute(60))
    told = [one for one in alerts_for(cast.stella, minute(60)) if one.kind == "PROBE_SILENT"]

    said = [sentence(Objection(one.kind, one.template, one.facts)) for one in told]
    assert said == ["Probe GP-71 of store/IS-07, which reads % CO₂, is silent since 2026-11-05 09:05 UTC."]


# --- what was in culture there --------------------------------------------------------------------------------------
@pytest.fixture
def culture(room: Room, incubator: Store) -> Room:
    """CT-0042 in flasks, fed; the incubator scanned as INC-07 is IS-07."""
    instrument(room.cast, "INC-07", "incubator")
    name(room.cast, incubator, "INC-07")
    return room.receipt().clear_line().medium().seed().feed()


def name(cast: Cast, store: Store, number: str) -> Store:
    found = Instrument.objects.select_related("record", "site").get(number=number)
    return name_instrument(store=store, instrument=found, actor=actor(cast.stella), at=AT)


def fall(room: Room, store: Store, after: timedelta = timedelta(hours=5), probe: str = "GP-71") -> StoreExcursion:
    """CO2 falls to 3.2 % for half an hour, `after` the last act of the batch."""
    gas = Probe.objects.filter(number=probe).first() or of(room.cast, store, CO2, probe)
    first = int((room.now + after - minute(0)) / timedelta(minutes=1))
    taken = reads(room.cast, gas, *[(first + n, value) for n, value in LOW], at=minute(first + 60))
    return taken.excursions[-1]


def accept(room: Room, excursion: StoreExcursion, *numbers: str) -> StoreExcursion:
    found, at = StoreExcursion.objects.get(pk=excursion.pk), room.now + timedelta(days=1)
    evidence = "pH of the medium within its limits."
    shown = exposure_content(excursion=found, units=[], batches=list(numbers), evidence=evidence)
    signing = sign_as(room.cast.quinn, shown, at=at)
    batches = [room.batch] if room.batch.number in numbers else []
    said = {"units": [], "batches": batches, "evidence": evidence, "signing": signing}
    return accept_exposure(excursion=found, actor=actor(room.cast.quinn), at=at, **said)


def test_an_excursion_reaches_the_batch_that_was_in_culture_there(culture: Room, incubator: Store) -> None:
    found = fall(culture, incubator)

    event = Event.objects.get(subject=culture.batch.record, kind="EXCURSION")
    assert event.text.startswith("CT-0042 was in culture in IS-07 (4.5 – 5.5 % CO₂) when GP-71 read 3.2 % CO₂, from")
    assert (event.severity, event.about) == ("MAJOR", "probe/GP-71")
    hold = Hold.objects.get(record=culture.batch.record, key=found.hold_key)
    assert hold.blocks == {Blocks.CERTIFY, Blocks.ISSUE, Blocks.USE}  # the cells grow on
    assert culture.enter("culture[1].harvest.cells", "8.00").text == "8.00"
    assert list(Verification().findings()) == []


def test_a_batch_that_was_not_there_yet_or_any_more_is_not_told(culture: Room, incubator: Store) -> None:
    fall(culture, incubator, -timedelta(days=2))
    culture.harvest().count()
    culture.enter("culture[1].decide.enough", "yes")
    culture.sign_step("culture[1].decide")
    fall(culture, incubator, timedelta(hours=1))

    assert StoreExcursion.objects.count() == 2
    assert "EXCURSION" not in culture.events()
    assert not Hold.objects.filter(code="excursion").exists()


def test_between_two_feedings_nothing_is_open_and_the_cells_are_there(room: Room, incubator: Store) -> None:
    instrument(room.cast, "INC-07", "incubator")
    name(room.cast, incubator, "INC-07")
    room.receipt().clear_line().medium().seed().feed(confluent="no")
    Step.objects.filter(batch=room.batch, section="culture[1]").exclude(state="DONE").update(state="SKIPPED")

    assert sections_repeated(room.batch) == {"culture[1]"}
    found = fall(room, incubator)

    assert [one.record for one in Hold.objects.filter(key=found.hold_key)] == [room.batch.record]


def test_a_batch_in_another_incubator_is_not_told(culture: Room) -> None:
    other = tank_of(culture.cast, "IS-08", kind=StoreKind.INCUBATOR, low=Decimal("36.5"), high=Decimal("37.5"))
    limit(culture.cast, other, CO2, "4.5", "5.5")

    fall(culture, other, probe="GP-81")

    assert not Hold.objects.filter(code="excursion").exists()


def test_a_growing_excursion_tells_a_batch_once_and_holds_it_again_when_it_gets_worse(
    culture: Room, incubator: Store
) -> None:
    found = fall(culture, incubator)
    accept(culture, found, "CT-0042")
    assert not Hold.objects.filter(key=found.hold_key, lifted_at=None).exists()
    gas = Probe.objects.get(number="GP-71")
    inside = int((found.began_at - minute(0)) / timedelta(minutes=1)) + 5

    reads(culture.cast, gas, (inside, "3.3"), at=minute(inside + 90))
    assert not Hold.objects.filter(key=found.hold_key, lifted_at=None).exists()
    reads(culture.cast, gas, (inside + 1, "2.9"), at=minute(inside + 90))

    assert Hold.objects.filter(key=found.hold_key, lifted_at=None).count() == 1
    assert Event.objects.filter(subject=culture.batch.record, kind="EXCURSION").count() == 1


def test_what_an_entry_says_afterwards_is_held_by_the_sweep_and_once(
    room: Room, incubator: Store, time_machine: Any
) -> None:
    instrument(room.cast, "INC-07", "incubator")
    name(room.cast, incubator, "INC-07")
    found = fall(room, incubator, timedelta(hours=2))
    room.receipt().clear_line().medium().seed()
    room.now = found.ended_at + timedelta(minutes=1)
    room.enter(
        "culture[1].feed[1].incubator", "INC-07", scanned=True, performed_at=found.began_at + timedelta(minutes=20),
        reason="Written when the gas alarm was over.",
    )  # fmt: skip
    assert not Hold.objects.filter(key=found.hold_key).exists()
    time_machine.move_to(room.now + timedelta(minutes=1), tick=False)

    sweep_cultures()
    sweep_cultures()

    assert [one.record for one in Hold.objects.filter(key=found.hold_key)] == [room.batch.record]
    assert room.events().count("EXCURSION") == 1


def test_quality_finds_the_culture_fit_by_signature_and_only_what_is_held(culture: Room, incubator: Store) -> None:
    found = fall(culture, incubator)

    assert codes(lambda: accept(culture, found)) == ["not_held"]
    assert codes(lambda: accept(culture, found, "CT-0099")) == ["not_held"]
    accept(culture, found, "CT-0042")

    hold = Hold.objects.get(key=found.hold_key)
    assert (hold.lifted_by, hold.lift_reason) == ("quinn", "pH of the medium within its limits.")


def test_a_store_is_scanned_under_one_number_of_its_site(cast: Cast, incubator: Store) -> None:
    for number in ("INC-07", "INC-08"):
        instrument(cast, number, "incubator")
    other = tank_of(cast, "IS-08")
    away = tank_of(cast, "IS-09", site="RHINE")

    name(cast, incubator, "INC-07")

    assert codes(lambda: name(cast, incubator, "INC-08")) == ["known_as"]
    assert codes(lambda: name(cast, other, "INC-07")) == ["known_as"]
    found = Instrument.objects.select_related("record", "site").get(number="INC-08")
    assert codes(lambda: name_instrument(store=away, instrument=found, actor=actor(cast.rolf), at=AT)) == ["other_site"]
    assert Store.objects.get(instrument__number="INC-07") == incubator


# --- pages and programs ---------------------------------------------------------------------------------------------
@pytest.fixture
def later(culture: Room, incubator: Store, time_machine: Any) -> StoreExcursion:
    found = fall(culture, incubator)
    time_machine.move_to(found.ended_at + timedelta(hours=1), tick=False)
    return found


def test_the_page_shows_what_is_kept_what_is_measured_and_the_curve_of_each(
    cast: Cast, incubator: Store, later: StoreExcursion, web_client: Any
) -> None:
    page = web_client(cast.ines).get("/storage/stores/IS-07/temperature/?probe=GP-71")
    text = page.content.decode()

    assert [mark.text for mark in page.context["plot"].limits] == ["≥ 4.5", "≤ 5.5"]
    assert "worst 3.2 % CO₂" in text
    assert "scanned as INC-07" in text
    assert [(row["keeps"], row["minutes"], row["is_watched"]) for row in page.context["limits"]] == [
        ("36.5 – 37.5 °C", 0, False),
        ("4.5 – 5.5 % CO₂", 30, True),
        ("≥ 85.0 % RH", 60, False),
    ]
    assert text.count("nothing measures it") == 2
    assert "Mean kinetic temperature" not in text


def test_the_log_of_the_instrument_tells_what_its_probes_read(
    cast: Cast, later: StoreExcursion, web_client: Any
) -> None:  # fmt: skip
    log = web_client(cast.ines).get("/inspection/use-log/equipment%2FINC-07/").content.decode()

    assert "GP-71 3.2 % CO₂, 30 min" in log
    uses = use_log(Record.objects.get(address="equipment/INC-07"))
    assert later.event.record.address in {one.address for one in uses}


def test_quality_decides_about_a_culture_on_the_page(
    cast: Cast, later: StoreExcursion, web_client: Any
) -> None:  # fmt: skip
    quinn, url = web_client(cast.quinn), f"/storage/excursions/{later.pk}/"

    assert "accept/?batch=CT-0042" in quinn.get(url).content.decode()
    unsaid = quinn.post(f"{url}accept/", {"evidence": "Fit."})
    assert (unsaid.status_code, list(unsaid.context["form"].errors)) == (400, ["batches"])
    panel = quinn.post(f"{url}accept/", {"batches": ["CT-0042"], "evidence": "pH within its limits."})
    signing = panel.context["signing"]
    form = {**signing["hidden"], "challenge": signing["challenge"], "username": "quinn", "secret": SECRET}

    assert quinn.post(f"{url}accept/", form).status_code == 302
    page = quinn.get(url).content.decode()
    assert all(word in page for word in ("Quinn Qian", "pH within its limits.", "fit"))


def test_a_limit_and_a_number_are_recorded_on_their_pages(cast: Cast, incubator: Store, web_client: Any) -> None:
    instrument(cast, "INC-07", "incubator")
    stella, url = web_client(cast.stella), "/storage/stores/IS-07/limits/co2/"

    shown = stella.get(url)
    assert (shown.context["form"]["low"].value(), shown.context["form"]["minutes"].value()) == (Decimal("4.5"), 30)
    said = {"low": "4.0", "high": "6.0", "minutes": "20", "reason": "Requalified."}
    empty = stella.post(url, {"minutes": "20", "reason": "Requalified."})
    assert (empty.status_code, list(empty.context["form"].errors)) == (409, ["high"])
    assert stella.post(url, said).status_code == 302
    assert StoreLimit.objects.get(quantity=CO2, ended_at=None).low == Decimal("4.0")
    assert stella.get("/storage/stores/IS-07/limits/temperature/").status_code == 404
    assert stella.post("/storage/stores/IS-07/instrument/", {"instrument": "INC-07"}).status_code == 302
    assert web_client(cast.olga).get(url).status_code == 403


def test_a_file_of_percent_declares_what_was_measured(cast: Cast, incubator: Store, web_client: Any) -> None:
    of(cast, incubator, CO2)
    stella = web_client(cast.stella)
    declared = {
        "at_column": "Time", "value_column": "CO2", "unit": "%", "zone": "+00:00", "decimal_sign": ".",
        "delimiter": "comma", "header_line": "1",
    }  # fmt: skip

    def sent(**said: str) -> Any:
        file = SimpleUploadedFile("l.csv", b"Time,CO2\n2026-11-05 09:00,5.0\n", "text/csv")
        return stella.post("/storage/probes/GP-71/import/", {**declared, **said, "file": file})

    unsaid, other = sent(), sent(quantity="HUMIDITY")

    assert (unsaid.status_code, list(unsaid.context["form"].errors)) == (400, ["quantity"])
    assert (other.status_code, list(other.context["form"].errors)) == (400, ["quantity"])
    assert sent(quantity="CO2").status_code == 302
    assert Reading.objects.get().intake.declared["quantity"] == "CO2"


def test_a_program_says_and_reads_each_quantity(cast: Cast, incubator: Store, api_client: Any) -> None:
    instrument(cast, "INC-07", "incubator")
    stella = api_client(cast.stella)

    made = stella.post(
        "/api/v1/stores/IS-07/probes/", {"number": "GP-71", "quantity": "CO2", "unit": "%", "silent_after": 15}
    )
    odd = stella.post(LIMITS, {"quantity": "CO2", "low": "5", "high": "4", "minutes": 0, "reason": "So."})
    done = stella.post(
        LIMITS, {"quantity": "CO2", "low": "4.0", "high": "6.0", "minutes": 20, "reason": "Requalified."}
    )
    url, one = "/api/v1/probes/GP-71/readings/", {"at": minute(0).isoformat(), "value": "5.0", "unit": "%"}
    unsaid = stella.post(url, one)
    read = stella.post(url, {**one, "quantity": "CO2"})
    named = stella.post("/api/v1/stores/IS-07/instrument/", {"instrument": "INC-07"})

    assert (made.status_code, made.json()["quantity"]) == (201, "CO2")
    assert (odd.status_code, odd.json()["code"]) == (409, "range_reversed")
    assert (done.status_code, done.json()["low"], done.json()["ended_at"]) == (201, "4.0", None)
    assert [row["quantity"] for row in stella.get(LIMITS).json()] == ["CO2", "HUMIDITY"]
    assert (unsaid.status_code, unsaid.json()["objections"][0]["place"]) == (400, "quantity")
    assert (read.status_code, read.json()["taken"]) == (201, 1)
    assert (named.status_code, named.json()["instrument"]) == (200, "INC-07")
    assert api_client(cast.olga).post(LIMITS, {}).status_code == 403
    assert api_client(cast.rita).get(LIMITS).status_code == 404


def test_a_program_tells_the_cultures_of_an_excursion_and_quality_decides(
    cast: Cast, later: StoreExcursion, api_client: Any
) -> None:
    quinn, url = api_client(cast.quinn), f"/api/v1/store-excursions/{later.pk}/"

    (listed,) = quinn.get("/api/v1/store-excursions/?quantity=CO2").json()["results"]
    shown = quinn.get(url)
    body = {"batches": ["CT-0042"], "evidence": "pH within its limits."}
    done = quinn.sign(f"{url}acceptance/", body, person=cast.quinn, if_match=shown["ETag"])

    assert (listed["quantity"], listed["worst"]) == ("CO2", "3.200")
    assert quinn.get("/api/v1/store-excursions/?quantity=HUMIDITY").json()["results"] == []
    assert [(one["batch"], one["held"]) for one in shown.json()["batches"]] == [("CT-0042", True)]
    assert done.status_code == 200, done.json()
    assert [(one["held"], one["lifted_by"]) for one in quinn.get(url).json()["batches"]] == [(False, "quinn")]
    odd = quinn.sign(f"{url}acceptance/", {**body, "batches": ["X-9"]}, person=cast.quinn, if_match=done["ETag"])
    assert (odd.status_code, odd.json()["code"]) == (400, "unknown_batch")
