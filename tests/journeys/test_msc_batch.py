"""The first journey: one MSC batch, from its approved master record to a certificate that anyone can verify.

The story of fixtures/nanhu/ct_0042.yaml is played through the API; every test reads what it left behind. It is played
through the services as well, and both players must leave the same rows, signatures and entries.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from apps.audit.models import Entry
from apps.batches.models import Batch, Step
from apps.desk.story.playing import Act, play
from apps.documents.attach import CONTENT_FILE, embedded_file
from apps.documents.models import Document
from apps.documents.selectors import judgement_of
from apps.products.definition import ChoiceParameter, NumberParameter, Parameter
from apps.products.facts import CheckMode, Place
from apps.products.loader import units
from apps.products.selectors import definition_of
from apps.signatures.models import Signature
from apps.testing.models import Result
from apps.units.models import Unit
from tests.documents.reading import flowing, signature_report
from tests.journeys.api_player import API, ApiRefused, ApiStage, part, play_through_api
from tests.journeys.conftest import ENDS, founded, story_of
from tests.journeys.traces import Traces, traces_left
from tests.journeys.verbs import VERBS

pytestmark = pytest.mark.django_db
BATCH = f"{API}/batches/CT-0042"
BESIDE = ("lot", "product", "disposal")  # signed before there is a batch, and for the end of a unit after its release


@dataclass(frozen=True)
class Journey:
    """The story after its last day: where it was played, what was refused, what the services' player had left."""

    stage: ApiStage
    acts: tuple[Act, ...]
    refused: list[ApiRefused]
    by_services: Traces

    def value(self, place: str) -> dict[str, Any]:
        """The value that stands at a place, as the inspector's program reads it."""
        return self.stage.get("inspector", f"{BATCH}/values/{part(place)}/")["values"][-1]

    def number(self, place: str) -> Decimal:
        """The reportable figure there: rounded once, half up, to the decimals of the master record."""
        return Decimal(self.value(place)["rounded"])

    def at(self, text: str) -> datetime:
        """An instant of the story."""
        return self.stage.stage.instant(text)

    def document(self, number: str) -> bytes:
        """A sealed file, as a program downloads it."""
        return self.stage.at_screen("inspector").get(f"{API}/documents/{number}/1/file/").getvalue()


@pytest.fixture(scope="module")
def journey(installations: Callable[[], AbstractContextManager[None]]) -> Iterator[Journey]:
    """Played by the services in one installation, and through the API in another, which the tests then read."""
    with installations():
        story = story_of("ct_0042")
        play(story.acts, founded(story))
        by_services = traces_left()
    with installations():
        story = story_of("ct_0042")
        stage = ApiStage(founded(story))
        refused = play_through_api(story.acts, stage, VERBS)
        with time_machine.travel(ENDS, tick=False):
            stage.at_screen("inspector")
        yield Journey(stage, story.acts, refused, by_services)


@pytest.fixture(autouse=True)
def _on_the_day_after(journey: Journey) -> Iterator[None]:
    with time_machine.travel(ENDS, tick=False):
        yield


def test_the_batch_is_certified_and_released_for_supply() -> None:
    batch = Batch.objects.get(number="CT-0042")

    assert batch.state == "RELEASED"
    assert set(Unit.objects.filter(kind="PRODUCT").values_list("disposition", flat=True)) == {"RELEASED"}


def test_each_passage_doubles_as_often_as_the_cells_say(journey: Journey) -> None:
    assert [journey.number(f"expansion[{n}].growth.doublings") for n in (1, 2, 3)] == [3, 3, 4]
    assert journey.number("expansion[3].growth.cumulative_doublings") == 10
    assert journey.number("expansion[3].seed.density") == 5714
    assert [journey.number(f"expansion[{n}].seed.area") for n in (1, 2, 3)] == [225, 1050, 7000]


def test_the_damaged_unit_is_destroyed_and_the_units_still_balance(journey: Journey) -> None:
    ended = journey.stage.all("inspector", f"{API}/disposals/", batch="CT-0042")
    assert [(one["units"], one["state"], one["treated_by"], one["witnessed_by"]) for one in ended] == [
        (["CT-0042-U09"], "WITNESSED", "operator", "checker")
    ]
    balance = journey.stage.get("inspector", f"{API}/batches/CT-0042/units/balance/")
    assert balance["accounted"] == {
        "ADMINISTERED": 0,
        "STORED": 8,
        "TESTED": 1,
        "RETAINED": 2,
        "SHIPPED": 0,
        "DRAWN": 0,
        "DESTROYED": 1,
    }
    assert balance["closes"]
    assert Document.objects.get(number="CD-CT-0042-W01").state == "ISSUED"


