"""Master record, quality and release at the API; the system's sweeps run as the tasks they are."""

from apps.documents.tasks import issue_due_documents
from tests.journeys.api_player import API, ApiStage, ApiVerb


def master(stage: ApiStage, who: str, *, approved_by: str) -> None:
    """The author signs the master record, a second person approves it."""
    url = f"{API}/products/{stage.stage.product}/"
    stage.sign(who, f"{url}sign/", seen=url)
    stage.sign(approved_by, f"{url}approve/", seen=url)


def deviation(stage: ApiStage, who: str, *, kind: str, classification: str, rationale: str) -> None:
    """QA makes a deviation of the oldest open event of a kind."""
    subject = f"batch/{stage.number}"
    found = stage.all(who, f"{API}/events/", subject=subject, state="OPEN", kind=kind)[0]
    url = f"{API}/events/{found['number']}/"
    stage.sign(who, f"{url}deviation/", {"classification": classification, "rationale": rationale}, seen=url)


def impact(stage: ApiStage, who: str, *, impact: str, other_batches: str) -> None:
    """QA signs what the deviation means for the product."""
    url = _deviation(stage, who)
    stage.sign(who, f"{url}product-impact/", {"impact": impact, "other_batches": other_batches}, seen=url)


def deviation_closed(stage: ApiStage, who: str, *, root_cause: str, category: str) -> None:
    """QA closes the deviation."""
    url = _deviation(stage, who)
    stage.sign(who, f"{url}closure/", {"root_cause": root_cause, "category": category}, seen=url)


def events_closed(stage: ApiStage, who: str, *, reason: str) -> None:
    """QA answers every event that is still open."""
    for event in stage.all(who, f"{API}/events/", subject=f"batch/{stage.number}", state="OPEN"):
        url = f"{API}/events/{event['number']}/"
        stage.sign(who, f"{url}closure/", {"reason": reason}, seen=url)


def review(stage: ApiStage, who: str, note: str) -> None:
    """QA accepts each finding that has no answer of its own, then signs the review."""
    for finding in stage.get(who, f"{stage.batch}/review-page/")["findings"]:
        if finding["answer"] == "TO_JUDGE":
            body = {"key": finding["key"], "note": note}
            stage.post(who, f"{stage.batch}/review-page/accept/", body)
    stage.sign(who, f"{stage.batch}/review/", seen=f"{stage.batch}/")


def certify(stage: ApiStage, who: str) -> None:
    """The authorised person certifies."""
    stage.sign(who, f"{stage.batch}/certify/", seen=f"{stage.batch}/")


def supply(stage: ApiStage, who: str) -> None:
    """Release for supply."""
    stage.sign(who, f"{stage.batch}/supply/", seen=f"{stage.batch}/")


def issue_documents(stage: ApiStage, who: str) -> None:
    """The sweep: entries get their place in the tree, documents are issued under the new head."""
    issue_due_documents()


def _deviation(stage: ApiStage, who: str) -> str:
    rows = stage.all(who, f"{API}/deviations/", subject=f"batch/{stage.number}")
    number = next(row["number"] for row in rows if row["state"] != "CLOSED")
    return f"{API}/deviations/{number}/"


VERBS: dict[str, ApiVerb] = {
    "master": master,
    "deviation": deviation,
    "impact": impact,
    "deviation_closed": deviation_closed,
    "events_closed": events_closed,
    "review": review,
    "certify": certify,
    "supply": supply,
    "issue_documents": issue_documents,
}
