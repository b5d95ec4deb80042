"""The laboratory through the API: from the sample to the approved analysis."""

from collections.abc import Callable
from typing import Any

import pytest

from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.testing.models import Result
from tests.cast import SECRET, Cast
from tests.testing.story import (
    DAY,
    FILLED,
    HOUR,
    all_tested,
    as_if,
    entered,
    filled,
    good_answer,
    needs_of,
    received_sample,
    reviewed,
    signed,
    specified,
)

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture(autouse=True)
def _on_that_day(time_machine: Any) -> None:
    time_machine.move_to(FILLED + 2 * HOUR, tick=False)


@pytest.fixture
def anna(cast: Cast, batch: Batch, api_client: Callable[..., Any]) -> Any:
    return api_client(cast.anna)


def codes(reply: Any) -> list[str]:
    return [objection["code"] for objection in reply.json()["objections"]]


def numbers_of(cast: Cast, test: str) -> dict[str, dict[str, str]]:
    needs = needs_of(cast, specified(test))
    return {name: {key: thing.number for key, thing in things.items()} for name, things in needs.items()}


def etag(client: Any, url: str) -> str:
    return client.get(url)["ETag"]


def test_a_sample_goes_through_the_laboratory(
    cast: Cast, batch: Batch, anna: Any, api_client: Callable[..., Any]
) -> None:
    olga, ada = api_client(cast.olga), api_client(cast.ada)
    body = {"batch": "CT-0042", "kind": "fill_suspension", "drawn_at": FILLED.isoformat(), "tests": ["endotoxin"]}
    drawn = olga.post(f"{API}/samples/", body)
    received = anna.post(f"{API}/samples/CT-0042-S01/receive/", {"received_at": (FILLED + HOUR).isoformat()})
    begun = (FILLED + HOUR).isoformat()
    run = {"number": "AR-0007", "batch": "CT-0042", "test": "endotoxin", "started_at": begun}
    opened = anna.post(f"{API}/runs/", {**run, **numbers_of(cast, "endotoxin")})
    listed = anna.post(f"{API}/runs/AR-0007/lines/", {"samples": ["CT-0042-S01"]})
    assert [reply.status_code for reply in (drawn, received, opened, listed)] == [201, 200, 201, 201]
    assert opened.json()["needs"][0]["number"] == "E-PLATE-READER"

    for control in specified("endotoxin").run.controls:
        text = good_answer(control.result)
        assert anna.post(f"{API}/runs/AR-0007/controls/", {"control": control.key, "text": text}).status_code == 201
    body = {"sample": "CT-0042-S01", "parameter": "endotoxin", "text": "<0.05", "tested_at": begun}
    found = anna.post(f"{API}/runs/AR-0007/results/", body)
    assert (found.json()["verdict"], found.json()["number"], found.json()["comparator"]) == ("PASS", "0.05", "<")

    sheet = f"{API}/runs/AR-0007/"
    tested = anna.sign(f"{sheet}sign/", {}, person=cast.anna, if_match=etag(anna, sheet))
    assert (tested.status_code, tested.json()["run"]["state"]) == (200, "VALID")
    own = anna.sign(f"{sheet}review/", {}, person=cast.anna, if_match=etag(anna, sheet))
    assert (own.status_code, codes(own)) == (409, ["own_review"])
    second = ada.sign(f"{sheet}review/", {}, person=cast.ada, if_match=etag(ada, sheet))
    assert second.status_code == 200
    cell = second.json()["rows"][0]["cells"][0]
    assert (cell["limit"], cell["result"]["state"], cell["result"]["reviewed_by"]) == (
        "< 0.5",
        "REVIEWED",
        "Ada Almeida",
    )
    outcome = next(row for row in ada.get(f"{API}/batches/CT-0042/tests/").json() if row["test"] == "endotoxin")
    assert (outcome["standing"], outcome["samples"], outcome["runs"]) == ("PASSED", ["CT-0042-S01"], ["AR-0007"])


def test_signing_needs_the_version_that_was_seen(cast: Cast, batch: Batch, anna: Any) -> None:
    entered(cast, batch, received_sample(cast, batch), "endotoxin")
    url = f"{API}/runs/AR-0007/sign/"

    missing = anna.sign(url, {}, person=cast.anna)
    stale = anna.sign(url, {}, person=cast.anna, if_match="run/AR-0007#1")

    assert (missing.status_code, stale.status_code) == (428, 412)
    assert not Result.objects.exclude(state="DRAFT").exists()


def test_a_wrong_secret_signs_nothing(cast: Cast, batch: Batch, anna: Any) -> None:
    entered(cast, batch, received_sample(cast, batch), "endotoxin")
    seen = etag(anna, f"{API}/runs/AR-0007/")

    reply = anna.sign(f"{API}/runs/AR-0007/sign/", {}, person=cast.anna, if_match=seen, secret="guess")

    assert (reply.status_code, codes(reply)) == (401, ["wrong_secret"])
    assert not Result.objects.exclude(state="DRAFT").exists()


