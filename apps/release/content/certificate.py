"""The batch certificate: what the authorised person certifies, frozen at that moment."""

from datetime import datetime

from django.conf import settings

from apps.batches.facts.words import Verb
from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.documents.facts import (
    Bilingual,
    Column,
    DocumentContent,
    DocumentKind,
    SignatureBlock,
    Signatures,
    Table,
)
from apps.documents.selectors import newest_document, next_version
from apps.products.definition import Definition
from apps.products.facts import ReleaseVerb
from apps.release.content.described import changed_values, product_and_batch, remarks, rights_data, units_table
from apps.release.content.process import process_table
from apps.release.selectors import conclusion_of, events_of
from apps.signatures.models import Signature
from apps.signatures.selectors import signatures_of, signed_reason
from apps.testing.content.reporting import results_table
from apps.testing.content.wording import both
from apps.testing.selectors import outcomes_of
from apps.units.selectors import units_of

SIGNED_BY = {
    "approve_coa": (ReleaseVerb.APPROVE_COA, Bilingual("Analysis approved", "检验批准")),
    Verb.REVIEW.lower(): (ReleaseVerb.REVIEW, Bilingual("Record and trail reviewed", "批记录审核")),
    Verb.CERTIFY.lower(): (ReleaseVerb.CERTIFY, Bilingual("Certified", "批准放行")),
}


def batch_certificate(batch: Batch, at: datetime) -> DocumentContent:
    """The certificate (EU GMP Annex 16, Appendix II; trials: Reg. 536/2014 Art. 62(1)), frozen at certification."""
    definition = definition_of_batch(batch)
    site, bags = batch.site, units_of(batch)
    number = f"BC-{batch.number}"
    former = newest_document(number)
    return DocumentContent(
        kind=DocumentKind.BATCH_CERTIFICATE,
        number=number,
        version=next_version(number),
        title=Bilingual("Batch certificate", "批放行证书"),
        issuer=Bilingual(site.name_en, site.name_zh),
        issuer_address=Bilingual(site.address_en, site.address_zh),
        timezone=site.timezone,
        subject=batch.record.address,
        caption=f"{batch.number} · {definition.band.word}",
        supersedes=former.name if former else "",
        reason=_why_again(batch) if former else "",
        demo=settings.QCS_MODE != "server",
        blocks=(
            product_and_batch(batch, definition, bags),
            results_table(batch, outcomes_of(batch)),
            process_table(batch, definition),
            units_table(batch, definition, bags),
            _deviations(batch),
            changed_values(batch, definition),
            remarks(definition),
            _signatures(batch, definition),
        ),
        data=_data(batch, definition, at),
    )


def _data(batch: Batch, definition: Definition, at: datetime) -> dict[str, object]:
    """The same for machines."""
    said = {"batch": batch.number, "master": definition.key, "version": definition.version, "certified_at": at}
    return said | rights_data(definition.authorisation)


def _deviations(batch: Batch) -> Table:
    return Table(
        Bilingual("Events and deviations", "事件与偏差"),
        (
            Column(Bilingual("Number", "编号")),
            Column(Bilingual("What", "内容")),
            Column(Bilingual("Conclusion", "结论")),
        ),
        tuple((event.record.number, event.text, conclusion_of(event)) for event in events_of(batch)),
    )


def _signatures(batch: Batch, definition: Definition) -> Signatures:
    # The last of each meaning: after a correction the earlier ones stay in the record, for what they covered.
    last = {signature.verb: signature for signature in signatures_of(batch.record) if signature.verb in SIGNED_BY}
    blocks = tuple(_block(signature, definition) for signature in sorted(last.values(), key=_signed_at))
    certified = definition.release.signature(ReleaseVerb.CERTIFY)
    return Signatures(
        Bilingual("Certification", "放行声明"), blocks, statement=both(certified.meaning) if certified else ""
    )


def _signed_at(signature: Signature) -> datetime:
    return signature.signed_at


def _why_again(batch: Batch) -> str:
    """Why the record was reopened, in the words that were signed."""
    reopened = signatures_of(batch.record).filter(verb=Verb.REOPEN.lower()).last()
    return signed_reason(reopened) if reopened else ""


def _block(signature: Signature, definition: Definition) -> SignatureBlock:
    verb, meaning = SIGNED_BY[signature.verb]
    wanted = definition.release.signature(verb)
    called = signature.title
    title = both(wanted.title) if wanted and not signature.title_en else Bilingual(called.en, called.zh)
    return SignatureBlock(
        printed_name=signature.printed_name,
        printed_name_zh=signature.printed_name_zh,
        meaning=meaning,
        signed_at=signature.signed_at,
        title=title,
        covers=_covers(signature, verb),
        content_hash=signature.content_hash,
        principal=verb is ReleaseVerb.CERTIFY,
    )


def _covers(signature: Signature, verb: ReleaseVerb) -> str:
    """What the signature stands under, beside the fingerprint of the text that was signed."""
    number = signature.record.number
    if verb is ReleaseVerb.APPROVE_COA:
        approved = newest_document(f"COA-{number}")
        return approved.name if approved else ""
    return f"record {number}" if verb is ReleaseVerb.REVIEW else f"batch {number}"
