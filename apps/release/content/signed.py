"""What the decisions over a batch say to their signers."""

from apps.batches.content import move_content
from apps.batches.facts.words import Verb
from apps.batches.models import Batch
from apps.core.text import N_
from apps.quality.selectors import open_holds
from apps.release.selectors import conclusion_of, events_of, issued_certificate, review_page
from apps.signatures.facts import Line, SignedContent
from apps.signatures.selectors import signatures_of
from apps.testing.selectors import approved_coa, outcomes_of
from apps.units.selectors import units_of


def review_content(batch: Batch) -> SignedContent:
    """The reviewer signs the trail as far as it was read, the counts, and every finding as shown."""
    page = review_page(batch)
    trail = Line(N_("Audit trail"), page.trail.place, f"{page.trail.entries} entries in {page.trail.chains} chains")
    counts = tuple(Line(count.kind, str(count.checked), f"{count.findings} findings") for count in page.counts)
    findings = tuple(
        Line(finding.kind, finding.what, f"{finding.place} · {finding.answer_text}") for finding in page.findings
    )
    return move_content(Verb.REVIEW, batch, lines=(trail, *counts, *findings))


def certify_content(batch: Batch) -> SignedContent:
    """The authorised person signs over the approved analysis, the review, and the answer to every event."""
    coa = approved_coa(batch)
    analysis = Line(
        N_("Certificate of analysis"), coa.results_hash if coa else "", N_("approved") if coa else N_("not approved")
    )
    reviews = [signature for signature in signatures_of(batch.record) if signature.verb == Verb.REVIEW.lower()]
    review = Line(
        N_("QA review"), reviews[-1].content_hash if reviews else "", reviews[-1].printed_name if reviews else ""
    )
    tests = tuple(
        Line(outcome.test.label.en, outcome.standing, "" if outcome.required else N_("informative"))
        for outcome in outcomes_of(batch)
        if outcome.required or outcome.results
    )
    events = tuple(Line(event.record.number, event.text, conclusion_of(event)) for event in events_of(batch))
    holds = tuple(Line(N_("Open hold"), hold.text, hold.record.address) for hold in open_holds([batch.record]))
    return move_content(Verb.CERTIFY, batch, lines=(analysis, review, *tests, *events, *holds))


def release_content(batch: Batch) -> SignedContent:
    """Release for supply names the units that may leave."""
    units = tuple(Line(unit.number, unit.kind, unit.disposition) for unit in units_of(batch) if unit.kind == "PRODUCT")
    return move_content(Verb.RELEASE_FOR_SUPPLY, batch, lines=units)


def reject_content(batch: Batch, reason: str) -> SignedContent:
    """Rejection names the units that are rejected with the batch."""
    return move_content(Verb.REJECT, batch, reason, lines=_units(batch))


def recall_content(batch: Batch, reason: str) -> SignedContent:
    """A recall names the units and how they stand."""
    return move_content(Verb.RECALL, batch, reason, lines=_units(batch))


def withdraw_content(batch: Batch, reason: str) -> SignedContent:
    """Taking a review back says why."""
    return move_content(Verb.WITHDRAW_REVIEW, batch, reason)


def reopen_content(batch: Batch, reason: str) -> SignedContent:
    """Reopening names the certificate that the correction will supersede."""
    certificate = issued_certificate(batch)
    named = (Line(certificate.name, certificate.content_hash),) if certificate else ()
    return move_content(Verb.REOPEN, batch, reason, lines=named)


def _units(batch: Batch) -> tuple[Line, ...]:
    return tuple(Line(unit.number, unit.kind, unit.disposition) for unit in units_of(batch))