def test_twelve_units_come_from_one_fill_and_labels_and_containers_close(journey: Journey) -> None:
    units = journey.stage.all("inspector", f"{API}/units/", batch="CT-0042")
    balances = journey.stage.get("inspector", f"{BATCH}/reconciliations/")

    assert sorted(unit["kind"] for unit in units) == ["PRODUCT"] * 9 + ["QC"] + ["RETAINED"] * 2
    assert len({unit["filled_at"] for unit in units}) == 1
    assert [(row["counted"], row["made"], row["difference"], row["closes"]) for row in balances] == [
        ("LABELS", 13, 0, True),
        ("CONTAINERS", 12, 0, True),
    ]


def test_what_must_be_refused_is_refused_with_its_reason(journey: Journey) -> None:
    told = [act for act in sorted(journey.acts, key=lambda act: journey.at(act.at)) if act.refused]
    found = [(act.at, act.do, act.refused, refusal.status) for act, refusal in zip(told, journey.refused, strict=True)]

    assert found == [
        ("D0 08:45", "witness", "same_person", 409),
        ("D0 09:19", "check", "role_missing", 403),
        ("D12 09:22", "record", "lot_expired", 409),
        ("D26 11:39", "fill", "no_container", 409),
        ("D27 09:30", "certify", "open_holds", 409),
        ("D38 14:00", "result", "period_not_over", 409),
        ("D42 09:00", "certify", "role_missing", 403),
        ("D42 09:10", "correct_found", "result_locked", 409),
    ]
    assert all(refusal.body["detail"] for refusal in journey.refused)


def test_the_refusal_of_ones_own_step_outlives_it(journey: Journey) -> None:
    kept = Entry.objects.filter(record__address="batch/CT-0042", action="batch.refused.same_person")

    assert [(entry.username, entry.at) for entry in kept] == [("operator", journey.at("D0 08:45"))]


def test_no_growth_is_final_after_fourteen_days_and_not_a_minute_before(journey: Journey) -> None:
    run = journey.stage.get("inspector", f"{API}/runs/AR-0103/")
    cell = run["rows"][0]["cells"][0]

    assert (cell["result"]["text"], cell["result"]["state"]) == ("no_growth", "REVIEWED")
    assert datetime.fromisoformat(cell["final_from"]) == journey.at("D40 14:00")
    assert datetime.fromisoformat(run["rows"][0]["line"]["inoculated_at"]) == journey.at("D26 14:00")


def test_an_excursion_holds_certification_until_its_impact_is_signed(journey: Journey) -> None:
    refusal = next(found for found in journey.refused if "open_holds" in found.codes)
    named = next(one["facts"]["holds"] for one in refusal.body["objections"] if one["code"] == "open_holds")
    event = journey.stage.all("inspector", f"{API}/events/", subject="batch/CT-0042", kind="EXCURSION")[0]
    deviation = journey.stage.get("inspector", f"{API}/deviations/{event['deviation']}/")
    holds = journey.stage.all("inspector", f"{API}/holds/", record="batch/CT-0042")
    held = next(hold for hold in holds if hold["key"].startswith("deviation:"))

    assert event["deviation"] in named
    assert (event["state"], deviation["state"]) == ("DEVIATION", "CLOSED")
    assert "CERTIFY" in held["blocks"]
    assert datetime.fromisoformat(held["placed_at"]) == journey.at("D19 11:00")
    assert datetime.fromisoformat(held["lifted_at"]) == journey.at("D27 10:00")
    assert datetime.fromisoformat(deviation["impact_signed_at"]) == journey.at("D27 10:00")


def test_every_hold_was_answered(journey: Journey) -> None:
    holds = journey.stage.all("inspector", f"{API}/holds/", record="batch/CT-0042")

    assert len(holds) > 14  # one for each test that is required, the review, the excursion
    assert [hold["key"] for hold in holds if hold["lifted_at"] is None] == []


def test_every_required_test_passed_with_the_result_that_was_found(journey: Journey) -> None:
    outcomes = journey.stage.get("inspector", f"{BATCH}/tests/")
    required = {row["test"]: row["standing"] for row in outcomes if row["required"]}
    found = {(row["test"], row["parameter"]): row["text"] for one in outcomes for row in one["results"]}

    assert len(required) == 14
    assert set(required.values()) == {"PASSED"}
    assert found["endotoxin", "endotoxin"] == "<0.05"
    assert found["viability_prefreeze", "viability"] == "91.5"
    assert next(row["invalid_runs"] for row in outcomes if row["test"] == "endotoxin") == 1


