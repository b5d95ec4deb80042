"""Pages and API of quality: the same services behind both, within one's sites only."""

from collections.abc import Callable
from typing import Any

import pytest

from apps.audit.models import Record
from apps.audit.selectors import version_of
from apps.quality.models import Deviation, Event, Hold
from apps.quality.selectors import open_holds
from apps.quality.services import stop_record
from apps.signatures.models import Signature
from tests.cast import AT, SECRET, ApiPerson, Cast, actor

REASON = "Probe was moved while cleaning"


def tag(record: Record) -> str:
    return f'"{record.address}#{version_of(record)}"'


def test_olga_stops_a_batch_over_the_api_and_quinn_lifts_it(cast: Cast, batch: Record, api_client: Any) -> None:
    body = {"record": batch.address, "reason": "Flask 3 is cloudy"}
    stopped = api_client(cast.olga).post("/api/v1/holds/", body)
    quinn: ApiPerson = api_client(cast.quinn)
    lifted = quinn.sign(
        f"/api/v1/holds/{stopped.json()['id']}/lift/",
        {"evidence": "INV-12"},
        person=cast.quinn,
        if_match=stopped.headers["ETag"],
    )

    assert (stopped.status_code, lifted.status_code) == (201, 200)
    assert sorted(stopped.json()["blocks"]) == ["CERTIFY", "ISSUE", "PROCESS", "USE"]
    assert (lifted.json()["lifted_by"], lifted.json()["lift_reason"]) == ("quinn", "INV-12")


def test_a_decision_says_which_version_it_has_seen(
    cast: Cast, batch: Record, happen: Callable[..., Event], api_client: Any
) -> None:
    event, quinn = happen(batch), api_client(cast.quinn)
    url = f"/api/v1/events/{event.record.number}/closure/"

    blind = quinn.sign(url, {"reason": REASON}, person=cast.quinn)
    stale = quinn.sign(url, {"reason": REASON}, person=cast.quinn, if_match=f'"{event.record.address}#0"')
    seen = quinn.sign(url, {"reason": REASON}, person=cast.quinn, if_match=tag(event.record))

    assert [reply.status_code for reply in (blind, stale, seen)] == [428, 412, 200]
    assert seen.json()["state"] == "CLOSED"


def test_an_event_becomes_a_deviation_and_ends_over_the_api(
    cast: Cast, batch: Record, happen: Callable[..., Event], api_client: Any
) -> None:
    event, quinn = happen(batch), api_client(cast.quinn)
    number = event.record.number
    opened = quinn.sign(
        f"/api/v1/events/{number}/deviation/",
        {"classification": "MAJOR", "rationale": "Outside the range"},
        person=cast.quinn,
        if_match=tag(event.record),
    )
    url = f"/api/v1/deviations/{opened.json()['number']}/"
    impact = {"impact": "None found", "other_batches": "CT-0041"}
    for verb, body in (("product-impact", impact), ("closure", {"root_cause": "Door seal", "category": "EQUIPMENT"})):
        reply = quinn.sign(f"{url}{verb}/", body, person=cast.quinn, if_match=quinn.get(url).headers["ETag"])
        assert reply.status_code == 200, reply.content

    assert (opened.status_code, quinn.get(url).json()["state"]) == (201, "CLOSED")
    assert quinn.get(f"/api/v1/events/{number}/").json()["deviation"] == opened.json()["number"]


def test_an_operator_is_shown_no_decision_and_takes_none(
    cast: Cast, batch: Record, happen: Callable[..., Event], api_client: Any, web_client: Any
) -> None:
    number = happen(batch).record.number

    api = api_client(cast.olga).post(f"/api/v1/events/{number}/closure/challenges/", {"reason": REASON})
    page = web_client(cast.olga).get(f"/quality/events/{number}/close/")
    detail = web_client(cast.olga).get(f"/quality/events/{number}/")

    assert (api.status_code, page.status_code, detail.status_code) == (403, 403, 200)
    assert "Close the event" not in detail.content.decode()


def test_another_site_finds_nothing_of_it(
    cast: Cast, batch: Record, happen: Callable[..., Event], api_client: Any, web_client: Any
) -> None:
    number, rolf = happen(batch).record.number, api_client(cast.rolf)
    hold = Hold.objects.get()

    assert rolf.get(f"/api/v1/events/{number}/").status_code == 404
    assert rolf.get(f"/api/v1/holds/{hold.pk}/").status_code == 404
    assert [rolf.get(f"/api/v1/{kind}/").json()["results"] for kind in ("events", "holds")] == [[], []]
    assert web_client(cast.rolf).get(f"/quality/events/{number}/").status_code == 404
    assert rolf.post("/api/v1/holds/", {"record": batch.address, "reason": "From afar"}).status_code == 400


