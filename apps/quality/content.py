"""What is shown and signed when quality assurance decides."""

from apps.core.text import N_
from apps.quality.facts import RootCause, Severity
from apps.quality.lifecycle import MOVES, QualityVerb
from apps.quality.models import Capa, Deviation, Event, Hold
from apps.signatures.facts import Line, SignedContent

LIFTED = N_("I lift this hold on the evidence cited.")


def lift_content(*, hold: Hold, evidence: str) -> SignedContent:
    """A hold lifted by decision, with its evidence."""
    lines = (
        Line(N_("Record"), hold.record.address),
        Line(N_("Hold"), hold.text),
        Line(N_("Blocks"), ", ".join(block.lower() for block in hold.blocks_in_order)),
        Line(N_("Evidence"), evidence),
    )
    return SignedContent("hold.lifted", hold.record.address, LIFTED, lines)


def close_event_content(*, event: Event, reason: str) -> SignedContent:
    """An event closed without a deviation."""
    return _content(QualityVerb.CLOSE_EVENT, event.record.address, *_event(event), Line(N_("Reason"), reason))


def open_deviation_content(*, event: Event, classification: Severity, rationale: str) -> SignedContent:
    """An event that becomes a deviation."""
    return _content(
        QualityVerb.OPEN_DEVIATION,
        event.record.address,
        *_event(event),
        Line(N_("Classification"), classification.lower()),
        Line(N_("Rationale"), rationale),
    )


def product_impact_content(*, deviation: Deviation, impact: str, other_batches: str) -> SignedContent:
    """What a deviation means for the product."""
    return _content(
        QualityVerb.SIGN_PRODUCT_IMPACT,
        deviation.record.address,
        *_deviation(deviation),
        Line(N_("Impact on the product"), impact),
        Line(N_("Other batches considered"), other_batches),
    )


def close_deviation_content(*, deviation: Deviation, root_cause: str, category: RootCause) -> SignedContent:
    """The end of a deviation."""
    return _content(
        QualityVerb.CLOSE_DEVIATION,
        deviation.record.address,
        *_deviation(deviation),
        Line(N_("Impact on the product"), deviation.impact),
        Line(N_("Category of the root cause"), category),
        Line(N_("Root cause and what follows"), root_cause),
    )


def reopen_deviation_content(*, deviation: Deviation, reason: str) -> SignedContent:
    """A deviation that is opened again."""
    lines = (*_deviation(deviation), Line(N_("Root cause and what follows"), deviation.root_cause))
    return _content(QualityVerb.REOPEN_DEVIATION, deviation.record.address, *lines, Line(N_("Reason"), reason))


def check_capa_content(*, capa: Capa, verb: QualityVerb, finding: str) -> SignedContent:
    """The effect of an action as it is judged, beside its criterion and the evidence that it was done."""
    lines = (
        Line(N_("Action"), capa.record.number, capa.source.address),
        Line(N_("What is done"), capa.what),
        Line(N_("Carried out by"), capa.done_name, capa.evidence),
        Line(N_("Criterion"), capa.criterion),
        Line(N_("Finding"), finding),
    )
    return _content(verb, capa.record.address, *lines)


def _content(verb: QualityVerb, address: str, *lines: Line) -> SignedContent:
    return SignedContent(verb.lower(), address, MOVES[verb].meaning, lines)


def _event(event: Event) -> tuple[Line, ...]:
    return (
        Line(N_("Event"), event.record.number),
        Line(N_("About"), event.about),
        Line(N_("What happened"), event.text),
        Line(N_("Severity at first sight"), event.severity.lower()),
    )


def _deviation(deviation: Deviation) -> tuple[Line, ...]:
    return (
        Line(N_("Deviation"), deviation.record.number),
        Line(N_("About"), deviation.event.about),
        Line(N_("What happened"), deviation.event.text),
        Line(N_("Classification"), deviation.classification.lower()),
    )