def test_every_act_that_asks_for_a_signature_has_one(journey: Journey) -> None:
    batch = Batch.objects.select_related("product_version").get(number="CT-0042")
    definition = definition_of(batch.product_version)
    steps = Step.objects.filter(batch=batch).select_related("performed", "second")
    by_verb = {verb: [row for row in Signature.objects.all() if row.verb == verb] for verb in _verbs()}

    assert [step.place for step in steps if step.performed is None] == []
    assert {step.performed.username == step.completed_by for step in steps} == {True}
    checked = [step for step in steps if definition.step(Place.parse(step.place)).check in _SECOND]
    assert [step.place for step in checked if step.second is None] == []
    assert [step.place for step in checked if step.second.username == step.completed_by] == []
    results = Result.objects.filter(superseded_by=None).select_related("tested_signature", "reviewed_signature")
    reported = [row for row in results if row.line.run.state == "VALID"]
    assert {row.tested_signature.username for row in reported} == {"analyst"}
    assert {row.reviewed_signature.username for row in reported} == {"analyst2"}
    for verb in ("start", "finish", "approve_coa", "review", "certify", "release_for_supply"):
        assert [row.about for row in by_verb[verb]] == ["batch/CT-0042"], verb


_SECOND = (CheckMode.WITNESS, CheckMode.AFTER)


def _verbs() -> set[str]:
    return set(Signature.objects.values_list("verb", flat=True))


def test_the_whole_batch_takes_at_most_ninety_secrets() -> None:
    given = Signature.objects.exclude(record__kind__in=BESIDE)

    assert given.count() <= 90, sorted(given.values_list("verb", "username"))


def test_nobody_gives_more_than_fifteen_secrets_on_the_day_of_the_fill(journey: Journey) -> None:
    shift = Signature.objects.filter(signed_at__gte=journey.at("D26 00:00"), signed_at__lt=journey.at("D27 00:00"))
    each = {name: shift.filter(username=name).count() for name in ("operator", "operator2", "checker", "analyst")}

    assert max(each.values()) <= 15, each


def test_the_trail_is_whole() -> None:
    said = StringIO()

    call_command("verify_audit", stdout=said)

    assert "Everything looked at is as it was written." in said.getvalue()


def test_the_certificate_is_sealed_and_judged_good_by_the_strict_rule(journey: Journey, tmp_path: Path) -> None:
    for number in ("COA-CT-0042", "BC-CT-0042"):
        pdf = journey.document(number)
        file, said = tmp_path / f"{number}.pdf", StringIO()
        file.write_bytes(pdf)

        assert judgement_of(pdf, at=ENDS).valid
        call_command("verify_certificate", str(file), stdout=said)  # exits with 1 unless the file is good
        assert said.getvalue().startswith("VALID")
        report = signature_report(pdf, tmp_path)
        assert "Signature is Valid." in report
        assert "Total document signed" in report


def test_a_stranger_finds_the_certificate_in_force_and_learns_nothing_of_the_donor(journey: Journey) -> None:
    document = Document.objects.get(number="BC-CT-0042")
    page = Client().get(f"/verify/{document.code}/").content.decode()

    assert "This document is in force" in page
    assert document.content_hash[:4] in page
    assert "D-0117" not in page


def test_the_printed_results_are_the_recorded_ones(journey: Journey) -> None:
    definition = definition_of(Batch.objects.select_related("product_version").get().product_version)
    results = [one for row in journey.stage.get("inspector", f"{BATCH}/tests/") for one in row["results"]]
    for number in ("COA-CT-0042", "BC-CT-0042"):
        text, here = flowing(journey.document(number)), 0
        for result in results:
            asked = definition.test(result["test"]).result(result["parameter"])
            printed = _as_printed(asked, result)
            if isinstance(asked, NumberParameter):
                here = text.find(printed, here)
            assert here >= 0, (number, result["test"], printed)
            assert set(printed.split()) <= set(text.split()), (number, result["test"], printed)


def _as_printed(asked: Parameter, result: dict[str, Any]) -> str:
    """What must stand on paper: the label of a choice, or the figure with the decimals and unit of the master."""
    if isinstance(asked, ChoiceParameter):
        return next(option.label.en for option in asked.options if option.key == result["text"])
    assert isinstance(asked, NumberParameter)
    sign, figure = ("< ", result["text"][1:]) if result["text"].startswith("<") else ("", result["text"])
    if not sign:
        figure = str(Decimal(figure).quantize(Decimal(1).scaleb(-asked.decimals)))
    return f"{sign}{figure} {units().display(asked.unit)}"


def test_the_embedded_data_of_the_analysis_are_the_recorded_results(journey: Journey) -> None:
    data = json.loads(embedded_file(journey.document("COA-CT-0042"), CONTENT_FILE) or b"")["data"]
    results = [one for row in journey.stage.get("inspector", f"{BATCH}/tests/") for one in row["results"]]

    embedded = {row["address"]: (row["text"], row["unit"], row["verdict"]) for row in data["results"]}
    assert embedded == {row["address"]: (row["text"], row["unit"], row["verdict"]) for row in results}