def test_lists_are_filtered(cast: Cast, batch: Record, happen: Callable[..., Event], api_client: Any) -> None:
    happen(batch)
    stop_record(record=batch, reason="Cloudy", actor=actor(cast.olga), at=AT)
    quinn = api_client(cast.quinn)

    def count(query: str) -> int:
        return len(quinn.get(f"/api/v1/{query}").json()["results"])

    assert count("holds/?open=true") == 2
    assert count("holds/?blocks=USE") == 1
    assert count(f"holds/?record={batch.address.replace('/', '%2F')}&open=false") == 0
    assert count("events/?state=OPEN&severity=MAJOR") == 1
    assert count("events/?state=CLOSED") == 0


def test_quinn_closes_an_event_on_the_page(
    cast: Cast, batch: Record, happen: Callable[..., Event], web_client: Any
) -> None:
    number, client = happen(batch).record.number, web_client(cast.quinn)
    url = f"/quality/events/{number}/close/"

    empty = client.post(url, {"reason": ""})
    panel = client.post(url, {"reason": REASON})
    signing = panel.context["signing"]
    answer = {**signing["hidden"], "challenge": signing["challenge"], "username": "quinn", "secret": SECRET}
    wrong = client.post(url, {**answer, "secret": "guess"})
    done = client.post(url, answer)

    assert [reply.status_code for reply in (empty, panel, wrong, done)] == [400, 200, 401, 302]
    assert REASON in panel.content.decode()
    assert "close_event" in Signature.objects.values_list("verb", flat=True)
    assert "Quinn Qian" in client.get(done.headers["Location"]).content.decode()


def test_a_panel_that_was_overtaken_is_shown_again_with_the_present_state(
    cast: Cast, batch: Record, happen: Callable[..., Event], web_client: Any, api_client: Any
) -> None:
    event = happen(batch)
    url, slow = f"/quality/events/{event.record.number}/close/", web_client(cast.quinn)
    signing = slow.post(url, {"reason": REASON}).context["signing"]
    quentin: ApiPerson = api_client(cast.quentin)
    quentin.sign(
        f"/api/v1/events/{event.record.number}/closure/",
        {"reason": "Seen first"},
        person=cast.quentin,
        if_match=tag(event.record),
    )

    answer = {**signing["hidden"], "challenge": signing["challenge"], "username": "quinn", "secret": SECRET}
    overtaken = slow.post(url, answer)
    again = overtaken.context["signing"]
    second = slow.post(url, {**answer, **again["hidden"], "challenge": again["challenge"]})

    assert (overtaken.status_code, second.status_code) == (412, 409)
    assert Signature.objects.count() == 1


@pytest.mark.parametrize("show", ["events", "deviations", "holds"])
@pytest.mark.parametrize("state", ["open", "answered", "all"])
def test_every_list_opens_for_whoever_reads(
    cast: Cast, deviation: Deviation, web_client: Any, show: str, state: str
) -> None:
    reply = web_client(cast.ines).get(f"/quality/?show={show}&state={state}&q=CT-00")

    assert reply.status_code == 200
    standing = {"events": {"answered", "all"}, "deviations": {"open", "all"}, "holds": {"open", "all", "answered"}}
    assert (state in standing[show]) == bool(reply.context["page"].rows)


def test_detail_pages_show_what_was_signed_and_what_is_held(
    cast: Cast, batch: Record, deviation: Deviation, web_client: Any
) -> None:
    client, hold = web_client(cast.quinn), open_holds([batch])[0]

    page = client.get(f"/quality/deviations/{deviation.record.number}/").content.decode()

    assert "Outside the validated range" in page
    assert "Quinn Qian" in page
    assert client.get(f"/quality/holds/{hold.pk}/").status_code == 200


def test_stopping_and_reporting_work_from_their_pages(cast: Cast, batch: Record, web_client: Any) -> None:
    client, query = web_client(cast.olga), f"?record={batch.address}"

    stopped = client.post(f"/quality/stop/{query}", {"reason": "Flask 3 is cloudy"})
    told = client.post(f"/quality/report/{query}", {"what": "Flask 3 is cloudy", "severity": "MINOR"})

    assert (stopped.status_code, told.status_code) == (302, 302)
    assert [hold.code for hold in open_holds([batch])] == ["stopped"]
    assert Event.objects.get().severity == "MINOR"
    assert client.get("/quality/stop/?record=batch/NONE").status_code == 404
