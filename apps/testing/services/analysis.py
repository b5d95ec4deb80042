"""The certificate of analysis: approved by the head of QC, then issued by the document task."""

from datetime import datetime

from apps.audit.services import audited
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.core.roles import Role
from apps.documents.services import request_document
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign
from apps.testing import rules
from apps.testing.content import approve_coa_content, certificate_of_analysis
from apps.testing.models import Approval
from apps.testing.selectors import analysts_of, last_approval, outcomes_of, results_hash
from apps.testing.services.settling import settle_tests


def approve_coa(*, batch: Batch, signing: Signing, actor: Actor, at: datetime) -> Approval:
    """Approve the certificate of analysis of a finished batch and ask for its document.

    Refused with every required test that is missing, not reviewed, not evaluable or failing; and to whoever tested.
    """
    site, address = batch.site.code, batch.record.address
    signer = admit_signer(signing=signing, actor=actor, role=Role.QC_HEAD, site=site, at=at, about=address)
    with audited(actor=signer.actor, action="analysis.approved", at=at, touching=[batch.record]) as change:
        batch = batch_now(batch)
        outcomes, last = outcomes_of(batch), last_approval(batch)
        fingerprint = results_hash(outcomes)
        stop_if(
            rules.is_not_approvable(BatchState(batch.state)),
            rules.has_tested(signer.actor.username, analysts_of(batch)),
            rules.is_approved_already(last is not None and last.results_hash == fingerprint),
            *(outcome.objection for outcome in outcomes),
        )
        content = approve_coa_content(batch)
        signature = sign(change, signer=signer, record=batch.record, content=content, site=site)
        settle_tests(change, batch=batch)
        approval = Approval(record=batch.record, batch=batch, version=last.version + 1 if last else 1)
        approval.signature, approval.results_hash = signature, fingerprint
        approval.approved_at, approval.approved_by = at, signer.actor.username
        certificate = certificate_of_analysis(batch, approval)
        document = request_document(change, content=certificate, subject=batch.record, site=site)
        approval.document = document.record.address
        return change.create(approval)
