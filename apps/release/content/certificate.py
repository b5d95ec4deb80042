"""The batch certificate: what the authorised person certifies, frozen at that moment."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.batches.facts.words import Origin, Verb
from apps.batches.models import Batch, RecordedValue
from apps.batches.selectors.plans import definition_of_batch
from apps.documents.facts import (
    Align,
    Bilingual,
    Block,
    Cell,
    Change,
    Column,
    DocumentContent,
    DocumentKind,
    Field,
    Phrase,
    Section,
    SignatureBlock,
    Signatures,
    Statement,
    Table,
)
from apps.documents.selectors import next_version
from apps.products.definition import Definition
from apps.products.facts import ReleaseVerb
from apps.products.loader import units
from apps.quality.models import Event
from apps.signatures.models import Signature
from apps.signatures.selectors import signatures_of
from apps.testing.content.reporting import both, results_table
from apps.testing.selectors import outcomes_of
from apps.units.content import scientific
from apps.units.models import Unit
from apps.units.selectors import units_of

SIGNED_BY = {
    "approve_coa": (ReleaseVerb.APPROVE_COA, Bilingual("Analysis approved", "检验批准")),
    Verb.REVIEW.lower(): (ReleaseVerb.REVIEW, Bilingual("Record and trail reviewed", "批记录审核")),
    Verb.CERTIFY.lower(): (ReleaseVerb.CERTIFY, Bilingual("Certified", "批准放行")),
}
KINDS = {
    "PRODUCT": Bilingual("Product", "产品"),
    "RETAINED": Bilingual("Retained", "留样"),
    "QC": Bilingual("QC", "检验"),
}


def batch_certificate(batch: Batch, at: datetime) -> DocumentContent:
    """The certificate (EU GMP Annex 16, Appendix II; trials: Reg. 536/2014 Art. 62(1)), frozen at certification."""
    definition = definition_of_batch(batch)
    site = batch.site
    number = f"BC-{batch.number}"
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
        demo=settings.QCS_MODE != "server",
        blocks=(
            _product_and_batch(batch, definition),
            _units(batch, definition),
            results_table(batch, outcomes_of(batch)),
            _deviations(batch),
            _changed_values(batch),
            *_statements(definition),
            _signatures(batch, definition),
        ),
        data={"batch": batch.number, "master": definition.key, "version": definition.version, "certified_at": at},
    )


def _product_and_batch(batch: Batch, definition: Definition) -> Section:
    made = batch.started_at.astimezone(ZoneInfo(batch.site.timezone))
    ended = batch.finished_at.astimezone(ZoneInfo(batch.site.timezone))
    authorisation = definition.authorisation
    return Section(
        Bilingual("Product and batch", "产品与批次"),
        (
            Field(Bilingual("Product", "产品"), both(definition.title)),
            Field(Bilingual("Batch", "批号"), batch.number),
            Field(Bilingual("Strength", "规格"), both(definition.strength)),
            Field(Bilingual("Master record", "工艺规程"), f"{definition.key} v{definition.version}"),
            Field(Bilingual("Container", "容器"), both(definition.units.container.label)),
            Field(Bilingual("Manufactured", "生产日期"), f"{made:%Y-%m-%d} – {ended:%Y-%m-%d}"),
            Field(Bilingual("Donor", "供者"), batch.donation.donor.number),
            Field(Bilingual("Donation", "捐献号"), batch.donation.din),
            Field(Bilingual("Site", "生产与检验场所"), Bilingual(batch.site.name_en, batch.site.name_zh)),
            Field(Bilingual("Site licence", "许可证号"), batch.site.licence),
            Field(Bilingual("Authorisation", "备案或批件"), authorisation.number),
            Field(Bilingual("Specification", "质量标准"), f"{definition.key} v{definition.version}"),
        ),
    )


def _units(batch: Batch, definition: Definition) -> Table:
    zone = ZoneInfo(batch.site.timezone)
    states = {state.key: state.label for state in definition.storage.states}

    def row(unit: Unit) -> tuple[Phrase, ...]:
        expires = f"{unit.expires_at.astimezone(zone):%Y-%m-%d %H:%M}"
        return (unit.number, KINDS[unit.kind], scientific(unit.viable_cells), expires, both(states[unit.storage_state]))

    return Table(
        Bilingual("Units of this batch", "本批单位"),
        (
            Column(Bilingual("Unit", "单位")),
            Column(Bilingual("Kind", "类别")),
            Column(Bilingual("Viable cells", "活细胞数"), align=Align.RIGHT),
            Column(Bilingual("Expires", "有效期至")),
            Column(Bilingual("Storage", "贮存")),
        ),
        tuple(row(unit) for unit in units_of(batch)),
    )


def _deviations(batch: Batch) -> Table:
    events = (
        Event.objects.filter(subject=batch.record).select_related("record", "deviation__record").order_by("opened_at")
    )
    return Table(
        Bilingual("Events and deviations", "事件与偏差"),
        (
            Column(Bilingual("Number", "编号")),
            Column(Bilingual("What", "内容")),
            Column(Bilingual("Conclusion", "结论")),
        ),
        tuple((event.record.number, event.text, _conclusion(event)) for event in events),
    )


def _conclusion(event: Event) -> str:
    deviation = getattr(event, "deviation", None)
    return f"{deviation.record.number}: {deviation.impact}" if deviation else event.close_reason


def _changed_values(batch: Batch) -> Table:
    # Computed values follow the values they are computed from; only what a person changed is a change.
    changed = RecordedValue.objects.filter(batch=batch).exclude(supersedes=None).exclude(origin=Origin.COMPUTED)
    rows = changed.select_related("supersedes").order_by("recorded_at", "pk")
    return Table(
        Bilingual("Values changed after their first entry", "首次录入后更改的数值"),
        (Column(Bilingual("Place", "位置")), Column(Bilingual("Value", "数值"), align=Align.RIGHT)),
        tuple((value.place, Cell(_shown(value), changes=(_change(value),))) for value in rows),
    )


def _shown(value: RecordedValue) -> str:
    return f"{value.text} {units().display(value.unit)}".strip() if value.unit else value.text


def _change(value: RecordedValue) -> Change:
    return Change(value.supersedes.text, value.reason, value.printed_name, value.recorded_at)


def _statements(definition: Definition) -> Iterable[Block]:
    paragraphs = tuple(both(statement) for statement in definition.release.certificate_statements)
    if paragraphs:
        yield Statement(paragraphs, Bilingual("Certification", "放行声明"))


def _signatures(batch: Batch, definition: Definition) -> Signatures:
    blocks = tuple(
        _block(signature, definition) for signature in signatures_of(batch.record) if signature.verb in SIGNED_BY
    )
    return Signatures(Bilingual("Signatures", "签名"), blocks)


def _block(signature: Signature, definition: Definition) -> SignatureBlock:
    verb, meaning = SIGNED_BY[signature.verb]
    wanted = definition.release.signature(verb)
    title = (
        Bilingual(signature.title_en, signature.title_zh) if signature.title_en or not wanted else both(wanted.title)
    )
    return SignatureBlock(
        printed_name=signature.printed_name,
        printed_name_zh=signature.printed_name_zh,
        meaning=meaning,
        signed_at=signature.signed_at,
        title=title,
        content_hash=signature.content_hash,
        principal=verb is ReleaseVerb.CERTIFY,
    )