def test_every_unit_is_printed_with_its_recorded_expiry(journey: Journey) -> None:
    text, zone = flowing(journey.document("BC-CT-0042")), ZoneInfo("Asia/Shanghai")
    text = text[text.index("Units of this batch") :]

    for unit in Unit.objects.order_by("number"):
        assert (unit.viable_cells, unit.cells_unit) == (50_000_000, "{cells}")
        row = text[text.index(f"{unit.number} ") :].split("Frozen")[0]
        assert f"{unit.expires_at.astimezone(zone):%Y-%m-%d %H:%M}" in row
        assert "5.0×10⁷" in row


def test_the_chinese_of_the_certificate_can_be_extracted(journey: Journey) -> None:
    text = flowing(journey.document("BC-CT-0042"))

    for words in ("批放行证书", "南湖细胞中心", "质量受权人", "王蕊", "无菌"):
        assert words in text


def test_the_certificate_states_product_pack_expiry_and_what_is_certified(journey: Journey) -> None:
    text = flowing(journey.document("BC-CT-0042"))
    earliest = min(unit.expires_at for unit in Unit.objects.filter(kind="PRODUCT")).astimezone(
        ZoneInfo("Asia/Shanghai")
    )

    for said in (
        "Suspension for intravenous infusion, frozen",
        "Product units 产品单元 9: CT-0042-U01 … CT-0042-U09",
        f"Expires 有效期至 {earliest:%Y-%m-%d %H:%M} UTC+8",
        "≤ −135 °C",
        "Conditional release: no. Tests outstanding: none.",
        "I certify that this batch was made and tested according to its master record",
        "本人确认本批产品按照工艺规程",
        "COA-CT-0042 v1 · ",
    ):
        assert said in text, said


def test_the_certificate_carries_three_signatures_of_three_meanings(journey: Journey) -> None:
    text = flowing(journey.document("BC-CT-0042"))

    for name, meaning in (
        ("Huang Bo", "Analysis approved"),
        ("Chen Hao", "Record and trail reviewed"),
        ("Wang Rui", "Certified"),
    ):
        assert name in text
        assert meaning in text


def test_the_viability_of_the_third_passage_is_traced_in_five_hops(journey: Journey) -> None:
    address = "batch/CT-0042/expansion[3].count[1].viability_mean"
    traced = journey.stage.get("inspector", f"{API}/trace/{part(address)}/")
    certificate = next(one for one in traced["documents"] if one["number"] == "BC-CT-0042")

    assert traced["master"]["file"].endswith("30_expansion.yaml")
    assert "viability_mean" in traced["master"]["lines"][0]["text"]
    assert (traced["form"]["step_place"], traced["form"]["unit"]) == ("expansion[3].count[1]", "%")
    assert (traced["row"]["text"], traced["row"]["verdict"]) == ("91.5", "ALERT")
    assert [hop["is_whole"] for hop in traced["entries"]] == [True]
    assert traced["entries"][0]["proof"]["index"] < certificate["checkpoint_size"]
    assert traced["missing"] == {}
    stated = [line for line in certificate["lines"] if any("91.5" in cell for cell in line)]
    assert [line[0] for line in stated] == ["In-process controls"]


def test_a_result_is_traced_to_the_line_of_the_analysis_that_states_it(journey: Journey) -> None:
    results = [one for row in journey.stage.get("inspector", f"{BATCH}/tests/") for one in row["results"]]
    address = next(one["address"] for one in results if one["test"] == "viability_prefreeze")
    traced = journey.stage.get("inspector", f"{API}/trace/{part(address)}/")
    stated = next(one for one in traced["documents"] if one["number"] == "COA-CT-0042")

    assert traced["missing"] == {}
    assert any("91.5" in cell for line in stated["lines"] for cell in line)


def test_the_page_of_a_trace_shows_the_five_hops(journey: Journey) -> None:
    client, address = Client(), "batch/CT-0042/expansion[3].count[1].viability_mean"
    client.post("/sign-in/", {"username": "inspector", "secret": journey.stage.stage.secret})
    page = client.get(f"/inspection/trace/{part(address)}/").content.decode()

    for hop in ("master", "form", "row", "entries", "documents"):
        assert f'id="{hop}"' in page
    assert "91.5" in page


def test_both_edges_leave_the_same_behind(journey: Journey) -> None:
    by_api, by_services = traces_left(), journey.by_services

    assert by_api.signatures == by_services.signatures
    assert by_api.entries.keys() == by_services.entries.keys()
    for address, chain in by_services.entries.items():
        assert by_api.entries[address] == chain, address
    for table, rows in by_services.rows.items():
        assert by_api.rows[table] == rows, table
