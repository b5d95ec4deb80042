"""What a story says about quality and release: events, deviations, review, certification, documents, supply."""

from datetime import datetime

from apps.audit.services import sequence_entries
from apps.desk.story.stage import Stage, Verb
from apps.documents.selectors import due_documents
from apps.documents.services import issue_document
from apps.products.content.signed import version_content
from apps.products.lifecycle import VersionVerb
from apps.products.services import approve_version, sign_version
from apps.quality.content import (
    close_deviation_content,
    close_event_content,
    open_deviation_content,
    product_impact_content,
)
from apps.quality.facts import EventKind, RootCause, Severity
from apps.quality.models import Deviation, Event
from apps.quality.services import close_deviation, close_event, open_deviation, sign_product_impact
from apps.release.content.signed import certify_content, release_content, review_content
from apps.release.facts import Answer
from apps.release.selectors import review_page
from apps.release.services import accept_finding, certify_batch, release_for_supply, review_batch


def master(stage: Stage, who: str, at: datetime, *, approved_by: str) -> None:
    """The author signs the master record, a second person approves it."""
    version = stage.version
    signing = stage.signing(version_content(version=version, verb=VersionVerb.SIGN), at, who)
    signed = sign_version(version=version, signing=signing, actor=stage.actor(who), at=at)
    signing = stage.signing(version_content(version=signed, verb=VersionVerb.APPROVE), at, approved_by)
    approve_version(version=signed, signing=signing, actor=stage.actor(approved_by), at=at)


def deviation(stage: Stage, who: str, at: datetime, *, kind: str, classification: str, rationale: str) -> None:
    """QA makes a deviation of the oldest open event of a kind."""
    event = _event(stage, kind)
    grade = Severity(classification)
    content = open_deviation_content(event=event, classification=grade, rationale=rationale)
    open_deviation(
        event=event,
        classification=grade,
        rationale=rationale,
        signing=stage.signing(content, at, who),
        actor=stage.actor(who),
        at=at,
    )


def impact(stage: Stage, who: str, at: datetime, *, impact: str, other_batches: str) -> None:
    """QA signs what the deviation means for the product."""
    found = _deviation(stage)
    content = product_impact_content(deviation=found, impact=impact, other_batches=other_batches)
    sign_product_impact(
        deviation=found,
        impact=impact,
        other_batches=other_batches,
        signing=stage.signing(content, at, who),
        actor=stage.actor(who),
        at=at,
    )


def deviation_closed(stage: Stage, who: str, at: datetime, *, root_cause: str, category: str) -> None:
    """QA closes the deviation."""
    found = _deviation(stage)
    said = {"root_cause": root_cause, "category": RootCause(category)}
    signing = stage.signing(close_deviation_content(deviation=found, **said), at, who)
    close_deviation(deviation=found, **said, signing=signing, actor=stage.actor(who), at=at)


def events_closed(stage: Stage, who: str, at: datetime, *, reason: str) -> None:
    """QA answers every event that is still open."""
    for event in Event.objects.filter(subject=stage.batch.record, state="OPEN").select_related("record", "subject"):
        signing = stage.signing(close_event_content(event=event, reason=reason), at, who)
        close_event(event=event, reason=reason, signing=signing, actor=stage.actor(who), at=at)


def review(
    stage: Stage, who: str, at: datetime, *, note: str = "Read with its place in the record; no effect."
) -> None:
    """QA accepts each finding that has no answer of its own, then signs the review of record and trail."""
    for finding in review_page(stage.batch).findings:
        if finding.answer is Answer.TO_JUDGE:
            accept_finding(batch=stage.batch, key=finding.key, note=note, actor=stage.actor(who), at=at)
    signing = stage.signing(review_content(stage.batch), at, who)
    review_batch(batch=stage.batch, signing=signing, actor=stage.actor(who), at=at)


def certify(stage: Stage, who: str, at: datetime) -> None:
    """The authorised person certifies."""
    signing = stage.signing(certify_content(stage.batch), at, who)
    certify_batch(batch=stage.batch, signing=signing, actor=stage.actor(who), at=at)


def issue_documents(stage: Stage, who: str, at: datetime) -> None:
    """What the sweeps do: entries get their place in the tree, documents are issued under the new head."""
    sequence_entries(at=at)
    for document in due_documents():
        issue_document(document=document, at=at)


def supply(stage: Stage, who: str, at: datetime) -> None:
    """Release for supply."""
    signing = stage.signing(release_content(stage.batch), at, who)
    release_for_supply(batch=stage.batch, signing=signing, actor=stage.actor(who), at=at)


def _event(stage: Stage, kind: str) -> Event:
    found = Event.objects.filter(subject=stage.batch.record, kind=EventKind(kind), state="OPEN")
    return found.select_related("record", "subject").earliest("opened_at")


def _deviation(stage: Stage) -> Deviation:
    found = Deviation.objects.filter(subject=stage.batch.record).exclude(state="CLOSED")
    return found.select_related("record", "subject", "event__record").earliest("opened_at")


VERBS: dict[str, Verb] = {
    "master": master,
    "deviation": deviation,
    "impact": impact,
    "deviation_closed": deviation_closed,
    "events_closed": events_closed,
    "review": review,
    "certify": certify,
    "issue_documents": issue_documents,
    "supply": supply,
}