def test_the_challenge_shows_every_line_that_is_signed(cast: Cast, batch: Batch, anna: Any) -> None:
    entered(cast, batch, received_sample(cast, batch), "endotoxin", answers={"endotoxin": "<0.05"})

    shown = anna.post(f"{API}/runs/AR-0007/sign/challenges/", {}).json()["content"]

    assert shown["address"] == "run/AR-0007"
    assert {"label": "CT-0042-S01 · Endotoxin", "value": "<0.05 [IU]/mL", "note": "< 0.5, PASS"} in shown["lines"]
    assert {"label": "Run", "value": "VALID", "note": ""} in shown["lines"]


def test_no_growth_one_minute_early_is_refused_with_the_instant_it_is_final(
    cast: Cast, batch: Batch, anna: Any, time_machine: Any
) -> None:
    sample = received_sample(cast, batch)
    inoculated = FILLED + HOUR
    body = {"number": "AR-0007", "batch": "CT-0042", "test": "sterility", "started_at": inoculated.isoformat()}
    anna.post(f"{API}/runs/", {**body, **numbers_of(cast, "sterility")})
    lines = {"samples": [sample.number], "inoculated_at": inoculated.isoformat()}
    assert anna.post(f"{API}/runs/AR-0007/lines/", lines).status_code == 201
    final = anna.get(f"{API}/runs/AR-0007/").json()["rows"][0]["cells"][0]["final_from"]

    time_machine.move_to(inoculated + 14 * DAY, tick=False)
    anna.sign_in(cast.anna)
    one_minute = (inoculated + 14 * DAY - HOUR / 60).isoformat()
    reading = {"sample": sample.number, "parameter": "growth", "text": "no_growth"}
    early = anna.post(f"{API}/runs/AR-0007/results/", {**reading, "tested_at": one_minute})
    assert (early.status_code, codes(early)) == (409, ["period_not_over"])
    assert "13 d 23 h 59 min of 14 d" in early.json()["detail"]
    due = anna.post(f"{API}/runs/AR-0007/results/", {**reading, "tested_at": final})
    assert (due.status_code, due.json()["verdict"]) == (201, "PASS")


def test_a_correction_keeps_the_first_value_in_sight(cast: Cast, batch: Batch, anna: Any) -> None:
    _, results = entered(cast, batch, received_sample(cast, batch), "endotoxin", answers={"endotoxin": "0.4"})

    reply = anna.post(f"{API}/results/{results[0].pk}/correct/", {"text": "0.04", "reason": "Misread."})

    assert (reply.status_code, reply.json()["supersedes"]) == (201, results[0].pk)
    shown = anna.get(f"{API}/results/{reply.json()['id']}/").json()
    assert [row["text"] for row in shown["history"]] == ["0.4", "0.04"]
    assert [row["text"] for row in anna.get(f"{API}/results/?current=true").json()["results"]] == ["0.04"]
    assert len(anna.get(f"{API}/results/?batch=CT-0042&test=endotoxin").json()["results"]) == 2


def test_a_late_result_is_a_signed_addendum(cast: Cast, batch: Batch, anna: Any) -> None:
    run, results = entered(cast, batch, received_sample(cast, batch), "endotoxin")
    signed(cast, run, at=FILLED + 2 * HOUR)
    line = results[0].line
    as_if(batch, BatchState.CERTIFIED)
    change = anna.post(f"{API}/results/{results[0].pk}/correct/", {"text": "0.04", "reason": "Misread."})
    assert (change.status_code, codes(change)) == (409, ["result_locked"])

    url, seen = f"{API}/lines/{line.pk}/late-results/", etag(anna, f"{API}/samples/CT-0042-S01/")
    body = {"parameter": "endotoxin", "text": "0.1", "tested_at": (FILLED + 2 * HOUR).isoformat()}
    standing = anna.sign(url, body, person=cast.anna, if_match=seen)

    assert (standing.status_code, codes(standing)) == (409, ["already_recorded"])


@pytest.mark.parametrize(
    ("url", "body", "status", "code"),
    [
        ("samples/", {}, 400, "required"),
        ("samples/", {"batch": "CT-9", "kind": "x", "drawn_at": FILLED.isoformat()}, 400, "unknown_batch"),
        ("samples/CT-0042-S09/receive/", {"received_at": FILLED.isoformat()}, 404, "not_found"),
        ("runs/AR-9/lines/", {"samples": ["CT-0042-S01"]}, 404, "not_found"),
        ("results/999/correct/", {"text": "1", "reason": "x"}, 404, "not_found"),
    ],
)
def test_what_is_wrong_is_named(anna: Any, url: str, body: dict[str, Any], status: int, code: str) -> None:
    reply = anna.post(f"{API}/{url}", body)

    assert (reply.status_code, codes(reply)[0]) == (status, code)


