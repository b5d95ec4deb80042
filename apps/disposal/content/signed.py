"""What the decisions over a disposal say to their signers, and what is hashed."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from apps.batches.models import Batch
from apps.core.errors import stop_if
from apps.core.rules import is_future
from apps.core.text import N_
from apps.disposal.facts import DisposalVerb, Proof, Treated
from apps.disposal.lifecycle import MOVES
from apps.disposal.models import Disposal
from apps.disposal.selectors import (
    batches_in,
    consents_of,
    proofs_of,
    readings_of,
    stage_for,
    stage_of,
    treatment_of,
    units_in,
)
from apps.documents.rules import figures, instant
from apps.products.loader import units as unit_table
from apps.products.rules.limits import limit_text
from apps.signatures.facts import Line, SignedContent
from apps.signatures.selectors import signatures_of


def approve_content(disposal: Disposal, consent_checked: bool) -> SignedContent:
    """QA approves the units, the reason and the way; where the master asks, after a look at the consent."""
    said: list[Line] = []
    if stage_for(disposal).consent_check:
        said = [
            *(_consent(batch) for batch in batches_in(disposal)),
            Line(N_("Consent checked"), "yes" if consent_checked else "no"),
        ]
    return _content(DisposalVerb.APPROVE, disposal, said)


def refuse_content(disposal: Disposal, reason: str) -> SignedContent:
    """QA lets the units go again."""
    return _content(DisposalVerb.REFUSE, disposal, [Line(N_("Why"), reason)])


def destroy_content(disposal: Disposal, did: Treated, now: datetime) -> SignedContent:
    """The operator signs the readings of the treatment, the waste number and the time, which is not still to come."""
    stop_if(is_future(did.at, now, "treated_at"))
    against = [Line(N_("Recorded although a rule stands against it"), did.because)] if did.because else []
    proofs = [proof_line(proof) for proof in proofs_of(disposal, did.texts, now)]
    return _content(DisposalVerb.DESTROY, disposal, [*_done(disposal, did.at, did.waste_number), *proofs, *against])


def witness_content(disposal: Disposal) -> SignedContent:
    """The second person signs what the operator recorded."""
    if disposal.treated_at is None:
        return _content(DisposalVerb.WITNESS, disposal, [])
    proofs = [
        proof_line(proof)
        for proof in proofs_of(disposal, readings_of(disposal), disposal.recorded_at or disposal.treated_at)
    ]
    done = _done(disposal, disposal.treated_at, disposal.waste_number)
    return _content(DisposalVerb.WITNESS, disposal, [*done, *proofs, _operator(disposal)])


def proof_line(proof: Proof) -> Line:
    """A reading with its unit, its limit and its verdict."""
    parameter, entered = proof.parameter, proof.entered
    shown = f"{proof.shown} {unit_table().display(entered.unit)}".strip() if entered.unit else proof.shown
    limit = figures(limit_text(parameter.limit)) if parameter.limit else entered.text if proof.file else ""
    note = " · ".join(part for part in (limit, entered.verdict.lower() if parameter.limit else "") if part)
    return Line(parameter.label.en, shown or N_("not done"), note)


def _content(verb: DisposalVerb, disposal: Disposal, said: Sequence[Line]) -> SignedContent:
    stage = stage_of(disposal.batch)
    reason = next((reason.label for reason in stage.reasons if reason.key == disposal.reason), disposal.reason)
    lines = (
        Line(N_("Disposal"), disposal.number),
        *(Line(N_("Batch"), one.number, one.product_version.record.address) for one in batches_in(disposal)),
        Line(N_("Reason"), str(reason), disposal.note),
        Line(N_("Treatment"), treatment_of(disposal).label.en),
        *(Line(unit.number, unit.kind, f"{unit.disposition} · {unit.condition}") for unit in units_in(disposal)),
        *said,
    )
    return SignedContent(f"disposal.{verb.lower()}", disposal.record.address, MOVES[verb].meaning, lines)


def _consent(batch: Batch) -> Line:
    consents = consents_of(batch)
    if not consents:
        return Line(N_("Consent of the donor"), N_("none recorded"))
    last = consents[-1]
    note = N_("withdrawn") if last.withdrawn_at else ""
    return Line(N_("Consent of the donor"), f"{last.version}: {', '.join(sorted(last.facts.scopes))}", note)


def _operator(disposal: Disposal) -> Line:
    signed = signatures_of(disposal.record).filter(verb="disposal.destroy").last()
    return Line(N_("Destroyed by"), signed.printed_name if signed else disposal.treated_by, disposal.treated_by)


def _done(disposal: Disposal, at: datetime, waste_number: str) -> tuple[Line, ...]:
    zone = ZoneInfo(disposal.batch.site.timezone)
    return (Line(N_("Destroyed at"), instant(at, zone)), Line(N_("Waste number"), waste_number))
