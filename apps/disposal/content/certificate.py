"""The certificate of destruction: what was destroyed, how it is proven, who did it and who saw it."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.batches.content import donation_words
from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.disposal.models import Disposal
from apps.disposal.selectors import batches_in, files_of, proofs_of, readings_of, stage_of, treatment_of, units_in
from apps.documents.facts import (
    Bilingual,
    Cell,
    Column,
    DocumentContent,
    DocumentKind,
    Entry,
    Field,
    Section,
    SignatureBlock,
    Signatures,
    Statement,
    Table,
)
from apps.documents.rules import instant
from apps.documents.selectors import next_version
from apps.products.definition.disposal import Disposal as DisposalStage
from apps.release.content.described import KINDS
from apps.signatures.models import Signature
from apps.signatures.selectors import signatures_of
from apps.testing.content.reporting import SIGNS
from apps.testing.content.wording import both, entered_of, limit_of
from apps.units.content import holds, holds_title
from apps.units.models import Unit

B = Bilingual
MEANINGS = {
    "disposal.approve": B("Destruction approved", "批准销毁"),
    "disposal.destroy": B("Destroyed", "执行销毁"),
    "disposal.witness": B("Witnessed", "现场见证"),
}
TITLES = {
    "disposal.approve": B("Quality assurance", "质量保证"),
    "disposal.destroy": B("Operator", "操作人"),
    "disposal.witness": B("Witness", "见证人"),
}
AGAINST = B("Recorded although a rule stands against it", "违反规则的补录")


def number_of(disposal: Disposal) -> str:
    """The number of the certificate."""
    return f"CD-{disposal.number}"


def destruction_certificate(disposal: Disposal) -> DocumentContent:
    """The certificate as it is frozen when the second person has signed."""
    batch, site = disposal.batch, disposal.batch.site
    definition, number = definition_of_batch(batch), number_of(disposal)
    units = units_in(disposal)
    return DocumentContent(
        kind=DocumentKind.DESTRUCTION_CERTIFICATE,
        number=number,
        version=next_version(number),
        title=B("Certificate of destruction", "销毁证明"),
        issuer=B(site.name_en, site.name_zh),
        issuer_address=B(site.address_en, site.address_zh),
        timezone=site.timezone,
        subject=disposal.record.address,
        caption=f"{disposal.number} · {definition.band.word}",
        demo=settings.QCS_MODE != "server",
        blocks=(
            _what(disposal, len(units)),
            _units(units, holds_title(definition), ZoneInfo(site.timezone)),
            _proof(disposal),
            *_against(disposal),
            _handling(definition.disposal),
            _signatures(disposal),
        ),
        data=_data(disposal, units),
    )


def _what(disposal: Disposal, count: int) -> Section:
    batch, batches, stage = disposal.batch, batches_in(disposal), stage_of(disposal.batch)
    reason = next((both(one.label) for one in stage.reasons if one.key == disposal.reason), B(disposal.reason))
    treatment, zone = treatment_of(disposal), ZoneInfo(batch.site.timezone)
    at = instant(disposal.treated_at, zone) if disposal.treated_at else ""
    return Section(
        B("What was destroyed", "销毁内容"),
        (
            *(Field(B("Product", "产品"), product, wide=True) for product in _products(batches)),
            Field(B("Disposal", "销毁编号"), disposal.number),
            *(Field(B("Batch", "批号"), one.number) for one in batches),
            *(Field(B("Donation", "捐献号"), donation_words(one)) for one in batches),
            Field(B("Units", "单元数"), str(count)),
            Field(B("Reason", "原因"), reason),
            Field(B("Destroyed at", "销毁时间"), at),
            Field(B("Waste number", "医疗废物编号"), disposal.waste_number),
            *(Field(B("Master record", "工艺规程"), one) for one in _masters(batches)),
            Field(B("Treatment", "处理方式"), both(treatment.label), wide=True),
            *([Field(B("Remark", "说明"), disposal.note, wide=True)] if disposal.note else []),
        ),
    )


def _products(batches: Sequence[Batch]) -> list[Bilingual]:
    """What they are, each once."""
    return list(dict.fromkeys(both(definition_of_batch(batch).title) for batch in batches))


def _masters(batches: Sequence[Batch]) -> list[str]:
    return list(dict.fromkeys(batch.product_version.record.number for batch in batches))


def _units(units: Sequence[Unit], title: Bilingual, zone: ZoneInfo) -> Table:
    rows = [(unit.number, KINDS[unit.kind], holds(unit), instant(unit.expires_at, zone)) for unit in units]
    return Table(
        B("Units destroyed", "已销毁单元"),
        (
            Column(B("Unit", "单元"), width=28),
            Column(B("Kind", "类别"), width=22),
            Column(title, width=20),
            Column(B("Expires", "有效期至"), width=30),
        ),
        tuple(rows),
    )


def _proof(disposal: Disposal) -> Table:
    """Readings with limit and verdict; a file by its name and SHA-256."""
    files = files_of(disposal)
    rows: list[tuple[Entry, ...]] = []
    for proof in proofs_of(disposal, readings_of(disposal), disposal.recorded_at or disposal.requested_at):
        parameter, entered = proof.parameter, proof.entered
        file = files.get(parameter.key) if proof.file else None
        shown = f"{file.name}\nSHA-256 {file.sha256}" if file else entered_of(parameter, entered)
        limit = limit_of(parameter) if parameter.limit else ""
        rows.append((both(parameter.label), limit, Cell(shown or "–", sign=SIGNS.get(entered.verdict))))
    columns = (
        Column(B("Reading", "项目"), width=30),
        Column(B("Limit", "限度"), width=20),
        Column(B("Recorded", "记录"), width=50),
    )
    return Table(B("Proof of the treatment", "处理证明"), columns, tuple(rows))


def _against(disposal: Disposal) -> list[Statement]:
    """Every objection that was overridden: the certificate hides none of them."""
    said = tuple(str(one["text"]) for one in disposal.overridden)
    return [Statement(said, AGAINST)] if said else []


def _handling(stage: DisposalStage) -> Statement:
    return Statement((both(stage.carrier),), B("Hand-over of the waste", "医疗废物交接"))


def _signatures(disposal: Disposal) -> Signatures:
    signed = signatures_of(disposal.record).filter(verb__in=list(MEANINGS))
    return Signatures(B("Approval, execution and witness", "批准、执行与见证"), tuple(_block(one) for one in signed))


def _block(signature: Signature) -> SignatureBlock:
    title = B(signature.title_en, signature.title_zh) if signature.title_en else TITLES[signature.verb]
    return SignatureBlock(
        printed_name=signature.printed_name,
        printed_name_zh=signature.printed_name_zh,
        meaning=MEANINGS[signature.verb],
        signed_at=signature.signed_at,
        title=title,
        content_hash=signature.content_hash,
        principal=signature.verb == "disposal.witness",
    )


def _data(disposal: Disposal, units: Sequence[Unit]) -> dict[str, object]:
    return {
        "disposal": disposal.number,
        "batch": disposal.batch.number,
        "batches": [batch.number for batch in batches_in(disposal)],
        "units": [unit.number for unit in units],
        "reason": disposal.reason,
        "treatment": disposal.treatment,
        "waste_number": disposal.waste_number,
        "destroyed_at": disposal.treated_at,
        "readings": {value.parameter: value.text for value in disposal.values.order_by("pk")},
    }