def test_an_instrument_that_is_not_here_is_named(cast: Cast, batch: Batch, anna: Any) -> None:
    body = {"number": "AR-1", "batch": "CT-0042", "test": "endotoxin", "started_at": FILLED.isoformat()}

    reply = anna.post(f"{API}/runs/", {**body, "instruments": {"plate_reader": "PR-99"}})

    assert (reply.status_code, codes(reply)) == (400, ["unknown_number"])
    assert reply.json()["objections"][0]["place"] == "instruments"


def test_the_other_site_sees_no_sample_run_or_result(cast: Cast, batch: Batch, api_client: Callable[..., Any]) -> None:
    entered(cast, batch, received_sample(cast, batch), "endotoxin")
    rolf = api_client(cast.rolf)

    for url in ("samples/", "runs/", "results/"):
        assert rolf.get(f"{API}/{url}").json()["results"] == []
    pk = Result.objects.get().pk
    for url in ("samples/CT-0042-S01/", "runs/AR-0007/", f"results/{pk}/", "batches/CT-0042/tests/"):
        assert rolf.get(f"{API}/{url}").status_code == 404


def test_the_head_of_qc_approves_the_analysis(cast: Cast, batch: Batch, api_client: Callable[..., Any]) -> None:
    all_tested(cast, batch)
    hugo, url = api_client(cast.hugo), f"{API}/batches/CT-0042/analysis/approve/"
    seen = etag(hugo, f"{API}/batches/CT-0042/tests/")

    reply = hugo.sign(url, {}, person=cast.hugo, if_match=seen)

    assert reply.status_code == 201, reply.json()
    assert reply.json()["document"] == "document/COA-CT-0042-v1"
    again = hugo.sign(url, {}, person=cast.hugo, if_match=reply["ETag"])
    assert (again.status_code, codes(again)) == (409, ["already_approved"])


def test_an_analyst_is_not_the_head_of_qc(cast: Cast, batch: Batch, anna: Any) -> None:
    reply = anna.post(f"{API}/batches/CT-0042/analysis/approve/challenges/", {})

    assert reply.status_code == 403


def test_the_page_of_a_run_costs_the_same_for_one_sample_and_for_many(
    cast: Cast, batch: Batch, anna: Any, django_assert_max_num_queries: Any
) -> None:
    samples = [received_sample(cast, batch, tests=["endotoxin"]) for _ in range(6)]
    entered(cast, batch, samples[0], "endotoxin")
    anna.post(f"{API}/runs/AR-0007/lines/", {"samples": [sample.number for sample in samples[1:]]})

    with django_assert_max_num_queries(25):
        assert len(anna.get(f"{API}/runs/AR-0007/").json()["rows"]) == 6


def test_both_edges_leave_the_same_rows(cast: Cast, batch: Batch, anna: Any) -> None:
    run, results = entered(cast, batch, received_sample(cast, batch), "endotoxin", answers={"endotoxin": "0.1"})
    reviewed(cast, signed(cast, run, at=FILLED + 2 * HOUR), at=FILLED + 2 * HOUR)
    unit = filled(cast, batch)[-1]

    through_api = anna.get(f"{API}/results/{results[0].pk}/").json()

    stored = Result.objects.get(pk=results[0].pk)
    assert (through_api["text"], through_api["state"], through_api["address"]) == (
        stored.text,
        "REVIEWED",
        stored.address,
    )
    assert unit.number == "CT-0042-U12"
    assert SECRET not in str(through_api)


ODD = [[], "text", 7, None, {}, {"batch": []}, {"batch": {"a": 1}}, {"samples": "x", "units": 3, "serials": ["a"]}]


@pytest.mark.parametrize(
    "url",
    [
        "samples/",
        "samples/CT-0042-S01/receive/",
        "samples/CT-0042-S01/refuse/",
        "runs/",
        "runs/AR-0007/lines/",
        "runs/AR-0007/controls/",
        "runs/AR-0007/results/",
        "runs/AR-0007/sign/",
        "runs/AR-0007/review/",
        "results/1/correct/",
        "lines/1/late-results/challenges/",
    ],
)
def test_odd_bodies_are_refused_and_never_break_anything(cast: Cast, batch: Batch, anna: Any, url: str) -> None:
    entered(cast, batch, received_sample(cast, batch), "endotoxin")

    for body in ODD:
        assert 400 <= anna.post(f"{API}/{url}", body).status_code < 500, (url, body)
    assert 400 <= anna.get(f"{API}/results/?late=perhaps&state=NONE").status_code < 500


@pytest.mark.parametrize("text", ["x" * 2001, "\x00", "=1+1", "<script>", "𝟗.𝟓", "1e-400", "--1", "1_000"])
def test_a_result_is_a_number_or_it_is_refused(cast: Cast, batch: Batch, anna: Any, text: str) -> None:
    _, results = entered(cast, batch, received_sample(cast, batch), "endotoxin")

    reply = anna.post(f"{API}/results/{results[0].pk}/correct/", {"text": text, "reason": "Misread."})

    assert reply.status_code == 400, reply.json()
    assert reply.json()["objections"][0]["place"] == "text"
