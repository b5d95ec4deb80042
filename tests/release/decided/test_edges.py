"""The decisions on pages and through the API: the version that was seen, and pages for taking a decision back."""

from typing import Any

import pytest
from django.test import Client

from apps.core.roles import Role
from apps.organisation.selectors import user_named
from apps.signatures.models import Signature
from tests.cast import ApiPerson
from tests.release.deciding import WHY, Release

pytestmark = pytest.mark.django_db
BATCH = "/api/v1/batches/CT-0042"
PAGE = "/release/CT-0042"


def at_the_api(release: Release, who: str) -> ApiPerson:
    person = ApiPerson()
    user = user_named(who)
    assert user
    assert person.sign_in(user, release.stage.secret).status_code == 200
    return person


def at_the_pages(release: Release, who: str) -> Client:
    client = Client()
    assert client.post("/sign-in/", {"username": who, "secret": release.stage.secret}).status_code == 302
    return client


def decide(release: Release, who: str, verb: str, body: dict[str, str] | None = None, tag: str = "") -> Any:
    person = at_the_api(release, who)
    seen = tag or person.get(f"{BATCH}/").headers["ETag"]
    user = user_named(who)
    return person.sign(
        f"{BATCH}/{verb}/", body, person=user, if_match="" if tag == "none" else seen, secret=release.stage.secret
    )


def test_a_decision_names_the_version_that_was_seen(judged: Release) -> None:
    seen = at_the_api(judged, "qa").get(f"{BATCH}/").headers["ETag"]
    judged.comment("Who cleaned the hood?")

    assert decide(judged, "qa", "review", tag="none").status_code == 428
    assert decide(judged, "qa", "review", tag=seen).status_code == 412
    assert judged.batch.state == "FINISHED"
    assert decide(judged, "qa", "review").status_code == 200


def test_the_api_says_every_objection_with_its_code(release: Release) -> None:
    reply = decide(release, "certifier", "certify")

    assert reply.status_code == 409
    assert {one["code"] for one in reply.json()["objections"]} == {"wrong_state", "open_holds", "findings_left"}


def test_decisions_are_taken_back_through_the_api(reviewed: Release) -> None:
    because = {"reason": WHY}

    assert decide(reviewed, "qa", "withdraw-review", because).json() == {"number": "CT-0042", "state": "FINISHED"}
    assert decide(reviewed, "qa", "withdraw-review", because).status_code == 409
    reviewed.reviewed().certify()
    assert decide(reviewed, "analyst", "reopen", because).status_code == 403
    assert decide(reviewed, "certifier", "reopen", because).json()["state"] == "FINISHED"
    reviewed.reviewed().certify()
    reviewed.issue()
    reviewed.supply()
    assert decide(reviewed, "qa", "reject", because).status_code == 409
    assert decide(reviewed, "qa", "recall", because).json()["state"] == "REJECTED"


def test_the_page_of_the_review_offers_what_may_be_taken_back(release: Release) -> None:
    qa = at_the_pages(release, "qa")
    wanted = {
        "FINISHED": ({"reject"}, release.later),
        "REVIEWED": ({"reject", "withdraw-review"}, release.reviewed),
        "CERTIFIED": ({"reject", "reopen"}, release.certify),
    }
    for state, (offered, lead) in wanted.items():
        lead()
        page = qa.get(f"{PAGE}/review/").content.decode()
        assert release.batch.state == state
        found = {verb for verb in ("reject", "recall", "withdraw-review", "reopen") if f"{PAGE}/{verb}/" in page}
        assert found == offered
        assert f"{PAGE}/reject/" not in at_the_pages(release, "analyst").get(f"{PAGE}/review/").content.decode()


def test_the_page_says_how_far_the_trail_goes(release: Release) -> None:
    page = at_the_pages(release, "qa").get(f"{PAGE}/review/").content.decode()

    assert "Audit trail:" in page
    assert f"#{release.page.trail.place.partition('#')[2]}" in page
    assert "/inspection/records/batch" in page


@pytest.mark.parametrize("verb", ["withdraw-review", "reject"])
def test_a_reason_is_asked_read_back_and_signed_on_a_page(reviewed: Release, verb: str) -> None:
    qa = at_the_pages(reviewed, "qa")
    assert qa.get(f"{PAGE}/{verb}/").status_code == 200
    assert qa.post(f"{PAGE}/{verb}/", {"reason": "x"}).status_code == 400

    shown = qa.post(f"{PAGE}/{verb}/", {"reason": WHY})
    page = shown.content.decode()
    assert WHY in page
    hidden = dict.fromkeys(("challenge", "version", "if_match"), "")
    for name in hidden:
        marker = f'name="{name}" value="'
        if marker in page:
            hidden[name] = page.split(marker)[1].split('"')[0]
    answer = {**hidden, "reason": WHY, "username": "qa", "secret": reviewed.stage.secret}
    assert qa.post(f"{PAGE}/{verb}/", answer).status_code == 302
    assert reviewed.batch.state == {"withdraw-review": "FINISHED", "reject": "REJECTED"}[verb]
    assert WHY in Signature.objects.latest("pk").content


def test_who_took_part_reads_why_the_decision_is_not_theirs(release: Release) -> None:
    release.also("operator", [Role.CERTIFIER]).reviewed()

    page = at_the_pages(release, "operator").get(f"{PAGE}/review/").content.decode()

    assert "You took part in this batch" in page
