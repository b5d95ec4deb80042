"""Certification by the authorised person, and release for supply."""

from datetime import datetime

from apps.audit.services import Change
from apps.batches.facts.words import Verb
from apps.batches.models import Batch
from apps.batches.selectors.banking import bank_in_the_way
from apps.core.actor import Actor
from apps.documents.services import request_document
from apps.quality.services import lift_hold_for
from apps.release import rules
from apps.release.content.certificate import batch_certificate
from apps.release.content.signed import certify_content, release_content
from apps.release.selectors import issued_certificate, review_page
from apps.release.services.deciding import decide_on, moved, took_part
from apps.release.services.ending import REOPENED
from apps.release.services.registering import certifiable_units, enter_decision
from apps.signatures.facts import Signer, Signing
from apps.testing.selectors import why_not_certifiable as tests_in_the_way
from apps.units.facts import UnitVerb
from apps.units.selectors import releasable_units
from apps.units.selectors import why_not_certifiable as balances_in_the_way
from apps.units.services import set_disposition


def certify_batch(*, batch: Batch, signing: Signing, actor: Actor, at: datetime) -> Batch:
    """The authorised person certifies; the batch certificate is requested and follows the next checkpoint.

    The register of the site gets its entry in the same act.

    Refused with every reason at once: open holds on the batch or its sources, tests or balances in the way, an
    analysis not approved, a bank that is not released, findings that came after the review, a signer who took part.
    """

    def decide(change: Change, now: Batch, signer: Signer) -> Batch:
        objections = (
            took_part(now, signer),
            *tests_in_the_way(now),
            *balances_in_the_way(now),
            *bank_in_the_way(now),
            rules.findings_left(review_page(now).left_in_the_record),
        )
        certified = moved(change, Verb.CERTIFY, now, signer, certify_content(now), objections)
        content = batch_certificate(certified, at)
        document = request_document(change, content=content, subject=certified.record, site=certified.site.code)
        enter_decision(change, certified, certifiable_units(certified), document=document)
        return certified

    return decide_on(Verb.CERTIFY, batch, signing, actor, at, decide)


def release_for_supply(*, batch: Batch, signing: Signing, actor: Actor, at: datetime) -> Batch:
    """Let the product units of a certified batch leave quarantine; a verb of its own after certification."""

    def decide(change: Change, now: Batch, signer: Signer) -> Batch:
        lift_hold_for(change, record=now.record, key=REOPENED, reason="Certified again and released")
        objections = (
            took_part(now, signer, but_review=True),
            rules.certificate_not_issued(issued_certificate(now) is not None),
            *bank_in_the_way(now),
        )
        released = moved(change, Verb.RELEASE_FOR_SUPPLY, now, signer, release_content(now), objections)
        set_disposition(change, units=releasable_units(now), verb=UnitVerb.RELEASE)
        return released

    return decide_on(Verb.RELEASE_FOR_SUPPLY, batch, signing, actor, at, decide)
