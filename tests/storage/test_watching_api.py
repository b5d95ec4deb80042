"""Readings and excursions for programs: the same refusals, all or nothing, the decision signed."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.documents.store import read_file
from apps.facility.models import Probe, Reading, ReadingIntake
from apps.storage.models import Store, StoreExcursion
from apps.units.models import Unit
from tests.cast import Cast
from tests.storage.story import put
from tests.storage.watching import DAYTIME, minute, probe_of, take

pytestmark = pytest.mark.django_db
URL = "/api/v1/probes/TP-31/readings/"
CSV = b"Time;Probe\n05/11/2026 17:05;-149,5\n05/11/2026 17:10;-151,0\n"
DECLARED = {
    "at_column": "Time", "value_column": "Probe", "unit": "Cel", "zone": "Asia/Shanghai", "date_order": "DMY",
    "decimal_sign": ",", "delimiter": "semicolon",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _on_that_day(time_machine: Any) -> None:
    time_machine.move_to(DAYTIME, tick=False)


@pytest.fixture
def probe(cast: Cast, tank: Store) -> Probe:
    return probe_of(cast, tank)


def items(*pairs: tuple[int, str]) -> list[dict[str, str]]:
    return [{"at": minute(when).isoformat(), "value": value} for when, value in pairs]


def post_file(person: Any, content: bytes, **said: str) -> Any:
    file = SimpleUploadedFile("logger.csv", content, "text/csv")
    return person.post(f"{URL}file/", {"file": file, **DECLARED, **said}, format="multipart")


def test_a_probe_is_put_into_a_store_and_taken_away_by_a_program(cast: Cast, tank: Store, api_client: Any) -> None:
    stella, body = api_client(cast.stella), {"number": "TP-31", "unit": "Cel", "silent_after": 15}

    made = stella.post("/api/v1/stores/LN-03/probes/", body)
    assert (made.status_code, made.json()["address"]) == (201, "probe/TP-31")
    assert stella.post("/api/v1/stores/LN-03/probes/", body).json()["code"] == "number_taken"
    odd = stella.post("/api/v1/stores/LN-03/probes/", {**body, "number": "TP-32", "unit": "degrees"})
    assert (odd.status_code, odd.json()["code"]) == (400, "unknown_unit")
    gone = stella.post("/api/v1/probes/TP-31/retire/", {"reason": "Broken."})
    assert (gone.status_code, gone.json()["retire_reason"]) == (200, "Broken.")
    assert [one["number"] for one in stella.get("/api/v1/stores/LN-03/probes/").json()] == ["TP-31"]
    assert api_client(cast.rita).get("/api/v1/stores/LN-03/probes/").status_code == 404


def test_a_reading_is_taken_and_the_readings_are_listed_the_newest_first(
    cast: Cast, probe: Probe, api_client: Any
) -> None:
    stella = api_client(cast.stella)

    one = stella.post(URL, {**items((0, "-160.10"))[0], "unit": "Cel"})
    take(cast, probe, (5, "-161"), (10, "-162"))

    assert (one.status_code, one.json()["taken"], one.json()["excursions"]) == (201, 1, [])
    told = stella.get(f"{URL}?since={minute(0):%Y-%m-%dT%H:%M:%SZ}&until={minute(10):%Y-%m-%dT%H:%M:%SZ}").json()
    assert [(row["value"], row["given"]) for row in told["results"]] == [("-161.000", "-161"), ("-160.100", "-160.10")]
    assert api_client(cast.rita).get(URL).status_code == 404


def test_many_readings_are_taken_all_or_none_and_the_item_is_named(cast: Cast, probe: Probe, api_client: Any) -> None:
    stella, body = api_client(cast.stella), {"unit": "Cel", "source": "EMS"}

    done = stella.post(f"{URL}bulk/", {**body, "readings": items((0, "-160"), (5, "-161"))})
    again = stella.post(f"{URL}bulk/", {**body, "readings": items((5, "-161.0"), (10, "-162"))})
    other = stella.post(f"{URL}bulk/", {**body, "readings": items((15, "-160"), (5, "-161.1"))})
    broken = stella.post(f"{URL}bulk/", {**body, "readings": items((15, "-160"), (20, "1,5"))})

    assert (done.status_code, done.json()["taken"]) == (201, 2)
    assert (again.json()["taken"], again.json()["repeated"]) == (1, 1)
    assert (other.status_code, other.json()["code"]) == (409, "other_value_recorded")
    assert other.json()["objections"][0]["facts"]["line"] == "2"
    assert (broken.status_code, broken.json()["code"], broken.json()["objections"][0]["facts"]["line"]) == (
        400,
        "no_number",
        "2",
    )
    assert (Reading.objects.count(), ReadingIntake.objects.count()) == (3, 2)


def test_a_file_is_read_by_its_declaration_and_kept_as_it_came(cast: Cast, probe: Probe, api_client: Any) -> None:
    stella = api_client(cast.stella)

    done = post_file(stella, CSV)

    assert (done.status_code, done.json()["taken"]) == (201, 2)
    intake = ReadingIntake.objects.get()
    assert (read_file(intake.file_sha256), intake.file_name) == (CSV, "logger.csv")
    assert (intake.declared["date_order"], intake.declared["zone"]) == ("DMY", "Asia/Shanghai")
    assert Reading.objects.order_by("at").values_list("at", flat=True)[0] == minute(5)
    excursion = StoreExcursion.objects.get()
    assert (done.json()["excursions"], excursion.ended_at) == ([excursion.pk], minute(10))


@pytest.mark.parametrize(
    ("left_out", "code", "place"),
    [
        ("unit", "unit_needed", "unit"),
        ("zone", "zone_needed", "zone"),
        ("date_order", "date_order_needed", "date_order"),
        ("decimal_sign", "decimal_sign_needed", "decimal_sign"),
    ],
)
def test_what_is_not_declared_is_asked_for(
    cast: Cast, probe: Probe, api_client: Any, left_out: str, code: str, place: str
) -> None:
    reply = post_file(api_client(cast.stella), CSV, **{left_out: ""})

    assert (reply.status_code, reply.json()["code"], reply.json()["objections"][0]["place"]) == (400, code, place)
    assert not ReadingIntake.objects.exists()


def test_a_broken_line_refuses_the_file_and_is_named(cast: Cast, probe: Probe, api_client: Any) -> None:
    reply = post_file(api_client(cast.stella), CSV + b"05/11/2026 17:15;-15x\n")

    assert (reply.status_code, reply.json()["objections"][0]["facts"]["line"]) == (400, "4")
    assert not Reading.objects.exists()


def test_excursions_are_told_with_their_units_and_decided_on_by_quality(
    cast: Cast, probe: Probe, frozen: list[Unit], api_client: Any
) -> None:
    for n, unit in enumerate(frozen[:2], start=1):
        put(cast, unit, f"LN-03/4/2/A{n}", minute(0))
    (excursion,) = take(cast, probe, (0, "-160"), (5, "-149"), (10, "-155")).excursions
    quinn, url = api_client(cast.quinn), f"/api/v1/store-excursions/{excursion.pk}/"

    (listed,) = quinn.get("/api/v1/store-excursions/?store=LN-03&open=false").json()["results"]
    assert (listed["worst"], listed["event"]) == ("-149.000", excursion.event.record.number)
    shown = quinn.get(url)
    assert [(one["unit"], one["held"]) for one in shown.json()["units"]] == [
        (frozen[0].number, True),
        (frozen[1].number, True),
    ]
    body = {"units": [frozen[0].number], "evidence": "Core below -155 by the second probe."}
    done = quinn.sign(f"{url}acceptance/", body, person=cast.quinn, if_match=shown["ETag"])
    assert done.status_code == 200, done.json()
    assert [(one["held"], one["lifted_by"]) for one in quinn.get(url).json()["units"]] == [(False, "quinn"), (True, "")]
    odd = quinn.sign(f"{url}acceptance/", {**body, "units": ["U-99"]}, person=cast.quinn, if_match=done["ETag"])
    assert (odd.status_code, odd.json()["code"]) == (400, "unknown_unit")
    assert api_client(cast.stella).post(f"{url}acceptance/challenges/", body).status_code == 403
    assert api_client(cast.rolf).get(url).status_code == 404


def test_the_tolerance_of_a_store_is_changed_with_a_reason(cast: Cast, tank: Store, api_client: Any) -> None:
    stella = api_client(cast.stella)

    done = stella.post("/api/v1/stores/LN-03/tolerance/", {"minutes": 10, "reason": "Door open while filling."})

    assert (done.status_code, done.json()["tolerated_minutes"]) == (200, 10)
    assert stella.get("/api/v1/stores/LN-03/").json()["tolerated_minutes"] == 10
    assert stella.post("/api/v1/stores/LN-03/tolerance/", {"minutes": 10, "reason": " "}).status_code == 400
